"""Who is assigned to which customer. HUB-42."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from adapters.sql.database import Database
from adapters.sql.hub_people_schema import AssignmentRecord, HubUserRecord
from adapters.sql.hub_user_rows import as_users, record_user_act, row_of
from adapters.sql.upsert import insert_missing
from domain.hub.users import HubUser


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """An administrator who was assigned to a customer."""

    user: HubUser
    assigned_by: str
    assigned_at: datetime


class SqlHubAssignments(Database):
    """On SQL. Whether the customer is the partner's is asked before."""

    def assign_hub_user(self, user_id: str, customer_id: str, by: str, now: datetime) -> bool:
        """To a customer; False if they were. Raises NotKnown."""
        with self._writing() as session:
            row = row_of(session, user_id)
            new = {"user_id": user_id, "customer_id": customer_id, "assigned_by": by, "assigned_at": now}
            if not insert_missing(session, AssignmentRecord, new):
                return False
            record_user_act(session, row, "user.assigned", {"customer_id": customer_id}, by, now)
            return True

    def unassign_hub_user(self, user_id: str, customer_id: str, by: str, now: datetime) -> bool:
        """From a customer; False if they were not assigned. Raises NotKnown."""
        with self._writing() as session:
            row = row_of(session, user_id)
            known = session.get(AssignmentRecord, (user_id, customer_id))
            if known is None:
                return False
            session.delete(known)
            record_user_act(session, row, "user.unassigned", {"customer_id": customer_id}, by, now)
            return True

    def customer_administrators(self, partner_id: str, customer_id: str) -> list[Assignment]:
        """Those of this partner who were assigned to the customer, by name."""
        wanted = (
            select(HubUserRecord, AssignmentRecord)
            .join(AssignmentRecord, AssignmentRecord.user_id == HubUserRecord.user_id)
            .where(AssignmentRecord.customer_id == customer_id, HubUserRecord.partner_id == partner_id)
            .order_by(HubUserRecord.name, HubUserRecord.user_id)
        )
        with self._reading() as session:
            rows = session.execute(wanted).all()
            users = as_users(session, [row for row, _ in rows])
            return [
                Assignment(user=user, assigned_by=given.assigned_by, assigned_at=given.assigned_at)
                for user, (_, given) in zip(users, rows, strict=True)
            ]

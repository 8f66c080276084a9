"""Who is assigned to which customer, and users as values. HUB-42."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from activities.ports.store import NotKnown
from adapters.sql.database import Database
from adapters.sql.hub_acts import record_act
from adapters.sql.hub_schema import AssignmentRecord, HubUserRecord
from adapters.sql.upsert import insert_missing
from domain.hub.users import HubUser
from domain.values import Language


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
            tell(session, row, "user.assigned", {"customer_id": customer_id}, by, now)
            return True

    def unassign_hub_user(self, user_id: str, customer_id: str, by: str, now: datetime) -> bool:
        """From a customer; False if they were not assigned. Raises NotKnown."""
        with self._writing() as session:
            row = row_of(session, user_id)
            known = session.get(AssignmentRecord, (user_id, customer_id))
            if known is None:
                return False
            session.delete(known)
            tell(session, row, "user.unassigned", {"customer_id": customer_id}, by, now)
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
            users = whole(session, [row for row, _ in rows])
            return [
                Assignment(user=user, assigned_by=given.assigned_by, assigned_at=given.assigned_at)
                for user, (_, given) in zip(users, rows, strict=True)
            ]


def tell(session: Session, row: HubUserRecord, act: str, data: dict[str, Any], by: str, now: datetime) -> None:
    """What was done to a user."""
    record_act(session, at=now, by=by, act=act, partner_id=row.partner_id, subject=row.user_id, data=data)


def users_of(session: Session, user_ids: Sequence[str]) -> list[HubUser]:
    """Those that are there, in one snapshot with whatever else is read."""
    return whole(session, session.scalars(select(HubUserRecord).where(HubUserRecord.user_id.in_(user_ids))).all())


def row_of(session: Session, user_id: str) -> HubUserRecord:
    """Raises NotKnown."""
    row = session.get(HubUserRecord, user_id)
    if row is None:
        raise NotKnown("no user is known under this id", field="user_id")
    return row


def whole(session: Session, rows: Sequence[HubUserRecord]) -> list[HubUser]:
    """With the customers that each is assigned to."""
    wanted = select(AssignmentRecord).where(AssignmentRecord.user_id.in_([row.user_id for row in rows]))
    assigned: dict[str, set[str]] = {}
    for found in session.scalars(wanted) if rows else ():
        assigned.setdefault(found.user_id, set()).add(found.customer_id)
    return [
        HubUser(
            user_id=row.user_id,
            partner_id=row.partner_id,
            roles=tuple(row.roles),
            name=row.name,
            email=row.email,
            language=Language(row.language),
            zone=row.zone,
            active=row.active,
            accepted_terms_at=row.accepted_terms_at,
            assigned=frozenset(assigned.get(row.user_id, ())),
        )
        for row in rows
    ]

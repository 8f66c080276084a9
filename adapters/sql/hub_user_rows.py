"""Users of the hub as values, and what was done to them. HUB-42, HUB-43."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from activities.ports.store import NotKnown
from adapters.sql.hub_acts import record_act
from adapters.sql.hub_people_schema import AssignmentRecord, HubUserRecord
from domain.hub.users import HubUser
from domain.values import Language


def record_user_act(
    session: Session, row: HubUserRecord, act: str, data: dict[str, Any], by: str, now: datetime
) -> None:
    """What was done to a user."""
    record_act(session, at=now, by=by, act=act, partner_id=row.partner_id, subject=row.user_id, data=data)


def row_of(session: Session, user_id: str) -> HubUserRecord:
    """Raises NotKnown."""
    row = session.get(HubUserRecord, user_id)
    if row is None:
        raise NotKnown("no user is known under this id", field="user_id")
    return row


def as_users(session: Session, rows: Sequence[HubUserRecord]) -> list[HubUser]:
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

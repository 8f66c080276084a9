"""Who changed what in the hub itself: written in the transaction of the change."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from adapters.sql.hub_people_schema import ActRecord


def record_act(
    session: Session, *, at: datetime, by: str, act: str, partner_id: str | None, subject: str, data: dict[str, Any]
) -> None:
    """`act` as `user.added`; ids and codes only, no name and no address."""
    session.add(ActRecord(at=at, by=by, act=act, partner_id=partner_id, subject=subject, data=data))

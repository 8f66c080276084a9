"""Who looks after a subscription: counted per Customer Success Manager, whatever was ever assigned. ORD-27."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from adapters.sql.database import Database, hold
from adapters.sql.schema import CsmAssignment, CsmLoad, LifecycleRecord
from adapters.sql.upsert import insert_missing
from domain.lifecycle import Lifecycle


class RosterEmpty(Exception):
    """There is nobody to give a subscription to: the roster of Customer Success Managers has no name."""


class SqlCsm(Database):
    """CsmStore on SQL."""

    def assign_csm(self, subscription_id: str, roster: tuple[str, ...]) -> str:
        """One assignment at a time; subscriptions that are terminated no longer count. Raises RosterEmpty."""
        if not roster:
            raise RosterEmpty("the roster of Customer Success Managers is empty")
        with self._writing() as session:
            _hold_subscription(session, subscription_id)
            hold(session, "csm roster")
            assigned = session.get(CsmAssignment, subscription_id)
            if assigned is None:
                assigned = _assign(session, subscription_id, roster)
            return assigned.csm


def _assign(session: Session, subscription_id: str, roster: tuple[str, ...]) -> CsmAssignment:
    known = session.get(LifecycleRecord, (Lifecycle.SUBSCRIPTION, subscription_id))
    found = select(CsmLoad.csm, CsmLoad.subscriptions).where(CsmLoad.csm.in_(roster))
    load = {each.csm: each.subscriptions for each in session.execute(found)}
    csm = min(roster, key=lambda each: load.get(each, 0))
    assigned = CsmAssignment(subscription_id=subscription_id, csm=csm, counted=known is None or known.open)
    session.add(assigned)
    if assigned.counted:
        _count(session, csm, 1)
    return assigned


def count_again(session: Session, row: dict[str, Any]) -> None:
    """A subscription's row was written: it counts while it is open."""
    _hold_subscription(session, row["subject"])
    counts = (
        update(CsmAssignment)
        .where(CsmAssignment.subscription_id == row["subject"], CsmAssignment.counted != row["open"])
        .values(counted=row["open"])
        .returning(CsmAssignment.csm)
    )
    for csm in session.scalars(counts).all():
        _count(session, csm, 1 if row["open"] else -1)


def _hold_subscription(session: Session, subscription_id: str) -> None:
    """Whether it counts is asked and written by one at a time."""
    hold(session, f"csm of {subscription_id}")


def _count(session: Session, csm: str, more: int) -> None:
    insert_missing(session, CsmLoad, {"csm": csm, "subscriptions": 0})
    counted = CsmLoad.subscriptions + more
    session.execute(update(CsmLoad).where(CsmLoad.csm == csm).values(subscriptions=counted))

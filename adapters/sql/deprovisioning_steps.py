"""The end of a wholesale customer in SQL: its users go, and each step is noted once. WHS-27."""

import hashlib
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from activities.ports.wholesale import StepTaken
from adapters.sql.database import Database
from adapters.sql.schema import DeprovisioningStepRecord, WholesaleBatchRecord, WholesaleUserRecord
from adapters.sql.wholesale_users import NOTHING, hold_users
from domain.construct import constructed

AT_ONCE: Final = 1000
"""Ids that are read at a time."""


class SqlDeprovisioning(Database):
    """What WholesaleStore does for a customer that goes."""

    def remove_users(self, external_id: str, now: datetime, limit: int) -> int:
        """One statement, whatever the limit; what an import laid down and nobody assigned goes as well."""
        with self._writing() as session:
            hold_users(session, external_id)
            _forget_batches(session, external_id)
            return _remove(session, external_id, now, limit)

    def take_step(self, external_id: str, step: str, now: datetime, removed: int | None = None) -> StepTaken:
        """Users that came between the last `remove_users` and this go with it: after it nobody has anything."""
        with self._writing() as session:
            hold_users(session, external_id)
            known = session.get(DeprovisioningStepRecord, (external_id, step))
            if known is not None:
                return constructed(StepTaken, known)
            taken = StepTaken(step=step, taken_at=now, removed=removed or 0)
            if removed is None:
                _forget_batches(session, external_id)
                _remove(session, external_id, now)
                taken = _with_users(session, external_id, taken)
            number = len(_steps(session, external_id)) + 1
            session.add(DeprovisioningStepRecord(external_id=external_id, number=number, **taken.model_dump()))
            return taken

    def steps(self, external_id: str) -> tuple[StepTaken, ...]:
        """One query."""
        with self._reading() as session:
            return _steps(session, external_id)


def _remove(session: Session, external_id: str, now: datetime, limit: int | None = None) -> int:
    user = WholesaleUserRecord
    has_something = user.external_id == external_id, user.package.is_not(None)
    some = select(user.user_id).where(*has_something).order_by(user.package, user.user_id).limit(limit)
    gone = NOTHING | {"with_customer": True, "changed_at": now}
    emptied = update(user).where(*has_something, user.user_id.in_(some)).values(gone)
    return session.connection().execute(emptied).rowcount


def _forget_batches(session: Session, external_id: str) -> None:
    batch = WholesaleBatchRecord
    left = batch.external_id == external_id, batch.users.is_not(None)
    session.execute(update(batch).where(*left).values(users=None))


def _with_users(session: Session, external_id: str, taken: StepTaken) -> StepTaken:
    user = WholesaleUserRecord
    gone = user.external_id == external_id, user.with_customer
    count, digest = 0, hashlib.sha256()
    for user_id in session.scalars(
        select(user.user_id).where(*gone).order_by(user.user_id).execution_options(yield_per=AT_ONCE)
    ):
        digest.update(f"{user_id}\n".encode())
        count += 1
    return taken.model_copy(update={"removed": count, "digest": digest.hexdigest()})


def _steps(session: Session, external_id: str) -> tuple[StepTaken, ...]:
    step = DeprovisioningStepRecord
    taken = select(step).where(step.external_id == external_id).order_by(step.number)
    return tuple(constructed(StepTaken, each) for each in session.scalars(taken))

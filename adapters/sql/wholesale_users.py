"""Users of wholesale customers in SQL: every change is decided and written in one transaction, a customer at a time."""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from activities.ports.store import NotKnown
from activities.ports.wholesale import StoredUser, UsersChanged
from adapters.sql.database import Database, hold
from adapters.sql.schema import DeprovisioningStepRecord, WholesaleBatchRecord, WholesaleUserRecord
from adapters.sql.upsert import insert_missing, upsert
from domain.construct import constructed
from domain.reasons import Reason
from domain.values import Refused
from domain.wholesale.messages import WholesaleUser
from domain.wholesale.users import (
    Assigned,
    Holding,
    Limits,
    UserChange,
    UserResult,
    after,
    refuse_holding,
    wanted_for,
)

USER: Final = WholesaleUserRecord

WHOLE: Final[Select[Any]] = select(*USER.__table__.columns)
"""Rows that are no objects of a session."""

NOTHING: Final[dict[str, Any]] = {
    "email": None,
    "first_name": None,
    "last_name": None,
    "package": None,
    "add_ons": [],
    "administrator": False,
}
"""What is left of a user who was removed, beside the id."""


@dataclass
class Change:
    """What users have, while one change of them is decided."""

    limits: Limits
    now: datetime
    assigned: Assigned
    known: dict[str, StoredUser]
    """Of the users that it is about, those that have something."""

    changed: dict[str, StoredUser] = field(default_factory=dict)

    def assign(self, user: WholesaleUser, prefix: str = "") -> UserChange:
        """Who has it all already is unchanged, even where it could not be given anew today. Raises Refused."""
        known = self.known.get(user.user_id)
        wanted = wanted_for(user, known.has if known else None, self.limits)
        names = {name: getattr(user, name) for name in ("user_id", "email", "first_name", "last_name")}
        return self._becomes(known, StoredUser(**names, has=wanted, changed_at=self.now), prefix)

    def change_package(self, user_id: str, package: str, add_ons: Sequence[str] | None) -> UserChange:
        """Raises Refused."""
        known = self.known.get(user_id)
        if known is None:
            raise NotKnown("the customer has no such user: assign it", field="user_id")
        kept = known.has.add_ons if add_ons is None else tuple(sorted(add_ons))
        wanted = Holding(package=package, add_ons=kept, administrator=known.has.administrator)
        return self._becomes(known, known.model_copy(update={"has": wanted, "changed_at": self.now}), "")

    def result_of(self, user: WholesaleUser) -> UserResult:
        """One of many: a refusal is a result."""
        try:
            return UserResult(user_id=user.user_id, change=self.assign(user))
        except Refused as refused:
            return UserResult(user_id=user.user_id, change=UserChange.REFUSED, problem=refused.problem)

    def _becomes(self, known: StoredUser | None, wanted: StoredUser, prefix: str) -> UserChange:
        has = known.has if known else None
        if wanted.has != has:
            refuse_holding(wanted.has, has, self.assigned, self.limits, prefix)
        if known is not None and known == wanted.model_copy(update={"changed_at": known.changed_at}):
            return UserChange.UNCHANGED
        self.assigned = after(self.assigned, has, wanted.has)
        self.known[wanted.user_id] = self.changed[wanted.user_id] = wanted
        return UserChange.CHANGED if known else UserChange.ASSIGNED


class SqlWholesaleUsers(Database):
    """WholesaleStore on SQL, but for the end of a customer."""

    def assign_user(self, external_id: str, user: WholesaleUser, limits: Limits, now: datetime) -> UsersChanged:
        """Four statements, whatever the customer has."""
        with self._writing() as session:
            change = _begin(session, external_id, [user.user_id], limits, now)
            result = change.assign(user, "user.")
            _write(session, external_id, change)
            return UsersChanged(assigned=change.assigned, change=result)

    def change_package(
        self, external_id: str, user_id: str, package: str, add_ons: Sequence[str] | None, limits: Limits, now: datetime
    ) -> UsersChanged:
        """Likewise."""
        with self._writing() as session:
            change = _begin(session, external_id, [user_id], limits, now)
            result = change.change_package(user_id, package, add_ons)
            _write(session, external_id, change)
            return UsersChanged(assigned=change.assigned, change=result)

    def remove_user(self, external_id: str, user_id: str, now: datetime) -> UsersChanged:
        """The row stays, emptied."""
        with self._writing() as session:
            hold_users(session, external_id)
            known = session.get(USER, (external_id, user_id))
            if known is None:
                raise NotKnown("the customer never had such a user", field="user_id")
            has_something = known.package is not None
            if has_something:
                for name, value in (NOTHING | {"changed_at": now}).items():
                    setattr(known, name, value)
                session.flush()
            result = UserChange.REMOVED if has_something else UserChange.UNCHANGED
            return UsersChanged(assigned=counted(session, external_id), change=result)

    def lay_down(self, external_id: str, batch_id: str, users: Sequence[WholesaleUser], now: datetime) -> None:
        """Raises Refused once the deprovisioning has begun to be carried out: nobody would take the names away."""
        with self._writing() as session:
            hold_users(session, external_id)
            _refuse_deprovisioned(session, external_id)
            given = [user.model_dump(mode="json") for user in users]
            row = {"external_id": external_id, "batch_id": batch_id, "users": given, "laid_down_at": now}
            insert_missing(session, WholesaleBatchRecord, row)

    def assign_batch(self, external_id: str, batch_id: str, limits: Limits, now: datetime) -> UsersChanged:
        """Users are read by one statement and written by one, however many they are."""
        with self._writing() as session:
            hold_users(session, external_id)
            batch = session.get(WholesaleBatchRecord, (external_id, batch_id))
            if batch is not None and batch.answer is not None:
                return constructed(UsersChanged, batch.answer)
            if batch is None or batch.users is None:
                raise NotKnown("no users were laid down under this id", field="batch_id")
            users = [constructed(WholesaleUser, user) for user in batch.users]
            change = _begin(session, external_id, {user.user_id for user in users}, limits, now)
            results = [change.result_of(user) for user in users]
            _write(session, external_id, change)
            return _done(batch, change, results)

    def batch_results(self, external_id: str, batch_id: str) -> tuple[UserResult, ...] | None:
        """One row."""
        with self._reading() as session:
            batch = session.get(WholesaleBatchRecord, (external_id, batch_id))
            if batch is None or batch.results is None:
                return None
            return tuple(constructed(UserResult, result) for result in batch.results)

    def users(self, external_id: str, after: str = "", limit: int = 500, *, package: str = "") -> list[StoredUser]:
        """One query, on an index."""
        which = USER.package == package if package else USER.package.is_not(None)
        wanted = WHOLE.where(USER.external_id == external_id, USER.user_id > after, which)
        with self._reading() as session:
            return _stored(session, wanted.order_by(USER.user_id).limit(limit))

    def user(self, external_id: str, user_id: str) -> StoredUser:
        """One query."""
        with self._reading() as session:
            found = _stored(session, WHOLE.where(USER.external_id == external_id, USER.user_id == user_id))
        if not found:
            raise NotKnown(f"{external_id} has no such user", field="user_id")
        return found[0]

    def assigned(self, external_id: str) -> Assigned:
        """Counted, never kept: what was counted once may become wrong."""
        with self._reading() as session:
            return counted(session, external_id)


def hold_users(session: Session, external_id: str) -> None:
    """Until we are done nobody else changes users of this customer."""
    hold(session, f"wholesale users of {external_id}")


def counted(session: Session, external_id: str) -> Assigned:
    """How much is assigned in this moment. One query, answered by as many rows as there are combinations."""
    add_ons = cast(USER.add_ons, Text)
    combinations = (
        select(USER.package, add_ons, USER.administrator, func.count())
        .where(USER.external_id == external_id, USER.package.is_not(None))
        .group_by(USER.package, add_ons, USER.administrator)
    )
    users = administrators = 0
    packages, extras = Counter[str](), Counter[str]()
    for package, names, administrator, count in session.execute(combinations):
        users += count
        administrators += count if administrator else 0
        packages[str(package)] += count
        extras.update(dict.fromkeys(json.loads(names), count))
    return Assigned(users=users, administrators=administrators, packages=dict(packages), add_ons=dict(extras))


def _begin(session: Session, external_id: str, users: Collection[str], limits: Limits, now: datetime) -> Change:
    hold_users(session, external_id)
    _refuse_deprovisioned(session, external_id)
    known = _stored(session, WHOLE.where(USER.external_id == external_id, _one_of(session, sorted(users))))
    return Change(limits, now, counted(session, external_id), {user.user_id: user for user in known})


def _one_of(session: Session, users: list[str]) -> ColumnElement[bool]:
    """PostgreSQL compares every row with every member of a long list while it has no statistics, and an import is over
    before it has some: measured 0.3 s of a batch at 10,000 users. It joins a table instead, in 2 ms."""
    if session.get_bind().dialect.name == "postgresql":
        return USER.user_id.in_(select(func.unnest(cast(users, ARRAY(Text)))))
    return USER.user_id.in_(users)


def _refuse_deprovisioned(session: Session, external_id: str) -> None:
    """Also an attempt that its workflow has given up long ago and that comes late."""
    taken = select(DeprovisioningStepRecord.step).where(DeprovisioningStepRecord.external_id == external_id).limit(1)
    if session.scalar(taken) is not None:
        raise Refused("the customer is being deprovisioned: nobody gets anything (WHS-27)", code=Reason.WRONG_STAGE)


def _write(session: Session, external_id: str, change: Change) -> None:
    rows = [
        user.model_dump(exclude={"has"}) | user.has.model_dump(mode="json") | {"external_id": external_id}
        for user in change.changed.values()
    ]
    upsert(session, USER, [row | {"with_customer": False} for row in rows])


def _done(batch: WholesaleBatchRecord, change: Change, results: Sequence[UserResult]) -> UsersChanged:
    """Names and addresses stand in the users' rows now, and here no more."""
    answer = UsersChanged(assigned=change.assigned, results=dict(Counter(result.change for result in results)))
    batch.users, batch.done_at = None, change.now
    batch.answer = answer.model_dump(mode="json")
    batch.results = [result.model_dump(mode="json") for result in results]
    return answer


def _stored(session: Session, wanted: Select[Any]) -> list[StoredUser]:
    """Those that have something."""
    rows = session.execute(wanted).mappings()
    return [constructed(StoredUser, {**row, "has": row}) for row in rows if row["package"] is not None]

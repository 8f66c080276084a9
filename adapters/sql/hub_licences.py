"""Licences by file, as of an instant: of a million days few are read."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, ScalarSelect, String, and_, cast, func, select
from sqlalchemy.orm import Session

from adapters.sql.hub_as_of import Entitlements
from adapters.sql.hub_file_schema import MeasuredRecord, UsageRecord
from adapters.sql.hub_schema import HubEntitlementRecord
from domain.hub.licences import Licences, Purchased, carried, last_days_of_weeks
from domain.hub.lines import WEEKS
from domain.hub.policy import WEEK
from domain.lifecycle import Lifecycle

T = TypeVar("T")
ByEntitlement = dict[tuple[str, str], dict[str, T]]
"""By lifecycle and subject, then by product."""

KEY: Final = ("lifecycle", "subject", "product")
K, U = MeasuredRecord, UsageRecord


class LastUse(NamedTuple):
    """What says whether more is used than was purchased. HUB-13."""

    used: int | None
    purchased: Purchased | None


def last_uses(session: Session, entitlements: Entitlements) -> Iterator[tuple[str, str, str, LastUse]]:
    """Of each lifecycle, subject and product of which any usage is known; of trials none."""
    bought = K.lifecycle != Lifecycle.TRIAL
    found = _each(session, entitlements, _most(U.used, entitlements.last_day), where=bought).all()
    return (
        (lifecycle, subject, product, LastUse(used, purchased and _read(purchased)))
        for lifecycle, subject, product, purchased, used in found
    )


def licences_of(session: Session, entitlements: Entitlements, weeks: int = WEEKS) -> ByEntitlement[Licences]:
    """The same of all, with the last weeks. SQLite is quick to look up each number by its key, PostgreSQL to read all
    days once: so each is asked. Of few entitlements nobody reads all days."""
    of_all = entitlements.subjects is None and entitlements.customer_id is None
    ask = _in_one_pass if of_all and session.get_bind().dialect.name == "postgresql" else _one_by_one
    found: ByEntitlement[Licences] = defaultdict(dict)
    for lifecycle, subject, product, purchased, used_assigned, *numbers in ask(session, entitlements, weeks):
        found[lifecycle, subject][product] = Licences(
            assigned_by_week=carried(numbers[:weeks]),
            used_by_week=tuple(numbers[weeks:]),
            used_assigned=used_assigned,
            purchased=purchased and _read(purchased),
        )
    return found


def _one_by_one(session: Session, entitlements: Entitlements, weeks: int) -> Sequence[Sequence[Any]]:
    first, *others = last_days = last_days_of_weeks(entitlements.last_day, weeks)
    assigned = [_newest(U.assigned, first), *(_newest(U.assigned, day, U.day > day - WEEK) for day in others)]
    used = [_most(U.used, day) for day in last_days]
    rows: Sequence[Sequence[Any]] = _each(
        session, entitlements, _most(U.used_assigned, entitlements.last_day), *assigned, *used
    ).all()
    return rows


def _in_one_pass(session: Session, entitlements: Entitlements, weeks: int) -> Iterator[Sequence[Any]]:
    nothing = [None] * (1 + 2 * weeks)
    known = {row[:3]: row[3:] for row in session.connection().execute(_all_days(entitlements, weeks))}
    before = _newest(U.assigned, last_days_of_weeks(entitlements.last_day, weeks)[0] - WEEK)
    for *key, purchased, assigned in _each(session, entitlements, before):
        used_assigned, *numbers = known.get(tuple(key), nothing)
        first, *others = (each and int(each.partition(" ")[2]) for each in numbers[:weeks])
        yield *key, purchased, used_assigned, assigned if first is None else first, *others, *numbers[weeks:]


def _all_days(entitlements: Entitlements, weeks: int) -> Any:
    last_days = last_days_of_weeks(entitlements.last_day, weeks)
    of_its_week = [(U.day > last_day - WEEK, U.day <= last_day) for last_day in last_days]
    assigned = [func.max(_dated(U.assigned)).filter(*each) for each in of_its_week]
    used = [func.max(U.used).filter(*each) for each in of_its_week]
    its_entitlement = and_(HubEntitlementRecord.lifecycle == U.lifecycle, HubEntitlementRecord.subject == U.subject)
    used_assigned = func.max(U.used_assigned).filter(*of_its_week[-1])
    return (
        select(U.lifecycle, U.subject, U.product, used_assigned, *assigned, *used)
        .join(HubEntitlementRecord, its_entitlement)
        .where(*entitlements.conditions, U.day > last_days[0] - WEEK, U.day <= last_days[-1])
        .group_by(U.lifecycle, U.subject, U.product)
    )


def _each(
    session: Session, entitlements: Entitlements, *columns: ScalarSelect[Any], where: ColumnElement[bool] | None = None
) -> Any:
    """Each product of these entitlements of which any usage is known."""
    its_entitlement = and_(HubEntitlementRecord.lifecycle == K.lifecycle, HubEntitlementRecord.subject == K.subject)
    asked = select(K.lifecycle, K.subject, K.product, _purchased(entitlements.last_day), *columns)
    more = [] if where is None else [where]
    return session.connection().execute(
        asked.join(HubEntitlementRecord, its_entitlement).where(*entitlements.conditions, *more)
    )


def _purchased(last_day: date) -> ScalarSelect[Any]:
    """The newest word on it: `2026-11-21 25`."""
    return _newest(_dated(U.purchased), last_day, U.purchased.is_not(None))


def _dated(column: Any) -> ColumnElement[str]:
    """The highest of several is the newest day's, on either database."""
    return cast(U.day, String).concat(" ").concat(cast(column, String))


def _read(dated: str | None) -> Purchased | None:
    if dated is None:
        return None
    day, _, licences = dated.partition(" ")
    return Purchased(int(licences), date.fromisoformat(day))


def _most(column: Any, last_day: date) -> ScalarSelect[Any]:
    """The highest of the seven days that end with this one."""
    return select(func.max(column)).where(*_same(), U.day > last_day - WEEK, U.day <= last_day).scalar_subquery()


def _newest(column: Any, last_day: date, *conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Its value on the newest day there is."""
    of_key = select(column).where(*_same(), U.day <= last_day, *conditions)
    return of_key.order_by(U.day.desc()).limit(1).scalar_subquery()


def _same() -> list[ColumnElement[bool]]:
    return [getattr(U, name) == getattr(K, name) for name in KEY]

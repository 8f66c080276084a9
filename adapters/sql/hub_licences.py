"""Licences by file, as of an instant: of a million days few are read."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, ScalarSelect, String, and_, cast, func, select
from sqlalchemy.orm import Session

from adapters.sql.hub_as_of import Lives
from adapters.sql.hub_schema import HubLifeRecord, LatestUsageRecord, UsageRecord
from domain.hub.licences import Licences, Purchased, carried, last_days_of_weeks
from domain.hub.lines import WEEKS
from domain.hub.policy import WEEK

T = TypeVar("T")
ByLife = dict[tuple[str, str], dict[str, T]]
"""By lifecycle and subject, then by product."""

KEY: Final = ("lifecycle", "subject", "product")
K, U = LatestUsageRecord, UsageRecord


class LastUse(NamedTuple):
    """What says whether more is used than was purchased. HUB-13."""

    used: int | None
    purchased: Purchased | None


class Weeks(NamedTuple):
    """Of one product of one life, the oldest first."""

    used_assigned: int | None
    assigned: tuple[int | None, ...]
    used: tuple[int | None, ...]


NOTHING: Final = Weeks(None, (None,) * WEEKS, (None,) * WEEKS)


def last_uses(session: Session, lives: Lives) -> ByLife[LastUse]:
    """Of each product of which any usage is known."""
    found: ByLife[LastUse] = defaultdict(dict)
    for lifecycle, subject, product, purchased, used in _each(session, lives, _most(U.used, lives.last_day)):
        found[lifecycle, subject][product] = LastUse(used, _read(purchased))
    return found


def licences_of(session: Session, lives: Lives) -> ByLife[Licences]:
    """The same, with all the weeks that a line remembers."""
    weeks = _weeks(session, lives)
    before = _newest(U.assigned, last_days_of_weeks(lives.last_day)[0] - WEEK)
    found: ByLife[Licences] = defaultdict(dict)
    for lifecycle, subject, product, purchased, assigned in _each(session, lives, before):
        known = weeks.get((lifecycle, subject, product), NOTHING)
        found[lifecycle, subject][product] = Licences(
            assigned_by_week=carried(known.assigned, assigned),
            used_by_week=known.used,
            used_assigned=known.used_assigned,
            purchased=_read(purchased),
        )
    return found


def _weeks(session: Session, lives: Lives) -> dict[tuple[str, str, str], Weeks]:
    """SQLite is quick to look up each number by its key, PostgreSQL to read all days once: so each is asked."""
    ask = _in_one_pass if session.get_bind().dialect.name == "postgresql" else _one_by_one
    return {
        (lifecycle, subject, product): Weeks(used_assigned, tuple(numbers[:WEEKS]), tuple(numbers[WEEKS:]))
        for lifecycle, subject, product, used_assigned, *numbers in ask(session, lives)
    }


def _in_one_pass(session: Session, lives: Lives) -> Iterator[Sequence[Any]]:
    for row in session.connection().execute(_all_days(lives)):
        numbers = (each and int(each.partition(" ")[2]) for each in row[4 : 4 + WEEKS])
        yield (*row[:4], *numbers, *row[4 + WEEKS :])


def _all_days(lives: Lives) -> Any:
    weeks = last_days_of_weeks(lives.last_day)
    of_its_week = [(U.day > last_day - WEEK, U.day <= last_day) for last_day in weeks]
    assigned = [func.max(_dated(U.assigned)).filter(*each) for each in of_its_week]
    used = [func.max(U.used).filter(*each) for each in of_its_week]
    its_life = and_(HubLifeRecord.lifecycle == U.lifecycle, HubLifeRecord.subject == U.subject)
    used_assigned = func.max(U.used_assigned).filter(*of_its_week[-1])
    return (
        select(U.lifecycle, U.subject, U.product, used_assigned, *assigned, *used)
        .join(HubLifeRecord, its_life)
        .where(*lives.conditions, U.day > weeks[0] - WEEK, U.day <= weeks[-1])
        .group_by(U.lifecycle, U.subject, U.product)
    )


def _one_by_one(session: Session, lives: Lives) -> Iterator[Sequence[Any]]:
    weeks = last_days_of_weeks(lives.last_day)
    assigned = [_newest(U.assigned, last_day, U.day > last_day - WEEK) for last_day in weeks]
    used = [_most(U.used, last_day) for last_day in weeks]
    for row in _each(session, lives, _most(U.used_assigned, lives.last_day), *assigned, *used):
        yield (*row[:3], *row[4:])


def _each(session: Session, lives: Lives, *columns: ScalarSelect[Any]) -> Any:
    """Each product of these lives of which any usage is known."""
    its_life = and_(HubLifeRecord.lifecycle == K.lifecycle, HubLifeRecord.subject == K.subject)
    asked = select(K.lifecycle, K.subject, K.product, _purchased(lives.last_day), *columns)
    return session.connection().execute(asked.join(HubLifeRecord, its_life).where(*lives.conditions))


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

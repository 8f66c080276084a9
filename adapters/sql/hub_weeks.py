"""Weeks that were closed, as they were: revisions are added, and none ever changes. HUB-60."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Select, Text, bindparam, cast, delete, func, insert, select
from sqlalchemy.orm import Session

from activities.ports.store import NotKnown
from adapters.sql.database import Database, hold
from adapters.sql.hub_schema import HubEntitlementRecord
from adapters.sql.hub_week_rows import (
    AFTER_IT,
    BETWEEN,
    CALLS,
    CUSTOMERS,
    LINES,
    OF_NOBODY,
    SUMS,
    TERMS,
    RowKind,
    Sums,
    WeekRows,
    Written,
)
from adapters.sql.hub_week_schema import LateWeekRecord, WeekRecord, WeekRowRecord
from adapters.sql.upsert import table_of
from domain.hub.as_of import AsOf, ClosedWeek
from domain.hub.calls import WeekOfCalls
from domain.hub.customers import HubCustomer
from domain.hub.lines import Line
from domain.hub.policy import WEEK, HubPolicy
from domain.hub.weeks import last_closed, week_of, weeks_between

AFTER: Final = timedelta(microseconds=1)
"""What is closed is closed later than everything before it, also where the clock stood still or went back."""

T = TypeVar("T")
W: Final = WeekRecord


ADDED: Final = insert(table_of(WeekRowRecord)).values(
    week=bindparam("of_week"),
    revision=bindparam("of_revision"),
    partner_id=bindparam("of_partner"),
    kind=bindparam("of_kind"),
    key=bindparam("of_key"),
    content=bindparam("text", type_=Written()),
)


class WeekNotClosed(NotKnown):
    """Nobody has closed that week, or not as often."""

    def __init__(self, as_of: AsOf, newest: date | None) -> None:
        known = f"the last one that is closed ended on {newest}" if newest else "no week is closed yet"
        what = f"revision {as_of.revision} of the week" if as_of.revision else "the week"
        super().__init__(f"{what} that ends on {as_of.week} is not closed: {known}", field="as_of")


@dataclass(frozen=True, slots=True)
class DueWeek:
    """A week to be closed, or to be closed once more because rows of it came late."""

    week: date
    revision: int
    marks: int
    """Of the week when it was looked at: one that comes while it is closed stays, and the week is due again."""


class SqlHubWeeks(Database):
    """On SQL."""

    def weeks(self) -> list[ClosedWeek]:
        """The newest first, each as its newest revision has it."""
        with self._reading() as session:
            return [every[-1] for every in _by_week(session, _closed())][::-1]

    def revisions(self, week: date) -> list[ClosedWeek]:
        """Of one week, the first one first; none, if it is not closed."""
        with self._reading() as session:
            return [each for every in _by_week(session, _closed().where(W.week == week)) for each in every]

    def closed_week(self, as_of: AsOf) -> ClosedWeek:
        """The revision that is asked for. Raises WeekNotClosed."""
        assert as_of.week is not None  # noqa: S101 - for the type checker: now is not a week
        every = self.revisions(as_of.week)
        for each in reversed(every):
            if as_of.revision in (None, each.revision):
                return each
        with self._reading() as session:
            raise WeekNotClosed(as_of, session.scalar(select(func.max(W.week))))

    def weeks_before(self, closed: ClosedWeek, number: int) -> list[ClosedWeek]:
        """So many weeks up to this one, the oldest first, as they were known when this revision was closed."""
        since = closed.week - WEEK * (number - 1)
        wanted = _closed().where(W.week >= since, W.week <= closed.week, W.closed_at <= closed.closed_at)
        with self._reading() as session:
            return [every[-1] for every in _by_week(session, wanted)]

    def week_terms(self, closed: ClosedWeek) -> HubPolicy | None:
        """By what it was judged when it was closed first. None: an older release closed it, and kept none."""
        return next(iter(self._kept(TERMS, RowKind.TERMS, AsOf(closed.week, closed.revision), OF_NOBODY)), None)

    def week_customers(self, week: date, revision: int | None = None, partner: str | None = None) -> list[HubCustomer]:
        """Those of a partner, or all; `revision` None is the newest. Raises WeekNotClosed."""
        return self._kept(CUSTOMERS, RowKind.CUSTOMER, AsOf(week, revision), partner)

    def week_customer(self, week: date, revision: int | None, partner: str, customer: str) -> HubCustomer | None:
        """One of them; None: it was not there."""
        key = WeekRowRecord.key == customer
        return next(iter(self._kept(CUSTOMERS, RowKind.CUSTOMER, AsOf(week, revision), partner, key)), None)

    def week_lines(
        self, week: date, revision: int | None = None, partner: str | None = None, customer: str | None = None
    ) -> list[Line]:
        """The same of lines, also of one customer."""
        key, whose = WeekRowRecord.key, []
        if customer is not None:
            whose = [key >= f"{customer}{BETWEEN}", key < f"{customer}{AFTER_IT}"]
        return self._kept(LINES, RowKind.LINE, AsOf(week, revision), partner, *whose)

    def week_sums(self, week: date, revision: int | None, partner: str | None, product: str) -> list[Sums]:
        """Of one product; by partner."""
        key = WeekRowRecord.key == product
        return self._kept(SUMS, RowKind.SUMS, AsOf(week, revision), partner, key)

    def week_calls(self, week: date, revision: int | None = None, partner: str | None = None) -> list[WeekOfCalls]:
        """The same of calls of that week; a customer of two partners stands there once."""
        found = self._kept(CALLS, RowKind.CALLS, AsOf(week, revision), partner)
        return list({each.customer_id: each for each in found}.values())

    def _kept(
        self, adapter: TypeAdapter[list[T]], kind: RowKind, as_of: AsOf, partner: str | None, *only: ColumnElement[bool]
    ) -> list[T]:
        closed = self.closed_week(as_of)
        row = WeekRowRecord
        wanted = select(cast(row.content, Text)).where(row.week == closed.week, row.revision == closed.revision)
        wanted = wanted.where(
            row.kind == kind.value, *only, *([row.partner_id == partner] if partner is not None else [])
        )
        with self._reading() as session:
            texts = session.scalars(wanted.order_by(row.partner_id, row.key)).all()
        return adapter.validate_json(f"[{','.join(texts)}]")

    def due_weeks(self, now: datetime) -> list[DueWeek]:
        """Those that ended and are not closed, since the first entitlement known, and closed ones that got rows since;
        the oldest first."""
        with self._reading() as session:
            first = session.scalar(select(func.min(HubEntitlementRecord.valid_from)))
            newest = dict(_pairs(session, select(W.week, func.max(W.revision)).group_by(W.week)))
            marks = dict(_pairs(session, select(LateWeekRecord.week, LateWeekRecord.marks)))
        ended = weeks_between(week_of(first.date()), last_closed(now)) if first else ()
        due = {week for week in ended if week not in newest} | (newest.keys() & marks.keys())
        return [DueWeek(week, newest.get(week, 0) + 1, marks.get(week, 0)) for week in sorted(due)]

    def keep_week(self, due: DueWeek, rows: WeekRows, now: datetime) -> ClosedWeek | None:
        """Close it with these rows, in one transaction; None, if somebody else did meanwhile, or if the rows say
        nothing new."""
        with self._writing() as session:
            hold(session, "hub weeks")
            before = session.scalar(select(W).where(W.week == due.week).order_by(W.revision.desc()).limit(1))
            if (before.revision if before else 0) != due.revision - 1:
                return None
            _forget_marks(session, due)
            if before is not None and before.digest == rows.digest:
                return None
            _write(session, due, rows, now)
        return self.closed_week(AsOf(due.week, due.revision))


def _pairs(session: Session, wanted: Select[date, int]) -> list[tuple[date, int]]:
    return [(week, number) for week, number in session.execute(wanted)]


def _write(session: Session, due: DueWeek, rows: WeekRows, now: datetime) -> None:
    newest = session.scalar(select(func.max(W.closed_at)))
    at = max(now, newest + AFTER) if newest else now
    session.add(W(week=due.week, revision=due.revision, closed_at=at, rows=rows.count, digest=rows.digest))
    which = {"of_week": due.week, "of_revision": due.revision}
    for some in rows.batches():
        session.execute(ADDED, [which | row for row in some])


def _forget_marks(session: Session, due: DueWeek) -> None:
    """Only those that were there before its rows were read."""
    mark = LateWeekRecord
    session.execute(delete(mark).where(mark.week == due.week, mark.marks == due.marks))


def _closed() -> Select[WeekRecord, datetime]:
    late = LateWeekRecord
    wanted: Select[WeekRecord, datetime] = select(W, late.since).join(late, late.week == W.week, isouter=True)
    return wanted.order_by(W.week, W.revision)


def _by_week(session: Session, wanted: Select[WeekRecord, datetime]) -> Iterator[list[ClosedWeek]]:
    """Week by week, the oldest first, all revisions that were found of each."""
    found: dict[date, list[tuple[WeekRecord, datetime | None]]] = {}
    for record, late_since in session.execute(wanted):
        found.setdefault(record.week, []).append((record, late_since))
    yield from (_revisions(every) for every in found.values())


def _revisions(every: Sequence[tuple[WeekRecord, datetime | None]]) -> list[ClosedWeek]:
    return [
        ClosedWeek(
            week=record.week,
            revision=record.revision,
            revisions=len(every),
            closed_at=record.closed_at,
            first_closed_at=every[0][0].closed_at,
            rows=record.rows,
            late_since=late_since,
        )
        for record, late_since in every
    ]

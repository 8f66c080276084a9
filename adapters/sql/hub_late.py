"""Weeks that get rows: whoever writes some says so in the same transaction, and the next closing looks. HUB-60."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.sql.hub_histories import Key, by_lifecycle
from adapters.sql.hub_schema import HubEntitlementRecord
from adapters.sql.hub_week_schema import LateWeekRecord, WeekRecord
from adapters.sql.upsert import INSERT, table_of
from domain.hub.entitlements import Entitlement
from domain.hub.history import Span
from domain.hub.weeks import end_of, last_closed, week_of, weeks_between

Spans = Mapping[Key, Sequence[Span]]


def mark_weeks(session: Session, weeks: Iterable[date], now: datetime) -> None:
    """Rows of these weeks are in this transaction, whether the weeks are closed or not.

    A week that is being closed meanwhile read either these rows or an older mark, and then it leaves this one alone. In
    one order, so that two imports never wait for each other.
    """
    table = table_of(LateWeekRecord)
    insert = INSERT[session.get_bind().dialect.name](table)
    once_more = {"marks": table.c.marks + 1}
    marked = insert.on_conflict_do_update(index_elements=["week"], set_=once_more)
    rows = [{"week": week, "since": now, "marks": 1} for week in sorted(set(weeks))]
    if rows:
        session.execute(marked, rows)


def mark_from(session: Session, weeks: Collection[date], now: datetime) -> None:
    """And every one after the first of them: what a row says of licences stays so until a newer one says else. Those
    whose numbers stay are not revised."""
    later = weeks_between(min(weeks), _last(session, now)) if weeks else ()
    mark_weeks(session, {*weeks, *later}, now)


def mark_late_entitlements(session: Session, spans: Spans, now: datetime) -> None:
    """They are about to be derived anew: where that changes how one was in a closed week, something was recorded late
    or dated back, and every closed week from then on is looked at again."""
    last, known = _last(session, now), _known(session, spans)
    changed = [at for key, each in spans.items() if (at := _first_change(known[key], each)) is not None]
    if changed and min(changed) < end_of(last):
        mark_weeks(session, weeks_between(week_of(min(changed).date()), last), now)


def _last(session: Session, now: datetime) -> date:
    """Of the weeks that are closed, or that somebody may be closing."""
    closed = session.scalar(select(func.max(WeekRecord.week)))
    return max(closed or last_closed(now), last_closed(now))


def _known(session: Session, spans: Spans) -> Mapping[Key, list[HubEntitlementRecord]]:
    row = HubEntitlementRecord
    found: dict[Key, list[HubEntitlementRecord]] = defaultdict(list)
    for lifecycle, subjects in by_lifecycle(spans).items():
        asked = select(row).where(row.lifecycle == lifecycle, row.subject.in_(subjects)).order_by(row.number)
        for each in session.scalars(asked):
            found[lifecycle, each.subject].append(each)
    return found


def _first_change(before: Sequence[HubEntitlementRecord], after: Sequence[Span]) -> datetime | None:
    """The first instant at which they differ."""
    for old, new in zip_longest(before, after):
        if old is None or new is None:
            return new.entitlement.valid_from if new else old.valid_from
        if any(_plain(getattr(new.entitlement, each.name)) != getattr(old, each.name) for each in fields(Entitlement)):
            return min(new.entitlement.valid_from, old.valid_from)
        if old.valid_until != new.until:
            return min(until for until in (old.valid_until, new.until) if until is not None)
    return None


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value

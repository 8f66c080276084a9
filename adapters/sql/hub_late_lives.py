"""Lives of which something was recorded after a week was closed in which it happened. HUB-60."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.sql.hub_late import mark_weeks
from adapters.sql.hub_schema import HubLifeRecord, WeekRecord
from domain.hub.history import Span
from domain.hub.lives import Life
from domain.hub.weeks import end_of, week_of, weeks_between
from domain.lifecycle import Lifecycle

Spans = Mapping[tuple[Lifecycle, str], Sequence[Span]]


def mark_late_lives(session: Session, spans: Spans, now: datetime) -> None:
    """They are about to be derived anew: where that changes how one was in a closed week, something was recorded late
    or dated back, and every closed week from then on is looked at again."""
    newest = session.scalar(select(func.max(WeekRecord.week)))
    if newest is None:
        return
    known = _known(session, spans)
    changed = [at for key, each in spans.items() if (at := _first_change(known[key], each)) is not None]
    if changed and min(changed) < end_of(newest):
        mark_weeks(session, weeks_between(week_of(min(changed).date()), newest), now)


def _known(session: Session, spans: Spans) -> Mapping[tuple[Lifecycle, str], list[HubLifeRecord]]:
    by_lifecycle: dict[Lifecycle, list[str]] = defaultdict(list)
    for lifecycle, subject in spans:
        by_lifecycle[lifecycle].append(subject)
    row = HubLifeRecord
    found: dict[tuple[Lifecycle, str], list[HubLifeRecord]] = defaultdict(list)
    for lifecycle, subjects in by_lifecycle.items():
        asked = select(row).where(row.lifecycle == lifecycle, row.subject.in_(subjects)).order_by(row.number)
        for each in session.scalars(asked):
            found[lifecycle, each.subject].append(each)
    return found


def _first_change(before: Sequence[HubLifeRecord], after: Sequence[Span]) -> datetime | None:
    """The first instant at which they differ."""
    for old, new in zip_longest(before, after):
        if old is None or new is None:
            return new.life.valid_from if new else old.valid_from
        if any(_plain(getattr(new.life, each.name)) != getattr(old, each.name) for each in fields(Life)):
            return min(new.life.valid_from, old.valid_from)
        if old.valid_until != new.until:
            return min(until for until in (old.valid_until, new.until) if until is not None)
    return None


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value

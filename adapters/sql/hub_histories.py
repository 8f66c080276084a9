"""Lifecycles as the hub folds them: start, state and the events that say something to it, many at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from adapters.sql.schema import EventRecord, LifecycleRecord
from domain.construct import constructed
from domain.events import Event
from domain.hub.fold import FOLDINGS
from domain.hub.fold_order import items_of
from domain.hub.fold_subscription import ACTIVATED, RENEWED
from domain.hub.history import BoughtBy, History
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS

Key = tuple[Lifecycle, str]


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """And of which row in `lifecycles` it is."""

    history: History
    run: str
    sequence: int


def by_lifecycle(keys: Iterable[Key]) -> Mapping[Lifecycle, list[str]]:
    """Subjects of each."""
    found: dict[Lifecycle, list[str]] = defaultdict(list)
    for lifecycle, subject in keys:
        found[lifecycle].append(subject)
    return found


Events = Mapping[str, list[Event]]
"""By subject."""

ROW: Final = (
    LifecycleRecord.lifecycle,
    LifecycleRecord.subject,
    LifecycleRecord.placed,
    LifecycleRecord.state,
    LifecycleRecord.linked_to,
    LifecycleRecord.opened_at,
    LifecycleRecord.recorded_at,
    LifecycleRecord.run,
    LifecycleRecord.sequence,
)


def histories_of(session: Session, keys: Iterable[Key]) -> dict[Key, ReadHistory]:
    """In one snapshot. With a subscription comes the order that started it, which ends when the subscription begins."""
    wanted: dict[Lifecycle, set[str]] = {name: set() for name in FOLDINGS}
    for lifecycle, subject in keys:
        wanted[lifecycle].add(subject)
    begun = _events(session, Lifecycle.SUBSCRIPTION, wanted[Lifecycle.SUBSCRIPTION])
    wanted[Lifecycle.ORDER] |= _orders_named(begun, ACTIVATED)
    bought = _bought(session, _orders_named(begun, ACTIVATED, RENEWED))
    found: dict[Key, ReadHistory] = {}
    for lifecycle, subjects in wanted.items():
        events = begun if lifecycle == Lifecycle.SUBSCRIPTION else _events(session, lifecycle, subjects)
        rows = _rows(session, lifecycle, subjects)
        began_at = _began_at(session, rows) if lifecycle == Lifecycle.ORDER else {}
        for row in rows:
            history = _history(row, events.get(row.subject, []), bought, began_at.get(row.linked_to))
            found[row.lifecycle, row.subject] = ReadHistory(history, row.run, row.sequence)
    return found


def _history(row: Row[Any], events: list[Event], bought: Mapping[str, BoughtBy], began_at: datetime | None) -> History:
    named = {event.data["order"] for event in events if event.type in {ACTIVATED, RENEWED}}
    return History(
        lifecycle=row.lifecycle,
        subject=row.subject,
        placed=row.placed or {},
        state=constructed(KINDS[row.lifecycle].state, row.state),
        events=events,
        opened_at=row.opened_at,
        recorded_at=row.recorded_at,
        orders={number: bought[number] for number in named if number in bought},
        began_at=began_at,
    )


def _rows(session: Session, lifecycle: Lifecycle, subjects: Collection[str]) -> Sequence[Row[Any]]:
    record = LifecycleRecord
    return session.execute(select(*ROW).where(record.lifecycle == lifecycle, record.subject.in_(subjects))).all()


def _events(session: Session, lifecycle: Lifecycle, subjects: Collection[str]) -> Events:
    """Of each in the order in which they were recorded: only those that say something to the hub."""
    record = EventRecord
    columns = record.subject, record.sequence, record.type, record.occurred_at, record.data
    asked = (
        select(*columns)
        .where(record.lifecycle == lifecycle, record.subject.in_(subjects), record.type.in_(FOLDINGS[lifecycle].events))
        .order_by(record.subject, record.sequence, record.recorded_at, record.type)
    )
    found: dict[str, list[Event]] = defaultdict(list)
    for subject, sequence, type_, at, data in session.execute(asked):
        found[subject].append(Event.model_construct(sequence=sequence, type=type_, occurred_at=at, data=data))
    return found


def _orders_named(events: Events, *types: str) -> set[str]:
    return {event.data["order"] for each in events.values() for event in each if event.type in types}


def _bought(session: Session, numbers: Collection[str]) -> dict[str, BoughtBy]:
    """What these orders bought."""
    found = {}
    for row in _rows(session, Lifecycle.ORDER, numbers):
        built_at = row.state.get("built_at")
        found[row.subject] = BoughtBy(
            items=items_of(row.placed or {}), built_at=datetime.fromisoformat(built_at) if built_at else None
        )
    return found


def _began_at(session: Session, orders: Iterable[Row[Any]]) -> dict[str, datetime]:
    """Of the subscriptions of these orders: when each began."""
    record = EventRecord
    asked = (
        select(record.subject, func.min(record.occurred_at).label("began_at"))
        .where(
            record.lifecycle == Lifecycle.SUBSCRIPTION,
            record.subject.in_({order.linked_to for order in orders}),
            record.type == ACTIVATED,
        )
        .group_by(record.subject)
    )
    return {row.subject: row.began_at for row in session.execute(asked)}

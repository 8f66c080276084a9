"""Events and tasks of any lifecycle: facts are added and never change; a task only moves forward."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.sql.schema import EventRecord, TaskRecord
from adapters.sql.upsert import insert_all_missing, upsert
from domain.events import Event, Journal
from domain.mails import Lifecycle

FACTS: Final = tuple(Event.model_fields)
"""What must be the same when an event is written twice: all of it. When it was recorded is ours and not compared."""


class EventContradicted(Exception):
    """An event is in the store with other content: the journal was told twice and differently. A bug, never a retry."""

    def __init__(self, lifecycle: Lifecycle, subject: str, stored: Event, told: Event) -> None:
        differing = [fact for fact in FACTS if getattr(stored, fact) != getattr(told, fact)]
        super().__init__(
            f"{lifecycle} {subject}: event {told.sequence} is stored as {stored.type} and now told as {told.type}, "
            f"with other {', '.join(differing)}"
        )
        self.differing = differing


def keep_journal(session: Session, lifecycle: Lifecycle, subject: str, journal: Journal, recorded_at: datetime) -> None:
    """Add new events, bring changed tasks up to date. Raises EventContradicted."""
    _keep_events(session, lifecycle, subject, journal.unrecorded, recorded_at)
    key = {"lifecycle": lifecycle, "subject": subject, "sequence": journal.sequence}
    upsert(session, TaskRecord, [key | task.model_dump() for task in journal.changed_tasks], never_back=True)


def _keep_events(
    session: Session, lifecycle: Lifecycle, subject: str, told: list[Event], recorded_at: datetime
) -> None:
    key = {"lifecycle": lifecycle, "subject": subject, "recorded_at": recorded_at}
    insert_all_missing(session, EventRecord, [key | event.model_dump() for event in told])
    stored = {event.sequence: event for event in events_of(session, lifecycle, subject, [e.sequence for e in told])}
    for event in told:
        if stored[event.sequence] != event:
            raise EventContradicted(lifecycle, subject, stored[event.sequence], event)


def events_of(session: Session, lifecycle: Lifecycle, subject: str, sequences: list[int] | None = None) -> list[Event]:
    """Oldest first; only those of the given sequences, if any are given."""
    found = select(EventRecord).where(EventRecord.lifecycle == lifecycle, EventRecord.subject == subject)
    if sequences is not None:
        found = found.where(EventRecord.sequence.in_(sequences))
    return [
        Event.model_validate(record, from_attributes=True)
        for record in session.scalars(found.order_by(EventRecord.sequence))
    ]

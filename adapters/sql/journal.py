"""Where a life stands, and what it tells of how it came there: facts are added and never change."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.sql.schema import EventRecord, Standing, TaskRecord
from adapters.sql.upsert import insert_all_missing, upsert
from domain.events import Event, Journal
from domain.life import Life
from domain.mails import Lifecycle


def standing(life: Life, run: str, recorded_at: datetime) -> dict[str, Any]:
    """The columns of `Standing`, as that run tells them."""
    deadline = life.agenda.next()
    return {
        "next_deadline": deadline.at if deadline else None,
        "next_deadline_label": deadline.label if deadline else None,
        "attention": life.attention,
        "run": run,
        "sequence": life.journal.sequence,
        "life": life.model_dump(mode="json"),
        "recorded_at": recorded_at,
    }


def move_on(stored: Standing, columns: dict[str, Any]) -> None:
    """Bring a row up to date: never back within one run; another run's word always counts."""
    if stored.run != columns["run"] or stored.sequence <= columns["sequence"]:
        for column, value in columns.items():
            setattr(stored, column, value)


def keep_journal(
    session: Session, lifecycle: Lifecycle, subject: str, journal: Journal, run: str, recorded_at: datetime
) -> None:
    """Add new events, the first telling of each; bring changed tasks up to date, as rows are."""
    key = {"lifecycle": lifecycle, "subject": subject}
    told = [key | {"recorded_at": recorded_at} | event.model_dump() for event in journal.unrecorded]
    insert_all_missing(session, EventRecord, told)
    teller = key | {"run": run, "sequence": journal.sequence}
    upsert(session, TaskRecord, [teller | task.model_dump() for task in journal.changed_tasks], never_back=True)


def events_of(session: Session, lifecycle: Lifecycle, subject: str) -> list[Event]:
    """Oldest first. Where a run that was Reset went another way, what was recorded first comes first."""
    found = (
        select(EventRecord)
        .where(EventRecord.lifecycle == lifecycle, EventRecord.subject == subject)
        .order_by(EventRecord.sequence, EventRecord.recorded_at, EventRecord.type)
    )
    return [Event.model_validate(record, from_attributes=True) for record in session.scalars(found)]

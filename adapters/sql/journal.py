"""What a lifecycle tells of how it came where it is: facts are added and never change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, Table, bindparam, select
from sqlalchemy.orm import Session

from adapters.sql.renumber import renumber
from adapters.sql.schema import EventRecord, PaperRecord, TaskRecord
from adapters.sql.upsert import insert_all_missing, table_of, upsert
from domain.construct import constructed
from domain.events import Event, Journal
from domain.lifecycle import Lifecycle

PAPERS: Final[Table] = table_of(PaperRecord)

FORMS: Final[Select[Any]] = select(PAPERS.c.name, PAPERS.c.content).where(
    PAPERS.c.lifecycle == bindparam("lifecycle"), PAPERS.c.subject == bindparam("subject")
)


def keep_journal(
    session: Session, lifecycle: Lifecycle, subject: str, journal: Journal, run: str, recorded_at: datetime
) -> None:
    """Add new events, the first record of each, once; bring changed tasks up to date, as rows are."""
    key = {"lifecycle": lifecycle, "subject": subject}
    events = [key | {"recorded_at": recorded_at} | event.model_dump() for event in journal.unrecorded]
    renumber(session, events)
    insert_all_missing(session, EventRecord, events)
    recorded_by = key | {"run": run, "sequence": journal.sequence}
    tasks = [recorded_by | task.model_dump() for task in journal.changed_tasks]
    upsert(session, TaskRecord, tasks, never_back=True)


def keep_forms(
    session: Session, lifecycle: Lifecycle, subject: str, forms: Mapping[str, dict[str, Any]], recorded_at: datetime
) -> None:
    """The last one of each name."""
    key = {"lifecycle": lifecycle, "subject": subject, "recorded_at": recorded_at}
    upsert(session, PaperRecord, [key | {"name": name, "content": form} for name, form in forms.items()])


def forms_of(session: Session, lifecycle: Lifecycle, subject: str) -> dict[str, dict[str, Any]]:
    """As they were submitted, by name."""
    found = session.connection().execute(FORMS, {"lifecycle": lifecycle, "subject": subject})
    return {row.name: row.content for row in found}


def events_of(session: Session, lifecycle: Lifecycle, subject: str) -> list[Event]:
    """Oldest first. Where a run that was Reset went another way, what was recorded first comes first."""
    found = (
        select(EventRecord)
        .where(EventRecord.lifecycle == lifecycle, EventRecord.subject == subject)
        .order_by(EventRecord.sequence, EventRecord.recorded_at, EventRecord.type)
    )
    return [constructed(Event, record) for record in session.scalars(found)]

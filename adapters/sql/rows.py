"""The row of a lifecycle: written as its state says, never back within one run."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table, Update, bindparam, or_, update
from sqlalchemy.orm import Session

from activities.ports.store import NotKnown
from adapters.sql.schema import Base, LifecycleRecord
from adapters.sql.upsert import upsert
from domain.kind import Kind
from domain.lifecycle import Lifecycle, LifecycleState

TABLE: Final[Table] = Base.metadata.tables[LifecycleRecord.__tablename__]

KEY: Final = ("lifecycle", "subject")
TAKEN: Final = ("placed", "input_hash", "first_run", "opened_at", "answer")
"""Columns that the opening writes, and no record."""

MOVE: Final[Update] = (
    update(TABLE)
    .where(TABLE.c.lifecycle == bindparam("of_lifecycle"), TABLE.c.subject == bindparam("of_subject"))
    .where(
        or_(
            TABLE.c.run != bindparam("of_run"),
            TABLE.c.sequence <= bindparam("of_sequence"),
            TABLE.c.recorded_at < bindparam("of_recorded_at"),
        )
    )
    .values({column.name: bindparam(column.name) for column in TABLE.c if column.name not in (*KEY, *TAKEN)})
)


def columns_of(kind: Kind[Any], state: LifecycleState, run: str, recorded_at: datetime) -> dict[str, Any]:
    """All that a record writes but `state` itself: what people are shown, lists and questions find it by."""
    view = kind.view(state, recorded_at)
    deadline = view.deadlines[0] if view.deadlines else None
    return {
        "lifecycle": kind.name,
        "subject": state.subject,
        "kind": view.kind,
        "stage": view.stage,
        "open": view.stage not in kind.closed,
        "customer_id": view.customer_id,
        "partner_id": view.partner_id,
        "linked_to": kind.linked_to(state),
        "next_deadline": deadline.at if deadline else None,
        "next_deadline_label": deadline.label if deadline else None,
        "attention": view.attention,
        "run": run,
        "sequence": state.journal.sequence,
        "recorded_at": recorded_at,
    }


def move(session: Session, row: dict[str, Any]) -> bool:
    """Bring a row up to date that is there; False if it stays: the same run was further. Raises NotKnown."""
    given = row | {f"of_{name}": row[name] for name in (*KEY, "run", "sequence", "recorded_at")}
    moved = session.connection().execute(MOVE, given).rowcount > 0
    if not moved:
        stored(session, row["lifecycle"], row["subject"])
    return moved


def move_or_begin(session: Session, row: dict[str, Any]) -> bool:
    """The same; one that is not there begins."""
    return upsert(session, LifecycleRecord, [row], never_back=True, kept=TAKEN)


def stored(session: Session, lifecycle: Lifecycle, subject: str) -> LifecycleRecord:
    """Raises NotKnown."""
    found = session.get(LifecycleRecord, (lifecycle, subject))
    if found is None:
        raise NotKnown(f"no {lifecycle} {subject} is known here")
    return found

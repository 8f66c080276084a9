"""An id is taken once and for ever; one whose runs Temporal has lost may be taken over by its twin. R9."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from activities.ports.store import Taken
from adapters.sql.contact_changes import in_their_places
from adapters.sql.journal import keep_journal
from adapters.sql.people import are_known, content_hash, keep_people
from adapters.sql.rows import columns_of
from adapters.sql.schema import LifecycleRecord, TaskRecord
from adapters.sql.upsert import insert_missing
from domain.events import Event, Journal
from domain.kind import Kind
from domain.lifecycle import Lifecycle, LifecycleState
from domain.lifecycles import KINDS
from domain.start_people import StartPeople
from domain.values import Message, facts

Answer = dict[str, Any] | None


@dataclass(frozen=True)
class Opening:
    """A lifecycle that wants its id."""

    placed: Message
    state: LifecycleState
    run: str
    at: datetime

    @property
    def kind(self) -> Kind[Any]:
        """Its row in the table of lifecycles."""
        return KINDS[self.state.lifecycle]

    @property
    def key(self) -> tuple[Lifecycle, str]:
        """Of its row."""
        return self.state.lifecycle, self.state.subject

    @property
    def people(self) -> StartPeople[Any]:
        """Which its start names."""
        return self.kind.people(self.kind.start)

    def columns(self) -> dict[str, Any]:
        """Where it stands, and who may take the id again."""
        columns = columns_of(self.kind, self.state, self.run, self.at)
        return columns | {"state": self.state.model_dump(mode="json"), "first_run": self.run}


def take(session: Session, new: Opening, lost: frozenset[str], check: Callable[[Session, Any, Any], Answer]) -> Answer:
    """Insert its row, and answer what `check` does; the same run may repeat that and gets the same answer.

    `check` raises what speaks against a new one, in this transaction. Raises Taken. `lost`: see the port.
    """
    known = session.get(LifecycleRecord, new.key)
    if known is None:
        answer = check(session, new.placed, new.state)
        if insert_missing(session, LifecycleRecord, _first_row(new, answer)):
            keep_people(session, *new.key, new.people.of(new.placed))
            return answer
    known = session.get_one(LifecycleRecord, new.key, with_for_update=True, populate_existing=True)
    if (twins := _twins(session, known, new)) and twins <= lost:
        _start_again(session, known, new)
    if known.first_run != new.run:
        raise _taken(session, known, new)
    return known.answer


def _first_row(new: Opening, answer: Answer) -> dict[str, Any]:
    content = new.people.without(new.placed)
    beside = {"placed": content, "input_hash": content_hash(content), "opened_at": new.at, "answer": answer}
    return new.columns() | beside


def same_content(session: Session, known: LifecycleRecord, placed: Message) -> bool:
    """Is this the very one that is stored, whoever sends it?"""
    kind = KINDS[known.lifecycle]
    people = kind.people(kind.start)
    key = known.lifecycle, known.subject
    same_people = are_known(session, *key, in_their_places(session, *key, people.of(placed)))
    return same_people and known.input_hash == content_hash(people.without(placed))


def _twins(session: Session, known: LifecycleRecord, new: Opening) -> frozenset[str]:
    """The runs of an open one that is this very one; none of one that never runs again. R9, TRL-78."""
    if not known.open or known.stage in new.kind.repair.never_again or not same_content(session, known, new.placed):
        return frozenset()
    return frozenset({known.first_run or known.run, known.run})


def _taken(session: Session, known: LifecycleRecord, new: Opening) -> Taken:
    article = "an" if known.lifecycle[0] in "aeiou" else "a"
    which = "the same" if same_content(session, known, new.placed) else "other"
    return Taken(
        f"{known.subject} was already taken by {article} {known.lifecycle.replace('_', ' ')} with {which} content "
        f"that is {known.stage} (R9)",
        field=new.kind.id_field,
        by=_twins(session, known, new),
    )


def _start_again(session: Session, known: LifecycleRecord, new: Opening) -> None:
    """Another run goes through it from the beginning, for Temporal lost the one before. R9.

    The record says so and keeps all there was; tasks that were open are closed, for the new run opens its own.
    """
    lifecycle, subject = new.key
    restarted = Event(
        sequence=known.sequence, type=f"{lifecycle}.started_again", occurred_at=new.at, data=facts(was=known.stage)
    )
    left_open = select(TaskRecord).where(
        TaskRecord.lifecycle == lifecycle, TaskRecord.subject == subject, TaskRecord.closed_at.is_(None)
    )
    for task in session.scalars(left_open):
        task.closed_at = new.at
    keep_journal(session, lifecycle, subject, Journal(unrecorded=[restarted]), new.run, new.at)
    for column, value in new.columns().items():
        setattr(known, column, value)
    keep_people(session, lifecycle, subject, in_their_places(session, lifecycle, subject, new.people.of(new.placed)))

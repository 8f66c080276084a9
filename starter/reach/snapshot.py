"""One lifecycle as it shows itself while it can, and as the store knows it."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from temporalio.client import WorkflowExecutionStatus

from activities.ports import RecordedMail
from domain.events import Event
from domain.lifecycles import KINDS
from domain.list_line import ListLine
from domain.view import LifecycleView
from starter.answers.lifecycle import ShowAnswer, ShownMail
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.reach import gate
from starter.reach.executions import described, first_input, outcome, view_of, zone_in
from starter.reach.records import Records
from workflows.details import local

LOST: Final = "Temporal has lost it (restored from a backup?)"


@dataclass
class FromTemporal:
    """What Temporal knows of a workflow."""

    status: WorkflowExecutionStatus | None = None
    view: LifecycleView | None = None
    zone: str = ""
    ended: str = ""
    """How, once it is closed: `completed`, `failed: why`."""

    problem: str = ""

    @property
    def running(self) -> bool:
        """Is it still open?"""
        return self.status is WorkflowExecutionStatus.RUNNING

    @property
    def gone(self) -> bool:
        """Did Temporal answer that it does not know it?"""
        return self.status is None and not self.problem


@dataclass
class FromStore:
    """What the store knows."""

    row: Any
    """Its `Kind.row`; None if it knows none."""

    events: list[Event]
    mails: list[RecordedMail]
    problem: str = ""

    @property
    def view(self) -> LifecycleView | None:
        """The same view the workflow would give, as of the last event that was recorded."""
        if self.row is None:
            return None
        as_of = self.events[-1].occurred_at if self.events else datetime.now(UTC)
        state = self.row.state
        return KINDS[state.lifecycle].view(state, as_of)

    @property
    def line(self) -> ListLine | None:
        """What its list says of it now: ages, days left."""
        if self.row is None:
            return None
        state = self.row.state
        return KINDS[state.lifecycle].list_line.of(state, datetime.now(UTC))

    @property
    def lost(self) -> str:
        """What it means that Temporal does not know it; empty if there is none, or if it is over. R9."""
        if self.row is None or self.row.state.closed:
            return ""
        return f"{LOST}: `tenure audit --repair` starts it again, or says why it cannot"


async def observe(subject: Subject) -> ShowAnswer:
    """Everything there is to see; warnings say what could not be asked."""
    stored, temporal = await asyncio.gather(from_store(subject), from_temporal(subject))
    view = temporal.view or stored.view
    if view is None:
        raise _nothing_to_see(subject, temporal, stored)
    return ShowAnswer(
        workflow_id=subject.workflow_id,
        workflow_status=_status(temporal),
        told_by="workflow" if temporal.view else "store",
        zone=stored.row.state.zone if stored.row else temporal.zone or "UTC",
        state=view,
        events=tuple(stored.events),
        mails=tuple(_without_address(mail) for mail in stored.mails),
        line=stored.line.model_dump(mode="json") if stored.line else {},
        warnings=tuple(_doubts(temporal, stored, view)),
    )


def _status(temporal: FromTemporal) -> str | None:
    if temporal.status is not None:
        return temporal.status.name.lower()
    return None if temporal.gone else "unknown"


def _nothing_to_see(subject: Subject, temporal: FromTemporal, stored: FromStore) -> Stop:
    unasked = ". ".join(filter(None, (temporal.problem, stored.problem and f"Store: {stored.problem}")))
    if temporal.status is not None and not temporal.running:
        told = f"{subject} is closed: {temporal.ended}; nothing else is known about it. {unasked}"
        return Stop(Exit.CLOSED, told.strip())
    if temporal.problem:
        return Stop(Exit.UNREACHABLE, f"nothing can be said about {subject}: {unasked}")
    return Stop(Exit.NOT_FOUND, f"there is no {subject}", "ID")


def _doubts(temporal: FromTemporal, stored: FromStore, view: LifecycleView) -> list[str]:
    doubts = []
    if temporal.problem and temporal.view is None:
        doubts.append(f"{temporal.problem}. This is what the store knew on {local(view.as_of, 'UTC')}")
    if temporal.gone and stored.lost:
        doubts.append(f"{stored.lost}. This is what the store knew on {local(view.as_of, 'UTC')}")
    if temporal.status is WorkflowExecutionStatus.TERMINATED:
        doubts.append("its workflow was terminated: nothing will happen any more")
    if stored.problem:
        doubts.append(f"no events and no mails, for the store cannot be asked: {stored.problem}")
    return doubts


def _without_address(mail: RecordedMail) -> ShownMail:
    """The ledger's row, with its reader's role instead of an address."""
    return ShownMail(**mail.model_dump(exclude={"recipient"}), to=mail.recipient)


async def from_temporal(subject: Subject) -> FromTemporal:
    """Ask Temporal, and the workflow itself while it runs; for a few seconds at most."""
    temporal = FromTemporal()
    try:
        client = await gate.client()
        found = await described(client, subject.workflow_id)
        temporal.status = found[0] if found else None
        if temporal.running:
            temporal.view = await view_of(client, subject)
            temporal.zone = zone_in(await first_input(client, subject.workflow_id))
        elif found:
            temporal.ended = await outcome(client.get_workflow_handle(subject.workflow_id), temporal.status)
    except Stop as stop:
        if stop.exit is not Exit.UNREACHABLE:
            raise
        temporal.problem = stop.message
    return temporal


async def from_store(subject: Subject) -> FromStore:
    """Ask the store."""
    records = await Records.opened()
    try:
        return FromStore(
            row=await records.ask(lambda store: store.row(*subject)),
            events=await records.ask(lambda store: store.events(subject.lifecycle, subject.id)) or [],
            mails=await records.ask(lambda store: store.mails(subject.lifecycle, subject.id)) or [],
            problem=records.problem,
        )
    finally:
        records.close()

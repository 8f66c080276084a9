"""What there is under an id: in the store and in Temporal, before a start and a moment after it. R9"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import ApplicationError

from domain.lifecycles import KINDS
from domain.values import BAD_INPUT, REFUSED
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.reach import gate
from starter.reach.executions import described, failure, first_input, lost, outcome
from starter.reach.records import Records
from starter.reach.snapshot import view_of

LOOK_AGAIN: Final = timedelta(milliseconds=50)


@dataclass(frozen=True)
class Existing:
    """Something that was started before."""

    start: Any
    """What it was started with; None if nobody knows any more."""

    ended: str = ""
    """How; empty while it is open."""

    run_id: str = ""
    lost: bool = False
    """The store has it open and Temporal has lost it in a restore: it may be started from the beginning."""


async def in_store(client: Client, records: Records, subject: Subject) -> Existing | None:
    """What the store knows was started before, even if Temporal has forgotten it since."""
    columns = await records.ask(lambda store: store.columns(*subject))
    if columns is None:
        return None
    placed: Any = await records.ask(lambda store: store.start_as_told(*subject))
    if await lost(client, subject, columns):
        return Existing(placed, columns.stage, lost=True)
    if placed is None:
        return None
    there = await described(client, subject.workflow_id)
    return await in_temporal(client, records, subject) if there else Existing(placed, columns.stage)


async def in_temporal(client: Client, records: Records, subject: Subject) -> Existing:
    """The newest run."""
    status, run_id = await described(client, subject.workflow_id) or (None, "")
    start = await first_input(client, subject.workflow_id)
    if status is WorkflowExecutionStatus.RUNNING:
        return Existing(start, run_id=run_id)
    ended = await outcome(client.get_workflow_handle(subject.workflow_id), status)
    if await refused_at_birth(client, records, subject):
        ended += ". It never began: to hand it in once more, add --again"
    return Existing(start, ended, run_id)


async def refused_at_birth(client: Client, records: Records, subject: Subject) -> bool:
    """Its workflow failed because its start was refused, so its id was never taken."""
    status, _ = await described(client, subject.workflow_id) or (None, "")
    if status is not WorkflowExecutionStatus.FAILED:
        return False
    if await records.ask(lambda store: store.columns(*subject)) is not None:
        return False
    cause = await failure(client.get_workflow_handle(subject.workflow_id))
    return isinstance(cause, ApplicationError) and cause.type in {REFUSED, BAD_INPUT}


async def first_stage(client: Client, subject: Subject) -> str | None:
    """The stage it came to; None if that takes longer than we wait. A start that its workflow refuses is a Stop."""
    try:
        async with asyncio.timeout(gate.PATIENCE.total_seconds()):
            while True:
                status, _ = await described(client, subject.workflow_id) or (None, "")
                if status is WorkflowExecutionStatus.FAILED:
                    handle = client.get_workflow_handle(subject.workflow_id)
                    why = (await outcome(handle, status)).removeprefix("failed: ")
                    problems = gate.problems_of(await failure(handle))
                    raise Stop(Exit.REFUSED, f"{subject} was refused: {why}", problems=problems)
                if status is not WorkflowExecutionStatus.RUNNING:
                    return None
                view = await view_of(client, subject)
                if KINDS[subject.lifecycle].is_taken(view):
                    return view.stage
                await asyncio.sleep(LOOK_AGAIN.total_seconds())
    except TimeoutError:
        return None

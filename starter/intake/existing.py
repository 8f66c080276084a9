"""What there is under an id before a start: in the store and in Temporal. R9"""

from dataclasses import dataclass
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import ApplicationError

from domain.values import BAD_INPUT, REFUSED
from starter.console.ids import Subject
from starter.reach.executions import described, failure, first_input, lost, outcome
from starter.reach.records import Records


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
    placed: Any = await records.ask(lambda store: store.start_as_given(*subject))
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

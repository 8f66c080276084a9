"""What Temporal itself knows about a workflow: whether it runs, what it was started with, how it ended."""

from collections.abc import Sequence
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import ApplicationError

from activities.ports import RowColumns
from adapters.temporal.lifecycles import any_exists
from domain.lifecycles import KINDS
from starter.console.exits import Exit, Stop, bad
from starter.console.ids import Subject
from starter.reach.gate import asking

Existing = tuple[WorkflowExecutionStatus | None, str]
"""Status and run id of a workflow's newest run."""


async def described(client: Client, workflow_id: str) -> Existing | None:
    """The newest run; None if Temporal knows none."""
    try:
        async with asking(workflow_id):
            found = await client.get_workflow_handle(workflow_id).describe()
    except Stop as stop:
        if stop.exit is Exit.NOT_FOUND:
            return None
        raise
    return found.status, found.run_id


async def lost(client: Client, subject: Subject, columns: RowColumns) -> bool:
    """Open in the store, and Temporal has no run of it: restored from an older backup, or deleted there. R9.

    One that lost something for good is never started again. TRL-78.
    """
    if not columns.open or columns.stage in KINDS[subject.lifecycle].repair.never_again:
        return False
    if await any_exists(client, subject.workflow_id, frozenset({columns.run})):
        return False
    status, _ = await described(client, subject.workflow_id) or (None, "")
    return status not in {WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED}


async def the_one_there_is(client: Client, candidates: Sequence[Subject]) -> Subject:
    """An id alone may be an order's as well as a trial's."""
    there = [subject for subject in candidates if await described(client, subject.workflow_id)]
    if not there:
        raise Stop(Exit.NOT_FOUND, f"there is no {' or '.join(map(str, candidates))}", "ID")
    if len(there) > 1:
        raise bad(f"may mean {' or '.join(subject.workflow_id for subject in there)}: say which", "ID")
    return there[0]


async def first_input(client: Client, workflow_id: str) -> dict[str, Any]:
    """The JSON a workflow's newest run was started with."""
    events = client.get_workflow_handle(workflow_id).fetch_history_events(page_size=1)
    async for event in events:
        payloads = event.workflow_execution_started_event_attributes.input.payloads
        found = await client.data_converter.decode(list(payloads))
        return found[0] if found and isinstance(found[0], dict) else {}
    return {}


def zone_in(start: dict[str, Any]) -> str:
    """The customer's: in the input itself, or in its customer; empty if there is none."""
    customer = start.get("customer")
    found = start.get("zone") or (customer.get("zone") if isinstance(customer, dict) else None)
    return found if isinstance(found, str) else ""


async def outcome(handle: WorkflowHandle[Any, Any], status: WorkflowExecutionStatus | None) -> str:
    """How a closed workflow ended: `completed`, `rejected`, `failed: …`, `terminated`."""
    if status is WorkflowExecutionStatus.COMPLETED:
        result = await handle.result()
        return str(result.get("stage", "completed")) if isinstance(result, dict) else "completed"
    if status is WorkflowExecutionStatus.FAILED:
        cause = await failure(handle)
        return f"failed: {cause.message if isinstance(cause, ApplicationError) else 'a fault of Tenure'}"
    return status.name.lower().replace("_", " ") if status else "ended"


async def failure(handle: WorkflowHandle[Any, Any]) -> BaseException | None:
    """Why a workflow failed."""
    try:
        await handle.result()
    except WorkflowFailureError as failed:
        return failed.cause
    return None


def running() -> str:
    """The list query of what is open."""
    return f'{ours()} AND ExecutionStatus = "Running"'


def ours() -> str:
    """The list query of all lifecycles."""
    return f"WorkflowType IN ({', '.join(quoted(kind.workflow) for kind in KINDS.values())})"


def quoted(text: str) -> str:
    """As a list query writes a text, whatever somebody called a workflow."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

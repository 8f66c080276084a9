"""What Temporal itself knows about a workflow: whether it runs, what it was started with, how it ended; and what its
refusals mean for whoever asked."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities import errors
from activities.ports import RowColumns
from adapters.temporal.converter import FOR_PEOPLE
from adapters.temporal.lifecycles import any_exists
from domain.lifecycles import KINDS
from domain.reasons import Problem
from domain.values import BAD_INPUT, REFUSED
from domain.view import LifecycleView
from starter.console.exits import Exit, Stop, bad
from starter.console.ids import Subject
from starter.reach import gate

Newest = tuple[WorkflowExecutionStatus | None, str]
"""Status and run id of a workflow's newest run."""

INVALID_QUERY: Final = "invalid query: "
"""How the server begins when it cannot read a list filter; our own it can."""

LOOK_AGAIN: Final = timedelta(milliseconds=50)

MEANS: Final = {
    RPCStatusCode.INVALID_ARGUMENT: Exit.BAD_INPUT,
    RPCStatusCode.FAILED_PRECONDITION: Exit.UNREACHABLE,
    RPCStatusCode.UNAVAILABLE: Exit.UNREACHABLE,
    RPCStatusCode.DEADLINE_EXCEEDED: Exit.UNREACHABLE,
    RPCStatusCode.CANCELLED: Exit.UNREACHABLE,
    RPCStatusCode.RESOURCE_EXHAUSTED: Exit.UNREACHABLE,
    RPCStatusCode.PERMISSION_DENIED: Exit.UNREACHABLE,
    RPCStatusCode.UNAUTHENTICATED: Exit.UNREACHABLE,
}
"""What the server's answers mean; the rest are faults."""


@asynccontextmanager
async def asking(workflow_id: str) -> AsyncIterator[None]:
    """While asking the server about a workflow: what it refuses becomes an exit."""
    try:
        yield
    except WorkflowUpdateFailedError as failed:
        raise _refusal(failed) from None
    except (RPCTimeoutOrCancelledError, TimeoutError):
        raise Stop(Exit.UNREACHABLE, f"no answer from {workflow_id} in time: is a worker running?") from None
    except RPCError as refused:
        raise _meaning(workflow_id, refused) from None


def _refusal(failed: WorkflowUpdateFailedError) -> Stop:
    """The domain's own line: `terms: this order needs no port overage terms (ORD-12)`."""
    cause = failed.cause
    text = cause.message if isinstance(cause, ApplicationError) else str(cause)
    kind = cause.type if isinstance(cause, ApplicationError) else None
    exit_ = {REFUSED: Exit.REFUSED, BAD_INPUT: Exit.BAD_INPUT}.get(kind or "", Exit.UNEXPECTED)
    if kind == "AcceptedUpdateCompletedWorkflow":
        exit_ = Exit.CLOSED
    (field, message), *others = [_parted(line) for line in text.splitlines() or ["no reason given"]]
    return Stop(exit_, message, field, others, problems_of(cause))


def problems_of(cause: BaseException | None) -> list[Problem]:
    """What a refusal says to programs; nothing if it was none of ours."""
    if isinstance(cause, ApplicationError) and cause.type in FOR_PEOPLE:
        return errors.problems_of(cause)
    return []


def _parted(line: str) -> tuple[str, str]:
    """A field's name has no blank in it; a sentence has."""
    field, colon, rest = line.partition(": ")
    return (field, rest) if colon and " " not in field else ("", line)


def _meaning(workflow_id: str, refused: RPCError) -> Stop:
    if refused.status == RPCStatusCode.NOT_FOUND:
        if "amespace" in refused.message:
            return Stop(Exit.UNREACHABLE, f"the server does not know this namespace: {refused.message}", "--namespace")
        if "already completed" in refused.message:
            return Stop(Exit.CLOSED, f"{workflow_id} is closed already")
        return Stop(Exit.NOT_FOUND, f"there is no {workflow_id}")
    if refused.message.startswith(INVALID_QUERY):
        why = refused.message.removeprefix(INVALID_QUERY).splitlines()[0][:300]
        return Stop(Exit.BAD_INPUT, f"is no list filter: {why}", "--query")
    exit_ = MEANS.get(refused.status, Exit.UNEXPECTED)
    status = refused.status.name.lower().replace("_", " ")
    return Stop(exit_, f"the Temporal server answered {status}: {refused.message.splitlines()[0][:300]}")


async def described(client: Client, workflow_id: str) -> Newest | None:
    """The newest run; None if Temporal knows none."""
    try:
        async with asking(workflow_id):
            found = await client.get_workflow_handle(workflow_id).describe()
    except Stop as stop:
        if stop.exit is Exit.NOT_FOUND:
            return None
        raise
    return found.status, found.run_id


async def view_of(client: Client, subject: Subject) -> LifecycleView:
    """What the workflow itself says, soon or not at all."""
    handle = client.get_workflow_handle(subject.workflow_id)
    try:
        async with asking(subject.workflow_id):
            found: LifecycleView = await handle.query("state", result_type=LifecycleView, rpc_timeout=gate.PATIENCE)
            return found
    except WorkflowQueryFailedError as failed:
        raise Stop(Exit.UNREACHABLE, f"{subject.workflow_id} cannot answer: {failed}") from None
    except Stop as stop:
        if stop.exit is not Exit.UNREACHABLE:
            raise
        seconds = gate.PATIENCE.total_seconds()
        text = f"{subject.workflow_id} is running, but no worker answered for it within {seconds:g} s"
        raise Stop(Exit.UNREACHABLE, text) from None


async def first_stage(client: Client, subject: Subject) -> str | None:
    """The stage it came to; None if that takes longer than we wait. A start that its workflow refuses is a Stop."""
    try:
        async with asyncio.timeout(gate.PATIENCE.total_seconds()):
            while True:
                status, _ = await described(client, subject.workflow_id) or (None, "")
                if status is WorkflowExecutionStatus.FAILED:
                    handle = client.get_workflow_handle(subject.workflow_id)
                    why = (await outcome(handle, status)).removeprefix("failed: ")
                    problems = problems_of(await failure(handle))
                    raise Stop(Exit.REFUSED, f"{subject} was refused: {why}", problems=problems)
                if status is not WorkflowExecutionStatus.RUNNING:
                    return None
                view = await view_of(client, subject)
                if KINDS[subject.lifecycle].is_taken(view):
                    return view.stage
                await asyncio.sleep(LOOK_AGAIN.total_seconds())
    except TimeoutError:
        return None


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
        raise Stop(Exit.NOT_FOUND, f"there is none of these: {', '.join(map(str, candidates))}", "ID")
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

"""The way to Temporal and the store, and what their refusals mean for whoever asked."""

import functools
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client, RPCTimeoutOrCancelledError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode

from activities import errors
from adapters.settings import Settings, WrongSetting, load_settings
from adapters.temporal.client import ServerUnreachable, WrongConnectionSettings, connect
from adapters.temporal.converter import FOR_PEOPLE
from domain.reasons import Problem
from domain.values import BAD_INPUT, REFUSED
from starter.console.exits import Exit, Stop, bad, bad_input
from starter.console.terminal import terminal

PATIENCE: Final = timedelta(seconds=5)
"""For a server to connect, for a worker to answer a question."""

UPDATE_PATIENCE: Final = timedelta(seconds=15)
"""For a worker to take an update: it may have to replay a long history first."""

LAST_SEEN: Final = timedelta(minutes=2)
"""A worker polls once a minute at least; one that was not seen for two is gone."""

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


def settings() -> Settings:
    """The installation's settings, or what is wrong with them."""
    try:
        return load_settings()
    except WrongSetting as wrong:
        raise bad_input([("", line) for line in wrong.problems]) from None


async def client() -> Client:
    """A connected client."""
    try:
        with _overridden():
            return await connect(within=PATIENCE, runtime=_quiet())
    except WrongConnectionSettings as wrong:
        raise bad(str(wrong)) from None
    except ServerUnreachable as away:
        raise Stop(Exit.UNREACHABLE, f"{away}. Is it running? (tenure up)") from None


@functools.cache
def _quiet() -> Runtime:
    return Runtime(telemetry=TelemetryConfig(logging=None))


@contextmanager
def _overridden() -> Iterator[None]:
    said = {name: value for name, value in terminal.temporal.items() if value}
    before = {name: os.environ.get(name) for name in said}
    os.environ.update(said)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            os.environ.update({name: value} if value is not None else {})


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
    exit_ = MEANS.get(refused.status, Exit.UNEXPECTED)
    status = refused.status.name.lower().replace("_", " ")
    return Stop(exit_, f"the Temporal server answered {status}: {refused.message.splitlines()[0][:300]}")


async def nobody_polls(connected: Client, task_queue: str) -> bool:
    """Is there no worker that would take up what we start?"""
    request = DescribeTaskQueueRequest(
        namespace=connected.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    async with asking(task_queue):
        found = await connected.workflow_service.describe_task_queue(request, timeout=PATIENCE)
    return not any(_seen_lately(poller.last_access_time) for poller in found.pollers)


def nobody_there(task_queue: str) -> str:
    """A warning: what was started waits."""
    return f"no worker polls task queue {task_queue}: nothing happens until one does (tenure up)"


def _seen_lately(at: Timestamp) -> bool:
    return datetime.now(UTC) - at.ToDatetime(UTC) < LAST_SEEN

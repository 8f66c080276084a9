"""The one way from a page to a workflow: updates and starts that exist already, each answered in words.

Whatever a form sends has an id made from the form and from what was said: pressed twice, or again after no answer, it
is the same update and takes effect once; with other content it is another one. R9.
"""

import asyncio
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from temporalio.client import (
    RPCTimeoutOrCancelledError,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.errors import problems_of
from adapters.temporal.converter import FOR_PEOPLE
from domain.kind import Kind
from domain.lifecycle import Lifecycle, LifecycleState, PostedMail
from domain.lifecycles import KINDS
from domain.mails import MailState
from domain.reasons import Problem, Reason
from domain.values import Message
from domain.view import LifecycleView
from web.world import World

UPDATE_PATIENCE: Final = timedelta(seconds=10)
"""For a worker to take an update: it may have to replay a long history first."""

QUERY_PATIENCE: Final = timedelta(seconds=2)
"""For a worker to say where something stands; after that the store says it."""

LOOK_AGAIN: Final = timedelta(milliseconds=50)

AWAY: Final = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.FAILED_PRECONDITION,
        RPCStatusCode.UNAUTHENTICATED,
        RPCStatusCode.PERMISSION_DENIED,
    }
)
"""Answers of a server that may give another one in a minute."""

ENDED_MEANWHILE: Final = "AcceptedUpdateCompletedWorkflow"
"""Temporal's own failure of an update whose workflow ended before it was done."""

SHOWN: Final = 32
"""Characters of a digest that make an id."""


@dataclass(frozen=True)
class Taken:
    """It was done; once, however often it was sent."""

    view: LifecycleView


@dataclass(frozen=True)
class Started:
    """It began; `view` is None if its worker has not looked at it yet."""

    subject: str
    view: LifecycleView | None


@dataclass(frozen=True)
class Refusal:
    """Nothing was done. Fields are those of the message."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Over:
    """It ended before this came; nothing was done."""


@dataclass(frozen=True)
class NoAnswer:
    """Nobody answered in time."""

    may_take_effect: bool
    """It left this house: it may still be done. To send it again does no harm."""


@dataclass(frozen=True)
class Snapshot:
    """Where something stands, and its state, as far as the store knows it."""

    view: LifecycleView
    state: LifecycleState
    live: bool
    """Its workflow said so just now; else the store, as of what was recorded last."""

    @property
    def possible(self) -> frozenset[str]:
        """Updates that may be sent now. That a mail goes once more waits for nobody, so no desk has it."""
        again = ["send_again"] if self.may_go_again else []
        return frozenset([*self.view.can_send, *self.view.desk, *again])

    @property
    def may_go_again(self) -> list[PostedMail]:
        """Mails that went out; its workflow alone knows them, and refuses one that goes at this moment."""
        went_out = [] if self.state.closed else self.view.mails
        return [mail for mail in went_out if mail.state is MailState.SENT and mail.kind not in self.state.sent_once]


Answer = Taken | Refusal | Over | NoAnswer


def once(form: str, message: Message, *about: str) -> str:
    """The id of what a form sends. It says nothing of the content, nor of the form, to whoever reads it in a log."""
    said = "\n".join((*about, message.model_dump_json()))
    return hmac.new(form.encode(), said.encode(), "sha256").hexdigest()[:SHOWN]


async def send(
    world: World, lifecycle: Lifecycle, subject: str, update: str, message: Message, update_id: str
) -> Answer:
    """One update to one workflow. What it refuses, and that nobody answers, are answers; a fault is raised."""
    if world.client is None:
        return NoAnswer(may_take_effect=False)
    handle = world.client.get_workflow_handle(KINDS[lifecycle].workflow_id(subject))
    try:
        view: LifecycleView = await handle.execute_update(
            update, message, id=update_id, result_type=LifecycleView, rpc_timeout=UPDATE_PATIENCE
        )
    except WorkflowUpdateFailedError as failed:
        ended = isinstance(failed.cause, ApplicationError) and failed.cause.type == ENDED_MEANWHILE
        return Over() if ended else _refused(failed.cause)
    except (RPCTimeoutOrCancelledError, TimeoutError):
        return NoAnswer(may_take_effect=True)
    except RPCError as error:
        return await _meaning(world, lifecycle, subject, error)
    return Taken(view)


async def start(world: World, message: Message, kind: Kind[Any]) -> Started | Refusal | NoAnswer:
    """One workflow for each id, ever. The page makes the id from what was said (`once`), so what is there already under
    it is the very same."""
    if world.client is None:
        return NoAnswer(may_take_effect=False)
    subject = getattr(message, kind.id_field)
    handle = world.client.get_workflow_handle(kind.workflow_id(subject))
    try:
        await world.client.start_workflow(
            kind.workflow,
            message,
            id=handle.id,
            task_queue=world.settings.task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            static_summary=f"{kind.workflow} {subject}",
            rpc_timeout=UPDATE_PATIENCE,
        )
    except WorkflowAlreadyStartedError:
        pass
    except (RPCTimeoutOrCancelledError, TimeoutError):
        return NoAnswer(may_take_effect=True)
    except RPCError as error:
        if error.status in AWAY:
            return NoAnswer(may_take_effect=True)
        raise
    return await _begun(kind, subject, handle)


async def snapshot_of(world: World, lifecycle: Lifecycle, subject: str) -> Snapshot:
    """From its workflow, or from the store while nobody answers. Raises NotKnown."""
    state = await run_in_threadpool(world.store.state, lifecycle, subject)
    if world.client is not None and not state.over:
        handle = world.client.get_workflow_handle(KINDS[lifecycle].workflow_id(subject))
        view = await _asked(handle)
        if view is not None:
            return Snapshot(view, state, live=True)
    return Snapshot(KINDS[lifecycle].view(state, world.now()), state, live=False)


async def _asked(handle: WorkflowHandle[Any, Any]) -> LifecycleView | None:
    try:
        view: LifecycleView = await handle.query("state", result_type=LifecycleView, rpc_timeout=QUERY_PATIENCE)
    except (RPCError, TimeoutError, WorkflowQueryFailedError, WorkflowQueryRejectedError):
        return None
    return view


async def _begun(kind: Kind[Any], subject: str, handle: WorkflowHandle[Any, Any]) -> Started | Refusal | NoAnswer:
    """What its workflow says of its start, if it says it in time."""
    try:
        async with asyncio.timeout(UPDATE_PATIENCE.total_seconds()):
            while True:
                found = await handle.describe(rpc_timeout=UPDATE_PATIENCE)
                if found.status is WorkflowExecutionStatus.FAILED:
                    return _refused(await _failure(handle))
                view = await _asked(handle)
                if view is not None and kind.is_taken(view):
                    return Started(subject, view)
                await asyncio.sleep(LOOK_AGAIN.total_seconds())
    except (TimeoutError, RPCError):
        return Started(subject, None)


async def _failure(handle: WorkflowHandle[Any, Any]) -> BaseException | None:
    try:
        await handle.result()
    except WorkflowFailureError as failed:
        return failed.cause
    return None


def _refused(cause: BaseException | None) -> Refusal:
    if not isinstance(cause, ApplicationError):
        return Refusal((Problem.of(Reason.NOT_POSSIBLE, "a fault of ours; it is in the log"),))
    found = problems_of(cause) if cause.type in FOR_PEOPLE else []
    return Refusal(tuple(found) or (Problem.of(Reason.NOT_POSSIBLE, cause.message),))


async def _meaning(world: World, lifecycle: Lifecycle, subject: str, error: RPCError) -> Answer:
    if error.status is RPCStatusCode.NOT_FOUND:
        state = await run_in_threadpool(world.store.state, lifecycle, subject)  # NotKnown: there is none
        return Over() if state.closed else NoAnswer(may_take_effect=False)
    if error.status in AWAY:
        return NoAnswer(may_take_effect=True)
    if error.status is RPCStatusCode.INVALID_ARGUMENT:
        return Refusal((Problem.of(Reason.NOT_POSSIBLE, error.message.splitlines()[0]),))
    raise error

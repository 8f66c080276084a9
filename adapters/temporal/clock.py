"""A test clock for every customer: one workflow is moved forward in time, all others stay where they are.

Only a server started with time travel allows it (`DevServer(..., time_travel=True)`). How it behaves (server 1.32):

* Any open workflow can be moved, whoever started it; nothing needs to be said at its start. Across continue-as-new too.
* Timers fire in order and `workflow.now()` is right in each; an activity sees the wall clock, its schedule is virtual.
* A running activity holds the clock until it ends; the pause before its next attempt does not: it is cut short, for
  the server tries at once what waits for another attempt whenever a workflow is moved.
* An open CHILD holds its parent's clock, abandoned or not, unless moving it is passed on to it: then it lives its whole
  life in that moment. We don't pass it on; move the child, or start the other lifecycle without being its parent.
* A failing workflow task, or no worker, holds the clock as well. Such a workflow is left where it is, not moving.
* A workflow that closes on the way stays at the time it closed; one that is closed already is refused.
* Afterwards time flows normally from where it was moved to. A query's `workflow.now()` is that of the last activation.

We skip from one timer to the next, each only while the workflow is at rest, and the server may not skip by itself in
between. Left to skip up to a target, server 1.32.0 jumps to the next timer, however far, when the target passes on the
wall clock while a task or an activity is under way (temporalio/temporal#11373; this can go with a server that has it).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final
from uuid import uuid4

from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.common.v1 import FastForwardConfig, TimeSkippingConfig, WorkflowExecution
from temporalio.api.enums.v1 import PendingActivityState, WorkflowExecutionStatus
from temporalio.api.workflow.v1 import PendingActivityInfo, WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse, UpdateWorkflowExecutionOptionsRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

FARTHEST: Final = timedelta(days=36_525)
"""A hundred years in one move; our calendars know no more."""

MOMENT: Final = timedelta(seconds=1)
"""What is left of a move passes by itself: so short a skip could be overtaken by the wall clock. Also the most by which
the server's clock and ours may differ before we say that a workflow ran ahead."""

LOOK_AGAIN: Final = timedelta(milliseconds=20)

THE_SKIP: Final = 2
"""Events of a skip: the options were updated, the time was skipped."""


class CannotMoveClock(Exception):
    """The workflow's clock was not moved as asked; one line says why."""


class TimeTravelNotAllowed(CannotMoveClock):
    """The server does not let anybody move a workflow in time, and rightly so if it is not a test's."""

    def __init__(self) -> None:
        super().__init__("this Temporal server does not allow time travel: only an embedded server started for it does")


class NothingToMove(CannotMoveClock):
    """There is no such open workflow."""

    def __init__(self, workflow_id: str, reason: str) -> None:
        super().__init__(f"{workflow_id} cannot be moved in time: {reason}")
        self.workflow_id = workflow_id


class ClockHeld(CannotMoveClock):
    """Something under way keeps the workflow's clock from moving."""

    def __init__(self, workflow_id: str, reached: datetime, by: str) -> None:
        super().__init__(f"{workflow_id} moved to {reached:%Y-%m-%d %H:%M:%S} UTC and no further: {by}")
        self.workflow_id = workflow_id
        self.reached = reached


class ClockRanAhead(CannotMoveClock):
    """The server skipped more than it was asked to: what falls due in between is over, and cannot be taken back."""

    def __init__(self, workflow_id: str, reached: datetime, target: datetime) -> None:
        super().__init__(
            f"{workflow_id} ran ahead to {reached:%Y-%m-%d %H:%M:%S} UTC, past {target:%Y-%m-%d %H:%M:%S} UTC that was "
            "asked for: what fell due in between has happened; start again with another one"
        )
        self.workflow_id = workflow_id
        self.reached = reached
        self.target = target


@dataclass(frozen=True)
class _Look:
    """A workflow at a moment, from one description."""

    now: datetime
    is_open: bool
    was_moved: bool
    skipping: bool
    """May the server skip by itself?"""

    at_rest: bool
    run: str
    events: int
    attempts: tuple[int, ...]
    """Of its activities: what fails leaves no event."""

    by: str
    """What keeps it from resting."""


async def current_time(client: Client, workflow_id: str) -> datetime:
    """What time it is for this workflow, in UTC: the wall clock's if it was never moved."""
    try:
        return (await _look(client.get_workflow_handle(workflow_id))).now
    except RPCError as refused:
        raise _reason(workflow_id, refused) from None


async def forward(
    client: Client, workflow_id: str, duration: timedelta, *, patience: timedelta = timedelta(seconds=30)
) -> datetime:
    """Move the workflow forward and return its time then: the target, or earlier if it closed on the way.

    `ClockHeld` after `patience` in which it was never at rest, or what was due did not happen.
    """
    handle = client.get_workflow_handle(workflow_id)
    if not timedelta(0) < duration < FARTHEST:
        raise NothingToMove(workflow_id, f"only forward, by less than {FARTHEST.days} days")
    try:
        look = await _look(handle)
        if not look.is_open:
            raise NothingToMove(workflow_id, "it is closed")
        if look.skipping or not look.was_moved:  # an interrupted move left it so; or we may not, which is said here
            await _skipping(client, handle, TimeSkippingConfig(enabled=False))
        return await _moved(client, handle, duration, patience)
    except RPCError as refused:
        raise _reason(workflow_id, refused) from None


async def _moved(
    client: Client, handle: WorkflowHandle[Any, Any], duration: timedelta, patience: timedelta
) -> datetime:
    began, look = monotonic(), await _look(handle)
    target = look.now + duration
    while look.now < target and look.is_open:
        if target - look.now < MOMENT:
            await asyncio.sleep((target - look.now).total_seconds())
            look = await _look(handle)
        else:
            look = await _skipped(client, handle, target, patience)
    if look.now - target > timedelta(seconds=monotonic() - began) + MOMENT:
        raise ClockRanAhead(handle.id, look.now, target)
    return look.now


async def _skipped(client: Client, handle: WorkflowHandle[Any, Any], target: datetime, patience: timedelta) -> _Look:
    """To the next timer, or to the target if that is nearer; returns when what was due then has begun."""
    rest = await _until(handle, patience, lambda look: look.at_rest)
    if not rest.is_open or target - rest.now < MOMENT:
        return rest
    ahead = Duration()
    ahead.FromTimedelta(target - rest.now)
    one = FastForwardConfig(id=str(uuid4()), duration=ahead)
    look = None
    try:
        config = TimeSkippingConfig(
            enabled=True, fast_forward_config=one, disable_propagation=True, max_session_skip_count=1
        )
        await _skipping(client, handle, config)
        look = await _look(handle)
    finally:
        if look is None or look.skipping:  # a message came in between: it is answered first, without any skip
            await asyncio.shield(_stop(client, handle))
    if look.now >= target:
        return look
    due = (rest.run, rest.events + THE_SKIP, rest.attempts)
    return await _until(handle, patience, lambda look: (look.run, look.events, look.attempts) != due)


async def _until(handle: WorkflowHandle[Any, Any], patience: timedelta, came: Callable[[_Look], bool]) -> _Look:
    give_up_at = monotonic() + patience.total_seconds()
    while True:
        look = await _look(handle)
        if came(look) or not look.is_open:
            return look
        if monotonic() > give_up_at:
            raise ClockHeld(handle.id, look.now, look.by)
        await asyncio.sleep(LOOK_AGAIN.total_seconds())


async def _skipping(client: Client, handle: WorkflowHandle[Any, Any], config: TimeSkippingConfig) -> None:
    """Not repeated when the answer is lost: each would move the workflow once more."""
    await client.workflow_service.update_workflow_execution_options(
        UpdateWorkflowExecutionOptionsRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=handle.id),
            workflow_execution_options=WorkflowExecutionOptions(time_skipping_config=config),
            update_mask=FieldMask(paths=["time_skipping_config"]),
        )
    )


async def _stop(client: Client, handle: WorkflowHandle[Any, Any]) -> None:
    """Take back a skip that was not made: what holds the clock may end later, and nobody expects it to jump then."""
    try:
        await _skipping(client, handle, TimeSkippingConfig(enabled=False))
    except RPCError as closed:
        if closed.status != RPCStatusCode.NOT_FOUND:
            raise


async def _look(handle: WorkflowHandle[Any, Any]) -> _Look:
    raw = (await handle.describe()).raw_description
    info, execution = raw.workflow_extended_info.time_skipping_info, raw.workflow_execution_info
    moved = raw.workflow_extended_info.HasField("time_skipping_info")
    now = info.current_time.ToDatetime(UTC) if moved else datetime.now(UTC)
    busy = [activity for activity in raw.pending_activities if not _paused_until_later(activity, now)]
    return _Look(
        now=now,
        is_open=execution.status == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING,
        was_moved=moved,
        skipping=info.effective_config.enabled,
        at_rest=not (busy or raw.pending_children or raw.HasField("pending_workflow_task")),
        run=execution.execution.run_id,
        events=execution.history_length,
        attempts=tuple(activity.attempt for activity in raw.pending_activities),
        by=_held_by(raw, busy),
    )


def _paused_until_later(activity: PendingActivityInfo, now: datetime) -> bool:
    """Between two attempts: that pause is skipped like a timer."""
    waits = activity.state == PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED and activity.attempt > 1
    return waits and activity.scheduled_time.ToDatetime(UTC) > now


def _held_by(raw: DescribeWorkflowExecutionResponse, busy: list[PendingActivityInfo]) -> str:
    if raw.pending_children:
        return f"its child {raw.pending_children[0].workflow_id} is open: move that one, or wait for it"
    if busy:
        return f"its activity {busy[0].activity_type.name} is still running"
    return "it cannot go on by itself: no worker runs it, or its workflow task fails"


def _reason(workflow_id: str, refused: RPCError) -> Exception:
    match refused.status:
        case RPCStatusCode.UNIMPLEMENTED | RPCStatusCode.PERMISSION_DENIED:
            return TimeTravelNotAllowed()
        case RPCStatusCode.NOT_FOUND:
            closed = "completed" in refused.message
            return NothingToMove(workflow_id, "it is closed" if closed else "there is no such workflow")
    return refused

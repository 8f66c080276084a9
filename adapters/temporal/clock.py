"""A test clock for every customer: one workflow is moved forward in time, all others stay where they are.

Only a server started with time travel allows it (`DevServer(..., time_travel=True)`). How it behaves (server 1.32):

* Any open workflow can be moved, whoever started it; nothing needs to be said at its start. Across continue-as-new too.
* Timers fire in order and `workflow.now()` is right in each; an activity sees the wall clock, its schedule is virtual.
  One timer costs 30 ms: a year of daily timers 11 s.
* A running activity holds the clock until it ends; the pause before its next attempt is skipped.
* An open CHILD holds its parent's clock, abandoned or not, unless moving it is passed on to it: then it lives its whole
  life in that moment. We don't pass it on; move the child, or start the other lifecycle without being its parent.
* A failing workflow task, or no worker, holds the clock as well. Such a workflow is left where it is, not moving.
* A workflow that closes on the way stays at the time it closed; one that is closed already is refused.
* Afterwards time flows normally from where it was moved to. A query's `workflow.now()` is that of the last activation.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.common.v1 import TimeSkippingConfig as RawConfig
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflow.v1 import WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import UpdateWorkflowExecutionOptionsRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig

CONFIG: Final = TimeSkippingConfig(disable_propagation=True, max_session_skip_count=100_000)
"""The server's own limit is 200 timers a move; a session that hits it ends without a word."""


FARTHEST: Final = timedelta(days=36_525)
"""A hundred years in one move; our calendars know no more."""


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


async def current_time(client: Client, workflow_id: str) -> datetime:
    """What time it is for this workflow, in UTC: the wall clock's if it was never moved."""
    try:
        return await TimeSkipper(client).get_current_time(client.get_workflow_handle(workflow_id))
    except RPCError as refused:
        raise _reason(workflow_id, refused) from None


async def forward(
    client: Client, workflow_id: str, duration: timedelta, *, patience: timedelta = timedelta(seconds=30)
) -> datetime:
    """Move the workflow forward and return its time then: the target, or earlier if it closed on the way.

    `ClockHeld` after `patience` in which its clock did not move at all.
    """
    handle = client.get_workflow_handle(workflow_id)
    if not timedelta(0) < duration < FARTHEST:
        raise NothingToMove(workflow_id, f"only forward, by less than {FARTHEST.days} days")
    now = await current_time(client, workflow_id)
    target = now + duration
    try:
        while now < target:
            reached = await _move(client, handle, target - now, patience)
            before, now = now, await current_time(client, workflow_id)
            if not reached and (now <= before or not await _is_open(handle)):
                break
    except RPCError as refused:
        raise _reason(workflow_id, refused) from None
    return now


async def _move(client: Client, handle: WorkflowHandle[Any, Any], duration: timedelta, patience: timedelta) -> bool:
    skipper = TimeSkipper(client, config=CONFIG)
    moving = asyncio.create_task(skipper.fast_forward(handle, duration))
    now = await skipper.get_current_time(handle)
    try:
        while not (await asyncio.wait({moving}, timeout=patience.total_seconds()))[0]:
            before, now = now, await skipper.get_current_time(handle)
            if now - before <= patience * 2:  # the wall clock's own pace
                raise ClockHeld(handle.id, now, await _held_by(handle))
        return moving.result()
    finally:
        if not moving.done():
            moving.cancel()
            await _stop(client, handle)


async def _stop(client: Client, handle: WorkflowHandle[Any, Any]) -> None:
    """Take back a move under way: what holds the clock may end later, and nobody would expect it to jump then."""
    await client.workflow_service.update_workflow_execution_options(
        UpdateWorkflowExecutionOptionsRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=handle.id),
            workflow_execution_options=WorkflowExecutionOptions(time_skipping_config=RawConfig(enabled=False)),
            update_mask=FieldMask(paths=["time_skipping_config"]),
        )
    )


async def _held_by(handle: WorkflowHandle[Any, Any]) -> str:
    raw = (await handle.describe()).raw_description
    if raw.pending_children:
        return f"its child {raw.pending_children[0].workflow_id} is open: move that one, or wait for it"
    if raw.pending_activities:
        return f"its activity {raw.pending_activities[0].activity_type.name} is still running"
    return "it cannot go on by itself: no worker runs it, or its workflow task fails"


async def _is_open(handle: WorkflowHandle[Any, Any]) -> bool:
    return (await handle.describe()).status == WorkflowExecutionStatus.RUNNING


def _reason(workflow_id: str, refused: RPCError) -> Exception:
    match refused.status:
        case RPCStatusCode.UNIMPLEMENTED | RPCStatusCode.PERMISSION_DENIED:
            return TimeTravelNotAllowed()
        case RPCStatusCode.NOT_FOUND:
            closed = "completed" in refused.message
            return NothingToMove(workflow_id, "it is closed" if closed else "there is no such workflow")
    return refused

"""The Schedule that closes the hub's week each Sunday at 00:00:00 UTC: made by the first worker that starts. HUB-60."""

import asyncio
from datetime import timedelta
from typing import Final
from uuid import uuid4

import structlog
from temporalio.api.workflowservice.v1 import UpdateScheduleRequest
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
)
from temporalio.service import RPCError

from domain.hub.policy import CLOSING_CATCHES_UP

SCHEDULE_ID: Final = "tenure-hub-week"
WORKFLOW: Final = "CloseHubWeek"
WORKFLOW_ID: Final = "hub-week"
"""The server adds the Sunday."""

NOTE: Final = "Closes the Partner Hub's week each Sunday at 00:00:00 UTC; a missed one is caught up."
SUMMARY: Final = "Close the hub's week"
DETAILS: Final = (
    "Keeps what the Partner Hub knows at the end of the week, for ever. `tenure hub weeks` lists the weeks."
)
SUNDAY: Final = 0

LOOKS: Final = 5
LOOKS_AGAIN_AFTER: Final = timedelta(milliseconds=300)
"""What the server has taken shows a little later."""

log = structlog.get_logger("tenure.hub")


async def keep_schedule(client: Client, task_queue: str) -> None:
    """Make the Schedule, or bring it up to date if another release made it; by any number of workers at once.

    What operators did to it stays: one that is paused stays paused. Where the server has no Schedules, or does not let
    this client make one, the log says so and everything else goes on: `tenure hub close` closes weeks by hand.
    """
    try:
        await _made(client, task_queue)
    except RPCError as refused:
        log.warning("hub.schedule_missing", schedule=SCHEDULE_ID, reason=refused.message)


async def _made(client: Client, task_queue: str) -> None:
    wanted = schedule(task_queue)
    try:
        await client.create_schedule(SCHEDULE_ID, wanted)
    except ScheduleAlreadyRunningError:
        await _brought_up_to_date(client, wanted)


async def _brought_up_to_date(client: Client, wanted: Schedule) -> None:
    """The token makes the server leave it alone if somebody changed it since we looked, which it does without a word:
    so we look again. The SDK's own update has no token, and would undo a pause that came in between."""
    for _ in range(LOOKS):
        found = await client.get_schedule_handle(SCHEDULE_ID).describe()
        if _essence(found.schedule) == _essence(wanted):
            return
        ours = Schedule(wanted.action, wanted.spec, wanted.policy, found.schedule.state)
        await client.workflow_service.update_schedule(
            UpdateScheduleRequest(
                namespace=client.namespace,
                schedule_id=SCHEDULE_ID,
                schedule=await ours._to_proto(client),
                conflict_token=found.raw_description.conflict_token,
                identity=client.identity,
                request_id=str(uuid4()),
            ),
            retry=True,
        )
        await asyncio.sleep(LOOKS_AGAIN_AFTER.total_seconds())
    log.warning("hub.schedule_not_changed", schedule=SCHEDULE_ID)


def _essence(each: Schedule) -> tuple[object, ...]:
    """What makes it ours; the server fills in the rest."""
    action = each.action
    started = (action.workflow, action.id, action.task_queue) if isinstance(action, ScheduleActionStartWorkflow) else ()
    return started, tuple(each.spec.calendars), each.policy.overlap, each.policy.catchup_window


def schedule(task_queue: str) -> Schedule:
    """As this release wants it.

    One run at a time, and the next waits: a run that is held up by an outage over the next Sunday may have begun that
    week too early. Sundays that the server itself missed are made up for; one run closes every week there is.
    """
    midnight = ScheduleCalendarSpec(day_of_week=(ScheduleRange(SUNDAY),), comment="Sunday 00:00:00 UTC")
    return Schedule(
        action=ScheduleActionStartWorkflow(
            WORKFLOW, id=WORKFLOW_ID, task_queue=task_queue, static_summary=SUMMARY, static_details=DETAILS
        ),
        spec=ScheduleSpec(calendars=[midnight]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ONE, catchup_window=CLOSING_CATCHES_UP),
        state=ScheduleState(note=NOTE),
    )

"""A customer's own clock: single workflows moved forward on the real server."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio import activity, workflow
from temporalio.api.common.v1 import TimeSkippingConfig
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import RetryPolicy
from temporalio.worker import Worker

from adapters.temporal import clock
from adapters.temporal.client import connect
from adapters.temporal.clock import ClockHeld, ClockRanAhead, NothingToMove, _skipping, current_time
from adapters.temporal.dev_server import DevServer
from tests.support.clock import forward

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUEUE = "stand-ins"
DAY = timedelta(days=1)


@workflow.defn(sandboxed=False)
class Yearly:
    """Continues as new every year; its third year is a fault of ours."""

    @workflow.run
    async def run(self, year: int) -> None:
        if year == 3:
            raise RuntimeError("a fault of ours")
        await workflow.sleep(365 * DAY)
        workflow.continue_as_new(year + 1)

    @workflow.query
    def now(self) -> datetime:
        return workflow.now()


@activity.defn
async def works_the_third_time() -> int:
    if activity.info().attempt < 3:
        raise RuntimeError("not yet")
    return activity.info().attempt


@workflow.defn(sandboxed=False)
class Waits:
    """Waits by what its number says: for a timer, for an activity's third attempt, for a child."""

    @workflow.run
    async def run(self, what: str) -> str:
        began = workflow.now()
        if what == "timers":
            for _ in range(12):
                await workflow.sleep(DAY)
        elif what == "child":
            await workflow.execute_child_workflow("Waits", "timer", id=f"{workflow.info().workflow_id}-child")
        elif what == "activity":
            retry = RetryPolicy(initial_interval=DAY, backoff_coefficient=1, maximum_interval=DAY)
            await workflow.execute_activity(
                works_the_third_time, start_to_close_timeout=timedelta(minutes=1), retry_policy=retry
            )
        elif what == "forever":
            await workflow.wait_condition(lambda: False)
        else:
            await workflow.sleep(3 * DAY)
        return f"{(workflow.now() - began) // DAY} days"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    few = {"frontend.WorkflowTimeSkippingMaxSkipPerSession": "5"}
    directory = tmp_path_factory.mktemp("server")
    async with DevServer(directory, port=0, ui_port=0, time_travel=True, settings=few) as server:
        connected = await connect(server.address)
        async with Worker(connected, task_queue=QUEUE, workflows=[Yearly, Waits], activities=[works_the_third_time]):
            yield connected


async def started(client: Client, workflow_type: str, argument: Any) -> WorkflowHandle[Any, Any]:
    return await client.start_workflow(workflow_type, argument, id=f"w-{uuid4()}", task_queue=QUEUE)


async def first(handle: WorkflowHandle[Any, Any], kind: "EventType.ValueType") -> None:
    async for event in handle.fetch_history_events(wait_new_event=True):
        if event.event_type == kind:
            return


async def test_one_workflow_is_moved_and_its_neighbour_is_not(client: Client) -> None:
    moved, neighbour = await started(client, "Waits", "timer"), await started(client, "Waits", "timer")
    assert await forward(client, moved.id, 2 * DAY) >= datetime.now(UTC) + 2 * DAY - timedelta(minutes=1)
    assert (await moved.describe()).status == WorkflowExecutionStatus.RUNNING
    assert await current_time(client, neighbour.id) - datetime.now(UTC) < timedelta(minutes=1)
    closed_at = await forward(client, moved.id, 20 * DAY)
    assert closed_at - datetime.now(UTC) < 4 * DAY, "it stays at the time it closed"
    assert await moved.result() == "3 days"
    with pytest.raises(NothingToMove, match="it is closed"):
        await forward(client, moved.id, DAY)


async def test_more_timers_than_the_servers_own_limit_are_no_limit(client: Client) -> None:
    many = await started(client, "Waits", "timers")
    await forward(client, many.id, 13 * DAY)
    assert await many.result() == "12 days"


async def test_the_pause_between_two_attempts_does_not_hold_the_clock(client: Client) -> None:
    trying = await started(client, "Waits", "activity")
    await forward(client, trying.id, DAY / 2)
    await forward(client, trying.id, 3 * DAY)
    assert await trying.result() in {"0 days", "1 days", "2 days"}, "the server cuts pauses short, one, both or neither"


async def test_an_open_child_holds_its_parents_clock_until_it_is_moved_itself(client: Client) -> None:
    parent = await started(client, "Waits", "child")
    await first(parent, EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED)
    with pytest.raises(ClockHeld, match=f"its child {parent.id}-child is open"):
        await forward(client, parent.id, 10 * DAY, patience=timedelta(milliseconds=200))
    await forward(client, f"{parent.id}-child", 10 * DAY)
    assert await parent.result() == "0 days", "each has a clock of its own"


async def test_a_workflow_nobody_runs_is_left_where_it_is(client: Client) -> None:
    alone = await client.start_workflow("Waits", "timer", id=f"w-{uuid4()}", task_queue="nobody")
    with pytest.raises(ClockHeld, match="no worker runs it"):
        await forward(client, alone.id, DAY, patience=timedelta(milliseconds=200))
    async with Worker(client, task_queue="nobody", workflows=[Waits]):
        await first(alone, EventType.EVENT_TYPE_TIMER_STARTED)
        assert await current_time(client, alone.id) - datetime.now(UTC) < timedelta(minutes=1), "nor does it jump later"


async def test_the_clock_goes_on_across_continue_as_new_and_a_fault_holds_it(client: Client) -> None:
    yearly = await started(client, "Yearly", 1)
    began = (await yearly.describe()).start_time
    reached = await forward(client, yearly.id, 365 * DAY + DAY)
    latest = client.get_workflow_handle(yearly.id)
    assert (reached - began) // DAY == 365 + 1
    assert (await latest.query("now", result_type=datetime) - began) // DAY == 365
    with pytest.raises(ClockHeld, match="its workflow task fails") as held:
        await forward(client, yearly.id, 365 * DAY, patience=timedelta(milliseconds=500))
    assert (held.value.reached - began) // DAY == 2 * 365
    assert (await latest.describe()).status == WorkflowExecutionStatus.RUNNING


@pytest.mark.parametrize("duration", [timedelta(0), -DAY, timedelta(days=99999)])
async def test_a_clock_moves_forward_only_and_not_out_of_the_calendar(client: Client, duration: timedelta) -> None:
    with pytest.raises(NothingToMove, match="only forward"):
        await forward(client, "any", duration)


async def test_a_workflow_that_does_not_exist_has_no_clock(client: Client) -> None:
    with pytest.raises(NothingToMove, match="there is no such workflow"):
        await current_time(client, "w-nonexistent")


@activity.defn
async def takes_a_while(seconds: float) -> None:
    await asyncio.sleep(seconds)


@workflow.defn(sandboxed=False)
class Consent:
    """Reminds after two days, which takes a moment; lapses eight days later."""

    @workflow.run
    async def run(self, seconds: float) -> None:
        await workflow.sleep(2 * DAY)
        await workflow.execute_activity(takes_a_while, seconds, start_to_close_timeout=timedelta(minutes=5))
        await workflow.sleep(8 * DAY)


async def skips_by_itself(client: Client, workflow_id: str) -> bool:
    raw = (await client.get_workflow_handle(workflow_id).describe()).raw_description
    return raw.workflow_extended_info.time_skipping_info.effective_config.enabled


MINUTES = timedelta(minutes=5)
"""Of a clock that a loaded machine looks at."""


async def test_a_life_moved_again_and_again_never_runs_ahead(client: Client) -> None:
    forever = await started(client, "Waits", "forever")
    began, at_first = monotonic(), await current_time(client, forever.id)
    for number in range(1, 51):
        reached = await forward(client, forever.id, 2 * DAY)
        ahead = reached - at_first - number * 2 * DAY
        assert timedelta(0) <= ahead <= timedelta(seconds=monotonic() - began) + MINUTES, number
        assert not await skips_by_itself(client, forever.id)


async def test_the_next_timer_is_not_reached_though_the_target_passes_while_something_is_under_way(
    tmp_path: Path,
) -> None:
    """Left to itself, server 1.32.0 goes on to it: ten days of consent lapsed in a move by two (5 of 600 lives)."""
    slow = {"history.timerProcessorMaxPollRPS": "2"}  # as a loaded machine is: the target is noticed late
    async with DevServer(tmp_path, port=0, ui_port=0, time_travel=True, settings=slow) as server:
        client = await connect(server.address)
        async with Worker(client, task_queue=QUEUE, workflows=[Consent], activities=[takes_a_while]):

            async def moved(number: int) -> timedelta:
                handle = await started(client, "Consent", number / 100)
                await first(handle, EventType.EVENT_TYPE_TIMER_STARTED)
                began, before = monotonic(), await current_time(client, handle.id)
                await forward(client, handle.id, 2 * DAY)
                assert not await skips_by_itself(client, handle.id)
                now = await current_time(client, handle.id)
                return now - before - 2 * DAY - timedelta(seconds=monotonic() - began)

            ahead = await asyncio.gather(*(moved(number) for number in range(40)))
    assert max(ahead) < MINUTES, "what went wrong went wrong by days"


async def test_a_move_that_was_interrupted_leaves_no_skipping(client: Client) -> None:
    busy = await client.start_workflow("Waits", "timer", id=f"w-{uuid4()}", task_queue="nobody")
    await _skipping(client, busy, TimeSkippingConfig(enabled=True, max_session_skip_count=5))
    assert await skips_by_itself(client, busy.id), "as if somebody had been killed in the middle"
    with pytest.raises(ClockHeld):
        await forward(client, busy.id, DAY, patience=timedelta(milliseconds=200))
    assert not await skips_by_itself(client, busy.id)


async def test_a_clock_that_ran_ahead_all_the_same_is_reported(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    victim = await started(client, "Waits", "timer")
    await first(victim, EventType.EVENT_TYPE_TIMER_STARTED)
    honest = clock._skipping

    async def faulty(client: Client, handle: WorkflowHandle[Any, Any], config: TimeSkippingConfig) -> None:
        """A server that takes days for hours."""
        if config.enabled:
            config.fast_forward_config.duration.FromTimedelta(2 * DAY)
        await honest(client, handle, config)

    monkeypatch.setattr(clock, "_skipping", faulty)
    with pytest.raises(
        ClockRanAhead, match=r"ran ahead to .* that was asked for: what fell due in between has happened"
    ):
        await forward(client, victim.id, timedelta(hours=2))
    assert not await skips_by_itself(client, victim.id)

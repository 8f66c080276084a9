"""The Schedule that closes the hub's week, on the real server, made by the worker that runs beside it. HUB-60."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from temporalio.client import (
    ScheduleDescription,
    ScheduleHandle,
    ScheduleOverlapPolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
    WorkflowExecutionStatus,
)
from temporalio.service import RPCError, RPCStatusCode

from activities.hub import WeeksClosed
from adapters.temporal.hub_schedule import NOTE, SCHEDULE_ID, keep_schedule, schedule
from domain.hub.weeks import last_closed
from starter.history import replay
from tests.hub_world import a_subscription
from tests.makers import days
from tests.support.environment import Handle, eventually
from tests.support.whole_service import WholeService

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def kept(env: WholeService) -> ScheduleHandle:
    """The Schedule."""
    return env.client.get_schedule_handle(SCHEDULE_ID)


async def described(kept: ScheduleHandle, once: Callable[[ScheduleDescription], bool]) -> ScheduleDescription:
    """The server says that a change is taken before it shows."""

    async def shown() -> ScheduleDescription | None:
        found = await kept.describe()
        return found if once(found) else None

    found: ScheduleDescription = await eventually(shown)
    return found


async def triggered(env: WholeService, kept: ScheduleHandle) -> Handle:
    """The run that somebody starts by hand, now."""
    before = (await kept.describe()).info.num_actions
    await kept.trigger()
    started = await described(kept, lambda known: known.info.num_actions > before and bool(known.info.recent_actions))
    run: Any = started.info.recent_actions[-1].action
    return env.client.get_workflow_handle(run.workflow_id, run_id=run.first_execution_run_id)


async def test_there_is_one_schedule_and_it_says_in_words_what_it_does(env: WholeService, kept: ScheduleHandle) -> None:
    found = await kept.describe()

    assert [each.id async for each in await env.client.list_schedules()] == [SCHEDULE_ID]
    assert found.schedule.state.note == NOTE
    assert not found.schedule.state.paused
    action: Any = found.schedule.action
    assert (action.workflow, action.id, action.task_queue) == ("CloseHubWeek", "hub-week", env.task_queue)


async def test_its_next_times_are_the_first_instants_of_sundays_in_utc(kept: ScheduleHandle) -> None:
    times = (await kept.describe()).info.next_action_times

    first, second = times[:2]
    assert first.astimezone(UTC) == datetime.combine(last_closed(first), datetime.min.time(), UTC)
    assert second - first == timedelta(days=7)


async def test_a_sunday_that_the_server_missed_is_made_up_for_after_months(kept: ScheduleHandle) -> None:
    policy = (await kept.describe()).schedule.policy

    assert policy.catchup_window is not None
    assert policy.catchup_window >= timedelta(days=180)
    assert policy.overlap is ScheduleOverlapPolicy.BUFFER_ONE
    assert not policy.pause_on_failure


async def test_workers_that_start_later_change_nothing(env: WholeService, kept: ScheduleHandle) -> None:
    before = (await kept.describe()).info

    await asyncio.gather(*(keep_schedule(env.client, env.task_queue) for _ in range(3)))

    after = (await kept.describe()).info
    assert (after.created_at, after.last_updated_at) == (before.created_at, before.last_updated_at)


def older(found: ScheduleUpdateInput) -> ScheduleUpdate:
    """As another release made it."""
    once_a_day = ScheduleSpec(cron_expressions=["0 5 * * *"])
    return ScheduleUpdate(replace(found.description.schedule, spec=once_a_day))


async def test_one_of_another_release_is_brought_up_to_date_and_one_that_is_paused_stays_paused(
    env: WholeService, kept: ScheduleHandle
) -> None:
    await kept.update(older)
    await kept.pause(note="The store moves house")
    await described(kept, lambda known: known.schedule.state.paused)

    await keep_schedule(env.client, env.task_queue)

    wanted = schedule(env.task_queue).spec.calendars
    found = (await described(kept, lambda known: known.schedule.spec.calendars == wanted)).schedule
    assert found.spec.calendars == wanted
    assert (found.state.paused, found.state.note) == (True, "The store moves house")
    await kept.unpause(note=NOTE)


async def test_a_pause_while_a_worker_brings_it_up_to_date_stays(env: WholeService, kept: ScheduleHandle) -> None:
    """The worker looked before somebody paused it, and writes after."""
    wanted = schedule(env.task_queue).spec.calendars
    await kept.update(older)
    await described(kept, lambda known: known.schedule.spec.calendars != wanted)

    class Slow:
        """A client between whose look and write somebody is quicker."""

        paused = False

        def __getattr__(self, name: str) -> Any:
            return getattr(env.client, name)

        def get_schedule_handle(self, _id: str) -> "Slow":
            return self

        async def describe(self) -> ScheduleDescription:
            found = await kept.describe()
            if not self.paused:
                self.paused = True
                await kept.pause(note="The store moves house")
                await described(kept, lambda known: known.schedule.state.paused)
            return found

    await keep_schedule(Slow(), env.task_queue)  # type: ignore[arg-type]

    found = (await described(kept, lambda known: known.schedule.spec.calendars == wanted)).schedule
    assert (found.state.paused, found.state.note) == (True, "The store moves house")
    await kept.unpause(note=NOTE)


async def test_a_run_closes_the_weeks_that_ended(env: WholeService, kept: ScheduleHandle) -> None:
    """From the first life that is known. What it answers is all that a history holds: numbers and a Sunday."""
    await asyncio.to_thread(a_subscription, env.store, "SO-100001", "akasaka", at=datetime.now(UTC) - days(20))
    run = await triggered(env, kept)

    closed, weeks = WeeksClosed.model_validate(await run.result()), env.store.weeks()
    assert closed == WeeksClosed(closed=len(weeks), newest=weeks[0].week)
    assert len(weeks) >= 3
    assert env.store.week_customers(weeks[0].week)[0].customer_id == "akasaka"
    again = await triggered(env, kept)
    assert WeeksClosed.model_validate(await again.result()) == WeeksClosed()
    history = await run.fetch_history()
    assert len(history.events) < 15
    assert (await replay.a_replayer().replay_workflow(history)).replay_failure is None


async def test_a_run_that_fails_says_why_and_goes_on_until_it_succeeds(env: WholeService, kept: ScheduleHandle) -> None:
    rename(env, "hub_weeks", "hub_weeks_elsewhere")
    run = await triggered(env, kept)

    async def failing() -> Any:
        found = (await run.describe()).raw_description.pending_activities
        return next((each for each in found if each.attempt > 1), None)

    pending = await eventually(failing)
    rename(env, "hub_weeks_elsewhere", "hub_weeks")

    assert "no such table: hub_weeks" in str(pending.last_failure)
    await run.result()
    assert (await run.describe()).status is WorkflowExecutionStatus.COMPLETED


def rename(env: WholeService, table: str, to: str) -> None:
    with env.store.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {to}"))


async def test_a_server_without_schedules_stops_no_worker() -> None:
    """The time-skipping server has none."""

    class Without:
        async def create_schedule(self, *_: object) -> None:
            raise RPCError("unknown method", RPCStatusCode.UNIMPLEMENTED, b"")

    await keep_schedule(Without(), "tenure")  # type: ignore[arg-type]


async def test_of_several_workers_that_start_at_once_one_makes_it(env: WholeService, kept: ScheduleHandle) -> None:
    """None of the others fails over it."""
    await kept.delete()

    await asyncio.gather(*(keep_schedule(env.client, env.task_queue) for _ in range(4)))

    found = await kept.describe()
    assert found.info.last_updated_at is None
    assert found.schedule.spec.calendars == schedule(env.task_queue).spec.calendars

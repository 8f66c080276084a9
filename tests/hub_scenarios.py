"""Weeks of the hub to record, closed on the time-skipping server: no person starts them."""

from adapters.temporal.hub_schedule import WORKFLOW, WORKFLOW_ID
from tests.hub_world import a_subscription
from tests.makers import days
from tests.support.environment import Handle
from tests.support.time_skipping import MONDAY, TimeSkipping

BUILT = MONDAY - days(8)
"""A Sunday. Its order was placed a week before: two weeks have ended since then."""


async def two_missed_weeks(env: TimeSkipping) -> Handle:
    """Of a customer who came two weeks ago, and nobody has closed any since. HUB-60."""
    a_subscription(env.store, "SO-100001", "akasaka", at=BUILT)
    run = await closing(env)
    closed = await run.result()
    assert closed["closed"] == len(env.store.weeks()) == 2, closed
    return run


async def closing(env: TimeSkipping) -> Handle:
    """As the Schedule starts it; that server has none."""
    return await env.client.start_workflow(WORKFLOW, id=WORKFLOW_ID, task_queue=env.task_queue)

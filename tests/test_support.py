"""What the tests stand on can fail itself."""

from datetime import timedelta

import pytest

from tests.makers import an_order
from tests.support.environment import eventually
from tests.support.time_skipping import TimeSkipping
from tests.support.transport import Trouble


async def test_a_workflow_that_never_answers_is_not_settled(env: TimeSkipping, monkeypatch: pytest.MonkeyPatch) -> None:
    order = await env.client.start_workflow("Order", an_order(), id="order-SO-100001", task_queue="nobody-there")
    monkeypatch.setattr(TimeSkipping, "patience", 0.5)
    with pytest.raises(AssertionError, match=r"not at rest after 0.5 s: \['order-SO-100001'\]"):
        await env.settled(order)


async def test_a_step_that_waits_for_its_next_attempt_is_settled_and_time_brings_it(env: TimeSkipping) -> None:
    env.faults.broken["record"] = Trouble("the disk is full")
    order = await env.place(an_order())
    assert "order.held" not in env.events()
    env.faults.broken.clear()
    await env.sleep_until(await env.now() + timedelta(minutes=2))
    assert "order.held" in env.events()
    assert (await env.state(order)).failing == ()


async def test_what_never_comes_is_not_waited_for_for_ever() -> None:
    with pytest.raises(AssertionError, match=r"after 0\.1 s still 0"):
        await eventually(lambda: 0, within=0.1)

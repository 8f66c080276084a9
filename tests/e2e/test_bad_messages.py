"""Updates as people mistype them: each is refused with its field, or done; never does a story stand still. D3."""

import asyncio
import json
import random
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

import pytest
from pydantic import ValidationError
from temporalio.client import WorkflowHandle

from domain.operator_updates import OPERATOR_EXAMPLES
from domain.order.examples import EXAMPLES as ORDER_EXAMPLES
from domain.order.messages import Offering
from domain.subscription.examples import EXAMPLES as SUBSCRIPTION_EXAMPLES
from domain.values import Message
from tests.fuzz.verdict import SLOW, failed_task
from tests.makers import an_order, built, cleared, graduated, submitted
from tests.support.environment import refusal_of
from tests.support.whole_service import WholeService, history

pytestmark = pytest.mark.asyncio(loop_scope="module")

VALUE: Final = "hunter2-hunter2"
JUNK: Final[tuple[object, ...]] = (
    None,
    [],
    {},
    [[{"deep": [VALUE]}]],
    {"deep": {"deeper": [VALUE, None, -1]}},
    VALUE,
    "",
    "x" * 5000,
    f"{VALUE}\0",
    f"=?utf-8?q?{VALUE}?=",
    True,
    -1,
    10**30,
    0.5,
)
"""What may stand where something else belongs."""

WHOLE: Final[tuple[object, ...]] = (None, [], VALUE, 17, True, {}, [{"by": VALUE}])
"""What may be sent instead of a message."""

EACH: Final = 25
"""Mutated messages for each update."""

AT_ONCE: Final = 8
"""Updates in flight; the server takes ten of one workflow."""

ENDS: Final = {"cancel", "refuse_compliance", "graduate", "terminate"}
"""Updates that would close the workflow for all others: of these only what is malformed is sent."""


def mutations(update: str, example: Message) -> list[Any]:
    """The same ones each time: another seed would be another test."""
    chance = random.Random(update)
    right = example.model_dump(mode="json", exclude_defaults=True)
    mutated = [*WHOLE, *changed(right)]
    if update in ENDS:
        mutated = [message for message in mutated if fault(type(example), message)]
    return chance.sample(mutated, min(EACH, len(mutated)))


def changed(right: dict[str, Any]) -> Iterator[Any]:
    """One place at a time: left out, something else in it, something too many beside it."""
    for way in ways(right):
        for junk in JUNK:
            message, place = copied(right, way)
            place[way[-1]] = junk
            yield message
        message, place = copied(right, way)
        del place[way[-1]]
        yield message
        message, place = copied(right, way)
        if isinstance(place, dict):
            place["one_too_many"] = VALUE
            yield message


def ways(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to every place in a message."""
    if way:
        yield way
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in inside:
        yield from ways(inner, (*way, name))


def copied(right: dict[str, Any], way: tuple[Any, ...]) -> tuple[Any, Any]:
    """A copy, and in it the object or list where the way ends."""
    message = deepcopy(right)
    place: Any = message
    for step in way[:-1]:
        place = place[step]
    return message, place


def fault(model: type[Message], message: Any) -> str | None:
    """The field at fault by the model's own account, "" if it names none; None if the message is in order."""
    try:
        model.model_validate_json(json.dumps(message))
    except ValidationError as refused:
        names = [str(step) for step in refused.errors()[0]["loc"] if isinstance(step, str)]
        return names[-1] if names else ""
    return None


async def sent_all(story: WorkflowHandle[Any, Any], examples: Mapping[str, Message]) -> dict[str, int]:
    """Send every mutation of every message; how many were malformed, and how many were not."""
    in_flight = asyncio.Semaphore(AT_ONCE)
    counted = {"malformed": 0, "in order": 0}

    async def send(update: str, model: type[Message], message: Any) -> None:
        async with in_flight:
            refusal = await refusal_of(story.execute_update(update, message))
        at_fault = fault(model, message)
        if at_fault is None:
            counted["in order"] += 1
            assert refusal is None or refusal.type == "Refused", (update, message, refusal)
            return
        counted["malformed"] += 1
        assert refusal is not None, (update, message)
        assert refusal.type == "BadInput", (update, message, refusal)
        assert at_fault in refusal.message, (update, message, refusal)
        assert VALUE not in refusal.message, (update, message)

    for update, example in examples.items():
        await asyncio.gather(*(send(update, type(example), message) for message in mutations(update, example)))
    return counted


async def assert_no_task_failed(story: WorkflowHandle[Any, Any]) -> None:
    """But for one slow one, which is a busy machine, and is tried again; what is slow twice hangs somewhere."""
    failed = [why for event in await history(story) if (why := failed_task(event))]
    assert [why for why in failed if not why.startswith(SLOW)] == []
    assert len(failed) < 2, failed


async def test_d3_an_order_refuses_what_is_mistyped_and_lives_on(env: WholeService) -> None:
    order = await env.place(an_order("SO-500001", Offering.NAMED_HOST, Offering.PORT))
    counted = await sent_all(order, {**ORDER_EXAMPLES, **OPERATOR_EXAMPLES})
    assert counted["malformed"] > 250
    assert counted["in order"] > 0
    await assert_no_task_failed(order)
    await refusal_of(order.execute_update("resume", OPERATOR_EXAMPLES["resume"]))
    await order.execute_update("graduate", graduated())
    assert (await order.result())["stage"] == "completed", "what was in order among it had taken it this far"


async def test_d3_a_subscription_refuses_what_is_mistyped_and_lives_on(env: WholeService) -> None:
    order = await env.place(an_order("SO-500002"))
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "submit_provisioning_form", submitted())
    await env.send(order, "report_site_built", built())
    subscription = env.subscription("sub-SO-500002")
    await env.settled(subscription)
    counted = await sent_all(subscription, {**SUBSCRIPTION_EXAMPLES, "put_note": OPERATOR_EXAMPLES["put_note"]})
    assert counted["malformed"] > 50
    await assert_no_task_failed(subscription)
    await subscription.execute_update("terminate", SUBSCRIPTION_EXAMPLES["terminate"])
    assert (await subscription.result())["stage"] == "terminated"

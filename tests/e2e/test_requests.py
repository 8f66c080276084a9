"""What upstream systems and operators ask for: malformed, twice, all at once, and back in time. D1, E1 to E7, F3."""

import asyncio
import json
import os
import signal
from collections import Counter
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.update.v1 import UpdateRef
from temporalio.api.workflowservice.v1 import PollWorkflowExecutionUpdateRequest, ResetWorkflowExecutionRequest
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.lifecycle import Lifecycle
from domain.subscription.messages import ConfirmRenewal
from tests.makers import (
    a_form,
    a_renewal,
    an_order,
    built,
    cancelled,
    cleared,
    graduated,
    renewal_done,
    submitted,
)
from tests.support.environment import answered, eventually, refusal_of
from tests.support.time_skipping import program
from tests.support.whole_service import MAILS, STEPS, WholeService, assert_whole, history

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEMPORAL = program("temporal")
VALUE = "hunter2-hunter2"
"""Something somebody typed into a wrong place: no answer may repeat it."""


# D1: a malformed start, by the `temporal` command.

RIGHT = an_order("SO-400001").model_dump(mode="json")


def changed(**fields: Any) -> str:
    """The right order as JSON, with other values; by path: `customer__zone`, `items__0__quantity`."""
    order = an_order("SO-400001").model_dump(mode="json")
    for path, value in fields.items():
        *way, last = [int(step) if step.isdecimal() else step for step in path.split("__")]
        place: Any = order
        for step in way:
            place = place[step]
        place[last] = value
    return json.dumps(order)


def without(field: str) -> str:
    """The right order as JSON, without one field."""
    return json.dumps({name: value for name, value in RIGHT.items() if name != field})


BAD_STARTS = {
    "a field is missing": ([without("customer")], "customer: is required"),
    "a field too many": ([changed(custmer=VALUE)], 'custmer: is not a known field, did you mean "customer"?'),
    "the wrong type": ([changed(items__0__quantity=VALUE)], "items[0].quantity: must be a whole number"),
    "null": ([changed(items=None)], "items: must be a list"),
    "an empty list": ([changed(items=[])], "items: must not be empty"),
    "an unknown choice": ([changed(kind=VALUE)], "kind: must be one of 'new' or 'renewal'"),
    "no mail address": ([changed(customer__contact__email=VALUE)], "customer.contact.email: must be a mail address"),
    "no time zone": ([changed(customer__zone=VALUE)], "customer.zone: must be an IANA time zone such as Asia/Tokyo"),
    "a NUL": ([changed(customer__company=VALUE + "\0")], "customer.company: must not contain control characters"),
    "an id with blanks": ([changed(by=f"{VALUE} {VALUE}")], "by: must be 1 to 64 Latin letters"),
    "an SO# in small letters": ([changed(sales_order_number=VALUE)], "sales_order_number: must be 3 to 40"),
    "a renewal of nothing": ([changed(kind="renewal")], "subscription_id is required for a renewal (REN-01)"),
    "nothing": ([], "expected one JSON object, got none"),
    "a list": ([json.dumps([VALUE])], "expected one JSON object, got a list"),
    "text": ([json.dumps(VALUE)], "expected one JSON object, got text"),
    "two of it": ([json.dumps(RIGHT)] * 2, "expected one JSON object, got 2"),
}
AT_A_TIME = asyncio.Semaphore(4)
"""Commands at a time: each is a process."""


async def test_d1_a_malformed_start_fails_at_once_with_field_and_rule_and_no_value(env: WholeService) -> None:
    answers = await asyncio.gather(*(started_by_command(env, inputs) for inputs, _ in BAD_STARTS.values()))
    for (case, (_, expected)), answer in zip(BAD_STARTS.items(), answers, strict=True):
        assert expected in answer.partition("Message:")[2], case
        assert VALUE not in answer, case
    assert not [order.subject for order in env.store.listed(Lifecycle.ORDER) if order.subject == "SO-400001"], (
        "nothing was taken"
    )


@pytest.mark.parametrize("encoding", ["binary/plain", "binary/encrypted", "json/protobuf"])
async def test_d1_another_encoding_fails_at_once(env: WholeService, encoding: str) -> None:
    answer = await started_by_command(env, [json.dumps(RIGHT)], "--input-meta", f"encoding={encoding}")
    assert "expected one JSON object with the encoding json/plain" in answer


async def test_d1_a_well_formed_start_that_cannot_be_fails_at_once_too(env: WholeService) -> None:
    renewal = changed(kind="renewal", subscription_id="sub-SO-0")
    answer = await started_by_command(env, [renewal], name="order-SO-400001")
    assert "subscription_id: no subscription sub-SO-0 is known here (REN-01)" in answer
    answer = await started_by_command(env, [json.dumps(RIGHT)], name="order-SO-400002")
    assert "workflow id: must be order-SO-400001" in answer


async def test_d1_text_that_is_no_json_is_not_even_sent(env: WholeService) -> None:
    answer = await command(env, "workflow", "execute", *start_of("Order"), "--input", "{")
    assert "is not valid JSON" in answer


async def test_d1_a_start_of_an_unknown_type_names_the_known_ones(env: WholeService) -> None:
    answer = await command(env, "workflow", "execute", *start_of("Odrer"), "--input", json.dumps(RIGHT))
    assert "this workflow type is not known; known are" in answer
    assert "Order, Subscription" in answer


async def started_by_command(env: WholeService, inputs: list[str], *more: str, name: str = "") -> str:
    given = [word for text in inputs for word in ("--input", text)]
    answer = await command(env, "workflow", "execute", *start_of("Order", name), *given, *more)
    assert "FAILED" in answer, answer
    return answer


def start_of(kind: str, name: str = "") -> list[str]:
    return ["--type", kind, "--task-queue", "tenure", "--workflow-id", name or f"d1-{uuid4()}"]


async def command(env: WholeService, *words: str) -> str:
    """What the `temporal` command prints when it fails."""
    async with AT_A_TIME:
        process = await asyncio.create_subprocess_exec(
            *(TEMPORAL, *words, "--address", env.service.server.address),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed = (await process.communicate())[0].decode()
    assert process.returncode == 1, printed
    return printed


# E: duplicates and races.


async def test_e1_fifty_starts_at_once_are_one_order(env: WholeService) -> None:
    order = an_order("SO-410001")
    for _ in range(3):  # three upstream systems, each repeating all
        starts = (answered(partial(env.start_order, order)) for _ in range(50))
        outcomes = await asyncio.gather(*starts, return_exceptions=True)
        others = [outcome for outcome in outcomes if not isinstance(outcome, WorkflowHandle)]
        assert {type(other) for other in others} == {WorkflowAlreadyStartedError}
        assert len(others) >= 49
    await env.settled(env.order("SO-410001"))
    assert env.events("SO-410001") == ["order.acknowledged", "order.held"]
    assert len([run async for run in env.client.list_workflows("WorkflowId = 'order-SO-410001'")]) <= 1


async def test_e3_a_number_is_taken_for_ever_whatever_became_of_its_order(env: WholeService) -> None:
    first = await env.place(an_order("SO-410002"))
    await first.execute_update("cancel", cancelled())
    await first.result()
    for again in (an_order("SO-410002"), an_order("SO-410002", term_months=24)):
        with pytest.raises(WorkflowFailureError) as failed:
            await (await env.start_order(again)).result()
        assert "SO-410002 was already taken by an order with" in str(failed.value.cause)
    assert env.store.row(Lifecycle.ORDER, "SO-410002").placed.term_months == 12, "the first is kept"
    assert env.arrived("SO-410002") == []


async def test_e4_an_update_repeated_with_its_id_is_applied_once(env: WholeService) -> None:
    order = await env.place(an_order("SO-410003"))
    sent = [order.execute_update("clear_compliance", cleared(), id="upstream-17") for _ in range(10)]
    answers = await asyncio.gather(*sent)
    assert len({json.dumps(answer, sort_keys=True) for answer in answers}) == 1, "everybody is told the same"
    await env.settled(order)
    assert await order.execute_update("clear_compliance", cleared(), id="upstream-17") == answers[0], "later, too"
    assert Counter(env.events("SO-410003"))["order.compliance_cleared"] == 1
    refusal = await refusal_of(order.execute_update("clear_compliance", cleared(), id="upstream-18"))
    assert refusal is not None
    assert refusal.message.startswith("cannot clear compliance: the order is pending.awaiting_provisioning_details")


RACES = 10


async def test_e5_of_cancel_and_clear_at_once_exactly_one_wins_and_all_accounts_agree(env: WholeService) -> None:
    numbers = [f"SO-4200{n:02}" for n in range(RACES)]
    orders = await asyncio.gather(*(env.place(an_order(number)) for number in numbers))
    refusals = await asyncio.gather(*(race(order, turn) for turn, order in enumerate(orders)))
    winners = ["clear" if cancel else "cancel" for cancel, _ in refusals]
    assert set(winners) == {"clear", "cancel"}, "both happen"
    await asyncio.gather(*(env.settled(order) for order in orders))
    for number, order, winner in zip(numbers, orders, winners, strict=True):
        stage = "cancelled" if winner == "cancel" else "pending.awaiting_provisioning_details"
        told = Counter(env.events(number))
        assert (told["order.cancelled"], told["order.shipped"]) == ((1, 0) if winner == "cancel" else (0, 1))
        assert env.store.row(Lifecycle.ORDER, number).state.stage == (await env.state(order)).stage == stage
        assert env.arrived(number) == ([] if winner == "cancel" else ["confirmation"])


async def race(order: WorkflowHandle[Any, Any], turn: int) -> tuple[Any, Any]:
    """Both at once, each first in every other turn; the refusals, of which there is exactly one."""
    asked: list[tuple[str, BaseModel]] = [("cancel", cancelled()), ("clear_compliance", cleared())]
    in_turn = asked if turn % 2 else asked[::-1]
    first, second = await asyncio.gather(*(refusal_of(order.execute_update(*each)) for each in in_turn))
    cancel, clear = (first, second) if turn % 2 else (second, first)
    (loser,) = (refusal for refusal in (cancel, clear) if refusal is not None)
    assert "the order is" in loser.message, "the other is told the state"
    return cancel, clear


async def test_what_comes_all_at_once_leaves_nothing_out(env: WholeService) -> None:
    """While no worker runs, requests wait at the server and then come in one task: the story keeps up with all."""
    order = await env.place(an_order("SO-430001"))
    worker = env.service.worker.pid
    os.kill(worker, signal.SIGSTOP)
    try:
        waiting = []
        for update, message in (
            ("clear_compliance", cleared()),
            ("submit_provisioning_form", submitted()),
            ("report_site_built", built()),
        ):
            waiting.append(asyncio.create_task(order.execute_update(update, message, id=update)))
            await eventually(partial(is_at_the_server, env, order, update))
    finally:
        os.kill(worker, signal.SIGCONT)
    await asyncio.gather(*waiting)
    await env.settled(order)
    assert (await env.state(order)).stage == "in_progress.service_ready"
    assert sorted(env.arrived("SO-430001")) == ["confirmation", "provisioning_copy", "welcome"], "whatever the order"
    await order.execute_update("graduate", graduated())
    assert (await order.result())["stage"] == "completed"
    assert_whole(env, "SO-430001")


async def is_at_the_server(env: WholeService, state: WorkflowHandle[Any, Any], update: str) -> bool:
    """Has the server taken this request, though nobody has judged it yet?"""
    asked = PollWorkflowExecutionUpdateRequest(
        namespace=env.client.namespace,
        update_ref=UpdateRef(workflow_execution=WorkflowExecution(workflow_id=state.id), update_id=update),
    )
    try:
        await env.client.workflow_service.poll_workflow_execution_update(asked)
    except RPCError as unknown:
        if unknown.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


async def test_e7_an_update_in_the_very_moment_a_term_ends_is_not_lost(env: WholeService) -> None:
    """The renewal's completion starts the subscription's next run; the partner's confirmation comes right then."""
    order = await live(env, "SO-440001")
    await order.result()
    renewal = await env.place(a_renewal("SO-440002", "sub-SO-440001"))
    await env.send(renewal, "clear_compliance", cleared())
    await env.send(renewal, "submit_provisioning_form", submitted(a_form(existing_customer=True)))
    completing = asyncio.create_task(renewal.execute_update("report_site_built", renewal_done()))
    confirmation = ConfirmRenewal(by="partner-hikari", order_number="SO-440002")
    while not await confirmed(env, confirmation):  # at once, for it is a matter of moments
        pass
    await completing
    subscription = env.subscription("sub-SO-440001")
    await env.settled(subscription)
    told = Counter(env.events("sub-SO-440001", Lifecycle.SUBSCRIPTION))
    assert (told["subscription.renewed"], told["subscription.renewal_verified"]) == (1, 1)
    assert (await env.state(subscription)).facts["term"] == "2"
    assert all(task.closed_at for task in env.store.tasks(Lifecycle.SUBSCRIPTION, "sub-SO-440001"))


async def confirmed(env: WholeService, confirmation: ConfirmRenewal) -> bool:
    """Ask until it is done: before the renewal it is refused, in the moment between two runs it may be sent back."""
    try:
        return (
            await refusal_of(env.subscription("sub-SO-440001").execute_update("confirm_renewal", confirmation)) is None
        )
    except RPCError:
        return False


async def live(env: WholeService, number: str) -> WorkflowHandle[Any, Any]:
    """A straight life up to its last update."""
    order = await env.place(an_order(number))
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "submit_provisioning_form", submitted())
    await env.send(order, "report_site_built", built())
    await order.execute_update("graduate", graduated())
    return order


# F3: an operator presses Reset.


async def test_f3_reset_to_any_task_sends_no_mail_twice_and_leaves_none_out(env: WholeService) -> None:
    """Each reset makes a new run of what the first had told by then; what people sent later is applied again."""
    order = await ready(env, "SO-450001")
    before, first_run = await env.state(order), (await order.describe()).run_id
    for task in (await tasks_of(order))[::3]:
        await reset(env, order, first_run, task)
        after = await env.state(order)
        assert (after.stage, len(after.mails)) == (before.stage, len(before.mails)), f"reset to {task}"
        assert {mail.state for mail in after.mails} == {"sent"}
        assert env.store.row(Lifecycle.ORDER, "SO-450001").state.stage == before.stage
        assert sorted(env.arrived("SO-450001")) == ["confirmation", "provisioning_copy", "welcome"]
    await order.execute_update("graduate", graduated())
    assert (await order.result())["stage"] == "completed"
    assert sorted(env.arrived("SO-450001")) == sorted(MAILS)
    assert {*STEPS} <= {*env.events("SO-450001")}
    assert env.events("sub-SO-450001", Lifecycle.SUBSCRIPTION) == ["subscription.activated"], "the one there was"
    assert env.store.row(Lifecycle.SUBSCRIPTION, "sub-SO-450001").orders == ("SO-450001",)


async def ready(env: WholeService, number: str) -> WorkflowHandle[Any, Any]:
    """An order whose site is ready; the handle is that of its latest run."""
    order = env.order((await env.place(an_order(number))).id.removeprefix("order-"))
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "submit_provisioning_form", submitted())
    await env.send(order, "report_site_built", built())
    return order


async def tasks_of(order: WorkflowHandle[Any, Any]) -> list[int]:
    """Where it can be reset to."""
    return [event.event_id for event in await history(order, "WORKFLOW_TASK_COMPLETED")]


async def reset(env: WholeService, order: WorkflowHandle[Any, Any], run: str, task: int) -> None:
    """As the Web UI does it: what people sent after that task is applied again."""
    request = ResetWorkflowExecutionRequest(
        namespace=env.client.namespace,
        workflow_execution=WorkflowExecution(workflow_id=order.id, run_id=run),
        reason="a test",
        workflow_task_finish_event_id=task,
        request_id=str(uuid4()),
    )
    await env.client.workflow_service.reset_workflow_execution(request)
    await env.settled(order)

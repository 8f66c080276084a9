"""A mail is tried within a workflow task, after the one that made it due; a slow server holds nobody up. ADR 31."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType

from activities import mail
from activities.ports import Answer, Delivery, Envelope
from domain.mails import MailState
from domain.operator import PutNote
from domain.view import LifecycleView
from tests.makers import an_order, cleared
from tests.support.environment import WITHIN, Handle, eventually
from tests.support.time_skipping import TimeSkipping
from tests.support.transport import Trouble
from worker import SPOT_THREADS
from workflows.steps import MAIL

NOTE = PutNote(by="ops-7", text="seen")
CONFIRMATION = "order-SO-100001/confirmation"


async def shape(env: TimeSkipping, handle: Handle) -> list[str]:
    """What the history says of mails and of what they wait for, in order."""
    found = []
    for event in (await env.history(handle)).events:
        summary = event.user_metadata.summary.data.decode()
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                found.append("task")
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
                found.append("answered")
            case EventType.EVENT_TYPE_MARKER_RECORDED if "Mail:" in summary:
                found.append("on the spot")
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED if "Mail:" in summary:
                found.append("queued")
    return found


async def mails(env: TimeSkipping, handle: Handle) -> dict[str, MailState]:
    return {mail.key: mail.state for mail in (await env.state(handle)).mails}


def slow(env: TimeSkipping, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The mail server takes what it is sent, and says so only when the event is set."""
    monkeypatch.setattr(mail, "ON_THE_SPOT", 0.5)
    said, send = threading.Event(), env.transport.send

    def sends(envelope: Envelope, handing_over: Callable[[], None]) -> Delivery:
        delivery = send(envelope, handing_over)
        assert said.wait(WITHIN)
        return delivery

    monkeypatch.setattr(env.transport, "send", sends)
    return said


async def test_a_mail_goes_out_in_the_task_after_the_one_that_answered(env: TimeSkipping) -> None:
    """Temporal knows of the update before any reader does, and whoever sent it does not wait for a mail server."""
    order = await env.place(an_order())
    await env.send(order, "clear_compliance", cleared())
    assert await mails(env, order) == {CONFIRMATION: MailState.SENT}
    assert (await shape(env, order))[-4:] == ["task", "answered", "task", "on the spot"]
    assert "queued" not in await shape(env, order)


async def test_it_is_dated_by_the_workflow_s_clock(env: TimeSkipping) -> None:
    order = await env.place(an_order())
    await env.sleep_until(await env.now() + timedelta(days=2))
    before = await env.now()
    await env.send(order, "clear_compliance", cleared())
    (sent,) = (await env.state(order)).mails
    assert sent.sent_at is not None
    assert before <= sent.sent_at <= await env.now()


@pytest.mark.parametrize("answer", [Answer.REFUSED, Answer.UNKNOWN])
async def test_what_is_final_is_reported_and_not_tried_on_the_queue(env: TimeSkipping, answer: Answer) -> None:
    env.transport.answers = {"": answer}
    order = await env.place(an_order())
    await env.send(order, "clear_compliance", cleared())
    assert await mails(env, order) == {CONFIRMATION: MailState(answer.value)}
    assert "queued" not in await shape(env, order)


async def test_one_that_its_server_wants_later_goes_to_the_queue_and_so_does_the_next_order_s(
    env: TimeSkipping,
) -> None:
    """Until the server takes one at once again: the worker says so with each record."""
    env.transport.answers = {"": Answer.LATER}
    order = await env.place(an_order())
    await env.send(order, "clear_compliance", cleared())
    second = await env.place(an_order("SO-100002"))
    await env.send(second, "clear_compliance", cleared())
    assert "on the spot" not in await shape(env, second)
    env.transport.answers.clear()
    await env.sleep_until(await env.now() + MAIL.longest_pause)
    assert set((await mails(env, order) | await mails(env, second)).values()) == {MailState.SENT}
    third = await env.place(an_order("SO-100003"))
    await env.send(third, "clear_compliance", cleared())
    assert "queued" not in await shape(env, third)


async def test_a_step_before_the_mail_server_that_fails_is_tried_on_the_queue(env: TimeSkipping) -> None:
    order = await env.place(an_order())
    env.faults.broken["send_mail"] = Trouble("the store is away")
    await env.send(order, "clear_compliance", cleared())
    assert await mails(env, order) == {CONFIRMATION: MailState.PENDING}
    env.faults.broken.clear()
    await env.sleep_until(await env.now() + MAIL.longest_pause)
    assert await mails(env, order) == {CONFIRMATION: MailState.SENT}


async def test_a_mail_server_that_takes_its_time_holds_nobody_up_and_gets_the_mail_once(
    env: TimeSkipping, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attempt goes on to its end. The queue asks the ledger after it, and never finds the mail in doubt. R2, R4."""
    order = await env.place(an_order())
    said = slow(env, monkeypatch)
    await order.execute_update("clear_compliance", cleared())
    await eventually(lambda: bool(env.transport.taken))
    for _ in range(2):
        view = await order.execute_update("put_note", NOTE, result_type=LifecycleView)
    assert {mail.state for mail in view.mails} == {MailState.PENDING}
    said.set()
    await env.sleep_until(await env.now() + MAIL.longest + MAIL.longest_pause)
    assert await mails(env, order) == {CONFIRMATION: MailState.SENT}
    assert len(env.transport.taken) == 1


async def test_while_all_threads_wait_for_a_slow_server_every_mail_goes_out_once(
    env: TimeSkipping, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes to no thread in time never begins, and goes to the queue."""
    said = slow(env, monkeypatch)
    orders = [await env.place(an_order(f"SO-{number}")) for number in range(100001, 100003 + SPOT_THREADS)]
    for order in orders:
        await order.execute_update("clear_compliance", cleared())
    said.set()
    await env.sleep_until(await env.now() + MAIL.longest + MAIL.longest_pause)
    states: list[Any] = [state for order in orders for state in (await mails(env, order)).values()]
    assert states == [MailState.SENT] * len(orders)
    assert len(env.transport.taken) == len(orders)

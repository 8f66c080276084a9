"""Every life continues as new in good time: nobody goes unheard, nothing is lost or done twice. G4, ADR 7.

The server's limits are lowered, so that dozens of messages do what thousands do elsewhere.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final, NamedTuple

import pytest
import pytest_asyncio
from pydantic import BaseModel
from temporalio.client import RPCTimeoutOrCancelledError, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from activities.ports import Answer
from adapters.temporal.dev_server import TIME_TRAVEL
from domain.device.messages import HandOver, ReportReceived
from domain.lifecycle import FailingStep, Lifecycle, workflow_id
from domain.operator import Hold, PutNote, Resume, SettleMail
from domain.order.messages import Offering
from domain.subscription.messages import TerminateSubscription
from domain.trial.messages import EditServices, Service, TrialDevice
from domain.view import LifecycleView
from tests.makers import (
    a_customer,
    a_form,
    a_paid_customer_s_trial,
    a_partner,
    a_renewal,
    an_order,
    built,
    cancelled,
    cleared,
    ended,
    graduated,
    renewal_done,
    submitted,
)
from tests.support.clock import forward
from tests.support.embedded import QUEUE, Embedded, embedded
from tests.support.environment import PASSING, eventually, steps
from workflows.steps import MAIL

pytestmark = pytest.mark.asyncio(loop_scope="module")

UPDATES: Final = 8
"""A run takes so many and no more; it is told at half of them."""

LOWERED: Final = {
    "history.maxTotalUpdates": str(UPDATES),
    "history.maxTotalUpdates.suggestContinueAsNewThreshold": "0.5",
}
NOTES: Final = 20
AT_A_TIME: Final = 4

FAR: Final = datetime(2040, 8, 1, tzinfo=UTC)

numbered = count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def env() -> AsyncIterator[Embedded]:
    """A server with low limits, and clocks that can be moved, for all tests here."""
    async with embedded({**LOWERED, **TIME_TRAVEL}) as running:
        yield running


@dataclass(frozen=True)
class Kept:
    """A life, and where it is kept."""

    lifecycle: Lifecycle
    subject: str

    def handle(self, env: Embedded) -> WorkflowHandle[Any, Any]:
        """Its latest run."""
        return env.client.get_workflow_handle(workflow_id(self.lifecycle, self.subject))

    def notes(self, env: Embedded) -> list[str]:
        """What was noted, as the store has it."""
        events = env.store.events(self.lifecycle, self.subject)
        return [str(event.data["text"]) for event in events if event.type == f"{self.lifecycle}.note"]


def a_number() -> str:
    return f"SO-7{next(numbered):05}"


async def held(env: Embedded) -> Kept:
    number = a_number()
    await env.place(an_order(number, Offering.PORT))
    return Kept(Lifecycle.ORDER, number)


async def shipped(env: Embedded) -> Kept:
    number = a_number()
    order = await env.place(an_order(number))
    await env.send(order, "clear_compliance", cleared())
    return Kept(Lifecycle.ORDER, number)


async def provisioning(env: Embedded) -> Kept:
    kept = await shipped(env)
    await env.send(kept.handle(env), "submit_provisioning_form", submitted())
    return kept


async def in_service(env: Embedded) -> Kept:
    kept = await provisioning(env)
    await env.send(kept.handle(env), "report_site_built", built())
    await env.settled(subscription_of(kept).handle(env))
    return kept


def subscription_of(order: Kept) -> Kept:
    return Kept(Lifecycle.SUBSCRIPTION, f"sub-{order.subject}")


async def subscribed(env: Embedded) -> Kept:
    return subscription_of(await in_service(env))


async def trialing(env: Embedded) -> Kept:
    number = next(numbered)
    device = TrialDevice(device_id=f"D-{number}", model="Desk Pro", serial_number=f"FOC{number}", expires_on=FAR)
    start = a_paid_customer_s_trial(f"T-{number}", customer=a_customer(id=f"c-{number}"), devices=(device,))
    await env.start_trial(start)
    return Kept(Lifecycle.TRIAL, f"T-{number}")


async def lent(env: Embedded) -> Kept:
    lender = await trialing(env)
    kept = Kept(Lifecycle.DEVICE, lender.subject.replace("T", "D"))
    await env.settled(kept.handle(env))
    return kept


STAGES: Final[Mapping[str, Callable[[Embedded], Awaitable[Kept]]]] = {
    "order held": held,
    "order shipped": shipped,
    "order provisioning": provisioning,
    "order in service": in_service,
    "subscription": subscribed,
    "trial": trialing,
    "device": lent,
}


async def noted(env: Embedded, kept: Kept, texts: list[str]) -> None:
    """Many people write notes at a time. What is under way when a run ends is sent again, by the SDK or by people."""
    gate = asyncio.Semaphore(AT_A_TIME)

    async def note(text: str) -> None:
        async with gate:
            while True:
                try:
                    await kept.handle(env).execute_update("put_note", PutNote(by="ops-7", text=text), id=text)
                    return
                except (RPCError, RPCTimeoutOrCancelledError) as unanswered:
                    if isinstance(unanswered, RPCError) and unanswered.status not in PASSING:
                        raise
                    await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as group:
        for text in texts:
            group.create_task(note(text))


async def runs_of(env: Embedded, kept: Kept) -> list[str]:
    """The ids of its runs."""
    id_ = workflow_id(kept.lifecycle, kept.subject)
    return [found.run_id async for found in env.client.list_workflows(f"WorkflowId = '{id_}'")]


async def done_in_all_runs(env: Embedded, kept: Kept) -> Counter[str]:
    """How often each activity was completed, over all runs."""
    done: Counter[str] = Counter()
    for run in await runs_of(env, kept):
        handle = env.client.get_workflow_handle(workflow_id(kept.lifecycle, kept.subject), run_id=run)
        done += steps((await handle.fetch_history()).events)
    return done


async def state(env: Embedded, kept: Kept) -> LifecycleView:
    return await env.state(kept.handle(env))


def unchanging(view: LifecycleView) -> dict[str, Any]:
    """What notes must not change."""
    return view.model_dump(mode="json", exclude={"as_of", "last_note", "events", "last_refusal"})


@pytest.mark.parametrize("stage", STAGES)
async def test_nobody_goes_unheard_and_nothing_changes_however_many_write_notes(env: Embedded, stage: str) -> None:
    kept = await STAGES[stage](env)
    await env.settled(kept.handle(env))
    before, done_before = await state(env, kept), await done_in_all_runs(env, kept)
    texts = [f"{stage} {number}" for number in range(NOTES)]
    await noted(env, kept, texts)
    await env.settled(kept.handle(env))
    notes, runs = kept.notes(env), await eventually(lambda: found_runs(env, kept, NOTES // UPDATES))
    assert len(runs) > NOTES // UPDATES
    assert sorted(notes) == sorted(texts), "none lost, none twice"
    assert unchanging(await state(env, kept)) == unchanging(before)
    again = await done_in_all_runs(env, kept) - done_before
    assert {name for name in again if name != "record"} == set(), "nothing is done again"
    numbers = env.numbers(kept.subject, kept.lifecycle)
    assert numbers == list(range(1, len(numbers) + 1))


async def found_runs(env: Embedded, kept: Kept, more_than: int) -> list[str]:
    """Lists come a moment late."""
    runs = await runs_of(env, kept)
    return runs if len(runs) > more_than else []


async def worn(env: Embedded, kept: Kept) -> None:
    """So many notes that a new run has begun."""
    before = (await kept.handle(env).describe()).run_id
    await noted(env, kept, [f"worn {kept.subject} {number}" for number in range(UPDATES)])
    await env.settled(kept.handle(env))
    assert (await kept.handle(env).describe()).run_id != before


async def test_what_an_earlier_run_has_done_is_answered_and_not_done_again(env: Embedded) -> None:
    """By its update id, which the server has forgotten with that run: neither done twice nor refused."""
    kept = await held(env)
    handle, first = kept.handle(env), PutNote(by="ops-7", text="once")
    await handle.execute_update("put_note", first, id="note-1")
    await handle.execute_update("hold", Hold(by="ops-7", reason="in dispute"), id="hold-1")
    await worn(env, kept)
    told = env.store.events(kept.lifecycle, kept.subject)
    view = await handle.execute_update("put_note", first, id="note-1", result_type=LifecycleView)
    assert view.held_by_operator is not None
    await handle.execute_update("hold", Hold(by="ops-7", reason="in dispute"), id="hold-1")
    await env.settled(handle)
    assert env.store.events(kept.lifecycle, kept.subject) == told
    assert env.store.row(Lifecycle.ORDER, kept.subject).state.applied == [], "the store has no use for ids"
    with pytest.raises(WorkflowUpdateFailedError):
        await handle.execute_update("hold", Hold(by="ops-7", reason="in dispute"), id="hold-2")


async def test_a_mail_that_keeps_failing_holds_up_no_new_run_and_goes_out_once(env: Embedded) -> None:
    """A mail server asks to come back later; notes come meanwhile, and more runs than one. ADR 13."""
    partner, kept = a_partner(f"partner-{next(numbered)}"), Kept(Lifecycle.ORDER, a_number())
    env.transport.answers[partner.contact.email] = Answer.LATER
    order = an_order(kept.subject, Offering.PORT, ordering_partner=partner)
    await env.client.start_workflow("Order", order, id=kept.handle(env).id, task_queue=QUEUE)
    await eventually(lambda: stage_of(env, kept, "held"))
    await forward(env.client, kept.handle(env).id, MAIL.before_attention * MAIL.longest_pause)
    (failing,) = await eventually(lambda: failing_of(env, kept))
    texts = [f"later {number}" for number in range(NOTES)]
    await noted(env, kept, texts[: NOTES // 2])
    await forward(env.client, kept.handle(env).id, MAIL.longest_pause * 10)
    await noted(env, kept, texts[NOTES // 2 :])
    assert len(await eventually(lambda: found_runs(env, kept, NOTES // UPDATES))) > NOTES // UPDATES
    assert await failing_of(env, kept) == (failing,), "since the same instant"
    del env.transport.answers[partner.contact.email]
    await forward(env.client, kept.handle(env).id, MAIL.longest_pause * 2)
    await env.settled(kept.handle(env))
    assert await failing_of(env, kept) == ()
    assert [mail.recipient for mail in env.transport.taken].count(partner.contact.email) == 1
    assert sorted(kept.notes(env)) == sorted(texts)


async def failing_of(env: Embedded, kept: Kept) -> tuple[FailingStep, ...]:
    return (await state(env, kept)).failing


async def test_a_mail_in_doubt_is_carried_over_and_settled_in_a_later_run(env: Embedded) -> None:
    partner, number = a_partner(f"partner-{next(numbered)}"), a_number()
    env.transport.answers[partner.contact.email] = Answer.UNKNOWN
    await env.place(an_order(number, Offering.PORT, ordering_partner=partner))
    kept = Kept(Lifecycle.ORDER, number)
    await worn(env, kept)
    (mail,) = (await state(env, kept)).mails
    assert mail.state == "unknown"
    settled = SettleMail(by="ops-7", mail=mail.key, outcome="sent", reason="in the log")
    await env.send(kept.handle(env), "settle_mail", settled)
    assert [known.state for known in env.store.mails(Lifecycle.ORDER, number)] == ["sent"]
    assert not (await state(env, kept)).attention


async def test_a_whole_life_over_many_runs_sends_each_mail_once(env: Embedded) -> None:
    kept = await held_without_terms(env)
    for update, message in (
        ("clear_compliance", cleared()),
        ("submit_provisioning_form", submitted()),
        ("report_site_built", built()),
    ):
        await worn(env, kept)
        await env.send(kept.handle(env), update, message)
    await worn(env, kept)
    handle = kept.handle(env)
    await handle.execute_update("graduate", graduated())
    assert (await handle.result())["stage"] == "completed"
    assert sorted(mail.kind for mail in env.store.mails(Lifecycle.ORDER, kept.subject)) == [
        "confirmation",
        "graduation_copy",
        "provisioning_copy",
        "welcome",
    ]
    done = await done_in_all_runs(env, kept)
    assert {name: done[name] for name in ("open_order", "working_calendar", "start_subscription", "assign_csm")} == {
        "open_order": 1,
        "working_calendar": 1,
        "start_subscription": 1,
        "assign_csm": 1,
    }


async def held_without_terms(env: Embedded) -> Kept:
    number = a_number()
    await env.place(an_order(number))
    return Kept(Lifecycle.ORDER, number)


async def test_a_hold_outlives_a_new_run(env: Embedded) -> None:
    kept = await lent(env)
    await env.send(kept.handle(env), "hold", Hold(by="ops-7", reason="in dispute"))
    await worn(env, kept)
    assert (await state(env, kept)).held_by_operator is not None
    await env.send(kept.handle(env), "resume", Resume(by="ops-7", reason="settled"))
    assert "device.operator_resumed" in [e.type for e in env.store.events(Lifecycle.DEVICE, kept.subject)]


async def test_cancel_in_the_web_ui_is_heard_in_a_later_run(env: Embedded) -> None:
    kept = await held(env)
    await worn(env, kept)
    await kept.handle(env).cancel()
    assert (await kept.handle(env).result())["stage"] == "cancelled"


async def test_a_trial_s_end_is_told_to_its_device_in_a_later_run(env: Embedded) -> None:
    kept = await trialing(env)
    await worn(env, kept)
    await env.send(kept.handle(env), "cancel", ended())
    device = Kept(Lifecycle.DEVICE, kept.subject.replace("T", "D"))
    await eventually(lambda: stage_of(env, device, "return_due"))


async def stage_of(env: Embedded, kept: Kept, stage: str) -> bool:
    return stage in (await state(env, kept)).stage


async def test_a_note_between_a_renewal_and_the_new_run_is_kept(env: Embedded) -> None:
    """The renewal ends the run; notes come at every instant around that."""
    order = await in_service(env)
    await env.send(order.handle(env), "graduate", graduated())
    kept = subscription_of(order)
    first = (await kept.handle(env).describe()).run_id
    renewal = await env.place(a_renewal(a_number(), kept.subject))
    await env.send(renewal, "clear_compliance", cleared())
    await env.send(renewal, "submit_provisioning_form", submitted(a_form(existing_customer=True)))
    texts = [f"renewed {number}" for number in range(UPDATES // 2 - 1)]
    async with asyncio.TaskGroup() as group:
        group.create_task(noted(env, kept, texts))
        group.create_task(renewal.execute_update("report_site_built", renewal_done()))
    await eventually(lambda: another_run(env, kept, first))
    await env.settled(kept.handle(env))
    assert sorted(kept.notes(env)) == sorted(texts)
    assert (await state(env, kept)).facts["term"] == "2"


async def another_run(env: Embedded, kept: Kept, than: str) -> bool:
    return (await kept.handle(env).describe()).run_id != than


INTERLEAVINGS: Final = 6


async def note(handle: WorkflowHandle[Any, Any], text: str, late: int) -> bool:
    """Was it heard?"""
    await asyncio.sleep(late * 0.01)
    try:
        await handle.execute_update("put_note", PutNote(by="ops-7", text=text))
    except RPCError as closed:
        if closed.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True


async def on_its_way_back(env: Embedded) -> Kept:
    kept = await lent(env)
    await env.send(kept.handle(env), "hand_over", HandOver(by="customer"))
    return kept


class End(NamedTuple):
    """How a life ends, by one message."""

    lead: Callable[[Embedded], Awaitable[Kept]]
    update: str
    message: Callable[[Kept], BaseModel]
    stage: str


ENDS: Final = {
    "order": End(held, "cancel", lambda _: cancelled(), "cancelled"),
    "order in service": End(in_service, "graduate", lambda _: graduated(), "completed"),
    "subscription": End(
        subscribed, "terminate", lambda _: TerminateSubscription(by="ops-7", reason="moved away"), "terminated"
    ),
    "device": End(
        on_its_way_back,
        "report_received",
        lambda kept: ReportReceived(by="logistics", serial_number=kept.subject.replace("D-", "FOC")),
        "matched",
    ),
}


@pytest.mark.parametrize("late", range(0, INTERLEAVINGS, 2))
@pytest.mark.parametrize("state", ENDS)
async def test_a_note_answered_while_another_message_ends_the_life_is_in_the_store(
    env: Embedded, state: str, late: int
) -> None:
    end = ENDS[state]
    kept = await end.lead(env)
    handle, text = kept.handle(env), f"at the end {late}"
    over = handle.execute_update(end.update, end.message(kept))
    _, heard = await asyncio.gather(over, note(handle, text, late))
    assert (await handle.result())["stage"] == end.stage
    assert kept.notes(env) == ([text] if heard else [])
    numbers = env.numbers(kept.subject, kept.lifecycle)
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("late", range(INTERLEAVINGS))
async def test_a_note_answered_with_success_at_the_very_end_of_a_life_is_in_the_store(env: Embedded, late: int) -> None:
    """While services are added the trial is cancelled and a note is written, all at once."""
    kept = await trialing(env)
    handle, text = kept.handle(env), f"at the end {late}"
    added = handle.execute_update("edit_services", EditServices(by="hikari", add=(Service.MESSAGING,)))
    over = handle.execute_update("cancel", ended())
    _, _, heard = await asyncio.gather(added, over, note(handle, text, late), return_exceptions=True)
    assert (await handle.result())["stage"] == "cancelled"
    assert kept.notes(env) == ([text] if heard is True else [])
    told = [event.type for event in env.store.events(Lifecycle.TRIAL, kept.subject)]
    assert "trial.cancelled" in told
    assert (
        env.numbers(kept.subject, Lifecycle.TRIAL)[-1]
        == env.store.row(Lifecycle.TRIAL, kept.subject).state.journal.sequence
    )

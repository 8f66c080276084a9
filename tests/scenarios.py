"""Lives of orders and subscriptions to record, played on a plain server in real time."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from temporalio.client import WorkflowFailureError

from activities.ports import Answer
from domain.lifecycle import Lifecycle, mail_key, workflow_id
from domain.operator import PutNote, SendAgain, SettleMail
from domain.order.mails import OrderMail
from domain.order.messages import Offering, Terms
from domain.subscription.messages import (
    ConfirmRenewal,
    LiftSuspension,
    StartSubscription,
    SuspendSubscription,
    TerminateSubscription,
)
from tests.makers import (
    a_form,
    a_partner,
    a_renewal,
    accepted,
    an_order,
    built,
    cancelled,
    cleared,
    graduated,
    refused,
    renewal_done,
    submitted,
)
from tests.support.embedded import QUEUE, Embedded
from tests.support.environment import Environment, Handle, Recordings

UPDATES: Final = 20
TOLD_AT: Final = 10
LOWERED: Final = {
    "history.maxTotalUpdates": str(UPDATES),
    "history.maxTotalUpdates.suggestContinueAsNewThreshold": str(TOLD_AT / UPDATES),
}
"""The server's limits here: a run hears so many updates, and is told at half of them to go on in a new one. Only
`many_notes` comes that far."""


async def held(env: Embedded) -> Recordings:
    """Early: a timer runs."""
    return {"order_held": await env.place(an_order("SO-600001"))}


async def held_with_terms(env: Embedded) -> Recordings:
    """Cleared, one set of terms of two accepted."""
    order = await env.place(an_order("SO-600002", Offering.PORT, Offering.AUDIO_COMMIT))
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "accept_terms", accepted(Terms.AUDIO))
    return {"order_held_with_terms": order}


async def cancelled_before_shipping(env: Embedded) -> Recordings:
    """And the number is taken: a second order of that number fails."""
    order = await env.place(an_order("SO-600003"))
    await env.send(order, "cancel", cancelled())
    await order.result()
    again = await env.place(an_order("SO-600003"))
    try:
        await again.result()
    except WorkflowFailureError:
        return {"order_cancelled": order, "order_number_taken": again}
    raise AssertionError("a number was taken twice")


async def rejected(env: Embedded) -> Recordings:
    """The vendor refuses."""
    order = await env.place(an_order("SO-600004"))
    await env.send(order, "refuse_compliance", refused())
    return {"order_rejected": order}


async def completed(env: Embedded) -> Recordings:
    """The straight way; the subscription it starts is active."""
    order = await env.place(an_order("SO-600006"))
    await until_built(env, order)
    await env.send(order, "graduate", graduated())
    return {"order_completed": order, "subscription_active": await env.present_run(env.subscription("sub-SO-600006"))}


async def mail_in_doubt(env: Embedded) -> Recordings:
    """Nobody knows whether it arrived; an operator has it sent once more."""
    partner = a_partner("kumo", "くもシステムズ")
    env.transport.answers[partner.contact.email] = Answer.UNKNOWN
    order = await env.place(an_order("SO-600007", Offering.PORT, ordering_partner=partner))
    del env.transport.answers[partner.contact.email]
    key = mail_key(Lifecycle.ORDER, "SO-600007", OrderMail.TERMS_WANTED)
    decision = SettleMail(by="ops-7", mail=key, outcome="resend", reason="not in the mail server's log")
    await env.send(order, "settle_mail", decision)
    return {"order_mail_in_doubt": order}


async def mail_sent_again(env: Embedded) -> Recordings:
    """Its reader cannot find the mail about the terms; accepted, it goes out no more."""
    order = await env.place(an_order("SO-600021", Offering.PORT))
    key = mail_key(Lifecycle.ORDER, "SO-600021", OrderMail.TERMS_WANTED)
    await env.send(order, "send_again", SendAgain(by="ops-7", mail=key, reason="they cannot find it"))
    await env.send(order, "accept_terms", accepted(Terms.PORT))
    return {"order_mail_sent_again": order}


async def renewed(env: Embedded) -> Recordings:
    """In time: the subscription goes on in a second run."""
    await until_built(env, await env.place(an_order("SO-600008")))
    first = await env.present_run(env.subscription("sub-SO-600008"))
    renewal, second = await renew(env, first, "SO-600108")
    return {"renewal_completed": renewal, "subscription_renewed_1": first, "subscription_renewed_2": second}


async def suspended_and_lifted(env: Embedded) -> Recordings:
    """A term that ended a month ago; a late renewal lifts the suspension."""
    order = await env.place(an_order("SO-600009"))
    first = await begun_long_ago(env, "SO-600009")
    await until_built(env, order)
    _, second = await renew(env, first, "SO-600109")
    return {"subscription_suspended_and_lifted_1": first, "subscription_suspended_and_lifted_2": second}


async def terminated(env: Embedded) -> Recordings:
    """For good."""
    await until_built(env, await env.place(an_order("SO-600010")))
    subscription = await env.present_run(env.subscription("sub-SO-600010"))
    message = TerminateSubscription(by="ops-7", reason="moved to another service")
    await env.send(subscription, "terminate", message)
    return {"subscription_terminated": subscription}


async def suspended_twice(env: Embedded) -> Recordings:
    """Not paid, and stopped by compliance; one of the two is settled. AMB-42."""
    await until_built(env, await env.place(an_order("SO-600020")))
    subscription = await env.present_run(env.subscription("sub-SO-600020"))
    unpaid = SuspendSubscription(by="billing-4", why="unpaid", reason="invoice 77 is open")
    await env.send(subscription, "suspend", unpaid)
    stopped = SuspendSubscription(by="compliance-2", why="compliance", reason="under review")
    await env.send(subscription, "suspend", stopped)
    paid = LiftSuspension(by="billing-4", why="unpaid", reason="invoice 77 is paid")
    await env.send(subscription, "lift_suspension", paid)
    return {"subscription_suspended_twice": subscription}


async def renewed_elsewhere(env: Embedded) -> Recordings:
    """Through another partner: its tasks are theirs from then on. AMB-59."""
    await until_built(env, await env.place(an_order("SO-600011")))
    first = await env.present_run(env.subscription("sub-SO-600011"))
    midori = a_partner("midori", "みどり商会")
    _, second = await renew(env, first, "SO-600111", ordering_partner=midori)
    return {"subscription_renewed_elsewhere_1": first, "subscription_renewed_elsewhere_2": second}


async def many_notes(env: Embedded) -> Recordings:
    """So many that the life goes on in a new run. ADR 7."""
    first = await env.present_run(await env.place(an_order("SO-600012")))
    state = env.client.get_workflow_handle(first.id)
    for number in range(TOLD_AT + 2):
        await env.send(state, "put_note", PutNote(by="ops-7", text=f"call number {number}"))
    await env.send(state, "cancel", cancelled())
    second = env.client.get_workflow_handle(first.id, run_id=(await state.describe()).run_id)
    return {"order_many_notes_1": first, "order_many_notes_2": second}


async def starts_refused(env: Embedded) -> Recordings:
    """At the door: a zone that is none, and a workflow type that is none."""
    order = an_order("SO-600013").model_dump(mode="json")
    refused_starts = {
        "order_start_refused": ("Order", order | {"customer": order["customer"] | {"zone": "Mars/Olympus"}}),
        "unknown_workflow": ("Ordr", order),
    }
    started = {
        name: await env.client.start_workflow(story, start, id=f"{story.lower()}-SO-600013", task_queue=QUEUE)
        for name, (story, start) in refused_starts.items()
    }
    for handle in started.values():
        with pytest.raises(WorkflowFailureError):
            await handle.result()
    return dict(started)


async def until_built(env: Environment, order: Handle) -> None:
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "submit_provisioning_form", submitted())
    await env.send(order, "report_site_built", built())
    await env.settled(env.subscription(order.id.replace("order-", "sub-")))


async def renew(env: Embedded, first: Handle, number: str, **given: Any) -> tuple[Handle, Handle]:
    """The renewal order, and the run of the subscription's next term."""
    subscription_id = first.id.removeprefix("subscription-")
    renewal = await env.place(a_renewal(number, subscription_id, **given))
    await env.settled(first)
    await env.send(renewal, "clear_compliance", cleared(), first)
    await env.send(renewal, "submit_provisioning_form", submitted(a_form(existing_customer=True)), first)
    await env.send(renewal, "report_site_built", renewal_done())
    second = await env.next_run(first)
    await env.send(second, "confirm_renewal", ConfirmRenewal(by="partner-desk", order_number=number))
    return renewal, second


async def begun_long_ago(env: Embedded, number: str) -> Handle:
    """A subscription whose year is over, all it had to say overdue at once; its order will leave it alone."""
    long_ago = StartSubscription(
        by="tenure",
        subscription_id=f"sub-{number}",
        order_number=number,
        customer_id="akasaka",
        partner_id="hikari",
        zone="Asia/Tokyo",
        service_start_at=datetime.now(UTC) - timedelta(days=400),
        term_months=12,
    )
    id_ = workflow_id(Lifecycle.SUBSCRIPTION, long_ago.subscription_id)
    started = await env.start("Subscription", long_ago, id_)
    await env.settled(started)
    return await env.present_run(started)

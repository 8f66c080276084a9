"""Lives of orders and subscriptions to record, played on a plain server in real time."""

from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio.client import WorkflowFailureError

from activities.ports import Answer
from domain.desk import SettleMail
from domain.mails import Lifecycle, MailKind, mail_key, workflow_id
from domain.order.messages import CompleteTask, Offering, Terms
from domain.order.order import RELAY
from domain.order.policy import OrderPolicy
from domain.subscription.messages import ConfirmRenewal, StartSubscription, TerminateSubscription
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
from tests.studio import Handle, Recordings, Studio

LINK: Final = timedelta(seconds=5)
"""The life of a password link, so that a timer fires: long enough that it is not over before it is waited for."""


async def held(studio: Studio) -> Recordings:
    """Early: a timer runs."""
    return {"order_held": await studio.place(an_order("SO-600001"))}


async def held_with_terms(studio: Studio) -> Recordings:
    """Cleared, one set of terms of two accepted."""
    order = await studio.place(an_order("SO-600002", Offering.PORT, Offering.AUDIO_COMMIT))
    await studio.tell(order, "clear_compliance", cleared())
    await studio.tell(order, "accept_terms", accepted(Terms.AUDIO))
    return {"order_held_with_terms": order}


async def cancelled_before_shipping(studio: Studio) -> Recordings:
    """And the number is taken: a second order of that number fails."""
    order = await studio.place(an_order("SO-600003"))
    await studio.tell(order, "cancel", cancelled())
    again = await studio.place(an_order("SO-600003"))
    try:
        await again.result()
    except WorkflowFailureError:
        return {"order_cancelled": order, "order_number_taken": again}
    raise AssertionError("a number was taken twice")


async def rejected(studio: Studio) -> Recordings:
    """The vendor refuses."""
    order = await studio.place(an_order("SO-600004"))
    await studio.tell(order, "refuse_compliance", refused())
    return {"order_rejected": order}


async def service_ready(studio: Studio) -> Recordings:
    """Open, by a Tier-2, the password link over."""
    tier_2, policy = a_partner("midori", "みどり商会"), OrderPolicy(password_link_life=LINK)
    order = await studio.place(an_order("SO-600005", policy=policy, reselling_partner=tier_2))
    await studio.tell(order, "clear_compliance", cleared())
    await studio.tell(order, "complete_task", CompleteTask(by="partner-hikari", task=RELAY))
    await studio.tell(order, "submit_provisioning_form", submitted())
    await studio.tell(order, "report_site_built", built())
    await studio.fired(order)
    return {"order_service_ready": order}


async def completed(studio: Studio) -> Recordings:
    """The straight way; the subscription it starts is active."""
    order = await studio.place(an_order("SO-600006"))
    await until_built(studio, order)
    await studio.tell(order, "graduate", graduated())
    return {"order_completed": order, "subscription_active": await studio.subscription("sub-SO-600006")}


async def mail_in_doubt(studio: Studio) -> Recordings:
    """Nobody knows whether it arrived; an operator has it sent once more."""
    partner = a_partner("kumo", "くもシステムズ")
    studio.wire.answers[partner.contact.email] = Answer.UNKNOWN
    order = await studio.place(an_order("SO-600007", Offering.PORT, ordering_partner=partner))
    del studio.wire.answers[partner.contact.email]
    key = mail_key(Lifecycle.ORDER, "SO-600007", MailKind.TERMS_WANTED)
    decision = SettleMail(by="ops-7", mail=key, outcome="resend", reason="not in the mail server's log")
    await studio.tell(order, "settle_mail", decision)
    return {"order_mail_in_doubt": order}


async def renewed(studio: Studio) -> Recordings:
    """In time: the subscription goes on in a second run."""
    await until_built(studio, await studio.place(an_order("SO-600008")))
    first = await studio.subscription("sub-SO-600008")
    renewal, second = await renew(studio, first, "SO-600108")
    return {"renewal_completed": renewal, "subscription_renewed_1": first, "subscription_renewed_2": second}


async def suspended_and_lifted(studio: Studio) -> Recordings:
    """A term that ended a month ago; a late renewal lifts the suspension."""
    order = await studio.place(an_order("SO-600009"))
    first = await begun_long_ago(studio, "SO-600009")
    await until_built(studio, order)
    _, second = await renew(studio, first, "SO-600109")
    return {"subscription_suspended_and_lifted_1": first, "subscription_suspended_and_lifted_2": second}


async def terminated(studio: Studio) -> Recordings:
    """For good."""
    await until_built(studio, await studio.place(an_order("SO-600010")))
    subscription = await studio.subscription("sub-SO-600010")
    message = TerminateSubscription(by="ops-7", reason="moved to another service")
    await studio.tell(subscription, "terminate", message)
    return {"subscription_terminated": subscription}


async def until_built(studio: Studio, order: Handle) -> None:
    await studio.tell(order, "clear_compliance", cleared())
    await studio.tell(order, "submit_provisioning_form", submitted())
    await studio.tell(order, "report_site_built", built())
    await studio.quiet(await studio.subscription(order.id.replace("order-", "sub-")))


async def renew(studio: Studio, first: Handle, number: str) -> tuple[Handle, Handle]:
    """The renewal order, and the run of the subscription's next term."""
    subscription_id = first.id.removeprefix("subscription-")
    renewal = await studio.place(a_renewal(number, subscription_id))
    await studio.quiet(first)
    await studio.tell(renewal, "clear_compliance", cleared(), first)
    await studio.tell(renewal, "submit_provisioning_form", submitted(a_form(existing_customer=True)), first)
    await studio.tell(renewal, "report_site_built", renewal_done())
    second = await studio.next_run(first)
    await studio.tell(second, "confirm_renewal", ConfirmRenewal(by="partner-hikari", order_number=number))
    return renewal, second


async def begun_long_ago(studio: Studio, number: str) -> Handle:
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
    return await studio.start("Subscription", long_ago, workflow_id(Lifecycle.SUBSCRIPTION, long_ago.subscription_id))

"""A subscription suspended for several reasons, on the time-skipping server. REN-08, HUB-16, AMB-42."""

from email import message_from_bytes, policy
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from activities.ports import Envelope
from domain.lifecycle import Lifecycle
from domain.subscription.messages import AskedReason, LiftSuspension, SuspendSubscription, TerminateSubscription
from tests.makers import a_renewal, cancelled, days
from tests.support.time_skipping import MONDAY, TICK, TimeSkipping
from tests.workflows.test_renewal_story import RENEWAL_DATE_ENDS, notices, renewed, subscribed

ID = "sub-SO-100001"


def suspend(why: AskedReason) -> SuspendSubscription:
    return SuspendSubscription(by="billing-4", source="upstream", why=why, reason="invoice 77 is open")


def lift(why: AskedReason) -> LiftSuspension:
    return LiftSuspension(by="billing-4", source="upstream", why=why, reason="it is settled")


async def reasons(env: TimeSkipping, subscription: Any) -> tuple[str, str | None]:
    """As the page shows it; the store has the same."""
    view = await env.state(subscription)
    kept = env.store.row(Lifecycle.SUBSCRIPTION, ID).state
    assert (kept.stage, ", ".join(sorted(kept.suspended_for)) or None) == (view.stage, view.facts.get("suspended_for"))
    return view.stage, view.facts.get("suspended_for")


def told(env: TimeSkipping) -> list[tuple[str, str]]:
    events = env.store.events(Lifecycle.SUBSCRIPTION, ID)
    return [(event.type.removeprefix("subscription."), event.data["why"]) for event in events if "why" in event.data]


def kinds(env: TimeSkipping) -> list[str]:
    return [kind for _, kind, _ in notices(env)]


def text(mail: Envelope) -> str:
    body = message_from_bytes(mail.content, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def refused(subscription: Any, update: str, message: Any) -> str:
    with pytest.raises(WorkflowUpdateFailedError) as failure:
        await subscription.execute_update(update, message)
    return str(failure.value.cause)


async def test_amb_42_unpaid_through_its_renewal_date_and_active_when_both_reasons_are_gone(env: TimeSkipping) -> None:
    subscription = await subscribed(env)
    await env.sleep_until(MONDAY + days(100))
    await env.send(subscription, "suspend", suspend("unpaid"))
    assert await reasons(env, subscription) == ("suspended", "unpaid")
    assert kinds(env) == [], "no mail says so: the documents name none"
    await env.sleep_until(RENEWAL_DATE_ENDS - TICK)
    assert kinds(env) == [*["renewal_notice"] * 3, "renewal_not_ordered"], "asked to renew all the same"
    await env.sleep_until(RENEWAL_DATE_ENDS + TICK)
    assert await reasons(env, subscription) == ("suspended", "renewal_incomplete, unpaid")
    assert kinds(env)[-1] == "subscription_suspended"
    assert "ほかの理由でも停止している" in text(env.transport.taken[-1]), "a renewal alone brings nothing back"
    await renewed(env)
    assert await reasons(env, subscription) == ("suspended", "unpaid"), "in its second run"
    await env.send(subscription, "lift_suspension", lift("unpaid"))
    assert await reasons(env, subscription) == ("active", None)
    assert told(env) == [
        ("suspended", "unpaid"),
        ("reason_added", "renewal_incomplete"),
        ("reason_lifted", "renewal_incomplete"),
        ("suspension_lifted", "unpaid"),
    ]


async def test_amb_42_paid_first_and_renewed_later(env: TimeSkipping) -> None:
    subscription = await subscribed(env)
    await env.send(subscription, "suspend", suspend("unpaid"))
    await env.sleep_until(RENEWAL_DATE_ENDS + TICK)
    await env.send(subscription, "lift_suspension", lift("unpaid"))
    assert await reasons(env, subscription) == ("suspended", "renewal_incomplete")
    await renewed(env)
    assert await reasons(env, subscription) == ("active", None)


async def test_a_renewal_in_time_lifts_nothing_else_and_its_term_has_its_notices(env: TimeSkipping) -> None:
    subscription = await subscribed(env)
    await env.send(subscription, "suspend", suspend("unpaid"))
    await env.send(subscription, "suspend", suspend("compliance"))
    await env.sleep_until(RENEWAL_DATE_ENDS - days(100))
    await renewed(env)
    await env.sleep_until(RENEWAL_DATE_ENDS + days(366 - 20))
    assert await reasons(env, subscription) == ("suspended", "compliance, unpaid")
    assert kinds(env) == ["renewal_notice"] * 3, "those of the second term"
    await env.send(subscription, "lift_suspension", lift("compliance"))
    assert await reasons(env, subscription) == ("suspended", "unpaid")


async def test_a_renewal_that_comes_to_nothing_while_unpaid_begins_the_notices_anew(env: TimeSkipping) -> None:
    subscription = await subscribed(env)
    await env.send(subscription, "suspend", suspend("unpaid"))
    renewal = await env.place(a_renewal())
    assert [due.name for due in (await env.state(subscription)).deadlines] == ["renewal_date"]
    await env.send(renewal, "cancel", cancelled())
    await env.sleep_until(RENEWAL_DATE_ENDS - days(80))
    assert kinds(env) == ["renewal_notice"]


async def test_what_is_said_twice_or_is_not_there_is_refused_and_leaves_no_trace(env: TimeSkipping) -> None:
    subscription = await subscribed(env)
    assert "not suspended for unpaid; its reasons are: none" in await refused(
        subscription, "lift_suspension", lift("unpaid")
    )
    await env.send(subscription, "suspend", suspend("unpaid"))
    before = await env.state(subscription)
    assert "already suspended for unpaid" in await refused(subscription, "suspend", suspend("unpaid"))
    assert "not suspended for compliance; its reasons are: unpaid" in await refused(
        subscription, "lift_suspension", lift("compliance")
    )
    after = await env.state(subscription)
    assert (after.events, after.facts) == (before.events, before.facts)
    assert after.last_refusal


async def test_a_suspended_subscription_can_be_ended_and_asks_for_nobody(env: TimeSkipping) -> None:
    subscription = await subscribed(env)
    await env.send(subscription, "suspend", suspend("compliance"))
    assert (await env.state(subscription)).attention
    await env.send(subscription, "terminate", TerminateSubscription(by="ops-7", reason="moved away"))
    outcome = await subscription.result(follow_runs=False)
    assert outcome is not None
    assert not env.store.row(Lifecycle.SUBSCRIPTION, ID).state.attention
    await env.sleep_until(RENEWAL_DATE_ENDS + TICK)
    assert kinds(env) == []

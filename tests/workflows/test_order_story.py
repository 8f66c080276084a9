"""Whole lives of orders on the time-skipping server. domain.md §2, §3, §10.1."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WithStartWorkflowOperation, WorkflowFailureError, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from activities.ports import Answer
from domain.lifecycle import Lifecycle
from domain.operator import ExtendDueDate, Hold, PutNote, Resume, RetryMail, SettleMail, SkipReminder
from domain.order.messages import CompleteTask, Offering, PlaceOrder, Terms
from domain.order.policy import OrderPolicy
from domain.order.state import RELAY
from domain.view import LifecycleView
from domain.working_time import in_json
from tests.makers import (
    a_customer,
    a_form,
    a_paid_customer_s_trial,
    a_partner,
    a_renewal,
    accepted,
    an_order,
    built,
    cancelled,
    cleared,
    days,
    ended,
    graduated,
    refused,
    submitted,
)
from tests.support.time_skipping import MONDAY, TICK, TimeSkipping

HOLD_OVERDUE_AT = datetime(2031, 6, 9, 15, tzinfo=UTC)
"""The end of the fifth business day after Monday 2 June 2031 in Tokyo: Monday 9 June, midnight."""

BUILD_LATE_AT = datetime(2031, 6, 11, 15, tzinfo=UTC)
"""The end of the seventh."""


async def provisioning(env: TimeSkipping, order: PlaceOrder | None = None) -> WorkflowHandle[Any, Any]:
    handle = await env.place(order or an_order())
    await env.send(handle, "clear_compliance", cleared())
    await env.send(handle, "submit_provisioning_form", submitted())
    return handle


def every_step_is_in_the_store_with_who_and_when(env: TimeSkipping) -> None:
    """Of an order whose site was built."""
    events = env.store.events(Lifecycle.ORDER, "SO-100001")
    recorded = [event.sequence for event in events if event.sequence]
    assert recorded == list(range(1, len(recorded) + 1))
    told = [event.type for event in events if not event.type.startswith("mail.")]
    assert told == [
        "order.acknowledged",
        "order.held",
        "order.compliance_cleared",
        "order.shipped",
        "order.form_submitted",
        "order.build_expected",
        "order.site_built",
        "order.welcome_sent",
    ]
    assert {event.actor for event in events} == {
        "upstream-ccw",
        "tenure",
        "vendor-desk",
        "partner-hikari",
        "vendor-build",
    }
    assert env.store.row(Lifecycle.ORDER, "SO-100001").state.stage == "in_progress.service_ready"


async def test_a_new_order_from_hold_to_graduation(env: TimeSkipping) -> None:
    """ORD-01 to ORD-31, the straight way; and who gets mail, all of it."""
    order = await env.place(an_order())
    assert (await env.state(order)).stage == "held"
    await env.send(order, "clear_compliance", cleared())
    assert (await env.state(order)).stage == "pending.awaiting_provisioning_details"
    await env.send(order, "submit_provisioning_form", submitted())
    await env.send(order, "report_site_built", built())
    assert (await env.state(order)).stage == "in_progress.service_ready"
    assert (await env.state(env.subscription())).stage == "active"
    every_step_is_in_the_store_with_who_and_when(env)
    await env.send(order, "graduate", graduated())
    assert (await order.result())["stage"] == "completed"
    assert [(mail.kind, mail.to) for mail in env.mails()] == [
        ("confirmation", "desk@hikari.example.com"),
        ("provisioning_copy", "ken.sato@hikari.example.com"),
        ("welcome", "it-admin@akasaka.example.com"),
        ("graduation_copy", "ken.sato@hikari.example.com"),
    ]
    row = env.store.row(Lifecycle.SUBSCRIPTION, "sub-SO-100001")
    assert row.csm == "csm-1"
    assert (env.settings.documents_dir / "confirmation-SO-100001.pdf").read_bytes().startswith(b"%PDF")


async def test_ord_05_no_document_before_the_release_and_ord_11_no_release_without_terms(env: TimeSkipping) -> None:
    order = await env.place(an_order("SO-100001", Offering.PORT, Offering.AUDIO_COMMIT))
    assert env.mail_kinds() == ["terms_wanted"], "ORD-10: the partner is told to tell the customer"
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "accept_terms", accepted(Terms.AUDIO))
    assert (await env.state(order)).stage == "held"
    assert env.mail_kinds() == ["terms_wanted"]
    await env.send(order, "accept_terms", accepted(Terms.PORT))
    assert (await env.state(order)).stage == "pending.awaiting_provisioning_details"
    assert env.mail_kinds() == ["terms_wanted", "confirmation"]


async def test_ord_06_07_the_document_goes_to_the_tier_1_only_and_a_relay_task_is_opened(env: TimeSkipping) -> None:
    order = await env.place(an_order(reselling_partner=a_partner("midori", "みどり商会")))
    await env.send(order, "clear_compliance", cleared())
    assert [(mail.kind, mail.to) for mail in env.mails()] == [("confirmation", "desk@hikari.example.com")]
    assert [task.key for task in env.store.tasks(Lifecycle.ORDER, "SO-100001") if task.closed_at is None] == [RELAY]
    await env.send(order, "complete_task", CompleteTask(by="partner-hikari", task=RELAY))
    assert [task for task in env.store.tasks(Lifecycle.ORDER, "SO-100001") if task.closed_at is None] == []


async def test_amb_1_a_hold_is_overdue_at_the_end_of_the_fifth_business_day_and_goes_on(env: TimeSkipping) -> None:
    order = await env.place(an_order())
    for at, alerts in ((HOLD_OVERDUE_AT - TICK, []), (HOLD_OVERDUE_AT + TICK, ["hold_overdue"])):
        await env.sleep_until(at)
        assert env.mail_kinds() == alerts
        state = await env.state(order)
        assert (state.stage, list(state.jeopardy)) == ("held", alerts)
    await env.send(order, "clear_compliance", cleared())
    assert (await env.state(order)).stage == "pending.awaiting_provisioning_details"


async def test_ord_18_19_a_late_build_is_jeopardy_and_never_a_failure(env: TimeSkipping) -> None:
    order = await provisioning(env)
    await env.sleep_until(BUILD_LATE_AT - TICK)
    assert env.mail_kinds()[2:] == []
    await env.sleep_until(BUILD_LATE_AT + TICK)
    assert env.mail_kinds()[2:] == ["build_late"]
    await env.send(order, "report_site_built", built())
    assert (await env.state(order)).stage == "in_progress.service_ready"


async def test_ord_18_holidays_of_the_vendor_s_country_move_the_guide(env: TimeSkipping) -> None:
    """Golden Week: of the days after Wednesday 28 April 2032, 29 April and 3, 4, 5 May are holidays."""
    before_golden_week = datetime(2032, 4, 28, 1, tzinfo=UTC)
    await env.sleep_until(before_golden_week)
    order = await provisioning(env)
    due = {deadline.name: deadline.at for deadline in (await env.state(order)).deadlines}
    assert due["build_late"] == datetime(2032, 5, 13, 15, tzinfo=UTC)


async def test_amb_41_cancel_before_shipping_and_no_mail_to_anybody(env: TimeSkipping) -> None:
    order = await env.place(an_order())
    await env.send(order, "cancel", cancelled())
    assert (await order.result())["stage"] == "cancelled"
    assert env.mail_kinds() == []
    event = env.store.events(Lifecycle.ORDER, "SO-100001")[-1]
    assert (event.type, event.actor, event.reason) == ("order.cancelled", "ops-7", "ordered twice")


async def test_amb_41_cancel_after_shipping_is_refused_with_the_reason(env: TimeSkipping) -> None:
    order = await env.place(an_order())
    await env.send(order, "clear_compliance", cleared())
    before = await env.state(order)
    refusal = await env.refusal(order, "cancel", cancelled())
    assert "shipping is the point of no return" in refusal
    unchanged = {"as_of": before.as_of, "last_refusal": before.last_refusal}
    assert (await env.state(order)).model_copy(update=unchanged) == before


async def test_cancel_in_the_web_ui_is_a_request_like_any_other(env: TimeSkipping) -> None:
    order = await env.place(an_order())
    await order.cancel(reason="pressed by mistake")
    assert (await order.result())["stage"] == "cancelled"
    later = await env.place(an_order("SO-100002"))
    await env.send(later, "clear_compliance", cleared())
    await later.cancel(reason="too late")
    await env.settled()
    assert (await env.state(later)).stage == "pending.awaiting_provisioning_details"
    assert env.events("SO-100002")[-1] == "order.cancel_refused"
    assert "cannot cancel" in ((await env.state(env.order("SO-100002"))).last_refusal or "")
    await env.send(later, "submit_provisioning_form", submitted())
    assert (await env.state(later)).stage == "in_progress.provisioning"


async def test_a_vendor_refusal_ends_as_rejected_and_tells_the_ordering_partner(env: TimeSkipping) -> None:
    order = await env.place(an_order())
    await env.send(order, "refuse_compliance", refused())
    assert (await order.result())["stage"] == "rejected"
    assert [(mail.kind, mail.to) for mail in env.mails()] == [("order_rejected", "desk@hikari.example.com")]


async def test_ord_20_23_25_the_welcome_goes_to_the_site_administrator_once_and_never_to_a_partner(
    env: TimeSkipping,
) -> None:
    order = await provisioning(env)
    await env.send(order, "report_site_built", built())
    assert "already" not in await env.refusal(order, "report_site_built", built())
    await env.sleep_until(MONDAY + days(20))
    welcomes = [mail.to for mail in env.mails() if mail.kind == "welcome"]
    assert welcomes == ["it-admin@akasaka.example.com"]
    texts = [envelope.content for envelope in env.transport.taken if envelope.recipient.endswith("hikari.example.com")]
    assert not [text for text in texts if b"one-time" in text]


async def test_ord_22_the_end_of_the_password_link_is_noted_72_hours_after_sending(env: TimeSkipping) -> None:
    order = await provisioning(env)
    await env.send(order, "report_site_built", built())
    ends = (await env.state(order)).facts["link_void_at"]
    sent_at = next(mail.at for mail in env.mails() if mail.kind == "welcome")
    assert datetime.fromisoformat(ends) - sent_at == timedelta(hours=72)
    await env.sleep_until(sent_at + timedelta(hours=72) - TICK)
    assert "order.password_link_ended" not in env.events()
    await env.sleep_until(sent_at + timedelta(hours=72) + TICK)
    assert "order.password_link_ended" in env.events()


async def test_ord_28_the_partner_is_reminded_of_graduation_three_times_and_the_order_waits(env: TimeSkipping) -> None:
    order = await provisioning(env)
    await env.send(order, "report_site_built", built())
    await env.sleep_until(MONDAY + days(200))
    assert env.mail_kinds().count("graduation_reminder") == 3
    reminders = [mail.at.date().isoformat() for mail in env.mails() if mail.kind == "graduation_reminder"]
    assert reminders == ["2031-06-16", "2031-07-02", "2031-08-01"]
    state = await env.state(order)
    assert (state.stage, state.attention) == ("in_progress.service_ready", True)
    assert (await env.state(env.subscription())).stage == "active", "AMB-45: never blocks the subscription"
    await env.send(order, "graduate", graduated(copy_wanted=False, copy_email=None))
    assert (await order.result())["stage"] == "completed"
    assert "graduation_copy" not in env.mail_kinds(), "M-05 only if asked for"


async def test_a_late_start_acts_once_and_at_once(env: TimeSkipping) -> None:
    """An order placed upstream weeks ago: its hold is overdue already."""
    await env.place(an_order(placed_at=MONDAY - days(60)))
    assert env.mail_kinds() == ["hold_overdue"]
    await env.sleep_until(MONDAY + days(60))
    assert env.mail_kinds() == ["hold_overdue"]


async def test_decision_5_an_order_keeps_the_terms_it_was_started_under(env: TimeSkipping) -> None:
    order = await env.place(an_order(policy=OrderPolicy(hold_overdue=1)))
    await env.sleep_until(MONDAY + days(3))
    assert (await env.state(order)).jeopardy == ("hold_overdue",)


async def test_dates_of_a_customer_in_paris_follow_its_clock_over_dst(env: TimeSkipping) -> None:
    """AMB-39: a reminder at 09:00 local is an hour later in UTC once the clocks have gone back."""
    await env.sleep_until(datetime(2031, 10, 20, 8, tzinfo=UTC))
    customer = a_customer(id="riviere", zone="Europe/Paris")
    order = await provisioning(env, an_order(customer=customer))
    await env.send(order, "report_site_built", built())
    due = {deadline.name: deadline.at for deadline in (await env.state(order)).deadlines}
    assert due["graduation_reminder/14"] == datetime(2031, 11, 3, 8, tzinfo=UTC), "clocks go back on 26 October"


async def failure_of(env: TimeSkipping, order: PlaceOrder) -> str:
    """Why its start failed, at once."""
    handle = await env.place(order)
    with pytest.raises(WorkflowFailureError) as failure:
        await handle.result()
    return str(failure.value.cause)


# AMB-56: the Welcome never goes to a partner.


async def test_amb_56_an_admin_contact_who_is_a_partner_s_is_refused_at_the_field(env: TimeSkipping) -> None:
    order = await env.place(an_order(reselling_partner=a_partner("midori", "みどり商会")))
    await env.send(order, "clear_compliance", cleared())
    for entered in (
        {"admin_email": "DESK@midori.example.com"},
        {"admin_email": "desk@hikari.example.com"},
        {"admin_email": "ken@x.example", "partner_email": "Ken@X.example"},
    ):
        refusal = await env.refusal(order, "submit_provisioning_form", submitted(a_form(**entered)))
        assert refusal.startswith("form.admin_email: is the address of a partner's contact"), entered
        assert "@" not in refusal
    await env.send(order, "submit_provisioning_form", submitted())
    assert (await env.state(order)).stage == "in_progress.provisioning"


async def test_amb_56_nor_is_the_corrected_address_of_a_refused_welcome(env: TimeSkipping) -> None:
    env.transport.answers["it-admin@akasaka.example.com"] = Answer.REFUSED
    order = await provisioning(env)
    await env.send(order, "report_site_built", built())
    again = {"by": "ops-7", "mail": "order-SO-100001/welcome", "reason": "wrong address"}
    for email in ("desk@hikari.example.com", "KEN.SATO@hikari.example.com"):
        refusal = await env.refusal(order, "retry_mail", RetryMail(**again, email=email))
        assert refusal.startswith("email: is the address of a partner's contact"), "of the order, and of its form"
    await env.send(order, "retry_mail", RetryMail(**again, email="new@akasaka.example.com"))
    assert [mail.to for mail in env.mails() if mail.kind == "welcome"] == ["new@akasaka.example.com"]


async def test_amb_56_the_site_of_the_graduation_form_is_one_of_the_order(env: TimeSkipping) -> None:
    order = await provisioning(env)
    await env.send(order, "report_site_built", built())
    refusal = await env.refusal(order, "graduate", graduated(site_url="other.webex.example"))
    assert refusal.startswith("form.site_url: is no site of this order; its sites are: akasaka.webex.example")
    await env.send(order, "graduate", graduated())
    assert (await order.result())["stage"] == "completed"


# AMB-53: the trial that an order makes paid.


async def test_amb_53_the_trial_hears_when_its_order_ships_and_not_before(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial())
    order = await env.place(an_order(converts_trial="T-1001"))
    assert (await env.state(trial)).stage == "trialing"
    await env.send(order, "clear_compliance", cleared())
    assert (await env.state(trial)).stage == "converted"
    assert env.store.row(Lifecycle.TRIAL, "T-1001").state.order_number == "SO-100001"
    state = await env.state(order)
    assert (state.stage, state.jeopardy) == ("pending.awaiting_provisioning_details", ())
    assert env.mail_kinds() == ["confirmation"]


async def test_amb_53_a_cancelled_order_tells_its_trial_nothing_and_another_may_convert_it(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial())
    order = await env.place(an_order(converts_trial="T-1001"))
    await env.send(order, "cancel", cancelled())
    assert (await env.state(trial)).stage == "trialing"
    other = await env.place(an_order("SO-100002", converts_trial="T-1001"))
    await env.send(other, "clear_compliance", cleared())
    assert (await env.state(trial)).stage == "converted"


async def test_amb_53_a_trial_that_ended_meanwhile_is_seen_in_the_order_which_goes_on(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial())
    order = await env.place(an_order(converts_trial="T-1001"))
    await env.send(trial, "cancel", ended())
    await env.send(order, "clear_compliance", cleared())
    state = await env.state(order)
    assert (state.jeopardy, state.attention) == (("trial_unreachable",), True)
    assert any("could not be told that it shipped" in trouble for trouble in state.troubles)
    await env.send(order, "submit_provisioning_form", submitted())
    assert (await env.state(order)).jeopardy == ("trial_unreachable",), "said once"


async def test_amb_53_an_order_for_a_trial_that_it_cannot_convert_fails_at_once_at_its_field(env: TimeSkipping) -> None:
    assert "converts_trial: no trial T-1001 is known" in await failure_of(env, an_order(converts_trial="T-1001"))
    await env.start_trial(a_paid_customer_s_trial(customer=a_customer(id="roppongi")))
    assert "converts_trial: is another customer's" in await failure_of(
        env, an_order("SO-100002", converts_trial="T-1001")
    )
    assert env.store.listed(Lifecycle.ORDER) == []


async def test_amb_53_an_order_that_names_no_trial_says_which_ones_it_leaves_alone(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial())
    order = await env.place(an_order())
    state = await env.state(order)
    assert state.facts["running_trials"].startswith("T-1001: not converted by this order")
    assert (state.stage, state.attention) == ("held", False)
    assert "order.trials_not_converted" in env.events()
    await env.send(order, "clear_compliance", cleared())
    assert (await env.state(trial)).stage == "trialing"


# Dates that no calendar reckons with.


async def test_an_order_placed_in_the_future_of_its_start_fails_at_once_at_its_field(env: TimeSkipping) -> None:
    assert "placed_at: must not lie in the future" in await failure_of(env, an_order(placed_at=MONDAY + days(1)))
    assert env.store.listed(Lifecycle.ORDER) == []


@pytest.mark.parametrize(
    ("placed_at", "hold_overdue"),
    [(MONDAY - days(156), 30), (MONDAY - days(156), 250), (datetime(2000, 1, 1, tzinfo=UTC), 5)],
    ids=["29 December", "250 days", "the first day there is"],
)
async def test_amb_40_where_no_holidays_are_known_weekdays_are_counted_and_said(
    env: TimeSkipping, placed_at: datetime, hold_overdue: int
) -> None:
    """The library knows those of Sri Lanka up to 2026 and from 2003 on."""
    policy = OrderPolicy(vendor_country="LK", hold_overdue=hold_overdue)
    order = await env.place(an_order(placed_at=placed_at, policy=policy))
    state = await env.state(order)
    assert state.stage == "held"
    assert state.facts["holidays"].startswith("not known in LK for some of the days")
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "submit_provisioning_form", submitted())
    assert "build_late" in [due.name for due in (await env.state(order)).deadlines]


async def test_a_renewal_without_its_subscription_fails_at_once_with_field_and_rule(env: TimeSkipping) -> None:
    """REN-01."""
    handle = await env.place(a_renewal(of="sub-nowhere"))
    with pytest.raises(WorkflowFailureError) as failure:
        await handle.result()
    assert "subscription_id" in str(failure.value.cause)
    assert "REN-01" in str(failure.value.cause)


async def test_the_same_number_again_after_the_order_is_over_is_refused_and_mails_nobody(env: TimeSkipping) -> None:
    """E3, R9: the store remembers what the server forgets."""
    order = await env.place(an_order())
    await env.send(order, "cancel", cancelled())
    await order.result()
    again = await env.place(an_order())
    with pytest.raises(WorkflowFailureError) as failure:
        await again.result()
    assert "already" in str(failure.value.cause)
    assert env.mail_kinds() == []


async def test_a_mail_in_doubt_is_parked_and_an_operator_settles_it_once(env: TimeSkipping) -> None:
    """Decision 8, C16: never resent by itself; the first decision counts."""
    env.transport.answers["desk@hikari.example.com"] = Answer.UNKNOWN
    order = await env.place(an_order())
    await env.send(order, "clear_compliance", cleared())
    state = await env.state(order)
    assert [(mail.kind, mail.state) for mail in state.mails] == [("confirmation", "unknown")]
    assert "settle_mail" in state.desk
    await env.sleep_until(MONDAY + days(3))
    assert env.mail_kinds() == []
    env.transport.answers.clear()
    decision = SettleMail(by="ops-7", mail=state.mails[0].key, outcome="resend", reason="not in the server's log")
    await env.send(order, "settle_mail", decision)
    assert env.mail_kinds() == ["confirmation"]
    assert "not in doubt" in await env.refusal(order, "settle_mail", decision)


async def test_a_mail_in_doubt_that_had_arrived_is_not_sent_again(env: TimeSkipping) -> None:
    env.transport.answers["desk@hikari.example.com"] = Answer.UNKNOWN
    order = await env.place(an_order())
    await env.send(order, "clear_compliance", cleared())
    key = (await env.state(order)).mails[0].key
    env.transport.answers.clear()
    await env.send(order, "settle_mail", SettleMail(by="ops-7", mail=key, outcome="sent", reason="they have it"))
    assert env.transport.taken == []
    assert [mail.state for mail in env.store.mails(Lifecycle.ORDER, "SO-100001")] == ["sent"]


async def test_a_mail_server_that_is_down_holds_no_order_up_and_a_late_reminder_is_moot(env: TimeSkipping) -> None:
    """C20: what is no longer called for at the moment of sending is not sent."""
    env.transport.answers["desk@hikari.example.com"] = Answer.LATER
    order = await env.place(an_order("SO-100001", Offering.PORT))
    await env.send(order, "accept_terms", accepted(Terms.PORT))
    await env.send(order, "clear_compliance", cleared())
    assert (await env.state(order)).stage == "pending.awaiting_provisioning_details"
    env.transport.answers.clear()
    await env.sleep_until(MONDAY + timedelta(minutes=5))
    assert env.mail_kinds() == ["confirmation"]
    states = {mail.kind: mail.state for mail in env.store.mails(Lifecycle.ORDER, "SO-100001")}
    assert states == {"terms_wanted": "moot", "confirmation": "sent"}


async def test_a_refused_mail_is_sent_again_to_the_corrected_address(env: TimeSkipping) -> None:
    """A mistyped address loses nothing: the Welcome cannot be resent, so it had better arrive (ORD-25)."""
    env.transport.answers["it-admin@akasaka.example.com"] = Answer.REFUSED
    order = await provisioning(env)
    await env.send(order, "report_site_built", built())
    state = await env.state(order)
    refused_mail = next(mail for mail in state.mails if mail.state == "refused")
    assert (refused_mail.kind, state.attention) == ("welcome", True)
    retry = RetryMail(by="ops-7", mail=refused_mail.key, email="it-desk@akasaka.example.com", reason="mistyped")
    await env.send(order, "retry_mail", retry)
    assert [mail.to for mail in env.mails() if mail.kind == "welcome"] == ["it-desk@akasaka.example.com"]
    assert "was not refused" in await env.refusal(order, "retry_mail", retry)


async def test_a_mail_refused_at_the_very_end_keeps_the_order_open_until_somebody_settles_it(env: TimeSkipping) -> None:
    """Else no list of what runs would ever have it, and nobody could correct the address. ADR 21."""
    env.transport.answers["desk@hikari.example.com"] = Answer.REFUSED
    order = await env.place(an_order())
    await env.send(order, "refuse_compliance", refused())
    state = await env.state(order)
    (mail,) = state.mails
    assert (state.stage, state.attention, state.desk) == ("rejected", True, ("settle_mail", "retry_mail"))
    assert env.store.columns(Lifecycle.ORDER, "SO-100001").attention is True
    retry = RetryMail(by="ops-7", mail=mail.key, email="orders@hikari.example.com", reason="they moved")
    await env.send(order, "retry_mail", retry)
    assert (await order.result())["stage"] == "rejected"
    assert [mail.to for mail in env.mails()] == ["orders@hikari.example.com"]
    assert env.store.columns(Lifecycle.ORDER, "SO-100001").attention is False


async def test_an_order_that_ends_late_and_held_asks_for_nobody_any_more(env: TimeSkipping) -> None:
    """What it missed is in the record. ADR 21."""
    order = await env.place(an_order())
    await env.sleep_until(HOLD_OVERDUE_AT + TICK)
    await env.settled(order)
    await env.send(order, "hold", Hold(by="ops-7", reason="disputed"))
    assert env.store.columns(Lifecycle.ORDER, "SO-100001").attention is True
    await env.send(order, "cancel", cancelled())
    assert (await order.result())["stage"] == "cancelled"
    view = await env.state(order)
    assert (view.attention, view.jeopardy, view.troubles, view.held_by_operator) == (False, (), (), None)
    assert env.store.columns(Lifecycle.ORDER, "SO-100001").attention is False
    assert "order.jeopardy" in env.events()


async def test_an_operator_s_hold_stops_deadlines_and_mails_and_resume_does_what_fell_due_once(
    env: TimeSkipping,
) -> None:
    order = await env.place(an_order())
    await env.send(order, "hold", Hold(by="ops-7", reason="disputed"))
    assert "already held" in await env.refusal(order, "hold", Hold(by="ops-8", reason="me too"))
    await env.sleep_until(MONDAY + days(20))
    assert env.mail_kinds() == []
    await env.send(order, "clear_compliance", cleared())
    assert (await env.state(order)).stage == "pending.awaiting_provisioning_details", "reports are still taken"
    assert env.mail_kinds() == []
    await env.send(order, "resume", Resume(by="ops-7"))
    assert env.mail_kinds() == ["confirmation"]
    assert "nothing to resume" in await env.refusal(order, "resume", Resume(by="ops-7"))


async def test_an_operator_moves_a_guide_leaves_out_a_reminder_and_writes_a_note(env: TimeSkipping) -> None:
    order = await provisioning(env)
    later = BUILD_LATE_AT + days(5)
    move = ExtendDueDate(by="ops-7", deadline="build_late", at=later, reason="announced by the vendor")
    await env.send(order, "extend_due_date", move)
    await env.sleep_until(later - TICK)
    assert "build_late" not in env.mail_kinds()
    await env.sleep_until(later + TICK)
    assert "build_late" in env.mail_kinds()
    await env.send(order, "report_site_built", built())
    skip = SkipReminder(by="ops-7", deadline="graduation_reminder/14", reason="on holiday")
    await env.send(order, "skip_reminder", skip)
    await env.send(order, "put_note", PutNote(by="ops-7", text="called the partner"))
    await env.sleep_until(later + days(20))
    assert "graduation_reminder" not in env.mail_kinds()
    told = {event.type: event for event in env.store.events(Lifecycle.ORDER, "SO-100001")}
    assert told["deadline.moved"].data["was"] == in_json(BUILD_LATE_AT)
    assert told["deadline.left_out"].reason == "on holiday"
    assert told["order.note"].data == {"text": "called the partner"}


async def test_what_the_contract_dates_is_moved_by_nobody(env: TimeSkipping) -> None:
    order = await provisioning(env)
    await env.send(order, "report_site_built", built())
    move = ExtendDueDate(by="ops-7", deadline="renewal_date", at=MONDAY + days(900), reason="please")
    assert "no such deadline can be moved" in await env.refusal(env.subscription(), "extend_due_date", move)


async def test_a_refused_update_names_the_field_changes_nothing_and_the_desk_shows_it(env: TimeSkipping) -> None:
    order = await env.place(an_order())
    await env.send(order, "clear_compliance", cleared())
    refusal = await env.refusal(order, "submit_provisioning_form", submitted(a_form(24)))
    assert refusal.startswith("form.sites: named users")
    assert (await env.state(order)).stage == "pending.awaiting_provisioning_details"
    assert "`submit_provisioning_form`" in ((await env.state(order)).last_refusal or "")
    metadata = await order.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert "### Last refused" in metadata.current_details
    assert "named users over all sites" in metadata.current_details
    await env.send(order, "put_note", PutNote(by="ops-7", text="asked the partner"))
    metadata = await order.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert "### Last refused" not in metadata.current_details, "somebody was heard since"
    assert "### Last note\n- asked the partner (`ops-7`, 2031-06-02 " in metadata.current_details


async def test_a_message_sent_before_the_order_is_registered_waits_and_is_judged_then(env: TimeSkipping) -> None:
    """As after a Reset, which puts every update back before the first task."""
    start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        "Order",
        an_order(),
        id="order-SO-100001",
        task_queue=env.settings.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
    )
    env.started.append("order-SO-100001")
    view = await env.client.execute_update_with_start_workflow(
        "clear_compliance", cleared(), start_workflow_operation=start, result_type=LifecycleView
    )
    assert view.stage == "pending.awaiting_provisioning_details"
    await env.settled()
    assert env.mail_kinds() == ["confirmation"]

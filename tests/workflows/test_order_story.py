"""Whole lives of orders on the time-skipping server. domain.md §2, §3, §10.1."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WithStartWorkflowOperation, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy

from activities.ports import Answer
from domain.desk import ExtendDueDate, Hold, PutNote, Resume, RetryMail, SettleMail, SkipReminder
from domain.mails import Lifecycle
from domain.order.messages import CompleteTask, Offering, PlaceOrder, Terms
from domain.order.order import RELAY
from domain.order.policy import OrderPolicy
from domain.view import LifeView
from tests.makers import (
    a_customer,
    a_form,
    a_partner,
    a_renewal,
    accepted,
    an_order,
    built,
    cancelled,
    cleared,
    days,
    graduated,
    refused,
    submitted,
)
from tests.town import MONDAY, SECOND, Town

HOLD_OVERDUE_AT = datetime(2031, 6, 9, 15, tzinfo=UTC)
"""The end of the fifth business day after Monday 2 June 2031 in Tokyo: Monday 9 June, midnight."""

BUILD_LATE_AT = datetime(2031, 6, 11, 15, tzinfo=UTC)
"""The end of the seventh."""


async def provisioning(town: Town, order: PlaceOrder | None = None) -> object:
    handle = await town.place(order or an_order())
    await town.tell(handle, "clear_compliance", cleared())
    await town.tell(handle, "submit_provisioning_form", submitted())
    return handle


async def test_a_new_order_from_hold_to_graduation(town: Town) -> None:
    """ORD-01 to ORD-31, the straight way; and who gets mail, all of it."""
    order = await town.place(an_order())
    assert (await town.state(order)).stage == "held"
    await town.tell(order, "clear_compliance", cleared())
    assert (await town.state(order)).stage == "pending.awaiting_provisioning_details"
    await town.tell(order, "submit_provisioning_form", submitted())
    await town.tell(order, "report_site_built", built())
    assert (await town.state(order)).stage == "in_progress.service_ready"
    assert (await town.state(town.subscription())).stage == "active"
    await town.tell(order, "graduate", graduated())
    assert (await order.result()).stage == "completed"
    assert [(mail.kind, mail.to) for mail in town.mails()] == [
        ("confirmation", "desk@hikari.example.com"),
        ("provisioning_copy", "ken.sato@hikari.example.com"),
        ("welcome", "it-admin@akasaka.example.com"),
        ("graduation_copy", "ken.sato@hikari.example.com"),
    ]
    row = town.store.subscription("sub-SO-100001")
    assert row.csm == "csm-1"
    assert (town.settings.documents_dir / "confirmation-SO-100001.pdf").read_bytes().startswith(b"%PDF")


async def test_every_step_is_in_the_store_with_who_and_when(town: Town) -> None:
    order = await provisioning(town)
    await town.tell(order, "report_site_built", built())
    events = town.store.events(Lifecycle.ORDER, "SO-100001")
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
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
    assert town.store.order("SO-100001").life.stage == "in_progress.service_ready"


async def test_ord_05_no_document_before_the_release_and_ord_11_no_release_without_terms(town: Town) -> None:
    order = await town.place(an_order("SO-100001", Offering.PORT, Offering.AUDIO_COMMIT))
    assert town.kinds() == ["terms_wanted"], "ORD-10: the partner is told to tell the customer"
    await town.tell(order, "clear_compliance", cleared())
    await town.tell(order, "accept_terms", accepted(Terms.AUDIO))
    assert (await town.state(order)).stage == "held"
    assert town.kinds() == ["terms_wanted"]
    await town.tell(order, "accept_terms", accepted(Terms.PORT))
    assert (await town.state(order)).stage == "pending.awaiting_provisioning_details"
    assert town.kinds() == ["terms_wanted", "confirmation"]


async def test_ord_06_07_the_document_goes_to_the_tier_1_only_and_a_relay_task_is_opened(town: Town) -> None:
    order = await town.place(an_order(reselling_partner=a_partner("midori", "みどり商会")))
    await town.tell(order, "clear_compliance", cleared())
    assert [(mail.kind, mail.to) for mail in town.mails()] == [("confirmation", "desk@hikari.example.com")]
    assert [task.key for task in town.store.tasks(Lifecycle.ORDER, "SO-100001") if task.closed_at is None] == [RELAY]
    await town.tell(order, "complete_task", CompleteTask(by="partner-hikari", task=RELAY))
    assert [task for task in town.store.tasks(Lifecycle.ORDER, "SO-100001") if task.closed_at is None] == []


@pytest.mark.parametrize(("at", "alerts"), [(HOLD_OVERDUE_AT - SECOND, []), (HOLD_OVERDUE_AT, ["hold_overdue"])])
async def test_amb_1_a_hold_is_overdue_at_the_end_of_the_fifth_business_day_and_goes_on(town: Town, at, alerts) -> None:
    order = await town.place(an_order())
    await town.sleep_until(at + timedelta(milliseconds=500))
    assert town.kinds() == alerts
    state = await town.state(order)
    assert (state.stage, list(state.jeopardy)) == ("held", alerts)
    await town.tell(order, "clear_compliance", cleared())
    assert (await town.state(order)).stage == "pending.awaiting_provisioning_details"


@pytest.mark.parametrize(("at", "alerts"), [(BUILD_LATE_AT - SECOND, []), (BUILD_LATE_AT, ["build_late"])])
async def test_ord_18_19_a_late_build_is_jeopardy_and_never_a_failure(town: Town, at, alerts) -> None:
    order = await provisioning(town)
    await town.sleep_until(at + timedelta(milliseconds=500))
    assert town.kinds()[2:] == alerts
    await town.tell(order, "report_site_built", built())
    assert (await town.state(order)).stage == "in_progress.service_ready"


async def test_ord_18_holidays_of_the_vendor_s_country_move_the_guide(town: Town) -> None:
    """Golden Week: of the days after Wednesday 28 April 2032, 29 April and 3, 4, 5 May are holidays."""
    before_golden_week = datetime(2032, 4, 28, 1, tzinfo=UTC)
    await town.sleep_until(before_golden_week)
    order = await provisioning(town)
    due = {deadline.name: deadline.at for deadline in (await town.state(order)).deadlines}
    assert due["build_late"] == datetime(2032, 5, 13, 15, tzinfo=UTC)


async def test_amb_41_cancel_before_shipping_and_no_mail_to_anybody(town: Town) -> None:
    order = await town.place(an_order())
    await town.tell(order, "cancel", cancelled())
    assert (await order.result()).stage == "cancelled"
    assert town.kinds() == []
    event = town.store.events(Lifecycle.ORDER, "SO-100001")[-1]
    assert (event.type, event.actor, event.reason) == ("order.cancelled", "ops-7", "ordered twice")


async def test_amb_41_cancel_after_shipping_is_refused_with_the_reason(town: Town) -> None:
    order = await town.place(an_order())
    await town.tell(order, "clear_compliance", cleared())
    before = await town.state(order)
    refusal = await town.refusal(order, "cancel", cancelled())
    assert "shipping is the point of no return" in refusal
    unchanged = {"as_of": before.as_of, "last_refusal": before.last_refusal}
    assert (await town.state(order)).model_copy(update=unchanged) == before


async def test_cancel_in_the_web_ui_is_a_request_like_any_other(town: Town) -> None:
    order = await town.place(an_order())
    await order.cancel(reason="pressed by mistake")
    assert (await order.result()).stage == "cancelled"
    later = await town.place(an_order("SO-100002"))
    await town.tell(later, "clear_compliance", cleared())
    await later.cancel(reason="too late")
    await town.settled()
    assert (await town.state(later)).stage == "pending.awaiting_provisioning_details"
    assert town.events("SO-100002")[-1] == "order.cancel_refused"
    assert "cannot cancel" in ((await town.state(town.order("SO-100002"))).last_refusal or "")
    await town.tell(later, "submit_provisioning_form", submitted())
    assert (await town.state(later)).stage == "in_progress.provisioning"


async def test_a_vendor_refusal_ends_as_rejected_and_tells_the_ordering_partner(town: Town) -> None:
    order = await town.place(an_order())
    await town.tell(order, "refuse_compliance", refused())
    assert (await order.result()).stage == "rejected"
    assert [(mail.kind, mail.to) for mail in town.mails()] == [("order_rejected", "desk@hikari.example.com")]


async def test_ord_20_23_25_the_welcome_goes_to_the_site_administrator_once_and_never_to_a_partner(town: Town) -> None:
    order = await provisioning(town)
    await town.tell(order, "report_site_built", built())
    assert "already" not in await town.refusal(order, "report_site_built", built())
    await town.sleep_until(MONDAY + days(20))
    welcomes = [mail.to for mail in town.mails() if mail.kind == "welcome"]
    assert welcomes == ["it-admin@akasaka.example.com"]
    texts = [envelope.content for envelope in town.wire.taken if envelope.recipient.endswith("hikari.example.com")]
    assert not [text for text in texts if b"one-time" in text]


async def test_ord_22_the_end_of_the_password_link_is_noted_72_hours_after_sending(town: Town) -> None:
    order = await provisioning(town)
    await town.tell(order, "report_site_built", built())
    ends = (await town.state(order)).facts["link_void_at"]
    sent_at = next(mail.at for mail in town.mails() if mail.kind == "welcome")
    assert datetime.fromisoformat(ends) - sent_at == timedelta(hours=72)
    await town.sleep_until(sent_at + timedelta(hours=72) - SECOND)
    assert "order.password_link_ended" not in town.events()
    await town.sleep_until(sent_at + timedelta(hours=72) + SECOND)
    assert "order.password_link_ended" in town.events()


async def test_ord_28_the_partner_is_reminded_of_graduation_three_times_and_the_order_waits(town: Town) -> None:
    order = await provisioning(town)
    await town.tell(order, "report_site_built", built())
    await town.sleep_until(MONDAY + days(200))
    assert town.kinds().count("graduation_reminder") == 3
    reminders = [mail.at.date().isoformat() for mail in town.mails() if mail.kind == "graduation_reminder"]
    assert reminders == ["2031-06-16", "2031-07-02", "2031-08-01"]
    state = await town.state(order)
    assert (state.stage, state.attention) == ("in_progress.service_ready", True)
    assert (await town.state(town.subscription())).stage == "active", "AMB-45: never blocks the subscription"
    await town.tell(order, "graduate", graduated(copy_wanted=False, copy_email=None))
    assert (await order.result()).stage == "completed"
    assert "graduation_copy" not in town.kinds(), "M-05 only if asked for"


async def test_a_late_start_acts_once_and_at_once(town: Town) -> None:
    """An order placed upstream weeks ago: its hold is overdue already."""
    await town.place(an_order(placed_at=MONDAY - days(60)))
    assert town.kinds() == ["hold_overdue"]
    await town.sleep_until(MONDAY + days(60))
    assert town.kinds() == ["hold_overdue"]


async def test_decision_5_an_order_keeps_the_terms_it_was_started_under(town: Town) -> None:
    order = await town.place(an_order(policy=OrderPolicy(hold_overdue=1)))
    await town.sleep_until(MONDAY + days(3))
    assert (await town.state(order)).jeopardy == ("hold_overdue",)


async def test_dates_of_a_customer_in_paris_follow_its_clock_over_dst(town: Town) -> None:
    """AMB-39: a reminder at 09:00 local is an hour later in UTC once the clocks have gone back."""
    await town.sleep_until(datetime(2031, 10, 20, 8, tzinfo=UTC))
    customer = a_customer(id="riviere", zone="Europe/Paris")
    order = await provisioning(town, an_order(customer=customer))
    await town.tell(order, "report_site_built", built())
    due = {deadline.name: deadline.at for deadline in (await town.state(order)).deadlines}
    assert due["graduation_reminder/14"] == datetime(2031, 11, 3, 8, tzinfo=UTC), "clocks go back on 26 October"


async def test_a_renewal_without_its_subscription_fails_at_once_with_field_and_rule(town: Town) -> None:
    """REN-01."""
    handle = await town.place(a_renewal(of="sub-nowhere"))
    with pytest.raises(WorkflowFailureError) as failure:
        await handle.result()
    assert "subscription_id" in str(failure.value.cause)
    assert "REN-01" in str(failure.value.cause)


async def test_the_same_number_again_after_the_order_is_over_is_refused_and_mails_nobody(town: Town) -> None:
    """E3, R9: the store remembers what the server forgets."""
    order = await town.place(an_order())
    await town.tell(order, "cancel", cancelled())
    await order.result()
    again = await town.place(an_order())
    with pytest.raises(WorkflowFailureError) as failure:
        await again.result()
    assert "already" in str(failure.value.cause)
    assert town.kinds() == []


async def test_a_mail_in_doubt_is_parked_and_an_operator_settles_it_once(town: Town) -> None:
    """Decision 8, C16: never resent by itself; the first decision counts."""
    town.wire.answers["desk@hikari.example.com"] = Answer.UNKNOWN
    order = await town.place(an_order())
    await town.tell(order, "clear_compliance", cleared())
    state = await town.state(order)
    assert [(mail.kind, mail.state) for mail in state.mails] == [("confirmation", "unknown")]
    assert "settle_mail" in state.desk
    await town.sleep_until(MONDAY + days(3))
    assert town.kinds() == []
    town.wire.answers.clear()
    decision = SettleMail(by="ops-7", mail=state.mails[0].key, outcome="resend", reason="not in the server's log")
    await town.tell(order, "settle_mail", decision)
    assert town.kinds() == ["confirmation"]
    assert "not in doubt" in await town.refusal(order, "settle_mail", decision)


async def test_a_mail_in_doubt_that_had_arrived_is_not_sent_again(town: Town) -> None:
    town.wire.answers["desk@hikari.example.com"] = Answer.UNKNOWN
    order = await town.place(an_order())
    await town.tell(order, "clear_compliance", cleared())
    key = (await town.state(order)).mails[0].key
    town.wire.answers.clear()
    await town.tell(order, "settle_mail", SettleMail(by="ops-7", mail=key, outcome="sent", reason="they have it"))
    assert town.wire.taken == []
    assert [mail.state for mail in town.store.mails(Lifecycle.ORDER, "SO-100001")] == ["sent"]


async def test_a_mail_server_that_is_down_holds_no_order_up_and_a_late_reminder_is_moot(town: Town) -> None:
    """C20: what is no longer called for at the moment of sending is not sent."""
    town.wire.answers["desk@hikari.example.com"] = Answer.LATER
    order = await town.place(an_order("SO-100001", Offering.PORT))
    await town.tell(order, "accept_terms", accepted(Terms.PORT))
    await town.tell(order, "clear_compliance", cleared())
    assert (await town.state(order)).stage == "pending.awaiting_provisioning_details"
    town.wire.answers.clear()
    await town.sleep_until(MONDAY + timedelta(minutes=5))
    assert town.kinds() == ["confirmation"]
    states = {mail.kind: mail.state for mail in town.store.mails(Lifecycle.ORDER, "SO-100001")}
    assert states == {"terms_wanted": "moot", "confirmation": "sent"}


async def test_a_refused_update_names_the_field_and_changes_nothing(town: Town) -> None:
    order = await town.place(an_order())
    await town.tell(order, "clear_compliance", cleared())
    refusal = await town.refusal(order, "submit_provisioning_form", submitted(a_form(24)))
    assert refusal.startswith("form.sites: named users")
    assert (await town.state(order)).stage == "pending.awaiting_provisioning_details"


async def test_a_refused_mail_is_sent_again_to_the_corrected_address(town: Town) -> None:
    """A mistyped address loses nothing: the Welcome cannot be resent, so it had better arrive (ORD-25)."""
    town.wire.answers["it-admin@akasaka.example.com"] = Answer.REFUSED
    order = await provisioning(town)
    await town.tell(order, "report_site_built", built())
    state = await town.state(order)
    refused_mail = next(mail for mail in state.mails if mail.state == "refused")
    assert (refused_mail.kind, state.attention) == ("welcome", True)
    retry = RetryMail(by="ops-7", mail=refused_mail.key, email="it-desk@akasaka.example.com", reason="mistyped")
    await town.tell(order, "retry_mail", retry)
    assert [mail.to for mail in town.mails() if mail.kind == "welcome"] == ["it-desk@akasaka.example.com"]
    assert "was not refused" in await town.refusal(order, "retry_mail", retry)


async def test_an_operator_s_hold_stops_deadlines_and_mails_and_resume_does_what_fell_due_once(town: Town) -> None:
    order = await town.place(an_order())
    await town.tell(order, "hold", Hold(by="ops-7", reason="disputed"))
    assert "already held" in await town.refusal(order, "hold", Hold(by="ops-8", reason="me too"))
    await town.sleep_until(MONDAY + days(20))
    assert town.kinds() == []
    await town.tell(order, "clear_compliance", cleared())
    assert (await town.state(order)).stage == "pending.awaiting_provisioning_details", "reports are still taken"
    assert town.kinds() == []
    await town.tell(order, "resume", Resume(by="ops-7"))
    assert town.kinds() == ["confirmation"]
    assert "nothing to resume" in await town.refusal(order, "resume", Resume(by="ops-7"))


async def test_an_operator_moves_a_guide_leaves_out_a_reminder_and_writes_a_note(town: Town) -> None:
    order = await provisioning(town)
    later = BUILD_LATE_AT + days(5)
    move = ExtendDueDate(by="ops-7", deadline="build_late", at=later, reason="announced by the vendor")
    await town.tell(order, "extend_due_date", move)
    await town.sleep_until(later - SECOND)
    assert "build_late" not in town.kinds()
    await town.sleep_until(later + SECOND)
    assert "build_late" in town.kinds()
    await town.tell(order, "report_site_built", built())
    skip = SkipReminder(by="ops-7", deadline="graduation_reminder/14", reason="on holiday")
    await town.tell(order, "skip_reminder", skip)
    await town.tell(order, "put_note", PutNote(by="ops-7", text="called the partner"))
    await town.sleep_until(later + days(20))
    assert "graduation_reminder" not in town.kinds()
    told = {event.type: event for event in town.store.events(Lifecycle.ORDER, "SO-100001")}
    assert told["deadline.moved"].data["was"] == BUILD_LATE_AT.isoformat()
    assert told["deadline.left_out"].reason == "on holiday"
    assert told["order.note"].data == {"text": "called the partner"}


async def test_what_the_contract_dates_is_moved_by_nobody(town: Town) -> None:
    order = await provisioning(town)
    await town.tell(order, "report_site_built", built())
    move = ExtendDueDate(by="ops-7", deadline="renewal_date", at=MONDAY + days(900), reason="please")
    assert "no such deadline can be moved" in await town.refusal(town.subscription(), "extend_due_date", move)


async def test_the_desk_shows_what_was_refused_last_and_why(town: Town) -> None:
    order = await town.place(an_order())
    await town.tell(order, "clear_compliance", cleared())
    await town.refusal(order, "submit_provisioning_form", submitted(a_form(24)))
    assert "`submit_provisioning_form`" in ((await town.state(order)).last_refusal or "")
    metadata = await order.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert "### Last refused" in metadata.current_details
    assert "named users over all sites" in metadata.current_details
    await town.tell(order, "put_note", PutNote(by="ops-7", text="asked the partner"))
    metadata = await order.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert "### Last refused" not in metadata.current_details, "somebody was heard since"
    assert "### Last note\n- asked the partner (`ops-7`, 2031-06-02 " in metadata.current_details


async def test_a_message_sent_before_the_order_is_registered_waits_and_is_judged_then(town: Town) -> None:
    """As after a Reset, which puts every update back before the first task."""
    start = WithStartWorkflowOperation(
        "Order",
        an_order(),
        id="order-SO-100001",
        task_queue=town.settings.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
    )
    town.started.append("order-SO-100001")
    view = await town.client.execute_update_with_start_workflow(
        "clear_compliance", cleared(), start_workflow_operation=start, result_type=LifeView
    )
    assert view.stage == "pending.awaiting_provisioning_details"
    await town.settled()
    assert town.kinds() == ["confirmation"]

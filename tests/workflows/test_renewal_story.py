"""Renewals: in time, late, never; and the subscription from term to term. domain.md §3."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import WorkflowFailureError

from activities.ports import Answer
from domain.events import Journal
from domain.lifecycle import Lifecycle
from domain.operator import Acknowledge, SettleMail
from domain.order.messages import PlaceOrder
from domain.order.policy import OrderPolicy
from domain.subscription.messages import ConfirmRenewal, RenewalNews, RenewalStep, TerminateSubscription
from tests.makers import (
    a_form,
    a_partner,
    a_renewal,
    an_order,
    built,
    cancelled,
    cleared,
    days,
    graduated,
    renewal_done,
    submitted,
)
from tests.records import recorded
from tests.support.in_service import in_service
from tests.support.time_skipping import MONDAY, TICK, TimeSkipping

RENEWAL_DATE_ENDS = datetime(2032, 6, 2, 15, tzinfo=UTC)
"""A term of 12 months from 2 June 2031: the end of 2 June 2032 in Tokyo."""

TARGET = datetime(2032, 5, 19, 15, tzinfo=UTC)
"""The end of the day 14 days before."""


async def subscribed(env: TimeSkipping, order: PlaceOrder | None = None) -> Any:
    """An order lived through to its graduation; the subscription it started."""
    placed = order or an_order()
    handle = await env.place(placed)
    await env.send(handle, "clear_compliance", cleared())
    await env.send(handle, "submit_provisioning_form", submitted())
    await env.send(handle, "report_site_built", built())
    await env.send(handle, "graduate", graduated(term_years=placed.term_months / 12))
    return env.subscription(placed.subscription)


async def renewed(env: TimeSkipping, renewal: PlaceOrder | None = None) -> Any:
    """A renewal order lived through to its end."""
    return await renewed_on(env, await env.place(renewal or a_renewal()))


async def renewed_on(env: TimeSkipping, handle: Any) -> Any:
    """From its placing on."""
    await env.send(handle, "clear_compliance", cleared())
    await env.send(handle, "submit_provisioning_form", submitted(a_form(existing_customer=True)))
    await env.send(handle, "report_site_built", renewal_done())
    return handle


def notices(env: TimeSkipping) -> list[tuple[str, str, str]]:
    mails = env.mails("sub-SO-100001", Lifecycle.SUBSCRIPTION)
    return [(mail.at.strftime("%Y-%m-%d %H:00"), mail.kind, mail.to) for mail in mails]


async def test_ren_07_08_nobody_renews_notices_alert_suspension(env: TimeSkipping) -> None:
    subscription = await subscribed(env)
    await env.sleep_until(RENEWAL_DATE_ENDS - TICK)
    assert (await env.state(subscription)).stage == "active"
    await env.sleep_until(RENEWAL_DATE_ENDS + TICK)
    assert (await env.state(subscription)).stage == "suspended"
    assert notices(env) == [
        ("2032-03-04 00:00", "renewal_notice", "yuki.tanaka@hikari.example.com"),
        ("2032-04-03 00:00", "renewal_notice", "yuki.tanaka@hikari.example.com"),
        ("2032-05-03 00:00", "renewal_notice", "yuki.tanaka@hikari.example.com"),
        ("2032-05-19 15:00", "renewal_not_ordered", "desk@hikari.example.com"),
        ("2032-06-02 15:00", "subscription_suspended", "desk@hikari.example.com"),
    ]
    row = env.store.row(Lifecycle.SUBSCRIPTION, "sub-SO-100001")
    assert (row.state.stage, row.state.suspended_for) == ("suspended", {"renewal_incomplete"})


async def test_ren_09_10_renewed_in_time_no_mail_to_the_end_user_and_a_task_for_the_partner(env: TimeSkipping) -> None:
    subscription = await subscribed(env)
    await env.sleep_until(RENEWAL_DATE_ENDS - days(60))
    told_before = len(env.transport.taken)
    await renewed(env)
    assert env.mail_kinds("SO-200001") == ["confirmation", "provisioning_copy"]
    to = {envelope.recipient for envelope in env.transport.taken[told_before:]}
    assert to == {"desk@hikari.example.com", "ken.sato@hikari.example.com"}, "partners only"
    tasks = env.store.tasks(Lifecycle.SUBSCRIPTION, "sub-SO-100001")
    assert [(task.key, task.assignee, task.closed_at) for task in tasks] == [("verify/SO-200001", "hikari", None)]
    await env.sleep_until(RENEWAL_DATE_ENDS + days(1))
    state = await env.state(subscription)
    assert (state.stage, state.facts["term"], state.facts["renewal_date"]) == ("active", "2", "2033-06-02")
    await env.send(subscription, "confirm_renewal", ConfirmRenewal(by="hikari", order_number="SO-200001"))
    assert all(task.closed_at for task in env.store.tasks(Lifecycle.SUBSCRIPTION, "sub-SO-100001"))


async def test_ren_08_a_late_renewal_lifts_the_suspension_and_keeps_the_old_anniversary(env: TimeSkipping) -> None:
    subscription = await subscribed(env)
    await env.sleep_until(RENEWAL_DATE_ENDS + days(10))
    await renewed(env)
    state = await env.state(subscription)
    assert (state.stage, state.facts["renewal_date"]) == ("active", "2033-06-02")
    told = env.events("sub-SO-100001", Lifecycle.SUBSCRIPTION)
    assert told.count("subscription.suspended") == told.count("subscription.suspension_lifted") == 1


async def test_a_renewal_order_on_time_but_unfinished_on_the_date_suspends_all_the_same(env: TimeSkipping) -> None:
    subscription = await subscribed(env)
    await env.sleep_until(RENEWAL_DATE_ENDS - days(40))
    renewal = await env.place(a_renewal())
    await env.sleep_until(TARGET - TICK)
    assert env.mail_kinds("SO-200001") == ["hold_overdue"]
    await env.sleep_until(TARGET + TICK)
    assert env.mail_kinds("SO-200001") == ["hold_overdue", "renewal_late"], "REN-07: jeopardy, not failure"
    await env.sleep_until(RENEWAL_DATE_ENDS + TICK)
    assert (await env.state(subscription)).stage == "suspended"
    assert (await env.state(renewal)).stage == "held"
    assert "renewal_not_ordered" not in env.mail_kinds("sub-SO-100001", Lifecycle.SUBSCRIPTION)


async def test_a_renewal_placed_inside_the_target_alerts_at_once_and_once(env: TimeSkipping) -> None:
    await in_service(env)
    await env.sleep_until(RENEWAL_DATE_ENDS - days(5))
    await env.place(a_renewal())
    assert env.mail_kinds("SO-200001") == ["renewal_late"]
    await env.sleep_until(RENEWAL_DATE_ENDS - days(4))
    assert env.mail_kinds("SO-200001") == ["renewal_late"]


async def test_amb_55_a_monthly_subscription_is_not_warned_before_its_term(env: TimeSkipping) -> None:
    """From 2 June to 2 July: the steps of 90, 60 and 30 days before lie before the term, or on its first day."""
    subscription = await subscribed(env, an_order(term_months=1))
    assert notices(env) == []
    state = await env.state(subscription)
    assert [due.name for due in state.deadlines] == ["renewal_target", "renewal_date"]
    await env.sleep_until(MONDAY + days(10))
    assert notices(env) == []
    renewal = await env.place(a_renewal(term_months=1))
    assert [due.name for due in (await env.state(renewal)).deadlines] == ["renewal_target", "hold_overdue"]
    await renewed_on(env, renewal)
    state = await env.state(subscription)
    assert (state.facts["term_begins"], state.facts["renewal_date"]) == ("2031-07-02", "2031-08-02")
    assert [due.name for due in state.deadlines] == ["renewal_notice/30", "renewal_target", "renewal_date"]
    assert notices(env) == []


async def test_amb_55_a_renewal_s_target_before_its_term_is_no_alert(env: TimeSkipping) -> None:
    """A target of 60 days before the end of a term of one month."""
    await subscribed(env, an_order(term_months=1))
    renewal = await env.place(a_renewal(term_months=1, policy=OrderPolicy(renewal_target=days(60))))
    state = await env.state(renewal)
    assert ([due.name for due in state.deadlines], state.jeopardy) == (["hold_overdue"], ())
    assert env.mail_kinds("SO-200001") == []


OVER_AT = datetime(2033, 6, 2, 15, tzinfo=UTC)
"""When a term that continues from the first renewal date is over."""


async def test_amb_54_a_renewal_more_than_a_term_late_begins_on_the_day_of_its_completion(env: TimeSkipping) -> None:
    subscription = await in_service(env)
    await env.sleep_until(OVER_AT + days(100))
    told_before = notices(env)
    renewal = await env.place(a_renewal())
    for handle in (renewal, subscription):
        said = (await env.state(handle)).facts["next_term"]
        assert said.startswith("begins on the day of completion: continued from 2032-06-02"), handle.id
    await renewed_on(env, renewal)
    state = await env.state(subscription)
    assert (state.stage, state.facts["term"]) == ("active", "2")
    assert (state.facts["term_begins"], state.facts["renewal_date"]) == ("2033-09-11", "2034-09-11")
    assert notices(env) == told_before, "nobody gets a mail in that second"
    await env.sleep_until(OVER_AT + days(101))
    told = env.events("sub-SO-100001", Lifecycle.SUBSCRIPTION)
    assert told.count("subscription.suspended") == told.count("subscription.suspension_lifted") == 1
    assert notices(env) == told_before


async def test_amb_54_one_term_late_less_a_day_continues_and_is_told_the_days_that_are_left(env: TimeSkipping) -> None:
    subscription = await in_service(env)
    await env.sleep_until(OVER_AT - days(1))
    renewal = await env.place(a_renewal())
    assert (await env.state(renewal)).facts["next_term"] == "continues from 2032-06-02 until 2033-06-02"
    await renewed_on(env, renewal)
    state = await env.state(subscription)
    assert (state.stage, state.facts["renewal_date"]) == ("active", "2033-06-02")
    await env.sleep_until(OVER_AT + TICK)
    assert (await env.state(subscription)).stage == "suspended"


async def test_amb_59_a_renewal_through_another_partner_takes_tasks_lists_and_mails_along(env: TimeSkipping) -> None:
    subscription = await subscribed(env)
    await env.sleep_until(RENEWAL_DATE_ENDS - days(10))
    renewal = await env.place(a_renewal(ordering_partner=a_partner("midori", "みどり商会")))
    await env.sleep_until(RENEWAL_DATE_ENDS + TICK)
    state = await env.state(subscription)
    assert (state.stage, state.partner_id) == ("suspended", "hikari")
    assert notices(env)[-1][1:] == ("subscription_suspended", "desk@hikari.example.com"), "not before it is complete"
    await renewed_on(env, renewal)
    state = await env.state(subscription)
    assert (state.stage, state.partner_id) == ("active", "midori")
    assert [(task.key, task.assignee) for task in state.tasks] == [("verify/SO-200001", "midori")]
    assert env.store.columns(Lifecycle.SUBSCRIPTION, "sub-SO-100001").partner_id == "midori"
    assert await partner_listed(env, subscription) == "midori"
    known = len(env.transport.taken)
    await env.sleep_until(RENEWAL_DATE_ENDS + days(366) + TICK)
    assert {kind for _, kind, _ in notices(env)[-5:]} == {
        "renewal_notice",
        "renewal_not_ordered",
        "subscription_suspended",
    }
    assert {mail.recipient for mail in env.transport.taken[known:]} == {"desk@midori.example.com"}, (
        "nor the renewal contact of the partner before"
    )


async def partner_listed(env: TimeSkipping, subscription: Any) -> str:
    """As the search attributes have it: what the Web UI's lists show."""
    request = DescribeWorkflowExecutionRequest(
        namespace=env.client.namespace, execution=WorkflowExecution(workflow_id=subscription.id)
    )
    raw = await env.client.workflow_service.describe_workflow_execution(request)
    return str(json.loads(raw.workflow_execution_info.search_attributes.indexed_fields["TenurePartner"].data))


FORGED = [
    RenewalNews(order_number="SO-999999", step=RenewalStep.COMPLETED),
    RenewalNews(order_number="SO-100001", step=RenewalStep.COMPLETED),
    RenewalNews(order_number="SO-200001", step=RenewalStep.COMPLETED),
    RenewalNews(order_number="SO-200001", step=RenewalStep.WITHDRAWN),
]
"""Of an order that nobody placed, of one that renews nothing, and of steps that the renewal has not made."""


async def test_what_anybody_says_of_a_renewal_that_is_not_so_is_noted_and_ignored(env: TimeSkipping) -> None:
    subscription = await in_service(env)
    await env.place(a_renewal())
    before = await env.state(subscription)
    for news in FORGED:
        await subscription.signal("renewal", news)
    await env.settled()
    told = env.store.events(Lifecycle.SUBSCRIPTION, "sub-SO-100001")[-len(FORGED) :]
    assert [(event.type, event.data["why"]) for event in told] == [
        ("subscription.report_ignored", "no such order is known"),
        ("subscription.report_ignored", "the order renews another subscription, or none"),
        ("subscription.report_ignored", "the order is held"),
        ("subscription.report_ignored", "the order is held"),
    ]
    after = await env.state(subscription)
    unchanged = {"as_of": before.as_of, "events": before.events}
    assert after.model_copy(update=unchanged) == before


async def test_a_completion_that_overtakes_its_placing_counts_once(env: TimeSkipping) -> None:
    subscription = await in_service(env)
    await renewed(env)
    for step in (RenewalStep.PLACED, RenewalStep.COMPLETED):
        await subscription.signal("renewal", RenewalNews(order_number="SO-200001", step=step))
    await env.settled()
    state = await env.state(subscription)
    assert (state.facts["term"], "renewal_order" in state.facts) == ("2", False)
    assert (await env.state(subscription)).facts["renewal_date"] == "2033-06-02"


async def test_reports_that_waited_for_the_store_are_taken_one_after_the_other_as_things_stand_then(
    env: TimeSkipping,
) -> None:
    subscription = await in_service(env)
    env.faults.broken["check_renewal"] = OSError("the disk is full")
    withdrawn = await env.place(a_renewal())
    await env.send(withdrawn, "cancel", cancelled())
    await env.place(a_renewal("SO-200002"))
    assert "renewal_order" not in (await env.state(subscription)).facts
    env.faults.broken.clear()
    await env.sleep_until(MONDAY + days(1))
    assert (await env.state(subscription)).facts["renewal_order"] == "SO-200002"
    told = [event for event in env.store.events(Lifecycle.SUBSCRIPTION, "sub-SO-100001") if "order" in event.data]
    assert [(event.type, event.data["order"]) for event in told[1:]] == [
        ("subscription.report_ignored", "SO-200001"),
        ("subscription.renewal_placed", "SO-200002"),
    ]


async def test_a_mail_that_is_being_settled_while_a_renewal_completes_holds_up_no_new_term(env: TimeSkipping) -> None:
    subscription = await subscribed(env)
    env.transport.answers["yuki.tanaka@hikari.example.com"] = Answer.UNKNOWN
    await env.sleep_until(RENEWAL_DATE_ENDS - days(89))
    (mail,) = (await env.state(subscription)).mails
    env.faults.broken["settle_mail"] = OSError("the disk is full")
    settled = SettleMail(by="ops-7", mail=mail.key, outcome="sent", reason="they have it")
    await subscription.execute_update("settle_mail", settled)
    await renewed(env)
    env.faults.broken.clear()
    await env.sleep_until(RENEWAL_DATE_ENDS)
    state = await env.state(subscription)
    assert (state.stage, state.facts["term"], state.mails) == ("active", "2", ())
    ledger = env.store.mails(Lifecycle.SUBSCRIPTION, "sub-SO-100001")
    assert [row.state for row in ledger] == ["sent"]
    began = (await env.history(subscription)).events[0].workflow_execution_started_event_attributes
    assert began.continued_execution_run_id, "a new term is a new run"


async def test_a_renewal_whose_subscription_ended_meanwhile_completes_and_says_that_nothing_was_renewed(
    env: TimeSkipping,
) -> None:
    """It ended in the moment in which the renewal was placed: neither was refused."""
    subscription = await in_service(env)
    await env.sleep_until(RENEWAL_DATE_ENDS + TICK)
    renewal = await env.place(a_renewal())
    row = env.store.row(Lifecycle.SUBSCRIPTION, "sub-SO-100001").state
    row.renewal_order = None
    row.terminate(TerminateSubscription(by="ops-7", reason="moved away"), RENEWAL_DATE_ENDS)
    run = env.store.columns(Lifecycle.SUBSCRIPTION, "sub-SO-100001").run
    recorded(env.store, row, Journal(sequence=row.journal.sequence), run, RENEWAL_DATE_ENDS)
    await renewed_on(env, renewal)
    state = await env.state(renewal)
    assert (state.stage, state.jeopardy) == ("completed", ("subscription_over",)), "the target is past"
    assert any("is over, so nothing was renewed" in trouble for trouble in state.troubles)
    assert state.desk == ("acknowledge",), "it is left for people. ADR 21"
    lifted = Acknowledge(by="ops-7", alert="subscription_over", reason="the customer gets a new order")
    await env.send(renewal, "acknowledge", lifted)
    assert (await renewal.result())["stage"] == "completed"
    assert env.store.columns(Lifecycle.ORDER, "SO-200001").attention is False
    assert (await env.state(subscription)).stage == "suspended", "it was not even told"


async def test_a_withdrawn_renewal_resumes_the_campaign(env: TimeSkipping) -> None:
    await subscribed(env)
    await env.sleep_until(RENEWAL_DATE_ENDS - days(80))
    renewal = await env.place(a_renewal())
    await env.sleep_until(RENEWAL_DATE_ENDS - days(50))
    assert [kind for _, kind, _ in notices(env)] == ["renewal_notice"], "the one at 90 days; silence since the order"
    await env.send(renewal, "cancel", cancelled())
    assert [kind for _, kind, _ in notices(env)] == ["renewal_notice"] * 2, "the one at 60 days, late and once"
    await env.sleep_until(RENEWAL_DATE_ENDS - days(29))
    assert [kind for _, kind, _ in notices(env)] == ["renewal_notice"] * 3


async def test_a_second_renewal_order_for_the_same_subscription_is_refused_while_one_is_open(env: TimeSkipping) -> None:
    await in_service(env)
    await env.place(a_renewal())
    second = await env.place(a_renewal("SO-200002"))
    with pytest.raises(WorkflowFailureError) as failure:
        await second.result()
    assert "SO-200001" in str(failure.value.cause)


async def test_three_terms_nothing_is_lost_from_run_to_run(env: TimeSkipping) -> None:
    """G5: one term a run; the events go on counting, the state stays small."""
    subscription = await in_service(env)
    for year, number in ((0, "SO-200001"), (1, "SO-200002")):
        await env.sleep_until(RENEWAL_DATE_ENDS + days(365 * year - 60))
        await renewed(env, a_renewal(number))
    state = await env.state(subscription)
    assert (state.facts["term"], state.facts["renewal_date"]) == ("3", "2034-06-02")
    events = env.store.events(Lifecycle.SUBSCRIPTION, "sub-SO-100001")
    recorded = [event.sequence for event in events if event.sequence]
    assert recorded == list(range(1, len(recorded) + 1))
    await env.sleep_until(datetime(2034, 6, 2, 15, tzinfo=UTC) + TICK)
    assert (await env.state(subscription)).stage == "suspended"


async def test_a_terminated_subscription_waits_for_nothing_more(env: TimeSkipping) -> None:
    subscription = await in_service(env)
    await env.send(subscription, "terminate", TerminateSubscription(by="ops-7", reason="moved away"))
    assert (await subscription.result(follow_runs=False)) is not None
    assert env.store.row(Lifecycle.SUBSCRIPTION, "sub-SO-100001").state.stage == "terminated"
    late = await env.place(a_renewal())
    with pytest.raises(WorkflowFailureError) as failure:
        await late.result()
    assert "terminated" in str(failure.value.cause)


async def test_a_tier_2_s_renewal_contact_falls_back_to_the_partner_when_nobody_graduated(env: TimeSkipping) -> None:
    """ORD-31: without a Graduation form there is no renewal contact; the notice still reaches somebody."""
    order = await env.place(an_order(reselling_partner=a_partner("midori", "みどり商会")))
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "submit_provisioning_form", submitted())
    await env.send(order, "report_site_built", built())
    await env.sleep_until(RENEWAL_DATE_ENDS - days(80))
    assert [to for _, _, to in notices(env)] == ["desk@midori.example.com"]


async def test_cancel_in_the_web_ui_ends_no_contract_and_is_noted(env: TimeSkipping) -> None:
    subscription = await subscribed(env)
    await subscription.cancel(reason="pressed by mistake")
    await env.settled()
    event = env.store.events(Lifecycle.SUBSCRIPTION, "sub-SO-100001")[-1]
    assert (event.type, event.actor, event.reason) == ("subscription.cancel_refused", "web-ui", "pressed by mistake")
    assert "terminate" in event.data["why"]
    await env.sleep_until(RENEWAL_DATE_ENDS - days(89))
    assert [kind for _, kind, _ in notices(env)] == ["renewal_notice"], "it goes on"
    assert (await env.state(subscription)).stage == "active"

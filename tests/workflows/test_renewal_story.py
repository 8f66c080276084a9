"""Renewals: in time, late, never; and the subscription from term to term. domain.md §3."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.mails import Lifecycle
from domain.order.messages import PlaceOrder
from domain.subscription.messages import ConfirmRenewal, TerminateSubscription
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
from tests.town import SECOND, Town

RENEWAL_DATE_ENDS = datetime(2032, 6, 2, 15, tzinfo=UTC)
"""A term of 12 months from 2 June 2031: the end of 2 June 2032 in Tokyo."""

TARGET = datetime(2032, 5, 19, 15, tzinfo=UTC)
"""The end of the day 14 days before."""

TICK = SECOND / 2


async def subscribed(town: Town, order: PlaceOrder | None = None) -> Any:
    """An order lived through to its graduation; the subscription it started."""
    placed = order or an_order()
    handle = await town.place(placed)
    await town.tell(handle, "clear_compliance", cleared())
    await town.tell(handle, "submit_provisioning_form", submitted())
    await town.tell(handle, "report_site_built", built())
    await town.tell(handle, "graduate", graduated(term_years=placed.term_months / 12))
    return town.subscription(placed.subscription)


async def renewed(town: Town, renewal: PlaceOrder | None = None) -> Any:
    """A renewal order lived through to its end."""
    handle = await town.place(renewal or a_renewal())
    await town.tell(handle, "clear_compliance", cleared())
    await town.tell(handle, "submit_provisioning_form", submitted(a_form(existing_customer=True)))
    await town.tell(handle, "report_site_built", renewal_done())
    return handle


def notices(town: Town) -> list[tuple[str, str, str]]:
    mails = town.mails("sub-SO-100001", Lifecycle.SUBSCRIPTION)
    return [(mail.at.strftime("%Y-%m-%d %H:%M"), mail.kind, mail.to) for mail in mails]


async def test_ren_07_08_nobody_renews_notices_alert_suspension(town: Town) -> None:
    subscription = await subscribed(town)
    await town.sleep_until(RENEWAL_DATE_ENDS - TICK)
    assert (await town.state(subscription)).stage == "active"
    await town.sleep_until(RENEWAL_DATE_ENDS + TICK)
    assert (await town.state(subscription)).stage == "suspended"
    assert notices(town) == [
        ("2032-03-04 00:00", "renewal_notice", "yuki.tanaka@hikari.example.com"),
        ("2032-04-03 00:00", "renewal_notice", "yuki.tanaka@hikari.example.com"),
        ("2032-05-03 00:00", "renewal_notice", "yuki.tanaka@hikari.example.com"),
        ("2032-05-19 15:00", "renewal_not_ordered", "desk@hikari.example.com"),
        ("2032-06-02 15:00", "subscription_suspended", "desk@hikari.example.com"),
    ]
    row = town.store.subscription("sub-SO-100001")
    assert (row.life.stage, row.life.suspended_for) == ("suspended", {"renewal_incomplete"})


async def test_ren_09_10_renewed_in_time_no_mail_to_the_end_user_and_a_task_for_the_partner(town: Town) -> None:
    subscription = await subscribed(town)
    await town.sleep_until(RENEWAL_DATE_ENDS - days(60))
    told_before = len(town.wire.taken)
    await renewed(town)
    assert town.kinds("SO-200001") == ["confirmation", "provisioning_copy"]
    to = {envelope.recipient for envelope in town.wire.taken[told_before:]}
    assert to == {"desk@hikari.example.com", "ken.sato@hikari.example.com"}, "partners only"
    tasks = town.store.tasks(Lifecycle.SUBSCRIPTION, "sub-SO-100001")
    assert [(task.key, task.assignee, task.closed_at) for task in tasks] == [("verify/SO-200001", "hikari", None)]
    await town.sleep_until(RENEWAL_DATE_ENDS + days(1))
    state = await town.state(subscription)
    assert (state.stage, state.facts["term"], state.facts["renewal_date"]) == ("active", "2", "2033-06-02")
    await town.tell(subscription, "confirm_renewal", ConfirmRenewal(by="hikari", order_number="SO-200001"))
    assert all(task.closed_at for task in town.store.tasks(Lifecycle.SUBSCRIPTION, "sub-SO-100001"))


async def test_ren_08_a_late_renewal_lifts_the_suspension_and_keeps_the_old_anniversary(town: Town) -> None:
    subscription = await subscribed(town)
    await town.sleep_until(RENEWAL_DATE_ENDS + days(10))
    await renewed(town)
    state = await town.state(subscription)
    assert (state.stage, state.facts["renewal_date"]) == ("active", "2033-06-02")
    told = town.events("sub-SO-100001", Lifecycle.SUBSCRIPTION)
    assert told.count("subscription.suspended") == told.count("subscription.suspension_lifted") == 1


async def test_a_renewal_order_on_time_but_unfinished_on_the_date_suspends_all_the_same(town: Town) -> None:
    subscription = await subscribed(town)
    await town.sleep_until(RENEWAL_DATE_ENDS - days(40))
    renewal = await town.place(a_renewal())
    await town.sleep_until(TARGET - TICK)
    assert town.kinds("SO-200001") == ["hold_overdue"]
    await town.sleep_until(TARGET + TICK)
    assert town.kinds("SO-200001") == ["hold_overdue", "renewal_late"], "REN-07: jeopardy, not failure"
    await town.sleep_until(RENEWAL_DATE_ENDS + TICK)
    assert (await town.state(subscription)).stage == "suspended"
    assert (await town.state(renewal)).stage == "held"
    assert "renewal_not_ordered" not in town.kinds("sub-SO-100001", Lifecycle.SUBSCRIPTION)


async def test_a_renewal_placed_inside_the_target_alerts_at_once_and_once(town: Town) -> None:
    await subscribed(town)
    await town.sleep_until(RENEWAL_DATE_ENDS - days(5))
    await town.place(a_renewal())
    assert town.kinds("SO-200001") == ["renewal_late"]
    await town.sleep_until(RENEWAL_DATE_ENDS - days(4))
    assert town.kinds("SO-200001") == ["renewal_late"]


async def test_a_subscription_that_begins_inside_the_campaign_gets_one_notice_not_three(town: Town) -> None:
    """Late start: a term of one month begins 30 days before its renewal date."""
    subscription = await subscribed(town, an_order(term_months=1, policy=an_order().policy))
    assert [kind for _, kind, _ in notices(town)] == ["renewal_notice"]
    assert "deadline.skipped" in town.events("sub-SO-100001", Lifecycle.SUBSCRIPTION)
    assert (await town.state(subscription)).stage == "active"


async def test_a_withdrawn_renewal_resumes_the_campaign(town: Town) -> None:
    await subscribed(town)
    await town.sleep_until(RENEWAL_DATE_ENDS - days(80))
    renewal = await town.place(a_renewal())
    await town.sleep_until(RENEWAL_DATE_ENDS - days(50))
    assert [kind for _, kind, _ in notices(town)] == ["renewal_notice"], "the one at 90 days; silence since the order"
    await town.tell(renewal, "cancel", cancelled())
    assert [kind for _, kind, _ in notices(town)] == ["renewal_notice"] * 2, "the one at 60 days, late and once"
    await town.sleep_until(RENEWAL_DATE_ENDS - days(29))
    assert [kind for _, kind, _ in notices(town)] == ["renewal_notice"] * 3


async def test_a_second_renewal_order_for_the_same_subscription_is_refused_while_one_is_open(town: Town) -> None:
    await subscribed(town)
    await town.place(a_renewal())
    second = await town.place(a_renewal("SO-200002"))
    with pytest.raises(Exception) as failure:  # noqa: PT011 - the cause says it
        await second.result()
    assert "SO-200001" in str(failure.value.cause)


async def test_three_terms_nothing_is_lost_from_run_to_run(town: Town) -> None:
    """G5: one term a run; the events go on counting, the state stays small."""
    subscription = await subscribed(town)
    for year, number in ((0, "SO-200001"), (1, "SO-200002")):
        await town.sleep_until(RENEWAL_DATE_ENDS + days(365 * year - 60))
        await renewed(town, a_renewal(number))
    state = await town.state(subscription)
    assert (state.facts["term"], state.facts["renewal_date"]) == ("3", "2034-06-02")
    events = town.store.events(Lifecycle.SUBSCRIPTION, "sub-SO-100001")
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    await town.sleep_until(datetime(2034, 6, 2, 15, tzinfo=UTC) + TICK)
    assert (await town.state(subscription)).stage == "suspended"


async def test_a_terminated_subscription_waits_for_nothing_more(town: Town) -> None:
    subscription = await subscribed(town)
    await town.tell(subscription, "terminate", TerminateSubscription(by="ops-7", reason="moved away"))
    assert (await subscription.result(follow_runs=False)) is not None
    assert town.store.subscription("sub-SO-100001").life.stage == "terminated"
    late = await town.place(a_renewal())
    with pytest.raises(Exception) as failure:  # noqa: PT011 - the cause says it
        await late.result()
    assert "terminated" in str(failure.value.cause)


async def test_a_tier_2_s_renewal_contact_falls_back_to_the_partner_when_nobody_graduated(town: Town) -> None:
    """ORD-31: without a Graduation form there is no renewal contact; the notice still reaches somebody."""
    order = await town.place(an_order(reselling_partner=a_partner("midori", "みどり商会")))
    await town.tell(order, "clear_compliance", cleared())
    await town.tell(order, "submit_provisioning_form", submitted())
    await town.tell(order, "report_site_built", built())
    await town.sleep_until(RENEWAL_DATE_ENDS - days(80))
    assert [to for _, _, to in notices(town)] == ["desk@midori.example.com"]


async def test_cancel_in_the_web_ui_ends_no_contract_and_is_noted(town: Town) -> None:
    subscription = await subscribed(town)
    await subscription.cancel(reason="pressed by mistake")
    await town.settled()
    event = town.store.events(Lifecycle.SUBSCRIPTION, "sub-SO-100001")[-1]
    assert (event.type, event.actor, event.reason) == ("subscription.cancel_refused", "web-ui", "pressed by mistake")
    assert "terminate" in event.data["why"]
    await town.sleep_until(RENEWAL_DATE_ENDS - days(89))
    assert [kind for _, kind, _ in notices(town)] == ["renewal_notice"], "it goes on"
    assert (await town.state(subscription)).stage == "active"

"""What one subscription allows, remembers and refuses. domain.md §3."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.mails import MailState
from domain.subscription.mails import SubscriptionMail
from domain.subscription.messages import (
    ConfirmRenewal,
    RenewalFacts,
    RenewalNews,
    RenewalStep,
    StartSubscription,
    TerminateSubscription,
)
from domain.subscription.policy import SubscriptionPolicy
from domain.subscription.state import SubscriptionState
from domain.subscription.states import SubscriptionStage
from domain.subscription.view import subscription_view
from domain.values import Refused
from domain.working_time import add_months, local_day
from tests.makers import MONDAY, days

SECOND = timedelta(seconds=1)
USUAL = SubscriptionPolicy()


def a_subscription(
    months: int = 12, at: datetime = MONDAY, zone: str = "Asia/Tokyo", policy: SubscriptionPolicy = USUAL
) -> SubscriptionState:
    start = StartSubscription(
        by="tenure",
        subscription_id="sub-1",
        order_number="SO-100001",
        customer_id="akasaka",
        partner_id="hikari",
        zone=zone,
        service_start_at=at,
        term_months=months,
        policy=policy,
    )
    return SubscriptionState.started(start, at)


FACTS = RenewalFacts(term_months=12, partner_id="hikari")
"""As the store knows them."""

A_MONTH = FACTS.model_copy(update={"term_months": 1})


def news(step: RenewalStep, order: str = "SO-200001") -> RenewalNews:
    return RenewalNews(order_number=order, step=step)


def due(state: SubscriptionState) -> dict[str, str]:
    return {deadline.name: deadline.at.isoformat() for deadline in state.agenda.pending}


def test_ord_21_active_from_the_day_the_site_was_built() -> None:
    state = a_subscription()
    assert state.stage is SubscriptionStage.ACTIVE
    assert state.renewal_date == date(2027, 6, 1)


def test_ren_07_08_notices_target_and_renewal_date_in_the_customer_s_zone() -> None:
    assert due(a_subscription()) == {
        "renewal_notice/90": "2027-03-03T00:00:00+00:00",
        "renewal_notice/60": "2027-04-02T00:00:00+00:00",
        "renewal_notice/30": "2027-05-02T00:00:00+00:00",
        "renewal_target": "2027-05-18T15:00:00+00:00",
        "renewal_date": "2027-06-01T15:00:00+00:00",
    }


def test_amb_39_the_day_of_service_start_is_the_customer_s() -> None:
    just_before_midnight_in_tokyo = datetime(2026, 6, 1, 14, 59, 59, tzinfo=UTC)
    assert a_subscription(at=just_before_midnight_in_tokyo).renewal_date == date(2027, 6, 1)
    assert a_subscription(at=just_before_midnight_in_tokyo, zone="Pacific/Auckland").renewal_date == date(2027, 6, 2)


def test_month_ends_do_not_drift_over_terms() -> None:
    state = a_subscription(months=1, at=datetime(2027, 1, 31, 3, tzinfo=UTC))
    ends = [state.renewal_date]
    for number in range(3):
        state.renewal_reported(news(RenewalStep.COMPLETED, f"SO-{number}"), A_MONTH, MONDAY)
        ends.append(state.renewal_date)
    assert ends == [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31)]


def test_a_renewal_order_under_way_silences_the_campaign_but_not_the_renewal_date() -> None:
    state = a_subscription()
    state.renewal_reported(news(RenewalStep.PLACED), FACTS, MONDAY)
    assert set(due(state)) == {"renewal_date"}
    state.renewal_reported(news(RenewalStep.WITHDRAWN), FACTS, MONDAY)
    assert set(due(state)) == set(due(a_subscription()))


def test_a_completed_renewal_begins_the_next_term_at_the_old_date_and_opens_the_verification() -> None:
    """REN-09, REN-10."""
    state = a_subscription()
    state.renewal_reported(news(RenewalStep.COMPLETED), FACTS, MONDAY + days(350))
    assert (state.term, state.renewal_date, state.renewals) == (2, date(2028, 6, 1), ["SO-200001"])
    task = state.journal.task("verify/SO-200001")
    assert task is not None
    assert task.assignee == "hikari"


def test_the_same_news_twice_changes_nothing() -> None:
    state = a_subscription()
    for step in (RenewalStep.PLACED, RenewalStep.COMPLETED):
        state.renewal_reported(news(step), FACTS, MONDAY)
        before = state.model_copy(deep=True)
        state.renewal_reported(news(step), FACTS, MONDAY)
        assert state == before
    state.renewal_reported(news(RenewalStep.WITHDRAWN), FACTS, MONDAY)
    assert state == before, "a completed renewal cannot be withdrawn"


def test_ren_08_suspended_for_a_reason_and_lifted_when_the_renewal_completes() -> None:
    state = a_subscription()
    state.suspend(MONDAY + days(366))
    assert (state.stage, state.suspended_for) == (SubscriptionStage.SUSPENDED, {"renewal_incomplete"})
    state.renewal_reported(news(RenewalStep.COMPLETED), FACTS, MONDAY + days(370))
    assert (state.stage, state.suspended_for) == (SubscriptionStage.ACTIVE, set())
    assert state.renewal_date == date(2028, 6, 1), "from the old date, however late"


def test_amb_59_the_partner_of_the_completed_renewal_faces_the_customer_and_takes_over_the_tasks() -> None:
    state = a_subscription()
    state.renewal_reported(news(RenewalStep.COMPLETED, "SO-200001"), FACTS, MONDAY)
    by_asahi = FACTS.model_copy(update={"partner_id": "asahi"})
    state.renewal_reported(news(RenewalStep.PLACED, "SO-200002"), by_asahi, MONDAY)
    assert state.partner_id == "hikari", "not before it is complete"
    state.renewal_reported(news(RenewalStep.COMPLETED, "SO-200002"), by_asahi, MONDAY)
    assert state.partner_id == "asahi"
    assert {task.key: task.assignee for task in state.journal.tasks} == {
        "verify/SO-200001": "asahi",
        "verify/SO-200002": "asahi",
    }
    (changed,) = [event for event in state.journal.unrecorded if event.type == "subscription.partner_changed"]
    assert changed.data == {"was": "hikari", "partner": "asahi"}


def test_amb_59_the_same_partner_s_renewal_changes_no_partner() -> None:
    state = a_subscription()
    state.renewal_reported(news(RenewalStep.COMPLETED), FACTS, MONDAY)
    assert "subscription.partner_changed" not in [event.type for event in state.journal.unrecorded]


def test_amb_59_an_older_renewal_heard_late_leaves_the_newer_one_under_way() -> None:
    state = a_subscription()
    state.renewal_reported(news(RenewalStep.PLACED, "SO-200002"), FACTS, MONDAY)
    state.renewal_reported(news(RenewalStep.COMPLETED, "SO-200001"), FACTS, MONDAY)
    assert state.renewal_order == "SO-200002"
    assert set(due(state)) == {"renewal_date"}, "no campaign while it is under way"
    with pytest.raises(Refused, match="SO-200002 is under way"):
        state.terminate(TerminateSubscription(by="ops-7", reason="moved away"), MONDAY)


# AMB-54: a renewal completed late.

A_YEAR = 12

LATE = [
    pytest.param("Asia/Tokyo", datetime(2028, 6, 1, 15, tzinfo=UTC), id="Tokyo"),
    pytest.param("America/Los_Angeles", datetime(2028, 6, 1, 7, tzinfo=UTC), id="Los Angeles"),
    pytest.param("Pacific/Auckland", datetime(2028, 6, 1, 12, tzinfo=UTC), id="Auckland"),
]
"""Where, and when there the term that continues from the first renewal date, in 2027, is over."""


def completed_late(zone: str, at: datetime, months: int = A_YEAR) -> SubscriptionState:
    state = a_subscription(months, zone=zone)
    state.agenda.take_due(state.suspends_at)
    state.suspend(state.suspends_at)
    facts = FACTS.model_copy(update={"term_months": months, "completed_at": at})
    state.renewal_reported(news(RenewalStep.COMPLETED), facts, at)
    return state


@pytest.mark.parametrize(("zone", "over_at"), LATE)
def test_amb_54_the_new_term_continues_as_long_as_it_ends_in_the_future(zone: str, over_at: datetime) -> None:
    before = completed_late(zone, over_at - SECOND)
    began = before.begins_on
    assert (before.stage, before.suspends_at) == (SubscriptionStage.ACTIVE, over_at)
    assert (began, before.first_day) == (add_months(before.first_day, A_YEAR), a_subscription(zone=zone).first_day)


@pytest.mark.parametrize("late", [timedelta(0), SECOND, days(40), days(3650)])
@pytest.mark.parametrize(("zone", "over_at"), LATE)
def test_amb_54_one_that_would_be_over_begins_on_the_day_of_completion(
    zone: str, over_at: datetime, late: timedelta
) -> None:
    state = completed_late(zone, over_at + late)
    today = local_day(over_at + late, zone)
    assert (state.stage, state.begins_on, state.first_day) == (SubscriptionStage.ACTIVE, today, today)
    assert state.renewal_date == add_months(today, A_YEAR)
    assert state.agenda.take_due(over_at + late).act == [], "no suspension, and no mail, in the second of completion"


def test_amb_54_the_day_of_completion_is_the_order_s_however_late_the_subscription_hears_of_it() -> None:
    state = a_subscription()
    completed = datetime(2029, 2, 28, 14, 59, 59, tzinfo=UTC)
    facts = FACTS.model_copy(update={"completed_at": completed})
    state.renewal_reported(news(RenewalStep.COMPLETED), facts, completed + days(2))
    assert state.begins_on == date(2029, 2, 28), "in Tokyo it was still February"


def test_amb_54_month_ends_do_not_drift_from_the_new_anchor() -> None:
    state = completed_late("Asia/Tokyo", datetime(2028, 1, 31, 3, tzinfo=UTC), months=1)
    ends = [state.renewal_date]
    for number in range(3):
        state.renewal_reported(news(RenewalStep.COMPLETED, f"SO-{number}"), A_MONTH, datetime(2028, 2, 1, tzinfo=UTC))
        ends.append(state.renewal_date)
    assert ends == [date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30), date(2028, 5, 31)]


def test_amb_54_a_leap_day_comes_back_every_four_years() -> None:
    state = completed_late("Asia/Tokyo", datetime(2028, 2, 29, 3, tzinfo=UTC), months=6)
    ends = [state.renewal_date]
    for number in range(4):
        half_a_year = FACTS.model_copy(update={"term_months": 18})
        state.renewal_reported(
            news(RenewalStep.COMPLETED, f"SO-{number}"), half_a_year, datetime(2028, 3, 1, tzinfo=UTC)
        )
        ends.append(state.renewal_date)
    assert ends == [date(2028, 8, 29), date(2030, 2, 28), date(2031, 8, 29), date(2033, 2, 28), date(2034, 8, 29)]


def test_amb_54_what_the_renewal_under_way_buys_is_said_as_of_now() -> None:
    state = a_subscription()
    assert "next_term" not in subscription_view(state, MONDAY).facts
    state.renewal_reported(news(RenewalStep.PLACED), FACTS, MONDAY)
    over_at = datetime(2028, 6, 1, 15, tzinfo=UTC)
    said = [subscription_view(state, at).facts["next_term"] for at in (MONDAY, over_at - SECOND, over_at)]
    assert said[:2] == ["continues from 2027-06-01 until 2028-06-01"] * 2
    assert said[2].startswith("begins on the day of completion: continued from 2027-06-01 it would be over")
    state.renewal_reported(news(RenewalStep.WITHDRAWN), FACTS, MONDAY)
    assert "next_term" not in subscription_view(state, MONDAY).facts


# AMB-55: terms shorter than the ladder.


@pytest.mark.parametrize(
    ("begins", "months", "left"),
    [
        (datetime(2026, 6, 1, 1, tzinfo=UTC), 1, ["renewal_target"]),
        (datetime(2026, 7, 1, 1, tzinfo=UTC), 1, ["renewal_notice/30", "renewal_target"]),
        (datetime(2026, 6, 1, 1, tzinfo=UTC), 2, ["renewal_notice/60", "renewal_notice/30", "renewal_target"]),
        (datetime(2027, 1, 1, 1, tzinfo=UTC), 2, ["renewal_notice/30", "renewal_target"]),
        (datetime(2027, 1, 1, 1, tzinfo=UTC), 3, ["renewal_notice/60", "renewal_notice/30", "renewal_target"]),
    ],
    ids=["30 days", "31 days", "61 days", "59 days", "90 days"],
)
def test_amb_55_steps_before_the_term_or_on_its_first_day_are_left_out(
    begins: datetime, months: int, left: list[str]
) -> None:
    state = a_subscription(months, at=begins)
    assert sorted(due(state)) == sorted([*left, "renewal_date"])
    assert state.agenda.take_due(begins + timedelta(hours=13)).act == [], "nothing on day one"


def test_amb_55_a_target_before_the_term_is_none() -> None:
    policy = SubscriptionPolicy(renewal_notices=(), renewal_target=days(31))
    assert set(due(a_subscription(1, policy=policy))) == {"renewal_date"}


def test_amb_55_a_renewal_s_short_term_begins_on_the_renewal_date_however_early_it_is_completed() -> None:
    state = a_subscription()
    state.renewal_reported(news(RenewalStep.COMPLETED), A_MONTH, MONDAY + days(300))
    assert (state.begins_on, state.renewal_date) == (date(2027, 6, 1), date(2027, 7, 1))
    assert set(due(state)) == {"renewal_target", "renewal_date"}


def test_amb_55_a_withdrawn_renewal_brings_back_no_step_before_the_term() -> None:
    state = a_subscription(1)
    state.renewal_reported(news(RenewalStep.PLACED), FACTS, MONDAY)
    state.renewal_reported(news(RenewalStep.WITHDRAWN), FACTS, MONDAY)
    assert set(due(state)) == {"renewal_target", "renewal_date"}


def test_what_is_settled_is_forgotten_between_two_runs_and_not_while_it_is_being_settled() -> None:
    """An operator's word on a mail may be on its way into the ledger when a renewal completes."""
    the_state = a_subscription()
    for state in (MailState.SENT, MailState.UNKNOWN, MailState.MOOT, MailState.PENDING):
        the_state.post(SubscriptionMail.RENEWAL_NOTICE, state)
        the_state.mail_reported(f"subscription-sub-1/renewal_notice/{state}", state, None, MONDAY)
    the_state.renewal_reported(news(RenewalStep.COMPLETED), FACTS, MONDAY)
    the_state.journal.close_task("verify/SO-200001", MONDAY)
    assert len(the_state.mails) == 4
    the_state.forget_what_is_settled()
    assert [mail.state for mail in the_state.mails.values()] == [MailState.UNKNOWN, MailState.PENDING]
    assert [task.kind for task in the_state.journal.tasks] == ["settle_mail"]


# What is no news.


@pytest.mark.parametrize("step", RenewalStep)
def test_news_of_what_is_not_so_is_noted_and_changes_nothing(step: RenewalStep) -> None:
    state = a_subscription()
    before = state.model_copy(deep=True)
    state.renewal_reported(news(step), RenewalFacts(untrue="no such order is known"), MONDAY)
    event = state.journal.unrecorded.pop()
    assert (event.type, event.data["why"]) == ("subscription.report_ignored", "no such order is known")
    state.journal.sequence -= 1
    assert state == before


@pytest.mark.parametrize("step", RenewalStep)
def test_a_terminated_subscription_stays_terminated_whatever_it_hears(step: RenewalStep) -> None:
    state = a_subscription()
    state.suspend(MONDAY + days(366))
    state.terminate(TerminateSubscription(by="ops-7", reason="moved away"), MONDAY + days(367))
    state.renewal_reported(news(step), FACTS, MONDAY + days(368))
    assert (state.stage, state.term, state.agenda.next()) == (SubscriptionStage.TERMINATED, 1, None)
    event = state.journal.unrecorded[-1]
    assert (event.type, event.data["why"]) == ("subscription.report_ignored", "the subscription is terminated")


def test_a_completion_that_overtakes_its_placing_counts_once() -> None:
    """The store says by then that the order is completed, so the placing is no news."""
    state = a_subscription()
    state.renewal_reported(news(RenewalStep.COMPLETED), FACTS, MONDAY)
    state.renewal_reported(news(RenewalStep.PLACED), RenewalFacts(untrue="the order is completed"), MONDAY)
    assert (state.term, state.renewal_order) == (2, None)


def test_a_withdrawn_renewal_after_the_date_starts_no_campaign_for_the_past() -> None:
    state = a_subscription()
    state.renewal_reported(news(RenewalStep.PLACED), FACTS, MONDAY)
    state.agenda.take_due(MONDAY + days(367))
    state.suspend(MONDAY + days(367))
    state.renewal_reported(news(RenewalStep.WITHDRAWN), FACTS, MONDAY + days(368))
    assert due(state) == {}


def test_ren_10_a_renewal_is_verified_once() -> None:
    state = a_subscription()
    confirmation = ConfirmRenewal(by="partner-hikari", order_number="SO-200001")
    with pytest.raises(Refused, match="order_number: no renewal by that order"):
        state.confirm_renewal(confirmation, MONDAY)
    state.renewal_reported(news(RenewalStep.COMPLETED), FACTS, MONDAY)
    state.confirm_renewal(confirmation, MONDAY)
    with pytest.raises(Refused, match="already verified"):
        state.confirm_renewal(confirmation, MONDAY)


def test_a_subscription_is_not_terminated_under_a_renewal_order() -> None:
    state = a_subscription()
    goodbye = TerminateSubscription(by="ops-7", reason="moved away")
    state.renewal_reported(news(RenewalStep.PLACED), FACTS, MONDAY)
    with pytest.raises(Refused, match="renewal order SO-200001 is under way"):
        state.terminate(goodbye, MONDAY)
    state.renewal_reported(news(RenewalStep.WITHDRAWN), FACTS, MONDAY)
    state.terminate(goodbye, MONDAY)
    assert state.agenda.next() is None
    with pytest.raises(Refused, match="is terminated"):
        state.terminate(goodbye, MONDAY)

"""What one subscription allows, remembers and refuses. domain.md §3."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.mails import MailState
from domain.operator import Acknowledge
from domain.reasons import Reason
from domain.subscription.mails import SubscriptionMail
from domain.subscription.messages import (
    AddedLanguage,
    CompletedOption,
    ConfirmRenewal,
    NewSite,
    OptionNews,
    RenewalFacts,
    RenewalNews,
    RenewalStep,
    StartSubscription,
    TerminateSubscription,
)
from domain.subscription.policy import SubscriptionPolicy
from domain.subscription.row import NewestOrder, SubscriptionRow
from domain.subscription.sites import SubscriptionSite
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
    state.miss_renewal(MONDAY + days(366))
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
    state.miss_renewal(state.suspends_at)
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
    state.miss_renewal(MONDAY + days(366))
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
    state.miss_renewal(MONDAY + days(367))
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


# Its sites, and what completed option requests change of them. ORD-33, OPT-02.

HEAD, BRANCH = "akasaka.webex.example", "ginza.webex.example"
SITES = (
    SubscriptionSite(url=HEAD, named_users=20, languages=("ja", "fr")),
    SubscriptionSite(url=BRANCH, named_users=5, languages=("ja",)),
)
KOREAN = CompletedOption(language=AddedLanguage(site=HEAD, language="ko"))


def sited(sites: tuple[SubscriptionSite, ...] = SITES) -> SubscriptionState:
    return a_subscription().model_copy(update={"sites": sites})


def a_split(url: str = "shiba.webex.example", named_users: int = 3, taken_from: str = HEAD) -> CompletedOption:
    return CompletedOption(site_split=NewSite(url=url, named_users=named_users, taken_from=taken_from))


def option(request_id: str = "OR-1") -> OptionNews:
    return OptionNews(request_id=request_id)


def laid_out(state: SubscriptionState) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(site.url, site.named_users, site.languages) for site in state.sites]


def test_ord_33_it_begins_with_the_sites_that_the_order_hands_over_and_shows_them() -> None:
    start = StartSubscription(
        by="tenure",
        subscription_id="sub-1",
        order_number="SO-100001",
        customer_id="akasaka",
        partner_id="hikari",
        zone="Asia/Tokyo",
        service_start_at=MONDAY,
        term_months=12,
        sites=SITES,
    )
    state = SubscriptionState.started(start, MONDAY)
    assert state.sites == SITES
    assert subscription_view(state, MONDAY).facts["sites"] == f"{HEAD} (20: ja, fr), {BRANCH} (5: ja)"


def test_a_subscription_that_knows_no_sites_shows_none() -> None:
    assert "sites" not in subscription_view(a_subscription(), MONDAY).facts


def test_opt_02_a_completed_language_is_part_of_the_site_from_then_on() -> None:
    state = sited()
    state.option_reported(option(), KOREAN, MONDAY)
    assert laid_out(state) == [(HEAD, 20, ("ja", "fr", "ko")), (BRANCH, 5, ("ja",))]
    event = state.journal.unrecorded[-1]
    assert (event.type, event.data) == (
        "subscription.language_added",
        {"option": "OR-1", "site": HEAD, "language": "ko"},
    )
    assert not state.alerts


def test_opt_02_ord_33_a_completed_split_is_a_site_more_and_the_named_users_stay_as_many() -> None:
    state = sited()
    state.option_reported(option(), a_split(), MONDAY)
    assert laid_out(state) == [
        (HEAD, 17, ("ja", "fr")),
        (BRANCH, 5, ("ja",)),
        ("shiba.webex.example", 3, ("ja", "fr")),
    ]
    event = state.journal.unrecorded[-1]
    assert (event.type, event.data["taken_from"]) == ("subscription.site_split", HEAD)


@pytest.mark.parametrize("facts", [KOREAN, a_split()], ids=["language", "site split"])
def test_a_completed_option_reported_twice_changes_nothing_not_even_in_a_later_run(facts: CompletedOption) -> None:
    state = sited()
    state.option_reported(option(), facts, MONDAY)
    state = SubscriptionState.model_validate_json(state.model_dump_json())
    before = state.model_copy(deep=True)
    state.option_reported(option(), facts, MONDAY)
    assert state == before


def test_an_option_that_is_not_so_is_noted_and_may_become_so() -> None:
    state = sited()
    state.option_reported(option(), CompletedOption(untrue="no such option request is known"), MONDAY)
    event = state.journal.unrecorded[-1]
    assert (event.type, event.data) == (
        "subscription.report_ignored",
        {"option": "OR-1", "why": "no such option request is known"},
    )
    assert (state.sites, state.alerts) == (SITES, ())
    state.option_reported(option(), KOREAN, MONDAY)
    assert "ko" in state.sites[0].languages


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (CompletedOption(language=AddedLanguage(site="gone.example", language="ko")), "language.site: is no site of"),
        (
            CompletedOption(language=AddedLanguage(site=HEAD, language="FR")),
            f"language.language: {HEAD} has FR already",
        ),
        (a_split(url=BRANCH), "site_split.url: is a site of this subscription already"),
        (a_split(taken_from="gone.example"), f"site_split.taken_from: is no site .* are: {HEAD}, {BRANCH}"),
        (a_split(named_users=20), f"site_split.named_users: {HEAD} has 20 named users and must keep at least 1"),
    ],
)
def test_a_true_option_that_fits_no_more_is_an_alert_until_somebody_acknowledges(
    facts: CompletedOption, why: str
) -> None:
    state = sited()
    state.option_reported(option(), facts, MONDAY)
    assert state.sites == SITES
    ignored = state.journal.unrecorded[-2]
    assert ignored.type == "subscription.report_ignored"
    assert re.match(why, ignored.data["why"])
    assert state.alerts == ("option_not_carried_out/OR-1",)
    assert "Option request OR-1 is completed and did not fit" in str(subscription_view(state, MONDAY).troubles)
    state.option_reported(option(), facts, MONDAY)
    assert len(state.alerts) == 1, "told twice"
    state.renewal_reported(news(RenewalStep.COMPLETED), FACTS, MONDAY)
    assert state.alerts, "a renewal settles only what was missed of the term"
    state.acknowledge(Acknowledge(by="ops-7", reason="asked again", alert="option_not_carried_out/OR-1"), MONDAY)
    assert not state.alerts


def test_a_terminated_subscription_takes_no_option() -> None:
    state = sited()
    state.terminate(TerminateSubscription(by="ops-7", reason="moved away"), MONDAY)
    state.option_reported(option(), KOREAN, MONDAY)
    event = state.journal.unrecorded[-1]
    assert (event.type, event.data["why"]) == ("subscription.report_ignored", "the subscription is terminated")
    assert (state.sites, state.alerts) == (SITES, ())


def test_a_suspended_subscription_takes_an_option() -> None:
    state = sited()
    state.miss_renewal(MONDAY + days(366))
    state.option_reported(option(), KOREAN, MONDAY + days(367))
    assert "ko" in state.sites[0].languages


def test_a_subscription_that_began_before_sites_were_kept_learns_them_with_its_first_option() -> None:
    state = a_subscription()
    state.option_reported(option(), KOREAN.model_copy(update={"sites": SITES}), MONDAY)
    assert state.sites[0].languages == ("ja", "fr", "ko")
    state.option_reported(option("OR-2"), a_split().model_copy(update={"sites": SITES}), MONDAY)
    assert state.sites[0].languages == ("ja", "fr", "ko"), "what it knows goes before"


def test_ord_33_a_renewal_s_form_says_which_sites_there_are_and_languages_of_one_that_stays_are_kept() -> None:
    state = sited()
    state.option_reported(option(), KOREAN, MONDAY)
    form = (
        SubscriptionSite(url=HEAD, named_users=30, languages=("ja", "en")),
        SubscriptionSite(url="shiba.webex.example", named_users=10, languages=("ja", "en")),
    )
    state.renewal_reported(news(RenewalStep.COMPLETED), FACTS.model_copy(update={"sites": form}), MONDAY)
    assert laid_out(state) == [
        (HEAD, 30, ("ja", "fr", "ko", "en")),
        ("shiba.webex.example", 10, ("ja", "en")),
    ]
    changed = [event.data for event in state.journal.unrecorded if event.type == "subscription.sites_changed"]
    assert [BRANCH in data["was"] and BRANCH not in data["sites"] for data in changed] == [True]


def test_a_renewal_that_names_no_sites_leaves_them_and_one_of_the_same_sites_is_no_change() -> None:
    state = sited()
    for number, sites in enumerate([(), SITES]):
        facts = FACTS.model_copy(update={"sites": sites})
        state.renewal_reported(news(RenewalStep.COMPLETED, f"SO-{number}"), facts, MONDAY)
    assert state.sites == SITES
    assert "subscription.sites_changed" not in {event.type for event in state.journal.unrecorded}


class TestWhatARequestAsksOfItsSites:
    def test_a_site_that_is_there(self) -> None:
        sited().refuse_site(HEAD, "logo.site")

    def test_one_that_is_not_there_is_refused_with_those_that_are(self) -> None:
        with pytest.raises(Refused, match=rf"logo.site: is no site .* are: {HEAD}, {BRANCH} \(OPT-02\)") as refused:
            sited().refuse_site("x.example", "logo.site")
        assert refused.value.problem.code is Reason.UNKNOWN

    def test_a_language_is_new_whatever_its_spelling(self) -> None:
        sited().refuse_language(BRANCH, "fr", "language.language")
        with pytest.raises(
            Refused, match=r"language.language: .* has FR already; its languages are: ja, fr"
        ) as refused:
            sited().refuse_language(HEAD, "FR", "language.language")
        assert refused.value.problem.code is Reason.ALREADY_DONE

    @pytest.mark.parametrize("named_users", [1, 19])
    def test_a_split_leaves_a_named_user_behind(self, named_users: int) -> None:
        """ORD-33."""
        sited().refuse_split("x.example", named_users, HEAD, "site_split")

    @pytest.mark.parametrize("named_users", [20, 21, 1_000_000])
    def test_a_split_of_all_or_more_is_refused(self, named_users: int) -> None:
        """ORD-33."""
        with pytest.raises(Refused, match=r"site_split.named_users: .*20 named users") as refused:
            sited().refuse_split("x.example", named_users, HEAD, "site_split")
        assert refused.value.problem.code is Reason.DOES_NOT_FIT

    def test_the_sites_of_the_newest_order_where_it_knows_none(self) -> None:
        newest = NewestOrder(number="SO-1", customer_company="赤坂", facing_partner="ひかり", sites=SITES)
        row = SubscriptionRow(state=a_subscription(), newest=newest)
        row.with_its_sites.refuse_site(BRANCH, "logo.site")
        own = SubscriptionRow(state=sited(SITES[:1]), newest=newest)
        assert own.sites == SITES[:1], "its own go before"


@settings(deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(1, 15), st.integers(0, 9)),
        max_size=12,
    )
)
def test_ord_33_named_users_add_up_and_no_site_is_without_whatever_is_split(splits: list[tuple[int, int, int]]) -> None:
    state = sited()
    for number, (new, named_users, giving) in enumerate(splits):
        urls = [site.url for site in state.sites]
        asked = a_split(f"{new}.example", named_users, urls[giving % len(urls)])
        state.option_reported(option(f"OR-{number}"), asked, MONDAY)
        assert sum(site.named_users for site in state.sites) == 25
        assert min(site.named_users for site in state.sites) >= 1
        assert len({site.url for site in state.sites}) == len(state.sites)

"""What one subscription allows, remembers and refuses. domain.md §3."""

from datetime import UTC, date, datetime

import pytest

from domain.subscription.messages import (
    ConfirmRenewal,
    RenewalNews,
    RenewalStep,
    StartSubscription,
    TerminateSubscription,
)
from domain.subscription.subscription import SubscriptionLife, SubscriptionStage
from domain.values import Refused
from tests.makers import MONDAY, days


def a_subscription(months: int = 12, at: datetime = MONDAY, zone: str = "Asia/Tokyo") -> SubscriptionLife:
    start = StartSubscription(
        by="tenure",
        subscription_id="sub-1",
        order_number="SO-100001",
        customer_id="akasaka",
        partner_id="hikari",
        zone=zone,
        service_start_at=at,
        term_months=months,
    )
    return SubscriptionLife.started(start, at)


def news(step: RenewalStep, order: str = "SO-200001", at: datetime = MONDAY) -> RenewalNews:
    return RenewalNews(order_number=order, step=step, term_months=12, at=at)


def due(life: SubscriptionLife) -> dict[str, str]:
    return {deadline.name: deadline.at.isoformat() for deadline in life.agenda.pending}


def test_ord_21_active_from_the_day_the_site_was_built() -> None:
    life = a_subscription()
    assert life.stage is SubscriptionStage.ACTIVE
    assert life.renewal_date == date(2027, 6, 1)


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
    life = a_subscription(months=1, at=datetime(2027, 1, 31, 3, tzinfo=UTC))
    ends = [life.renewal_date]
    for number in range(3):
        life.hear(RenewalNews(order_number=f"SO-{number}", step="completed", term_months=1, at=MONDAY), MONDAY)
        ends.append(life.renewal_date)
    assert ends == [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31)]


def test_a_renewal_order_under_way_silences_the_campaign_but_not_the_renewal_date() -> None:
    life = a_subscription()
    life.hear(news(RenewalStep.PLACED), MONDAY)
    assert set(due(life)) == {"renewal_date"}
    life.hear(news(RenewalStep.WITHDRAWN), MONDAY)
    assert set(due(life)) == set(due(a_subscription()))


def test_a_completed_renewal_begins_the_next_term_at_the_old_date_and_opens_the_verification() -> None:
    """REN-09, REN-10."""
    life = a_subscription()
    life.hear(news(RenewalStep.COMPLETED), MONDAY + days(350))
    assert (life.term, life.renewal_date, life.renewals) == (2, date(2028, 6, 1), ["SO-200001"])
    assert life.journal.task("verify/SO-200001").assignee == "hikari"


def test_the_same_news_twice_changes_nothing() -> None:
    life = a_subscription()
    for step in (RenewalStep.PLACED, RenewalStep.COMPLETED):
        life.hear(news(step), MONDAY)
        before = life.model_copy(deep=True)
        life.hear(news(step), MONDAY)
        assert life == before
    life.hear(news(RenewalStep.WITHDRAWN), MONDAY)
    assert life == before, "a completed renewal cannot be withdrawn"


def test_ren_08_suspended_for_a_reason_and_lifted_when_the_renewal_completes() -> None:
    life = a_subscription()
    life.suspend(MONDAY + days(366))
    assert (life.stage, life.suspended_for) == (SubscriptionStage.SUSPENDED, {"renewal_incomplete"})
    life.hear(news(RenewalStep.COMPLETED), MONDAY + days(370))
    assert (life.stage, life.suspended_for) == (SubscriptionStage.ACTIVE, set())
    assert life.renewal_date == date(2028, 6, 1), "from the old date, however late"


def test_a_withdrawn_renewal_after_the_date_starts_no_campaign_for_the_past() -> None:
    life = a_subscription()
    life.hear(news(RenewalStep.PLACED), MONDAY)
    life.agenda.take_due(MONDAY + days(367))
    life.suspend(MONDAY + days(367))
    life.hear(news(RenewalStep.WITHDRAWN), MONDAY + days(368))
    assert due(life) == {}


def test_ren_10_a_renewal_is_verified_once() -> None:
    life = a_subscription()
    confirmation = ConfirmRenewal(by="partner-hikari", order_number="SO-200001")
    with pytest.raises(Refused, match="order_number: no renewal by that order"):
        life.confirm_renewal(confirmation, MONDAY)
    life.hear(news(RenewalStep.COMPLETED), MONDAY)
    life.confirm_renewal(confirmation, MONDAY)
    with pytest.raises(Refused, match="already verified"):
        life.confirm_renewal(confirmation, MONDAY)


def test_a_subscription_is_not_terminated_under_a_renewal_order() -> None:
    life = a_subscription()
    goodbye = TerminateSubscription(by="ops-7", reason="moved away")
    life.hear(news(RenewalStep.PLACED), MONDAY)
    with pytest.raises(Refused, match="renewal order SO-200001 is under way"):
        life.terminate(goodbye, MONDAY)
    life.hear(news(RenewalStep.WITHDRAWN), MONDAY)
    life.terminate(goodbye, MONDAY)
    assert life.agenda.next() is None
    with pytest.raises(Refused, match="is terminated"):
        life.terminate(goodbye, MONDAY)

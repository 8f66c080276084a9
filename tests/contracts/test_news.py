"""What lives tell each other is looked up in the store, on every database: news by itself changes nothing."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.order import NotifySubscription, NotifyTrial, OpenOrder, OrderActivities
from activities.subscription import SAYS, CheckRenewal, SubscriptionActivities
from adapters.calendars import LibraryCalendars
from adapters.sql.store import SqlStore
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.order.messages import PlaceOrder
from domain.order.policy import OrderPolicy
from domain.order.state import OrderState, RenewedTerm
from domain.order.states import Stage
from domain.subscription.messages import RenewalStep, StartSubscription, TerminateSubscription
from domain.subscription.state import SubscriptionState
from domain.trial.messages import PaidOrderNews
from domain.trial.state import TrialState
from domain.trial.states import TrialStage
from domain.values import Country, Message, Model
from tests.contracts.test_take_id import SomeRuns
from tests.makers import MONDAY, a_paid_customer_s_trial, a_partner, a_renewal, an_order, days
from tests.records import recorded

SUBSCRIPTION = "sub-SO-100001"
BUILT = MONDAY + days(300)
KNOWN = {("JP", 2000), ("GW", 2099)}
"""Countries and years whose holidays the library of this release knows, up to the end of the next."""


def subscribed(store: SqlStore, subscription_id: str = SUBSCRIPTION) -> SubscriptionState:
    start = StartSubscription(
        by="tenure",
        subscription_id=subscription_id,
        order_number="SO-100001",
        customer_id="akasaka",
        partner_id="hikari",
        zone="Asia/Tokyo",
        service_start_at=MONDAY,
        term_months=12,
    )
    return kept(store, SubscriptionState.started(start, MONDAY))


def kept(store: SqlStore, state: SubscriptionState) -> SubscriptionState:
    recorded(store, state, state.journal.take(), "run-1", MONDAY)
    return state


def terminated(store: SqlStore) -> None:
    state = subscribed(store)
    state.terminate(TerminateSubscription(by="ops-7", reason="moved away"), MONDAY)
    kept(store, state)


def renewing(store: SqlStore, stage: Stage, placed: PlaceOrder | None = None) -> None:
    """A renewal of 24 months by another partner, as it stands."""
    placed = placed or a_renewal(term_months=24, ordering_partner=a_partner("asahi"))
    state = OrderState.placed(placed, MONDAY)
    store.open_order(placed, state, "run-1", MONDAY)
    state.stage, state.built_at = stage, BUILT if stage is Stage.COMPLETED else None
    recorded(store, state, state.journal.take(), "run-1", MONDAY)


def asked(store: SqlStore, step: RenewalStep = RenewalStep.COMPLETED, order: str = "SO-200001") -> Any:
    request = CheckRenewal(subscription_id=SUBSCRIPTION, zone="Asia/Tokyo", order_number=order, step=step)
    return SubscriptionActivities(store, LibraryCalendars(), SomeRuns(True)).check_renewal(request)


class TestWhatASubscriptionIsTold:
    def test_is_true_with_the_facts_of_the_order(self, store: SqlStore) -> None:
        subscribed(store)
        renewing(store, Stage.COMPLETED)
        facts = asked(store)
        assert (facts.untrue, facts.term_months, facts.partner_id, facts.completed_at) == (None, 24, "asahi", BUILT)
        assert facts.zone_rules.name == "Asia/Tokyo"

    def test_is_true_though_an_older_store_lacks_the_subscription(self, store: SqlStore) -> None:
        state = OrderState.placed(a_renewal(), MONDAY)
        state.renewal_date, state.stage = date(2027, 6, 1), Stage.COMPLETED
        store.open_order(a_renewal(), state, "run-1", MONDAY)
        assert asked(store).untrue is None

    @pytest.mark.parametrize("stage", Stage)
    @pytest.mark.parametrize("step", RenewalStep)
    def test_is_true_only_where_the_order_stands_like_that(
        self, store: SqlStore, step: RenewalStep, stage: Stage
    ) -> None:
        subscribed(store)
        renewing(store, stage)
        assert asked(store, step).untrue == (None if stage in SAYS[step] else f"the order is {stage}")

    @pytest.mark.parametrize("step", RenewalStep)
    def test_is_not_true_of_an_order_that_nobody_placed(self, store: SqlStore, step: RenewalStep) -> None:
        subscribed(store)
        assert asked(store, step, "SO-999999").untrue == "no such order is known"

    @pytest.mark.parametrize(
        "other", [an_order("SO-200001"), a_renewal(of="sub-SO-100002")], ids=["a new order", "another's renewal"]
    )
    def test_is_not_true_of_an_order_that_renews_nothing_or_another(self, store: SqlStore, other: PlaceOrder) -> None:
        subscribed(store)
        subscribed(store, "sub-SO-100002")
        renewing(store, Stage.COMPLETED, other)
        assert asked(store).untrue == "the order renews another subscription, or none"


@dataclass
class Neighbours:
    """Other lives, as Temporal shows them: there, or not."""

    there: bool = True
    heard: list[Any] = field(default_factory=list)

    async def start(self, kind: Kind[Any], request: Message) -> None:
        raise AssertionError((kind, request))

    async def signal(self, lifecycle: Lifecycle, subject: str, name: str, message: Model | None = None) -> bool:
        self.heard.append((lifecycle, subject, name, message))
        return self.there

    async def any_exists(self, workflow_id: str, runs: frozenset[str]) -> bool:
        raise AssertionError((workflow_id, runs))


def order_activities(store: SqlStore, neighbours: Neighbours | None = None) -> OrderActivities:
    return OrderActivities(store, LibraryCalendars(), ("csm-1",), neighbours or Neighbours())


class TestTellingASubscription:
    TOLD = NotifySubscription(subscription_id=SUBSCRIPTION, order_number="SO-200001", step=RenewalStep.COMPLETED)

    async def test_it_hears(self, store: SqlStore) -> None:
        subscribed(store)
        neighbours = Neighbours()
        told = await order_activities(store, neighbours).notify_subscription(self.TOLD)
        assert (told.heard, told.over, len(neighbours.heard)) == (True, False, 1)

    async def test_one_that_is_over_is_not_even_told(self, store: SqlStore) -> None:
        terminated(store)
        neighbours = Neighbours()
        told = await order_activities(store, neighbours).notify_subscription(self.TOLD)
        assert (told.heard, told.over, neighbours.heard) == (False, True, [])

    async def test_one_that_does_not_run_is_not_reached(self, store: SqlStore) -> None:
        subscribed(store)
        told = await order_activities(store, Neighbours(there=False)).notify_subscription(self.TOLD)
        assert (told.heard, told.over) == (False, False)


class TestTellingATrial:
    """AMB-53: the order that it converts by has shipped."""

    TOLD = NotifyTrial(trial_id="T-1001", order_number="SO-100001")

    @staticmethod
    def tried(store: SqlStore, stage: TrialStage, number: str | None = None) -> None:
        started = a_paid_customer_s_trial()
        state = TrialState.placed(started, MONDAY)
        store.open_lifecycle(started, state, "run-1", MONDAY)
        state.stage, state.order_number = stage, number
        recorded(store, state, state.journal.take(), "run-1", MONDAY)

    @pytest.mark.parametrize("there", [True, False])
    async def test_a_running_one_hears_if_it_is_there(self, store: SqlStore, there: bool) -> None:
        self.tried(store, TrialStage.TRIALING)
        neighbours = Neighbours(there)
        assert (await order_activities(store, neighbours).notify_trial(self.TOLD)).heard is there
        assert neighbours.heard == [(Lifecycle.TRIAL, "T-1001", "paid_order", PaidOrderNews(order_number="SO-100001"))]

    async def test_one_that_was_converted_by_it_knows(self, store: SqlStore) -> None:
        self.tried(store, TrialStage.CONVERTED, "SO-100001")
        assert (await order_activities(store, Neighbours(there=False)).notify_trial(self.TOLD)).heard

    async def test_one_that_was_converted_by_another_order_does_not(self, store: SqlStore) -> None:
        self.tried(store, TrialStage.CONVERTED, "SO-100002")
        assert not (await order_activities(store, Neighbours(there=False)).notify_trial(self.TOLD)).heard

    async def test_one_that_the_store_does_not_know_may_run_all_the_same(self, store: SqlStore) -> None:
        assert (await order_activities(store).notify_trial(self.TOLD)).heard


async def opening(store: SqlStore, placed: PlaceOrder, at: datetime = MONDAY) -> Any:
    request = OpenOrder(placed=placed, state=OrderState.placed(placed, at), run="run-1", at=at)
    return await ActivityEnvironment().run(cast("Any", order_activities(store).open_order), request)


class TestOpeningAnOrder:
    async def test_amb_54_55_a_renewal_learns_which_term_it_continues(self, store: SqlStore) -> None:
        subscribed(store)
        opened = await opening(store, a_renewal(term_months=24))
        assert opened.renewal_date == date(2027, 6, 1)
        assert opened.renewed == RenewedTerm(began_on=date(2026, 6, 1), continued_until=date(2029, 6, 1))

    async def test_amb_54_month_ends_are_counted_from_the_first_day(self, store: SqlStore) -> None:
        state = subscribed(store)
        state.first_day, state.months = date(2027, 1, 31), 1
        state.journal.note("subscription.renewed", MONDAY)
        kept(store, state)
        opened = await opening(store, a_renewal(term_months=1))
        assert (opened.renewal_date, opened.renewed.continued_until) == (date(2027, 2, 28), date(2027, 3, 31))

    async def test_a_date_that_moved_since_tells_nothing_of_the_term(self, store: SqlStore) -> None:
        state = subscribed(store)
        await opening(store, a_renewal())
        state.months += 12
        state.journal.note("subscription.renewed", MONDAY)
        kept(store, state)
        again = await opening(store, a_renewal())
        assert (again.renewal_date, again.renewed) == (date(2027, 6, 1), None)

    async def test_amb_40_a_country_whose_holidays_nobody_knows_is_refused_at_its_field(self, store: SqlStore) -> None:
        """The library of this release knows every country there is; another one may not."""
        nowhere = OrderPolicy().model_copy(update={"vendor_country": "ZZ"})
        with pytest.raises(ApplicationError, match=r"policy.vendor_country: no holidays are known") as refusal:
            await opening(store, an_order(placed_at=MONDAY).model_copy(update={"policy": nowhere}))
        assert refusal.value.non_retryable
        assert store.listed(Lifecycle.ORDER) == []

    @pytest.mark.parametrize("days_", [30, 250])
    @pytest.mark.parametrize("country", ["JP", "LK", "GW"])
    @pytest.mark.parametrize("placed_at", [datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 29, tzinfo=UTC)])
    async def test_amb_40_a_hold_is_counted_in_any_year(
        self, store: SqlStore, country: Country, days_: int, placed_at: datetime
    ) -> None:
        policy = OrderPolicy(vendor_country=country, hold_overdue=days_)
        placed = an_order(placed_at=placed_at, policy=policy)
        opened = await opening(store, placed, placed_at)
        state = OrderState.placed(placed, placed_at)
        overdue_at = state.business_day_end(placed_at, days_, opened.calendar)
        assert timedelta(days=days_) < overdue_at - placed_at < timedelta(days=days_ * 2 + 30)
        assert state.plain_weekdays is ((country, placed_at.year) not in KNOWN)

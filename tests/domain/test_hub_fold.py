"""How lives are folded for the hub: what is said of an instant, to the instant. domain.md §6, §10."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.hub.entitlements import Entitlement, EntitlementState
from domain.hub.fold import fold
from domain.hub.history import BoughtBy, History, Span
from domain.lifecycle import Lifecycle, LifecycleState
from domain.lifecycles import KINDS
from domain.order.messages import Offering
from domain.order.state import OrderState
from domain.subscription.messages import (
    LiftSuspension,
    RenewalFacts,
    RenewalNews,
    RenewalStep,
    SuspendSubscription,
    TerminateSubscription,
)
from domain.subscription.state import SubscriptionState
from domain.trial.messages import EditServices, Service, StartTrial
from domain.trial.state import TrialState
from domain.values import Message
from domain.wholesale.standing import NAME as WHOLESALE
from domain.wholesale.state import WholesaleState
from domain.wholesale.states import WholesaleStage
from tests import lives, wholesale
from tests.makers import (
    MONDAY,
    a_consented_trial,
    a_paid_customer_s_trial,
    a_subscription_start,
    a_trial,
    an_order,
    built,
    cancelled,
    cleared,
    converted,
    days,
    ended,
    extended,
    graduated,
    items,
    services_built,
    some,
    submitted,
)

A_MOMENT = datetime.resolution
HOUR = days(1 / 24)
ORDERS = {
    number: BoughtBy(items=items(Offering.NAMED_HOST, quantity=quantity), built_at=None)
    for number, quantity in (("SO-100001", 25), ("SO-200001", 40), ("SO-200002", 10), ("SO-200003", 7))
}


START_AGAIN = a_subscription_start()


def placed_as(message: Message | None, lifecycle: Lifecycle) -> dict[str, Any]:
    """As the store has a start."""
    kind = KINDS[lifecycle]
    return kind.people(kind.start).without(message) if message else {}


def history(state: LifecycleState, start: Message | None = None, **changes: Any) -> History:
    """Of a life of which nothing was recorded yet: all its events are there."""
    events = state.journal.unrecorded
    given: dict[str, Any] = {
        "lifecycle": state.lifecycle,
        "subject": state.subject,
        "placed": placed_as(start, state.lifecycle),
        "state": state,
        "events": events,
        "opened_at": MONDAY,
        "recorded_at": events[-1].occurred_at,
        "orders": ORDERS,
    }
    return History(**given | changes)


def folded(state: LifecycleState, start: Message | None = None, **changes: Any) -> tuple[Span, ...]:
    return fold(history(state, start, **changes), {})


def at(spans: tuple[Span, ...], instant: datetime) -> Entitlement | None:
    """The life as it was."""
    found = [life for life, until in spans if life.valid_from <= instant and (until is None or instant < until)]
    assert len(found) <= 1, "two at one instant"
    return found[0] if found else None


def states(spans: tuple[Span, ...]) -> list[tuple[EntitlementState, datetime]]:
    return [(life.state, life.valid_from) for life, _ in spans]


# Folding, and then how the lifecycle itself stands: they agree, on every way that there is.

SAME: Mapping[Lifecycle, Mapping[str, EntitlementState | None]] = {
    Lifecycle.ORDER: {
        "acknowledged": None,
        "held": None,
        "rejected": None,
        "cancelled": None,
        "pending.awaiting_provisioning_details": EntitlementState.PENDING_ACTIVE,
        "in_progress.provisioning": EntitlementState.PENDING_ACTIVE,
        "in_progress.service_ready": EntitlementState.PENDING_ACTIVE,
        "completed": EntitlementState.OVER,
    },
    Lifecycle.SUBSCRIPTION: {
        "active": EntitlementState.ACTIVE,
        "suspended": EntitlementState.SUSPENDED,
        "terminated": EntitlementState.OVER,
    },
    Lifecycle.TRIAL: {
        "acknowledged": None,
        "pending.customer_consent": EntitlementState.PENDING_ACTIVE,
        "pending.awaiting_provisioning_details": EntitlementState.PENDING_ACTIVE,
        "provisioning": EntitlementState.PENDING_ACTIVE,
        "trialing": EntitlementState.TRIALING,
        "expired_grace": EntitlementState.GRACE,
        "converted": EntitlementState.OVER,
        "lapsed": EntitlementState.OVER,
        "lapsed.numbers_retained": EntitlementState.OVER,
        "lapsed.numbers_released": EntitlementState.OVER,
        "cancelled": None,
    },
    WHOLESALE: {
        "provisioning": EntitlementState.PENDING_ACTIVE,
        "provisioned": EntitlementState.ACTIVE,
        "provisioned_with_errors": EntitlementState.ACTIVE,
        "error": EntitlementState.PENDING_ACTIVE,
        "deprovisioning": EntitlementState.OVER,
        "deprovisioned": None,
    },
}
"""By stage; what is being updated can be used or not, as before."""


def started_by(state: LifecycleState) -> Message | None:
    """What a life of `tests/lives.py` was started by."""
    if isinstance(state, WholesaleState):
        own = {"external_id": "W-2", "own_organization": True, "packages": {wholesale.CALLING: 1}}
        alone = {"packages": {wholesale.CALLING: 10}, "add_ons": {}}
        return wholesale.an_onboarding(
            **(own | {"add_ons": {wholesale.CONSOLE: 1}} if state.own_organization else alone)
        )
    known = {start.trial_id: start for start in lives.trials()}
    return known.get(state.subject) or (an_order(state.subject) if isinstance(state, OrderState) else None)


def test_folding_the_events_of_a_life_comes_to_where_the_life_stands() -> None:
    """Every life there can be: its state has the last word, and never has to say one."""
    seen = set()
    for moment in some(each for each in lives.lives() if each.state.lifecycle in SAME):
        state = moment.state
        told = history(state, started_by(state), recorded_at=moment.now + days(1))
        spans = fold(told, {})
        instants = {span.entitlement.valid_from for span in spans} | {span.until for span in spans}
        assert told.stands_at not in instants, f"the events of {moment.way} say something else than the state"
        life = spans[-1].entitlement if spans and spans[-1].until is None else None
        if _has_none(state):
            assert spans == (), moment.way
        elif state.stage != WholesaleStage.UPDATING:
            assert (life and life.state) == SAME[state.lifecycle][state.stage], moment.way
        if life is not None:
            _agrees(life, state)
        seen.add((state.lifecycle, state.stage))
    assert seen >= {(lifecycle, stage) for lifecycle, stages in SAME.items() for stage in stages}


def _has_none(state: Any) -> bool:
    """A renewal's subscription goes on meanwhile; a wholesale customer is not there before it is opened."""
    match state:
        case OrderState():
            return state.is_renewal
        case WholesaleState():
            return state.onboarded is None
    return False


def _agrees(life: Entitlement, state: Any) -> None:
    """In what its lifecycle has a word of its own for. AMB-11, AMB-39, AMB-42."""
    match state:
        case SubscriptionState():
            assert life.ends_at == state.suspends_at
            assert set(life.suspended_for) == state.suspended_for
            assert (life.partner_id, life.customer_id) == (state.partner_id, state.customer_id)
        case TrialState():
            assert life.ends_at == state.expires_at
        case OrderState() | WholesaleState():
            assert life.ends_at is None


# Orders.


def an_order_until(*steps: str) -> OrderState:
    """Placed, cleared a day later, and then a step a day."""
    state = OrderState.placed(an_order(), MONDAY)
    state.hold_for_compliance(MONDAY, MONDAY + days(7), None)
    acts = {
        "clear_compliance": cleared(),
        "submit_provisioning_form": submitted(),
        "report_site_built": built(),
        "graduate": graduated(),
        "cancel": cancelled(),
    }
    for day, step in enumerate(steps, 1):
        getattr(state, step)(acts[step], MONDAY + days(day))
    return state


TO_THE_END = ("clear_compliance", "submit_provisioning_form", "report_site_built", "graduate")


class TestOrders:
    def test_hub_15_ready_for_setup_from_shipping_until_its_subscription_begins(self) -> None:
        began = MONDAY + days(3) + HOUR
        spans = folded(an_order_until(*TO_THE_END), an_order(), began_at=began)
        ((life, until),) = spans
        assert (life.state, life.valid_from, until) == (EntitlementState.PENDING_ACTIVE, MONDAY + days(1), began)
        assert (life.products, life.ends_at, life.added_on) == ({"meetings": 25}, None, date(2026, 6, 1))
        assert at(spans, MONDAY + days(1) - A_MOMENT) is None
        assert at(spans, MONDAY + days(1)) == at(spans, began - A_MOMENT) == life
        assert at(spans, began) is None, "the subscription goes on"

    def test_hub_15_built_and_its_subscription_not_begun_it_is_ready_for_setup_still(self) -> None:
        spans = folded(an_order_until(*TO_THE_END[:3]), an_order())
        assert states(spans) == [(EntitlementState.PENDING_ACTIVE, MONDAY + days(1))]

    def test_an_order_closed_without_a_subscription_is_over(self) -> None:
        spans = folded(an_order_until(*TO_THE_END), an_order())
        assert [state for state, _ in states(spans)] == [EntitlementState.PENDING_ACTIVE, EntitlementState.OVER]

    def test_one_that_is_held_or_cancelled_before_it_ships_is_in_no_list(self) -> None:
        """ORD-02, AMB-41."""
        assert folded(an_order_until(), an_order()) == ()
        assert folded(an_order_until("cancel"), an_order()) == ()

    def test_a_day_of_the_customer_s_is_when_it_was_ordered(self) -> None:
        """AMB-39."""
        placed = an_order(placed_at=datetime(2026, 5, 31, 15, tzinfo=UTC))
        state = OrderState.placed(placed, MONDAY)
        state.hold_for_compliance(MONDAY, MONDAY + days(7), None)
        state.clear_compliance(cleared(), MONDAY)
        assert folded(state, placed)[0].entitlement.added_on == date(2026, 6, 1)

    def test_hub_31_the_catalogue_says_which_part_numbers_are_not_meetings(self) -> None:
        placed = an_order("SO-100001", Offering.NAMED_HOST, Offering.PORT, Offering.AUDIO_COMMIT)
        catalogue = {"A-PORT": "calling", "A-NAMED-HOST": "real_time_translation"}
        told = history(an_order_until(*TO_THE_END[:1]), placed)
        assert fold(told, {})[0].entitlement.products == {"meetings": 50}
        assert fold(told, catalogue)[0].entitlement.products == {"real_time_translation": 25, "calling": 25}


# Subscriptions.


def a_subscription() -> SubscriptionState:
    return lives.a_subscription()


def suspend(state: SubscriptionState, why: Any, now: datetime) -> None:
    state.suspend(SuspendSubscription(by="ops-7", why=why, reason="as agreed"), now)


def lift(state: SubscriptionState, why: Any, now: datetime) -> None:
    state.lift_suspension(LiftSuspension(by="ops-7", why=why, reason="as agreed"), now)


def renew(state: SubscriptionState, order: str, now: datetime, partner: str = "hikari") -> None:
    facts = RenewalFacts(term_months=12, partner_id=partner, completed_at=now)
    state.renewal_reported(RenewalNews(order_number=order, step=RenewalStep.COMPLETED), facts, now)


class TestSubscriptions:
    def test_ord_21_active_from_the_instant_at_which_it_began(self) -> None:
        ((life, until),) = spans = folded(a_subscription())
        assert (life.state, life.valid_from, until) == (EntitlementState.ACTIVE, MONDAY, None)
        assert at(spans, MONDAY - A_MOMENT) is None
        assert (life.added_on, life.ends_at) == (date(2026, 6, 1), datetime(2027, 6, 1, 15, tzinfo=UTC))
        assert life.products == {"meetings": 25}

    def test_amb_3_added_on_the_day_on_which_its_site_was_built(self) -> None:
        """However late the subscription was started after it."""
        before_midnight = datetime(2026, 5, 31, 14, 59, tzinfo=UTC)
        orders = {"SO-100001": BoughtBy(items=items(Offering.NAMED_HOST), built_at=before_midnight)}
        assert folded(a_subscription(), orders=orders)[0].entitlement.added_on == date(2026, 5, 31)

    def test_amb_42_active_again_when_no_reason_is_left(self) -> None:
        state = a_subscription()
        suspend(state, "unpaid", MONDAY + days(1))
        suspend(state, "compliance", MONDAY + days(2))
        lift(state, "unpaid", MONDAY + days(3))
        lift(state, "compliance", MONDAY + days(4))
        found = [(life.state, life.suspended_for) for life, _ in folded(state)]
        assert found == [
            (EntitlementState.ACTIVE, ()),
            (EntitlementState.SUSPENDED, ("unpaid",)),
            (EntitlementState.SUSPENDED, ("compliance", "unpaid")),
            (EntitlementState.SUSPENDED, ("compliance",)),
            (EntitlementState.ACTIVE, ()),
        ]

    def test_ren_08_suspended_at_the_end_of_the_renewal_date_and_active_with_the_renewal(self) -> None:
        state = a_subscription()
        over, late = datetime(2027, 6, 1, 15, tzinfo=UTC), datetime(2027, 6, 20, tzinfo=UTC)
        state.miss_renewal(over)
        renew(state, "SO-200001", late)
        spans = folded(state)
        assert states(spans) == [
            (EntitlementState.ACTIVE, MONDAY),
            (EntitlementState.SUSPENDED, over),
            (EntitlementState.ACTIVE, late),
        ]
        assert spans[-1].entitlement.products == {"meetings": 40}, "its term began before it was completed"
        assert spans[-1].entitlement.ends_at == datetime(2028, 6, 1, 15, tzinfo=UTC)

    def test_amb_54_a_renewal_completed_early_buys_for_the_term_that_begins_on_the_renewal_date(self) -> None:
        state = a_subscription()
        early, begins = MONDAY + days(350), datetime(2027, 5, 31, 15, tzinfo=UTC)
        renew(state, "SO-200001", early)
        spans = folded(state)
        assert [life.valid_from for life, _ in spans] == [MONDAY, early, begins]
        assert [life.products["meetings"] for life, _ in spans] == [25, 25, 40]
        assert at(spans, begins - A_MOMENT) == spans[1].entitlement
        assert at(spans, begins) == spans[2].entitlement
        assert [life.entitled_since for life, _ in spans] == [date(2026, 6, 1), date(2026, 6, 1), date(2027, 6, 1)]
        assert spans[1].entitlement.ends_at == spans[2].entitlement.ends_at == datetime(2028, 6, 1, 15, tzinfo=UTC)
        assert spans[2].entitlement.added_on == date(2026, 6, 1), "it is no new one"

    def test_amb_59_another_partner_s_renewal_moves_it_at_its_completion_and_no_sooner(self) -> None:
        state = a_subscription()
        when = MONDAY + days(350)
        renew(state, "SO-200001", MONDAY + days(100))
        renew(state, "SO-200002", when, partner="asahi")
        spans = folded(state)
        before, after = at(spans, when - A_MOMENT), at(spans, when)
        assert before is not None
        assert after is not None
        assert (before.partner_id, after.partner_id) == ("hikari", "asahi")
        assert spans[0].entitlement.partner_id == "hikari", (
            "the state names the partner of now, and the past is the past"
        )

    def test_a_terminated_one_is_over_from_that_instant_on(self) -> None:
        state = a_subscription()
        renew(state, "SO-200001", MONDAY + days(1))
        state.terminate(TerminateSubscription(by="ops-7", reason="closed its business"), MONDAY + days(2))
        spans = folded(state)
        assert at(spans, MONDAY + days(2) - A_MOMENT) == spans[1].entitlement
        assert (spans[2].entitlement.state, spans[2].entitlement.valid_from) == (
            EntitlementState.OVER,
            MONDAY + days(2),
        )

    def test_what_says_the_same_begins_nothing_new(self) -> None:
        state = a_subscription()
        state.started_again(START_AGAIN, MONDAY + days(9))
        assert len(folded(state)) == 1

    def test_of_an_order_that_nobody_knows_no_licences_are_known(self) -> None:
        assert folded(a_subscription(), orders={})[0].entitlement.products == {}


# Trials.


def a_running_trial(start: StartTrial) -> TrialState:
    state = TrialState.placed(start, MONDAY)
    state.begin(MONDAY)
    return state


class TestTrials:
    START = a_paid_customer_s_trial(days=20)
    E = datetime(2026, 6, 21, 15, tzinfo=UTC)

    def test_trl_43_a_paying_customer_s_is_in_use_at_once_until_e(self) -> None:
        ((life, until),) = folded(a_running_trial(self.START), self.START)
        assert (life.state, life.valid_from, until) == (EntitlementState.TRIALING, MONDAY, None)
        assert (life.ends_at, life.products, life.added_on) == (self.E, {"calling": 25}, date(2026, 6, 1))

    def test_trl_17_a_new_customer_s_is_in_use_when_its_services_are_built(self) -> None:
        start = a_trial(days=20)
        state = a_running_trial(start)
        state.report_services_built(services_built(), MONDAY + days(3))
        spans = folded(state, start)
        assert states(spans) == [
            (EntitlementState.PENDING_ACTIVE, MONDAY),
            (EntitlementState.TRIALING, MONDAY + days(3)),
        ]
        assert [life.added_on for life, _ in spans] == [date(2026, 6, 1), date(2026, 6, 4)]
        assert [life.ends_at for life, _ in spans] == [None, self.E + days(3)]

    def test_trl_29_31_a_request_for_consent_is_in_the_list_until_it_comes_to_nothing(self) -> None:
        start = a_consented_trial()
        state = a_running_trial(start)
        assert states(folded(state, start)) == [(EntitlementState.PENDING_ACTIVE, MONDAY)]
        state.consent_lapsed(MONDAY + days(11))
        ((_, until),) = spans = folded(state, start)
        assert until == MONDAY + days(11)
        assert at(spans, MONDAY + days(11)) is None

    def test_amb_11_an_extension_counts_from_its_instant(self) -> None:
        state = a_running_trial(self.START)
        state.extend(extended(30), MONDAY + days(5))
        spans = folded(state, self.START)
        before, after = at(spans, MONDAY + days(5) - A_MOMENT), at(spans, MONDAY + days(5))
        assert before is not None
        assert after is not None
        assert (before.ends_at, after.ends_at) == (self.E, datetime(2026, 7, 6, 15, tzinfo=UTC))

    def test_trl_51_a_service_counts_from_when_it_was_added(self) -> None:
        state = a_running_trial(self.START)
        state.edit_services(EditServices(by="partner-hikari", add=(Service.CONTACT_CENTER,)), MONDAY + days(5))
        spans = folded(state, self.START)
        assert [life.products for life, _ in spans] == [{"calling": 25}, {"calling": 25, "contact_center": 25}]
        assert spans[1].entitlement.entitled_since == date(2026, 6, 6)

    def test_a_service_that_is_only_about_to_be_added_is_none_yet(self) -> None:
        """The store knows of it before the workflow does. TRL-51."""
        state = a_running_trial(self.START)
        state.services = (*state.services, Service.CONTACT_CENTER)
        assert [life.products for life, _ in folded(state, self.START)] == [{"calling": 25}]

    def test_trl_76_in_grace_from_e_on_and_over_when_it_converts(self) -> None:
        """TRL-66."""
        state = a_running_trial(self.START)
        state.expire(self.E)
        state.convert(converted(), self.E + days(10))
        spans = folded(state, self.START)
        assert states(spans) == [
            (EntitlementState.TRIALING, MONDAY),
            (EntitlementState.GRACE, self.E),
            (EntitlementState.OVER, self.E + days(10)),
        ]
        assert {life.ends_at for life, _ in spans} == {self.E}

    def test_trl_77_lapsed_it_is_over_and_stays_in_the_list(self) -> None:
        """HUB-17."""
        state = a_running_trial(self.START)
        state.expire(self.E)
        state.lapse(self.E + days(30))
        spans = folded(state, self.START)
        assert states(spans)[-1] == (EntitlementState.OVER, self.E + days(30))
        assert spans[-1].until is None

    def test_amb_12_cancelled_it_keeps_nobody_in_the_list(self) -> None:
        state = a_running_trial(self.START)
        state.cancel(ended(), MONDAY + days(5))
        ((life, until),) = folded(state, self.START)
        assert (life.state, until) == (EntitlementState.TRIALING, MONDAY + days(5))

    @pytest.mark.parametrize(("zone", "hour"), [("Asia/Tokyo", 15), ("America/Los_Angeles", 7), ("UTC", 0)])
    def test_amb_39_e_ends_at_the_customer_s_midnight(self, zone: str, hour: int) -> None:
        customer = self.START.customer.model_copy(update={"zone": zone})
        start = self.START.model_copy(update={"customer": customer})
        (life, _), *_ = folded(a_running_trial(start), start)
        assert life.ends_at is not None
        assert (life.ends_at.hour, life.ends_at.date()) == (hour, life.added_on + days(21 if hour < 12 else 20))


# Wholesale customers.


class TestWholesaleCustomers:
    START = wholesale.an_onboarding()

    def test_whs_12_quantities_are_licences_of_what_the_packages_give(self) -> None:
        ((life, _),) = folded(wholesale.a_customer(), self.START)
        assert (life.state, life.ends_at, life.customer_id) == (EntitlementState.PENDING_ACTIVE, None, "W-1")
        assert life.products == {"calling": 10, "messaging": 15, "meetings": 5}

    def test_active_as_soon_as_something_of_it_is_provisioned(self) -> None:
        """WHS-10."""
        state = wholesale.a_customer()
        for hours, name in enumerate(state.pending, 1):
            state.report_package(wholesale.report(name, fails=name == wholesale.MEETINGS), MONDAY + hours * HOUR)
        assert states(folded(state, self.START)) == [
            (EntitlementState.PENDING_ACTIVE, MONDAY),
            (EntitlementState.ACTIVE, MONDAY + 3 * HOUR),
        ]

    def test_whs_12_other_quantities_count_from_their_instant_on(self) -> None:
        state = wholesale.provisioned()
        asked = wholesale.quantities(packages={"webex_suite": 3}, remove=[wholesale.MEETINGS])
        state.change_quantities(asked, MONDAY + days(2))
        spans = folded(state, self.START)
        assert [life.products for life, _ in spans] == [
            {"calling": 10, "messaging": 15, "meetings": 5},
            {"calling": 13, "messaging": 13, "meetings": 3},
        ]
        assert spans[-1].entitlement.state is EntitlementState.ACTIVE, "what is there can be used while more is set up"

    def test_hub_31_the_catalogue_knows_packages_that_this_release_does_not(self) -> None:
        start = wholesale.an_onboarding()
        found = fold(history(wholesale.a_customer(), start), {wholesale.CALLING: "voice", wholesale.CONSOLE: "console"})
        assert found[0].entitlement.products == {"voice": 10, "meetings": 5, "messaging": 5, "console": 2}

    def test_whs_27_over_while_it_is_deprovisioned_and_then_in_no_list(self) -> None:
        state = wholesale.provisioned()
        state.deprovision(wholesale.removal(), MONDAY + days(1))
        state.deprovisioned("C-W-1", "0" * 64, MONDAY + days(2))
        spans = folded(state, self.START)
        assert (spans[-1].entitlement.state, spans[-1].entitlement.valid_from) == (
            EntitlementState.OVER,
            MONDAY + days(1),
        )
        assert spans[-1].until == MONDAY + days(2)


# Resets.


class TestAfterAReset:
    """There are events of both ways then, and the state says on which it is."""

    def test_the_state_has_the_last_word_from_when_it_was_recorded(self) -> None:
        start = TestTrials.START
        abandoned, taken = a_running_trial(start), a_running_trial(start)
        abandoned.cancel(ended(), MONDAY + days(5))
        recorded_at = MONDAY + days(6)
        told = history(taken, start, events=abandoned.journal.unrecorded, recorded_at=recorded_at)
        spans = fold(told, {})
        assert [until for _, until in spans] == [MONDAY + days(5), None]
        assert (spans[1].entitlement.state, spans[1].entitlement.valid_from) == (EntitlementState.TRIALING, recorded_at)

    def test_what_was_told_by_both_counts_in_the_order_of_time(self) -> None:
        """Sequences of the two begin anew: an earlier one may come later."""
        state = a_subscription()
        suspend(state, "unpaid", MONDAY + days(1))
        lift(state, "unpaid", MONDAY + days(2))
        told = history(state)
        assert fold(told, {}) == fold(history(state, events=told.events[::-1]), {})

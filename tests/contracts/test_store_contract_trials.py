"""What TrialStore and DeviceStore promise (activities/ports/trials.py), sentence by sentence, on every database."""

from collections.abc import Callable
from datetime import timedelta
from itertools import cycle

import pytest
from sqlalchemy import delete

from activities.ports import (
    NotKnown,
    ServicesNotAvailable,
    Taken,
)
from adapters.sql.availability import CustomerNotNew, CustomerNotPaying
from adapters.sql.devices import DeviceTaken, LoanOfNobody
from adapters.sql.paid_orders import OrderDoesNotConvert, TrialNotConvertible, refuse_converting
from adapters.sql.schema import PersonRecord
from adapters.sql.store import SqlStore
from domain.device.messages import HandOver, ReportReceived, StartDeviceLoan
from domain.device.state import DeviceState
from domain.events import Event, Journal, TaskKind
from domain.lifecycle import Lifecycle
from domain.mails import Role, numbered
from domain.order.messages import PlaceOrder
from domain.order.state import OrderState
from domain.order.states import Stage
from domain.subscription.messages import StartSubscription, TerminateSubscription
from domain.subscription.state import SubscriptionState
from domain.trial.losses import LOSSES, NUMBERS_RELEASED, Fate, Others, fate_of, recorded_fates
from domain.trial.messages import EditServices, Service, StartTrial, TrialDevice, TrialKind
from domain.trial.row import TrialRow
from domain.trial.state import TrialState
from domain.trial.states import CLOSED, TrialStage
from domain.values import ERASED, Partner, Person
from tests.makers import (
    MONDAY,
    a_consented_trial,
    a_customer,
    a_paid_customer_s_trial,
    a_partner,
    a_person,
    a_renewal,
    a_trial,
    an_order,
    cancelled,
    ended,
    refused,
    some,
)
from tests.postgres import at_once, everything
from tests.records import papers, recorded

LATER = MONDAY + timedelta(hours=1)
MEETINGS, ENTERPRISE, MESSAGING, CALLING = (
    Service.MEETINGS,
    Service.MEETINGS_ENTERPRISE,
    Service.MESSAGING,
    Service.CALLING,
)
HIKARI, ASAHI = a_partner(), a_partner("asahi", "アサヒ")
BOUGHT, ELSEWHERE = "already bought", "on trial with another partner"
WITH_YOU = "on trial already, with you"


def a_crowd() -> StartTrial:
    """A trial with somebody in every role, and several of each."""
    return a_consented_trial(
        partner_administrators=(a_person("p1@hikari.example.com"), a_person("p2@hikari.example.com")),
        users=tuple(a_person(f"user-{n}@akasaka.example.com") for n in range(12)),
    )


def a_life(placed: StartTrial) -> TrialState:
    return TrialState.placed(placed, MONDAY)


def open_trial(store: SqlStore, placed: StartTrial, run: str = "run-1") -> None:
    store.open_lifecycle(placed, a_life(placed), run, MONDAY)


def opened(store: SqlStore, placed: StartTrial | None = None) -> TrialState:
    """A trial the store knows, its first event recorded."""
    placed = placed or a_trial()
    open_trial(store, placed)
    state = a_life(placed)
    record(store, state)
    return state


def record(store: SqlStore, state: TrialState, run: str = "run-1", people: dict[str, Person] | None = None) -> None:
    recorded(store, state, state.journal.take(), run, LATER, papers(people))


def in_stage(store: SqlStore, state: TrialState, stage: TrialStage) -> None:
    state.stage = stage
    record(store, state)


def subscribed(store: SqlStore, customer_id: str = "akasaka") -> SubscriptionState:
    start = StartSubscription(
        by="tenure",
        subscription_id="sub-SO-100001",
        order_number="SO-100001",
        customer_id=customer_id,
        partner_id="hikari",
        zone="Asia/Tokyo",
        service_start_at=MONDAY,
        term_months=12,
    )
    state = SubscriptionState.started(start, MONDAY)
    recorded(store, state, state.journal.take(), "run-1", LATER)
    return state


def unavailable(store: SqlStore, trial_id: str, services: tuple[Service, ...]) -> dict[Service, str]:
    """What speaks against adding them; if nothing does, they are the trial's now."""
    try:
        store.reserve_services(trial_id, services)
    except ServicesNotAvailable as refusal:
        return dict(refusal.reasons)
    return {}


def running(store: SqlStore, placed: StartTrial) -> TrialState:
    """A trial in use; of a paying customer, so that it runs at once."""
    state = opened(store, placed)
    state.begin(LATER)
    record(store, state)
    return state


def converted_by(store: SqlStore, placed: StartTrial, order: OrderState) -> TrialState:
    """A trial that became paid by that order."""
    state = running(store, placed)
    state.convert_by(order.number, LATER)
    record(store, state)
    return state


def ordered(store: SqlStore, number: str, **changes: object) -> OrderState:
    """An order the store knows."""
    placed = an_order(number, **changes)
    state = OrderState.placed(placed, MONDAY)
    store.open_order(placed, state, f"run-{number}", MONDAY)
    return state


def called_off(store: SqlStore, state: OrderState) -> None:
    state.cancel(cancelled(), LATER)
    recorded(store, state, state.journal.take(), f"run-{state.number}", LATER)


def terminated(store: SqlStore, state: SubscriptionState) -> None:
    state.terminate(TerminateSubscription(by="ops-7", reason="left"), LATER)
    recorded(store, state, state.journal.take(), "run-1", LATER)


def refusal_of(store: SqlStore, placed: StartTrial) -> Exception | None:
    """What speaks against opening it. If nothing does, it is called off at once and stands in nobody's way."""
    try:
        open_trial(store, placed)
    except (ServicesNotAvailable, CustomerNotNew, DeviceTaken) as refused:
        return refused
    in_stage(store, a_life(placed), TrialStage.CANCELLED)
    return None


def erase(store: SqlStore, role: str) -> None:
    with store.engine.begin() as connection:
        assert connection.execute(delete(PersonRecord).where(PersonRecord.role == role)).rowcount == 1


class TestOpeningATrial:
    @pytest.mark.parametrize("placed", [a_trial(), a_crowd(), a_paid_customer_s_trial()], ids=lambda p: p.kind)
    def test_keeps_it_as_it_was_started_and_as_it_stands(self, store: SqlStore, placed: StartTrial) -> None:
        open_trial(store, placed)
        row = store.row(Lifecycle.TRIAL, "T-1001")
        assert (row.placed, row.state) == (placed, a_life(placed))

    def test_keeps_its_people_by_numbered_role(self, store: SqlStore) -> None:
        placed = a_crowd()
        open_trial(store, placed)
        for role, person in {
            "customer_administrator/0": placed.customer.contact,
            "customer_administrator/1": placed.administrators[0].person,
            "customer_administrator/2": placed.administrators[1].person,
            "partner_administrator/0": placed.partner.contact,
            "partner_administrator/1": placed.partner_administrators[0],
            "partner_administrator/2": placed.partner_administrators[1],
            "trial_user/0": placed.users[0],
            "trial_user/11": placed.users[11],
        }.items():
            assert store.person(Lifecycle.TRIAL, "T-1001", role) == person, role
        for role in ("customer_administrator/3", "partner_administrator/3", "trial_user/12", "customer_administrator"):
            with pytest.raises(NotKnown):
                store.person(Lifecycle.TRIAL, "T-1001", role)

    def test_names_everybody_the_life_will_write_to(self, store: SqlStore) -> None:
        state = opened(store, a_crowd())
        for role, count in (
            (Role.CUSTOMER_ADMINISTRATOR, state.customer_administrators),
            (Role.PARTNER_ADMINISTRATOR, state.partner_administrators),
            (Role.TRIAL_USER, state.users),
        ):
            for number in range(count):
                store.person(Lifecycle.TRIAL, "T-1001", numbered(role, number))

    def test_repeated_by_the_same_run_changes_nothing(self, store: SqlStore) -> None:
        state = opened(store, a_crowd())
        state.begin(LATER)
        record(store, state, run="run-2")
        before = everything(store)
        open_trial(store, a_crowd())
        assert everything(store) == before

    def test_repeated_by_the_same_run_is_possible_though_the_service_was_bought_meanwhile(
        self, store: SqlStore
    ) -> None:
        open_trial(store, a_consented_trial())
        subscribed(store)
        open_trial(store, a_consented_trial())

    def test_another_run_with_the_same_content_is_told_so_whoever_sends_it(self, store: SqlStore) -> None:
        state = opened(store)
        state.begin(LATER)
        record(store, state)
        with pytest.raises(Taken) as refusal:
            open_trial(store, a_trial(by="partner-2", reason="sent again"), "run-2")
        assert str(refusal.value) == (
            "trial_id: T-1001 was already taken by a trial with the same content that is provisioning (R9)"
        )

    @pytest.mark.parametrize(
        "other",
        [
            a_trial(licences=24),
            a_trial(customer=a_customer(contact=a_person("taro@akasaka.example.com"))),
            a_trial(users=(a_person(),)),
            a_trial("T-1001", MESSAGING),
            a_trial("T-1001", CALLING, customer=a_customer(id="roppongi")),
        ],
        ids=["terms", "people", "more people", "services", "customer"],
    )
    def test_another_run_with_other_content_is_told_so(self, store: SqlStore, other: StartTrial) -> None:
        opened(store)
        before = everything(store)
        with pytest.raises(Taken, match="with other content that is acknowledged") as refusal:
            open_trial(store, other, "run-2")
        assert refusal.value.field == "trial_id"
        assert everything(store) == before

    def test_an_id_stays_taken_when_the_trial_is_over(self, store: SqlStore) -> None:
        in_stage(store, opened(store), TrialStage.LAPSED)
        with pytest.raises(Taken, match="that is lapsed"):
            open_trial(store, a_trial(), "run-2")

    def test_of_two_runs_at_once_one_gets_the_id(self, store: SqlStore) -> None:
        def by(n: int) -> Callable[[], None]:
            """Of different customers, so that nothing but the id decides."""
            return lambda: open_trial(store, a_trial(customer=a_customer(id=f"customer-{n}")), f"run-{n}")

        answers = at_once(*(by(n) for n in range(6)))
        assert answers.count(None) == 1
        assert sum(isinstance(answer, Taken) for answer in answers) == 5

    def test_attempts_of_one_run_at_once_get_one_answer(self, store: SqlStore) -> None:
        assert at_once(*[lambda: open_trial(store, a_consented_trial())] * 6) == [None] * 6
        assert len(store.listed(Lifecycle.TRIAL)) == 1


class TestTakingOverFromALostRun:
    """R9: Temporal was restored from an older backup than the store and knows no run of an open trial."""

    def test_the_trial_stands_where_it_began_with_its_own_services_untouched(self, store: SqlStore) -> None:
        running(store, a_paid_customer_s_trial())
        placed = a_paid_customer_s_trial(by="partner-2")
        store.open_lifecycle(placed, a_life(placed), "run-2", LATER, frozenset({"run-1"}))
        assert store.row(Lifecycle.TRIAL, "T-1001").state == a_life(placed).for_the_store()
        assert "trial.started_again" in [event.type for event in store.events(Lifecycle.TRIAL, "T-1001")]
        open_trial(store, placed, "run-2")

    def test_what_is_over_or_lost_something_for_good_is_never_started_again(self, store: SqlStore) -> None:
        state = opened(store)
        for stage in some(CLOSED | {TrialStage.NUMBERS_RETAINED}):
            in_stage(store, state, stage)
            with pytest.raises(Taken) as refusal:
                store.open_lifecycle(a_trial(), a_life(a_trial()), "run-2", LATER, frozenset({"run-1"}))
            assert refusal.value.by == frozenset(), stage

    def test_other_content_stays_a_conflict(self, store: SqlStore) -> None:
        opened(store)
        with pytest.raises(Taken, match="with other content"):
            store.open_lifecycle(a_trial(licences=24), a_life(a_trial()), "run-2", LATER, frozenset({"run-1"}))


class TestOpeningATrialUnderWay:
    """An older store was restored: the trial's own first run opens its row once more."""

    def test_whether_it_may_begin_is_not_asked_again(self, store: SqlStore) -> None:
        subscribed(store)
        state = a_life(a_trial())
        state.begin(LATER)
        store.open_lifecycle(a_trial(), state, "run-1", LATER)
        assert store.row(Lifecycle.TRIAL, "T-1001").state == state.for_the_store()


class TestServices:
    """TRL-21, TRL-41, TRL-51: which of them a trial may not have, and why."""

    def test_that_are_bought_are_named_with_the_reason_and_nothing_is_kept(self, store: SqlStore) -> None:
        before = everything(store)
        with pytest.raises(ServicesNotAvailable) as refusal:
            open_trial(store, a_consented_trial("T-1001", MEETINGS, CALLING, purchased=(CALLING, MEETINGS)))
        assert refusal.value.field == "services"
        assert str(refusal.value) == "services: meetings: already bought; calling: already bought (TRL-21, TRL-41)"
        assert everything(store) == before

    def test_refused_the_id_is_free_for_another_try(self, store: SqlStore) -> None:
        with pytest.raises(ServicesNotAvailable):
            open_trial(store, a_consented_trial(purchased=(MEETINGS,)))
        open_trial(store, a_consented_trial("T-1001", CALLING), "run-2")

    @pytest.mark.parametrize("kind", [TrialKind.EXISTING_CUSTOMER, TrialKind.PAYING_CUSTOMER])
    @pytest.mark.parametrize("suspended", [False, True])
    def test_meetings_are_bought_with_a_subscription(self, store: SqlStore, kind: TrialKind, suspended: bool) -> None:
        state = subscribed(store)
        if suspended:
            state.miss_renewal(LATER)
            recorded(store, state, state.journal.take(), "run-1", LATER)
        open_trial(store, a_consented_trial("T-1001", CALLING, kind=kind))
        every = unavailable(store, "T-1001", tuple(Service))
        assert every == {MEETINGS: BOUGHT, ENTERPRISE: BOUGHT}

    def test_of_a_terminated_subscription_or_another_customers_are_free(self, store: SqlStore) -> None:
        terminated(store, subscribed(store))
        open_trial(store, a_consented_trial())
        assert unavailable(store, "T-1001", tuple(Service)) == {}
        open_trial(store, a_consented_trial("T-2", MEETINGS, customer=a_customer(id="roppongi")))

    def test_on_trial_with_another_partner_are_refused_without_saying_which(self, store: SqlStore) -> None:
        open_trial(store, a_consented_trial("T-1", CALLING, MESSAGING, partner=ASAHI))
        with pytest.raises(ServicesNotAvailable) as refusal:
            open_trial(store, a_consented_trial("T-2", MEETINGS, CALLING), "run-2")
        assert str(refusal.value) == "services: calling: on trial with another partner (TRL-21, TRL-41)"
        open_trial(store, a_consented_trial("T-2", MEETINGS), "run-2")
        assert unavailable(store, "T-2", (MEETINGS, CALLING, MESSAGING)) == {CALLING: ELSEWHERE, MESSAGING: ELSEWHERE}

    @pytest.mark.parametrize("kind", TrialKind)
    def test_on_any_kind_of_trial_with_another_partner_are_refused(self, store: SqlStore, kind: TrialKind) -> None:
        open_trial(store, a_consented_trial("T-1", CALLING, kind=kind, purchased=(MEETINGS,), partner=ASAHI))
        with pytest.raises(ServicesNotAvailable, match=ELSEWHERE):
            open_trial(store, a_consented_trial("T-2", CALLING))

    @pytest.mark.parametrize("other", [MESSAGING, CALLING])
    def test_trl_79_kept_numbers_stand_in_the_way_of_calling_and_of_nothing_else(
        self, store: SqlStore, other: Service
    ) -> None:
        state = opened(store, a_consented_trial("T-1", CALLING, MESSAGING, partner=ASAHI))
        in_stage(store, state, TrialStage.NUMBERS_RETAINED)
        open_trial(store, a_consented_trial("T-2", MEETINGS))
        assert unavailable(store, "T-2", (other,)) == ({CALLING: ELSEWHERE} if other is CALLING else {})

    def test_trl_79_numbers_are_kept_of_calling_that_was_removed_on_the_way(self, store: SqlStore) -> None:
        in_stage(store, opened(store, a_consented_trial("T-1", MESSAGING, partner=ASAHI)), TrialStage.NUMBERS_RETAINED)
        open_trial(store, a_consented_trial("T-2", MEETINGS))
        assert unavailable(store, "T-2", (CALLING, MESSAGING)) == {CALLING: ELSEWHERE}

    def test_are_free_once_the_other_trial_is_over_unless_it_was_converted(self, store: SqlStore) -> None:
        other = opened(store, a_consented_trial("T-1", CALLING, partner=ASAHI))
        for number, stage in enumerate(some(TrialStage), 2):
            in_stage(store, other, stage)
            refused = refusal_of(store, a_consented_trial(f"T-{number}", CALLING))
            assert (refused is None) is (stage in CLOSED - {TrialStage.CONVERTED}), stage
            assert isinstance(refused, ServicesNotAvailable | None), stage

    def test_go_by_what_the_other_trial_has_now_not_by_how_it_started(self, store: SqlStore) -> None:
        state = opened(store, a_paid_customer_s_trial("T-1", CALLING, partner=ASAHI))
        state.begin(LATER)
        state.edit_services(EditServices(by="partner-asahi", add=(MESSAGING,), remove=(CALLING,)), LATER)
        record(store, state)
        open_trial(store, a_consented_trial("T-2", CALLING))
        assert unavailable(store, "T-2", tuple(Service)) == {MESSAGING: ELSEWHERE}

    def test_on_trial_for_another_customer_are_free(self, store: SqlStore) -> None:
        open_trial(store, a_consented_trial("T-1", CALLING))
        open_trial(store, a_consented_trial("T-3", CALLING, partner=ASAHI, customer=a_customer(id="roppongi")))

    def test_amb_52_on_trial_with_the_same_partner_are_refused_too(self, store: SqlStore) -> None:
        open_trial(store, a_consented_trial("T-1", CALLING))
        with pytest.raises(ServicesNotAvailable) as refusal:
            open_trial(store, a_consented_trial("T-2", CALLING, MESSAGING))
        assert refusal.value.reasons == {CALLING: WITH_YOU}
        open_trial(store, a_consented_trial("T-2", MESSAGING))
        assert unavailable(store, "T-2", (CALLING,)) == {CALLING: WITH_YOU}

    @pytest.mark.parametrize("partner", [HIKARI, ASAHI], ids=["the same partner", "another partner"])
    def test_amb_52_meetings_are_on_trial_in_one_edition(self, store: SqlStore, partner: Partner) -> None:
        open_trial(store, a_consented_trial("T-1", MEETINGS))
        open_trial(store, a_consented_trial("T-2", CALLING, partner=partner))
        assert set(unavailable(store, "T-2", (ENTERPRISE,))) == {ENTERPRISE}

    def test_amb_52_bought_in_one_edition_are_bought(self, store: SqlStore) -> None:
        open_trial(store, a_paid_customer_s_trial("T-1", CALLING, purchased=(MEETINGS,)))
        assert unavailable(store, "T-1", (ENTERPRISE,)) == {ENTERPRISE: BOUGHT}

    @pytest.mark.parametrize("attempt", range(2))
    def test_amb_52_of_one_partners_starts_at_once_one_gets_them(self, store: SqlStore, attempt: int) -> None:
        def opening(n: int) -> Callable[[], None]:
            return lambda: open_trial(store, a_consented_trial(f"T-{n}", CALLING), f"run-{n}")

        answers = at_once(*(opening(n) for n in range(6)))
        assert answers.count(None) == 1
        assert sum(isinstance(answer, ServicesNotAvailable) for answer in answers) == 5

    def test_of_the_trial_itself_do_not_stand_in_its_way(self, store: SqlStore) -> None:
        open_trial(store, a_consented_trial("T-1", CALLING))
        assert unavailable(store, "T-1", (CALLING,)) == {}

    def test_on_trial_elsewhere_or_bought_are_refused_to_a_paying_customer_too(self, store: SqlStore) -> None:
        open_trial(store, a_consented_trial("T-1", CALLING, partner=ASAHI))
        open_trial(store, a_paid_customer_s_trial("T-2", MEETINGS, purchased=(MESSAGING,)))
        assert unavailable(store, "T-2", (CALLING, MESSAGING)) == {CALLING: ELSEWHERE, MESSAGING: BOUGHT}

    def test_bought_are_refused_to_a_new_customer_too(self, store: SqlStore) -> None:
        with pytest.raises(ServicesNotAvailable, match="calling: already bought"):
            open_trial(store, a_trial("T-2", MEETINGS, CALLING, purchased=(CALLING,)))

    def test_both_bought_and_on_trial_are_bought(self, store: SqlStore) -> None:
        open_trial(store, a_consented_trial("T-1", CALLING, partner=ASAHI))
        open_trial(store, a_consented_trial("T-2", MEETINGS, purchased=(CALLING,)))
        assert unavailable(store, "T-2", (CALLING,)) == {CALLING: BOUGHT}

    def test_of_a_trial_never_opened_nobody_knows(self, store: SqlStore) -> None:
        with pytest.raises(NotKnown, match="T-404"):
            unavailable(store, "T-404", (CALLING,))

    @pytest.mark.parametrize("attempt", range(3))
    def test_of_many_partners_at_once_one_gets_them(self, store: SqlStore, attempt: int) -> None:
        def opening(n: int) -> Callable[[], None]:
            partner = a_partner(f"partner-{n}")
            return lambda: open_trial(store, a_consented_trial(f"T-{n}", CALLING, partner=partner), f"run-{n}")

        answers = at_once(*(opening(n) for n in range(6)))
        assert answers.count(None) == 1
        assert sum(isinstance(answer, ServicesNotAvailable) for answer in answers) == 5
        assert len(store.listed(Lifecycle.TRIAL)) == 1

    def test_of_different_customers_at_once_all_are_opened(self, store: SqlStore) -> None:
        def opening(n: int) -> Callable[[], None]:
            customer = a_customer(id=f"customer-{n}")
            return lambda: open_trial(store, a_consented_trial(f"T-{n}", CALLING, customer=customer))

        assert at_once(*(opening(n) for n in range(6))) == [None] * 6


class TestServicesBoughtByConversion:
    """TRL-41: what a trial was converted for is bought, from then on until it comes to an end."""

    @pytest.mark.parametrize("kind", [TrialKind.EXISTING_CUSTOMER, TrialKind.PAYING_CUSTOMER])
    @pytest.mark.parametrize("partner", [HIKARI, ASAHI], ids=["the same partner", "another partner"])
    def test_trl_41_cannot_be_tried_again(self, store: SqlStore, kind: TrialKind, partner: Partner) -> None:
        converted_by(store, a_paid_customer_s_trial("T-1", CALLING), ordered(store, "SO-1"))
        with pytest.raises(ServicesNotAvailable) as refusal:
            open_trial(store, a_consented_trial("T-2", CALLING, MESSAGING, kind=kind, partner=partner))
        assert refusal.value.reasons == {CALLING: BOUGHT}
        open_trial(store, a_consented_trial("T-2", MESSAGING, kind=kind, partner=partner))

    def test_trl_41_before_the_order_has_arrived(self, store: SqlStore) -> None:
        not_yet = OrderState.placed(an_order("SO-1"), MONDAY)
        converted_by(store, a_paid_customer_s_trial("T-1", CALLING), not_yet)
        with pytest.raises(ServicesNotAvailable):
            open_trial(store, a_consented_trial("T-2", CALLING))

    def test_trl_41_are_free_again_when_the_order_came_to_nothing(self, store: SqlStore) -> None:
        order = ordered(store, "SO-1")
        converted_by(store, a_paid_customer_s_trial("T-1", CALLING), order)
        called_off(store, order)
        open_trial(store, a_consented_trial("T-2", CALLING))

    def test_trl_41_are_free_again_when_the_subscription_has_ended(self, store: SqlStore) -> None:
        converted_by(store, a_paid_customer_s_trial("T-1", CALLING), ordered(store, "SO-100001"))
        state = subscribed(store)
        with pytest.raises(ServicesNotAvailable):
            open_trial(store, a_consented_trial("T-2", CALLING))
        terminated(store, state)
        open_trial(store, a_consented_trial("T-2", CALLING))

    def test_trl_41_of_another_customer_are_free(self, store: SqlStore) -> None:
        converted_by(store, a_paid_customer_s_trial("T-1", CALLING), ordered(store, "SO-1"))
        open_trial(store, a_consented_trial("T-2", CALLING, customer=a_customer(id="roppongi")))


class TestTheKindOfAStart:
    """TRL-10, TRL-20, TRL-40: who is new, and who pays, is not for the one who asks to say."""

    def test_trl_10_a_customer_with_a_subscription_is_not_new(self, store: SqlStore) -> None:
        state = subscribed(store)
        with pytest.raises(CustomerNotNew) as refusal:
            open_trial(store, a_trial("T-1", CALLING))
        assert refusal.value.field == "kind"
        assert "existing_customer" in str(refusal.value)
        assert "paying_customer" in str(refusal.value)
        terminated(store, state)
        open_trial(store, a_trial("T-1", CALLING))

    @pytest.mark.parametrize("partner", [HIKARI, ASAHI], ids=["the same partner", "another partner"])
    def test_trl_10_a_customer_with_a_trial_is_not_new_unless_it_was_cancelled(
        self, store: SqlStore, partner: Partner
    ) -> None:
        other = opened(store, a_trial("T-1", MESSAGING))
        for number, stage in enumerate(some(TrialStage), 2):
            in_stage(store, other, stage)
            refused = refusal_of(store, a_trial(f"T-{number}", CALLING, partner=partner))
            assert (refused is None) is (stage is TrialStage.CANCELLED), stage
            assert isinstance(refused, CustomerNotNew | None), stage

    def test_trl_20_a_second_trial_of_a_new_customer_goes_as_an_existing_one(self, store: SqlStore) -> None:
        open_trial(store, a_trial("T-1", MESSAGING))
        open_trial(store, a_consented_trial("T-2", CALLING))
        open_trial(store, a_trial("T-3", CALLING, customer=a_customer(id="roppongi")))

    def test_trl_10_of_partners_at_once_one_has_the_new_customer(self, store: SqlStore) -> None:
        def opening(n: int) -> Callable[[], None]:
            placed = a_trial(f"T-{n}", partner=a_partner(f"partner-{n}"))
            return lambda: open_trial(store, placed, f"run-{n}")

        answers = at_once(*(opening(n) for n in range(4)))
        assert answers.count(None) == 1
        assert sum(isinstance(answer, CustomerNotNew) for answer in answers) == 3

    def test_trl_40_a_customer_of_whom_nothing_is_known_does_not_pay(self, store: SqlStore) -> None:
        terminated(store, subscribed(store))
        with pytest.raises(CustomerNotPaying) as refusal:
            open_trial(store, a_paid_customer_s_trial(purchased=()))
        assert refusal.value.field == "kind"
        assert "purchased" in str(refusal.value)
        assert "existing_customer" in str(refusal.value)

    def test_trl_40_a_customer_pays_who_has_a_subscription_or_bought_something(self, store: SqlStore) -> None:
        open_trial(store, a_paid_customer_s_trial("T-1", CALLING, purchased=(MESSAGING,)))
        subscribed(store, "roppongi")
        open_trial(store, a_paid_customer_s_trial("T-2", purchased=(), customer=a_customer(id="roppongi")))
        converted_by(
            store, a_paid_customer_s_trial("T-3", customer=a_customer(id="ginza")), ordered(store, "SO-300001")
        )
        open_trial(store, a_paid_customer_s_trial("T-4", MESSAGING, purchased=(), customer=a_customer(id="ginza")))

    def test_r9_an_attempt_repeated_is_no_second_trial(self, store: SqlStore) -> None:
        open_trial(store, a_trial())
        open_trial(store, a_trial())


class TestReservingServices:
    """TRL-51: checked and taken in one step, so that of two who ask one gets them."""

    def test_trl_51_the_next_one_who_asks_sees_them(self, store: SqlStore) -> None:
        running(store, a_paid_customer_s_trial("T-1", MESSAGING, partner=ASAHI))
        running(store, a_paid_customer_s_trial("T-2", Service.CONTACT_CENTER))
        store.reserve_services("T-1", (CALLING,))
        assert store.row(Lifecycle.TRIAL, "T-1").state.services == (MESSAGING, CALLING)
        assert unavailable(store, "T-2", (CALLING,)) == {CALLING: ELSEWHERE}
        with pytest.raises(ServicesNotAvailable):
            open_trial(store, a_consented_trial("T-3", CALLING))

    def test_trl_51_repeated_changes_nothing_even_if_bought_meanwhile(self, store: SqlStore) -> None:
        running(store, a_paid_customer_s_trial("T-1", MESSAGING, purchased=(CALLING,)))
        store.reserve_services("T-1", (MEETINGS,))
        subscribed(store)
        before = everything(store)
        store.reserve_services("T-1", (MEETINGS,))
        assert everything(store) == before

    def test_trl_51_refused_nothing_is_written(self, store: SqlStore) -> None:
        running(store, a_paid_customer_s_trial("T-1", MESSAGING, purchased=(MEETINGS,)))
        before = everything(store)
        assert unavailable(store, "T-1", (CALLING, MEETINGS)) == {MEETINGS: BOUGHT}
        assert everything(store) == before

    def test_trl_51_the_story_s_record_says_the_same(self, store: SqlStore) -> None:
        state = running(store, a_paid_customer_s_trial("T-1", MESSAGING))
        store.reserve_services("T-1", (CALLING,))
        reserved = store.row(Lifecycle.TRIAL, "T-1").state.services
        state.edit_services(EditServices(by="partner-hikari", add=(CALLING,)), LATER)
        record(store, state)
        assert store.row(Lifecycle.TRIAL, "T-1").state.services == reserved == state.services

    def test_trl_51_a_record_without_them_gives_them_back(self, store: SqlStore) -> None:
        state = running(store, a_paid_customer_s_trial("T-1", MESSAGING, partner=ASAHI))
        store.reserve_services("T-1", (CALLING,))
        state.journal.note("trial.edit_refused", LATER)
        record(store, state)
        open_trial(store, a_consented_trial("T-2", CALLING))

    def test_trl_51_a_trial_that_does_not_run_takes_none(self, store: SqlStore) -> None:
        """Told of its end already: no record would follow that gives them back."""
        state = opened(store, a_paid_customer_s_trial("T-1", MESSAGING))
        for stage in some(set(TrialStage) - {TrialStage.TRIALING}):
            in_stage(store, state, stage)
            store.reserve_services("T-1", (CALLING,))
            assert store.row(Lifecycle.TRIAL, "T-1").state.services == (MESSAGING,), stage

    @pytest.mark.parametrize("attempt", range(3))
    def test_trl_51_of_many_partners_at_once_one_gets_them(self, store: SqlStore, attempt: int) -> None:
        """Two stories that ask at the same moment, and a third partner who starts a trial with it."""
        running(store, a_paid_customer_s_trial("T-1", MESSAGING, partner=ASAHI))
        running(store, a_paid_customer_s_trial("T-2", Service.CONTACT_CENTER))
        third = a_consented_trial("T-3", CALLING, partner=a_partner("midori"))
        answers = at_once(
            lambda: store.reserve_services("T-1", (CALLING,)),
            lambda: store.reserve_services("T-2", (CALLING,)),
            lambda: open_trial(store, third),
        )
        assert answers.count(None) == 1
        assert sum(isinstance(answer, ServicesNotAvailable) for answer in answers) == 2
        having = [
            row
            for row in store.listed(Lifecycle.TRIAL)
            if CALLING in store.row(Lifecycle.TRIAL, row.subject).state.services
        ]
        assert len(having) == 1

    @pytest.mark.parametrize("first", ["T-1", "T-2"])
    def test_trl_51_who_comes_first_gets_them(self, store: SqlStore, first: str) -> None:
        running(store, a_paid_customer_s_trial("T-1", MESSAGING, partner=ASAHI))
        running(store, a_paid_customer_s_trial("T-2", Service.CONTACT_CENTER))
        (second,) = {"T-1", "T-2"} - {first}
        store.reserve_services(first, (CALLING,))
        assert unavailable(store, second, (CALLING,)) == {CALLING: ELSEWHERE}


class TestRecordingATrial:
    def test_brings_row_events_tasks_and_people_up_to_date(self, store: SqlStore) -> None:
        state = opened(store, a_paid_customer_s_trial())
        state.begin(LATER)
        state.journal.open_task("find", TaskKind.SETTLE_MAIL, "operations", LATER)
        told = state.journal.model_copy(deep=True)
        somebody = a_person("setup@hikari.example.com")
        record(store, state, people={Role.PROVISIONING_CONTACT: somebody})
        assert store.row(Lifecycle.TRIAL, "T-1001").state == state
        assert store.events(Lifecycle.TRIAL, "T-1001")[1:] == told.unrecorded
        assert store.tasks(Lifecycle.TRIAL, "T-1001") == told.changed_tasks
        assert store.person(Lifecycle.TRIAL, "T-1001", Role.PROVISIONING_CONTACT) == somebody
        assert store.row(Lifecycle.TRIAL, "T-1001").placed == a_paid_customer_s_trial()

    def test_repeated_it_changes_nothing(self, store: SqlStore) -> None:
        state = opened(store)
        state.begin(LATER)
        journal, its_papers = state.journal.take(), papers({"provisioning_contact": a_person()})
        recorded(store, state, journal, "run-1", LATER, its_papers)
        before = everything(store)
        recorded(store, state, journal, "run-1", LATER, its_papers)
        assert everything(store) == before

    def test_never_goes_back_within_a_run_but_another_runs_word_counts(self, store: SqlStore) -> None:
        early = opened(store)
        late = early.model_copy(deep=True)
        late.begin(LATER)
        record(store, late)
        recorded(store, early, Journal(sequence=early.journal.sequence), "run-1", LATER)
        assert store.row(Lifecycle.TRIAL, "T-1001").state == late
        recorded(store, early, Journal(sequence=early.journal.sequence), "run-2", LATER)
        assert store.row(Lifecycle.TRIAL, "T-1001").state == early

    def test_a_trial_never_opened_is_not_known(self, store: SqlStore) -> None:
        with pytest.raises(NotKnown, match="T-1001"):
            record(store, a_life(a_trial()))
        assert store.events(Lifecycle.TRIAL, "T-1001") == []
        with pytest.raises(NotKnown, match="T-404"):
            store.row(Lifecycle.TRIAL, "T-404")

    def test_its_mails_are_found_by_it(self, store: SqlStore) -> None:
        store.claim("trial-T-1/x", "trial_welcome", Lifecycle.TRIAL, "T-1", "customer_administrator/0", MONDAY)
        assert [mail.recipient for mail in store.mails(Lifecycle.TRIAL, "T-1")] == ["customer_administrator/0"]


class TestErasingAPersonOfATrial:
    """Deleting one row is enough: nothing else has the name, and the rest can still be read."""

    def test_leaves_the_rest_of_the_trial_readable(self, store: SqlStore) -> None:
        placed = a_crowd()
        open_trial(store, placed)
        for role in ("customer_administrator/0", "customer_administrator/1", "partner_administrator/2", "trial_user/3"):
            erase(store, role)
            with pytest.raises(NotKnown, match=role):
                store.person(Lifecycle.TRIAL, "T-1001", role)
        read = store.row(Lifecycle.TRIAL, "T-1001").placed
        gone = placed.administrators[0].model_copy(update={"person": ERASED})
        assert read == placed.model_copy(
            update={
                "customer": placed.customer.model_copy(update={"contact": ERASED}),
                "administrators": (gone, placed.administrators[1]),
                "partner_administrators": (placed.partner_administrators[0], ERASED),
                "users": (*placed.users[:3], ERASED, *placed.users[4:]),
            }
        )

    def test_leaves_no_trace_in_any_other_table(self, store: SqlStore) -> None:
        state = opened(store, a_crowd())
        state.begin(LATER)
        record(store, state)
        with store.engine.begin() as connection:
            assert connection.execute(delete(PersonRecord)).rowcount == 3 + 3 + 12
        found = str(everything(store)).lower().replace(state.policy.devices.trials_team, "")  # a desk, nobody's own
        assert "yamada" not in found
        assert "@" not in found

    def test_does_not_come_back_when_the_trial_is_opened_again(self, store: SqlStore) -> None:
        open_trial(store, a_trial())
        erase(store, "customer_administrator/0")
        open_trial(store, a_trial())
        assert store.row(Lifecycle.TRIAL, "T-1001").placed.customer.contact == ERASED


class TestListingTrials:
    @pytest.fixture
    def listed(self, store: SqlStore) -> SqlStore:
        """Four running trials, from the one due last to the one due first, and one that waits for nothing."""
        for id_, length in (("T-5", 50), ("T-4", 30), ("T-3", 30), ("T-2", 10)):
            state = opened(store, a_paid_customer_s_trial(id_, days=length, customer=a_customer(id=f"customer-{id_}")))
            state.begin(MONDAY)
            record(store, state)
        opened(store, a_trial("T-1", customer=a_customer(id="roppongi")))
        return store

    def test_goes_by_next_deadline_then_id_and_those_without_come_last(self, listed: SqlStore) -> None:
        assert [line.subject for line in listed.listed(Lifecycle.TRIAL)] == ["T-2", "T-3", "T-4", "T-5", "T-1"]
        assert [line.subject for line in listed.listed(Lifecycle.TRIAL, limit=2)] == ["T-2", "T-3"]

    def test_says_of_each_what_people_ask_first(self, listed: SqlStore) -> None:
        line, states = listed.listed(Lifecycle.TRIAL)[0], listed.states(Lifecycle.TRIAL, ["T-2", "T-1", "T-404"])
        assert (line.kind, line.stage) == ("trial.paying_customer", "trialing")
        assert (line.customer_id, line.partner_id, line.attention) == ("customer-T-2", "hikari", False)
        assert states == {id_: listed.row(Lifecycle.TRIAL, id_).state for id_ in ("T-1", "T-2")}
        assert line.next_deadline_label == "Expiry warning, 7 days before"

    def test_due_before_ends_just_before_that_instant(self, listed: SqlStore) -> None:
        due = listed.listed(Lifecycle.TRIAL)[1].next_deadline
        assert due is not None
        assert [line.subject for line in listed.listed(Lifecycle.TRIAL, due_before=due)] == ["T-2"]
        just_after = due + timedelta(microseconds=1)
        running_ones = listed.listed(Lifecycle.TRIAL, stage="trialing", due_before=just_after)
        assert [line.subject for line in running_ones] == ["T-2", "T-3", "T-4"]

    def test_a_stage_matches_exactly_or_up_to_a_dot(self, store: SqlStore) -> None:
        for n, stage in enumerate(TrialStage):
            in_stage(store, opened(store, a_trial(f"T-{n}", customer=a_customer(id=f"customer-{n}"))), stage)
        assert {line.stage for line in store.listed(Lifecycle.TRIAL)} == set(TrialStage)
        for wanted, stages in {
            "lapsed": {"lapsed", "lapsed.numbers_retained", "lapsed.numbers_released"},
            "lapsed.numbers_retained": {"lapsed.numbers_retained"},
            "pending": {"pending.customer_consent", "pending.awaiting_provisioning_details"},
            "trial": set(),
            "": set(),
        }.items():
            assert {line.stage for line in store.listed(Lifecycle.TRIAL, stage=wanted)} == stages, wanted


ALL_SERVICES = (MEETINGS, CALLING)


def lapsing(store: SqlStore, *services: Service, **changes: object) -> TrialState:
    """A trial whose losses are to come, of a customer who has nothing else."""
    state = opened(store, a_consented_trial("T-1001", *(services or ALL_SERVICES), **changes))
    in_stage(store, state, TrialStage.LAPSED)
    return state


def told_by(state: TrialState, others: Others) -> list[Event]:
    """The events of its end."""
    for step in state.losses_to_come:
        state.step_taken(fate_of(step, state.tried, others), LATER)
    state.stage = TrialStage.NUMBERS_RETAINED
    state.numbers_taken(fate_of(NUMBERS_RELEASED, state.tried, others), LATER)
    return state.journal.unrecorded


def taken(store: SqlStore) -> dict[str, tuple[str, ...]]:
    """Every step of the end of that trial: what each takes."""
    fates = [store.take_loss("T-1001", step, MONDAY) for step in (*LOSSES, NUMBERS_RELEASED)]
    return {fate.step: fate.lost for fate in fates if fate.lost}


EVERYTHING = {
    "users_moved": ("organization",),
    "licences_removed": ("meetings", "calling"),
    "site_url_released": ("meetings",),
    "roles_removed": ("organization",),
    "calling_configuration_removed": ("calling",),
    "numbers_released": ("calling",),
}
OF_CALLING = {"licences_removed", "calling_configuration_removed", "numbers_released"}


class TestWhatOthersGive:
    """AMB-48, AMB-49: decided by the store at the moment of the act."""

    def test_nobody_gives_anything_all_is_lost(self, store: SqlStore) -> None:
        lapsing(store)
        assert taken(store) == EVERYTHING
        assert store.spared("T-1001") == {}

    @pytest.mark.parametrize("suspended", [False, True])
    def test_a_subscription_keeps_the_organization_and_meetings(self, store: SqlStore, suspended: bool) -> None:
        lapsing(store)
        state = subscribed(store)
        if suspended:
            state.miss_renewal(LATER)
            recorded(store, state, state.journal.take(), "run-1", LATER)
        lost = taken(store)
        assert set(lost) == OF_CALLING
        assert lost["licences_removed"] == ("calling",)
        assert store.spared("T-1001")["users_moved"] == "organization: subscription sub-SO-100001"
        assert set(store.losses("T-1001")) == OF_CALLING

    def test_a_terminated_subscription_or_another_customers_spares_nothing(self, store: SqlStore) -> None:
        lapsing(store)
        terminated(store, subscribed(store))
        assert taken(store) == EVERYTHING

    def test_another_customers_subscription_or_trial_spares_nothing(self, store: SqlStore) -> None:
        lapsing(store)
        subscribed(store, "roppongi")
        running(store, a_paid_customer_s_trial("T-2", CALLING, customer=a_customer(id="roppongi")))
        assert taken(store) == EVERYTHING

    @pytest.mark.parametrize(
        ("stage", "partner"), [*zip(TrialStage, cycle([HIKARI, ASAHI])), (TrialStage.TRIALING, ASAHI)]
    )
    def test_another_open_trial_keeps_what_it_gives_and_the_organization(
        self, store: SqlStore, stage: TrialStage, partner: Partner
    ) -> None:
        """Any partner's, until it lapses or ends; a converted one is paid for."""
        lapsing(store)
        in_stage(store, opened(store, a_consented_trial("T-2", CALLING, partner=partner)), stage)
        over = stage in CLOSED - {TrialStage.CONVERTED} or stage.startswith(TrialStage.LAPSED)
        lost = taken(store)
        assert lost == EVERYTHING if over else set(lost) == {"licences_removed", "site_url_released"}
        assert "asahi" not in str(store.spared("T-1001")), "which partner's is nobody's business"

    def test_calling_that_another_partner_took_over_is_kept(self, store: SqlStore) -> None:
        """AMB-49: removed from the running trial, then given by somebody else."""
        state = running(store, a_paid_customer_s_trial("T-1001", CALLING, MESSAGING))
        state.edit_services(EditServices(by="partner-hikari", remove=(CALLING,)), LATER)
        record(store, state)
        other = running(store, a_paid_customer_s_trial("T-2", CALLING, partner=ASAHI))
        in_stage(store, state, TrialStage.LAPSED)
        assert set(taken(store)) == {"licences_removed"}
        assert store.take_loss("T-1001", "licences_removed", LATER).lost == ("messaging",)
        assert other.services == (CALLING,)

    def test_calling_removed_that_nobody_took_over_is_lost(self, store: SqlStore) -> None:
        state = running(store, a_paid_customer_s_trial("T-1001", CALLING, MESSAGING))
        state.edit_services(EditServices(by="partner-hikari", remove=(CALLING,)), LATER)
        in_stage(store, state, TrialStage.LAPSED)
        assert set(taken(store)) == OF_CALLING

    def test_what_upstream_knows_as_bought_keeps_the_organization(self, store: SqlStore) -> None:
        lapsing(store, CALLING, purchased=(MESSAGING,))
        assert set(taken(store)) == OF_CALLING

    def test_a_trial_that_became_paid_gives_what_was_paid(self, store: SqlStore) -> None:
        order = ordered(store, "SO-1")
        converted_by(store, a_paid_customer_s_trial("T-2", MESSAGING), order)
        lapsing(store, CALLING)
        assert store.take_loss("T-1001", "users_moved", MONDAY).lost == ()
        called_off(store, order)
        assert store.take_loss("T-1001", "roles_removed", MONDAY).lost == ("organization",)

    def test_each_step_looks_for_itself_and_a_repeat_gets_the_first_answer(self, store: SqlStore) -> None:
        lapsing(store)
        subscription = subscribed(store)
        spared = store.take_loss("T-1001", "users_moved", MONDAY)
        terminated(store, subscription)
        assert store.take_loss("T-1001", "users_moved", LATER) == spared
        assert store.take_loss("T-1001", "roles_removed", LATER).lost == ("organization",)
        assert set(store.losses("T-1001")) == {"roles_removed"}
        assert set(store.spared("T-1001")) == {"users_moved"}

    @pytest.mark.parametrize("attempt", range(3))
    def test_a_service_taken_over_in_that_moment_is_kept_or_lost_but_never_both(
        self, store: SqlStore, attempt: int
    ) -> None:
        """The other trial opens before the look and spares it, or after the loss."""
        lapsing(store, CALLING)
        answers = at_once(
            lambda: open_trial(store, a_consented_trial("T-2", CALLING, partner=ASAHI)),
            lambda: store.take_loss("T-1001", "calling_configuration_removed", MONDAY),
        )
        assert answers[0] is None
        fate = store.take_loss("T-1001", "calling_configuration_removed", LATER)
        assert fate == answers[1]
        assert (fate.lost, fate.spared != {}) in {(("calling",), False), ((), True)}

    def test_what_a_record_tells_is_kept_as_it_was_decided(self, store: SqlStore) -> None:
        """An older store was restored: the loss was real, whoever gives what today."""
        state = lapsing(store)
        subscription = subscribed(store)
        events = told_by(state, Others(services={MEETINGS: "subscription sub-9"}, organization="subscription sub-9"))
        for fate, at in recorded_fates(events):
            store.keep_fate("T-1001", fate, at)
        assert set(store.losses("T-1001")) == OF_CALLING
        assert store.spared("T-1001")["licences_removed"] == "meetings: subscription sub-9"
        before = everything(store)
        terminated(store, subscription)
        for fate, at in recorded_fates(events):
            store.keep_fate("T-1001", fate, at)
        assert store.losses("T-1001") == {step: LATER for step in (*LOSSES, NUMBERS_RELEASED) if step in OF_CALLING}
        assert before["trial_losses"] == everything(store)["trial_losses"]

    def test_mails_know_what_others_give_and_that_an_order_is_placed(self, store: SqlStore) -> None:
        running(store, a_paid_customer_s_trial("T-1001", CALLING))
        assert store.row(Lifecycle.TRIAL, "T-1001").paid_order is None
        subscribed(store)
        ordered(store, "SO-300001", converts_trial="T-1001")
        row = store.row(Lifecycle.TRIAL, "T-1001")
        assert row.paid_order == "SO-300001"
        assert row.others.giver_of(ENTERPRISE) == "subscription sub-SO-100001"
        assert row.others.giver_of(CALLING) is None


class TestLosses:
    def test_a_repeat_keeps_the_first_instant(self, store: SqlStore) -> None:
        opened(store)
        store.take_loss("T-1001", "users_moved", MONDAY)
        store.take_loss("T-1001", "users_moved", LATER)
        assert store.losses("T-1001") == {"users_moved": MONDAY}

    def test_are_told_in_the_order_they_were_taken(self, store: SqlStore) -> None:
        opened(store)
        first, second, third = "licences_removed", "roles_removed", "users_moved"
        for step, at in ((second, LATER), (third, LATER + timedelta(seconds=1)), (first, MONDAY)):
            store.take_loss("T-1001", step, at)
        assert list(store.losses("T-1001")) == [first, second, third]

    def test_of_one_instant_are_told_in_the_order_of_a_trials_end(self, store: SqlStore) -> None:
        opened(store, a_trial("T-1001", MEETINGS, CALLING))
        for step in sorted((*LOSSES, NUMBERS_RELEASED)):
            store.take_loss("T-1001", step, MONDAY)
        assert list(store.losses("T-1001")) == [*LOSSES, NUMBERS_RELEASED]

    def test_taken_at_once_are_taken_once(self, store: SqlStore) -> None:
        opened(store)
        answers = at_once(*[lambda: store.take_loss("T-1001", "users_moved", MONDAY)] * 6)
        assert {answer.lost for answer in answers if isinstance(answer, Fate)} == {("organization",)}
        assert len(store.losses("T-1001")) == 1

    def test_belong_to_one_trial_that_exists(self, store: SqlStore) -> None:
        opened(store)
        opened(store, a_consented_trial("T-2", CALLING))
        store.take_loss("T-2", "licences_removed", MONDAY)
        assert store.losses("T-1001") == {}
        with pytest.raises(NotKnown, match="T-404"):
            store.take_loss("T-404", "users_moved", MONDAY)


def paid_order(store: SqlStore) -> str | None:
    trial: TrialRow = store.row(Lifecycle.TRIAL, "T-1001")
    return trial.paid_order


class TestThePaidOrderOfATrial:
    @pytest.fixture(autouse=True)
    def trial(self, store: SqlStore) -> None:
        """The trial of customer akasaka."""
        running(store, a_paid_customer_s_trial())

    def place(self, store: SqlStore, number: str, trial_id: str | None = "T-1001") -> OrderState:
        return ordered(store, number, converts_trial=trial_id)

    def test_is_none_when_nobody_ordered(self, store: SqlStore) -> None:
        self.place(store, "SO-1", None)
        assert paid_order(store) is None

    def test_is_found_in_whatever_stage_it_is(self, store: SqlStore) -> None:
        state = self.place(store, "SO-1")
        assert paid_order(store) == "SO-1"
        state.hold_for_compliance(MONDAY, LATER, None)
        recorded(store, state, state.journal.take(), "run-SO-1", LATER)
        assert paid_order(store) == "SO-1"

    def test_is_not_one_that_was_rejected_or_cancelled(self, store: SqlStore) -> None:
        rejected, withdrawn = self.place(store, "SO-1"), self.place(store, "SO-2")
        rejected.hold_for_compliance(MONDAY, LATER, None)
        rejected.refuse_compliance(refused(), LATER)
        withdrawn.cancel(cancelled(), LATER)
        for state in (rejected, withdrawn):
            recorded(store, state, state.journal.take(), f"run-{state.number}", LATER)
        assert paid_order(store) is None
        self.place(store, "SO-3")
        assert paid_order(store) == "SO-3"

    def test_trl_65_is_not_another_customers(self, store: SqlStore) -> None:
        running(store, a_paid_customer_s_trial("T-2", customer=a_customer(id="roppongi")))
        ordered(store, "SO-1", converts_trial="T-2", customer=a_customer(id="roppongi"))
        assert paid_order(store) is None
        self.place(store, "SO-2")
        assert paid_order(store) == "SO-2"

    def test_trl_60_is_not_one_that_made_another_trial_paid(self, store: SqlStore) -> None:
        self.place(store, "SO-1")
        other = running(store, a_paid_customer_s_trial("T-2", MESSAGING))
        other.convert_by("SO-1", LATER)
        record(store, other)
        assert paid_order(store) is None


class TestAnOrderThatNamesATrial:
    """AMB-53: looked at when it is placed."""

    def refusal(self, store: SqlStore, trial_id: str = "T-1001", number: str = "SO-1", of: str = "akasaka") -> str:
        with store._writing() as session:
            try:
                refuse_converting(session, trial_id, of, number)
            except TrialNotConvertible as refused:
                return str(refused)
        return ""

    def test_is_taken_while_the_trial_is_in_use_or_in_grace(self, store: SqlStore) -> None:
        state = opened(store)
        for stage in some(TrialStage):
            in_stage(store, state, stage)
            refused = self.refusal(store)
            assert (refused == "") is (stage in {TrialStage.TRIALING, TrialStage.EXPIRED_GRACE}), stage
            assert not refused or str(stage) in refused

    def test_is_refused_for_a_trial_nobody_knows_or_of_somebody_else(self, store: SqlStore) -> None:
        running(store, a_paid_customer_s_trial())
        assert "no trial T-404 is known here" in self.refusal(store, "T-404")
        assert "another customer's trial" in self.refusal(store, of="roppongi")

    def test_is_refused_for_a_trial_that_another_order_made_paid(self, store: SqlStore) -> None:
        converted_by(store, a_paid_customer_s_trial(), ordered(store, "SO-9"))
        assert "converted by SO-9" in self.refusal(store)
        assert self.refusal(store, number="SO-9") == "", "the very order that converts it is placed a moment later"

    def test_makes_one_trial_paid_and_no_second(self, store: SqlStore) -> None:
        converted_by(store, a_paid_customer_s_trial("T-2", MESSAGING), ordered(store, "SO-9"))
        running(store, a_paid_customer_s_trial())
        assert "SO-9 converts trial T-2 already" in self.refusal(store, number="SO-9")

    def test_refused_it_leaves_no_trace(self, store: SqlStore) -> None:
        before = everything(store)
        with pytest.raises(TrialNotConvertible) as refusal:
            ordered(store, "SO-1", converts_trial="T-404")
        assert refusal.value.field == "converts_trial"
        assert everything(store) == before


class TestAnOrderThatSaysItShipped:
    """AMB-53: anybody can send a signal."""

    @pytest.fixture(autouse=True)
    def trial(self, store: SqlStore) -> None:
        """The trial of customer akasaka."""
        running(store, a_paid_customer_s_trial())

    def shipped(self, store: SqlStore, number: str, **changes: object) -> OrderState:
        state = ordered(store, number, **changes)
        state.shipped_at = LATER
        recorded(store, state, state.journal.take(), f"run-{number}", LATER)
        return state

    def refusal(self, store: SqlStore, number: str = "SO-1") -> str:
        with pytest.raises((NotKnown, OrderDoesNotConvert)) as refusal:
            store.check_shipped("T-1001", number)
        return str(refusal.value)

    def test_that_names_this_trial_converts_it(self, store: SqlStore) -> None:
        self.shipped(store, "SO-1", converts_trial="T-1001")
        store.check_shipped("T-1001", "SO-1")

    def test_that_nobody_knows_or_that_has_not_shipped_does_not(self, store: SqlStore) -> None:
        assert "no order" in self.refusal(store)
        ordered(store, "SO-1", converts_trial="T-1001")
        assert "has not shipped" in self.refusal(store)

    def test_that_names_no_trial_or_came_to_nothing_does_not(self, store: SqlStore) -> None:
        self.shipped(store, "SO-1")
        assert "does not name this trial" in self.refusal(store)
        state = self.shipped(store, "SO-2", converts_trial="T-1001")
        state.stage = Stage.REJECTED
        recorded(store, state, state.journal.take(), "run-SO-2", LATER)
        assert "was rejected" in self.refusal(store, "SO-2")


class TestConvertingByAnOrderPlacedAlready:
    """TRL-60, TRL-65: by its SO#."""

    @pytest.fixture(autouse=True)
    def trial(self, store: SqlStore) -> TrialState:
        """The trial of customer akasaka."""
        return running(store, a_paid_customer_s_trial())

    def refusal(self, store: SqlStore, number: str = "SO-300001") -> str:
        with pytest.raises((NotKnown, OrderDoesNotConvert)) as refusal:
            store.reserve_paid_order("T-1001", number)
        assert refusal.value.field == "order_number"
        return str(refusal.value)

    @pytest.mark.parametrize("trial_id", [None, "T-1001"], ids=["names no trial", "names this trial"])
    def test_trl_60_is_possible_by_an_order_of_the_same_customer(self, store: SqlStore, trial_id: str | None) -> None:
        ordered(store, "SO-300001", converts_trial=trial_id, ordering_partner=ASAHI)
        store.reserve_paid_order("T-1001", "SO-300001")
        reserved = everything(store)
        store.reserve_paid_order("T-1001", "SO-300001")
        assert everything(store) == reserved
        assert store.row(Lifecycle.TRIAL, "T-1001").state.order_number == "SO-300001"

    def test_trl_60_a_second_trial_gets_another_one(self, store: SqlStore, trial: TrialState) -> None:
        """Until the first one's record gives it back."""
        ordered(store, "SO-300001")
        running(store, a_paid_customer_s_trial("T-2", MESSAGING))
        store.reserve_paid_order("T-2", "SO-300001")
        assert "converts trial T-2 already" in self.refusal(store)
        state = store.row(Lifecycle.TRIAL, "T-2").state.model_copy(update={"order_number": None})
        state.journal.note("trial.convert_refused", LATER)
        record(store, state)
        store.reserve_paid_order("T-1001", "SO-300001")

    @pytest.mark.parametrize("attempt", range(3))
    def test_trl_60_of_trials_at_once_one_gets_it(self, store: SqlStore, attempt: int) -> None:
        ordered(store, "SO-300001")
        running(store, a_paid_customer_s_trial("T-2", MESSAGING))
        running(store, a_paid_customer_s_trial("T-3", Service.CONTACT_CENTER))

        def reserving(trial_id: str) -> Callable[[], None]:
            return lambda: store.reserve_paid_order(trial_id, "SO-300001")

        answers = at_once(*(reserving(trial_id) for trial_id in ("T-1001", "T-2", "T-3")))
        assert answers.count(None) == 1
        assert sum(isinstance(answer, OrderDoesNotConvert) for answer in answers) == 2

    def test_trl_60_a_trial_that_cannot_be_converted_any_more_keeps_none(
        self, store: SqlStore, trial: TrialState
    ) -> None:
        """Told of its end already: no record would follow that gives it back."""
        ordered(store, "SO-300001")
        in_stage(store, trial, TrialStage.CANCELLED)
        store.reserve_paid_order("T-1001", "SO-300001")
        assert store.row(Lifecycle.TRIAL, "T-1001").state.order_number is None

    def test_trl_60_is_refused_by_one_nobody_knows(self, store: SqlStore) -> None:
        assert "no order with that SO# is known" in self.refusal(store)

    def test_trl_65_is_refused_by_another_customers(self, store: SqlStore) -> None:
        ordered(store, "SO-300001", customer=a_customer(id="roppongi"))
        assert self.refusal(store) == "order_number: SO-300001 is another customer's (TRL-65)"

    def test_trl_60_is_refused_by_one_that_came_to_nothing(self, store: SqlStore) -> None:
        called_off(store, ordered(store, "SO-300001"))
        assert "SO-300001 was cancelled" in self.refusal(store)
        rejected = ordered(store, "SO-300002")
        rejected.hold_for_compliance(MONDAY, LATER, None)
        rejected.refuse_compliance(refused(), LATER)
        recorded(store, rejected, rejected.journal.take(), "run-SO-300002", LATER)
        assert "SO-300002 was rejected" in self.refusal(store, "SO-300002")

    def test_trl_60_is_refused_by_a_renewal(self, store: SqlStore) -> None:
        subscribed(store)
        placed = a_renewal("SO-300001")
        store.open_order(placed, OrderState.placed(placed, MONDAY), "run-SO-300001", MONDAY)
        assert "is a renewal" in self.refusal(store)

    def test_trl_60_is_refused_by_one_that_converts_another_trial(self, store: SqlStore) -> None:
        running(store, a_paid_customer_s_trial("T-2", MESSAGING))
        ordered(store, "SO-300001", converts_trial="T-2")
        assert "converts another trial" in self.refusal(store)

    def test_trl_60_of_a_trial_never_opened_nobody_knows(self, store: SqlStore) -> None:
        with pytest.raises(NotKnown, match="T-404"):
            store.reserve_paid_order("T-404", "SO-300001")


class TestConvertingByAnOrderToPlace:
    """TRL-60, R9: the SO# must be its own."""

    @pytest.fixture(autouse=True)
    def trial(self, store: SqlStore) -> None:
        """The trial of customer akasaka."""
        running(store, a_paid_customer_s_trial())

    def check(self, store: SqlStore, order: PlaceOrder) -> None:
        store.reserve_paid_order("T-1001", order.sales_order_number, order)

    def test_trl_60_is_possible_by_an_so_nobody_knows_or_by_a_repeat(self, store: SqlStore) -> None:
        order = an_order("SO-300001", converts_trial="T-1001")
        self.check(store, order)
        ordered(store, "SO-300001", converts_trial="T-1001")
        self.check(store, order.model_copy(update={"by": "somebody-else", "reason": "sent again"}))

    @pytest.mark.parametrize(
        "other",
        [
            {"customer": a_customer(id="roppongi"), "converts_trial": None},
            {"term_months": 24, "converts_trial": "T-1001"},
            {"customer": a_customer(contact=a_person("taro@akasaka.example.com")), "converts_trial": "T-1001"},
        ],
        ids=["another customer's", "other terms", "other people"],
    )
    def test_r9_is_refused_by_an_so_that_is_taken(self, store: SqlStore, other: dict[str, object]) -> None:
        ordered(store, "SO-300001", **other)
        with pytest.raises(Taken) as refusal:
            self.check(store, an_order("SO-300001", converts_trial="T-1001"))
        assert refusal.value.field == "order.sales_order_number"
        assert "order_number" in str(refusal.value)

    def test_trl_60_is_refused_by_an_so_that_another_trial_wants(self, store: SqlStore) -> None:
        running(store, a_paid_customer_s_trial("T-2", MESSAGING))
        store.reserve_paid_order("T-2", "SO-300001", an_order("SO-300001", converts_trial="T-2"))
        with pytest.raises(OrderDoesNotConvert, match="converts trial T-2 already") as refusal:
            self.check(store, an_order("SO-300001", converts_trial="T-1001"))
        assert refusal.value.field == "order.sales_order_number"

    def test_r9_is_refused_by_a_repeat_of_one_that_came_to_nothing(self, store: SqlStore) -> None:
        called_off(store, ordered(store, "SO-300001", converts_trial="T-1001"))
        with pytest.raises(Taken):
            self.check(store, an_order("SO-300001", converts_trial="T-1001"))

    @pytest.mark.parametrize(
        ("order", "field"),
        [
            (an_order("SO-300001", converts_trial="T-2"), "order.converts_trial"),
            (a_renewal("SO-300001"), "order.kind"),
        ],
        ids=["for another trial", "a renewal"],
    )
    def test_trl_60_is_refused_by_its_field(self, store: SqlStore, order: PlaceOrder, field: str) -> None:
        with pytest.raises(OrderDoesNotConvert) as refusal:
            self.check(store, order)
        assert refusal.value.field == field


def a_device(device_id: str = "D-1", **changes: object) -> DeviceState:
    given: dict[str, object] = {
        "by": "tenure",
        "device_id": device_id,
        "trial_id": "T-1001",
        "customer_id": "akasaka",
        "partner_id": "hikari",
        "model": "Desk Pro",
        "serial_number": "FOC2301A1BC",
        "expires_on": MONDAY,
        "country": "JP",
        "zone": "Asia/Tokyo",
        "customer_administrators": 1,
        "partner_administrators": 1,
    }
    return DeviceState.shipped(StartDeviceLoan.model_validate(given | changes), MONDAY)


def lent(store: SqlStore, state: DeviceState | None = None, run: str = "run-1") -> DeviceState:
    state = state or a_device()
    recorded(store, state, state.journal.take(), run, LATER)
    return state


def opening(store: SqlStore, state: DeviceState) -> DeviceState:
    """A loan begins."""
    store.open_device(state, state.journal.take(), "run-1", LATER)
    return state


def a_trial_device(device_id: str) -> TrialDevice:
    return TrialDevice(device_id=device_id, model="Desk Pro", serial_number="FOC1", expires_on=MONDAY)


def late(store: SqlStore, device_id: str, **changes: object) -> DeviceState:
    state = a_device(device_id, **changes)
    state.expire(LATER)
    state.miss_return(LATER)
    return lent(store, state)


def overdue(store: SqlStore) -> list[str]:
    """They stand among the open ones that need attention."""
    lines = store.listed(Lifecycle.DEVICE, attention=True, open_only=True)
    states = store.states(Lifecycle.DEVICE, [line.subject for line in lines])
    return sorted(id_ for id_, state in states.items() if isinstance(state, DeviceState) and state.overdue)


class TestDevices:
    def test_are_kept_with_events_tasks_and_mails(self, store: SqlStore) -> None:
        state = a_device()
        state.journal.open_task("find", TaskKind.SETTLE_MAIL, "operations", MONDAY)
        told = state.journal.model_copy(deep=True)
        lent(store, state)
        assert store.row(Lifecycle.DEVICE, "D-1").state == state
        assert store.events(Lifecycle.DEVICE, "D-1") == told.unrecorded
        assert store.tasks(Lifecycle.DEVICE, "D-1") == told.changed_tasks
        store.claim("device-D-1/x", "device_eula", Lifecycle.DEVICE, "D-1", "customer_administrator/0", MONDAY)
        assert len(store.mails(Lifecycle.DEVICE, "D-1")) == 1

    def test_recorded_again_nothing_changes(self, store: SqlStore) -> None:
        state = a_device()
        journal = state.journal.take()
        recorded(store, state, journal, "run-1", LATER)
        before = everything(store)
        recorded(store, state, journal, "run-1", LATER)
        assert everything(store) == before

    def test_never_go_back_within_a_run_but_another_runs_word_counts(self, store: SqlStore) -> None:
        early = lent(store)
        further = early.model_copy(deep=True)
        further.expire(LATER)
        lent(store, further)
        recorded(store, early, Journal(sequence=early.journal.sequence), "run-1", LATER)
        assert store.row(Lifecycle.DEVICE, "D-1").state == further
        recorded(store, early, Journal(sequence=early.journal.sequence), "run-2", LATER)
        assert store.row(Lifecycle.DEVICE, "D-1").state == early

    def test_r9_lent_for_one_trial_are_refused_to_another(self, store: SqlStore) -> None:
        device = TrialDevice(device_id="D-1", model="Desk Pro", serial_number="FOC1", expires_on=MONDAY)
        open_trial(store, a_consented_trial(devices=(device,)))
        lent(store)
        open_trial(store, a_consented_trial(devices=(device,)))
        before = everything(store)
        with pytest.raises(DeviceTaken) as refusal:
            open_trial(store, a_trial("T-2", customer=a_customer(id="roppongi"), devices=(device,)))
        assert refusal.value.field == "devices"
        assert "D-1" in str(refusal.value)
        assert "T-1001" not in str(refusal.value)
        assert everything(store) == before

    @pytest.mark.parametrize("device_id", ["D-1", "D-2"], ids=["the same id", "the same serial number"])
    def test_trl_15_promised_to_one_trial_are_refused_to_another(self, store: SqlStore, device_id: str) -> None:
        """Before they are lent: both trials may still be provisioned. What is over promises nothing."""
        first = opened(store, a_consented_trial("T-1", devices=(a_trial_device("D-1"),)))
        for number, stage in enumerate(some(TrialStage), 2):
            in_stage(store, first, stage)
            customer = a_customer(id=f"customer-{number}")
            other = a_trial(f"T-{number}", customer=customer, devices=(a_trial_device(device_id),))
            refused = refusal_of(store, other)
            assert (refused is None) is (stage in CLOSED or stage is TrialStage.NUMBERS_RETAINED), stage
            if refused:
                assert isinstance(refused, DeviceTaken)
                assert refused.field == "devices"
                assert "D-1" in str(refused)

    @pytest.mark.parametrize("attempt", range(2))
    def test_trl_15_of_trials_at_once_one_gets_the_device(self, store: SqlStore, attempt: int) -> None:
        def opening(n: int) -> Callable[[], None]:
            placed = a_trial(f"T-{n}", customer=a_customer(id=f"customer-{n}"), devices=(a_trial_device("D-1"),))
            return lambda: open_trial(store, placed, f"run-{n}")

        answers = at_once(*(opening(n) for n in range(6)))
        assert answers.count(None) == 1
        assert sum(isinstance(answer, DeviceTaken) for answer in answers) == 5

    def test_trl_15_back_from_one_trial_they_may_go_to_another_under_a_new_id(self, store: SqlStore) -> None:
        opened(store, a_consented_trial("T-1001", devices=(a_trial_device("D-1"),)))
        state = opening(store, a_device("D-1", serial_number="FOC1"))
        other = a_trial("T-2", customer=a_customer(id="roppongi"), devices=(a_trial_device("D-2"),))
        with pytest.raises(DeviceTaken):
            open_trial(store, other)
        state.hand_over(HandOver(by="customer-17"), LATER)
        state.report_received(ReportReceived(by="vendor-logistics", serial_number="FOC1"), LATER)
        lent(store, state)
        open_trial(store, other)

    def test_trl_94_one_serial_number_is_in_one_open_loan(self, store: SqlStore) -> None:
        opened(store)
        state = opening(store, a_device("D-1"))
        opening(store, a_device("D-1"))
        before = everything(store)
        with pytest.raises(DeviceTaken, match="D-1") as refusal:
            opening(store, a_device("D-2"))
        assert refusal.value.field == "serial_number"
        assert everything(store) == before
        state.hand_over(HandOver(by="customer-17"), LATER)
        state.report_received(ReportReceived(by="vendor-logistics", serial_number=state.serial_number), LATER)
        lent(store, state)
        opening(store, a_device("D-2"))

    @pytest.mark.parametrize("attempt", range(3))
    def test_trl_94_of_loans_at_once_one_gets_the_serial_number(self, store: SqlStore, attempt: int) -> None:
        opened(store)

        def open_one(n: int) -> Callable[[], object]:
            return lambda: opening(store, a_device(f"D-{n}")) and None

        answers = at_once(*(open_one(n) for n in range(6)))
        assert answers.count(None) == 1
        assert sum(isinstance(answer, DeviceTaken) for answer in answers) == 5

    @pytest.mark.parametrize(
        ("field", "value"), [("trial_id", "T-404"), ("customer_id", "roppongi"), ("partner_id", "asahi")]
    )
    def test_trl_15_a_loan_is_for_a_trial_that_is_known(self, store: SqlStore, field: str, value: str) -> None:
        opened(store)
        before = everything(store)
        with pytest.raises(LoanOfNobody) as refusal:
            opening(store, a_device("D-1", **{field: value}))
        assert refusal.value.field == field
        assert everything(store) == before

    def test_trl_94_a_device_promised_to_a_trial_is_lent_to_that_one(self, store: SqlStore) -> None:
        """Between the trial's start and its loan nobody else gets it, or it would be lost in silence."""
        opened(store, a_consented_trial("T-1001", devices=(a_trial_device("D-1"),)))
        opened(store, a_trial("T-2", customer=a_customer(id="roppongi")))
        with pytest.raises(DeviceTaken, match="promised") as refusal:
            opening(store, a_device("D-2", serial_number="FOC1", trial_id="T-2", customer_id="roppongi"))
        assert refusal.value.field == "serial_number"
        opening(store, a_device("D-1", serial_number="FOC1"))

    def test_r9_a_device_lent_for_another_trial_keeps_its_id(self, store: SqlStore) -> None:
        opened(store)
        opened(store, a_trial("T-2", customer=a_customer(id="roppongi")))
        opening(store, a_device("D-1"))
        with pytest.raises(DeviceTaken) as refusal:
            opening(store, a_device("D-1", serial_number="FOC9", trial_id="T-2", customer_id="roppongi"))
        assert refusal.value.field == "device_id"

    def test_nobody_knows_are_not_known(self, store: SqlStore) -> None:
        with pytest.raises(NotKnown, match="D-404"):
            store.row(Lifecycle.DEVICE, "D-404")
        assert store.listed(Lifecycle.DEVICE, linked_to="T-404") == []

    def test_are_listed_by_next_deadline_then_id_of_one_trial_or_of_all(self, store: SqlStore) -> None:
        for id_, days, trial_id in (("D-4", 9, "T-1"), ("D-3", 0, "T-1"), ("D-2", 0, "T-2"), ("D-1", 0, "T-1")):
            lent(store, a_device(id_, expires_on=MONDAY + timedelta(days=days), trial_id=trial_id))
        assert [line.subject for line in store.listed(Lifecycle.DEVICE)] == ["D-1", "D-2", "D-3", "D-4"]
        of_one = store.listed(Lifecycle.DEVICE, linked_to="T-1")
        assert [line.subject for line in of_one] == ["D-1", "D-3", "D-4"]

    def test_are_overdue_until_they_are_back(self, store: SqlStore) -> None:
        lent(store, a_device("D-1"))
        late(store, "D-2")
        on_its_way, back = late(store, "D-3"), late(store, "D-4", trial_id="T-2")
        for state in (on_its_way, back):
            state.hand_over(HandOver(by="customer-17"), LATER)
        back.report_received(ReportReceived(by="vendor-logistics", serial_number=back.serial_number), LATER)
        lent(store, on_its_way)
        assert overdue(store) == ["D-2", "D-3", "D-4"]
        lent(store, back)
        assert overdue(store) == ["D-2", "D-3"]

    def test_take_their_people_from_their_trial(self, store: SqlStore) -> None:
        open_trial(store, a_crowd())
        lent(store)
        found = store.person(Lifecycle.DEVICE, "D-1", "customer_administrator/1")
        assert found == a_crowd().administrators[0].person
        for role in ("customer_administrator/3", "trials_team"):
            with pytest.raises(NotKnown, match="device D-1"):
                store.person(Lifecycle.DEVICE, "D-1", role)
        erase(store, "customer_administrator/1")
        with pytest.raises(NotKnown):
            store.person(Lifecycle.DEVICE, "D-1", "customer_administrator/1")

    def test_have_their_trials_people_corrected(self, store: SqlStore) -> None:
        open_trial(store, a_crowd())
        lent(store)
        store.correct_address(Lifecycle.DEVICE, "D-1", "customer_administrator/0", "new@akasaka.example.com")
        assert store.row(Lifecycle.TRIAL, "T-1001").placed.customer.contact.email == "new@akasaka.example.com"

    def test_without_a_trial_or_never_lent_have_nobody(self, store: SqlStore) -> None:
        lent(store)
        for device_id in ("D-1", "D-404"):
            with pytest.raises(NotKnown, match=device_id):
                store.person(Lifecycle.DEVICE, device_id, "customer_administrator/0")


class TestATrialThatWasReset:
    def test_tells_nothing_twice_and_its_word_counts(self, store: SqlStore) -> None:
        first = opened(store, a_paid_customer_s_trial())
        first.begin(MONDAY)
        record(store, first)
        told = store.events(Lifecycle.TRIAL, "T-1001")
        second = TrialState.placed(a_paid_customer_s_trial(), LATER)
        open_trial(store, a_paid_customer_s_trial())
        second.begin(LATER)
        record(store, second, run="run-2")
        assert store.events(Lifecycle.TRIAL, "T-1001") == told
        second.cancel(ended(), LATER)
        record(store, second, run="run-2")
        assert store.row(Lifecycle.TRIAL, "T-1001").state == second
        assert [event.type for event in store.events(Lifecycle.TRIAL, "T-1001")[len(told) :]] == ["trial.cancelled"]


def test_trl_42_who_else_manages_the_customer_is_known_by_what_is_open(store: SqlStore) -> None:
    running(store, a_paid_customer_s_trial("T-1", partner=HIKARI))
    assert list(store.managing_partners("T-1")) == []
    other = running(store, a_paid_customer_s_trial("T-2", MESSAGING, partner=ASAHI))
    elsewhere = a_customer(id="shibuya")
    running(store, a_paid_customer_s_trial("T-3", MESSAGING, partner=a_partner("minato"), customer=elsewhere))
    assert list(store.managing_partners("T-1")) == ["asahi"]
    assert list(store.managing_partners("T-2")) == ["hikari"]
    in_stage(store, other, TrialStage.CANCELLED)
    assert list(store.managing_partners("T-1")) == []

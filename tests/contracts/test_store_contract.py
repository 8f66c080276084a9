"""What every store promises (activities/ports/), sentence by sentence, on every database."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import delete, event, select, text
from sqlalchemy.exc import StatementError

from activities.ports import (
    NotKnown,
    OpenedOrder,
    Papers,
    RenewalNotPossible,
    SubscriptionUnknown,
    Taken,
)
from adapters.sql.csm import RosterEmpty
from adapters.sql.schema import CsmLoad, PersonRecord
from adapters.sql.store import SqlStore
from domain.deadlines import Deadline
from domain.events import Journal, TaskKind
from domain.lifecycle import Lifecycle
from domain.mails import MailState, Role
from domain.order.messages import PlaceOrder
from domain.order.people import graduation_people, provisioning_people
from domain.order.state import OrderState
from domain.order.states import CLOSED, Stage
from domain.subscription.messages import StartSubscription, TerminateSubscription
from domain.subscription.state import SubscriptionState
from domain.trial.state import TrialState
from domain.trial.states import RUNNING, TrialStage
from domain.values import ERASED, Person, Refused
from tests.makers import (
    MONDAY,
    a_customer,
    a_form,
    a_graduation,
    a_paid_customer_s_trial,
    a_partner,
    a_person,
    a_renewal,
    an_order,
    built,
    cancelled,
    cleared,
    refused,
    some,
    submitted,
)
from tests.postgres import at_once, everything
from tests.records import papers, recorded

LATER = MONDAY + timedelta(hours=1)
SUBSCRIPTION = "sub-SO-100001"
LAST_MONTHS = (2200 - 2026) * 12 - 6
"""From MONDAY on, so that a term of one month more ends on the first day of December 2199."""

MAIL = "order-SO-100001/welcome"


def a_life(placed: PlaceOrder) -> OrderState:
    return OrderState.placed(placed, MONDAY)


def opened(store: SqlStore, placed: PlaceOrder | None = None, run: str = "run-1") -> OrderState:
    """An order the store knows, its first event recorded."""
    placed = placed or an_order()
    state = a_life(placed)
    store.open_order(placed, state, run, MONDAY)
    record(store, state)
    return state


def record(store: SqlStore, state: OrderState, papers: Papers | None = None, run: str = "run-1") -> None:
    recorded(store, state, state.journal.take(), run, LATER, papers)


def held(state: OrderState, overdue_at: datetime = LATER) -> OrderState:
    state.hold_for_compliance(MONDAY, overdue_at, None)
    return state


def a_subscription(subscription_id: str = SUBSCRIPTION, customer_id: str = "akasaka") -> SubscriptionState:
    start = StartSubscription(
        by="tenure",
        subscription_id=subscription_id,
        order_number="SO-100001",
        customer_id=customer_id,
        partner_id="hikari",
        zone="Asia/Tokyo",
        service_start_at=MONDAY,
        term_months=12,
    )
    return SubscriptionState.started(start, MONDAY)


def subscribed(store: SqlStore, state: SubscriptionState | None = None, run: str = "run-1") -> SubscriptionState:
    state = state or a_subscription()
    recorded(store, state, state.journal.take(), run, LATER)
    return state


def tried(
    store: SqlStore,
    stage: TrialStage = TrialStage.TRIALING,
    trial_id: str = "T-1001",
    customer_id: str = "akasaka",
) -> TrialState:
    """A trial of that customer in that stage, whatever else it tries."""
    started = a_paid_customer_s_trial(trial_id, customer=a_customer(id=f"customer-of-{trial_id}"))
    state = TrialState.placed(started, MONDAY)
    store.open_lifecycle(started, state, "run-1", MONDAY)
    state.customer_id, state.stage = customer_id, stage
    recorded(store, state, state.journal.take(), "run-1", LATER)
    return state


def terminated(store: SqlStore, state: SubscriptionState) -> None:
    state.terminate(TerminateSubscription(by="ops-7", reason="left"), MONDAY)
    subscribed(store, state)


def claimed(store: SqlStore, key: str = MAIL, now: datetime = MONDAY) -> None:
    store.claim(key, "welcome", Lifecycle.ORDER, "SO-100001", "site_administrator", now)


def erase(store: SqlStore, role: str, subject: str = "SO-100001") -> None:
    with store.engine.begin() as connection:
        who = delete(PersonRecord).where(PersonRecord.subject == subject, PersonRecord.role == role)
        assert connection.execute(who).rowcount == 1


class TestOpeningAnOrder:
    def test_keeps_the_order_as_it_was_placed_and_as_it_stands(self, store: SqlStore) -> None:
        placed = an_order(reselling_partner=a_partner("asahi", "アサヒ"), placed_at=MONDAY)
        state = a_life(placed)
        assert store.open_order(placed, state, "run-1", MONDAY) == OpenedOrder()
        row = store.row(Lifecycle.ORDER, "SO-100001")
        assert (row.placed, row.state) == (placed, state)
        assert (row.provisioning_form, row.graduation_form, row.access) == (None, None, None)

    def test_keeps_its_people_by_role(self, store: SqlStore) -> None:
        placed = an_order(reselling_partner=a_partner("asahi"))
        opened(store, placed)
        for role, person in {
            Role.ORDERING_PARTNER: placed.ordering_partner.contact,
            Role.FACING_PARTNER: a_partner("asahi").contact,
            Role.CUSTOMER: placed.customer.contact,
        }.items():
            assert store.person(Lifecycle.ORDER, "SO-100001", role) == person

    def test_without_a_tier_2_the_ordering_partner_faces_the_customer(self, store: SqlStore) -> None:
        placed = an_order()
        opened(store, placed)
        facing = store.person(Lifecycle.ORDER, "SO-100001", Role.FACING_PARTNER)
        assert facing == placed.ordering_partner.contact

    def test_repeated_by_the_same_run_it_gives_the_same_answer_and_changes_nothing(self, store: SqlStore) -> None:
        state = opened(store)
        held(state)
        record(store, state)
        before = everything(store)
        again = store.open_order(an_order(), a_life(an_order()), "run-1", LATER)
        assert again == OpenedOrder()
        assert everything(store) == before

    def test_another_run_with_the_same_content_is_told_so_whoever_sends_it(self, store: SqlStore) -> None:
        opened(store)
        again = an_order(by="upstream-2", reason="sent again")
        with pytest.raises(Taken) as refusal:
            store.open_order(again, a_life(again), "run-2", LATER)
        assert str(refusal.value) == (
            "sales_order_number: SO-100001 was already taken by an order with the same content "
            "that is acknowledged (R9)"
        )

    @pytest.mark.parametrize(
        "other",
        [
            an_order(term_months=24),
            an_order(customer=a_customer(contact=a_person("taro@akasaka.example.com"))),
            an_order(reselling_partner=a_partner("asahi")),
        ],
        ids=["terms", "people", "Tier-2"],
    )
    def test_another_run_with_other_content_is_told_so(self, store: SqlStore, other: PlaceOrder) -> None:
        opened(store)
        with pytest.raises(Taken, match="with other content that is acknowledged") as refusal:
            store.open_order(other, a_life(other), "run-2", LATER)
        assert refusal.value.field == "sales_order_number"
        assert store.row(Lifecycle.ORDER, "SO-100001").placed == an_order()

    def test_a_number_stays_taken_when_the_order_is_over(self, store: SqlStore) -> None:
        state = opened(store)
        state.cancel(cancelled(), MONDAY)
        record(store, state)
        with pytest.raises(Taken, match="that is cancelled"):
            store.open_order(an_order(), a_life(an_order()), "run-2", LATER)

    def test_of_two_runs_at_once_one_gets_the_number(self, store: SqlStore) -> None:
        def by(run: str) -> Callable[[], OpenedOrder]:
            return lambda: store.open_order(an_order(), a_life(an_order()), run, MONDAY)

        answers = at_once(*(by(f"run-{n}") for n in range(6)))
        assert answers.count(OpenedOrder()) == 1
        assert sum(isinstance(answer, Taken) for answer in answers) == 5

    def test_attempts_of_one_run_at_once_get_one_answer(self, store: SqlStore) -> None:
        def attempt() -> OpenedOrder:
            return store.open_order(an_order(), a_life(an_order()), "run-1", MONDAY)

        assert at_once(*[attempt] * 6) == [OpenedOrder()] * 6


class TestOpeningARenewal:
    def test_is_told_the_renewal_date(self, store: SqlStore) -> None:
        subscribed(store)
        answer = store.open_order(a_renewal(), a_life(a_renewal()), "run-1", MONDAY)
        assert answer == OpenedOrder(renewal_date=date(2027, 6, 1))

    def test_the_same_run_hears_the_same_date_even_after_it_moved(self, store: SqlStore) -> None:
        state = subscribed(store)
        first = store.open_order(a_renewal(), a_life(a_renewal()), "run-1", MONDAY)
        state.months += 12
        state.journal.note("subscription.renewed", LATER)
        terminated(store, state)
        assert store.open_order(a_renewal(), a_life(a_renewal()), "run-1", LATER) == first

    def test_needs_a_subscription_that_exists(self, store: SqlStore) -> None:
        with pytest.raises(SubscriptionUnknown, match="REN-01") as refusal:
            store.open_order(a_renewal(), a_life(a_renewal()), "run-1", MONDAY)
        assert refusal.value.field == "subscription_id"

    def test_needs_the_same_customer_and_does_not_name_the_other(self, store: SqlStore) -> None:
        subscribed(store, a_subscription(customer_id="roppongi"))
        with pytest.raises(RenewalNotPossible, match="another customer") as refusal:
            store.open_order(a_renewal(), a_life(a_renewal()), "run-1", MONDAY)
        assert refusal.value.field == "customer.id"
        assert "roppongi" not in str(refusal.value)

    def test_needs_a_subscription_that_is_not_terminated(self, store: SqlStore) -> None:
        terminated(store, a_subscription())
        with pytest.raises(RenewalNotPossible, match="is terminated") as refusal:
            store.open_order(a_renewal(), a_life(a_renewal()), "run-1", MONDAY)
        assert refusal.value.field == "subscription_id"

    def test_is_possible_for_a_suspended_subscription(self, store: SqlStore) -> None:
        state = a_subscription()
        state.miss_renewal(MONDAY)
        subscribed(store, state)
        answer = store.open_order(a_renewal(), a_life(a_renewal()), "run-1", MONDAY)
        assert answer.renewal_date == state.renewal_date

    @pytest.mark.parametrize(("months", "refused"), [(LAST_MONTHS, False), (LAST_MONTHS + 1, True)])
    def test_ends_in_a_time_that_the_calendars_know(self, store: SqlStore, months: int, refused: bool) -> None:
        state = a_subscription()
        state.months = months
        subscribed(store, state)
        if not refused:
            assert opened(store, a_renewal(term_months=1)).number == "SO-200001"
            return
        with pytest.raises(RenewalNotPossible, match="no term ends after 2200-01-01") as refusal:
            opened(store, a_renewal(term_months=1))
        assert refusal.value.field == "term_months"

    def test_needs_to_be_the_only_one_under_way(self, store: SqlStore) -> None:
        subscribed(store)
        opened(store, a_renewal("SO-200001"))
        second = a_renewal("SO-200002")
        with pytest.raises(RenewalNotPossible, match="SO-200001, which is acknowledged") as refusal:
            store.open_order(second, a_life(second), "run-2", MONDAY)
        assert refusal.value.field == "subscription_id"

    def test_leaves_nothing_behind_when_it_is_refused(self, store: SqlStore) -> None:
        before = everything(store)
        with pytest.raises(SubscriptionUnknown):
            store.open_order(a_renewal(), a_life(a_renewal()), "run-1", MONDAY)
        assert everything(store) == before

    def test_is_possible_again_once_the_other_came_to_nothing(self, store: SqlStore) -> None:
        subscribed(store)
        first = opened(store, a_renewal("SO-200001"))
        first.cancel(cancelled(), MONDAY)
        record(store, first)
        opened(store, a_renewal("SO-200002"))

    def test_attempts_of_one_run_at_once_get_one_answer(self, store: SqlStore) -> None:
        state = subscribed(store)

        def attempt() -> OpenedOrder:
            return store.open_order(a_renewal(), a_life(a_renewal()), "run-1", MONDAY)

        assert at_once(*[attempt] * 6) == [OpenedOrder(renewal_date=state.renewal_date)] * 6

    def test_of_many_for_one_subscription_at_once_one_is_opened(self, store: SqlStore) -> None:
        subscribed(store)

        def renewing(placed: PlaceOrder) -> Callable[[], OpenedOrder]:
            return lambda: store.open_order(placed, a_life(placed), placed.sales_order_number, MONDAY)

        answers = at_once(*(renewing(a_renewal(f"SO-20000{n}")) for n in range(6)))
        assert sum(isinstance(answer, OpenedOrder) for answer in answers) == 1
        assert sum(isinstance(answer, RenewalNotPossible) for answer in answers) == 5
        assert len(store.listed(Lifecycle.ORDER)) == 1


class TestOpeningAnOrderOfACustomerWithATrial:
    """AMB-53: a paid order that names a trial is checked when it is placed; one that names none is told of it."""

    @staticmethod
    def names(store: SqlStore, trial: str = "T-1001", **changes: Any) -> OrderState:
        return opened(store, an_order(converts_trial=trial, **changes))

    @staticmethod
    def told(store: SqlStore, placed: PlaceOrder, run: str = "run-1") -> tuple[str, ...]:
        return store.open_order(placed, a_life(placed), run, MONDAY).unconverted_trials

    @pytest.mark.parametrize("stage", sorted(RUNNING))
    def test_converts_a_trial_in_use_or_in_grace(self, store: SqlStore, stage: TrialStage) -> None:
        tried(store, stage)
        assert self.told(store, an_order(converts_trial="T-1001")) == ()

    @pytest.mark.parametrize("stage", sorted(set(TrialStage) - RUNNING))
    def test_converts_no_other(self, store: SqlStore, stage: TrialStage) -> None:
        tried(store, stage)
        with pytest.raises(Refused, match=f"^converts_trial: the trial is {stage}"):
            self.names(store)

    def test_converts_no_trial_that_nobody_knows(self, store: SqlStore) -> None:
        with pytest.raises(Refused, match=r"^converts_trial: no trial T-1001 is known"):
            self.names(store)

    def test_converts_no_other_customer_s_trial(self, store: SqlStore) -> None:
        tried(store, customer_id="roppongi")
        with pytest.raises(Refused, match=r"^converts_trial: is another customer's trial") as refusal:
            self.names(store)
        assert "roppongi" not in str(refusal.value)

    def test_leaves_nothing_behind_when_it_is_refused(self, store: SqlStore) -> None:
        tried(store, TrialStage.LAPSED)
        before = everything(store)
        with pytest.raises(Refused):
            self.names(store)
        assert everything(store) == before

    def test_the_same_run_gets_its_answer_whatever_became_of_the_trial(self, store: SqlStore) -> None:
        state = tried(store)
        self.names(store)
        state.stage = TrialStage.LAPSED
        recorded(store, state, state.journal.take(), "run-1", LATER)
        assert self.told(store, an_order(converts_trial="T-1001")) == ()

    def test_an_order_under_way_is_not_asked_again_when_an_older_store_lacks_it(self, store: SqlStore) -> None:
        state = held(a_life(an_order(converts_trial="T-1001")))
        store.open_order(an_order(converts_trial="T-1001"), state, "run-1", LATER)

    def test_is_told_of_running_trials_that_nobody_converts(self, store: SqlStore) -> None:
        for number, stage in enumerate(sorted(TrialStage)):
            tried(store, stage, f"T-{number:02}")
        tried(store, TrialStage.TRIALING, "T-ROPPONGI", customer_id="roppongi")
        running = [f"T-{number:02}" for number, stage in enumerate(sorted(TrialStage)) if stage in RUNNING]
        assert self.told(store, an_order()) == tuple(running)

    def test_is_not_told_of_one_that_a_live_order_converts(self, store: SqlStore) -> None:
        tried(store)
        first = self.names(store)
        assert self.told(store, an_order("SO-2")) == ()
        first.cancel(cancelled(), MONDAY)
        record(store, first)
        assert self.told(store, an_order("SO-3")) == ("T-1001",)

    def test_a_renewal_is_told_of_none(self, store: SqlStore) -> None:
        tried(store)
        subscribed(store)
        assert self.told(store, a_renewal()) == ()


class TestRecordingAnOrder:
    def test_brings_row_events_tasks_papers_and_people_up_to_date(self, store: SqlStore) -> None:
        state = held(opened(store))
        state.clear_compliance(cleared(), MONDAY)
        state.submit_provisioning_form(submitted(), LATER)
        state.journal.open_task("call", TaskKind.RELAY_CONFIRMATION, "hikari", LATER)
        told = state.journal.model_copy(deep=True)
        people = provisioning_people(a_form(), state) | graduation_people(a_graduation(), state)
        its_papers = papers(people=people, provisioning_form=a_form(), graduation_form=a_graduation(), access=built())
        record(store, state, its_papers)
        row = store.row(Lifecycle.ORDER, "SO-100001")
        assert row.state == state
        assert (row.provisioning_form, row.graduation_form, row.access) == (a_form(), a_graduation(), built())
        assert store.events(Lifecycle.ORDER, "SO-100001")[1:] == told.unrecorded
        assert store.tasks(Lifecycle.ORDER, "SO-100001") == told.changed_tasks
        for role, person in people.items():
            assert store.person(Lifecycle.ORDER, "SO-100001", role) == person

    def test_repeated_it_changes_nothing(self, store: SqlStore) -> None:
        state = held(opened(store))
        state.journal.open_task("call", TaskKind.RELAY_CONFIRMATION, "hikari", MONDAY)
        journal, its_papers = state.journal.take(), papers(provisioning_form=a_form())
        recorded(store, state, journal, "run-1", LATER, its_papers)
        before = everything(store)
        recorded(store, state, journal, "run-1", LATER, its_papers)
        assert everything(store) == before

    def test_never_goes_back_though_late_events_are_still_kept(self, store: SqlStore) -> None:
        early = held(opened(store))
        late = early.model_copy(deep=True)
        unrecorded = early.journal.take()
        late.journal.take()
        late.refuse_compliance(refused(), LATER)
        record(store, late)
        recorded(store, early, unrecorded, "run-1", LATER)
        assert store.row(Lifecycle.ORDER, "SO-100001").state == late
        assert [event.sequence for event in store.events(Lifecycle.ORDER, "SO-100001")] == [1, 2, 3]

    def test_an_older_journal_never_reopens_a_task(self, store: SqlStore) -> None:
        state = opened(store)
        state.journal.open_task("call", TaskKind.RELAY_CONFIRMATION, "hikari", MONDAY)
        open_yet, before = state.journal.take(), state.model_copy(deep=True)
        state.journal.close_task("call", LATER)
        state.journal.note("order.task_completed", LATER)
        record(store, state)
        recorded(store, before, open_yet, "run-1", LATER)
        assert [task.closed_at for task in store.tasks(Lifecycle.ORDER, "SO-100001")] == [LATER]

    def test_an_order_never_opened_is_not_known(self, store: SqlStore) -> None:
        with pytest.raises(NotKnown):
            record(store, a_life(an_order()))
        assert store.events(Lifecycle.ORDER, "SO-100001") == []

    def test_of_an_event_told_twice_the_first_telling_stays(self, store: SqlStore) -> None:
        state = opened(store)
        again = state.model_copy(deep=True)
        again.hold_for_compliance(LATER, LATER, None)
        record(store, held(state))
        before = store.events(Lifecycle.ORDER, "SO-100001")
        record(store, again)
        assert store.events(Lifecycle.ORDER, "SO-100001") == before

    def test_a_task_may_be_opened_again(self, store: SqlStore) -> None:
        state = opened(store)
        for step in ("open", "close", "open"):
            if step == "open":
                state.journal.open_task("call", TaskKind.RELAY_CONFIRMATION, "hikari", LATER)
            else:
                state.journal.close_task("call", LATER)
            state.journal.note(f"order.task_{step}", LATER)
            record(store, state)
            (task,) = store.tasks(Lifecycle.ORDER, "SO-100001")
            assert (task.closed_at is None) is (step == "open")

    def test_at_once_by_many_attempts_it_is_recorded_once(self, store: SqlStore) -> None:
        state = held(opened(store))
        journal = state.journal.take()
        assert at_once(*[lambda: recorded(store, state, journal, "run-1", LATER)] * 6) == [None] * 6
        assert len(store.events(Lifecycle.ORDER, "SO-100001")) == 2

    def test_a2_what_a_lost_workflow_task_told_is_told_once_though_something_came_first_when_it_was_told_again(
        self, store: SqlStore
    ) -> None:
        lost = held(opened(store))
        lost.clear_compliance(cleared(), MONDAY)
        lost.journal.note("order.tried", MONDAY, by_whom="A")
        lost.journal.note("order.tried", MONDAY, by_whom="B")
        recorded(store, lost, lost.journal.take(), "run-1", MONDAY)

        again = held(a_life(an_order()))
        again.journal.take()
        again.journal.note("order.heard", LATER)
        recorded(store, again, again.journal.take(), "run-1", LATER)
        again.clear_compliance(cleared(), LATER)
        recorded(store, again, again.journal.take(), "run-1", LATER)
        again.journal.note("order.tried", LATER, by_whom="B")
        recorded(store, again, again.journal.take(), "run-1", LATER)
        again.journal.note("order.tried", LATER, by_whom="C")
        recorded(store, again, again.journal.take(), "run-1", LATER)

        told = [
            (each.sequence, each.type, each.data.get("by_whom")) for each in store.events(Lifecycle.ORDER, "SO-100001")
        ]
        assert told == [
            (1, "order.acknowledged", None),
            (2, "order.held", None),
            (3, "order.heard", None),
            (4, "order.compliance_cleared", None),
            (5, "order.shipped", None),
            (5, "order.tried", "A"),
            (6, "order.tried", "B"),
            (7, "order.tried", "C"),
        ]

    def test_an_order_nobody_placed_is_not_known(self, store: SqlStore) -> None:
        with pytest.raises(NotKnown, match="SO-404"):
            store.row(Lifecycle.ORDER, "SO-404")


class TestAResetOrder:
    """The life is told again from some point on, by another run: the same facts at other times, or another way."""

    def test_tells_nothing_twice_loses_nothing_and_its_word_counts(self, store: SqlStore) -> None:
        first = held(opened(store))
        first.endanger("hold_overdue", MONDAY, MONDAY)
        record(store, first)
        told = store.events(Lifecycle.ORDER, "SO-100001")
        first.clear_compliance(cleared(), MONDAY)
        record(store, first)

        second = OrderState.placed(an_order(), LATER)
        second.hold_for_compliance(LATER, LATER, None)
        second.endanger("hold_overdue", LATER, LATER)
        record(store, second, run="run-2")
        assert store.row(Lifecycle.ORDER, "SO-100001").state == second
        second.cancel(cancelled(), LATER)
        recorded(store, second, second.journal.take(), "run-2", LATER + timedelta(days=1))
        assert store.row(Lifecycle.ORDER, "SO-100001").state == second
        assert store.listed(Lifecycle.ORDER)[0].stage == "cancelled"

        events = store.events(Lifecycle.ORDER, "SO-100001")
        assert events[:3] == told
        assert [(event.sequence, event.type) for event in events[3:]] == [
            (4, "order.compliance_cleared"),
            (4, "order.cancelled"),
            (5, "order.shipped"),
        ]

    def test_counts_though_it_has_come_less_far_and_then_never_goes_back_either(self, store: SqlStore) -> None:
        first = held(opened(store))
        first.clear_compliance(cleared(), MONDAY)
        record(store, first)
        second = held(a_life(an_order()))
        early = second.model_copy(deep=True)
        second.journal.note("order.tried", LATER)
        record(store, second, run="run-2")
        assert store.row(Lifecycle.ORDER, "SO-100001").state == second
        record(store, early, run="run-2")
        assert store.row(Lifecycle.ORDER, "SO-100001").state == second

    def test_decides_over_its_tasks_too(self, store: SqlStore) -> None:
        first = opened(store)
        first.journal.open_task("call", TaskKind.RELAY_CONFIRMATION, "hikari", MONDAY)
        first.journal.close_task("call", MONDAY)
        first.journal.note("order.tried", MONDAY)
        record(store, first)
        second = a_life(an_order())
        second.journal.open_task("call", TaskKind.RELAY_CONFIRMATION, "hikari", LATER)
        record(store, second, run="run-2")
        (task,) = store.tasks(Lifecycle.ORDER, "SO-100001")
        assert (task.opened_at, task.closed_at) == (LATER, None)

    def test_may_open_the_order_again(self, store: SqlStore) -> None:
        """The first run's id stays that of the workflow, whichever run tells the rest."""
        first = held(opened(store))
        record(store, first, run="run-2")
        assert store.open_order(an_order(), a_life(an_order()), "run-1", LATER) == OpenedOrder()
        assert store.row(Lifecycle.ORDER, "SO-100001").state == first


class TestTakingOverFromALostRun:
    """R9: Temporal was restored from an older backup than the store and knows no run of an open order."""

    @staticmethod
    def took_over(store: SqlStore, placed: PlaceOrder, *lost: str) -> OrderState:
        state = a_life(placed)
        store.open_order(placed, state, "run-2", LATER, frozenset(lost))
        return state

    def test_the_order_stands_where_it_began_and_the_record_says_so(self, store: SqlStore) -> None:
        first = held(opened(store))
        first.clear_compliance(cleared(), MONDAY)
        record(store, first)
        state = self.took_over(store, an_order(by="upstream-2"), "run-1")
        assert store.row(Lifecycle.ORDER, "SO-100001").state == state.for_the_store()
        told = [event.type for event in store.events(Lifecycle.ORDER, "SO-100001")]
        assert told[:3] == ["order.acknowledged", "order.held", "order.compliance_cleared"]
        assert "order.started_again" in told
        assert store.open_order(an_order(), a_life(an_order()), "run-2", LATER) == OpenedOrder()

    def test_its_open_tasks_are_closed_and_may_be_opened_again(self, store: SqlStore) -> None:
        first = opened(store)
        first.journal.open_task("call", TaskKind.RELAY_CONFIRMATION, "hikari", MONDAY)
        record(store, first)
        state = self.took_over(store, an_order(), "run-1")
        assert [task.closed_at for task in store.tasks(Lifecycle.ORDER, "SO-100001")] == [LATER]
        state.journal.open_task("call", TaskKind.RELAY_CONFIRMATION, "hikari", LATER)
        record(store, state, run="run-2")
        assert [task.closed_at for task in store.tasks(Lifecycle.ORDER, "SO-100001")] == [None]

    def test_a_renewal_keeps_its_date_though_its_subscription_moved_on(self, store: SqlStore) -> None:
        state = subscribed(store)
        store.open_order(a_renewal(), a_life(a_renewal()), "run-1", MONDAY)
        terminated(store, state)
        answer = store.open_order(a_renewal(), a_life(a_renewal()), "run-2", LATER, frozenset({"run-1"}))
        assert answer.renewal_date == date(2027, 6, 1)

    def test_who_hands_it_in_again_names_anew_who_was_erased(self, store: SqlStore) -> None:
        opened(store)
        erase(store, Role.CUSTOMER)
        other = an_order(customer=a_customer(contact=a_person("taro@akasaka.example.com")))
        self.took_over(store, other, "run-1")
        assert store.row(Lifecycle.ORDER, "SO-100001").placed == other

    def test_every_run_that_told_it_must_be_lost(self, store: SqlStore) -> None:
        record(store, held(opened(store)), run="run-1b")
        for lost in ((), ("run-1",), ("run-1b", "run-9")):
            with pytest.raises(Taken) as refusal:
                self.took_over(store, an_order(), *lost)
            assert refusal.value.by == {"run-1", "run-1b"}
        self.took_over(store, an_order(), "run-1", "run-1b")

    @pytest.mark.parametrize("stage", sorted(CLOSED))
    def test_what_is_over_is_never_started_again(self, store: SqlStore, stage: Stage) -> None:
        state = opened(store)
        state.stage = stage
        record(store, state)
        with pytest.raises(Taken) as refusal:
            self.took_over(store, an_order(), "run-1")
        assert refusal.value.by == frozenset()

    def test_other_content_stays_a_conflict(self, store: SqlStore) -> None:
        opened(store)
        with pytest.raises(Taken, match="with other content") as refusal:
            self.took_over(store, an_order(term_months=24), "run-1")
        assert refusal.value.by == frozenset()

    def test_of_many_runs_at_once_one_takes_it(self, store: SqlStore) -> None:
        opened(store)

        def by(run: str) -> Callable[[], OpenedOrder]:
            return lambda: store.open_order(an_order(), a_life(an_order()), run, LATER, frozenset({"run-1"}))

        answers = at_once(*(by(f"run-{n}") for n in range(2, 8)))
        assert answers.count(OpenedOrder()) == 1
        assert sum(isinstance(answer, Taken) for answer in answers) == 5


class TestOpeningAnOrderUnderWay:
    """An older store was restored: the order's own first run opens its row once more."""

    def test_it_is_inserted_as_it_stands(self, store: SqlStore) -> None:
        state = held(a_life(an_order()))
        store.open_order(an_order(), state, "run-1", LATER)
        assert store.row(Lifecycle.ORDER, "SO-100001").state == state
        assert store.row(Lifecycle.ORDER, "SO-100001").placed == an_order()

    def test_a_renewal_is_not_asked_again_and_its_date_stays(self, store: SqlStore) -> None:
        state = a_life(a_renewal())
        state.hold_for_compliance(MONDAY, LATER, date(2027, 6, 1))
        assert store.open_order(a_renewal(), state, "run-1", LATER).renewal_date == date(2027, 6, 1)

    def test_unless_another_renewal_was_opened_meanwhile(self, store: SqlStore) -> None:
        subscribed(store)
        store.open_order(a_renewal("SO-200002"), a_life(a_renewal("SO-200002")), "run-2", MONDAY)
        state = a_life(a_renewal())
        state.hold_for_compliance(MONDAY, LATER, date(2027, 6, 1))
        with pytest.raises(RenewalNotPossible, match="being renewed by SO-200002"):
            store.open_order(a_renewal(), state, "run-1", LATER)


class TestErasingAPerson:
    """Deleting one row is enough: nothing else has the name, and the rest can still be read."""

    @pytest.mark.parametrize(
        ("role", "field"),
        [
            (Role.CUSTOMER, "customer"),
            (Role.ORDERING_PARTNER, "ordering_partner"),
            (Role.FACING_PARTNER, "reselling_partner"),
        ],
    )
    def test_leaves_the_rest_of_the_order_readable(self, store: SqlStore, role: Role, field: str) -> None:
        placed = an_order(reselling_partner=a_partner("asahi"))
        opened(store, placed)
        erase(store, role)
        read = store.row(Lifecycle.ORDER, "SO-100001").placed
        erased = getattr(placed, field).model_copy(update={"contact": ERASED})
        assert read == placed.model_copy(update={field: erased})
        with pytest.raises(NotKnown, match=role):
            store.person(Lifecycle.ORDER, "SO-100001", role)

    def test_leaves_no_trace_in_any_other_table(self, store: SqlStore) -> None:
        canary = a_person("canary@akasaka.example.com", first_name="Canary", phone="+81 3 5550 0199")
        opened(store, an_order(customer=a_customer(contact=canary)))
        erase(store, Role.CUSTOMER)
        found = str(everything(store)).lower()
        assert "canary" not in found
        assert "355500199" not in found

    def test_does_not_come_back_when_the_order_is_opened_again(self, store: SqlStore) -> None:
        opened(store)
        erase(store, Role.CUSTOMER)
        store.open_order(an_order(), a_life(an_order()), "run-1", LATER)
        assert store.row(Lifecycle.ORDER, "SO-100001").placed.customer.contact == ERASED

    def test_nobody_can_tell_afterwards_whether_another_was_meant(self, store: SqlStore) -> None:
        opened(store)
        erase(store, Role.CUSTOMER)
        other = an_order(customer=a_customer(contact=a_person("taro@akasaka.example.com")))
        with pytest.raises(Taken, match="with the same content"):
            store.open_order(other, a_life(other), "run-2", LATER)


class TestListingOrders:
    @pytest.fixture
    def listed(self, store: SqlStore) -> SqlStore:
        """Five orders, from the one due last to the one that waits for nothing."""
        for number, due in (("SO-5", 5), ("SO-4", 3), ("SO-3", 3), ("SO-2", 1)):
            record(store, held(opened(store, an_order(number)), MONDAY + timedelta(days=due)))
        opened(store, an_order("SO-1"))
        return store

    def test_goes_by_next_deadline_then_number_and_those_without_come_last(self, listed: SqlStore) -> None:
        assert [line.subject for line in listed.listed(Lifecycle.ORDER)] == ["SO-2", "SO-3", "SO-4", "SO-5", "SO-1"]

    def test_says_of_each_what_people_ask_first(self, listed: SqlStore) -> None:
        line = listed.listed(Lifecycle.ORDER)[0]
        assert (line.kind, line.stage, line.customer_id) == ("order.new", "held", "akasaka")
        assert (line.partner_id, line.linked_to) == ("hikari", "sub-SO-2")
        assert line.next_deadline == MONDAY + timedelta(days=1)
        assert line.next_deadline_label == "Compliance hold overdue: alert"
        assert not line.attention

    def test_shows_who_needs_attention(self, store: SqlStore) -> None:
        state = opened(store)
        state.endanger("hold_overdue", MONDAY, MONDAY)
        record(store, state)
        assert store.listed(Lifecycle.ORDER)[0].attention

    def test_a_stage_matches_exactly_or_up_to_a_dot(self, listed: SqlStore) -> None:
        for number in ("SO-7", "SO-8"):
            state = held(opened(listed, an_order(number)))
            state.clear_compliance(cleared(), MONDAY)
            if number == "SO-8":
                state.submit_provisioning_form(submitted(), MONDAY)
            record(listed, state)
        for stage, numbers in {
            "in_progress.provisioning": ["SO-8"],
            "in_progress": ["SO-8"],
            "pending": ["SO-7"],
            "acknowledged": ["SO-1"],
            "in": [],
            "in_progress.": [],
            "%": [],
            "no such stage": [],
        }.items():
            assert [line.subject for line in listed.listed(Lifecycle.ORDER, stage=stage)] == numbers, stage

    def test_closed_orders_are_listed_too(self, store: SqlStore) -> None:
        state = opened(store)
        state.cancel(cancelled(), MONDAY)
        record(store, state)
        assert [line.stage for line in store.listed(Lifecycle.ORDER)] == ["cancelled"]

    def test_due_before_ends_just_before_that_instant(self, listed: SqlStore) -> None:
        on_day_3 = MONDAY + timedelta(days=3)
        assert [line.subject for line in listed.listed(Lifecycle.ORDER, due_before=on_day_3)] == ["SO-2"]
        just_after = on_day_3 + timedelta(microseconds=1)
        held_ones = listed.listed(Lifecycle.ORDER, stage="held", due_before=just_after)
        assert [line.subject for line in held_ones] == ["SO-2", "SO-3", "SO-4"]

    def test_due_before_is_an_instant_in_any_zone_but_never_naive(self, listed: SqlStore) -> None:
        in_tokyo = (MONDAY + timedelta(days=3)).astimezone(timezone(timedelta(hours=9)))
        assert [line.subject for line in listed.listed(Lifecycle.ORDER, due_before=in_tokyo)] == ["SO-2"]
        with pytest.raises(StatementError, match="time zone"):
            listed.listed(Lifecycle.ORDER, due_before=datetime(2026, 6, 1))

    def test_is_as_long_as_wanted(self, listed: SqlStore) -> None:
        assert [line.subject for line in listed.listed(Lifecycle.ORDER, limit=2)] == ["SO-2", "SO-3"]


class TestInstants:
    def test_come_back_as_the_same_instant_in_utc(self, store: SqlStore) -> None:
        tokyo = timezone(timedelta(hours=9))
        odd = datetime(2026, 10, 25, 10, 30, 0, 123456, tzinfo=tokyo)
        state = opened(store)
        state.agenda.arm(Deadline(kind="odd", at=odd, label="an odd instant"))
        state.journal.note("order.tried", odd)
        record(store, state)
        claimed(store, now=odd)
        read = [
            store.listed(Lifecycle.ORDER)[0].next_deadline,
            store.events(Lifecycle.ORDER, "SO-100001")[-1].occurred_at,
            store.mails(Lifecycle.ORDER, "SO-100001")[0].claimed_at,
        ]
        assert read == [odd] * 3
        assert all(instant is not None and instant.tzinfo is UTC for instant in read)

    def test_without_a_zone_are_refused(self, store: SqlStore) -> None:
        with pytest.raises(StatementError, match="time zone"):
            claimed(store, now=datetime(2026, 6, 1))
        assert store.mails(Lifecycle.ORDER, "SO-100001") == []


class TestSubscriptions:
    def test_are_kept_with_events_and_tasks(self, store: SqlStore) -> None:
        state = a_subscription()
        state.journal.open_task("verify/SO-1", TaskKind.VERIFY_RENEWAL, "hikari", MONDAY)
        told = state.journal.model_copy(deep=True)
        subscribed(store, state)
        row = store.row(Lifecycle.SUBSCRIPTION, SUBSCRIPTION)
        assert (row.state, row.csm, row.orders) == (state, None, ())
        assert store.events(Lifecycle.SUBSCRIPTION, SUBSCRIPTION) == told.unrecorded
        assert store.tasks(Lifecycle.SUBSCRIPTION, SUBSCRIPTION) == told.changed_tasks

    def test_recorded_again_nothing_changes(self, store: SqlStore) -> None:
        state = a_subscription()
        journal = state.journal.take()
        recorded(store, state, journal, "run-1", LATER)
        before = everything(store)
        recorded(store, state, journal, "run-1", LATER)
        assert everything(store) == before

    def test_never_go_back(self, store: SqlStore) -> None:
        late = subscribed(store)
        early = late.model_copy(deep=True)
        late.miss_renewal(LATER)
        subscribed(store, late)
        recorded(store, early, Journal(sequence=early.journal.sequence), "run-1", LATER)
        assert store.row(Lifecycle.SUBSCRIPTION, SUBSCRIPTION).state == late

    def test_another_runs_word_counts_and_the_first_telling_stays(self, store: SqlStore) -> None:
        first = subscribed(store)
        second = first.model_copy(deep=True)
        first.miss_renewal(MONDAY)
        first.journal.note("subscription.tried", MONDAY)
        subscribed(store, first)
        told = store.events(Lifecycle.SUBSCRIPTION, SUBSCRIPTION)
        second.miss_renewal(LATER)
        subscribed(store, second, run="run-2")
        assert store.row(Lifecycle.SUBSCRIPTION, SUBSCRIPTION).state == second
        assert store.events(Lifecycle.SUBSCRIPTION, SUBSCRIPTION) == told

    def test_nobody_knows_are_not_known(self, store: SqlStore) -> None:
        with pytest.raises(NotKnown, match="sub-404"):
            store.row(Lifecycle.SUBSCRIPTION, "sub-404")

    def test_name_their_orders_oldest_first_without_those_that_came_to_nothing(self, store: SqlStore) -> None:
        subscribed(store)
        first_renewal = opened(store, a_renewal("SO-300001", placed_at=MONDAY + timedelta(days=300)))
        first_renewal.cancel(cancelled(), LATER)
        record(store, first_renewal)
        opened(store, a_renewal("SO-200001", placed_at=MONDAY + timedelta(days=330)))
        opened(store, an_order("SO-100001"))
        opened(store, an_order("SO-999999"))
        assert store.row(Lifecycle.SUBSCRIPTION, SUBSCRIPTION).orders == ("SO-100001", "SO-200001")


def loads(store: SqlStore) -> dict[str, int]:
    """How many each looks after, as counted."""
    with store.engine.connect() as connection:
        return {load.csm: load.subscriptions for load in connection.execute(select(CsmLoad.csm, CsmLoad.subscriptions))}


def statements(store: SqlStore, call: Callable[[], object]) -> list[tuple[str, Any]]:
    """Everything the database is asked, with its parameters."""
    asked: list[tuple[str, Any]] = []

    def note(*given: Any) -> None:
        asked.append((given[2], given[3]))

    event.listen(store.engine, "before_cursor_execute", note)
    call()
    event.remove(store.engine, "before_cursor_execute", note)
    return asked


def plans(store: SqlStore, asked: list[tuple[str, Any]]) -> str:
    """How SQLite answers them."""
    with store.engine.connect() as connection:
        return "".join(
            str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())
            for statement, parameters in asked
            if not statement.startswith("BEGIN")
        )


class TestAssigningACsm:
    def test_goes_by_fewest_subscriptions_then_by_roster(self, store: SqlStore) -> None:
        given = [store.assign_csm(f"sub-{n}", ("csm-b", "csm-a")) for n in range(3)]
        assert given == ["csm-b", "csm-a", "csm-b"]
        assert store.assign_csm("sub-3", ("csm-b", "csm-a", "csm-c")) == "csm-c"

    def test_repeated_gives_the_same_answer_whatever_the_roster_says_now(self, store: SqlStore) -> None:
        assert store.assign_csm(SUBSCRIPTION, ("csm-a",)) == "csm-a"
        assert store.assign_csm(SUBSCRIPTION, ("csm-b",)) == "csm-a"

    def test_works_before_the_subscription_is_recorded(self, store: SqlStore) -> None:
        store.assign_csm(SUBSCRIPTION, ("csm-a",))
        subscribed(store)
        assert store.row(Lifecycle.SUBSCRIPTION, SUBSCRIPTION).csm == "csm-a"

    def test_terminated_subscriptions_no_longer_count(self, store: SqlStore) -> None:
        store.assign_csm(SUBSCRIPTION, ("csm-a", "csm-b"))
        terminated(store, a_subscription())
        assert store.assign_csm("sub-2", ("csm-a", "csm-b")) == "csm-a"

    def test_a_termination_that_is_told_again_counts_once_and_a_reset_takes_it_back(self, store: SqlStore) -> None:
        roster = ("csm-a", "csm-b")
        assert [store.assign_csm(f"sub-{n}", roster) for n in range(3)] == ["csm-a", "csm-b", "csm-a"]
        state = subscribed(store, a_subscription("sub-0"))
        before = state.model_copy(deep=True)
        terminated(store, state)
        subscribed(store, state)
        assert loads(store) == {"csm-a": 1, "csm-b": 1}
        recorded(store, before, Journal(sequence=before.journal.sequence), "run-1", LATER)
        assert loads(store) == {"csm-a": 1, "csm-b": 1}, "a record of the same run that comes late changes nothing"
        subscribed(store, before, "run-2")
        assert loads(store) == {"csm-a": 2, "csm-b": 1}

    def test_one_assigned_after_its_termination_does_not_count(self, store: SqlStore) -> None:
        terminated(store, a_subscription())
        store.assign_csm(SUBSCRIPTION, ("csm-a",))
        assert loads(store) == {}

    def test_assigned_and_terminated_at_once_is_not_counted_in_the_end(self, store: SqlStore) -> None:
        states = [subscribed(store, a_subscription(f"sub-{n}")) for n in range(4)]

        def ending(state: SubscriptionState) -> Callable[[], object]:
            return lambda: terminated(store, state)

        def assigning(state: SubscriptionState) -> Callable[[], object]:
            return lambda: store.assign_csm(state.subscription_id, ("csm-a",))

        at_once(*(ending(state) for state in states), *(assigning(state) for state in states))
        assert loads(store).get("csm-a", 0) == 0

    def test_asks_as_much_however_many_were_ever_assigned(self, store: SqlStore) -> None:
        roster = ("csm-a", "csm-b")
        store.assign_csm("sub-first", roster)
        asked = statements(store, lambda: store.assign_csm("sub-early", roster))
        for number in range(50):
            store.assign_csm(f"sub-{number}", roster)
        late = statements(store, lambda: store.assign_csm("sub-late", roster))
        assert [statement for statement, _ in late] == [statement for statement, _ in asked]
        if store.engine.dialect.name == "sqlite":
            assert "SCAN" not in plans(store, late)

    def test_at_once_is_shared_out_evenly(self, store: SqlStore) -> None:
        def assigning(subscription_id: str) -> Callable[[], str]:
            return lambda: store.assign_csm(subscription_id, ("csm-a", "csm-b", "csm-c"))

        given = at_once(*(assigning(f"sub-{n}") for n in range(9)))
        assert [given.count(csm) for csm in ("csm-a", "csm-b", "csm-c")] == [3, 3, 3]

    def test_at_once_for_one_subscription_gives_one_answer(self, store: SqlStore) -> None:
        given = at_once(*[lambda: store.assign_csm(SUBSCRIPTION, ("csm-a", "csm-b"))] * 6)
        assert given == ["csm-a"] * 6

    def test_needs_somebody_on_the_roster(self, store: SqlStore) -> None:
        with pytest.raises(RosterEmpty):
            store.assign_csm(SUBSCRIPTION, ())


class TestTheArchive:
    def test_knows_nothing_of_what_never_was(self, store: SqlStore) -> None:
        assert store.events(Lifecycle.ORDER, "SO-404") == []
        assert store.tasks(Lifecycle.ORDER, "SO-404") == []
        assert store.mails(Lifecycle.ORDER, "SO-404") == []

    def test_keeps_lifecycles_apart(self, store: SqlStore) -> None:
        opened(store, an_order("SO-1"))
        subscribed(store, a_subscription("SO-1"))
        assert [event.type for event in store.events(Lifecycle.ORDER, "SO-1")] == ["order.acknowledged"]
        assert [event.type for event in store.events(Lifecycle.SUBSCRIPTION, "SO-1")] == ["subscription.activated"]

    def test_tells_events_oldest_first(self, store: SqlStore) -> None:
        state = opened(store)
        for n in range(2, 13):
            state.journal.note(f"order.tried_{n}", MONDAY, what=None, count=n, day=date(2026, 6, 1))
        told = state.journal.model_copy(deep=True).unrecorded
        record(store, state)
        assert store.events(Lifecycle.ORDER, "SO-100001")[1:] == told

    def test_shows_open_tasks_first_the_oldest_before_the_others(self, store: SqlStore) -> None:
        state = opened(store)
        for key, opened_at in (("done", MONDAY), ("young", LATER), ("old", MONDAY)):
            state.journal.open_task(key, TaskKind.RELAY_CONFIRMATION, "hikari", opened_at)
        state.journal.close_task("done", LATER)
        record(store, state)
        assert [task.key for task in store.tasks(Lifecycle.ORDER, "SO-100001")] == ["old", "young", "done"]

    def test_knows_several_people_in_one_role_by_number(self, store: SqlStore) -> None:
        state = opened(store)
        people = {f"customer_administrator/{n}": a_person(f"admin-{n}@akasaka.example.com") for n in range(3)}
        record(store, state, papers(people=people))
        assert store.person(Lifecycle.ORDER, "SO-100001", "customer_administrator/1").email.startswith("admin-1@")
        with pytest.raises(NotKnown, match="customer_administrator/3"):
            store.person(Lifecycle.ORDER, "SO-100001", "customer_administrator/3")

    def test_shows_mails_oldest_first(self, store: SqlStore) -> None:
        claimed(store, "order-SO-100001/a", LATER)
        claimed(store, "order-SO-100001/b", MONDAY)
        assert [mail.key[-1] for mail in store.mails(Lifecycle.ORDER, "SO-100001")] == ["b", "a"]


class TestCorrectingAnAddress:
    """From then on the person whom `person` finds has it, wherever their row is."""

    NEW = "hanako.suzuki@akasaka.example.com"

    def test_changes_nothing_else_and_repeated_nothing_at_all(self, store: SqlStore) -> None:
        placed = an_order()
        opened(store, placed)
        store.correct_address(Lifecycle.ORDER, "SO-100001", Role.CUSTOMER, self.NEW)
        person = store.person(Lifecycle.ORDER, "SO-100001", Role.CUSTOMER)
        assert person == placed.customer.contact.model_copy(update={"email": self.NEW})
        facing = store.person(Lifecycle.ORDER, "SO-100001", Role.FACING_PARTNER)
        assert facing == placed.facing_partner.contact
        before = everything(store)
        store.correct_address(Lifecycle.ORDER, "SO-100001", Role.CUSTOMER, self.NEW)
        assert everything(store) == before

    def test_of_a_subscription_is_that_of_the_order_it_is_found_by(self, store: SqlStore) -> None:
        opened(store)
        store.correct_address(Lifecycle.SUBSCRIPTION, SUBSCRIPTION, Role.RENEWAL_CONTACT, self.NEW)
        assert store.person(Lifecycle.SUBSCRIPTION, SUBSCRIPTION, Role.RENEWAL_CONTACT).email == self.NEW
        assert store.person(Lifecycle.ORDER, "SO-100001", Role.FACING_PARTNER).email == self.NEW

    def test_of_nobody_is_refused(self, store: SqlStore) -> None:
        opened(store)
        with pytest.raises(NotKnown, match=Role.SITE_ADMINISTRATOR):
            store.correct_address(Lifecycle.ORDER, "SO-100001", Role.SITE_ADMINISTRATOR, self.NEW)


class TestThePeopleOfASubscription:
    """Nobody is stored for the subscription itself: they are found by its orders."""

    def person(self, store: SqlStore, role: Role) -> Person:
        return store.person(Lifecycle.SUBSCRIPTION, SUBSCRIPTION, role)

    def graduated(self, store: SqlStore) -> Person:
        """The renewal contact of the first order's Graduation form."""
        state = opened(store)
        people = graduation_people(a_graduation(), state)
        record(store, state, papers(people=people))
        return people[Role.RENEWAL_CONTACT]

    def test_are_those_of_its_newest_order(self, store: SqlStore) -> None:
        subscribed(store)
        newer = a_partner(contact=a_person("new@hikari.example.com"))
        opened(store, a_renewal(ordering_partner=newer, placed_at=MONDAY + timedelta(days=300)))
        opened(store, an_order())
        assert self.person(store, Role.FACING_PARTNER) == newer.contact

    def faced_by(self, store: SqlStore, partner: str) -> None:
        state = a_subscription()
        state.partner_id = partner
        state.journal.note("subscription.partner_changed", LATER)
        subscribed(store, state)

    def test_amb_59_a_partner_whose_renewal_is_under_way_does_not_face_the_customer_yet(self, store: SqlStore) -> None:
        subscribed(store)
        contact = self.graduated(store)
        opened(store, a_renewal(ordering_partner=a_partner("asahi"), placed_at=MONDAY + timedelta(days=300)))
        assert self.person(store, Role.FACING_PARTNER) == an_order().ordering_partner.contact
        assert self.person(store, Role.RENEWAL_CONTACT) == contact

    def test_amb_59_the_renewal_contact_of_the_partner_before_is_asked_no_more(self, store: SqlStore) -> None:
        subscribed(store)
        contact = self.graduated(store)
        new = a_partner("asahi").contact
        opened(store, a_renewal(ordering_partner=a_partner("asahi"), placed_at=MONDAY + timedelta(days=300)))
        self.faced_by(store, "asahi")
        assert self.person(store, Role.FACING_PARTNER) == self.person(store, Role.RENEWAL_CONTACT) == new
        self.faced_by(store, "hikari")
        assert self.person(store, Role.RENEWAL_CONTACT) == contact, "back with its old partner"

    def test_amb_59_its_mails_speak_of_its_partner_s_newest_order(self, store: SqlStore) -> None:
        subscribed(store)
        opened(store)
        opened(store, a_renewal(ordering_partner=a_partner("asahi"), placed_at=MONDAY + timedelta(days=300)))
        assert store.row(Lifecycle.SUBSCRIPTION, SUBSCRIPTION).newest_order == "SO-100001"
        self.faced_by(store, "asahi")
        assert store.row(Lifecycle.SUBSCRIPTION, SUBSCRIPTION).newest_order == "SO-200001"

    def test_a_renewal_names_no_renewal_contact_so_the_one_from_graduation_stays(self, store: SqlStore) -> None:
        subscribed(store)
        contact = self.graduated(store)
        opened(store, a_renewal(placed_at=MONDAY + timedelta(days=300)))
        assert self.person(store, Role.RENEWAL_CONTACT) == contact

    def test_before_graduation_the_facing_partner_is_the_renewal_contact(self, store: SqlStore) -> None:
        opened(store, an_order(reselling_partner=a_partner("asahi")))
        assert self.person(store, Role.RENEWAL_CONTACT) == a_partner("asahi").contact

    def test_once_the_renewal_contact_is_erased_the_facing_partner_is(self, store: SqlStore) -> None:
        self.graduated(store)
        erase(store, Role.RENEWAL_CONTACT)
        assert self.person(store, Role.RENEWAL_CONTACT) == an_order().ordering_partner.contact

    def test_an_order_that_came_to_nothing_names_nobody(self, store: SqlStore) -> None:
        subscribed(store)
        opened(store)
        state = opened(store, a_renewal(ordering_partner=a_partner("asahi"), placed_at=MONDAY + timedelta(days=300)))
        state.cancel(cancelled(), LATER)
        record(store, state)
        assert self.person(store, Role.FACING_PARTNER) == an_order().ordering_partner.contact

    def test_one_stored_for_the_subscription_itself_comes_first(self, store: SqlStore) -> None:
        contact = self.graduated(store)
        with store.engine.begin() as connection:
            connection.execute(
                text("UPDATE people SET lifecycle = 'subscription', subject = :id WHERE role = 'renewal_contact'"),
                {"id": SUBSCRIPTION},
            )
        assert self.person(store, Role.RENEWAL_CONTACT) == contact

    @pytest.mark.parametrize("role", [Role.RENEWAL_CONTACT, Role.FACING_PARTNER, Role.SITE_ADMINISTRATOR])
    def test_without_orders_are_not_known(self, store: SqlStore, role: Role) -> None:
        subscribed(store)
        with pytest.raises(NotKnown, match=SUBSCRIPTION):
            self.person(store, role)

    def test_no_stand_in_is_given_for_an_order(self, store: SqlStore) -> None:
        opened(store)
        with pytest.raises(NotKnown):
            store.person(Lifecycle.ORDER, "SO-100001", Role.RENEWAL_CONTACT)


HANDED_OVER = MONDAY + timedelta(minutes=1)
SETTLED = MONDAY + timedelta(minutes=2)
ENDS = (MailState.SENT, MailState.UNKNOWN, MailState.REFUSED, MailState.MOOT)


def a_mail(store: SqlStore, state: MailState) -> None:
    """A mail in that state, come there in the usual way."""
    claimed(store)
    if state not in (MailState.PENDING, MailState.MOOT):
        store.handing_over(MAIL, HANDED_OVER)
    if state in ENDS:
        store.settle(MAIL, state, "its answer", SETTLED)


def state_of(store: SqlStore) -> MailState:
    return store.mails(Lifecycle.ORDER, "SO-100001")[0].state


class TestTheMailLedger:
    def test_a_first_claim_may_go_ahead_and_is_written_down(self, store: SqlStore) -> None:
        claim = store.claim(MAIL, "welcome", Lifecycle.ORDER, "SO-100001", "site_administrator", MONDAY)
        assert (claim.state, claim.sent_at) == (MailState.PENDING, None)
        (row,) = store.mails(Lifecycle.ORDER, "SO-100001")
        assert (row.key, row.kind, row.recipient) == (MAIL, "welcome", "site_administrator")
        assert (row.state, row.message_id) == (MailState.PENDING, claim.message_id)
        assert (row.claimed_at, row.settled_at, row.answer) == (MONDAY, None, None)

    def test_the_recipient_is_a_role_so_nothing_is_left_to_erase(self, store: SqlStore) -> None:
        state = opened(store)
        people = {"customer_administrator/1": a_person("canary@akasaka.example.com")}
        record(store, state, papers(people=people))
        store.claim(MAIL, "trial_expired", Lifecycle.ORDER, "SO-100001", "customer_administrator/1", MONDAY)
        erase(store, "customer_administrator/1")
        assert store.mails(Lifecycle.ORDER, "SO-100001")[0].recipient == "customer_administrator/1"
        assert "canary" not in str(everything(store))

    def test_the_message_id_comes_from_the_key(self, store: SqlStore) -> None:
        first, again, other = (
            store.claim(key, "welcome", Lifecycle.ORDER, "SO-100001", "customer", MONDAY).message_id
            for key in (MAIL, MAIL, f"{MAIL}/2")
        )
        assert first == again != other
        assert first.startswith("<")
        assert first.endswith("@mail.example.com>")

    def test_a_message_id_leads_to_what_the_mail_is_about(self, store: SqlStore) -> None:
        found = store.claim(MAIL, "welcome", Lifecycle.ORDER, "SO-100001", "customer", MONDAY).message_id.strip("<>")
        assert store.written_about([found, "a@elsewhere.example"]) == {found: (Lifecycle.ORDER, "SO-100001")}
        assert store.written_about(["a@elsewhere.example"]) == store.written_about([]) == {}

    def test_a_later_claim_changes_nothing_about_the_first(self, store: SqlStore) -> None:
        claimed(store)
        before = everything(store)
        store.claim(MAIL, "confirmation", Lifecycle.SUBSCRIPTION, "sub-1", "customer", LATER)
        assert everything(store) == before

    @pytest.mark.parametrize("state", MailState)
    def test_a_claim_is_told_what_became_of_it_and_data_is_in_doubt(self, store: SqlStore, state: MailState) -> None:
        a_mail(store, state)
        for _ in range(2):
            claim = store.claim(MAIL, "welcome", Lifecycle.ORDER, "SO-100001", "customer", LATER)
            assert claim.state is (MailState.UNKNOWN if state is MailState.DATA else state)
            assert claim.sent_at == (HANDED_OVER if state is MailState.SENT else None)

    def test_an_attempt_that_died_is_written_down_with_when_it_was_found(self, store: SqlStore) -> None:
        a_mail(store, MailState.DATA)
        claimed(store, now=LATER)
        (row,) = store.mails(Lifecycle.ORDER, "SO-100001")
        assert (row.state, row.settled_at) == (MailState.UNKNOWN, LATER)
        assert row.answer == "the attempt that handed it over never told the end"

    @pytest.mark.parametrize("state", [state for state in MailState if state is not MailState.PENDING])
    def test_only_a_pending_mail_may_be_handed_over(self, store: SqlStore, state: MailState) -> None:
        a_mail(store, state)
        with pytest.raises(Refused, match=f"is {state} and cannot become data"):
            store.handing_over(MAIL, LATER)
        assert state_of(store) is state

    def test_of_attempts_at_once_one_hands_it_over(self, store: SqlStore) -> None:
        claimed(store)
        answers = at_once(*[lambda: store.handing_over(MAIL, HANDED_OVER)] * 6)
        assert answers.count(None) == 1
        assert sum(isinstance(answer, Refused) for answer in answers) == 5

    def test_claims_at_once_make_one_mail(self, store: SqlStore) -> None:
        assert at_once(*[lambda: claimed(store)] * 6) == [None] * 6
        assert len(store.mails(Lifecycle.ORDER, "SO-100001")) == 1

    @pytest.mark.parametrize("end", ENDS)
    @pytest.mark.parametrize("state", [MailState.PENDING, MailState.DATA])
    def test_settles_to_each_end(self, store: SqlStore, state: MailState, end: MailState) -> None:
        a_mail(store, state)
        store.settle(MAIL, end, "250 ok", SETTLED)
        (row,) = store.mails(Lifecycle.ORDER, "SO-100001")
        assert (row.state, row.answer, row.settled_at) == (end, "250 ok", SETTLED)

    @pytest.mark.parametrize("state", [MailState.PENDING, MailState.DATA])
    def test_surely_not_taken_it_is_pending_again_and_says_why(self, store: SqlStore, state: MailState) -> None:
        a_mail(store, state)
        store.settle(MAIL, MailState.PENDING, "450 busy", SETTLED)
        (row,) = store.mails(Lifecycle.ORDER, "SO-100001")
        assert (row.state, row.answer, row.settled_at) == (MailState.PENDING, "450 busy", None)
        store.handing_over(MAIL, LATER)

    @pytest.mark.parametrize("end", ENDS)
    def test_the_same_end_again_changes_nothing(self, store: SqlStore, end: MailState) -> None:
        a_mail(store, end)
        before = everything(store)
        store.settle(MAIL, end, "other words", LATER)
        assert everything(store) == before

    @pytest.mark.parametrize("end", ENDS)
    def test_an_end_stays_the_end(self, store: SqlStore, end: MailState) -> None:
        a_mail(store, end)
        before = everything(store)
        for asked in set(MailState) - {end}:
            with pytest.raises(Refused, match=f"is {end} and cannot become {asked}"):
                store.settle(MAIL, asked, "too late", LATER)
        assert everything(store) == before

    def test_data_is_no_end(self, store: SqlStore) -> None:
        claimed(store)
        with pytest.raises(Refused):
            store.settle(MAIL, MailState.DATA, "", LATER)

    @pytest.mark.parametrize("state", MailState)
    def test_reopens_only_what_is_in_doubt_or_was_refused(self, store: SqlStore, state: MailState) -> None:
        a_mail(store, state)
        before = everything(store)
        store.reopen(MAIL, LATER)
        if state not in {MailState.UNKNOWN, MailState.REFUSED}:
            assert everything(store) == before
            return
        assert state_of(store) is MailState.PENDING
        store.handing_over(MAIL, LATER)
        store.settle(MAIL, MailState.SENT, "250 ok", LATER)
        assert store.claim(MAIL, "welcome", Lifecycle.ORDER, "SO-100001", "customer", LATER).sent_at == LATER

    @pytest.mark.parametrize("state", MailState)
    def test_marks_arrived_only_what_is_in_doubt_and_it_was_sent_when_handed_over(
        self, store: SqlStore, state: MailState
    ) -> None:
        a_mail(store, state)
        before = everything(store)
        store.mark_arrived(MAIL, LATER)
        if state is not MailState.UNKNOWN:
            assert everything(store) == before
            return
        claim = store.claim(MAIL, "welcome", Lifecycle.ORDER, "SO-100001", "customer", LATER)
        assert (claim.state, claim.sent_at) == (MailState.SENT, HANDED_OVER)

    @pytest.mark.parametrize("decide", ["reopen", "mark_arrived"])
    def test_an_operators_decision_told_twice_counts_once(self, store: SqlStore, decide: str) -> None:
        a_mail(store, MailState.UNKNOWN)
        getattr(store, decide)(MAIL, LATER)
        before = everything(store)
        getattr(store, decide)(MAIL, LATER)
        assert everything(store) == before

    def test_a_mail_never_claimed_is_not_known(self, store: SqlStore) -> None:
        steps: list[Callable[[], object]] = [
            lambda: store.handing_over(MAIL, MONDAY),
            lambda: store.settle(MAIL, MailState.SENT, "", MONDAY),
            lambda: store.reopen(MAIL, MONDAY),
            lambda: store.mark_arrived(MAIL, MONDAY),
        ]
        for step in some(steps):
            with pytest.raises(NotKnown, match=MAIL):
                step()

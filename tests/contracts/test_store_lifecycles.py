"""What the store promises of every lifecycle, shown by one that no product file knows, on every database."""

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar

import pytest
from sqlalchemy import delete, event

from activities.open_lifecycle import OpeningActivities, OpenLifecycle
from activities.ports import NotKnown, Taken
from adapters.calendars import LibraryCalendars
from adapters.sql.schema import PersonRecord
from adapters.sql.store import SqlStore
from domain.deadlines import Deadline
from domain.events import TaskKind
from domain.lifecycle import Lifecycle, LifecycleState
from domain.lifecycles import KINDS
from domain.mails import MailKind, MailState
from domain.repair import Repair
from domain.row import Row
from domain.start_people import StartPeople
from domain.transitions import Table
from domain.values import ERASED, Identifier, Message, Person
from domain.view import LifecycleView, view_of
from tests.makers import MONDAY, a_form, a_person
from tests.postgres import at_once, everything
from tests.records import papers, recorded
from tests.support.one_item import in_one_item

LATER = MONDAY + timedelta(hours=1)
CREDIT_CHECK = Lifecycle("credit_check")


class Stage(StrEnum):
    WAITING = "waiting"
    ASKED = "waiting.asked"
    DONE = "done"


class StartCheck(Message):
    check_id: Identifier
    customer_id: Identifier
    order_number: Identifier
    contact: Person


class CheckState(LifecycleState):
    lifecycle: ClassVar[Lifecycle] = CREDIT_CHECK
    mail_kinds: ClassVar = MailKind
    table: ClassVar = Table(what="credit check", next={}, closed=frozenset({Stage.DONE}), asked={})
    updates: ClassVar = {}

    check_id: str
    customer_id: str
    order_number: str
    stage: Stage = Stage.WAITING

    @property
    def subject(self) -> str:
        return self.check_id


def check_view(state: CheckState, now: Any) -> LifecycleView:
    return view_of(
        state,
        now,
        missed={},
        awaiting=(),
        kind=CREDIT_CHECK,
        what=f"Credit check {state.check_id}",
        stage=state.stage,
        stage_in_words="waits",
        customer_id=state.customer_id,
        partner_id="hikari",
        steps=(),
        can_send=(),
        facts={},
    )


@pytest.fixture(autouse=True)
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = replace(
        KINDS[Lifecycle.DEVICE],
        name=CREDIT_CHECK,
        workflow="CreditCheck",
        start=StartCheck,
        id_field="check_id",
        state=CheckState,
        stages=Stage,
        view=check_view,
        people=StartPeople,
        row=Row,
        repair=Repair(),
        opened_by_record=False,
        linked_to=lambda state: state.order_number,
    )
    monkeypatch.setitem(KINDS, CREDIT_CHECK, kind)


def a_check(check_id: str = "C-1", **changes: Any) -> StartCheck:
    given = {"by": "upstream", "check_id": check_id, "customer_id": "akasaka", "order_number": "SO-1"}
    return StartCheck(**{**given, "contact": a_person(), **changes})


def a_state(start: StartCheck) -> CheckState:
    state = CheckState(
        check_id=start.check_id, customer_id=start.customer_id, order_number=start.order_number, zone="Asia/Tokyo"
    )
    state.journal.note("credit_check.begun", MONDAY)
    return state


def opened(store: SqlStore, check_id: str = "C-1", run: str = "run-1", **changes: Any) -> CheckState:
    start = a_check(check_id, **changes)
    state = a_state(start)
    store.open_lifecycle(start, state, run, MONDAY)
    return state


def kept(store: SqlStore, state: CheckState, run: str = "run-1") -> None:
    recorded(store, state, state.journal.take(), run, LATER)


class TestTakingAnId:
    def test_keeps_it_as_it_was_started_and_as_it_stands(self, store: SqlStore) -> None:
        state = opened(store)
        row = store.row(CREDIT_CHECK, "C-1")
        assert (row.state, row.placed, row.forms) == (state, a_check(), {})

    def test_its_people_stand_in_rows_of_their_own(self, store: SqlStore) -> None:
        opened(store, contact=a_person("canary@akasaka.example.com"))
        assert store.person(CREDIT_CHECK, "C-1", "contact").email == "canary@akasaka.example.com"
        with store.engine.begin() as connection:
            connection.execute(delete(PersonRecord))
        assert "canary" not in str(everything(store))
        assert store.row(CREDIT_CHECK, "C-1").placed == a_check(contact=ERASED)

    def test_repeated_by_the_same_run_changes_nothing(self, store: SqlStore) -> None:
        opened(store)
        before = everything(store)
        opened(store)
        assert everything(store) == before

    @pytest.mark.parametrize(("changes", "which"), [({}, "the same"), ({"order_number": "SO-2"}, "other")])
    def test_r9_another_run_is_refused(self, store: SqlStore, changes: dict[str, Any], which: str) -> None:
        opened(store)
        with pytest.raises(Taken) as refusal:
            opened(store, run="run-2", **changes)
        assert str(refusal.value) == (
            f"check_id: C-1 was already taken by a credit check with {which} content that is waiting (R9)"
        )
        assert refusal.value.by == ({"run-1"} if which == "the same" else frozenset())

    def test_r9_one_whose_runs_are_lost_is_taken_over(self, store: SqlStore) -> None:
        state = opened(store)
        state.journal.open_task("call", TaskKind.SETTLE_MAIL, "operations", MONDAY)
        state.stage = Stage.ASKED
        kept(store, state)
        store.open_lifecycle(a_check(), a_state(a_check()), "run-2", LATER, frozenset({"run-1"}))
        assert store.columns(CREDIT_CHECK, "C-1").stage == "waiting"
        assert [each.type for each in store.events(CREDIT_CHECK, "C-1")][-1] == "credit_check.started_again"
        assert [task.closed_at for task in store.tasks(CREDIT_CHECK, "C-1")] == [LATER]

    def test_r9_one_that_is_over_is_never_taken_over(self, store: SqlStore) -> None:
        state = opened(store)
        state.stage = Stage.DONE
        kept(store, state)
        with pytest.raises(Taken) as refusal:
            store.open_lifecycle(a_check(), a_state(a_check()), "run-2", LATER, frozenset({"run-1"}))
        assert refusal.value.by == frozenset()

    def test_of_many_runs_at_once_one_gets_it(self, store: SqlStore) -> None:
        answers = at_once(*(lambda run=f"run-{n}": opened(store, run=run) for n in range(6)))
        assert sum(isinstance(answer, CheckState) for answer in answers) == 1
        assert sum(isinstance(answer, Taken) for answer in answers) == 5

    async def test_its_activity_answers_the_rules_of_its_zone(self, store: SqlStore) -> None:
        class NoRuns:
            async def any_exists(self, workflow_id: str, runs: frozenset[str]) -> bool:
                raise AssertionError((workflow_id, runs))

        placed = a_check()
        request = OpenLifecycle(
            lifecycle=CREDIT_CHECK,
            placed=placed.model_dump(mode="json"),
            state=a_state(placed).model_dump(mode="json"),
            run="run-1",
            at=MONDAY,
        )
        answer = await OpeningActivities(store, LibraryCalendars(), NoRuns()).open_lifecycle(request)
        assert answer.zone_rules.name == "Asia/Tokyo"
        assert store.row(CREDIT_CHECK, "C-1").placed == placed


class TestRecording:
    def test_needs_the_id_first(self, store: SqlStore) -> None:
        with pytest.raises(NotKnown, match="credit_check C-1"):
            kept(store, a_state(a_check()))
        assert store.events(CREDIT_CHECK, "C-1") == []

    def test_keeps_the_state_as_it_came_and_columns_as_people_see_it(self, store: SqlStore) -> None:
        state = opened(store)
        state.agenda.arm(Deadline(kind="ask_again", at=LATER, label="Ask again"))
        state.endanger("ask_again", MONDAY, MONDAY)
        kept(store, state)
        columns = store.columns(CREDIT_CHECK, "C-1")
        assert (columns.kind, columns.stage, columns.open, columns.attention) == (CREDIT_CHECK, "waiting", True, True)
        assert (columns.customer_id, columns.partner_id, columns.linked_to) == ("akasaka", "hikari", "SO-1")
        assert (columns.next_deadline, columns.next_deadline_label) == (LATER, "Ask again")
        assert (columns.run, columns.sequence) == ("run-1", 2)
        assert store.stored(CREDIT_CHECK, "C-1").state == state.model_dump(mode="json")

    def test_keeps_forms_by_name(self, store: SqlStore) -> None:
        state = opened(store)
        recorded(store, state, state.journal.take(), "run-1", LATER, papers(a_form=a_form()))
        assert store.row(CREDIT_CHECK, "C-1").forms == {"a_form": a_form().model_dump(mode="json")}

    @pytest.mark.parametrize("opened_by_record", [True, False])
    def test_a2_goes_another_way_where_the_workflow_task_that_told_it_was_lost(
        self, store: SqlStore, monkeypatch: pytest.MonkeyPatch, opened_by_record: bool
    ) -> None:
        monkeypatch.setitem(KINDS, CREDIT_CHECK, replace(KINDS[CREDIT_CHECK], opened_by_record=opened_by_record))
        instead = opened(store)
        lost = instead.model_copy(deep=True)
        lost.stage = Stage.ASKED
        lost.journal.note("credit_check.asked", LATER)
        lost.journal.note("credit_check.asked_again", LATER)
        recorded(store, lost, lost.journal.take(), "run-1", LATER)
        instead.journal.note("credit_check.waits_on", LATER + timedelta(minutes=1))
        recorded(store, instead, instead.journal.take(), "run-1", LATER + timedelta(minutes=1))
        assert store.columns(CREDIT_CHECK, "C-1").stage == "waiting"

    def test_never_goes_back_within_a_run_and_another_runs_word_counts(self, store: SqlStore) -> None:
        early = opened(store)
        late = early.model_copy(deep=True)
        late.journal.note("credit_check.asked", LATER)
        late.stage = Stage.ASKED
        kept(store, late)
        kept(store, early)
        assert store.columns(CREDIT_CHECK, "C-1").stage == "waiting.asked"
        recorded(store, early, early.journal.take(), "run-2", LATER)
        assert store.columns(CREDIT_CHECK, "C-1").stage == "waiting"


class TestLists:
    @pytest.fixture
    def five(self, store: SqlStore) -> SqlStore:
        """C-1 to C-5: the second asked, the third in trouble, the fourth done; the last is another customer's."""
        for number in range(1, 6):
            of = {"order_number": "SO-2", "customer_id": "minato"} if number == 5 else {}
            state = opened(store, f"C-{number}", **of)
            state.agenda.arm(Deadline(kind="ask_again", at=LATER + timedelta(days=9 - number), label="Ask again"))
            if number == 2:
                state.stage = Stage.ASKED
            if number == 3:
                state.endanger("ask_again", MONDAY, MONDAY)
            if number == 4:
                state.stage = Stage.DONE
            kept(store, state)
        return store

    @in_one_item(
        ("wanted", "found"),
        [
            ({}, "54321"),
            ({"limit": 2}, "54"),
            ({"stage": "waiting"}, "5321"),
            ({"stage": "waiting.asked"}, "2"),
            ({"open_only": True}, "5321"),
            ({"attention": True}, "3"),
            ({"linked_to": "SO-2"}, "5"),
            ({"customer": "minato"}, "5"),
            ({"customer": "akasaka", "stage": "waiting"}, "321"),
            ({"customer": "Minato"}, ""),
            ({"partner": "nobody"}, ""),
            ({"beginning": "C-3"}, "3"),
            ({"beginning": "C_"}, ""),
            ({"due_before": LATER + timedelta(days=6)}, "54"),
            ({"due_before": LATER + timedelta(days=6), "open_only": True}, "5"),
        ],
    )
    def test_hold_those_that_fit_by_next_deadline(self, five: SqlStore, wanted: dict[str, Any], found: str) -> None:
        lines = five.listed(CREDIT_CHECK, **wanted)
        assert [line.subject for line in lines] == [f"C-{number}" for number in found]

    def test_mails_are_those_of_all_the_newest_first(self, five: SqlStore) -> None:
        """Also of one that the store does not know."""
        for number, at in (("1", MONDAY), ("5", LATER), ("404", MONDAY)):
            five.claim(f"credit_check-C-{number}/asked", "asked", CREDIT_CHECK, f"C-{number}", "contact", at)
        five.settle("credit_check-C-1/asked", MailState.MOOT, "", LATER)

        def listed(**wanted: Any) -> list[tuple[str, str | None]]:
            return [(mail.subject, mail.customer_id) for mail in five.listed_mails(**wanted)]

        assert listed() == [("C-5", "minato"), ("C-1", "akasaka"), ("C-404", None)]
        assert listed(limit=1) == listed(customer="minato") == [("C-5", "minato")]
        assert listed(states={MailState.MOOT}) == listed(customer="akasaka") == [("C-1", "akasaka")]
        assert listed(kind="asked", states={MailState.SENT}) == listed(kind="other") == listed(partner="nobody") == []

    def test_know_no_lifecycle_but_the_one_asked_for(self, five: SqlStore) -> None:
        assert not five.listed(Lifecycle.ORDER)
        assert not five.open_page(Lifecycle.ORDER)

    def test_states_are_read_for_a_whole_page(self, five: SqlStore) -> None:
        states = five.states(CREDIT_CHECK, ["C-1", "C-2", "C-404"])
        assert {id_: state.stage for id_, state in states.items()} == {"C-1": Stage.WAITING, "C-2": Stage.ASKED}

    def test_ids_without_a_row_are_told(self, five: SqlStore) -> None:
        assert five.unknown(CREDIT_CHECK, ["C-1", "C-404"]) == {"C-404"}
        assert five.unknown(Lifecycle.ORDER, ["C-1"]) == {"C-1"}


class TestPagesOfWhatIsOpen:
    def some(self, store: SqlStore, count: int) -> None:
        for number in range(count):
            state = opened(store, f"C-{number:03}")
            state.journal.open_task("call", TaskKind.SETTLE_MAIL, "operations", MONDAY)
            recorded(store, state, state.journal.take(), "run-1", LATER, papers(a_form=a_form()))
            key = f"credit_check-C-{number:03}/asked"
            store.claim(key, "asked", CREDIT_CHECK, state.subject, "contact", MONDAY)

    def test_follow_each_other_by_id_to_the_end(self, store: SqlStore) -> None:
        self.some(store, 5)
        closed = opened(store, "C-002a")
        closed.stage = Stage.DONE
        kept(store, closed)
        after, seen = "", []
        while page := store.open_page(CREDIT_CHECK, after, 2):
            assert len(page) <= 2
            seen += [each.columns.subject for each in page]
            after = seen[-1]
        assert seen == [f"C-{number:03}" for number in range(5)]

    def test_show_what_stands_beside_each(self, store: SqlStore) -> None:
        self.some(store, 2)
        first, second = store.open_page(CREDIT_CHECK)
        assert first == store.stored(CREDIT_CHECK, "C-000")
        assert second.columns == store.columns(CREDIT_CHECK, "C-001")
        beside = (second.events, second.open_tasks, second.roles, second.forms)
        assert [set(each) for each in beside] == [{1}, {"call"}, {"contact"}, {"a_form"}]
        assert second.mails == tuple(store.mails(CREDIT_CHECK, "C-001"))

    def test_cost_as_many_queries_however_long_they_are(self, store: SqlStore) -> None:
        def queries() -> int:
            asked: list[str] = []

            def note(*call: Any) -> None:
                asked.append(call[2])

            event.listen(store.engine, "before_cursor_execute", note)
            store.open_page(CREDIT_CHECK)
            event.remove(store.engine, "before_cursor_execute", note)
            return len([statement for statement in asked if statement.startswith("SELECT")])

        self.some(store, 1)
        one = queries()
        self.some(store, 30)
        assert queries() == one == 6

    def test_one_that_nobody_knows_is_not_known(self, store: SqlStore) -> None:
        for ask in (store.stored, store.columns, store.row):
            with pytest.raises(NotKnown, match="credit_check C-404"):
                ask(CREDIT_CHECK, "C-404")

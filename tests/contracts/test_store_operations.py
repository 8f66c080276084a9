"""What the store answers to operators, on every database."""

from datetime import datetime

import pytest

from activities.ports.store import RowColumns
from adapters.sql.operations import Narrowed
from adapters.sql.store import SqlStore
from domain.events import TaskKind
from domain.lifecycle import Lifecycle
from domain.operator import Hold
from domain.order.state import OrderState
from domain.trial.state import TrialState
from tests.hub_lives import opened, record, shipped, tried
from tests.makers import MONDAY, a_customer, a_partner, a_trial, an_order, days, services_built

ALL = Narrowed()


def held(
    store: SqlStore, number: str, at: datetime = MONDAY, customer: str = "akasaka", partner: str = "hikari"
) -> OrderState:
    """An order on compliance hold: an alert falls due after seven days."""
    placed = an_order(number, customer=a_customer(id=customer), ordering_partner=a_partner(partner))
    state: OrderState = opened(store, placed, OrderState.placed(placed, at), at)
    state.hold_for_compliance(at, at + days(7), None)
    record(store, state, at)
    return state


def running(store: SqlStore, trial_id: str, customer: str) -> TrialState:
    """A trial whose services are built: it has notices, and its end."""
    trial = a_trial(trial_id, customer=a_customer(id=customer))
    state = tried(store, trial)
    state.report_services_built(services_built(*trial.services), MONDAY)
    record(store, state, MONDAY)
    return state


def subjects(found: tuple[list[RowColumns], int]) -> list[str]:
    """Of the rows of a page."""
    return [row.subject for row in found[0]]


def test_what_falls_due_is_listed_in_time_order_whatever_it_is(store: SqlStore) -> None:
    """From its first instant until the last before the other; and how many there are in all."""
    held(store, "SO-100002", MONDAY + days(1))
    held(store, "SO-100001")
    running(store, "T-1", "ginza")
    due = MONDAY + days(7)
    assert subjects(store.due_rows(ALL, MONDAY, due + days(1))) == ["SO-100001"]
    assert subjects(store.due_rows(ALL, due, due + days(1.5))) == ["SO-100001", "SO-100002"]
    assert subjects(store.due_rows(ALL, None, due)) == []
    everything = store.due_rows(ALL, None, MONDAY + days(365), limit=2)
    assert (subjects(everything), everything[1]) == (["SO-100001", "SO-100002"], 3)
    assert subjects(store.due_rows(ALL, None, MONDAY + days(365), offset=2)) == ["T-1"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Narrowed(lifecycle="order"), ["SO-100001", "SO-100002"]),
        (Narrowed(lifecycle="trial"), ["T-1"]),
        (Narrowed(partner="minato"), ["SO-100002"]),
        (Narrowed(search="so-1"), ["SO-100001", "SO-100002"]),
        (Narrowed(search=" ginza "), ["SO-100002"]),
        (Narrowed(search="hik"), ["SO-100001", "T-1"]),
        (Narrowed(search="%"), []),
        (Narrowed(lifecycle="order", partner="hikari", search="ginza"), []),
    ],
    ids=str,
)
def test_a_list_is_narrowed_by_what_it_is_whose_it_is_and_its_ids(
    store: SqlStore, wanted: Narrowed, found: list[str]
) -> None:
    held(store, "SO-100001")
    held(store, "SO-100002", customer="ginza", partner="minato")
    running(store, "T-1", "shiba")
    assert subjects(store.due_rows(wanted, None, MONDAY + days(365))) == found


def test_what_wants_attention_is_found_by_its_row(store: SqlStore) -> None:
    held(store, "SO-100001")
    stopped = held(store, "SO-100002")
    stopped.hold(Hold(by="ops-7", reason="in dispute"), MONDAY)
    record(store, stopped, MONDAY)
    assert [row.subject for row in store.rows_to_look_at(ALL, 10)] == ["SO-100002"]
    assert store.rows_to_look_at(Narrowed(partner="minato"), 10) == []


def test_open_tasks_are_listed_with_whose_they_are_the_oldest_first(store: SqlStore) -> None:
    late = shipped(store, an_order("SO-100001"), MONDAY + days(2))
    early = shipped(store, an_order("SO-100002", customer=a_customer(id="ginza")), MONDAY)
    for order, at in ((late, MONDAY + days(3)), (early, MONDAY + days(1))):
        order.journal.open_task("relay", TaskKind.RELAY_CONFIRMATION, "hikari", at)
        record(store, order, at)
    tasks, number = store.open_tasks(ALL)
    assert [(task.subject, task.customer_id) for task in tasks] == [("SO-100002", "ginza"), ("SO-100001", "akasaka")]
    assert number == 2
    early.journal.close_task("relay", MONDAY + days(4))
    record(store, early, MONDAY + days(4))
    assert [task.subject for task in store.open_tasks(ALL)[0]] == ["SO-100001"]


def test_every_deadline_of_a_life_is_in_the_calendar_not_only_its_next(store: SqlStore) -> None:
    trial = running(store, "T-1", "ginza")
    known = {due.name for due in trial.agenda.pending}
    lines = list(store.deadlines(ALL, MONDAY, MONDAY + days(365)))
    assert len(known) > 1
    assert {line.deadline.name for line in lines} == known
    assert {(line.lifecycle, line.subject, line.customer_id) for line in lines} == {(Lifecycle.TRIAL, "T-1", "ginza")}
    assert not list(store.deadlines(ALL, MONDAY, MONDAY + days(1)))
    assert not list(store.deadlines(Narrowed(partner="minato"), MONDAY, MONDAY + days(365)))


def test_a_partner_is_called_as_the_newest_thing_that_it_started_calls_it(store: SqlStore) -> None:
    assert store.company_of_partner("hikari") is None
    held(store, "SO-100001")
    assert store.company_of_partner("hikari") == "ひかりシステムズ"
    assert store.partners() == ["hikari"]


def test_the_link_of_a_calendar_is_another_one_after_each_renewal(store: SqlStore) -> None:
    """And nobody else's."""
    assert store.calendar_number("u-1") == 0
    store.renew_calendar("u-1", MONDAY)
    assert (store.calendar_number("u-1"), store.calendar_number("u-2")) == (1, 0)

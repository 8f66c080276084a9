"""What a store of closed weeks promises, on every database. HUB-60."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.sql.hub_late import mark_weeks
from adapters.sql.hub_schema import HubEntitlementRecord
from adapters.sql.hub_week_rows import AT_ONCE, WeekRows, calls_rows, customer_rows, line_rows, sums_rows
from adapters.sql.hub_weeks import DueWeek, WeekNotClosed
from adapters.sql.store import SqlStore
from domain.hub.as_of import AsOf, ClosedWeek
from domain.hub.calls import EndpointCalls
from domain.hub.customers import HubCustomer
from domain.hub.lines import Line
from domain.hub.weeks import end_of
from domain.lifecycle import Lifecycle
from tests.hub_rows import MIDNIGHT, SUNDAY, a_hub_customer, a_life, a_line, a_week_of_calls
from tests.postgres import at_once, emptied, everything

SECOND = timedelta(seconds=1)
WEEK = timedelta(days=7)
BEFORE = SUNDAY - WEEK


def known_since(store: SqlStore, instant: datetime, partner: str = "hikari") -> None:
    """The first thing that the hub knows of anybody."""
    row: dict[str, Any] = {
        "lifecycle": Lifecycle.SUBSCRIPTION,
        "subject": f"sub-{partner}",
        "number": 1,
        "valid_from": instant,
        "valid_until": None,
        "partner_id": partner,
        "customer_id": "akasaka",
        "state": "active",
        "products": {"meetings": 25},
        "added_on": instant.date(),
        "ends_at": None,
        "suspended_for": [],
    }
    with store._writing() as session:
        session.add(HubEntitlementRecord(**row))


def marked(store: SqlStore, *weeks: date, now: datetime = MIDNIGHT) -> None:
    """As an import marks weeks of which it wrote rows."""
    with store._writing() as session:
        mark_weeks(session, weeks, now)


def rows(*lines: Line, customers: tuple[HubCustomer, ...] = ()) -> WeekRows:
    found = WeekRows()
    found.add(customer_rows(customers))
    found.add(line_rows(lines))
    found.add(sums_rows("hikari", lines))
    return found


def closed(store: SqlStore, now: datetime = MIDNIGHT, *lines: Line) -> list[ClosedWeek]:
    """Every week that is due, each with the same rows."""
    found = [store.keep_week(due, rows(*lines), now) for due in store.due_weeks(now)]
    return [each for each in found if each is not None]


def due(store: SqlStore, now: datetime) -> list[tuple[date, int]]:
    return [(each.week, each.revision) for each in store.due_weeks(now)]


class TestDue:
    @pytest.mark.parametrize(
        ("now", "ended"),
        [
            (MIDNIGHT - SECOND, [BEFORE]),
            (MIDNIGHT, [BEFORE, SUNDAY]),
            (MIDNIGHT + SECOND, [BEFORE, SUNDAY]),
            (MIDNIGHT + WEEK - SECOND, [BEFORE, SUNDAY]),
            (MIDNIGHT + WEEK, [BEFORE, SUNDAY, SUNDAY + WEEK]),
        ],
    )
    def test_a_week_is_due_from_its_sunday_on(self, store: SqlStore, now: datetime, ended: list[date]) -> None:
        """Saturday 23:59:59 UTC, Sunday 00:00:00, and a second later. HUB-60."""
        known_since(store, end_of(BEFORE) - SECOND)

        assert due(store, now) == [(week, 1) for week in ended]

    @pytest.mark.parametrize(("instant", "first"), [(-SECOND, BEFORE), (0 * SECOND, SUNDAY), (SECOND, SUNDAY)])
    def test_the_first_one_is_that_of_the_first_thing_known(
        self, store: SqlStore, instant: timedelta, first: date
    ) -> None:
        """What begins on Sunday at 00:00:00 UTC belongs to the week that begins then."""
        known_since(store, end_of(BEFORE) + instant)

        assert due(store, MIDNIGHT)[0] == (first, 1)

    def test_a_day_in_another_zone_is_reckoned_in_utc(self, store: SqlStore) -> None:
        tokyo = timedelta(hours=9)
        known_since(store, end_of(BEFORE))
        sunday_morning_in_tokyo = MIDNIGHT - tokyo + 8 * tokyo / 9

        assert due(store, sunday_morning_in_tokyo) == []

    def test_nothing_is_due_where_nothing_is_known(self, store: SqlStore) -> None:
        marked(store, SUNDAY)

        assert due(store, MIDNIGHT + 10 * WEEK) == []

    def test_sundays_that_were_missed_are_all_due_the_oldest_first(self, store: SqlStore) -> None:
        known_since(store, end_of(BEFORE))
        closed(store)

        later = [SUNDAY + number * WEEK for number in range(1, 27)]
        assert due(store, MIDNIGHT + 26 * WEEK) == [(week, 1) for week in later]

    def test_what_is_closed_is_due_once_more_only_when_rows_of_it_came(self, store: SqlStore) -> None:
        known_since(store, end_of(BEFORE) - SECOND)
        closed(store)
        assert due(store, MIDNIGHT) == []

        marked(store, BEFORE)

        assert due(store, MIDNIGHT) == [(BEFORE, 2)]


class TestClosing:
    def test_a_closed_week_says_what_it_is(self, store: SqlStore) -> None:
        known_since(store, end_of(BEFORE))

        (made,) = closed(store, MIDNIGHT + SECOND, a_line())

        at = MIDNIGHT + SECOND
        assert made == ClosedWeek(week=SUNDAY, revision=1, revisions=1, closed_at=at, first_closed_at=at, rows=2)
        assert store.weeks() == [made]
        assert not made.revised

    def test_nothing_is_closed_twice(self, store: SqlStore) -> None:
        known_since(store, end_of(BEFORE))
        (found,) = store.due_weeks(MIDNIGHT)
        store.keep_week(found, rows(a_line()), MIDNIGHT)
        before = everything(store)

        assert store.keep_week(found, rows(a_line(total=99)), MIDNIGHT + SECOND) is None
        assert closed(store, MIDNIGHT + SECOND) == []
        assert everything(store) == before

    def test_of_two_at_once_one_closes(self, store: SqlStore) -> None:
        known_since(store, end_of(BEFORE) - SECOND)
        closings = [partial(closed, store, MIDNIGHT, a_line(total=total)) for total in range(4)]

        answers = at_once(*closings)

        assert sorted(each.week for answer in answers for each in answer) == [BEFORE, SUNDAY]  # type: ignore[union-attr]
        for week in (BEFORE, SUNDAY):
            assert len(store.week_lines(week)) == 1

    def test_a_week_that_cannot_be_written_is_not_closed(self, store: SqlStore) -> None:
        """Killed in the midst of it: the transaction was never committed, and the next closing closes that week."""
        known_since(store, end_of(BEFORE) - SECOND)
        first, second = store.due_weeks(MIDNIGHT)
        store.keep_week(first, rows(a_line()), MIDNIGHT)
        broken = rows(a_line())
        broken.add(line_rows([a_line()]))  # the same key twice
        with pytest.raises(Exception, match=r"(?i)unique"):
            store.keep_week(second, broken, MIDNIGHT)

        assert [each.week for each in store.weeks()] == [BEFORE]
        assert [each.week for each in closed(store, MIDNIGHT, a_line())] == [SUNDAY]
        assert store.week_lines(SUNDAY) == [a_line()]

    def test_more_rows_than_one_statement_takes_are_all_there_in_order(self, store: SqlStore) -> None:
        known_since(store, end_of(BEFORE))
        many = [a_line(f"sub-{number:05}") for number in range(AT_ONCE + 1)]

        closed(store, MIDNIGHT, *reversed(many))

        assert store.week_lines(SUNDAY) == many

    def test_it_is_closed_later_than_all_before_it_whatever_the_clock_says(self, store: SqlStore) -> None:
        known_since(store, end_of(BEFORE))
        closed(store, MIDNIGHT + WEEK, a_line())
        marked(store, SUNDAY)

        (again,) = closed(store, MIDNIGHT, a_line(assigned=21))

        assert again.closed_at > store.weeks()[0].closed_at


class TestRevising:
    @pytest.fixture
    def two_weeks(self, store: SqlStore) -> SqlStore:
        known_since(store, end_of(BEFORE) - SECOND)
        closed(store, MIDNIGHT, a_line(assigned=20))
        return store

    def test_late_rows_revise_their_week_and_leave_everything_else_as_it_was(self, two_weeks: SqlStore) -> None:
        before = everything(two_weeks)
        marked(two_weeks, BEFORE, now=MIDNIGHT + SECOND)

        (revised,) = closed(two_weeks, MIDNIGHT + WEEK - SECOND, a_line(assigned=23))

        assert (revised.week, revised.revision, revised.revised) == (BEFORE, 2, True)
        after = everything(two_weeks)
        for table in ("hub_weeks", "hub_week_rows"):
            assert set(map(str, before[table])) < set(map(str, after[table]))
        assert two_weeks.week_lines(BEFORE, 1) == two_weeks.week_lines(SUNDAY) == [a_line(assigned=20)]
        assert two_weeks.week_lines(BEFORE) == two_weeks.week_lines(BEFORE, 2) == [a_line(assigned=23)]

    def test_a_late_week_says_since_when_until_it_is_revised(self, two_weeks: SqlStore) -> None:
        marked(two_weeks, BEFORE, now=MIDNIGHT + SECOND)
        marked(two_weeks, BEFORE, now=MIDNIGHT + 2 * SECOND)
        late = {each.week: each.late_since for each in two_weeks.weeks()}

        closed(two_weeks, MIDNIGHT + WEEK - SECOND, a_line(assigned=23))

        assert late == {BEFORE: MIDNIGHT + SECOND, SUNDAY: None}
        assert {each.late_since for each in two_weeks.weeks()} == {None}

    def test_rows_that_say_the_same_again_are_no_revision(self, two_weeks: SqlStore) -> None:
        marked(two_weeks, BEFORE)

        assert closed(two_weeks, MIDNIGHT + SECOND, a_line(assigned=20)) == []
        assert two_weeks.weeks()[1].revision == 1
        assert due(two_weeks, MIDNIGHT + SECOND) == []

    def test_what_comes_while_a_week_is_closed_makes_it_due_again(self, two_weeks: SqlStore) -> None:
        marked(two_weeks, BEFORE)
        (found,) = two_weeks.due_weeks(MIDNIGHT)
        marked(two_weeks, BEFORE)  # after its rows were read

        two_weeks.keep_week(found, rows(a_line(assigned=23)), MIDNIGHT)

        assert due(two_weeks, MIDNIGHT) == [(BEFORE, 3)]

    def test_a_mark_of_a_week_that_runs_does_not_outlive_its_first_closing(self, store: SqlStore) -> None:
        """Who imports rows marks their week whether it is closed or not: it may be closed at this very moment."""
        known_since(store, end_of(BEFORE))
        marked(store, SUNDAY, now=MIDNIGHT - SECOND)

        closed(store, MIDNIGHT, a_line())

        assert due(store, MIDNIGHT) == []

    def test_revisions_are_told_the_first_one_first(self, two_weeks: SqlStore) -> None:
        for number in (1, 2):
            marked(two_weeks, SUNDAY)
            closed(two_weeks, MIDNIGHT + number * SECOND, a_line(assigned=20 + number))

        told = two_weeks.revisions(SUNDAY)
        assert [(each.revision, each.revisions, each.first_closed_at) for each in told] == [
            (number, 3, told[0].closed_at) for number in (1, 2, 3)
        ]
        assert two_weeks.revisions(SUNDAY + WEEK) == []

    def test_a_chart_as_of_a_week_reads_what_was_known_when_that_was_closed(self, two_weeks: SqlStore) -> None:
        (first,) = two_weeks.revisions(SUNDAY)
        marked(two_weeks, BEFORE)
        closed(two_weeks, MIDNIGHT + SECOND, a_line(assigned=23))
        marked(two_weeks, SUNDAY)
        (second,) = closed(two_weeks, MIDNIGHT + 2 * SECOND, a_line(assigned=24))

        def known(closed: ClosedWeek) -> list[tuple[date, int]]:
            return [(each.week, each.revision) for each in two_weeks.weeks_before(closed, 8)]

        assert known(first) == [(BEFORE, 1), (SUNDAY, 1)]
        assert known(second) == [(BEFORE, 2), (SUNDAY, 2)]
        assert [each.week for each in two_weeks.weeks_before(second, 1)] == [SUNDAY]


class LateRows(NamedTuple):
    """Some come for one of two weeks, and then every week that is due is closed."""

    week: date
    assigned: int


@settings(max_examples=25)
@given(st.lists(st.builds(LateRows, st.sampled_from([BEFORE, SUNDAY]), st.integers(0, 2)), max_size=8))
def test_whenever_rows_come_exactly_what_they_change_is_revised(one_store: SqlStore, late: list[LateRows]) -> None:
    """Against a list of what each week said, revision by revision."""
    store = emptied(one_store)
    known_since(store, end_of(BEFORE) - SECOND)
    closed(store, MIDNIGHT, a_line(assigned=0))
    said = {BEFORE: [0], SUNDAY: [0]}
    for number, (week, assigned) in enumerate(late, 1):
        marked(store, week)
        closed(store, MIDNIGHT + number * SECOND, a_line(assigned=assigned))
        said[week] += [assigned] if said[week][-1] != assigned else []

    for week, revisions in said.items():
        kept = [store.week_lines(week, each.revision) for each in store.revisions(week)]
        assert [line.assigned for (line,) in kept] == revisions
    closings = [each.closed_at for week in said for each in store.revisions(week)]
    assert len(set(closings)) == len(closings)


class TestReading:
    def test_rows_are_those_of_the_partner_that_is_asked_for(self, store: SqlStore) -> None:
        known_since(store, end_of(BEFORE))
        ours, theirs = a_line(), a_line("sub-SO-100002", partner_id="umi")

        closed(store, MIDNIGHT, theirs, ours)

        assert store.week_lines(SUNDAY, partner="hikari") == [ours]
        assert store.week_lines(SUNDAY, partner="umi") == [theirs]
        assert store.week_lines(SUNDAY, partner="nobody") == []
        assert store.week_lines(SUNDAY) == [ours, theirs]
        assert store.week_lines(SUNDAY, customer="akasaka") == [ours, theirs]
        assert store.week_lines(SUNDAY, customer="other") == []

    def test_a_customer_of_two_partners_has_its_calls_once(self, store: SqlStore) -> None:
        known_since(store, end_of(BEFORE))
        kept, calls = WeekRows(), a_week_of_calls()
        kept.add(calls_rows("hikari", [calls]))
        kept.add(calls_rows("umi", [calls]))
        store.keep_week(DueWeek(SUNDAY, 1, 0), kept, MIDNIGHT)

        assert store.week_calls(SUNDAY) == store.week_calls(SUNDAY, partner="umi") == [calls]

    def test_licences_of_a_product_are_summed_by_customer_and_only_what_runs(self, store: SqlStore) -> None:
        """HUB-54."""
        known_since(store, end_of(BEFORE))
        more = a_line("sub-SO-100002", total=5, assigned=1, used=0)
        stopped = a_line("sub-SO-100003", active=False)
        closed(store, MIDNIGHT, a_line(), more, stopped, a_line(product="calling", total=7))

        assert store.week_sums(SUNDAY, None, "hikari", "meetings") == [{"akasaka": (30, 21, 15)}]
        assert store.week_sums(SUNDAY, None, "hikari", "calling") == [{"akasaka": (7, 20, 15)}]
        assert store.week_sums(SUNDAY, None, "hikari", "messaging") == []

    @pytest.mark.parametrize(
        ("as_of", "said"),
        [
            (
                AsOf(SUNDAY + WEEK),
                "the week that ends on 2026-11-29 is not closed: the last one .* ended on 2026-11-22",
            ),
            (AsOf(SUNDAY, 2), "revision 2 of the week that ends on 2026-11-22 is not closed"),
        ],
    )
    def test_a_week_that_nobody_closed_is_refused_and_says_which_is_there(
        self, store: SqlStore, as_of: AsOf, said: str
    ) -> None:
        known_since(store, end_of(BEFORE))
        closed(store)

        with pytest.raises(WeekNotClosed, match=said) as refused:
            store.closed_week(as_of)
        assert refused.value.field == "as_of"

    def test_no_week_at_all_is_said(self, store: SqlStore) -> None:
        with pytest.raises(WeekNotClosed, match="no week is closed yet"):
            store.week_lines(SUNDAY)


# What is kept comes back as it was.

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
counts = st.integers(min_value=0, max_value=10**9)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
days = st.dates(date(2000, 1, 1), date(2200, 1, 1))
by_week = st.lists(st.none() | counts, min_size=13, max_size=13).map(tuple)
lines = st.builds(
    a_line,
    words,
    customer_name=words,
    product=words,
    total=counts,
    assigned=counts,
    assigned_by_week=by_week,
    used_by_week=by_week,
    added_on=days,
    ends_at=st.none() | instants,
    trial=st.booleans(),
    active=st.booleans(),
    auto_renew=st.booleans(),
)
entitlements = st.builds(
    a_life, words, products=st.dictionaries(words, counts, max_size=3), ends_at=st.none() | instants, added_on=days,
    suspended_for=st.lists(words, max_size=2).map(tuple), valid_from=instants,
)  # fmt: skip
customers = st.builds(
    a_hub_customer,
    words,
    name=words,
    entitlements=st.lists(entitlements, max_size=3).map(tuple),
    overused=st.lists(words, max_size=2).map(tuple),
    last_sign_in=st.none() | days,
    known_since=instants,
    tags=st.lists(words, max_size=5).map(tuple),
    subscription_tags=st.lists(st.tuples(words, words), max_size=2).map(tuple),
)
calls = st.builds(
    a_week_of_calls,
    words,
    calls=counts,
    endpoints=st.dictionaries(words, st.builds(EndpointCalls, calls=counts, low_quality=counts), max_size=3),
    features=st.dictionaries(words, counts, max_size=3),
    queue_enabled=st.booleans(),
)


@settings(max_examples=40)
@given(found=st.lists(lines, max_size=3, unique_by=lambda line: (line.subject, line.product)),
       known=st.lists(customers, max_size=3, unique_by=lambda customer: customer.customer_id),
       called=st.lists(calls, max_size=3, unique_by=lambda week: week.customer_id))  # fmt: skip
def test_whatever_is_kept_comes_back_as_it_was(
    one_store: SqlStore, found: list[Line], known: list[HubCustomer], called: list[Any]
) -> None:
    store, kept = emptied(one_store), rows(*found, customers=tuple(known))
    kept.add(calls_rows("hikari", called))
    store.keep_week(DueWeek(SUNDAY, 1, 0), kept, MIDNIGHT)

    assert sorted(store.week_lines(SUNDAY), key=repr) == sorted(found, key=repr)
    assert sorted(store.week_customers(SUNDAY), key=repr) == sorted(known, key=repr)
    assert sorted(store.week_calls(SUNDAY), key=repr) == sorted(called, key=repr)

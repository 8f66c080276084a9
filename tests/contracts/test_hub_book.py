"""Weeks as they are closed from lives and files, and what each user reads of them, on every database. HUB-10 to 60."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import delete

from activities.ports.store import NotKnown
from adapters.hub_book import HubBook, MayNotEditTags
from adapters.hub_reader import NotThere
from adapters.sql.hub_week_schema import WeekRowRecord
from adapters.sql.store import SqlStore
from domain.hub.as_of import NOW, AsOf
from domain.hub.filters import Filter
from domain.hub.policy import HubPolicy
from domain.hub.sections import SectionKey
from domain.hub.tags import About
from domain.hub.trend import point
from domain.hub.users import HubUser
from domain.lifecycle import Lifecycle
from domain.permissions import OPERATOR, PartnerRole
from domain.subscription.messages import TerminateSubscription
from tests.contracts.databases import ONE_IS_ENOUGH
from tests.hub_lives import record
from tests.hub_rows import MIDNIGHT, SUNDAY, a_hub_user
from tests.hub_world import (
    BEGAN,
    CALLS,
    LATE,
    POLICY,
    a_book,
    a_hub,
    a_subscription,
    called,
    closed,
    invoiced,
    signed_in,
    used,
)
from tests.makers import days
from tests.postgres import an_open_store, at_once, everything
from tests.support.kept_store import KeptStore

WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)
FIRST = SUNDAY - 5 * WEEK
"""The first week of which anything is known: the orders were placed in it."""

FULL = a_hub_user()
OTHER_TERMS = HubPolicy(
    expiring_within=days(3000),
    window=days(3000),
    inactive_after=days(1),
    low_percentile=90,
    low_peers=2,
    low_without_peers=99,
    falling_by=1,
)


@pytest.fixture
def book(store: SqlStore, small_hub: KeptStore) -> HubBook:
    """Of a small hub in which no week is closed yet."""
    return a_book(small_hub.put_back())


@pytest.fixture
def closed_book(store: SqlStore, small_hub_with_weeks: KeptStore) -> HubBook:
    """Of the same hub, and its weeks are closed."""
    return a_book(small_hub_with_weeks.put_back())


def everything_as_of(book: HubBook, as_of: AsOf, user: HubUser = FULL, **narrowed: Any) -> list[Any]:
    """Whatever can be asked of a week; how many revisions there are meanwhile is no part of it."""
    asked: dict[str, Any] = {"now": MIDNIGHT + 500 * WEEK, "as_of": as_of, **narrowed}
    answers: list[Any] = [
        *(book.overview(user, product, **asked) for product in ("meetings", "calling")),
        *(book.section(user, "meetings", key, **asked) for key in SectionKey),
        book.calling(user, **asked),
        book.customers(user, Filter(), **asked),
    ]
    return [replace(each, basis=each.basis.as_of) for each in answers]


class TestClosing:
    def test_sundays_that_were_missed_are_closed_each_as_it_was_at_its_end(
        self, store: SqlStore, book: HubBook
    ) -> None:
        subject = "sub-SO-100001"
        used(store, subject, SUNDAY - days(10), assigned=12, in_use=3)

        assert closed(book) == [(FIRST + number * WEEK, 1) for number in range(6)]

        known = {week.week: store.week_lines(week.week, None, "hikari", "akasaka") for week in book.weeks()}
        assigned = [[line.assigned for line in known[FIRST + number * WEEK]] for number in range(6)]
        assert assigned == [[], [0], [0], [0], [12], [20]]

    def test_what_happens_on_the_sunday_at_midnight_is_of_the_next_week(self, store: SqlStore) -> None:
        """HUB-60: the last second of Saturday (UTC), the first instant of Sunday, and a second later."""
        for number, after in enumerate((-SECOND, 0 * SECOND, SECOND)):
            a_subscription(store, f"SO-10000{number}", f"customer-{number}", at=MIDNIGHT + after)

        closed(a_book(store, MIDNIGHT + SECOND), MIDNIGHT + SECOND)

        assert [line.customer_id for line in store.week_lines(SUNDAY)] == ["customer-0"]

    def test_licences_of_saturday_are_of_the_week_and_those_of_sunday_of_the_next(self, store: SqlStore) -> None:
        subject = a_subscription(store, "SO-100001", "akasaka")
        used(store, subject, SUNDAY - days(1), assigned=11, in_use=1)
        used(store, subject, SUNDAY, assigned=22, in_use=2)
        book = a_book(store, MIDNIGHT + WEEK)

        closed(book, MIDNIGHT + WEEK)

        assert [line.assigned for line in store.week_lines(SUNDAY)] == [11]
        assert [line.assigned for line in store.week_lines(SUNDAY + WEEK)] == [22]

    def test_one_that_ends_between_two_weeks_is_gone_on_with(self, store: SqlStore, book: HubBook) -> None:
        closing = book.close_weeks(MIDNIGHT)
        next(closing)
        closing.close()  # type: ignore[attr-defined] # as a process that is killed after its first commit

        assert [each.week for each in book.weeks()] == [FIRST]
        assert closed(book) == [(FIRST + number * WEEK, 1) for number in range(1, 6)]

    def test_two_at_once_close_each_week_once(self, store: SqlStore, book: HubBook) -> None:
        answers = at_once(lambda: closed(book), lambda: closed(book))

        assert sorted(each for answer in answers for each in answer) == [(FIRST + n * WEEK, 1) for n in range(6)]  # type: ignore[union-attr]
        assert store.week_lines(SUNDAY) == store.lines(None, MIDNIGHT)
        assert store.week_customers(SUNDAY) == store.hub_customers(None, MIDNIGHT)

    def test_calls_are_kept_for_each_partner_of_the_customer(self, store: SqlStore, book: HubBook) -> None:
        called(store, "minato", SUNDAY, CALLS)
        called(store, "minato", SUNDAY - WEEK, CALLS | {"calls": 200})
        closed(book)

        for partner in ("hikari", "umi"):
            assert [(each.customer_id, each.calls) for each in store.week_calls(SUNDAY, partner=partner)] == [
                ("minato", 300)
            ]
        assert len(store.week_calls(SUNDAY)) == 1


class TestRevising:
    def test_a_late_row_revises_its_week_alone_and_the_first_revision_stays(
        self, store: SqlStore, closed_book: HubBook
    ) -> None:
        late = SUNDAY - WEEK
        weeks = (FIRST, late, SUNDAY)
        first = {week: everything_as_of(closed_book, AsOf(week, 1)) for week in weeks}

        used(store, "sub-SO-100001", late - days(1), assigned=19, in_use=9, now=MIDNIGHT + SECOND)

        assert [each.week for each in closed_book.weeks() if each.late_since] == [SUNDAY, late]
        assert closed(closed_book, MIDNIGHT + 2 * SECOND) == [(late, 2)]
        told = {week: everything_as_of(closed_book, AsOf(week, 1)) for week in weeks if week != late}
        assert told == {week: answers for week, answers in first.items() if week != late}
        before, after = (store.week_lines(late, revision, "hikari", "akasaka") for revision in (1, 2))
        assert [line.assigned for line in before + after] == [0, 19]
        (again,) = [closed_book.section(FULL, "meetings", SectionKey.ADDED, now=MIDNIGHT, as_of=AsOf(late, 1))]
        assert again.section == first[late][2].section

    def test_weeks_that_a_late_row_speaks_of_too_are_revised_with_it(self, store: SqlStore, book: HubBook) -> None:
        """What was assigned or purchased stays so until a newer day says else, and so does the last sign-in. AMB-19."""
        minato = "sub-SO-100002"
        used(store, minato, SUNDAY - 2 * WEEK - days(1), assigned=10, in_use=1)
        closed(book)
        on = SUNDAY - 3 * WEEK + days(1)

        used(store, minato, on, assigned=9, in_use=2, purchased=30, now=MIDNIGHT + SECOND)
        signed_in(store, "shiba", on, now=MIDNIGHT + SECOND)

        assert closed(book, MIDNIGHT + 2 * SECOND) == [(SUNDAY - number * WEEK, 2) for number in (2, 1, 0)]
        lines = [store.week_lines(each.week, None, "hikari", "minato")[0] for each in book.weeks()[:4]]
        assert [line.total for line in lines] == [30, 30, 30, 25]
        assert [line.assigned for line in lines] == [20, 10, 10, 0], "each week's own, or the one before"
        signed = {each.customer_id: each.last_sign_in for each in store.week_customers(SUNDAY, None, "hikari")}
        assert signed["shiba"] == on

    def test_what_comes_while_a_week_is_closed_for_the_first_time_is_in_its_next_revision(
        self, store: SqlStore, book: HubBook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Rows of a week before, and an order that is recorded late: the rows of this one had been read already."""
        keep, minato, on = store.keep_week, "sub-SO-100002", SUNDAY - 2 * WEEK - days(1)

        def late(due: Any, rows: Any, now: Any) -> Any:
            if due.week == SUNDAY and due.revision == 1:
                used(store, minato, on, assigned=9, in_use=2, purchased=30)
                a_subscription(store, "SO-100009", "ebisu", at=MIDNIGHT - days(2))
                store.catch_up({}, now)
            return keep(due, rows, now)

        monkeypatch.setattr(store, "keep_week", late)
        closed(book)
        assert [line.total for line in store.week_lines(SUNDAY, None, "hikari", "minato")] == [25]

        assert (SUNDAY, 2) in closed(book, MIDNIGHT + SECOND)
        assert [line.total for line in store.week_lines(SUNDAY, None, "hikari", "minato")] == [30]
        assert "ebisu" in {each.customer_id for each in store.week_customers(SUNDAY)}

    @ONE_IS_ENOUGH
    def test_weeks_that_stay_as_they_are_say_that_somebody_looks(self, store: SqlStore, closed_book: HubBook) -> None:
        """One row may send a closing through years of weeks; its step would be taken for dead."""
        signed_in(store, "akasaka", FIRST - days(1), now=MIDNIGHT + SECOND)
        looks: list[str] = []

        found = list(closed_book.close_weeks(MIDNIGHT + 2 * SECOND, lambda: looks.append("alive")))

        assert [each.week for each in found] == [FIRST + number * WEEK for number in range(5)], "who signed in since"
        assert len(looks) == 6

    def test_an_invoice_that_comes_late_revises_what_it_says_of_renewal(
        self, store: SqlStore, closed_book: HubBook
    ) -> None:
        """AMB-23. That it is paid later is nothing of the week."""
        issued = SUNDAY - WEEK - days(1)

        invoiced(store, issued, state="open", auto_renew=True, now=MIDNIGHT + SECOND)

        assert closed(closed_book, MIDNIGHT + 2 * SECOND) == [(SUNDAY - WEEK, 2), (SUNDAY, 2)]
        assert store.week_lines(SUNDAY, None, "hikari", "akasaka")[0].auto_renew
        for change in ({"state": "paid", "paid_on": SUNDAY}, {"amount": "12"}):
            invoiced(store, issued, auto_renew=True, now=MIDNIGHT + 3 * SECOND, **change)
            assert not [each for each in closed_book.weeks() if each.late_since], "nobody looks at it again"

    def test_a_late_sign_in_and_late_calls_revise_their_week(self, store: SqlStore, closed_book: HubBook) -> None:
        signed_in(store, "akasaka", SUNDAY - days(10), now=MIDNIGHT + SECOND)
        called(store, "akasaka", SUNDAY, CALLS, now=MIDNIGHT + SECOND)

        assert closed(closed_book, MIDNIGHT + 2 * SECOND) == [(SUNDAY - WEEK, 2), (SUNDAY, 2)]
        signed = {each.customer_id: each.last_sign_in for each in store.week_customers(SUNDAY - WEEK, 2, "hikari")}
        assert signed["akasaka"] == SUNDAY - days(10)
        assert store.week_calls(SUNDAY, 1) == []

    def test_a_revision_differs_by_late_rows_alone(self, store: SqlStore, book: HubBook) -> None:
        """Tags are as they were when the week was closed first: nobody keeps since when there is one."""
        store.replace_tags("hikari", About.CUSTOMER, "akasaka", ["pilot"], by="ken", now=MIDNIGHT)
        closed(book)
        store.replace_tags("hikari", About.CUSTOMER, "akasaka", ["other"], by="ken", now=MIDNIGHT + SECOND)
        used(store, "sub-SO-100002", LATE, assigned=21, in_use=1, now=MIDNIGHT + SECOND)
        closed(book, MIDNIGHT + 2 * SECOND)

        first, second = (store.week_customers(SUNDAY, revision, "hikari") for revision in (1, 2))
        assert first == second
        assert first[0].tags == ("pilot",)

    def test_what_happened_before_the_sunday_and_was_recorded_after_it_revises_the_week(
        self, store: SqlStore, closed_book: HubBook
    ) -> None:
        """A worker that was down over midnight; an import that is dated back."""
        a_subscription(store, "SO-100009", "ebisu", at=MIDNIGHT - days(2))

        found = closed(closed_book, MIDNIGHT + days(1))

        assert (SUNDAY, 2) in found
        assert "ebisu" in {each.customer_id for each in store.week_customers(SUNDAY)}
        assert "ebisu" not in {each.customer_id for each in store.week_customers(SUNDAY, 1)}


class TestAsOf:
    @ONE_IS_ENOUGH
    def test_the_same_question_has_the_same_answer_whatever_happens_later(
        self, store: SqlStore, closed_book: HubBook
    ) -> None:
        weeks = [AsOf(each.week, each.revision) for each in closed_book.weeks()]
        before = {as_of: everything_as_of(closed_book, as_of) for as_of in weeks}

        a_great_deal_happens(store, closed_book)

        assert {as_of: everything_as_of(closed_book, as_of) for as_of in weeks} == before

    @ONE_IS_ENOUGH
    def test_the_terms_of_the_installation_may_change_and_the_answer_stays(
        self, store: SqlStore, book: HubBook
    ) -> None:
        """Each number of a policy decides something here, and a revision is judged as its week was."""
        used(store, "sub-SO-100002", LATE, assigned=1, in_use=1)
        closed(book)
        first = everything_as_of(book, AsOf(SUNDAY))
        other = HubBook(store, OTHER_TERMS, {})
        other.catch_up(MIDNIGHT)
        assert everything_as_of(other, AsOf(SUNDAY)) == first
        assert (other.terms(AsOf(SUNDAY)), other.terms(NOW)) == (POLICY, OTHER_TERMS)
        assert other.overview(FULL, "meetings", now=MIDNIGHT) != book.overview(FULL, "meetings", now=MIDNIGHT)

        used(store, "sub-SO-100001", LATE, assigned=21, in_use=9, now=MIDNIGHT + SECOND)
        assert closed(other, MIDNIGHT + SECOND) == [(SUNDAY, 2)]
        assert everything_as_of(other, AsOf(SUNDAY)) == everything_as_of(book, AsOf(SUNDAY)) != first
        assert [other.terms(AsOf(SUNDAY, revision)) for revision in (1, 2)] == [POLICY, POLICY]

    def test_a_week_that_an_older_release_closed_is_judged_by_the_terms_of_now(
        self, store: SqlStore, closed_book: HubBook
    ) -> None:
        """It kept none."""
        with store.engine.begin() as connection:
            connection.execute(delete(WeekRowRecord).where(WeekRowRecord.kind == "terms"))

        assert HubBook(store, OTHER_TERMS, {}).terms(AsOf(SUNDAY)) == OTHER_TERMS

    def test_without_a_revision_it_is_the_newest(self, store: SqlStore, closed_book: HubBook) -> None:
        used(store, "sub-SO-100001", LATE, assigned=24, in_use=9, now=MIDNIGHT + SECOND)
        closed(closed_book, MIDNIGHT + SECOND)

        basis = closed_book.customers(FULL, Filter(), now=MIDNIGHT + days(2), as_of=AsOf(SUNDAY)).basis

        assert basis.as_of == AsOf(SUNDAY, 2)
        assert (basis.at, basis.now) == (MIDNIGHT, False)

    def test_statuses_are_those_at_the_end_of_the_week(self, store: SqlStore, closed_book: HubBook) -> None:
        """Who had signed in then is inactive now. HUB-14."""
        later = MIDNIGHT + days(200)

        def inactive(as_of: AsOf) -> list[str]:
            listed = closed_book.customers(FULL, Filter(), now=later, as_of=as_of).listed
            return [
                c.customer_id for c, found in listed.customers for each in found if each.status == "no_recent_activity"
            ]

        assert inactive(AsOf(SUNDAY)) == []
        assert inactive(NOW) == ["akasaka", "minato", "shiba"]

    def test_the_trend_is_of_the_weeks_as_they_were_closed(self, store: SqlStore, closed_book: HubBook) -> None:
        """HUB-54. Sums are kept for it, and say what the lines say."""
        trend = closed_book.overview(FULL, "meetings", now=MIDNIGHT, as_of=AsOf(SUNDAY)).trend

        lines = {each.week: store.week_lines(each.week, partner="hikari") for each in closed_book.weeks()[::-1]}
        assert trend == tuple(point(found, "meetings", week) for week, found in lines.items())
        assert [each.assigned for each in trend] == [None, None, None, None, None, 40]

    def test_the_trend_of_now_ends_now(self, store: SqlStore, closed_book: HubBook) -> None:
        later = MIDNIGHT + days(3)
        used(store, "sub-SO-100001", SUNDAY + days(1), assigned=25, in_use=20, now=later)

        *weeks, last = closed_book.overview(FULL, "meetings", now=later).trend

        assert [point.ends_on for point in weeks] == [each.week for each in closed_book.weeks()][::-1]
        assert (last.ends_on, last.total, last.assigned) == (SUNDAY + days(3), 50, 45)

    @ONE_IS_ENOUGH
    @pytest.mark.parametrize("weeks_closed", [False, True])
    def test_shown_rows_are_those_of_the_whole_overview(
        self, store: SqlStore, book: HubBook, *, weeks_closed: bool
    ) -> None:
        """A page looks up the weeks of what it shows only; numbers, order and trend are the same."""
        if weeks_closed:
            closed(book)
        later, page = MIDNIGHT + days(3), slice(0, 1)
        for back, assigned in ((10, 20), (1, 25)):
            used(store, "sub-SO-100001", later.date() - days(back), assigned=assigned, in_use=10, now=later)

        whole = book.overview(FULL, "meetings", now=later)
        quick = book.overview(FULL, "meetings", now=later, shown=page)

        rows = [row for each in whole.sections.values() for row in each.rows[page]]
        assert any(row.usage_change is not None for row in rows)
        assert [row for each in quick.sections.values() for row in each.rows[page]] == rows
        assert (quick.numbers, quick.trend) == (whole.numbers, whole.trend)
        for key, each in whole.sections.items():
            assert quick.sections[key].numbers == each.numbers
            assert [row.line.subject for row in quick.sections[key].rows] == [row.line.subject for row in each.rows]

    def test_the_list_shows_who_is_overused_however_it_is_asked(self, store: SqlStore, book: HubBook) -> None:
        """HUB-13."""
        used(store, "sub-SO-100001", SUNDAY - days(2), assigned=30, in_use=30)

        def overused(query: str) -> list[tuple[str, str]]:
            asked = Filter.of_query(parse_qsl(query))
            found = book.customers(FULL, asked, now=MIDNIGHT).listed.customers
            return [(one.customer_id, each.status) for one, every in found for each in every if one.overused]

        every = overused("sort=status")
        assert ("akasaka", "over_licence") in every
        for query in ("", "status=over_licence", "status=subscription", "sort=-ends", "q=akasaka"):
            assert sorted(overused(query)) == sorted(every), query

    def test_before_any_week_was_closed_the_trend_is_what_lines_remember(self, book: HubBook) -> None:
        assert [point.assigned for point in book.overview(FULL, "meetings", now=MIDNIGHT).trend][-1] == 40

    @pytest.mark.parametrize("as_of", [AsOf(SUNDAY + WEEK), AsOf(SUNDAY, 2), AsOf(FIRST - WEEK)])
    def test_a_week_that_is_not_closed_is_not_known(self, closed_book: HubBook, as_of: AsOf) -> None:
        with pytest.raises(NotKnown, match="is not closed"):
            closed_book.overview(FULL, "meetings", now=MIDNIGHT, as_of=as_of)


def a_great_deal_happens(store: SqlStore, book: HubBook) -> None:
    """A subscription ends, another begins, rows come late, tags change, and weeks are closed and revised."""
    later = MIDNIGHT + days(3)
    state = store.state(Lifecycle.SUBSCRIPTION, "sub-SO-100001")
    state.terminate(TerminateSubscription(by="ops-7", reason="moved on"), later)
    record(store, state, later)
    a_subscription(store, "SO-100010", "ebisu", at=later)
    for week in range(6):
        used(store, "sub-SO-100002", FIRST + week * WEEK - days(2), assigned=25, in_use=25, now=later)
    store.replace_tags("hikari", About.CUSTOMER, "minato", ["vip"], by="ken", now=later)
    called(store, "minato", SUNDAY, CALLS, now=later)
    closed(book, later + WEEK)


ADMINISTRATOR = PartnerRole.ADMINISTRATOR
SEEN: list[tuple[HubUser, set[tuple[str, str]]]] = [
    (FULL, {("hikari", "akasaka"), ("hikari", "minato"), ("hikari", "shiba")}),
    (
        a_hub_user(PartnerRole.READ_ONLY_ADMINISTRATOR),
        {("hikari", "akasaka"), ("hikari", "minato"), ("hikari", "shiba")},
    ),
    (a_hub_user(ADMINISTRATOR), set()),
    (a_hub_user(ADMINISTRATOR, assigned=("minato",)), {("hikari", "minato")}),
    (a_hub_user(PartnerRole.SALES_ADMINISTRATOR, assigned=("akasaka", "aoyama")), {("hikari", "akasaka")}),
    (a_hub_user(PartnerRole.PROVISIONING_ADMINISTRATOR, assigned=("minato",)), {("hikari", "minato")}),
    (a_hub_user(partner_id="umi"), {("umi", "minato"), ("umi", "aoyama")}),
    (a_hub_user(partner_id="somebody-else"), set()),
    (
        a_hub_user(OPERATOR, partner_id=None),
        {("hikari", "akasaka"), ("hikari", "minato"), ("hikari", "shiba"), ("umi", "minato"), ("umi", "aoyama")},
    ),
]
"""Who sees whom. domain.md §9.5, HUB-42, HUB-43."""

EVERYBODY = SEEN[-1][1]
NOBODIES = [
    replace(FULL, active=False),
    replace(FULL, roles=()),
    a_hub_user("made-up"),
    a_hub_user(PartnerRole.FULL_ADMINISTRATOR, partner_id=None),
]
"""Of the vendor, but no operator; without a role; no longer active."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def roles(request: pytest.FixtureRequest) -> Iterator[HubBook]:
    """A hub whose weeks are closed, of which some calls are known; these tests only read."""
    with an_open_store(request.param) as opened:
        book = a_hub(opened)
        for customer in ("akasaka", "minato", "aoyama"):
            called(opened, customer, SUNDAY, CALLS)
        closed(book)
        yield book


@pytest.mark.parametrize("as_of", [NOW, AsOf(SUNDAY)], ids=["now", "as of a week"])
class TestRoles:
    @pytest.mark.parametrize(("user", "seen"), SEEN)
    def test_everybody_sees_their_own_customers_and_no_others(
        self, roles: HubBook, as_of: AsOf, user: HubUser, seen: set[tuple[str, str]]
    ) -> None:
        """In the list, each by itself, and behind every number. HUB-42, HUB-43."""
        listed = roles.customers(user, Filter(), now=MIDNIGHT, as_of=as_of)
        overview = roles.overview(user, "meetings", now=MIDNIGHT, as_of=as_of)

        assert {(each.partner_id, each.customer_id) for each, _ in listed.listed.customers} == seen
        assert listed.visible == len(seen)
        subscribed = seen - {("hikari", "shiba")}
        assert set(overview.numbers[0].customers) == subscribed
        assert {row.customer for each in overview.sections.values() for row in each.rows} <= subscribed
        assert (overview.trend[-1].assigned or 0) == 20 * len(subscribed)
        for partner, customer in EVERYBODY | {("hikari", "nobody"), ("nobody", "akasaka"), ("hikari", "aoyama")}:
            if (partner, customer) in seen:
                assert (
                    roles.customer(user, partner, customer, now=MIDNIGHT, as_of=as_of).customer.customer_id == customer
                )
            else:
                with pytest.raises(NotThere):
                    roles.customer(user, partner, customer, now=MIDNIGHT, as_of=as_of)

    @pytest.mark.parametrize("user", NOBODIES)
    def test_who_has_no_right_finds_nothing(self, roles: HubBook, as_of: AsOf, user: HubUser) -> None:
        for ask in (roles.customers, roles.overview, roles.calling):
            asked = {roles.customers: (Filter(),), roles.overview: ("meetings",)}.get(ask, ())
            with pytest.raises(NotThere):
                ask(user, *asked, now=MIDNIGHT, as_of=as_of)

    def test_somebody_of_a_partner_cannot_ask_for_another_one(self, roles: HubBook, as_of: AsOf) -> None:
        with pytest.raises(NotThere):
            roles.customers(FULL, Filter(), now=MIDNIGHT, as_of=as_of, partner="umi")
        own = roles.customers(FULL, Filter(), now=MIDNIGHT, as_of=as_of, partner="hikari")
        assert own.visible == 3

    def test_an_operator_may_look_at_one_partner_alone(self, roles: HubBook, as_of: AsOf) -> None:
        operator = a_hub_user(OPERATOR, partner_id=None)
        narrowed = roles.customers(operator, Filter(), now=MIDNIGHT, as_of=as_of, partner="umi")
        assert {each.partner_id for each, _ in narrowed.listed.customers} == {"umi"}

    def test_calls_are_those_of_assigned_customers(self, roles: HubBook, as_of: AsOf) -> None:
        user = a_hub_user(ADMINISTRATOR, assigned=("minato", "aoyama"))
        reading = roles._reading(user, MIDNIGHT, as_of, None)
        assert {each.customer_id for each in reading.calls()} == {"minato"}


@ONE_IS_ENOUGH
def test_who_sees_few_customers_finds_the_same_of_them_low_as_who_sees_all(store: SqlStore, book: HubBook) -> None:
    """They are compared with all of the partner's, now and as of a week. AMB-22."""
    for number in range(4):
        used(store, a_subscription(store, f"SO-10002{number}", f"peer-{number}"), LATE, assigned=25, in_use=1)
    book.catch_up(MIDNIGHT)
    closed(book)
    few = a_hub_user(ADMINISTRATOR, assigned=("akasaka", "peer-1"))

    def low(user: HubUser, as_of: AsOf) -> set[str]:
        found = book.section(user, "meetings", SectionKey.LOW, now=MIDNIGHT, as_of=as_of)
        return {row.line.customer_id for row in found.section.rows}

    for as_of in (NOW, AsOf(SUNDAY)):
        assert low(FULL, as_of) == {"akasaka", "minato"}
        assert low(few, as_of) == {"akasaka"}


class TestTags:
    TABLE: list[tuple[HubUser, type[Exception] | None]] = [
        (FULL, None),
        (a_hub_user(ADMINISTRATOR, assigned=("akasaka",)), None),
        (a_hub_user(ADMINISTRATOR), NotThere),
        (a_hub_user(PartnerRole.READ_ONLY_ADMINISTRATOR), MayNotEditTags),
        (a_hub_user(PartnerRole.SALES_ADMINISTRATOR, assigned=("akasaka",)), MayNotEditTags),
        (a_hub_user(PartnerRole.PROVISIONING_ADMINISTRATOR, assigned=("akasaka",)), MayNotEditTags),
        (a_hub_user(OPERATOR, partner_id=None), MayNotEditTags),
        (a_hub_user(partner_id="umi"), NotThere),
    ]

    @pytest.mark.parametrize(("user", "refused"), TABLE)
    def test_two_roles_edit_them(self, book: HubBook, user: HubUser, refused: type[Exception] | None) -> None:
        """HUB-21, HUB-22."""
        if refused is None:
            assert book.set_tags(user, "hikari", "akasaka", ["pilot"], now=MIDNIGHT) == ("pilot",)
            assert book.customers(FULL, Filter(), now=MIDNIGHT).tags == ("pilot",)
            return
        with pytest.raises(refused):
            book.set_tags(user, "hikari", "akasaka", ["pilot"], now=MIDNIGHT)
        assert book.customers(FULL, Filter(), now=MIDNIGHT).tags == ()

    def test_a_subscription_has_its_own_and_must_be_the_customer_s(self, book: HubBook) -> None:
        book.set_tags(FULL, "hikari", "akasaka", ["x"], now=MIDNIGHT, subscription="sub-SO-100001")

        found = book.customer(FULL, "hikari", "akasaka", now=MIDNIGHT).customer
        assert (found.tags, found.subscription_tags) == ((), (("sub-SO-100001", "x"),))
        with pytest.raises(NotThere):
            book.set_tags(FULL, "hikari", "akasaka", ["x"], now=MIDNIGHT, subscription="sub-SO-100002")

    def test_another_partner_of_the_customer_sees_none_of_them(self, book: HubBook) -> None:
        """HUB-20."""
        book.set_tags(FULL, "hikari", "minato", ["ours"], now=MIDNIGHT)

        umi = a_hub_user(partner_id="umi")
        assert book.customers(umi, Filter(), now=MIDNIGHT).tags == ()
        assert book.customer(umi, "umi", "minato", now=MIDNIGHT).customer.tags == ()


class TestRows:
    def test_days_behind_a_line_are_those_of_the_customer_alone(self, store: SqlStore, book: HubBook) -> None:
        def days_of(subject: str) -> list[date]:
            asked = (Lifecycle.SUBSCRIPTION, subject, "meetings")
            found = book.usage(FULL, "hikari", "akasaka", *asked, since=FIRST, until=SUNDAY, now=MIDNIGHT)
            return [each.day for each in found]

        assert days_of("sub-SO-100001") == [LATE]
        for other in ("sub-SO-100002", "sub-SO-999999"):
            with pytest.raises(NotThere):
                days_of(other)

    def test_a_customer_tells_what_happened_and_what_was_invoiced_as_of_now_only(self, closed_book: HubBook) -> None:
        now = closed_book.customer(FULL, "hikari", "akasaka", now=MIDNIGHT)
        then = closed_book.customer(FULL, "hikari", "akasaka", now=MIDNIGHT, as_of=AsOf(SUNDAY))

        assert now.events
        assert list(now.invoices) == ["sub-SO-100001"]
        assert (then.events, then.invoices) == ((), {})
        assert now.lines == then.lines


def test_nothing_is_written_by_reading(store: SqlStore, closed_book: HubBook) -> None:
    before = everything(store)

    everything_as_of(closed_book, NOW)
    everything_as_of(closed_book, AsOf(SUNDAY))

    assert everything(store) == before
    assert BEGAN < MIDNIGHT

"""What a store of wholesale customers' users promises (activities/ports/wholesale.py), on every database."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from activities.ports import NotKnown
from activities.ports.wholesale import UsersChanged, WholesaleStore
from adapters.sql import wholesale_users
from adapters.sql.store import SqlStore
from domain.reasons import Reason
from domain.values import Refused
from domain.wholesale.catalogue import DEFAULT
from domain.wholesale.messages import WholesaleUser
from domain.wholesale.users import Assigned, Holding, Limits, UserChange, UserResult, after
from tests.makers import MONDAY
from tests.postgres import an_open_store, at_once, emptied, everything
from tests.wholesale import above

LATER = MONDAY + timedelta(hours=1)

CUSTOMER = "kaede-7"
ASSIGNED, CHANGED, UNCHANGED = UserChange.ASSIGNED, UserChange.CHANGED, UserChange.UNCHANGED
REMOVED, REFUSED = UserChange.REMOVED, UserChange.REFUSED

ADVISORY = """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def a_user(user_id: str = "u-1", package: str | None = "webex_calling", **changes: Any) -> WholesaleUser:
    """Somebody with a package and no add-on."""
    said: dict[str, Any] = {
        "user_id": user_id,
        "email": f"{user_id}@kaede.example",
        "first_name": "Mika",
        "last_name": user_id.upper(),
        "package": package,
    }
    return WholesaleUser.model_validate(said | changes)


def limits(calling: int = 10, suite: int = 10, console: int = 10, **changes: Any) -> Limits:
    """Two packages and an add-on, all of them provisioned."""
    said: dict[str, Any] = {
        "version": 1,
        "packages": {"webex_calling": calling, "webex_suite": suite},
        "add_ons": {"attendant_console": console},
        "usable": ("webex_calling", "webex_suite", "attendant_console"),
        "created_with": "webex_calling",
        "catalogue": DEFAULT,
    }
    return Limits.model_validate(said | changes)


def several(count: int, **changes: Any) -> list[WholesaleUser]:
    return [a_user(f"u-{number:05}", **changes) for number in range(count)]


def assign(store: WholesaleStore, *users: WholesaleUser, allowed: Limits | None = None) -> list[UserChange]:
    return [store.assign_user(CUSTOMER, user, allowed or limits(), MONDAY).change for user in users]


def batch(
    store: WholesaleStore, users: Sequence[WholesaleUser], allowed: Limits | None = None, batch_id: str = "b-1"
) -> UsersChanged:
    store.lay_down(CUSTOMER, batch_id, users, MONDAY)
    return store.assign_batch(CUSTOMER, batch_id, allowed or limits(), LATER)


def refusal(call: Callable[[], object]) -> tuple[Reason, str | None]:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.problem.code, refused.value.field


def counts(users: int, administrators: int = 0, add_ons: dict[str, int] | None = None, **packages: int) -> Assigned:
    return Assigned(users=users, administrators=administrators, packages=packages, add_ons=add_ons or {})


class TestAssigning:
    def test_a_user_has_what_was_given_and_counts(self, store: SqlStore) -> None:
        """WHS-11."""
        done = store.assign_user(CUSTOMER, a_user(add_ons=["attendant_console"]), limits(), MONDAY)

        assert (done.change, done.results) == (ASSIGNED, {})
        assert done.assigned == counts(1, add_ons={"attendant_console": 1}, webex_calling=1)
        user = store.user(CUSTOMER, "u-1")
        assert user.has == Holding(package="webex_calling", add_ons=("attendant_console",))
        assert (user.email, user.first_name, user.last_name) == ("u-1@kaede.example", "Mika", "U-1")
        assert user.changed_at == MONDAY

    def test_the_same_once_more_writes_nothing(self, store: SqlStore) -> None:
        both = ["attendant_console", "cisco_calling_plan"]
        allowed = limits(add_ons=dict.fromkeys(both, 1), usable=("webex_calling", *both))
        assert assign(store, a_user(add_ons=both), allowed=allowed) == [ASSIGNED]
        before = everything(store)

        turned = a_user(add_ons=both[::-1])
        assert store.assign_user(CUSTOMER, turned, allowed, LATER).change is UNCHANGED
        assert everything(store) == before

    def test_the_same_once_more_is_unchanged_even_where_it_could_not_be_given_today(self, store: SqlStore) -> None:
        """A repeat is harmless: its package is full by this user, or failed meanwhile."""
        assign(store, a_user(), allowed=limits(calling=1))

        assert assign(store, a_user(), allowed=limits(calling=1, usable=())) == [UNCHANGED]

    @pytest.mark.parametrize(
        "changes",
        [
            {"email": "mika@kaede.example"},
            {"last_name": "Sato"},
            {"package": "webex_suite"},
            {"add_ons": ["attendant_console"]},
            {"administrator": True},
        ],
    )
    def test_what_it_says_is_what_is_known_afterwards(self, store: SqlStore, changes: dict[str, Any]) -> None:
        """What it leaves out stays: no add-ons, no administrator."""
        assign(store, a_user())
        other = a_user(**changes)

        assert assign(store, other) == [CHANGED]
        user = store.user(CUSTOMER, "u-1")
        assert (user.email, user.last_name) == (other.email, other.last_name)
        assert user.has == Holding(
            package=other.package or "", add_ons=other.add_ons or (), administrator=bool(other.administrator)
        )

    def test_an_administrator_without_a_package_gets_that_of_the_organization_and_then_keeps_its_own(
        self, store: SqlStore
    ) -> None:
        """WHS-05."""
        assign(store, a_user(package=None, administrator=True))
        assert store.user(CUSTOMER, "u-1").has.package == "webex_calling"

        assign(store, a_user(package="webex_suite", administrator=True))
        assert assign(store, a_user(package=None, administrator=True)) == [UNCHANGED]
        assert store.assigned(CUSTOMER) == counts(1, 1, webex_suite=1)

    @pytest.mark.parametrize(
        ("user", "allowed", "problem"),
        [
            (a_user(package="cx_essentials"), limits(), (Reason.UNKNOWN, "user.package")),
            (a_user(add_ons=["cisco_calling_plan"]), limits(), (Reason.UNKNOWN, "user.add_ons")),
            (a_user(), limits(usable=("webex_suite",)), (Reason.WRONG_STAGE, "user.package")),
            (a_user(), limits(calling=0), (Reason.NOT_ALLOWED, "user.package")),
            (a_user(add_ons=["attendant_console"]), limits(console=0), (Reason.NOT_ALLOWED, "user.add_ons")),
        ],
    )
    def test_what_is_refused_names_its_field_and_leaves_nothing(
        self, store: SqlStore, user: WholesaleUser, allowed: Limits, problem: tuple[Reason, str]
    ) -> None:
        """WHS-11 to WHS-13."""
        assert refusal(lambda: assign(store, user, allowed=allowed)) == problem
        assert store.assigned(CUSTOMER) == Assigned.none()
        assert not any(everything(store).values())

    def test_the_last_one_is_given_and_the_next_refused(self, store: SqlStore) -> None:
        """WHS-12: the quantity is the most that can be assigned."""
        allowed = limits(calling=2)
        assert assign(store, a_user("u-1"), a_user("u-2"), allowed=allowed) == [ASSIGNED, ASSIGNED]

        assert refusal(lambda: assign(store, a_user("u-3"), allowed=allowed)) == (Reason.NOT_ALLOWED, "user.package")
        store.remove_user(CUSTOMER, "u-1", LATER)
        assert assign(store, a_user("u-3"), allowed=allowed) == [ASSIGNED]

    def test_customers_have_users_and_counts_of_their_own(self, store: SqlStore) -> None:
        assign(store, a_user("u-1"), allowed=limits(calling=1))

        other = store.assign_user("momiji-8", a_user("u-1"), limits(calling=1), MONDAY)
        assert (other.change, other.assigned) == (ASSIGNED, counts(1, webex_calling=1))
        store.remove_user("momiji-8", "u-1", MONDAY)
        assert store.user(CUSTOMER, "u-1").has.package == "webex_calling"

    def test_is_all_or_nothing(self, store: SqlStore) -> None:
        assign(store, a_user())
        before = everything(store)

        def fail(*_call: Any) -> None:
            raise RuntimeError

        event.listen(store.engine, "commit", fail)
        with pytest.raises(RuntimeError):
            assign(store, a_user("u-2"))
        event.remove(store.engine, "commit", fail)
        assert everything(store) == before


class TestAtOnce:
    def test_of_forty_for_ten_exactly_ten_get_one(self, store: SqlStore) -> None:
        """WHS-12."""
        allowed = limits(calling=10)
        at_once(
            *[lambda: store.assigned(CUSTOMER)] * 40
        )  # opens all connections: to open one takes longer than a write
        answers = at_once(*[lambda user=user: assign(store, user, allowed=allowed) for user in several(40)])

        assert [answer for answer in answers if not isinstance(answer, Refused)] == [[ASSIGNED]] * 10
        assert len(store.users(CUSTOMER)) == 10
        assert store.assigned(CUSTOMER) == counts(10, webex_calling=10)

    def test_of_four_batches_for_thirty_exactly_thirty_get_one(self, store: SqlStore) -> None:
        allowed, users = limits(calling=30), several(80)
        parts = {f"b-{part}": users[part::4] for part in range(4)}
        done = at_once(*[lambda id_=id_, part=part: batch(store, part, allowed, id_) for id_, part in parts.items()])

        changes = [each for each in done if isinstance(each, UsersChanged)]
        assert len(changes) == 4
        assert sum(each.results.get(ASSIGNED, 0) for each in changes) == 30
        assert sum(each.results.get(REFUSED, 0) for each in changes) == 50
        assert store.assigned(CUSTOMER) == counts(30, webex_calling=30)

    def test_one_batch_by_several_is_carried_out_once(self, store: SqlStore) -> None:
        users = several(20)
        done = at_once(*[lambda: batch(store, users, limits(calling=15))] * 4)

        assert done == [UsersChanged(assigned=counts(15, webex_calling=15), results={ASSIGNED: 15, REFUSED: 5})] * 4

    def test_the_last_free_one_goes_to_one_of_two_who_change(self, store: SqlStore) -> None:
        assign(store, *several(8), allowed=limits(calling=8))
        ids = [user.user_id for user in store.users(CUSTOMER)]
        allowed = limits(suite=1)

        def change(id_: str) -> UserChange:
            return store.change_package(CUSTOMER, id_, "webex_suite", None, allowed, LATER).change

        answers = at_once(*[lambda id_=id_: change(id_) for id_ in ids])
        assert [answer for answer in answers if not isinstance(answer, Refused)] == [CHANGED]
        assert store.assigned(CUSTOMER) == counts(8, webex_calling=7, webex_suite=1)

    def test_on_postgresql_one_change_of_a_customer_is_decided_at_a_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """SQLite has one writer anyway."""
        held: list[int | None] = []
        write = wholesale_users._write

        with an_open_store("postgresql") as store:

            def looked(*given: Any) -> None:
                with store.engine.connect() as another:
                    held.append(another.scalar(text(ADVISORY)))
                write(*given)

            monkeypatch.setattr(wholesale_users, "_write", looked)
            assign(store, a_user())

        assert held == [1]


class TestChangingAPackage:
    def test_gives_another_one_and_keeps_the_add_ons(self, store: SqlStore) -> None:
        """WHS-11."""
        assign(store, a_user(add_ons=["attendant_console"]))
        done = store.change_package(CUSTOMER, "u-1", "webex_suite", None, limits(), LATER)

        assert done.change is CHANGED
        assert done.assigned == counts(1, add_ons={"attendant_console": 1}, webex_suite=1)
        user = store.user(CUSTOMER, "u-1")
        assert (user.changed_at, user.email) == (LATER, "u-1@kaede.example")

    def test_takes_the_add_ons_away_if_it_says_so(self, store: SqlStore) -> None:
        assign(store, a_user(add_ons=["attendant_console"]))

        done = store.change_package(CUSTOMER, "u-1", "webex_calling", (), limits(), LATER)
        assert (done.change, done.assigned) == (CHANGED, counts(1, webex_calling=1))

    def test_to_the_same_writes_nothing(self, store: SqlStore) -> None:
        assign(store, a_user(add_ons=["attendant_console"]))
        before = everything(store)

        for add_ons in (None, ("attendant_console",)):
            done = store.change_package(CUSTOMER, "u-1", "webex_calling", add_ons, limits(calling=1), LATER)
            assert (done.change, done.assigned.users) == (UNCHANGED, 1)
        assert everything(store) == before

    def test_of_nobody_or_of_somebody_removed_is_not_possible(self, store: SqlStore) -> None:
        assign(store, a_user("u-1"))
        store.remove_user(CUSTOMER, "u-1", MONDAY)

        for id_ in ("u-1", "u-2"):
            change = partial(store.change_package, CUSTOMER, id_, "webex_suite", None, limits(), LATER)
            assert refusal(change) == (Reason.NOT_KNOWN, "user_id")

    def test_an_administrator_is_never_downgraded(self, store: SqlStore) -> None:
        """WHS-06."""
        assign(store, a_user(package="webex_suite", administrator=True))

        change = partial(store.change_package, CUSTOMER, "u-1", "webex_calling", None, limits(), LATER)
        assert refusal(change) == (Reason.NOT_ALLOWED, "package")
        assert store.user(CUSTOMER, "u-1").has == Holding(package="webex_suite", administrator=True)


class TestRemoving:
    def test_takes_everything_and_the_name_and_keeps_the_id(self, store: SqlStore) -> None:
        """What is left of somebody is a number."""
        assign(store, a_user("u-1", add_ons=["attendant_console"], administrator=True), a_user("u-2"))
        done = store.remove_user(CUSTOMER, "u-1", LATER)

        assert (done.change, done.assigned) == (REMOVED, counts(1, webex_calling=1))
        assert [user.user_id for user in store.users(CUSTOMER)] == ["u-2"]
        assert refusal(lambda: store.user(CUSTOMER, "u-1")) == (Reason.NOT_KNOWN, "user_id")
        rows = everything(store)["wholesale_users"]
        assert (CUSTOMER, "u-1", None, None, None, None, [], False, False, LATER) in rows
        assert len(rows) == 2

    def test_again_changes_nothing(self, store: SqlStore) -> None:
        assign(store, a_user())
        store.remove_user(CUSTOMER, "u-1", MONDAY)
        before = everything(store)

        done = store.remove_user(CUSTOMER, "u-1", LATER)
        assert (done.change, done.assigned) == (UNCHANGED, Assigned.none())
        assert everything(store) == before

    def test_one_that_never_was_is_not_possible(self, store: SqlStore) -> None:
        assert refusal(lambda: store.remove_user(CUSTOMER, "u-9", LATER)) == (Reason.NOT_KNOWN, "user_id")

    def test_somebody_may_come_back(self, store: SqlStore) -> None:
        assign(store, a_user(package="webex_suite", administrator=True))
        store.remove_user(CUSTOMER, "u-1", MONDAY)

        assert assign(store, a_user()) == [ASSIGNED]
        assert store.user(CUSTOMER, "u-1").has == Holding(package="webex_calling")
        assert store.assigned(CUSTOMER) == counts(1, webex_calling=1)


class TestBatches:
    def test_each_has_a_result_and_one_refused_stops_no_other(self, store: SqlStore) -> None:
        assign(store, a_user("u-1"), a_user("u-2"))
        users = [a_user("u-1"), a_user("u-3", "cx_essentials"), a_user("u-2", "webex_suite"), a_user("u-4")]
        done = batch(store, users)

        assert done.results == {UNCHANGED: 1, REFUSED: 1, CHANGED: 1, ASSIGNED: 1}
        assert done.assigned == store.assigned(CUSTOMER) == counts(3, webex_calling=2, webex_suite=1)
        results = store.batch_results(CUSTOMER, "b-1")
        assert results is not None
        assert [(each.user_id, each.change) for each in results] == [
            ("u-1", UNCHANGED),
            ("u-3", REFUSED),
            ("u-2", CHANGED),
            ("u-4", ASSIGNED),
        ]
        problem = results[1].problem
        assert problem is not None
        assert (problem.code, problem.field) == (Reason.UNKNOWN, "package")

    def test_users_come_in_their_turn(self, store: SqlStore) -> None:
        """What one gives back the next one gets; the last word on a user counts."""
        assign(store, a_user("u-1"), allowed=limits(calling=1))
        users = [a_user("u-2"), a_user("u-1", "webex_suite"), a_user("u-2"), a_user("u-2", "webex_suite")]
        done = batch(store, users, limits(calling=1))

        assert [each.change for each in store.batch_results(CUSTOMER, "b-1") or ()] == [
            REFUSED,
            CHANGED,
            ASSIGNED,
            CHANGED,
        ]
        assert done.assigned == store.assigned(CUSTOMER) == counts(2, webex_suite=2)

    def test_a_repeat_gets_the_first_answer_whatever_happened_since(self, store: SqlStore) -> None:
        first = batch(store, several(3))
        store.remove_user(CUSTOMER, "u-00001", LATER)
        before = everything(store)

        assert store.assign_batch(CUSTOMER, "b-1", limits(calling=0), LATER) == first
        assert everything(store) == before

    def test_laid_down_again_stays_as_it_is(self, store: SqlStore) -> None:
        store.lay_down(CUSTOMER, "b-1", several(3), MONDAY)
        store.lay_down(CUSTOMER, "b-1", several(7), LATER)

        assert store.assign_batch(CUSTOMER, "b-1", limits(), LATER).results == {ASSIGNED: 3}
        store.lay_down(CUSTOMER, "b-1", several(7), LATER)
        assert store.assign_batch(CUSTOMER, "b-1", limits(), LATER).results == {ASSIGNED: 3}

    def test_that_nobody_laid_down_is_not_known(self, store: SqlStore) -> None:
        store.lay_down("momiji-8", "b-1", several(1), MONDAY)

        assert refusal(lambda: store.assign_batch(CUSTOMER, "b-1", limits(), LATER)) == (Reason.NOT_KNOWN, "batch_id")

    def test_has_no_results_before_it_is_carried_out(self, store: SqlStore) -> None:
        store.lay_down(CUSTOMER, "b-1", several(1), MONDAY)

        assert store.batch_results(CUSTOMER, "b-1") is None
        assert store.batch_results(CUSTOMER, "b-2") is None
        assert store.users(CUSTOMER) == []

    def test_of_nobody_is_carried_out(self, store: SqlStore) -> None:
        assert batch(store, []) == UsersChanged(assigned=Assigned.none())
        assert store.batch_results(CUSTOMER, "b-1") == ()

    def test_names_and_addresses_stand_in_no_batch_that_was_carried_out(self, store: SqlStore) -> None:
        """Else removing a user would leave a copy. Nor does a refused one's."""
        batch(store, [a_user("u-1"), a_user("u-2", "cx_essentials")])
        store.remove_user(CUSTOMER, "u-1", LATER)

        assert "kaede.example" not in str(everything(store))
        assert "Mika" not in str(everything(store))

    def test_what_was_accepted_is_assigned_also_when_today_it_would_not_be_read(self, store: SqlStore) -> None:
        store.lay_down(CUSTOMER, "b-1", [a_user()], MONDAY)
        with store.engine.begin() as connection:
            changed = "UPDATE wholesale_batches SET users = CAST(replace(CAST(users AS TEXT), '@', ' at ') AS {})"
            kind = "json" if store.engine.dialect.name == "postgresql" else "TEXT"
            connection.exec_driver_sql(changed.format(kind))

        assert store.assign_batch(CUSTOMER, "b-1", limits(), LATER).results == {ASSIGNED: 1}
        assert store.user(CUSTOMER, "u-1").email == "u-1 at kaede.example"

    def test_five_hundred_take_no_more_statements_than_one(self, store: SqlStore) -> None:
        asked: list[str] = []

        def watch(*call: Any) -> None:
            asked.append(call[2])

        store.lay_down(CUSTOMER, "b-1", several(1), MONDAY)
        store.lay_down(CUSTOMER, "b-2", several(500), MONDAY)
        event.listen(store.engine, "before_cursor_execute", watch)
        needed = []
        for id_, count in (("b-1", 1), ("b-2", 499)):
            asked.clear()
            done = store.assign_batch(CUSTOMER, id_, limits(calling=500), LATER)
            assert done.results[ASSIGNED] == count
            needed.append(len(asked))
        event.remove(store.engine, "before_cursor_execute", watch)
        assert needed[0] == needed[1] <= 8


class TestReading:
    def test_pages_by_id_to_the_end_without_those_removed(self, store: SqlStore) -> None:
        batch(store, several(25), limits(calling=25))
        store.remove_user(CUSTOMER, "u-00007", LATER)
        store.assign_user("momiji-8", a_user("u-00003x"), limits(), MONDAY)
        pages, after = [], ""
        while page := store.users(CUSTOMER, after, 10):
            pages.append([user.user_id for user in page])
            after = page[-1].user_id

        assert [len(page) for page in pages] == [10, 10, 4]
        expected = [f"u-{number:05}" for number in range(25) if number != 7]
        assert [id_ for page in pages for id_ in page] == expected

    def test_those_with_one_package(self, store: SqlStore) -> None:
        assign(store, a_user("u-1"), a_user("u-2", "webex_suite"), a_user("u-3"))

        assert [user.user_id for user in store.users(CUSTOMER, package="webex_calling")] == ["u-1", "u-3"]
        assert [user.user_id for user in store.users(CUSTOMER, "u-1", package="webex_calling")] == ["u-3"]

    def test_of_a_customer_that_is_not_known_is_empty(self, store: SqlStore) -> None:
        assert store.users(CUSTOMER) == []
        assert store.assigned(CUSTOMER) == Assigned.none()
        with pytest.raises(NotKnown):
            store.user(CUSTOMER, "u-1")

    def test_counts_every_add_on_of_every_user(self, store: SqlStore) -> None:
        both = ["attendant_console", "cisco_calling_plan"]
        allowed = limits(
            add_ons=dict.fromkeys(both, 9), usable=("webex_calling", "webex_suite", *both), created_with="webex_suite"
        )
        users = [
            a_user("u-1", add_ons=both),
            a_user("u-2", add_ons=both[:1]),
            a_user("u-3", "webex_suite", add_ons=both[1:], administrator=True),
            a_user("u-4", None, administrator=True),
        ]
        done = batch(store, users, allowed)

        expected = counts(4, 2, {"attendant_console": 2, "cisco_calling_plan": 2}, webex_calling=2, webex_suite=2)
        assert done.assigned == store.assigned(CUSTOMER) == expected

    def test_results_are_read_as_they_were_written(self, store: SqlStore) -> None:
        batch(store, several(1))

        assert store.batch_results(CUSTOMER, "b-1") == (UserResult(user_id="u-00000", change=ASSIGNED),)


def a_turn(user: str, package: str, add_on: bool, administrator: bool) -> WholesaleUser:
    return a_user(user, package, add_ons=["attendant_console"] if add_on else [], administrator=administrator)


USERS = st.sampled_from(["u-1", "u-2", "u-3", "u-4", "u-5"])
PACKAGES = st.sampled_from(["webex_calling", "webex_suite"])
ANYBODY = st.builds(a_turn, USERS, PACKAGES, st.booleans(), st.booleans())
TURNS = st.lists(
    st.one_of(
        st.tuples(st.just("assign"), ANYBODY),
        st.tuples(st.just("change"), USERS, PACKAGES),
        st.tuples(st.just("remove"), USERS),
        st.tuples(st.just("batch"), st.lists(ANYBODY, max_size=6)),
    ),
    max_size=12,
)


def take(store: SqlStore, number: int, turn: tuple[Any, ...], allowed: Limits) -> UsersChanged | None:
    """One change, whichever; None: it was refused."""
    with suppress(Refused):
        match turn:
            case "assign", user:
                return store.assign_user(CUSTOMER, user, allowed, MONDAY)
            case "change", user, package:
                return store.change_package(CUSTOMER, user, package, None, allowed, MONDAY)
            case "remove", user:
                return store.remove_user(CUSTOMER, user, MONDAY)
            case "batch", users:
                return batch(store, users, allowed, f"b-{number}")
    return None


def counted_one_by_one(store: SqlStore) -> Assigned:
    found = Assigned.none()
    for user in store.users(CUSTOMER):
        found = after(found, None, user.has)
    return found


@pytest.fixture(scope="module")
def one_file() -> Iterator[SqlStore]:
    with an_open_store("sqlite") as opened:
        yield opened


@settings(max_examples=25, deadline=None, derandomize=True)
@given(turns=TURNS)
def test_whatever_happens_the_counts_are_those_of_the_users_and_never_above_the_quantities(
    one_file: SqlStore, turns: list[tuple[Any, ...]]
) -> None:
    """WHS-11, WHS-12."""
    store, allowed = emptied(one_file), limits(calling=2, suite=1, console=1)
    for number, turn in enumerate(turns):
        before = store.users(CUSTOMER)
        done = take(store, number, turn, allowed)
        assigned = store.assigned(CUSTOMER)

        assert assigned == counted_one_by_one(store)
        assert above(assigned, allowed.packages, allowed.add_ons) is None
        if done is None:
            assert store.users(CUSTOMER) == before
        else:
            assert done.assigned == assigned
            assert take(store, number, turn, allowed) is not None


def plans_of(store: SqlStore, read: Callable[[], object]) -> list[str]:
    """How SQLite finds what is asked for."""
    asked: list[tuple[str, Any]] = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    read()
    with store.engine.connect() as connection:
        return [
            str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all())
            for statement, given in asked
            if statement.startswith(("SELECT", "UPDATE"))
        ]


@pytest.mark.parametrize(
    "read",
    [
        lambda store: store.users(CUSTOMER, "u-1"),
        lambda store: store.users(CUSTOMER, "u-1", package="webex_suite"),
        lambda store: store.user(CUSTOMER, "u-1"),
        lambda store: store.assigned(CUSTOMER),
        lambda store: store.assign_batch(CUSTOMER, "b-1", limits(), LATER),
        lambda store: store.remove_users(CUSTOMER, LATER, 10),
        lambda store: store.list_entries("csl-1", "e-1"),
    ],
)
def test_each_question_is_answered_by_an_index_whatever_other_customers_have(
    read: Callable[[SqlStore], object],
) -> None:
    with an_open_store("sqlite") as store:
        assign(store, a_user())
        store.lay_down(CUSTOMER, "b-1", several(3), MONDAY)
        plans = plans_of(store, lambda: read(store))
    assert plans
    assert not [plan for plan in plans if "SCAN" in plan]


def test_a_page_is_read_in_its_order() -> None:
    """Not sorted anew for each page."""
    with an_open_store("sqlite") as store:
        plans = plans_of(store, lambda: (store.users(CUSTOMER, "u-1"), store.list_entries("csl-1", "e-1")))
    assert len(plans) == 2
    assert not [plan for plan in plans if "TEMP B-TREE" in plan]

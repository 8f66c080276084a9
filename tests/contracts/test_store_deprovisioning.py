"""What a store promises of the end of a wholesale customer (activities/ports/wholesale.py), on every database."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest

from activities.ports.wholesale import StepTaken
from adapters.sql.store import SqlStore
from domain.reasons import Reason
from domain.wholesale.users import Assigned, UserChange
from tests.contracts.test_store_wholesale import CUSTOMER, LATER, a_user, assign, batch, limits, refusal, several
from tests.makers import MONDAY
from tests.postgres import at_once, everything

LAST = LATER + timedelta(hours=1)


def digest_of(*ids: str) -> str:
    """As anybody finds it with `sort` and `sha256sum`."""
    return hashlib.sha256("".join(f"{id_}\n" for id_ in sorted(ids)).encode()).hexdigest()


class TestRemovingEverybody:
    def test_goes_in_portions_until_nobody_is_left(self, store: SqlStore) -> None:
        """WHS-27."""
        batch(store, several(25), limits(calling=25))

        assert [store.remove_users(CUSTOMER, LATER, 10) for _ in range(4)] == [10, 10, 5, 0]
        assert (store.users(CUSTOMER), store.assigned(CUSTOMER)) == ([], Assigned.none())

    def test_takes_names_and_addresses_and_keeps_the_ids(self, store: SqlStore) -> None:
        batch(store, several(3, administrator=True))
        store.remove_users(CUSTOMER, LAST, 10)

        assert everything(store)["wholesale_users"] == [
            (CUSTOMER, f"u-{number:05}", None, None, None, None, [], False, True, LAST) for number in range(3)
        ]

    def test_takes_also_what_an_import_laid_down_and_nobody_assigned(self, store: SqlStore) -> None:
        """Else names would stay of people who never had anything."""
        store.lay_down(CUSTOMER, "b-1", several(3), MONDAY)
        store.lay_down("momiji-8", "b-1", several(3), MONDAY)

        assert store.remove_users(CUSTOMER, LATER, 10) == 0
        assert refusal(lambda: store.assign_batch(CUSTOMER, "b-1", limits(), LATER)) == (Reason.NOT_KNOWN, "batch_id")
        assert store.assign_batch("momiji-8", "b-1", limits(), LATER).results == {UserChange.ASSIGNED: 3}

    def test_leaves_other_customers_and_answers_of_batches_alone(self, store: SqlStore) -> None:
        first = batch(store, several(3))
        store.assign_user("momiji-8", a_user(), limits(), MONDAY)
        store.remove_users(CUSTOMER, LATER, 10)

        assert len(store.users("momiji-8")) == 1
        assert store.assign_batch(CUSTOMER, "b-1", limits(), LAST) == first

    def test_by_several_at_once_takes_each_once(self, store: SqlStore) -> None:
        batch(store, several(25), limits(calling=25))

        removed = at_once(*[lambda: store.remove_users(CUSTOMER, LATER, 10)] * 5)
        assert sorted(map(str, removed)) == ["0", "0", "10", "10", "5"]


class TestSteps:
    def test_of_the_users_counts_those_that_went_with_the_customer(self, store: SqlStore) -> None:
        """Not somebody who was removed before. WHS-27."""
        batch(store, several(5))
        store.remove_user(CUSTOMER, "u-00002", MONDAY)
        store.remove_users(CUSTOMER, LATER, 3)
        store.remove_users(CUSTOMER, LATER, 3)
        step = store.take_step(CUSTOMER, "users_removed", LATER)

        digest = digest_of("u-00000", "u-00001", "u-00003", "u-00004")
        assert step == StepTaken(step="users_removed", taken_at=LATER, removed=4, digest=digest)

    def test_the_digest_does_not_depend_on_the_order_in_which_they_came(self, store: SqlStore) -> None:
        ids = ("u-2", "U-2", "u-10", "u.1", "u-1")
        assign(store, *map(a_user, ids))

        assert store.take_step(CUSTOMER, "users_removed", LATER).digest == digest_of(*ids)

    def test_of_nobody_has_the_digest_of_nothing(self, store: SqlStore) -> None:
        step = store.take_step(CUSTOMER, "users_removed", LATER)

        assert (step.removed, step.digest) == (0, digest_of())

    def test_after_that_of_the_users_nobody_has_anything(self, store: SqlStore) -> None:
        """Whoever came between the last portion and the step went with it, and is counted."""
        store.remove_users(CUSTOMER, LATER, 10)
        assign(store, a_user())
        store.lay_down(CUSTOMER, "b-1", [a_user("u-2")], MONDAY)
        step = store.take_step(CUSTOMER, "users_removed", LATER)

        assert (step.removed, step.digest) == (1, digest_of("u-1"))
        assert store.users(CUSTOMER) == []
        assert "kaede.example" not in str(everything(store))

    def test_is_taken_once_and_the_first_answer_stays(self, store: SqlStore) -> None:
        first = store.take_step(CUSTOMER, "packages_removed", MONDAY, 2)

        assert store.take_step(CUSTOMER, "packages_removed", LATER, 3) == first
        assert store.steps(CUSTOMER) == (first,)
        assert first == StepTaken(step="packages_removed", taken_at=MONDAY, removed=2)

    def test_by_several_at_once_is_taken_once(self, store: SqlStore) -> None:
        batch(store, several(5))
        taken = at_once(*[lambda: store.take_step(CUSTOMER, "users_removed", LATER)] * 5)

        assert taken == list(store.steps(CUSTOMER)) * 5

    def test_stand_in_the_order_in_which_they_were_taken(self, store: SqlStore) -> None:
        names = ["users_removed", "add_ons_removed", "packages_removed", "organization_deprovisioned"]
        for name in names:
            store.take_step(CUSTOMER, name, MONDAY, 1)
        store.take_step("momiji-8", "users_removed", MONDAY, 1)

        assert [step.step for step in store.steps(CUSTOMER)] == names
        assert store.steps("kaede-8") == ()

    @pytest.mark.parametrize(
        "late",
        [
            lambda store: store.assign_user(CUSTOMER, a_user("u-9"), limits(), LAST),
            lambda store: store.change_package(CUSTOMER, "u-00001", "webex_suite", None, limits(), LAST),
            lambda store: store.lay_down(CUSTOMER, "b-9", [a_user("u-9")], LAST),
        ],
    )
    def test_an_attempt_that_comes_late_gives_nobody_anything(
        self, store: SqlStore, late: Callable[[SqlStore], object]
    ) -> None:
        """Its workflow gave it up long ago; the certificate is true for ever."""
        batch(store, several(3))
        store.take_step(CUSTOMER, "users_removed", LATER)
        before = everything(store)

        assert refusal(lambda: late(store)) == (Reason.WRONG_STAGE, None)
        assert everything(store) == before

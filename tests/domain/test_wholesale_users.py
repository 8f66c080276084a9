"""Who may have what: one package each, never above the quantity, administrators never too little. WHS-05 to WHS-13."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.reasons import Reason
from domain.values import Refused
from domain.wholesale.catalogue import DEFAULT, AddOn, Catalogue, Package
from domain.wholesale.users import (
    Assigned,
    Holding,
    Limits,
    UserChange,
    after,
    refuse_holding,
    wanted_for,
)
from tests.makers import MONDAY
from tests.wholesale import (
    CALLING,
    CONSOLE,
    MEETINGS,
    a_user,
    above,
    assigned,
    assignment,
    batch,
    departure,
    other_package,
    provisioned,
)

VOICE, SUITE = "webex_voice", "webex_suite"

LIMITS = Limits(
    version=1,
    packages={CALLING: 2, MEETINGS: 1, SUITE: 1, VOICE: 1},
    add_ons={CONSOLE: 1},
    usable=(CALLING, MEETINGS, SUITE, VOICE, CONSOLE),
    created_with=CALLING,
    catalogue=DEFAULT,
)


def refusal(
    wanted: Holding, has: Holding | None = None, used: Assigned | None = None, limits: Limits = LIMITS, prefix: str = ""
) -> Refused | None:
    """None: it may be given."""
    try:
        refuse_holding(wanted, has, used or after(Assigned.none(), None, has), limits, prefix)
    except Refused as refused:
        return refused
    return None


def holding(package: str = CALLING, *add_ons: str, administrator: bool = False) -> Holding:
    return Holding(package=package, add_ons=add_ons, administrator=administrator)


class TestExactlyOnePackage:
    def test_whs_11_a_user_without_one_is_no_message(self) -> None:
        with pytest.raises(ValidationError, match=r"every user has exactly one \(WHS-11\)"):
            a_user(package=None)

    def test_whs_11_another_one_replaces_the_one_there_was(self) -> None:
        has = holding(CALLING)
        counts = after(after(Assigned.none(), None, has), has, holding(MEETINGS))
        assert (counts.users, counts.packages) == (1, {MEETINGS: 1})

    def test_whs_05_an_administrator_s_is_that_of_the_organization_if_none_is_said(self) -> None:
        user = a_user(package=None, administrator=True)
        assert wanted_for(user, None, LIMITS) == holding(CALLING, administrator=True)

    def test_who_has_one_already_keeps_it_if_none_is_said(self) -> None:
        user = a_user(package=None, administrator=True)
        assert wanted_for(user, holding(SUITE), LIMITS).package == SUITE

    def test_whs_06_an_administrator_stays_one_by_omission_and_is_never_downgraded_by_it(self) -> None:
        has = holding(SUITE, administrator=True)
        wanted = wanted_for(a_user(package=CALLING), has, LIMITS)
        assert wanted == holding(CALLING, administrator=True)
        found = refusal(wanted, has)
        assert found is not None
        assert "never downgraded" in str(found)
        said = a_user(package=CALLING, administrator=False)
        assert wanted_for(said, has, LIMITS) == holding(CALLING), "somebody said so"
        assert wanted_for(a_user(package=CALLING), None, LIMITS) == holding(CALLING), "nobody is one by omission"

    def test_add_ons_stay_if_none_are_said_and_go_if_none_is_what_is_said(self) -> None:
        has = Holding(package=CALLING, add_ons=(CONSOLE,))
        assert wanted_for(a_user(), has, LIMITS) == has
        assert wanted_for(a_user(add_ons=()), has, LIMITS).add_ons == ()
        assert wanted_for(a_user(), None, LIMITS).add_ons == ()

    def test_add_ons_stand_in_one_order_whatever_is_sent(self) -> None:
        user = a_user(add_ons=("cisco_calling_plan", CONSOLE))
        assert wanted_for(user, None, LIMITS).add_ons == (CONSOLE, "cisco_calling_plan")


class TestTheQuantity:
    """The most that can be assigned. WHS-12."""

    @pytest.mark.parametrize(("used", "fits"), [(0, True), (1, True), (2, False), (3, False)])
    def test_whs_12_exactly_the_quantity_and_not_one_more(self, used: int, fits: bool) -> None:
        found = refusal(holding(CALLING), used=assigned(used, **{CALLING: used}))
        assert (found is None) is fits
        if found is not None:
            assert (found.field, found.problem.code, found.problem.rule) == ("package", Reason.NOT_ALLOWED, "WHS-12")

    def test_whs_12_it_holds_for_add_ons_too(self) -> None:
        found = refusal(holding(CALLING, CONSOLE), used=assigned(1, **{CALLING: 1, CONSOLE: 1}))
        assert found is not None
        assert found.field == "add_ons"

    def test_who_has_the_last_one_keeps_it(self) -> None:
        """Their own is not counted against them: only what is new to them."""
        has = holding(CALLING, CONSOLE)
        full = assigned(2, **{CALLING: 2, CONSOLE: 1})
        assert refusal(holding(CALLING, CONSOLE), has, full) is None
        assert refusal(holding(CALLING), has, full) is None

    def test_a_change_to_a_package_that_is_used_up_is_refused(self) -> None:
        has = holding(CALLING)
        found = refusal(holding(MEETINGS), has, assigned(2, **{CALLING: 1, MEETINGS: 1}))
        assert found is not None
        assert "all 1 of webex_meetings are assigned" in str(found)

    def test_what_is_not_there_or_not_provisioned_is_refused_by_its_field(self) -> None:
        unknown = refusal(holding("cx_essentials"), prefix="user.")
        assert unknown is not None
        assert (unknown.field, unknown.problem.code) == ("user.package", Reason.UNKNOWN)
        limits = LIMITS.model_copy(update={"usable": (CALLING,)})
        pending = refusal(holding(CALLING, CONSOLE), limits=limits)
        assert pending is not None
        assert (pending.field, pending.problem.code) == ("add_ons", Reason.WRONG_STAGE)

    def test_more_assigned_than_quantities_allow_is_found(self) -> None:
        used = assigned(3, **{CALLING: 3})
        assert above(used, {CALLING: 3}, {}) is None
        assert above(used, {CALLING: 2}, {}) == CALLING
        assert above(assigned(1, **{CALLING: 1, CONSOLE: 1}), {CALLING: 1}, {}) == CONSOLE


class TestAdministrators:
    """The same level as the organization was created with, and never a lower one. WHS-05, WHS-06."""

    @pytest.mark.parametrize("package", sorted(DEFAULT.levels))
    def test_whs_05_a_new_one_gets_that_level_or_more(self, package: str) -> None:
        limits = LIMITS.model_copy(
            update={"packages": dict.fromkeys(DEFAULT.levels, 1), "usable": tuple(DEFAULT.levels)}
        )
        found = refusal(holding(package, administrator=True), limits=limits)
        assert (found is None) is (DEFAULT.levels[package] >= DEFAULT.levels[CALLING])
        if found is not None:
            assert (found.field, found.problem.rule) == ("package", "WHS-05")

    def test_whs_06_one_who_has_more_is_not_brought_down_to_that_level(self) -> None:
        has = holding(SUITE, administrator=True)
        found = refusal(holding(CALLING, administrator=True), has)
        assert found is not None
        assert "an administrator is never downgraded: it has webex_suite" in str(found)
        assert found.problem.rule == "WHS-06"

    def test_whs_06_upwards_is_possible(self) -> None:
        assert refusal(holding(SUITE, administrator=True), holding(CALLING, administrator=True)) is None

    def test_a_user_who_becomes_one_needs_the_level_at_once(self) -> None:
        assert refusal(holding(MEETINGS, administrator=True), holding(MEETINGS)) is not None
        assert refusal(holding(CALLING, administrator=True), holding(SUITE)) is None, "no administrator before"

    def test_one_who_is_none_any_more_may_have_less(self) -> None:
        assert refusal(holding(MEETINGS), holding(SUITE, administrator=True)) is None

    def test_any_other_user_may_have_less(self) -> None:
        assert refusal(holding(VOICE), holding(SUITE)) is None

    def test_packages_of_one_level_are_alike(self) -> None:
        catalogue = Catalogue(packages=(Package(name="a", level=1), Package(name="b", level=1)))
        limits = Limits(
            version=1, packages={"a": 1, "b": 1}, add_ons={}, usable=("a", "b"), created_with="a", catalogue=catalogue
        )
        assert refusal(holding("b", administrator=True), holding("a", administrator=True), limits=limits) is None


class TestAddOns:
    """Extra, billable, in no base package. WHS-13, WHS-14, AMB-28."""

    @pytest.mark.parametrize("package", sorted(DEFAULT.levels))
    @pytest.mark.parametrize("add_on", sorted(DEFAULT.needs))
    def test_whs_13_each_needs_one_of_its_packages(self, add_on: str, package: str) -> None:
        limits = LIMITS.model_copy(
            update={
                "packages": dict.fromkeys(DEFAULT.levels, 1),
                "add_ons": dict.fromkeys(DEFAULT.needs, 1),
                "usable": (*DEFAULT.levels, *DEFAULT.needs),
            }
        )
        found = refusal(holding(package, add_on), limits=limits)
        assert (found is None) is (package in DEFAULT.needs[add_on])
        if found is not None:
            assert (found.field, found.problem.code, found.problem.rule) == ("add_ons", Reason.MISSING, "WHS-13")

    def test_whs_13_another_package_does_not_take_the_add_on_along_where_it_does_not_fit(self) -> None:
        assert refusal(holding(MEETINGS, CONSOLE), holding(CALLING, CONSOLE)) is not None

    def test_one_that_needs_nothing_goes_with_any(self) -> None:
        catalogue = Catalogue(packages=(Package(name="a", level=1),), add_ons=(AddOn(name="x"),))
        limits = Limits(
            version=1, packages={"a": 1}, add_ons={"x": 1}, usable=("a", "x"), created_with="a", catalogue=catalogue
        )
        assert refusal(holding("a", "x"), limits=limits) is None

    def test_amb_28_the_catalogue_may_have_none(self) -> None:
        Catalogue(packages=DEFAULT.packages).refuse_unknown({CALLING: 1}, {})

    @pytest.mark.parametrize(
        ("packages", "add_ons", "field", "code"),
        [
            ({"x": 1}, {}, "packages.x", Reason.NOT_KNOWN),
            ({CALLING: 1}, {"x": 1}, "add_ons.x", Reason.NOT_KNOWN),
            ({MEETINGS: 1}, {CONSOLE: 1}, f"add_ons.{CONSOLE}", Reason.MISSING),
        ],
    )
    def test_what_the_catalogue_has_not_is_refused_by_its_field(
        self, packages: dict[str, int], add_ons: dict[str, int], field: str, code: Reason
    ) -> None:
        with pytest.raises(Refused) as refused:
            DEFAULT.refuse_unknown(packages, add_ons)
        assert (refused.value.field, refused.value.problem.code) == (field, code)

    @pytest.mark.parametrize(
        "given", [{"packages": ["a", "a"]}, {"packages": ["a"], "add_ons": ["a"]}, {"packages": ["a"], "needs": ["b"]}]
    )
    def test_a_catalogue_that_contradicts_itself_is_refused(self, given: dict[str, list[str]]) -> None:
        add_ons = [{"name": name} for name in given.get("add_ons", ["x"])]
        add_ons[0] |= {"needs": given.get("needs", [])}  # type: ignore[dict-item]
        packages = [{"name": name, "level": 1} for name in given["packages"]]
        with pytest.raises(ValidationError):
            Catalogue.model_validate({"packages": packages, "add_ons": add_ons})


holdings = st.builds(
    Holding,
    package=st.sampled_from([CALLING, MEETINGS, SUITE]),
    add_ons=st.sampled_from([(), (CONSOLE,)]),
    administrator=st.booleans(),
)


@given(changes=st.lists(st.tuples(st.integers(0, 4), st.none() | holdings), max_size=40))
def test_whatever_is_done_no_quantity_is_exceeded_and_everybody_has_one_package(
    changes: list[tuple[int, Holding | None]],
) -> None:
    """Any sequence of changes of five users, each judged as the store does. WHS-11, WHS-12."""
    counts, has = Assigned.none(), dict[int, Holding]()
    for user, wanted in changes:
        before = has.get(user)
        if wanted is None:
            counts = after(counts, before, None)
            has.pop(user, None)
        elif refusal(wanted, before, counts) is None:
            counts = after(counts, before, wanted)
            has[user] = wanted
    assert above(counts, LIMITS.packages, LIMITS.add_ons) is None
    assert (counts.users, sum(counts.packages.values())) == (len(has), len(has))
    assert counts.administrators == sum(each.administrator for each in has.values())


class TestWhatTheCustomerKnows:
    """Users live in the store; the customer knows how many there are, and its journal who did what."""

    def test_the_counts_are_those_of_the_store(self) -> None:
        state = provisioned()
        state.assign(assignment(), MONDAY, assigned(1, **{CALLING: 1}))
        assert state.assigned.users == 1
        event = state.journal.unrecorded[-1]
        assert (event.type, event.data) == ("wholesale.user_assigned", {"user": "U-1", "package": CALLING})

    @pytest.mark.parametrize(
        ("update", "message", "event"),
        [
            ("assign", assignment(), "wholesale.user_changed"),
            ("remove_user", departure(), "wholesale.user_changed"),
        ],
    )
    def test_what_changed_is_noted_and_what_did_not_is_not(self, update: str, message: Any, event: str) -> None:
        state = provisioned()
        before = state.journal.sequence
        getattr(state, update)(message, MONDAY, state.assigned, UserChange.UNCHANGED)
        assert state.journal.sequence == before
        getattr(state, update)(message, MONDAY, assigned(1), UserChange.CHANGED)
        assert state.journal.unrecorded[-1].type == event

    @pytest.mark.parametrize(
        ("update", "message", "event"),
        [
            ("assign", assignment(), "wholesale.user_assigned"),
            ("change_package", other_package(), "wholesale.user_changed"),
            ("remove_user", departure(), "wholesale.user_removed"),
        ],
    )
    def test_what_an_attempt_did_whose_worker_died_is_noted_by_the_next(
        self, update: str, message: Any, event: str
    ) -> None:
        """It finds the user as wanted; that the counts are others than the customer knows tells that it was us."""
        state = provisioned()
        getattr(state, update)(message, MONDAY, assigned(1), UserChange.UNCHANGED)
        assert (state.assigned.users, state.journal.unrecorded[-1].type) == (1, event)

    def test_of_a_batch_only_the_numbers_are_noted(self) -> None:
        """However many users it has, its event stays as small."""
        state = provisioned()
        results = {UserChange.ASSIGNED: 498, UserChange.REFUSED: 2, UserChange.UNCHANGED: 0}
        state.assign_batch(batch(), MONDAY, assigned(498), results)
        event = state.journal.unrecorded[-1]
        assert event.data == {"batch": "B-1", "assigned": "498", "refused": "2"}

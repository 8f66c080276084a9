"""What a wholesale customer is answered by the world, on every database: its id, its catalogue, its checks. R9."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.ports.wholesale import UsersChanged
from activities.wholesale import (
    CheckInQuestion,
    CheckWanted,
    OpenedWholesale,
    OpenWholesale,
    WholesaleActivities,
)
from activities.wholesale_users import BatchToAssign, WholesaleUserActivities
from adapters.calendars import LibraryCalendars
from adapters.sql.store import SqlStore
from domain.compliance.messages import StartCheck
from domain.compliance.policy import CompliancePolicy
from domain.compliance.state import CheckState
from domain.compliance.states import CheckStage
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.values import Message, Model
from domain.wholesale.catalogue import DEFAULT, Catalogue, Package
from domain.wholesale.checks import CheckFacts, CheckStanding
from domain.wholesale.dial_in import CallInNumber
from domain.wholesale.messages import BillingAddress, OnboardCustomer
from domain.wholesale.state import NAME, WholesaleState
from domain.wholesale.states import WholesaleStage
from domain.wholesale.users import Assigned, UserChange
from tests.compliance import IN as CHECKS
from tests.compliance import a_start, contacted
from tests.makers import MONDAY, days
from tests.records import papers, recorded
from tests.wholesale import (
    BERLIN,
    CALLING,
    ID,
    a_user,
    an_onboarding,
    deprovisioning,
    provisioned,
    quantities,
    users_removed,
)

LATER = MONDAY + timedelta(hours=1)


@dataclass
class SomeLifecycles:
    """What Temporal knows, and what was started."""

    runs_exist: bool = True
    started: list[Message] = field(default_factory=list)

    async def any_exists(self, _workflow_id: str, _runs: frozenset[str]) -> bool:
        return self.runs_exist

    async def start(self, _kind: Kind[Any], request: Message) -> None:
        self.started.append(request)

    async def signal(self, lifecycle: Lifecycle, subject: str, name: str, message: Model | None = None) -> bool:
        raise AssertionError("nobody is told anything here")


def activities(
    store: SqlStore, lifecycles: SomeLifecycles | None = None, catalogue: Catalogue = DEFAULT, **telephony: Any
) -> WholesaleActivities:
    return WholesaleActivities(store, LibraryCalendars(), lifecycles or SomeLifecycles(), catalogue, {}, telephony)


async def opened(
    world: WholesaleActivities, start: OnboardCustomer | None = None, run: str = "run-1"
) -> OpenedWholesale:
    """As its workflow asks for it."""
    placed = start or an_onboarding()
    asked = OpenWholesale(placed=placed, state=WholesaleState.created(placed, MONDAY), run=run, at=MONDAY)
    return await world.open_wholesale(asked)


async def refused(world: WholesaleActivities, start: OnboardCustomer, run: str = "run-1") -> dict[str, Any]:
    """The problem, by which nothing is kept."""
    with pytest.raises(ApplicationError) as failed:
        await opened(world, start, run)
    assert failed.value.non_retryable
    problem: dict[str, Any] = failed.value.details[0]
    return problem


def kept(store: SqlStore, state: WholesaleState | CheckState, **forms: Model) -> None:
    """As its workflow would record it."""
    recorded(store, state, state.journal.take(), "run-1", LATER, papers({}, **forms))


# The start.


class TestOpening:
    async def test_amb_28_by_the_catalogue_that_is_configured(self, store: SqlStore) -> None:
        own = Catalogue(packages=(Package(name="basic", level=1),))
        start = an_onboarding(packages={"basic": 3}, add_ons={}, organization_package=None)
        assert (await refused(activities(store), start))["field"] == "packages.basic"
        assert store.unknown(NAME, [ID]) == {ID}
        assert (await opened(activities(store, catalogue=own), start)).onboarded.catalogue == own

    async def test_whs_33_by_the_telephony_domain_that_is_configured(self, store: SqlStore) -> None:
        number = CallInNumber(number="+81355500100", code="+81")
        found = (await opened(activities(store, JP=(number,)))).onboarded
        assert (found.dial_in.number, found.dial_in.code) == ("+81355500100", "+81")
        assert found.zone_rules is not None

    async def test_the_same_run_gets_the_first_answer_whatever_is_configured_by_then(self, store: SqlStore) -> None:
        """ADR 5: a Reset a year later is answered as it was, though the customer has moved meanwhile."""
        first = await opened(activities(store))
        state: WholesaleState = store.state(NAME, ID)
        state.open(first.onboarded, MONDAY)
        state.country, state.dial_in = "DE", None
        kept(store, state)
        other = Catalogue(packages=(Package(name=CALLING, level=1),))
        again = await opened(activities(store, catalogue=other))
        assert again == first

    async def test_r9_another_run_is_refused(self, store: SqlStore) -> None:
        await opened(activities(store))
        problem = await refused(activities(store), an_onboarding(), "run-2")
        assert (problem["field"], problem["code"]) == ("external_id", "id_taken")

    async def test_r9_one_that_temporal_lost_goes_on_where_the_store_has_it(self, store: SqlStore) -> None:
        """Quantities, checks, how far a deprovisioning had come: its users are in the store, too."""
        lost = SomeLifecycles(runs_exist=False)
        await opened(activities(store))
        state = provisioned()
        state.change_quantities(quantities(packages={CALLING: 11}), MONDAY)
        kept(store, state)
        back = (await opened(activities(store, lost), run="run-2")).goes_on
        assert back is not None
        assert (back.stage, back.ordered, back.checks) == (state.stage, state.ordered, state.checks)
        state.stage, state.deprovisioning = WholesaleStage.DEPROVISIONING, deprovisioning().deprovisioning
        state.step_taken(users_removed(7), MONDAY)
        recorded(store, state, state.journal.take(), "run-2", LATER)
        again = (await opened(activities(store, lost), run="run-3")).goes_on
        assert again is not None
        assert (again.stage, again.steps) == (WholesaleStage.DEPROVISIONING, [users_removed(7)])

    async def test_r9_other_content_is_not_taken_for_it(self, store: SqlStore) -> None:
        await opened(activities(store))
        lost = activities(store, SomeLifecycles(runs_exist=False))
        assert (await refused(lost, an_onboarding(name="Another"), "run-2"))["code"] == "id_taken"


# Checks.


async def a_started_check(store: SqlStore, start: OnboardCustomer | None = None, **forms: Model) -> StartCheck:
    """What the check of a customer is started with."""
    lifecycles = SomeLifecycles()
    await opened(activities(store), start)
    state: WholesaleState = store.state(NAME, ID)
    kept(store, state, **forms)
    wanted = CheckWanted(
        external_id=ID, check_id=f"{ID}-2", number=2, because="address_changed", policy=CompliancePolicy()
    )
    await activities(store, lifecycles).start_check(wanted)
    (started,) = lifecycles.started
    assert isinstance(started, StartCheck)
    return started


async def non_compliant(store: SqlStore, number: int, state: CheckState) -> None:
    """A check of the customer whose match was confirmed, as the store has it."""
    start = a_start(number, ID)
    store.open_lifecycle(start, CheckState.started(start, MONDAY), f"run-check-{number}", MONDAY)
    recorded(store, state, state.journal.take(), f"run-check-{number}", LATER)


class TestACheck:
    async def test_whs_20_looks_for_the_customer_as_it_is_now(self, store: SqlStore) -> None:
        started = await a_started_check(store, billing_address=BERLIN)
        screened = started.screened
        assert (screened.name, screened.aliases) == ("Akasaka Shoji", ("赤坂商事",))
        assert (screened.country, screened.city, screened.address) == ("DE", "Berlin", "Beispielweg 1")
        assert (started.check_id, started.number, started.because, started.carried) == (
            f"{ID}-2",
            2,
            "address_changed",
            None,
        )
        assert started.partner.contact.email == "desk@hikari.example.com"

    async def test_it_reads_as_a_start_that_people_could_have_written(self, store: SqlStore) -> None:
        """Its workflow judges it when it comes: an address of four long lines is cut."""
        long = BillingAddress.model_validate({"country": "JP", **dict.fromkeys(("line1", "line2", "state"), "x" * 200)})
        started = await a_started_check(store, an_onboarding(billing_address=long))
        assert len(started.screened.address or "") == 200
        assert StartCheck.model_validate(started.model_dump(mode="json"))

    async def test_without_an_address_but_its_country(self, store: SqlStore) -> None:
        started = await a_started_check(store, an_onboarding(billing_address={"country": "JP"}))
        assert (started.screened.address, started.screened.city) == (None, None)

    async def test_whs_27_a_confirmed_match_before_it_is_carried_over(self, store: SqlStore) -> None:
        """No change of address begins the thirty days anew."""
        before = contacted(external_id=ID)
        await non_compliant(store, 1, before)
        carried = (await a_started_check(store)).carried
        assert carried is not None
        assert (carried.check_id, carried.non_compliant_since) == (f"{ID}-1", before.non_compliant_since)
        assert (carried.contacts_made, carried.partner_replied) == (before.contacts_begun, False)

    @pytest.mark.parametrize("stage", [CheckStage.IN_REVIEW, CheckStage.APPROVED, CheckStage.CLEAR])
    async def test_what_nobody_confirmed_is_not(self, store: SqlStore, stage: CheckStage) -> None:
        state = CHECKS[stage]()
        await non_compliant(store, 1, state)
        assert (await a_started_check(store)).carried is None

    async def test_where_it_stands_says_the_store(self, store: SqlStore) -> None:
        state = contacted(external_id=ID)
        await non_compliant(store, 1, state)
        facts = await look(store, f"{ID}-1")
        assert facts.check == CheckStanding(
            check_id=f"{ID}-1",
            number=1,
            because="created",
            at=state.begun_at,
            started=True,
            stage="non_compliant",
            list_version="irp-1",
            contacts=tuple(state.contacts_made.values()),
            decided="same owners",
        )

    async def test_the_contacts_of_those_before_it_count_as_its_own(self, store: SqlStore) -> None:
        """The certificate has them all. WHS-26."""
        first = contacted(external_id=ID)
        await non_compliant(store, 1, first)
        carried = (await a_started_check(store)).carried
        second = contacted(now=MONDAY + days(1), number=2, external_id=ID, carried=carried)
        await non_compliant(store, 2, second)
        facts = await look(store, f"{ID}-2")
        assert facts.check is not None
        assert facts.check.contacts == (*first.contacts_made.values(), *second.contacts_made.values())

    async def test_what_is_not_so_is_said_in_words(self, store: SqlStore) -> None:
        await non_compliant(store, 1, contacted(external_id=ID))
        assert (await look(store, f"{ID}-7")).untrue == f"no compliance {ID}-7 is known here"
        assert (await look(store, f"{ID}-1", "W-9")).untrue == f"check {ID}-1 is about another customer"


async def look(store: SqlStore, check: str, external_id: str = ID) -> CheckFacts:
    asked = CheckInQuestion(external_id=external_id, check_id=check)
    return ActivityEnvironment().run(activities(store).look_at_check, asked)


# Users.


async def test_a_batch_repeated_has_its_first_results_and_the_counts_of_now(store: SqlStore) -> None:
    await opened(activities(store))
    state = provisioned()
    kept(store, state)
    world = WholesaleUserActivities(store)
    store.lay_down(ID, "B-1", [a_user("U-1"), a_user("U-2", "x")], MONDAY)
    wanted = BatchToAssign(external_id=ID, batch_id="B-1", limits=state.limits, at=LATER)
    first: UsersChanged = ActivityEnvironment().run(world.assign_users, wanted)
    assert first.results == {UserChange.ASSIGNED: 1, UserChange.REFUSED: 1}
    store.remove_user(ID, "U-1", LATER)
    again: UsersChanged = ActivityEnvironment().run(world.assign_users, wanted)
    assert (again.results, again.assigned) == (first.results, Assigned.none())

"""What a check is answered by the world: its id, and how its customer stands. R9, WHS-20, WHS-27."""

from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.compliance import (
    CHECK_CHANGED,
    CheckInQuestion,
    ComplianceActivities,
    CustomerNotRunning,
    OpenCheck,
    OpenedCheck,
)
from activities.ports.store import RecordRequest
from adapters.calendars import LibraryCalendars
from adapters.sql.store import SqlStore
from domain.compliance.standing import CUSTOMER, NAME
from domain.compliance.state import CheckState
from domain.compliance.states import CheckStage
from domain.lifecycle import Lifecycle
from domain.values import Model
from domain.wholesale.messages import CheckNews
from domain.wholesale.state import WholesaleState
from tests.compliance import FakeScreener, a_check, a_start, contacted
from tests.makers import MONDAY, days
from tests.wholesale import a_customer, an_onboarding, deprovisioned, deprovisioning, started

ASKED = CheckInQuestion(check_id="W-1-1", external_id="W-1")


class Neighbours:
    """Whether the customer's workflow runs, and what it was told."""

    def __init__(self, *, runs: bool = True, lost: bool = False) -> None:
        self.runs, self.lost = runs, lost
        self.told: list[tuple[Any, ...]] = []

    async def any_exists(self, workflow_id: str, runs: frozenset[str]) -> bool:
        return not self.lost

    async def start(self, kind: Any, request: Any) -> None:
        raise AssertionError("a check starts nobody")

    async def signal(self, lifecycle: Lifecycle, subject: str, name: str, message: Model | None = None) -> bool:
        self.told.append((lifecycle, subject, name, message))
        return self.runs


def world(store: SqlStore, neighbours: Neighbours | None = None) -> ComplianceActivities:
    return ComplianceActivities(store, LibraryCalendars(), neighbours or Neighbours(), FakeScreener())


def of_the_store(store: SqlStore, state: WholesaleState) -> None:
    """A customer as its workflow recorded it."""
    store.open_lifecycle(an_onboarding(state.external_id), state, "a run", MONDAY)
    recorded(store, state)


def recorded(store: SqlStore, state: Any) -> None:
    journal = state.model_copy(deep=True).journal.take()
    dumped = state.for_the_store().model_dump(mode="json")
    request = RecordRequest(lifecycle=state.lifecycle, subject=state.subject, state=dumped, journal=journal, at=MONDAY)
    store.record(request, "a run")


def opened(store: SqlStore, state: CheckState, run: str = "a run", neighbours: Neighbours | None = None) -> OpenedCheck:
    request = OpenCheck(placed=a_start(), state=state.for_the_store(), run=run, at=MONDAY + days(12))
    return ActivityEnvironment().run(world(store, neighbours).open_check, request)  # type: ignore[return-value]


class TestItsId:
    async def test_a_new_one_begins_with_the_rules_of_its_zone(self, store: SqlStore) -> None:
        answer = await opened(store, a_check())  # type: ignore[misc]
        assert answer.state.stage is CheckStage.CHECKING
        assert answer.zone_rules is not None
        assert store.columns(NAME, "W-1-1").linked_to == "W-1"

    async def test_r9_whs_27_one_that_temporal_lost_goes_on_where_the_store_has_it(self, store: SqlStore) -> None:
        """No restore begins the thirty days anew."""
        await opened(store, a_check())  # type: ignore[misc]
        recorded(store, contacted())
        answer = await opened(store, a_check(MONDAY + days(12)), "another run", Neighbours(lost=True))  # type: ignore[misc]
        assert answer.state.stage is CheckStage.NON_COMPLIANT
        assert answer.state.non_compliant_since == MONDAY
        assert store.state(NAME, "W-1-1").stage is CheckStage.NON_COMPLIANT


class TestTheCustomer:
    async def look(self, store: SqlStore) -> Any:
        return ActivityEnvironment().run(world(store).look_at_customer, ASKED)

    async def test_one_that_nobody_knows_is_not_made_up(self, store: SqlStore) -> None:
        assert (await self.look(store)).untrue == "no such customer is known"

    async def test_its_newest_check_and_where_that_stands(self, store: SqlStore) -> None:
        of_the_store(store, started(a_customer()))
        facts = await self.look(store)
        assert (facts.newest_number, facts.newest_stage) == (1, "")
        await opened(store, a_check())  # type: ignore[misc]
        assert (await self.look(store)).newest_stage == "checking"

    @pytest.mark.parametrize(("make", "going", "gone"), [(deprovisioning, True, False), (deprovisioned, False, True)])
    async def test_whether_it_goes_or_is_gone(self, store: SqlStore, make: Any, going: bool, gone: bool) -> None:
        of_the_store(store, make())
        facts = await self.look(store)
        assert (facts.deprovisioning, facts.deprovisioned) == (going, gone)


class TestTheCustomerHears:
    @pytest.mark.parametrize("activity", ["tell_customer", "ask_for_deprovisioning"])
    async def test_which_check_and_nothing_else(self, store: SqlStore, activity: str) -> None:
        neighbours = Neighbours()
        await ActivityEnvironment().run(getattr(world(store, neighbours), activity), ASKED)
        assert neighbours.told == [(CUSTOMER, "W-1", CHECK_CHANGED, CheckNews(check_id="W-1-1"))]

    async def test_one_that_is_over_need_not(self, store: SqlStore) -> None:
        of_the_store(store, deprovisioned())
        await ActivityEnvironment().run(world(store, Neighbours(runs=False)).ask_for_deprovisioning, ASKED)

    @pytest.mark.parametrize("known", [False, True])
    async def test_one_that_is_open_and_does_not_run_is_asked_again(self, store: SqlStore, known: bool) -> None:
        """Also one that an older store lacks: the words say who starts it."""
        if known:
            of_the_store(store, a_customer())
        with pytest.raises(CustomerNotRunning, match="tenure audit"):
            await ActivityEnvironment().run(world(store, Neighbours(runs=False)).ask_for_deprovisioning, ASKED)

"""The world as a compliance check sees it: its id, the list of restricted parties, the customer that it is about."""

import asyncio
from functools import partial
from typing import Any, Final, Protocol

from pydantic import AwareDatetime
from temporalio import activity

from activities.context import activity_in_a_thread
from activities.errors import refusals_are_final
from activities.ids_taken import take_once
from activities.ports.screening import Screener
from activities.ports.store import LifecycleStore, NotKnown, Standings
from activities.ports.world import Calendars, Lifecycles
from domain.compliance.messages import CustomerFacts, StartCheck
from domain.compliance.screening import Screened, Screening
from domain.compliance.standing import CUSTOMER, NAME
from domain.compliance.state import CheckState
from domain.lifecycle import workflow_id
from domain.values import Identifier, Model
from domain.wholesale.messages import CheckNews
from domain.wholesale.states import WholesaleStage
from domain.working_time import ZoneRules

CHECK_CHANGED: Final = "check_changed"
"""The signal by which a customer's workflow hears that one of its checks stands elsewhere."""


class OpenCheck(Model):
    """A new check, for the store."""

    placed: StartCheck
    state: CheckState
    run: str
    """The first one of the workflow."""

    at: AwareDatetime
    """On the workflow's clock: a local activity does not know it."""


class OpenedCheck(Model):
    """The check as it stands in the store."""

    state: CheckState
    zone_rules: ZoneRules | None = None


class ScreenCustomer(Model):
    """Whom to look for."""

    check_id: Identifier
    screened: Screened


class CheckInQuestion(Model):
    """A check and its customer."""

    check_id: Identifier
    external_id: Identifier


class CustomerNotRunning(Exception):
    """The store has the customer open, or lost it, and Temporal does not know it: told again, once `tenure audit` has
    started it again."""


class CheckRecords(LifecycleStore, Standings, Protocol):
    """The parts of the store that a check touches."""


class ComplianceActivities:
    """Each is one sentence to the world and may be repeated without harm."""

    def __init__(self, store: CheckRecords, calendars: Calendars, lifecycles: Lifecycles, screener: Screener) -> None:
        self._store = store
        self._calendars = calendars
        self._lifecycles = lifecycles
        self._screener = screener

    @activity.defn
    async def open_check(self, request: OpenCheck) -> OpenedCheck:
        """Take the id; one that Temporal lost goes on where the store has it: no restore begins the thirty days anew.
        Repeated by the same run: the same answer. R9, WHS-27."""
        take = partial(self._take, request)
        with refusals_are_final():
            state = await take_once(take, self._lifecycles, workflow_id(NAME, request.state.check_id))
        return OpenedCheck(state=state, zone_rules=state.zone_rules or self._calendars.zone_rules(state.zone))

    def _take(self, request: OpenCheck, lost: frozenset[str]) -> CheckState:
        state = request.state
        if lost:
            state = self._store.state(NAME, state.check_id)
            state.started_again(request.at)
        self._store.open_lifecycle(request.placed, state, request.run, request.at, lost)
        return state

    @activity.defn
    async def screen_customer(self, request: ScreenCustomer) -> Screening:
        """What the newest list says of a customer. Only asks, so a repeat is harmless. Raises ScreeningUnavailable.
        WHS-20."""
        return await self._screener.screen(request.screened)

    @activity_in_a_thread
    def look_at_customer(self, request: CheckInQuestion) -> CustomerFacts:
        """What the store knows of the customer and its newest check: anybody can send a signal. Only reads, so a repeat
        is harmless."""
        try:
            customer: Any = self._store.state(CUSTOMER, request.external_id)
        except NotKnown:
            return CustomerFacts(untrue="no such customer is known")
        newest: int = customer.checks_started
        return CustomerFacts(
            deprovisioning=customer.stage is WholesaleStage.DEPROVISIONING,
            deprovisioned=customer.stage is WholesaleStage.DEPROVISIONED,
            because_of=customer.deprovisioning_for,
            newest_number=newest,
            newest_stage=self._stage_of(f"{request.external_id}-{newest}"),
        )

    def _stage_of(self, check_id: str) -> str:
        try:
            return self._store.columns(NAME, check_id).stage
        except NotKnown:
            return ""

    @activity.defn
    async def tell_customer(self, request: CheckInQuestion) -> None:
        """The customer's workflow looks into the store where its check stands now: told again, it looks again. Raises
        CustomerNotRunning."""
        await self._tell(request)

    @activity.defn
    async def ask_for_deprovisioning(self, request: CheckInQuestion) -> None:
        """The customer's workflow finds in the store that the check's time is up, and deprovisions, once. Asked again,
        it finds that it has begun. Raises CustomerNotRunning. WHS-27."""
        await self._tell(request)

    async def _tell(self, request: CheckInQuestion) -> None:
        customer, news = request.external_id, CheckNews(check_id=request.check_id)
        if await self._lifecycles.signal(CUSTOMER, customer, CHECK_CHANGED, news):
            return
        if await asyncio.to_thread(self._is_open, customer):
            raise CustomerNotRunning(
                f"customer {customer} is open in the store and does not run: tenure audit starts it"
            )

    def _is_open(self, external_id: str) -> bool:
        """One that the store lost is no less open."""
        try:
            return self._store.columns(CUSTOMER, external_id).open
        except NotKnown:
            return True

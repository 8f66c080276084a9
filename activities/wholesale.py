"""The world as a wholesale customer sees it: its id, the catalogue, its compliance checks. domain.md §7."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Final

from pydantic import AwareDatetime
from temporalio import activity

from activities.context import activity_in_a_thread
from activities.errors import refusals_are_final
from activities.ids_taken import take_once
from activities.ports.store import NotKnown
from activities.ports.wholesale import WholesaleStore
from activities.ports.world import Calendars, Lifecycles
from domain.checks import shown
from domain.compliance.messages import CarriedOver, CheckReason, StartCheck
from domain.compliance.policy import CompliancePolicy
from domain.compliance.screening import Screened
from domain.compliance.standing import NAME as COMPLIANCE
from domain.compliance.standing import CheckStanding as Check
from domain.compliance.states import CheckStage
from domain.events import SYSTEM
from domain.lifecycle import workflow_id
from domain.lifecycles import KINDS
from domain.reasons import Reason
from domain.values import Identifier, Model, Refused
from domain.wholesale.catalogue import Catalogue
from domain.wholesale.checks import CheckFacts, CheckStanding
from domain.wholesale.dial_in import DialIn, Locations, TelephonyDomain, dial_in
from domain.wholesale.messages import BillingAddress, OnboardCustomer
from domain.wholesale.row import WholesaleRow
from domain.wholesale.standing import Onboarded
from domain.wholesale.state import NAME, WholesaleState

LONGEST_LINE: Final = 200
"""Characters of a line: an address of several is cut there."""


class OpenWholesale(Model):
    """A new customer, for the store."""

    placed: OnboardCustomer
    state: WholesaleState
    run: str
    """The first one of the workflow."""

    at: AwareDatetime
    """On the workflow's clock: a local activity does not know it."""


class OpenedWholesale(Model):
    """What the customer is created by."""

    onboarded: Onboarded
    goes_on: WholesaleState | None = None
    """As the store has it, if Temporal lost the customer and it is started again. R9."""


class CountryOf(Model):
    """A billing address to come."""

    external_id: Identifier
    country: str


class CheckWanted(Model):
    """A check to start."""

    external_id: Identifier
    check_id: Identifier
    number: int
    because: str
    policy: CompliancePolicy


class CheckInQuestion(Model):
    """A check that says that something happened to it."""

    external_id: Identifier
    check_id: Identifier


class WholesaleActivities:
    """Each is one sentence to the world and may be repeated without harm."""

    def __init__(
        self,
        store: WholesaleStore,
        calendars: Calendars,
        lifecycles: Lifecycles,
        catalogue: Catalogue,
        locations: Locations,
        telephony: TelephonyDomain,
    ) -> None:
        self._store = store
        self._calendars = calendars
        self._lifecycles = lifecycles
        self._catalogue = catalogue
        self._locations = locations
        self._telephony = telephony

    @activity.defn
    async def open_wholesale(self, request: OpenWholesale) -> OpenedWholesale:
        """Take the id, if the catalogue has what is ordered and a location serves the country. Repeated by the same
        run: the same answer. R9, WHS-12, WHS-31 to WHS-34."""
        with refusals_are_final():
            onboarded = await asyncio.to_thread(self._onboarded, request)
            take = partial(self._take, request, onboarded)
            goes_on = await take_once(take, self._lifecycles, workflow_id(NAME, request.state.external_id))
        return OpenedWholesale(onboarded=onboarded, goes_on=goes_on)

    def _onboarded(self, request: OpenWholesale) -> Onboarded:
        """As it was recorded when the customer was opened first; a new one is judged. ADR 5."""
        try:
            known: WholesaleState = self._store.state(NAME, request.state.external_id)
        except NotKnown:
            known = request.state
        return known.onboarded or self._judged(request.placed, request.state.zone)

    def _judged(self, placed: OnboardCustomer, zone: str) -> Onboarded:
        self._catalogue.refuse_unknown(placed.packages, placed.add_ons)
        return Onboarded(
            catalogue=self._catalogue,
            dial_in=dial_in(placed.billing_address.country, self._locations, self._telephony),
            zone_rules=self._calendars.zone_rules(zone),
        )

    def _take(self, request: OpenWholesale, onboarded: Onboarded, lost: frozenset[str]) -> WholesaleState | None:
        """Its id; where Temporal lost who had it, it goes on as it stands: its users are here."""
        known: WholesaleState | None = self._store.state(NAME, request.state.external_id) if lost else None
        opened = known or request.state.model_copy(update={"onboarded": onboarded})
        self._store.open_lifecycle(request.placed, opened, request.run, request.at, lost)
        return known

    @activity_in_a_thread
    def locate(self, request: CountryOf) -> DialIn:
        """By the configuration of now. Only reads, so a repeat is harmless. WHS-31 to WHS-34."""
        with refusals_are_final():
            return dial_in(request.country, self._locations, self._telephony)

    # Checks.

    @activity.defn
    async def start_check(self, request: CheckWanted) -> CheckFacts:
        """The check's own workflow, keyed by its id: a repeat leaves the running one alone. Whom it is about is read
        from the store. WHS-20, WHS-22."""
        check = await asyncio.to_thread(self._check_of, request)
        await self._lifecycles.start(KINDS[COMPLIANCE], check)
        question = CheckInQuestion(external_id=request.external_id, check_id=request.check_id)
        return await asyncio.to_thread(self._facts_of, question)

    def _check_of(self, request: CheckWanted) -> StartCheck:
        row: WholesaleRow = self._store.row(NAME, request.external_id)
        if row.placed is None or row.address is None:
            raise Refused("what the customer was onboarded with is not known here", code=Reason.NOT_KNOWN)
        return StartCheck.model_construct(
            by=SYSTEM,
            check_id=request.check_id,
            external_id=request.external_id,
            number=request.number,
            because=CheckReason(request.because),
            screened=_screened(row.placed, row.address),
            partner=row.placed.partner,
            zone=row.state.zone,
            carried=self._carried(request.external_id),
            policy=request.policy,
        )

    def _carried(self, external_id: str) -> CarriedOver | None:
        """Of the newest check whose match was confirmed and not resolved. WHS-27."""
        confirmed = self._store.listed(COMPLIANCE, linked_to=external_id, stage=CheckStage.NON_COMPLIANT)
        states = self._store.states(COMPLIANCE, [row.subject for row in confirmed])
        checks = [state for state in states.values() if isinstance(state, Check)]
        newest = max(checks, key=lambda check: check.number, default=None)
        return newest.carried_over() if newest else None

    @activity_in_a_thread
    def look_at_check(self, request: CheckInQuestion) -> CheckFacts:
        """Where a check stands, as the store has it. Only reads, so a repeat is harmless."""
        return self._facts_of(request)

    def _facts_of(self, asked: CheckInQuestion) -> CheckFacts:
        try:
            check: Check = self._store.state(COMPLIANCE, asked.check_id)
        except NotKnown as unknown:
            return CheckFacts(untrue=str(unknown))
        if check.external_id != asked.external_id:
            return CheckFacts(untrue=f"check {asked.check_id} is about another customer")
        return CheckFacts(
            check=CheckStanding(
                check_id=check.check_id,
                number=check.number,
                because=check.because,
                at=check.begun_at,
                started=True,
                stage=check.stage,
                list_version=check.screening.list_version if check.screening else None,
                contacts=self._contacts_of(check),
                decided=check.decided.why if check.decided else None,
            )
        )

    def _contacts_of(self, check: Check) -> tuple[datetime, ...]:
        """Of this check, and of those before it whose time it goes on counting. WHS-26, WHS-27."""
        made = tuple(check.contacts_made.values())
        if check.carried is None:
            return made
        try:
            return (*self._contacts_of(self._store.state(COMPLIANCE, check.carried.check_id)), *made)
        except NotKnown:
            return made


def _screened(placed: OnboardCustomer, address: BillingAddress) -> Screened:
    """As the customer is now: a later change does not change what this check looks for."""
    lines = (address.line1, address.line2, address.postal_code, address.state)
    return Screened.model_construct(
        name=placed.name,
        aliases=placed.aliases,
        country=address.country,
        city=address.city,
        address=shown(", ".join(filter(None, lines)), LONGEST_LINE) or None,
    )

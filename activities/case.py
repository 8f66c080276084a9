"""The world as a support case sees it: its id, whose account it is, hours of service."""

import asyncio
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Final, Protocol

from pydantic import AwareDatetime
from temporalio import activity

from activities.context import activity_in_a_thread
from activities.errors import refusals_are_final
from activities.ids_taken import take_once
from activities.ports.accounts import AccountStore
from activities.ports.store import LifecycleStore, NotKnown
from activities.ports.world import Calendars, Runs, UnknownCountry
from domain.account.account import Found, FoundBy, Identifiers
from domain.account.classification import classify, is_covered
from domain.account.doors import Doors, is_right_door, right_door
from domain.case.classification import LookedUp
from domain.case.messages import OpenCase
from domain.case.policy import HOLIDAYS_KNOWN
from domain.case.row import CaseRow
from domain.case.standing import NAME
from domain.case.state import CaseState
from domain.lifecycle import workflow_id
from domain.reasons import Reason
from domain.sla import ServiceHours, ServiceTime
from domain.values import Identifier, Model, Refused
from domain.working_time import ZoneRules, local_day

UNKNOWN_ACCOUNT: Final = "the registry of accounts knows none of its identifiers"
NOTHING_GIVEN: Final = "no identifier of an account was given"


class OpenSupportCase(Model):
    """A new case, for the store."""

    placed: OpenCase
    state: CaseState
    run: str
    """The first one of the workflow."""

    at: AwareDatetime
    """On the workflow's clock: a local activity does not know it."""


class OpenedCase(Model):
    """What its severity and its clocks follow from."""

    found: LookedUp
    service_time: ServiceTime
    zone_rules: ZoneRules | None = None
    """Of its zone."""

    received_at: AwareDatetime
    """As the store has it, if Temporal lost the case and it begins again."""

    texts: dict[str, int] = {}
    """Then, too: how many the store has. No later one takes the number, and with it the mail, of another. None where
    the case was Reset: what it is told again has the numbers it had."""


class AccountInQuestion(Model):
    """A case whose account, or whether its service is covered, is asked again."""

    case_id: Identifier
    service: str
    account_id: Identifier | None = None
    """As it was found before."""

    main_email: str | None = None
    """What was found out now; None: the account is the one that was found before."""


class HoursWanted(Model):
    """Hours of service, from a case's receipt on."""

    hours: ServiceHours | None
    zone: str
    received_at: AwareDatetime


class HoursOfService(Model):
    """As holidays and zones are known today."""

    service_time: ServiceTime
    zone_rules: ZoneRules | None = None


class CaseRecords(LifecycleStore, AccountStore, Protocol):
    """The parts of the store that a case touches."""


class CaseActivities:
    """Each is one sentence to the world and may be repeated without harm."""

    def __init__(
        self, store: CaseRecords, calendars: Calendars, runs: Runs, thresholds: Mapping[str, int], doors: Doors
    ) -> None:
        self._store = store
        self._calendars = calendars
        self._runs = runs
        self._thresholds = thresholds
        self._doors = doors

    @activity.defn
    async def open_case(self, request: OpenSupportCase) -> OpenedCase:
        """Take the id, and look its account up. Repeated by the same run: the same id, the registry as it is. R9."""
        with refusals_are_final():
            known = await asyncio.to_thread(self._as_received, request.state)
            hours = HoursWanted(hours=known.policy.hours, zone=known.zone, received_at=known.received_at)
            served = await asyncio.to_thread(self._hours, hours)
            take = partial(self._take, request, known)
            texts = await take_once(take, self._runs, workflow_id(NAME, known.case_id))
            found = await asyncio.to_thread(self._look_up, request.placed, known.service, None)
        return OpenedCase(
            found=found,
            service_time=served.service_time,
            zone_rules=served.zone_rules,
            received_at=known.received_at,
            texts=texts,
        )

    def _as_received(self, state: CaseState) -> CaseState:
        """One that begins again after a restore was received when it was. AMB-36."""
        try:
            known: CaseState = self._store.state(NAME, state.case_id)
        except NotKnown:
            return state
        return state.model_copy(update={"received_at": known.received_at})

    def _take(self, request: OpenSupportCase, state: CaseState, lost: frozenset[str]) -> dict[str, int]:
        """Its id; where Temporal lost who had it, the answer is how many texts that one had."""
        before: CaseState | None = self._store.state(NAME, state.case_id) if lost else None
        texts = before.texts if before else {}
        opened = state.model_copy(update={"texts": texts})
        self._store.open_lifecycle(request.placed, opened, request.run, request.at, lost)
        return texts

    @activity_in_a_thread
    def look_up_account(self, request: AccountInQuestion) -> LookedUp:
        """Only reads, so a repeat is harmless. SUP-03, SUP-13."""
        with refusals_are_final():
            row: CaseRow = self._store.row(NAME, request.case_id)
            if row.placed is None:
                raise Refused("what the case was opened with is not known here", code=Reason.NOT_KNOWN)
            if request.main_email is None and request.account_id is not None:
                known = self._store.account(request.account_id)
                return self._classified(row.placed, request.service, Found(organization=known, by=FoundBy.ZOID))
            return self._look_up(row.placed, request.service, request.main_email)

    @activity_in_a_thread
    def hours_of_service(self, request: HoursWanted) -> HoursOfService:
        """Holidays and zones as they are known today. Only reads, so a repeat is harmless. AMB-35."""
        with refusals_are_final():
            return self._hours(request)

    def _hours(self, wanted: HoursWanted) -> HoursOfService:
        hours = wanted.hours
        zone_rules = self._calendars.zone_rules(wanted.zone)
        if hours is None:
            return HoursOfService(service_time=ServiceTime(), zone_rules=zone_rules)
        calendar = None
        if hours.holidays_of is not None:
            first = local_day(wanted.received_at, zone_rules) - date.resolution
            try:
                known = self._calendars.working_calendar(hours.holidays_of, hours.zone, first, first + HOLIDAYS_KNOWN)
            except UnknownCountry:
                raise Refused(
                    f"no holidays are known for {hours.holidays_of}: give another ISO 3166 country, or none",
                    field="policy.hours.holidays_of",
                    code=Reason.NO_CALENDAR,
                ) from None
            calendar = known.closed_on(hours.closing_on)
        time = ServiceTime(hours=hours, calendar=calendar, zone_rules=zone_rules)
        return HoursOfService(service_time=time, zone_rules=zone_rules)

    def _look_up(self, placed: OpenCase, service: str, main_email: str | None) -> LookedUp:
        asked = Identifiers(
            main_email=main_email or placed.main_email,
            organization_id=placed.organization_id,
            zuid=placed.zuid,
            customer_email=placed.customer_email,
        )
        found = self._store.find_account(asked) if asked.any_given else None
        if found is None:
            why = UNKNOWN_ACCOUNT if asked.any_given else NOTHING_GIVEN
            return LookedUp(covered=is_covered(service), why=f"{why} (AMB-33)")
        return self._classified(placed, service, found)

    def _classified(self, placed: OpenCase, service: str, found: Found) -> LookedUp:
        account = found.organization
        judged = classify(account, self._thresholds)
        right = is_right_door(placed.came_through, account.data_centre, self._doors)
        return LookedUp(
            account_id=account.zoid,
            account_name=account.name,
            region=account.region,
            data_centre=account.data_centre,
            large=judged.large,
            covered=is_covered(service),
            why=judged.why,
            contradicting=found.contradicting,
            right_door=None if right else right_door(placed.channel, account.data_centre, self._doors),
        )

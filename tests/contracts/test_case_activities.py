"""What a case is answered by the world: its id, its account, its door, its hours of service."""

from datetime import date, timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.case import AccountInQuestion, CaseActivities, HoursWanted, OpenedCase, OpenSupportCase
from activities.ports import Papers, UnknownCountry
from activities.ports.store import RecordRequest
from adapters.calendars import LibraryCalendars
from adapters.sql.store import SqlStore
from domain.account.channels import Channel
from domain.account.doors import Doors
from domain.business_days import WorkingCalendar
from domain.case.classification import LookedUp
from domain.case.messages import OpenCase
from domain.case.policy import HOLIDAYS_KNOWN, CasePolicy
from domain.case.standing import NAME
from domain.case.state import CaseState
from domain.events import Journal
from domain.sla import ServiceHours
from domain.working_time import ZoneRules
from tests.cases import HOUR, SUPER_ADMIN, a_case, an_account, an_opening
from tests.cases import asked as a_question
from tests.makers import MONDAY

TOKYO = ServiceHours(zone="Asia/Tokyo", holidays_of="JP", closing_days={"JP": ("12-29",)})


class Nowhere(LibraryCalendars):
    """Nobody's holidays are known."""

    def working_calendar(self, country: str, zone: str, first: date, last: date) -> WorkingCalendar:
        raise UnknownCountry(country)


class AllRunsAreLost:
    """Temporal was restored from an older backup."""

    async def any_exists(self, workflow_id: str, runs: frozenset[str]) -> bool:
        return False


class NoRunIsLost:
    """What was started is there."""

    async def any_exists(self, workflow_id: str, runs: frozenset[str]) -> bool:
        return True


def world(store: SqlStore, **changes: Any) -> CaseActivities:
    given: dict[str, Any] = {
        "calendars": LibraryCalendars(),
        "runs": NoRunIsLost(),
        "thresholds": {"JP": 1000},
        "doors": Doors(),
    }
    return CaseActivities(store, **given | changes)


async def opened(
    store: SqlStore, start: OpenCase | None = None, run: str = "run-1", now: Any = MONDAY, **changes: Any
) -> OpenedCase:
    start = start or an_opening()
    state = CaseState.received(start, now)
    request = OpenSupportCase(placed=start, state=state, run=run, at=now)
    return await ActivityEnvironment().run(world(store, **changes).open_case, request)


def asked(store: SqlStore, **question: Any) -> LookedUp:
    request = AccountInQuestion(**{"case_id": "C-1", "service": "Zoho Mail"} | question)
    return ActivityEnvironment().run(world(store).look_up_account, request)


def known(store: SqlStore, *accounts: Any) -> SqlStore:
    store.upsert_accounts(accounts or (an_account(),), MONDAY)
    return store


async def test_sup_03_the_account_of_the_superadmin_s_address_is_found_and_classified(store: SqlStore) -> None:
    found = (await opened(known(store))).found
    assert (found.account_id, found.region, found.data_centre) == ("700100200", "JP", "JP")
    assert (found.large, found.covered, found.has_priority, found.contradicting) == (True, True, True, ())
    assert "1,500 licences" in found.why


async def test_sup_12_a_zoid_alone_leads_to_the_account(store: SqlStore) -> None:
    found = (await opened(known(store), an_opening(main_email=None))).found
    assert (found.account_id, found.large) == ("700100200", True)


async def test_amb_33_who_gave_nothing_and_who_gave_what_nobody_knows_are_told_apart(store: SqlStore) -> None:
    bare = an_opening(channel=Channel.EMAIL, main_email=None, organization_id=None)
    nothing = (await opened(store, bare)).found
    unknown = (await opened(store, an_opening("C-2"))).found
    assert (nothing.account_id, unknown.account_id) == (None, None)
    assert nothing.why == "no identifier of an account was given (AMB-33)"
    assert unknown.why == "the registry of accounts knows none of its identifiers (AMB-33)"


@pytest.mark.parametrize(
    ("licences", "region", "thresholds", "large"),
    [
        (1000, "JP", {"JP": 1000}, True),
        (999, "JP", {"JP": 1000}, False),
        (1000, "JP", {}, False),
        (1000, "JP", {"US": 1}, False),
    ],
)
async def test_sup_02_amb_32_large_from_the_threshold_of_its_region_on_and_never_without_one(
    store: SqlStore, licences: int, region: str, thresholds: dict[str, int], large: bool
) -> None:
    account = an_account(region=region, subscriptions=[{"service": "Zoho CRM", "licences": licences}])
    assert (await opened(known(store, account), thresholds=thresholds)).found.large is large


async def test_sup_04_excluded_services_neither_count_nor_get_priority(store: SqlStore) -> None:
    account = an_account(subscriptions=[{"service": "Zoho Campaigns", "licences": 5000}])
    assert not (await opened(known(store, account))).found.large
    found = (await opened(known(store), an_opening("C-2", service="Zoho Campaigns"))).found
    assert (found.large, found.covered, found.has_priority) == (True, False, False)


async def test_sup_03_two_identifiers_that_contradict_the_superadmin_s_address_wins(store: SqlStore) -> None:
    other = an_account("700100999", super_admin="admin@minato.example.com", domains=["minato.example.com"])
    found = (await opened(known(store, an_account(), other), an_opening(organization_id="700100999"))).found
    assert (found.account_id, found.contradicting) == ("700100200", ("organization_id",))


@pytest.mark.parametrize(
    ("came_through", "data_centre", "right"),
    [
        ("partner-support@zohocorp.com", "JP", None),
        ("partner-support@zohocorp.com", "EU", "partner-support@eu.zohocorp.com"),
        ("partner-support@eu.zohocorp.com", "UK", None),
        ("partner-support@eu.zohocorp.com", "SA", "partner-support@zohocorp.com"),
        (None, "EU", None),
    ],
)
async def test_sup_34_sup_35_amb_38_the_right_door_is_named_where_another_one_was_taken(
    store: SqlStore, came_through: str | None, data_centre: str, right: str | None
) -> None:
    start = an_opening(channel=Channel.EMAIL, came_through=came_through)
    found = (await opened(known(store, an_account(data_centre=data_centre)), start)).found
    assert found.right_door == right


async def test_r9_an_id_is_taken_once_and_the_same_run_gets_the_same_answer(store: SqlStore) -> None:
    first = await opened(known(store))
    assert await opened(store) == first
    with pytest.raises(ApplicationError, match=r"^Refused: case_id: C-1 was already taken by a case"):
        await opened(store, run="run-2")


async def test_amb_36_one_that_begins_again_after_a_restore_was_received_when_it_was(store: SqlStore) -> None:
    await opened(known(store))
    again = await opened(store, run="run-2", now=MONDAY + 5 * HOUR, runs=AllRunsAreLost())
    assert again.received_at == MONDAY
    state: CaseState = store.state(NAME, "C-1")
    assert state.received_at == MONDAY


async def test_r9_after_a_restore_no_text_takes_the_number_of_one_that_the_partner_has(store: SqlStore) -> None:
    """Else the mail of the new one would pass for sent, and the old one be overwritten."""
    assert (await opened(known(store))).texts == {}
    state = a_case()
    state.ask_partner(a_question(), MONDAY)
    request = RecordRequest(
        lifecycle=NAME,
        subject="C-1",
        state=state.model_dump(mode="json"),
        journal=Journal(),
        papers=Papers(),
        at=MONDAY,
    )
    store.record(request, "run-1")
    assert (await opened(store)).texts == {}, "Reset, it is told the same again, and no mail goes out twice"
    again = await opened(store, run="run-2", now=MONDAY + 5 * HOUR, runs=AllRunsAreLost())
    assert again.texts == {"question": 1}
    written: CaseState = store.state(NAME, "C-1")
    assert written.texts == {"question": 1}


async def test_a_question_asked_again_reads_the_case_s_own_identifiers_from_the_store(store: SqlStore) -> None:
    """No address is kept in the workflow."""
    start = an_opening(
        main_email=None, organization_id=None, channel=Channel.PHONE, customer_email="a@akasaka.example.com"
    )
    await opened(known(store), start)
    by_domain = asked(store)
    assert (by_domain.account_id, by_domain.covered) == ("700100200", True)
    assert asked(store, main_email=SUPER_ADMIN).account_id == "700100200"
    assert not asked(store, service="Zoho DataPrep").covered
    other = an_account("700100999", super_admin="admin@minato.example.com", domains=["minato.example.com"])
    known(store, other)
    assert asked(store, account_id="700100999").account_id == "700100999", "found before: it stays that one"


async def test_people_of_a_case_are_kept_apart_from_what_it_says(store: SqlStore) -> None:
    await opened(store, an_opening(customer_email="taro@akasaka.example.com"))
    row = store.row(NAME, "C-1")
    assert row.placed == an_opening(customer_email="taro@akasaka.example.com")
    assert store.stored(NAME, "C-1").roles == {"partner_contact", "main_email", "customer_email"}
    assert SUPER_ADMIN not in str(row.state)


async def test_what_people_wrote_is_found_by_its_number(store: SqlStore) -> None:
    await opened(store)
    state = a_case()
    papers = Papers(forms={"question/1": {"question": "Since when?"}})
    request = RecordRequest(
        lifecycle=NAME, subject="C-1", state=state.model_dump(mode="json"), journal=Journal(), papers=papers, at=MONDAY
    )
    store.record(request, "run-1")
    assert store.row(NAME, "C-1").forms == {"question/1": {"question": "Since when?"}}


async def test_amb_35_hours_of_service_come_with_zone_and_holidays_as_known_today(store: SqlStore) -> None:
    served = (await opened(store, an_opening(policy=CasePolicy(hours=TOKYO)))).service_time
    assert served.calendar is not None
    assert isinstance(served.zone_rules, ZoneRules)
    assert {date(2026, 7, 20), date(2026, 12, 29)} <= served.calendar.holidays, "Marine Day, and a closing day"
    assert served.calendar.knows((MONDAY + HOLIDAYS_KNOWN - timedelta(days=2)).date())
    plain = await opened(store, an_opening("C-2"))
    assert (plain.service_time.hours, plain.service_time.calendar) == (None, None)
    assert plain.zone_rules is not None
    assert plain.zone_rules.name == "Asia/Tokyo", "the partner's"


async def test_amb_40_holidays_nobody_knows_are_refused_by_their_field_and_the_id_stays_free(store: SqlStore) -> None:
    start = an_opening(policy=CasePolicy(hours=TOKYO))
    with pytest.raises(ApplicationError, match=r"^Refused: policy\.hours\.holidays_of: no holidays") as refused:
        await opened(store, start, calendars=Nowhere())
    assert refused.value.non_retryable
    assert store.listed(NAME) == []
    wanted = HoursWanted(hours=TOKYO, zone="Asia/Tokyo", received_at=MONDAY)
    with pytest.raises(ApplicationError, match=r"^Refused: policy\.hours\.holidays_of"):
        ActivityEnvironment().run(world(store, calendars=Nowhere()).hours_of_service, wanted)
    served = ActivityEnvironment().run(world(store).hours_of_service, wanted)
    assert served.service_time.calendar is not None

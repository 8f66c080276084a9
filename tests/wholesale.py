"""Wholesale customers for tests: one maker per thing. Invented people and companies."""

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from typing import Any, Final

from activities.ports.screening import ListEntry
from adapters.sql.store import SqlStore
from domain.deadlines import Deadline
from domain.values import Country, Refused
from domain.wholesale.catalogue import DEFAULT
from domain.wholesale.checks import CheckFacts, CheckStanding, check_id
from domain.wholesale.dial_in import dial_in
from domain.wholesale.messages import (
    AssignBatch,
    AssignUser,
    BillingAddress,
    ChangePackage,
    ChangeQuantities,
    Deprovision,
    OnboardCustomer,
    RemoveUser,
    Reported,
    ReportPackage,
    RetryPackage,
    ScreenAgain,
    UpdateBillingAddress,
    WholesaleUser,
)
from domain.wholesale.standing import STEPS, USERS_REMOVED, Onboarded, Step
from domain.wholesale.state import WholesaleState
from domain.wholesale.states import WholesaleStage
from domain.wholesale.users import Assigned
from tests.makers import MONDAY, a_partner
from tests.zones import today

ID: Final = "W-1"
CALLING, MEETINGS, CONSOLE = "webex_calling", "webex_meetings", "attendant_console"
"""What every customer here has: 10, 5 and 2 of them."""

TOKYO: Final = BillingAddress(line1="1-2-3 Akasaka", city="Minato-ku", country=Country("JP"))
BERLIN: Final = BillingAddress(line1="Beispielweg 1", city="Berlin", country=Country("DE"))


def an_onboarding(external_id: str = ID, **changes: Any) -> OnboardCustomer:
    """A customer in Tokyo, created with calling."""
    given = {
        "by": "partner-hikari",
        "external_id": external_id,
        "name": "Akasaka Shoji",
        "aliases": ("赤坂商事",),
        "partner": a_partner(),
        "primary_email": "admin@akasaka.example.com",
        "zone": "Asia/Tokyo",
        "billing_address": TOKYO,
        "packages": {CALLING: 10, MEETINGS: 5},
        "add_ons": {CONSOLE: 2},
        "organization_package": CALLING,
    }
    return OnboardCustomer.model_validate(given | changes)


def created(now: datetime = MONDAY, **changes: Any) -> WholesaleState:
    """Received, and not opened yet."""
    return WholesaleState.created(an_onboarding(**changes), now)


def a_customer(now: datetime = MONDAY, **changes: Any) -> WholesaleState:
    """As its workflow has it once the store has taken it: everything is pending, and a check is wanted."""
    state = created(now, **changes)
    found = dial_in(state.country, {}, {})
    state.open(Onboarded(catalogue=DEFAULT, dial_in=found, zone_rules=today(state.zone)), now)
    return state


def started(state: WholesaleState, now: datetime = MONDAY) -> WholesaleState:
    """Every check that was wanted runs."""
    while (check := state.check_to_start) is not None:
        state.check_started(check, CheckFacts(), now)
    return state


def provisioned(*failed: str, now: datetime = MONDAY, **changes: Any) -> WholesaleState:
    """Everything was reported; of these, that they failed."""
    state = started(a_customer(now, **changes), now)
    for name in state.pending:
        state.report_package(report(name, fails=name in failed), now)
    return state


def updating(now: datetime = MONDAY) -> WholesaleState:
    """Something new is being set up."""
    state = provisioned(now=now)
    state.change_quantities(quantities(packages={"webex_suite": 3}), now)
    return state


def deprovisioning(now: datetime = MONDAY) -> WholesaleState:
    """Somebody asked for it, and no step was taken."""
    state = provisioned(now=now)
    state.deprovision(removal(), now)
    return state


def deprovisioned(now: datetime = MONDAY) -> WholesaleState:
    """All steps are taken."""
    state = deprovisioning(now)
    for step in STEPS:
        state.step_taken(Step(step=step, at=now, removed=state.to_remove(step) or 0), now)
    state.deprovisioned("C-W-1", "0" * 64, now)
    return state


IN: Final[dict[WholesaleStage, Callable[[], WholesaleState]]] = {
    WholesaleStage.PROVISIONING: a_customer,
    WholesaleStage.PROVISIONED: provisioned,
    WholesaleStage.PROVISIONED_WITH_ERRORS: lambda: provisioned(MEETINGS),
    WholesaleStage.ERROR: lambda: provisioned(CALLING, MEETINGS, CONSOLE),
    WholesaleStage.UPDATING: updating,
    WholesaleStage.DEPROVISIONING: deprovisioning,
    WholesaleStage.DEPROVISIONED: deprovisioned,
}
"""A customer in each stage."""


# What people send.


def report(offering: str = CALLING, *, fails: bool = False) -> ReportPackage:
    outcome, detail = (Reported.FAILED, "no seat is left") if fails else (Reported.PROVISIONED, None)
    return ReportPackage(by="vendor-desk", offering=offering, outcome=outcome, detail=detail)


def retry(offering: str = MEETINGS) -> RetryPackage:
    return RetryPackage(by="ops-7", offering=offering)


def a_user(user_id: str = "U-1", package: str | None = CALLING, **changes: Any) -> WholesaleUser:
    given = {
        "user_id": user_id,
        "email": f"{user_id.lower()}@akasaka.example.com",
        "first_name": "Mei",
        "last_name": "Kato",
        "package": package,
    }
    return WholesaleUser.model_validate(given | changes)


def assignment(user_id: str = "U-1", package: str | None = CALLING, **changes: Any) -> AssignUser:
    return AssignUser(by="partner-hikari", user=a_user(user_id, package, **changes))


def other_package(user_id: str = "U-1", package: str = MEETINGS, **changes: Any) -> ChangePackage:
    return ChangePackage(by="partner-hikari", user_id=user_id, package=package, **changes)


def departure(user_id: str = "U-1") -> RemoveUser:
    return RemoveUser(by="partner-hikari", user_id=user_id)


def batch(batch_id: str = "B-1") -> AssignBatch:
    return AssignBatch(by="partner-hikari", batch_id=batch_id)


def quantities(version: int = 1, **changes: Any) -> ChangeQuantities:
    return ChangeQuantities.model_validate({"by": "partner-hikari", "version": version} | changes)


def new_address(address: BillingAddress = BERLIN) -> UpdateBillingAddress:
    return UpdateBillingAddress(by="partner-hikari", billing_address=address)


def new_list(list_version: str | None = None) -> ScreenAgain:
    return ScreenAgain(by="ops-7", list_version=list_version)


def removal(reason: str = "the contract has ended", *, confirm: bool = True) -> Deprovision:
    return Deprovision(by="partner-hikari", reason=reason, confirm=confirm)


# What the world answers.


def assigned(users: int = 0, administrators: int = 0, **counts: int) -> Assigned:
    """So many of each, add-ons told from packages by their name."""
    packages = {name: count for name, count in counts.items() if name not in DEFAULT.needs}
    add_ons = {name: count for name, count in counts.items() if name in DEFAULT.needs}
    return Assigned(users=users, administrators=administrators, packages=packages, add_ons=add_ons)


def news_of(number: int = 1, stage: str = "clear", list_version: str | None = "irp-1", **changes: Any) -> CheckFacts:
    """What the store says of a check of W-1."""
    given = {
        "check_id": check_id(ID, number),
        "number": number,
        "because": "created",
        "at": MONDAY,
        "started": True,
        "stage": stage,
        "list_version": list_version,
    }
    return CheckFacts(check=CheckStanding.model_validate(given | changes))


def users_removed(count: int, now: datetime = MONDAY) -> Step:
    return Step(step=USERS_REMOVED, at=now, removed=count, digest="d" * 64)


LISTS: Final = count(1)


def a_list(store: SqlStore, *names: str) -> str:
    """A new version of the invented list, with these names and one that is like nobody's; which version."""
    everybody = (*names, "Quixotic Umbrella Cooperative")
    entries = [
        ListEntry(entry=f"E-{number}", source="Invented List", name=name) for number, name in enumerate(everybody)
    ]
    digest = f"{next(LISTS):064x}"
    return store.import_list("irp", entries, digest=digest, by="ops-7", now=MONDAY).version


# For tests/lives.py: what nobody sends from a page.


def on_due(state: WholesaleState, deadline: Deadline, now: datetime) -> None:
    """Something is not provisioned by when it was expected."""
    state.endanger(deadline.name, now, deadline.at)


def _opened(state: WholesaleState, now: datetime) -> None:
    if state.onboarded is not None:
        raise Refused("opened already")
    found = dial_in(state.country, {}, {})
    state.open(Onboarded(catalogue=DEFAULT, dial_in=found, zone_rules=today(state.zone)), now)


def _check_started(state: WholesaleState, now: datetime) -> None:
    if (check := state.check_to_start) is None:
        raise Refused("none is wanted")
    state.check_started(check, CheckFacts(), now)


def _check_gave_up(state: WholesaleState, now: datetime) -> None:
    if state.newest_check is None or state.deprovisioning is not None:
        raise Refused("none runs")
    state.check_reported(news_of(state.newest_check.number, "deprovisioning"), now)


def _step_taken(state: WholesaleState, now: datetime) -> None:
    if (step := state.next_step) is None:
        raise Refused("none is due")
    state.step_taken(Step(step=step, at=now, removed=state.to_remove(step) or 0), now)
    if state.next_step is None:
        state.deprovisioned("C-W-1", "0" * 64, now)


def _package_failed(state: WholesaleState, now: datetime) -> None:
    if not state.pending:
        raise Refused("none is pending")
    state.report_package(report(state.pending[0], fails=True), now)


ACTS: Final[dict[str, Callable[[WholesaleState, datetime], None]]] = {
    "opened": _opened,
    "package failed": _package_failed,
    "check started": _check_started,
    "check gave up": _check_gave_up,
    "step taken": _step_taken,
}


def small_ones() -> tuple[WholesaleState, ...]:
    """With one package each, else there are too many lives; what failed and what did not stands beside each other in
    the second one."""
    return created(packages={CALLING: 10}, add_ons={}), created(
        external_id="W-2", own_organization=True, packages={CALLING: 1}, add_ons={CONSOLE: 1}
    )


def above(assigned: Assigned, packages: Mapping[str, int], add_ons: Mapping[str, int]) -> str | None:
    """Of which package or add-on more is assigned than these quantities allow, if any."""
    for used, quantities in ((assigned.packages, packages), (assigned.add_ons, add_ons)):
        for name, many in used.items():
            if many > quantities.get(name, 0):
                return name
    return None

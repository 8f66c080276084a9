"""A wholesale customer as people see it: both axes, what each package has become, what may be sent. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from domain.values import facts
from domain.view import Awaited, LifecycleView, Party, awaited, tracker, view_of
from domain.wholesale.offerings import OfferingStatus
from domain.wholesale.standing import NAME, ORGANIZATION_DEPROVISIONED, PROVISIONED_LATE, STEPS
from domain.wholesale.state import WholesaleState
from domain.wholesale.states import AT_WORK, RUNNING, WholesaleStage

S = WholesaleStage

CUSTOMER: Final = f"{NAME}.customer"
OWN: Final = f"{NAME}.own"
"""The sort of a partner's own organization. WHS-07."""

IN_WORDS: Final = {
    S.PROVISIONING: "is being provisioned",
    S.PROVISIONED: "is provisioned",
    S.PROVISIONED_WITH_ERRORS: "is provisioned, but not all of it",
    S.ERROR: "could not be provisioned",
    S.UPDATING: "is provisioned, and something new is being set up",
    S.DEPROVISIONING: "is being deprovisioned, with its users",
    S.DEPROVISIONED: "is deprovisioned, with its users",
}

MISSED: Final = {PROVISIONED_LATE: "Something is still not provisioned, or was not for long"}

WITHOUT_EFFECT: Final = "the partner's own organization: shown in lists, without effect (WHS-07)"

ON_HOLD: Final = "provisioning, users and screening go on; a deprovisioning stops between two of its steps until resume"
"""What an operator's hold does."""

STEP_NAMES: Final = dict(zip(STEPS, ("Users removed", "Add-ons removed", "Packages removed"), strict=False))


def wholesale_view(state: WholesaleState, now: datetime) -> LifecycleView:
    """As of `now` (UTC)."""
    whose = "Own organization" if state.own_organization else "Wholesale customer"
    return view_of(
        state,
        now,
        missed=MISSED,
        troubles=_troubles(state),
        kind=OWN if state.own_organization else CUSTOMER,
        what=f"{whose} {state.external_id}",
        stage=state.stage,
        stage_in_words=IN_WORDS[state.stage],
        customer_id=state.customer_id,
        partner_id=state.partner_id,
        steps=tracker(_steps(state), closed=state.closed),
        awaiting=_awaiting(state),
        facts=_facts(state),
    )


def _troubles(state: WholesaleState) -> Iterator[str]:
    if state.with_errors:
        for name in state.failed:
            yield f"{name} could not be provisioned: {state.offerings[name].detail}; mend it, then send retry_package"


def _facts(state: WholesaleState) -> dict[str, str]:
    found, check, asked = state.dial_in, state.newest_check, state.deprovisioning
    return facts(
        country=state.country,
        location=found and found.location,
        dial_in=found and (found.number or found.code),
        dial_in_because=found and found.because,
        organization_package=state.ordered.created_with,
        packages=_offerings(state, state.ordered.packages, state.assigned.packages),
        add_ons=_offerings(state, state.ordered.add_ons, state.assigned.add_ons) or None,
        quantities_version=state.ordered.version,
        users=state.assigned.users,
        administrators=state.assigned.administrators,
        compliance=check and f"{check.check_id} {check.stage}",
        compliance_list=check and check.list_version,
        without_effect=WITHOUT_EFFECT if state.own_organization else None,
        deprovisioned_because=asked and asked.reason,
        deprovisioning_for=state.deprovisioning_for,
        certificate=state.certificate,
        hold=ON_HOLD if state.held_by_operator and not state.closed else None,
        closed_at=state.closed_at,
    )


def _offerings(state: WholesaleState, most: dict[str, int], used: dict[str, int]) -> str:
    """`webex_calling 3/50 provisioned`: assigned, of how many, and what became of it."""
    return ", ".join(
        f"{name} {used.get(name, 0)}/{number} {state.offerings[name].status}" for name, number in most.items()
    )


def _steps(state: WholesaleState) -> Iterator[tuple[str, bool, datetime | None]]:
    yield "Onboarded", state.onboarded_at is not None, state.onboarded_at
    if state.stage in RUNNING or state.provisioned_at is not None:
        settled = state.provisioned_at is not None and state.stage not in AT_WORK
        yield "Provisioned", settled, state.provisioned_at if settled else None
    if state.deprovisioning is not None:
        taken = {step.step: step.at for step in state.steps}
        for step, name in STEP_NAMES.items():
            yield name, step in taken, taken.get(step)
        yield "Deprovisioned", state.closed, taken.get(ORGANIZATION_DEPROVISIONED) if state.closed else None


def _awaiting(state: WholesaleState) -> tuple[Awaited, ...]:
    """What the vendor still owes, and what nobody has set up anew."""
    if state.onboarded is None or state.stage not in RUNNING:
        return ()
    owed, failed = ", ".join(state.pending), ", ".join(state.failed)
    found = [awaited(state, f"provisioned: {owed}", Party.VENDOR, "report_package", PROVISIONED_LATE)] if owed else []
    if failed:
        again = awaited(state, f"set up anew: {failed}", Party.OPERATIONS, "retry_package", pressing=state.with_errors)
        found.append(again)
    return tuple(found)


def status_in_words(state: WholesaleState) -> str:
    """`2 provisioned, 1 failed`."""
    counts = dict.fromkeys(OfferingStatus, 0)
    for offering in state.offerings.values():
        counts[offering.status] += 1
    return ", ".join(f"{count} {status}" for status, count in counts.items() if count)

"""A compliance check as people see it: what was found, what it waits for, when the customer goes. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from domain.compliance.screening import Match
from domain.compliance.standing import REVIEW_LATE, UNREACHABLE, UNRESOLVED
from domain.compliance.state import CheckState
from domain.compliance.states import CheckStage
from domain.values import facts
from domain.view import Awaited, LifecycleView, Party, awaited, tracker, view_of

S = CheckStage

IN_WORDS: Final = {
    S.CHECKING: "is being screened",
    S.CLEAR: "is clear",
    S.IN_REVIEW: "is reviewed: the list has somebody like this",
    S.APPROVED: "is approved",
    S.NON_COMPLIANT: "is not compliant and has to be resolved",
    S.DEPROVISIONING: "was not resolved in time, the customer is being deprovisioned",
    S.DEPROVISIONED: "was not resolved in time, the customer is deprovisioned",
    S.SUPERSEDED: "has given way to a later one",
    S.WITHDRAWN: "has come to nothing, the customer is gone",
}

MISSED: Final = {REVIEW_LATE: "The review takes longer than most do: send approve or confirm_match"}

ON_HOLD: Final = (
    "its dates go on; no contact and no deprovisioning before resume, which announces anew what fell due meanwhile"
)
"""What an operator's hold does."""

TEAM: Final = "vendor, its compliance team"


def check_view(state: CheckState, now: datetime) -> LifecycleView:
    """As of `now` (UTC)."""
    return view_of(
        state,
        now,
        missed=MISSED,
        kind=f"{state.lifecycle}.{sort_of(state)}",
        what=f"Compliance check {state.check_id}",
        stage=state.stage,
        stage_in_words=IN_WORDS[state.stage],
        customer_id=state.external_id,
        partner_id=state.partner_id,
        steps=tracker(_steps(state), closed=state.closed),
        awaiting=tuple(_awaiting(state)),
        facts=_facts(state),
    )


def sort_of(state: CheckState) -> str:
    """By what people have to do with it."""
    match state.stage:
        case S.IN_REVIEW:
            return "review"
        case S.NON_COMPLIANT:
            return "announced" if state.is_announced else "contact"
        case S.DEPROVISIONING:
            return "announced"
        case _:
            return "check"


def _facts(state: CheckState) -> dict[str, str]:
    found, decided = state.screening, state.decided
    return facts(
        because=state.because,
        list_version=found.list_version if found else None,
        screened_at=found.screened_at if found else None,
        threshold=f"{found.threshold:g}" if found else None,
        found=found.found if found else None,
        evidence="; ".join(map(in_words, found.matches)) or None if found else None,
        decided=decided.said if decided else None,
        decided_by=decided.by if decided else None,
        decided_at=decided.at if decided else None,
        decision=decided.why if decided else None,
        non_compliant_since=state.non_compliant_since,
        carried_from=state.carried.check_id if state.carried else None,
        contacts=_contacts(state),
        partner_replied="yes" if state.was_reached else None,
        replied_at=state.replied_at,
        deprovision_on=state.deprovision_on,
        deprovision_because=_because(state),
        announced_on=state.announced_on if state.deprovision_on else None,
        hold=ON_HOLD if state.held_by_operator and not state.closed else None,
        closed_at=state.closed_at,
        closing_reason=state.closing_reason,
    )


def in_words(match: Match) -> str:
    """One entry of the list, for whoever decides."""
    where = f" [{', '.join(match.countries)}]" if match.countries else ""
    return f"{match.score:g} {match.listed_name}{where} ({match.source}, {match.entry}): {match.explained}"


def _contacts(state: CheckState) -> str | None:
    if state.non_compliant_since is None:
        return None
    return f"{state.contacts_out} of {len(state.policy.contacts)}"


def _because(state: CheckState) -> str | None:
    """Whichever comes first. WHS-27."""
    if state.deprovision_on is None:
        return None
    if state.deprovision_on == state.unreachable_on:
        return "the partner has not answered the last contact (AMB-30)"
    return "it has to be resolved by then (WHS-27)"


def _steps(state: CheckState) -> Iterator[tuple[str, bool, datetime | None]]:
    screened_at = state.found_at or (state.closed_at if state.stage is S.CLEAR else None)
    yield "Screened", screened_at is not None, screened_at
    if state.found_at is None:
        return
    reviewed = state.confirmed_at or (state.closed_at if state.stage is S.APPROVED else None)
    yield "Reviewed", reviewed is not None, reviewed
    if state.confirmed_at is None:
        return
    gone = state.stage in (S.DEPROVISIONING, S.DEPROVISIONED)
    done = state.stage in (S.APPROVED, S.CLEAR, S.DEPROVISIONED)
    yield "Deprovisioned" if gone else "Resolved", done, state.closed_at if done else None


def _awaiting(state: CheckState) -> Iterator[Awaited]:
    partner = f"partner {state.partner_id}"
    match state.stage:
        case S.CHECKING:
            yield awaited(state, "what the list says", None, "", whom="the screening")
        case S.IN_REVIEW:
            what = "a decision about the potential match, or confirm_match"
            yield awaited(state, what, Party.VENDOR, "approve", REVIEW_LATE, whom=TEAM)
        case S.NON_COMPLIANT:
            if not state.was_reached:
                yield awaited(state, "a reply", Party.PARTNER, "partner_replied", UNREACHABLE, whom=partner)
            what, pressing = "that it is resolved", state.was_reached
            yield awaited(state, what, Party.VENDOR, "approve", UNRESOLVED, whom=TEAM, pressing=pressing)
        case S.DEPROVISIONING:
            what = f"customer {state.external_id} deprovisioned"
            yield awaited(state, what, None, "", whom="its own workflow")

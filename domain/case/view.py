"""A support case as people see it. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from domain.case.classification import SHOWN
from domain.case.clocks import breach_of
from domain.case.standing import (
    CLOSES,
    FIRST_RESPONSE,
    GOAL,
    GOAL_MISSED,
    IDENTIFICATION,
    PARTNER_WROTE,
    STATUS_UPDATE,
)
from domain.case.state import CaseState
from domain.case.states import CaseStage
from domain.sla import Clock, compliance
from domain.values import facts
from domain.view import Awaited, LifecycleView, Party, Step, awaited, tracker, view_of
from domain.working_time import in_json

S = CaseStage

IN_WORDS: Final = {
    S.ACKNOWLEDGED: "was received and waits for a first answer",
    S.PENDING: "waits for an answer of the partner",
    S.IN_PROGRESS: "is being worked on",
    S.RESOLVED: "is resolved and closes by itself",
    S.CLOSED: "is closed",
}

MISSED: Final = {
    f"{FIRST_RESPONSE}_breached": "Nobody answered the partner in time",
    f"{IDENTIFICATION}_breached": "The problem was not identified in time",
    f"{STATUS_UPDATE}_breached": "The partner was not told in time how it stands",
    PARTNER_WROTE: "The partner wrote after the case was resolved: read it, then send reopen or acknowledge",
    GOAL_MISSED: "There was no complete fix within the time that is striven for",
}

_AGENT: Final = "vendor, its support"


def case_view(state: CaseState, now: datetime) -> LifecycleView:
    """As of `now` (UTC)."""
    return view_of(
        state,
        now,
        missed=MISSED,
        troubles=_troubles(state),
        kind=f"{state.lifecycle}.{'s1' if state.critical else 'normal'}",
        what=f"Support case {state.case_id}",
        stage=state.stage,
        stage_in_words=IN_WORDS[state.stage],
        customer_id=state.customer_id,
        partner_id=state.partner_id,
        steps=_steps(state),
        awaiting=tuple(_awaiting(state)),
        facts=_facts(state, now),
    )


def _facts(state: CaseState, now: datetime) -> dict[str, str]:
    found = state.found
    clocks = list(state.clocks_at(now))
    return facts(
        severity=SHOWN[state.severity],
        priority_customer=_yes(state.priority_customer),
        service=state.service,
        service_covered=_yes(found.covered),
        account=found.account_id,
        region=found.region,
        data_centre=found.data_centre,
        large_user_account=_yes(found.large) if found.account_id else None,
        why=found.why or None,
        main_email=None if state.main_email_given else "not there yet (SUP-13)",
        channel=state.channel,
        came_through=state.came_through if found.right_door else None,
        right_door=found.right_door,
        received_at=state.received_at,
        minutes_lost=_minutes_lost(clocks),
        agent=state.agent_id,
        **{clock.name: _clock(state, clock) for clock in clocks},
        in_time=_share(clocks),
        closed_at=state.closed_at,
    )


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def _minutes_lost(clocks: list[Clock]) -> str | None:
    """From receipt until it was known that it is S1. AMB-36."""
    lost = max((clock.minutes_lost for clock in clocks), default=0)
    return str(lost) if lost else None


def _share(clocks: list[Clock]) -> str | None:
    """Of the clocks that are over; a dash where none is."""
    if not clocks:
        return None
    share = compliance(clocks)
    return "–" if share is None else f"{share:.0%}"


def _clock(state: CaseState, clock: Clock) -> str:
    """`running, due 2031-06-02T04:00:00Z`, `met, breached`."""
    due = breach_of(clock, state.service_time)
    said = [str(clock.state)]
    if clock.ended_at is not None:
        said.append(f"at {in_json(clock.ended_at)}")
    if clock.is_breached:
        said.append("breached")
    if due is not None:
        said.append(f"due {in_json(due)}")
    return ", ".join(said)


def _troubles(state: CaseState) -> Iterator[str]:
    if state.main_email_wanted:
        yield "The customer's main e-mail is not there: fill it in with set_main_email, until then it is no S1 (SUP-13)"
    if state.contradicted:
        others = ", ".join(state.found.contradicting)
        yield f"Identifiers lead to different accounts: {others} to another than account {state.found.account_id}"


def _steps(state: CaseState) -> tuple[Step, ...]:
    classified = state.classified_at if not state.identifier_wanted else None
    dated = [
        ("Received", state.received_at),
        ("Classified", classified),
        ("Responded", state.responded_at),
        ("Identified", state.identified_at),
        ("Resolved", state.resolved_at),
        ("Closed", state.closed_at),
    ]
    return tracker(((name, at is not None, at) for name, at in dated), closed=state.closed)


def _awaiting(state: CaseState) -> Iterator[Awaited]:
    partner = f"partner {state.partner_id}"
    match state.stage:
        case S.ACKNOWLEDGED:
            yield _owed(state, "a first answer to the partner", "respond", FIRST_RESPONSE)
        case S.PENDING if state.identifier_wanted:
            yield awaited(
                state, "the address of the account's SuperAdmin", Party.PARTNER, "set_main_email", whom=partner
            )
        case S.PENDING:
            yield awaited(state, "an answer to the question", Party.PARTNER, "partner_answered", whom=partner)
        case S.IN_PROGRESS:
            yield from _work(state)
        case S.RESOLVED:
            what = "a word that it is not solved"
            yield awaited(state, what, Party.PARTNER, "reopen", CLOSES, whom=partner, pressing=False)
    if state.main_email_wanted:
        yield awaited(state, "the address of the account's SuperAdmin", Party.VENDOR, "set_main_email", whom=_AGENT)


def _owed(state: CaseState, what: str, update: str, name: str) -> Awaited:
    """By an agent, until its clock is breached; of one that was, since when."""
    deadline = GOAL_MISSED if name == GOAL else f"{name}_breach"
    owed = awaited(state, what, Party.VENDOR, update, deadline, whom=_AGENT)
    clock = state.clocks.get(name)
    if clock is None or clock.has_ended or clock.breached_at is None:
        return owed
    return owed.model_copy(update={"until": clock.breached_at, "then": "overdue"})


def _work(state: CaseState) -> Iterator[Awaited]:
    if state.identified_at is None:
        yield _owed(state, "what the problem is", "identify", IDENTIFICATION)
    else:
        yield _owed(state, "a solution", "resolve", GOAL)
    if state.running(STATUS_UPDATE):
        what, pressing = "word to the partner how it stands", state.owes_status
        yield awaited(state, what, Party.VENDOR, "post_status", "status_due", whom=_AGENT, pressing=pressing)

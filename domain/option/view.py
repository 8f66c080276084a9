"""An option request as people see it. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from domain.option.messages import INQUIRIES, ContactOf, OptionKind
from domain.option.state import EXPECTED, OptionState
from domain.option.states import OptionStage
from domain.values import facts
from domain.view import Awaited, LifecycleView, Party, awaited, tracker, view_of

S = OptionStage

IN_WORDS: Final = {
    S.ACKNOWLEDGED: "was received and waits for the vendor",
    S.IN_PROGRESS: "is being worked on",
    S.COMPLETED: "is completed",
    S.REJECTED: "was rejected",
    S.CANCELLED: "was cancelled",
}

ASKS_FOR: Final = {
    OptionKind.LANGUAGE: "language {language} on {site}",
    OptionKind.SITE_SPLIT: "one more site, {new_site}, with {named_users} of the named users of {site}",
    OptionKind.CONTACT: "another {contact_of}",
    OptionKind.SESSION_TYPE: "the session type {session_type} on {site}",
    OptionKind.LOGO: "another logo on {site}: {logo}",
    OptionKind.RENEWAL_DATE: "the renewal date",
    OptionKind.CSM: "the Customer Success Manager",
    OptionKind.OTHER: "something else, which its start says",
}
"""What each kind is about, in words. OPT-02, OPT-04."""

CONTACTS: Final = {
    ContactOf.CUSTOMER: "contact of the customer",
    ContactOf.PARTNER: "contact of the partner",
    ContactOf.SITE_ADMINISTRATOR: "site administrator",
    ContactOf.RENEWAL_CONTACT: "renewal contact",
}

MISSED: Final = {EXPECTED: "There was no outcome by the day it was expected"}


def option_view(state: OptionState, now: datetime) -> LifecycleView:
    """As of `now` (UTC)."""
    answered = state.answer is not None
    return view_of(
        state,
        now,
        missed=MISSED,
        kind=f"{state.lifecycle}.{state.kind}",
        what=f"Option request {state.request_id} for {asked_for(state.kind, state.asked)}",
        stage=state.stage,
        stage_in_words="is answered" if answered else IN_WORDS[state.stage],
        customer_id=state.customer_id,
        partner_id=state.partner_id,
        steps=tracker(_steps(state), closed=state.closed),
        awaiting=_awaiting(state),
        facts=_facts(state),
    )


def asked_for(kind: OptionKind, asked: Mapping[str, str]) -> str:
    """In words."""
    whose = {"contact_of": CONTACTS[ContactOf(asked["contact_of"])]} if "contact_of" in asked else {}
    return ASKS_FOR[kind].format_map({**asked, **whose})


def _facts(state: OptionState) -> dict[str, str]:
    answer = {"answer": state.answer} if state.answer is not None else {}
    return facts(
        subscription=state.subscription_id,
        requested=state.kind,
        **state.asked,
        requested_at=state.requested_at,
        expected_at=state.expected_at,
        **answer,
        note=state.note,
        without_effect=state.without_effect,
        closed_at=state.closed_at,
        closing_reason=state.closing_reason,
    )


def _steps(state: OptionState) -> Iterator[tuple[str, bool, datetime | None]]:
    yield "Received", state.subscribed is not None, state.requested_at
    if state.kind in INQUIRIES:
        yield "Answered", state.stage is S.COMPLETED, state.closed_at
        return
    yield "Work begun", state.begun_at is not None, state.begun_at
    yield "Completed", state.stage is S.COMPLETED, state.closed_at


def _awaiting(state: OptionState) -> tuple[Awaited, ...]:
    match state.stage:
        case S.ACKNOWLEDGED if state.kind not in INQUIRIES:
            return (awaited(state, "the work begun", Party.VENDOR, "begin_work", EXPECTED),)
        case S.IN_PROGRESS:
            return (awaited(state, "the work done", Party.VENDOR, "complete", EXPECTED),)
        case _:
            return ()

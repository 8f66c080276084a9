"""Does a lifecycle still want what a link is for? Asked of its row as stored, so also while no worker runs. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from domain.device.row import DeviceRow
from domain.device.states import DeviceStage
from domain.lifecycle import LifecycleState
from domain.links import Purpose
from domain.order.messages import Terms
from domain.order.row import OrderRow
from domain.order.states import Stage
from domain.subscription.row import SubscriptionRow
from domain.trial.row import TrialRow
from domain.trial.states import TrialStage

TERMS: Final = {Purpose.PORT_TERMS: Terms.PORT, Purpose.AUDIO_TERMS: Terms.AUDIO}

UPDATES: Final = {
    Purpose.PORT_TERMS: "accept_terms",
    Purpose.AUDIO_TERMS: "accept_terms",
    Purpose.PROVISIONING: "submit_provisioning_form",
    Purpose.GRADUATION: "graduate",
    Purpose.CONSENT: "accept",
    Purpose.RETURN: "hand_over",
    Purpose.PAPERS: "ask_for_papers",
}
"""What each form sends. An option request is a start, and reminders are left out one by one."""

ALWAYS_GOOD: Final = frozenset({Purpose.REMINDERS})
"""Whatever mail somebody keeps, the reminders end by it: no newer one replaces it, and it grows not too old."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What a lifecycle says of a purpose."""

    open: bool
    answered_at: datetime | None = None
    """By whatever way it was answered."""

    why: str = ""
    """Why nobody is asked any more: the name of a text."""


def cause_of(purpose: Purpose, row: Any) -> Cause:
    """`row` is the lifecycle's; of an option request, its subscription's."""
    match row:
        case OrderRow():
            return _of_order(purpose, row)
        case TrialRow():
            return Cause(row.state.can_take("accept"), row.state.consented_at, _why_no_trial(row))
        case DeviceRow():
            return _of_device(purpose, row)
        case SubscriptionRow() if purpose is Purpose.OPTION:
            return Cause(not row.state.closed, why="terminated")
    return Cause(bool(courtesies_of(row.state)), why="no_reminders")


def courtesies_of(state: LifecycleState) -> list[str]:
    """Names of the reminders still to come that may be left out."""
    return [due.name for due in state.agenda.pending if due.ladder in state.courtesies]


def _of_order(purpose: Purpose, row: OrderRow) -> Cause:
    state = row.state
    why = {Stage.REJECTED: "rejected", Stage.CANCELLED: "cancelled"}.get(state.stage, "passed")
    if purpose is Purpose.REMINDERS:
        return Cause(bool(courtesies_of(state)), why="no_reminders")
    answered = {
        Purpose.PROVISIONING: state.form_submitted_at,
        Purpose.GRADUATION: state.closed_at if state.stage is Stage.COMPLETED else None,
    }
    if purpose in TERMS:
        terms = TERMS[purpose]
        is_open = state.can_take("accept_terms") and terms in state.missing_terms
        return Cause(is_open, state.terms_accepted.get(terms), why)
    return Cause(state.can_take(UPDATES[purpose]), answered[purpose], why)


def _why_no_trial(row: TrialRow) -> str:
    """Of a request that nobody accepted."""
    known = {"declined": "declined", "consent lapsed": "lapsed"}
    cancelled = row.state.stage is TrialStage.CANCELLED
    return known.get(row.state.closing_reason or "", "withdrawn") if cancelled else "passed"


def _of_device(purpose: Purpose, row: DeviceRow) -> Cause:
    state = row.state
    why = "back" if state.stage is DeviceStage.MATCHED else "on_its_way"
    match purpose:
        case Purpose.REMINDERS:
            return Cause(bool(courtesies_of(state)), why="no_reminders")
        case Purpose.PAPERS:
            return Cause(not state.closed, why=why)
        case _:
            return Cause(state.can_take("hand_over"), why=why)

"""What falls due for a customer if nobody does anything: dates that are set, and what follows from them. HUB-40. Pure.

Each state is copied, and goes on by its own functions: no date is computed here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from domain.compliance import standing as check
from domain.compliance.state import CheckState
from domain.deadlines import Deadline
from domain.device import state as device
from domain.device.state import DeviceState
from domain.lifecycle import Lifecycle, LifecycleState
from domain.mails import MailState
from domain.subscription import state as subscription
from domain.trial import state as trial
from domain.trial.losses import NUMBERS_RELEASED, Fate, Others, fate_of, losses_ahead
from domain.trial.state import TrialState
from domain.trial.states import LOST, TrialStage

AT_MOST: Final = 200
"""Moments of one customer: nobody reads more, and a page is never late for it."""

FOLLOWS: Final[Mapping[Lifecycle, Mapping[str, Callable[[Any, Deadline, datetime], None]]]] = {
    Lifecycle.TRIAL: {
        trial.CONSENT: lambda state, _due, at: state.consent_lapsed(at),
        trial.WARNING: TrialState.warn,
        trial.EXPIRES_TODAY: lambda state, _due, at: state.expires_today(at),
        trial.EXPIRED: lambda state, _due, at: state.expire(at),
        trial.LAST_CALL: TrialState.call_last,
        trial.GRACE_END: lambda state, _due, at: state.grace_ended(at),
        trial.NUMBERS: lambda state, _due, at: state.release_numbers(at),
    },
    Lifecycle.SUBSCRIPTION: {subscription.RENEWAL_DATE: lambda state, _due, at: state.miss_renewal(at)},
    Lifecycle.DEVICE: {
        device.EXPIRY: lambda state, _due, at: state.expire(at),
        device.REMINDERS: DeviceState.remind,
        device.RETURN_DUE: lambda state, _due, at: state.miss_return(at),
    },
    check.NAME: {
        check.REVIEW_LATE: CheckState.review_is_late,
        check.CONTACT: lambda state, _due, at: state.contact(at),
        check.LAST_CALL: CheckState.call_last,
        check.UNREACHABLE: CheckState.end_reached,
        check.UNRESOLVED: CheckState.end_reached,
    },
}
"""What a deadline does, by lifecycle and kind. From all others nothing follows but an alert or a mail: from those of
orders, option requests and wholesale customers, and from a case's clocks, whose deadlines are all set from the start.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """Something that falls due if nobody does anything."""

    lifecycle: Lifecycle
    subject: str
    deadline: Deadline
    armed: bool
    """Its date is set; else it follows from what comes before it."""

    lost: tuple[str, ...] = ()
    """What is gone for good then, by step. TRL-77 to TRL-80, AMB-48."""


def foreseen(
    states: Iterable[LifecycleState], now: datetime, others: Mapping[str, Others] | None = None
) -> list[Foreseen]:
    """Of all these lifecycles, the next first. `others`: what the customer has beside a trial, by the trial's id.

    What an operator holds stands still: of it only the dates that are set. AMB-51."""
    known = list(states)
    held = (state for state in known if state.held_by_operator is not None)
    found = [_found(state, due, armed=True) for state in held for due in state.agenda.pending]
    running = [state.model_copy(deep=True) for state in known if state.held_by_operator is None]
    found += _Course(running, others or {}).from_(now)
    return sorted(found, key=lambda each: each.deadline.at)


class _Armed(NamedTuple):
    state: tuple[Lifecycle, str]
    name: str
    at: datetime


def _armed(state: LifecycleState, due: Deadline) -> _Armed:
    return _Armed((state.lifecycle, state.subject), due.name, due.at)


def _found(state: LifecycleState, due: Deadline, *, armed: bool, lost: tuple[str, ...] = ()) -> Foreseen:
    return Foreseen(lifecycle=state.lifecycle, subject=state.subject, deadline=due, armed=armed, lost=lost)


@dataclass
class _Course:
    """Lifecycles that go on by themselves."""

    states: list[LifecycleState]
    others: Mapping[str, Others]
    found: list[Foreseen] = field(default_factory=list)

    def from_(self, now: datetime) -> list[Foreseen]:
        """To the end of all of them."""
        armed = {_armed(state, due) for state in self.states for due in state.agenda.pending}
        for state in self.states:
            self._settle(state, now)
        while len(self.found) < AT_MOST and (following := self._next()) is not None:
            state, at = following
            for due in state.agenda.take_due(max(at, now)).act:
                lost = self._falls_due(state, due, max(at, now))
                self.found.append(_found(state, due, armed=_armed(state, due) in armed, lost=lost))
        return self.found

    def _next(self) -> tuple[LifecycleState, datetime] | None:
        coming = [(state, due.at) for state in self.states if (due := state.agenda.next()) is not None]
        return min(coming, key=lambda each: each[1], default=None)

    def _falls_due(self, state: LifecycleState, due: Deadline, at: datetime) -> tuple[str, ...]:
        """What is lost by it."""
        if follow := FOLLOWS.get(state.lifecycle, {}).get(due.kind):
            follow(state, due, at)
        return self._settle(state, at)

    def _settle(self, state: LifecycleState, at: datetime) -> tuple[str, ...]:
        """Mails go out, and what a moment began is brought to its end; what is lost by it."""
        self._mails_go_out(state, at)
        lost: tuple[str, ...] = ()
        match state:
            case TrialState():
                lost = self._end_of_trial(state, at)
                self._mails_go_out(state, at)
            case CheckState() if state.time_is_up and state.screening is not None:
                state.looked_last(state.screening, at)
                self._mails_go_out(state, at)
        return lost

    def _mails_go_out(self, state: LifecycleState, at: datetime) -> None:
        for mail in state.mails_in(MailState.PENDING):
            state.mail_reported(mail.key, MailState.SENT, at, at)

    def _end_of_trial(self, state: TrialState, at: datetime) -> tuple[str, ...]:
        """No paid order is found, and what nobody else gives is lost. TRL-77 to TRL-80, AMB-48 to AMB-51."""
        others = self.others.get(state.trial_id, Others())
        fates: list[Fate] = []
        if state.grace_over and state.stage is TrialStage.EXPIRED_GRACE:
            state.looked_last(any(fate.lost for fate in losses_ahead(state.tried, others)), at)
        for step in state.losses_to_come:
            fates.append(fate_of(step, state.tried, others))
            state.step_taken(fates[-1], at)
        if state.numbers_due and not state.closed:
            fates.append(fate_of(NUMBERS_RELEASED, state.tried, others))
            state.numbers_taken(fates[-1], at)
        if state.stage in LOST:
            self._call_devices_back(state, at)
        return tuple(fate.step for fate in fates if fate.lost)

    def _call_devices_back(self, trial: TrialState, at: datetime) -> None:
        """The trial is over: what it lent goes back, before its own date, too. TRL-67."""
        for state in self.states:
            if isinstance(state, DeviceState) and state.trial_id == trial.trial_id:
                early = [due for due in state.agenda.pending if due.kind == device.EXPIRY]
                state.trial_over(at)
                self._mails_go_out(state, at)
                self.found += [_found(state, due.model_copy(update={"at": at}), armed=False) for due in early]

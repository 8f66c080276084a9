"""What falls due for a customer if nobody does anything: dates that are set, and what follows from them. HUB-40. Pure.

Each life is copied, and lives on by its own functions: no date is computed here.
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
        trial.CONSENT: lambda life, _due, at: life.consent_lapsed(at),
        trial.WARNING: TrialState.warn,
        trial.EXPIRES_TODAY: lambda life, _due, at: life.expires_today(at),
        trial.EXPIRED: lambda life, _due, at: life.expire(at),
        trial.LAST_CALL: TrialState.call_last,
        trial.GRACE_END: lambda life, _due, at: life.grace_ended(at),
        trial.NUMBERS: lambda life, _due, at: life.release_numbers(at),
    },
    Lifecycle.SUBSCRIPTION: {subscription.RENEWAL_DATE: lambda life, _due, at: life.miss_renewal(at)},
    Lifecycle.DEVICE: {
        device.EXPIRY: lambda life, _due, at: life.expire(at),
        device.REMINDERS: DeviceState.remind,
        device.RETURN_DUE: lambda life, _due, at: life.miss_return(at),
    },
    check.NAME: {
        check.REVIEW_LATE: CheckState.review_is_late,
        check.CONTACT: lambda life, _due, at: life.contact(at),
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
    """Of all these lives, the next first. `others`: what the customer has beside a trial, by the trial's id.

    What an operator holds stands still: of it only the dates that are set. AMB-51."""
    known = list(states)
    held = (life for life in known if life.held_by_operator is not None)
    found = [_seen(life, due, armed=True) for life in held for due in life.agenda.pending]
    running = [life.model_copy(deep=True) for life in known if life.held_by_operator is None]
    found += _Course(running, others or {}).from_(now)
    return sorted(found, key=lambda each: each.deadline.at)


class _Armed(NamedTuple):
    life: tuple[Lifecycle, str]
    name: str
    at: datetime


def _armed(life: LifecycleState, due: Deadline) -> _Armed:
    return _Armed((life.lifecycle, life.subject), due.name, due.at)


def _seen(life: LifecycleState, due: Deadline, *, armed: bool, lost: tuple[str, ...] = ()) -> Foreseen:
    return Foreseen(lifecycle=life.lifecycle, subject=life.subject, deadline=due, armed=armed, lost=lost)


@dataclass
class _Course:
    """Lives that go on by themselves."""

    lives: list[LifecycleState]
    others: Mapping[str, Others]
    found: list[Foreseen] = field(default_factory=list)

    def from_(self, now: datetime) -> list[Foreseen]:
        """To the end of all of them."""
        armed = {_armed(life, due) for life in self.lives for due in life.agenda.pending}
        for life in self.lives:
            self._settle(life, now)
        while len(self.found) < AT_MOST and (following := self._next()) is not None:
            life, at = following
            for due in life.agenda.take_due(max(at, now)).act:
                lost = self._falls_due(life, due, max(at, now))
                self.found.append(_seen(life, due, armed=_armed(life, due) in armed, lost=lost))
        return self.found

    def _next(self) -> tuple[LifecycleState, datetime] | None:
        coming = [(life, due.at) for life in self.lives if (due := life.agenda.next()) is not None]
        return min(coming, key=lambda each: each[1], default=None)

    def _falls_due(self, life: LifecycleState, due: Deadline, at: datetime) -> tuple[str, ...]:
        """What is lost by it."""
        if follow := FOLLOWS.get(life.lifecycle, {}).get(due.kind):
            follow(life, due, at)
        return self._settle(life, at)

    def _settle(self, life: LifecycleState, at: datetime) -> tuple[str, ...]:
        """Mails go out, and what a moment began is brought to its end; what is lost by it."""
        self._mails_go_out(life, at)
        lost: tuple[str, ...] = ()
        match life:
            case TrialState():
                lost = self._end_of_trial(life, at)
                self._mails_go_out(life, at)
            case CheckState() if life.time_is_up and life.screening is not None:
                life.looked_last(life.screening, at)
                self._mails_go_out(life, at)
        return lost

    def _mails_go_out(self, life: LifecycleState, at: datetime) -> None:
        for mail in life.mails_in(MailState.PENDING):
            life.mail_reported(mail.key, MailState.SENT, at, at)

    def _end_of_trial(self, life: TrialState, at: datetime) -> tuple[str, ...]:
        """No paid order is found, and what nobody else gives is lost. TRL-77 to TRL-80, AMB-48 to AMB-51."""
        others = self.others.get(life.trial_id, Others())
        fates: list[Fate] = []
        if life.grace_over and life.stage is TrialStage.EXPIRED_GRACE:
            life.looked_last(any(fate.lost for fate in losses_ahead(life.tried, others)), at)
        for step in life.losses_to_come:
            fates.append(fate_of(step, life.tried, others))
            life.step_taken(fates[-1], at)
        if life.numbers_due and not life.closed:
            fates.append(fate_of(NUMBERS_RELEASED, life.tried, others))
            life.numbers_taken(fates[-1], at)
        if life.stage in LOST:
            self._call_devices_back(life, at)
        return tuple(fate.step for fate in fates if fate.lost)

    def _call_devices_back(self, trial: TrialState, at: datetime) -> None:
        """The trial is over: what it lent goes back, before its own date, too. TRL-67."""
        for life in self.lives:
            if isinstance(life, DeviceState) and life.trial_id == trial.trial_id:
                early = [due for due in life.agenda.pending if due.kind == device.EXPIRY]
                life.trial_over(at)
                self._mails_go_out(life, at)
                self.found += [_seen(life, due.model_copy(update={"at": at}), armed=False) for due in early]

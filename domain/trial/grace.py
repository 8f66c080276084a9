"""From a trial's expiry to its end: last calls, one last look, what is lost and what is spared. ADR 11, ADR 15."""

from datetime import date, datetime
from typing import Final

from domain.deadlines import Deadline
from domain.mails import MailState, Role, numbered
from domain.operator import Resume
from domain.trial.losses import CALLING_CONFIGURATION, LICENCES, Fate
from domain.trial.mails import TrialMail
from domain.trial.policy import PROMPT
from domain.trial.standing import TrialStanding
from domain.trial.states import TrialEvent, TrialStage
from domain.values import in_days
from domain.working_time import days_left, local_day

LAST_CALL = "last_call"
GRACE_END = "grace_ends"
NUMBERS = "numbers_released"

ANNOUNCED: Final = (MailState.SENT, MailState.UNKNOWN, MailState.REFUSED)
"""What was done about a mail that counts as an announcement; one that was moot or still waits does not."""


class TrialGrace(TrialStanding):
    """The end of one trial. TRL-71 to TRL-80, AMB-48 to AMB-51."""

    def expire(self, now: datetime) -> None:
        """E is over: the Expired tag and 30 days of grace, and the mails of E, if they did not go out on E. TRL-71 to
        TRL-76."""
        self._move(TrialEvent.EXPIRED, now, expires_on=self.expires_on, grace_access=self.policy.grace_access)
        self.expired_at = now
        if self.grace_ends_on is not None:
            self._arm_grace(self.grace_ends_on)
        self._tell_of_expiry("after" if self._moot_on_its_day() else "")

    def _tell_of_expiry(self, occurrence: str = "") -> None:
        """Once for this E: on the day itself or, if nothing ran or an operator held the trial, after. AMB-47."""
        self._post_to_customer(TrialMail.TRIAL_EXPIRED, occurrence, self.expires_at, self.expires_on)
        self._post_to_partner(TrialMail.TRIAL_EXPIRED_PARTNER, occurrence, self.expires_at, self.expires_on)

    def _moot_on_its_day(self) -> bool:
        """A paid order named the trial that morning; if it came to nothing by midnight, they go out all the same.
        AMB-53."""
        of_e = (TrialMail.TRIAL_EXPIRED, TrialMail.TRIAL_EXPIRED_PARTNER)
        moot = self.mails_in(MailState.MOOT)
        return any(mail.kind in of_e and mail.day == self.expires_on for mail in moot)

    def _arm_grace(self, last_day: date) -> None:
        for before in self.policy.last_call:
            at, label = self.notice_at(last_day - before), f"Last call, {in_days(before)} before the loss"
            deadline = Deadline(kind=LAST_CALL, days=before.days, at=at, ladder=LAST_CALL, label=label)
            self.agenda.arm(deadline)
        self._end_grace_on(last_day)

    def _end_grace_on(self, day: date) -> None:
        label = "Grace ends: the trial is lost for good"
        deadline = Deadline(kind=GRACE_END, at=self.end_of(day), ladder=LAST_CALL, label=label)
        self.agenda.arm(deadline, again=True)

    def call_last(self, deadline: Deadline, now: datetime) -> None:
        """What cannot be undone is announced to whoever can still stop it. TRL-78."""
        if self.loss_announced_on is None and self._is_too_late(self._day_announced(now)):
            self._prolong_grace(now)
        self._announce_loss(deadline.name, now)

    def _announce_loss(self, occurrence: str, now: datetime) -> None:
        self.journal.note("trial.loss_announced", now, grace_ends_at=self.grace_ends_at)
        self._post_to_customer(TrialMail.TRIAL_LAST_CALL, occurrence, self.grace_ends_at)
        self._post_to_partner(TrialMail.TRIAL_LAST_CALL, occurrence, self.grace_ends_at)

    def mail_reported(
        self, key: str, state: MailState, sent_at: datetime | None, now: datetime, answer: str = ""
    ) -> None:
        """A last call counts only when it is out. TRL-78."""
        super().mail_reported(key, state, sent_at, now, answer)
        if self.mails[key].kind == TrialMail.TRIAL_LAST_CALL and state in ANNOUNCED and self.loss_announced_on is None:
            self.loss_announced_on = self._day_announced(now)

    def _day_announced(self, now: datetime) -> date:
        """What goes out promptly after the end of a day still counts for that day."""
        return local_day(now - PROMPT, self.rules)

    def _is_too_late(self, day: date) -> bool:
        """Is the end of grace less than the shortest announcement away from a day?"""
        return self.grace_ends_on is not None and day + min(self.policy.last_call) > self.grace_ends_on

    def resume(self, message: Resume, now: datetime) -> None:
        """Held beyond the end of grace, what was announced before counts no longer: it was not true. AMB-51."""
        super().resume(message, now)
        if self.stage is TrialStage.EXPIRED_GRACE and self.grace_ends_at and now >= self.grace_ends_at:
            self.loss_announced_on = None

    def grace_ended(self, now: datetime) -> None:
        """The moment is reached; one last look decides. TRL-77."""
        self.grace_over = True
        self.journal.note("trial.grace_end_reached", now, grace_ends_at=self.grace_ends_at)

    def looked_last(self, anything_to_lose: bool, now: datetime) -> None:
        """There is no paid order: the trial lapses, unless something would go that was not announced. TRL-78."""
        if anything_to_lose and self._is_unannounced(now):
            self.grace_over = False
            self._prolong_grace(now)
            if not self._calls_under_way():
                self._announce_loss(f"{LAST_CALL}/late/{self.grace_ends_on}", now)
        else:
            self.lapse(now)

    def _is_unannounced(self, now: datetime) -> bool:
        """It was not announced long enough before, or not for this day: nothing ran when it came. AMB-51."""
        if not self.policy.last_call or self.grace_ends_at is None:
            return False
        if self.loss_announced_on is None or now - self.grace_ends_at > PROMPT:
            return True
        return self._is_too_late(self.loss_announced_on)

    def grace_days_left(self, now: datetime) -> int | None:
        """While it is in grace. Past its end, nothing is lost before it was announced anew. TRL-74, AMB-51."""
        if self.stage is not TrialStage.EXPIRED_GRACE or self.grace_ends_on is None:
            return None
        left = days_left(self.grace_ends_on, now, self.rules)
        return left if left >= 0 else min((before.days for before in self.policy.last_call), default=0)

    def _calls_under_way(self) -> bool:
        """They will name the new day when they leave."""
        return any(mail.kind == TrialMail.TRIAL_LAST_CALL for mail in self.mails_in(MailState.PENDING))

    def _prolong_grace(self, now: datetime) -> None:
        """An operator held the trial, or nothing ran: grace goes on for as long as the shortest announcement."""
        last_day = local_day(now, self.rules) + min(self.policy.last_call)
        if self.grace_ends_on is None or last_day > self.grace_ends_on:
            self.grace_moved_to = last_day
            self.loss_announced_on = None
            self._end_grace_on(last_day)
            self.journal.note("trial.grace_prolonged", now, grace_ends_at=self.grace_ends_at)

    def lapse(self, now: datetime) -> None:
        """Irreversible from here: conversion is refused, the losses follow. TRL-77, TRL-78."""
        self._move(TrialEvent.GRACE_ENDED, now)
        self.lapsed_at = now
        if self.numbers_until is not None:
            self._move(TrialEvent.NUMBERS_RETAINED, now, until=self.numbers_until)

    def step_taken(self, fate: Fate, now: datetime) -> None:
        """One step of the end, as the store decided it; after the last the users get mail. TRL-75, AMB-48."""
        if fate.lost:
            self.lost = (*self.lost, fate.step)
            self.journal.note("trial.lost", now, what=fate.step, of=", ".join(fate.lost))
        if fate.spared:
            self.spared = {**self.spared, fate.step: fate.in_words}
            self.journal.note("trial.spared", now, what=fate.step, why=fate.in_words)
        if fate.step == LICENCES:
            self.ended = fate.lost
        if fate.step == CALLING_CONFIGURATION and fate.lost:
            self.calling_lost_at = now
        if not self.losses_to_come:
            self._all_steps_taken(now)

    def _all_steps_taken(self, now: datetime) -> None:
        """Numbers wait for their day, counted from the loss; never are they gone before anything else. AMB-50."""
        if self.ended:
            for number in range(self.users):
                self.post(TrialMail.TRIAL_ACCESS_ENDED, to=numbered(Role.TRIAL_USER, number))
        if self.numbers_until is not None:
            self.agenda.arm(Deadline(kind=NUMBERS, at=self.numbers_until, label="Phone numbers are released"))
        elif self.stage is TrialStage.NUMBERS_RETAINED:
            self._move(TrialEvent.NUMBERS_SPARED, now)
            self.closed_at = now
        else:
            self.closed_at = now

    def release_numbers(self, now: datetime) -> None:
        """E + 45 days, never before; one last look decides whether they go. TRL-80, AMB-13."""
        self.numbers_due = True
        self.journal.note("trial.numbers_due", now)

    def numbers_taken(self, fate: Fate, now: datetime) -> None:
        """They are gone, or somebody else gives Calling by now. AMB-48."""
        if fate.lost:
            self._move(TrialEvent.NUMBERS_RELEASED, now, what=fate.step, of=", ".join(fate.lost))
        else:
            self.spared = {**self.spared, fate.step: fate.in_words}
            self._move(TrialEvent.NUMBERS_SPARED, now, what=fate.step, why=fate.in_words)
        self.closed_at = now

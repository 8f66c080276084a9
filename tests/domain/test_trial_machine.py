"""Any sequence of messages and elapsed days, against a small model of domain.md §10.2."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.mails import MailKind
from domain.trial import trial
from domain.trial.messages import Service
from domain.trial.states import NEXT, TrialStage
from domain.trial.trial import TrialLife
from domain.values import Refused
from domain.working_time import end_of_day, local_day
from tests.makers import MONDAY, a_customer, a_paid_customer_s_trial, converted, ended, extended

ZONES = {"Asia/Tokyo": "JP", "America/Los_Angeles": "US", "Europe/Paris": "FR"}
REACHABLE = set(NEXT.values())


class TrialMachine(RuleBasedStateMachine):
    """The trial under test is driven as its story drives it; the model keeps E and what must have been mailed."""

    @initialize(zone=st.sampled_from(sorted(ZONES)), length=st.integers(1, 60), calling=st.booleans())
    def start(self, zone: str, length: int, calling: bool) -> None:
        self.zone, self.now = zone, MONDAY
        service = Service.CALLING if calling else Service.MEETINGS
        customer = a_customer(zone=zone, country=ZONES[zone])
        self.life = TrialLife.placed(a_paid_customer_s_trial("T-1", service, customer=customer, days=length), MONDAY)
        self.life.begin(MONDAY)
        self.expected_e: date = local_day(MONDAY, zone) + timedelta(days=length)
        self.must_have_warned: set[date] = set()
        self.released_at: datetime | None = None
        self.service = service
        self.settle()

    def settle(self) -> None:
        """Act on everything due, as workflows/lifecycle.py does."""
        for deadline in self.life.agenda.take_due(self.now).act:
            name = deadline.name.split("/")[0]
            match name:
                case trial.WARNING:
                    self.life.warn(deadline, self.now)
                case trial.EXPIRED:
                    self.life.expire(self.now)
                case trial.LAST_CALL:
                    self.life.call_last(deadline, self.now)
                case trial.GRACE_END:
                    self.life.grace_ended(self.now)
                case trial.NUMBERS:
                    self.life.release_numbers(self.now)
                    self.released_at = self.now
        if self.life.grace_over and self.life.stage is TrialStage.EXPIRED_GRACE:
            self.life.lapse(self.now)
        self._note_what_must_have_been_mailed()

    def _note_what_must_have_been_mailed(self) -> None:
        if self.life.stage is TrialStage.TRIALING and self.now >= self.end(self.expected_e - timedelta(days=7)):
            self.must_have_warned.add(self.expected_e)

    def end(self, day: date) -> datetime:
        return end_of_day(day, self.zone)

    @rule(number=st.integers(0, 20))
    def days_pass(self, number: int) -> None:
        """Deadline by deadline, as timers fire."""
        target = self.now + timedelta(days=number, hours=1)
        while (deadline := self.life.agenda.next()) is not None and deadline.at <= target:
            self.now = max(self.now, deadline.at)
            self.settle()
        self.now = target
        self.settle()

    @rule(number=st.integers(1, 30))
    def extend(self, number: int) -> None:
        if self.life.stage is TrialStage.TRIALING:
            self.life.extend(extended(number, shorten=True), self.now)
            self.expected_e = local_day(self.now, self.zone) + timedelta(days=number)
            self.settle()
        else:
            with pytest.raises(Refused):
                self.life.extend(extended(number, shorten=True), self.now)

    @rule()
    def convert(self) -> None:
        if self.life.stage in {TrialStage.TRIALING, TrialStage.EXPIRED_GRACE}:
            self.life.convert(converted(self.service), self.now)
        else:
            with pytest.raises(Refused):
                self.life.convert(converted(self.service), self.now)

    @rule()
    def cancel(self) -> None:
        if self.life.stage is TrialStage.TRIALING:
            self.life.cancel(ended(), self.now)
        else:
            with pytest.raises(Refused):
                self.life.cancel(ended(), self.now)

    @invariant()
    def the_expiry_is_the_model_s(self) -> None:
        assert self.life.expires_on == self.expected_e

    @invariant()
    def the_stage_is_one_of_the_table(self) -> None:
        assert self.life.stage in REACHABLE

    @invariant()
    def no_deadline_of_the_past_is_pending(self) -> None:
        assert all(deadline.at > self.now for deadline in self.life.agenda.pending)

    @invariant()
    def every_e_that_came_near_was_warned_of_once(self) -> None:
        warned = [mail.occurrence for mail in self.life.mails.values() if mail.kind is MailKind.TRIAL_EXPIRING]
        assert len(warned) == len(set(warned)), "no mail twice"
        assert self.must_have_warned <= {date.fromisoformat(occurrence.split("/")[0]) for occurrence in warned}

    @invariant()
    def expiry_mails_went_out_exactly_when_it_expired(self) -> None:
        told = [mail for mail in self.life.mails.values() if mail.kind is MailKind.TRIAL_EXPIRED]
        assert len(told) == (1 if self.life.expired_at else 0)
        assert self.life.expired_at is None or self.life.expired_at >= self.end(self.expected_e)

    @invariant()
    def nothing_is_lost_before_e_plus_30_and_no_number_before_e_plus_45(self) -> None:
        if self.life.stage.startswith(TrialStage.LAPSED):
            assert self.now >= self.end(self.expected_e + timedelta(days=30))
        if self.released_at is not None:
            assert self.released_at >= self.end(self.expected_e + timedelta(days=45))

    @invariant()
    def time_is_utc(self) -> None:
        assert self.now.tzinfo is UTC


TestTrialMachine = TrialMachine.TestCase
TestTrialMachine.settings = settings(max_examples=80, stateful_step_count=20, deadline=None)

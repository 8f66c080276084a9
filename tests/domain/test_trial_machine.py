"""Any sequence of messages and elapsed days, against a small model of domain.md §10.2 and the mails of §9.1."""

from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.deadlines import Deadline
from domain.mails import MailState
from domain.operator import Hold, Resume
from domain.trial import state as trial
from domain.trial.losses import NUMBERS_RELEASED, Others, fate_of
from domain.trial.mails import TrialMail
from domain.trial.messages import (
    AcceptTrial,
    DeclineTrial,
    EditServices,
    ExtendTrial,
    GiveDetails,
    ReportServicesBuilt,
    ResendConsent,
    Service,
    TrialKind,
    WithdrawTrial,
)
from domain.trial.state import TrialState
from domain.trial.states import NEXT, TrialStage
from domain.values import Message, Refused
from domain.working_time import at_local_time, end_of_day, local_day
from tests.makers import (
    MONDAY,
    a_customer,
    a_person,
    a_trial,
    an_administrator,
    converted,
    ended,
    extended,
    known,
)

ZONES = {"Asia/Tokyo": "JP", "America/Los_Angeles": "US", "Europe/Paris": "FR"}
REACHABLE = set(NEXT.values())
S, K = TrialStage, TrialMail

CUSTOMERS, PARTNERS, USERS, ASKED = 3, 2, 2, 2
"""Administrators of the customer and the partner, users; and who is asked: the address given, one full one. TRL-24."""

STEPS: dict[TrialStage, dict[str, TrialStage]] = {
    S.AWAITING_CONSENT: {
        "accept": S.AWAITING_DETAILS,
        "decline": S.CANCELLED,
        "withdraw": S.CANCELLED,
        "resend": S.AWAITING_CONSENT,
    },
    S.AWAITING_DETAILS: {
        "withdraw": S.CANCELLED,
        "resend": S.AWAITING_DETAILS,
        "give_details": S.PROVISIONING,
    },
    S.PROVISIONING: {"report_services_built": S.TRIALING, "cancel": S.CANCELLED},
    S.TRIALING: {"extend": S.TRIALING, "edit_services": S.TRIALING, "cancel": S.CANCELLED, "convert": S.CONVERTED},
    S.EXPIRED_GRACE: {"convert": S.CONVERTED},
}
"""What people may tell it, and what it is then. Everything else is refused and changes nothing."""


class TrialMachine(RuleBasedStateMachine):
    """The trial under test is driven as its story drives it. The model reckons in the customer's calendar days."""

    @initialize(
        zone=st.sampled_from(sorted(ZONES)),
        length=st.integers(1, 60),
        calling=st.booleans(),
        kind=st.sampled_from(TrialKind),
    )
    def start(self, zone: str, length: int, calling: bool, kind: TrialKind) -> None:
        self.zone, self.now, self.length = zone, MONDAY, length
        self.services = {Service.CALLING if calling else Service.MEETINGS}
        self.had_calling = calling
        start = a_trial(
            "T-1",
            *self.services,
            kind=kind,
            confirmed_organization=True,
            customer=a_customer(zone=zone, country=ZONES[zone]),
            administrators=(
                an_administrator("full@akasaka.example.com", full=True),
                an_administrator("ro@akasaka.example.com"),
            ),
            partner_administrators=(a_person("other@hikari.example.com"),),
            users=tuple(a_person(f"user{number}@akasaka.example.com") for number in range(USERS)),
            days=length,
        )
        self.state = TrialState.placed(start, MONDAY)
        self.state.begin(MONDAY)
        self.stage = {
            TrialKind.NEW_CUSTOMER: S.PROVISIONING,
            TrialKind.EXISTING_CUSTOMER: S.AWAITING_CONSENT,
            TrialKind.PAYING_CUSTOMER: S.TRIALING,
        }[kind]
        self.mails = Counter[str]()
        self.consent_until = self.today + timedelta(days=10)
        self.e: date | None = None
        self.warned: set[date] = set()
        self.told_of: set[date] = set()
        self.called: set[int] = set()
        self.told_on: date | None = None
        self.grace_until: date | None = None
        self.held = False
        self.lost_at: datetime | None = None
        self.released_at: datetime | None = None
        if self.stage is S.AWAITING_CONSENT:
            self.mails[K.TRIAL_CONSENT] += ASKED
        if self.stage is S.TRIALING:
            self.mails[K.TRIAL_STARTED] += CUSTOMERS
            self.e = self.today + timedelta(days=length)
        self.settle()

    @property
    def today(self) -> date:
        return local_day(self.now, self.zone)

    def over(self, day: date | None, before: int = 0) -> bool:
        """Has that day ended, or the one so many days before?"""
        return day is not None and self.now >= end_of_day(day - timedelta(days=before), self.zone)

    def announced(self, day: date | None, before: int = 0) -> bool:
        """Is it past nine of that day, or of the one so many days before? AMB-47."""
        return day is not None and self.now >= at_local_time(day - timedelta(days=before), time(9), self.zone)

    # Time.

    def settle(self) -> None:
        """Everything due happens, in the trial and in the model."""
        if not self.held:
            self.drive()
            self.expect()

    def drive(self) -> None:
        """As workflows/trial.py does."""
        for deadline in self.state.agenda.take_due(self.now).act:
            self.meet(deadline)
        for mail in self.state.mails_in(MailState.PENDING):
            self.state.mail_reported(mail.key, MailState.SENT, self.now, self.now)
        if self.state.grace_over and self.state.stage is S.EXPIRED_GRACE:
            self.state.looked_last(anything_to_lose=True, now=self.now)
            self.lost_at = self.now if self.state.lapsed_at else None
            for step in self.state.losses_to_come:
                self.state.step_taken(fate_of(step, self.state.tried, Others()), self.now)
        if self.state.numbers_due and not self.state.closed:
            self.state.numbers_taken(fate_of(NUMBERS_RELEASED, self.state.tried, Others()), self.now)
            self.released_at = self.now
        if any(mail.state is MailState.PENDING for mail in self.state.mails.values()) or any(
            deadline.at <= self.now for deadline in self.state.agenda.pending
        ):
            self.drive()

    def meet(self, deadline: Deadline) -> None:
        match deadline.kind:
            case trial.CONSENT:
                self.state.consent_lapsed(self.now)
            case trial.WARNING:
                self.state.warn(deadline, self.now)
            case trial.EXPIRES_TODAY:
                self.state.expires_today(self.now)
            case trial.EXPIRED:
                self.state.expire(self.now)
            case trial.LAST_CALL:
                self.state.call_last(deadline, self.now)
            case trial.GRACE_END:
                self.state.grace_ended(self.now)
            case trial.NUMBERS:
                self.state.release_numbers(self.now)

    def expect(self) -> None:
        """As domain.md says."""
        if self.stage is S.AWAITING_CONSENT and self.over(self.consent_until):
            self.stage = S.CANCELLED
        if self.stage is S.TRIALING and self.over(self.e):
            self.expire()
        elif self.stage is S.TRIALING and self.announced(self.e):
            self.tell_of_e()
        elif self.stage is S.TRIALING and self.announced(self.e, 7) and self.e not in self.warned:
            self.warned.add(known(self.e))
            self.mails += Counter({K.TRIAL_EXPIRING: CUSTOMERS, K.TRIAL_EXPIRING_PARTNER: PARTNERS})
        if self.stage is S.EXPIRED_GRACE:
            self.grace()
        if self.stage is S.NUMBERS_RETAINED and self.over(self.grace_until, -15):
            self.stage = S.NUMBERS_RELEASED

    def expire(self) -> None:
        self.stage = S.EXPIRED_GRACE
        self.grace_until = known(self.e) + timedelta(days=30)
        self.tell_of_e()

    def tell_of_e(self) -> None:
        """On E, or after it if nothing ran; once."""
        if self.e not in self.told_of:
            self.told_of.add(known(self.e))
            self.warned.add(known(self.e))
            self.mails += Counter({K.TRIAL_EXPIRED: CUSTOMERS, K.TRIAL_EXPIRED_PARTNER: PARTNERS})

    def grace(self) -> None:
        due = [before for before in (1, 7) if self.announced(self.e, before - 30)]
        tomorrow = self.today + timedelta(days=1)
        if self.over(self.grace_until) and self.told_on and self.told_on < known(self.grace_until):
            self.stage = S.NUMBERS_RETAINED if self.had_calling else S.LAPSED
            self.mails[K.TRIAL_ACCESS_ENDED] += USERS
        elif self.over(self.grace_until):
            self.grace_until = tomorrow
            self.call(0, self.called_on)
        elif due and self.called.isdisjoint({0, due[0]}):
            if self.told_on is None and self.called_on + timedelta(days=1) > known(self.grace_until):
                self.grace_until = tomorrow
            self.call(due[0], self.called_on)

    @property
    def called_on(self) -> date:
        """A call within a quarter of an hour after midnight counts for the day before."""
        return local_day(self.now - timedelta(minutes=15), self.zone)

    def call(self, before: int, day: date) -> None:
        self.called.add(before)
        self.told_on = self.told_on if before and self.told_on else day
        self.mails[K.TRIAL_LAST_CALL] += CUSTOMERS + PARTNERS

    @rule(number=st.integers(0, 40))
    def days_pass(self, number: int) -> None:
        """Deadline by deadline, as timers fire; while it is held none does."""
        target = self.now + timedelta(days=number, hours=1)
        while not self.held and (deadline := self.state.agenda.next()) is not None and deadline.at <= target:
            self.now = max(self.now, deadline.at)
            self.settle()
        self.now = target
        self.settle()

    # People.

    def messages(self) -> dict[str, Message]:
        """One of each that fits this trial, in whatever stage it is."""
        return {
            "accept": AcceptTrial(by="admin-1"),
            "decline": DeclineTrial(by="admin-1"),
            "resend": ResendConsent(by="hikari"),
            "withdraw": WithdrawTrial(by="hikari"),
            "give_details": GiveDetails(by="hikari"),
            "report_services_built": ReportServicesBuilt(by="vendor-build", services=self.state.services),
            "extend": extended(20, shorten=True),
            "edit_services": EditServices(by="hikari", add=(Service.CONTACT_CENTER,)),
            "convert": converted(*self.services),
            "cancel": ended(),
        }

    @rule()
    def what_the_stage_does_not_allow_is_refused_and_leaves_no_trace(self) -> None:
        before = self.state.model_dump_json()
        for what, message in self.messages().items():
            if what not in STEPS.get(self.stage, {}):
                with pytest.raises(Refused):
                    self.tell(what, message)
        assert self.state.model_dump_json() == before

    def tell(self, what: str, message: Message) -> None:
        """As the story's handlers do."""
        if isinstance(message, ExtendTrial):
            self.state.check_extend(message, self.now)
        getattr(self.state, what)(message, self.now)

    def allows(self, what: str) -> bool:
        return what in STEPS.get(self.stage, {})

    def told(self, what: str, message: Message | None = None) -> None:
        self.tell(what, message or self.messages()[what])
        self.stage = STEPS[self.stage][what]

    @precondition(lambda self: self.stage is S.AWAITING_CONSENT)
    @rule(what=st.sampled_from(["accept", "accept", "decline", "withdraw"]))
    def consent(self, what: str) -> None:
        self.told(what)

    @precondition(lambda self: self.allows("resend"))
    @rule()
    def resend(self) -> None:
        self.told("resend")
        self.mails[K.TRIAL_CONSENT] += ASKED

    @precondition(lambda self: self.stage is S.AWAITING_DETAILS)
    @rule(what=st.sampled_from(["give_details", "give_details", "withdraw"]))
    def details(self, what: str) -> None:
        self.told(what)

    @precondition(lambda self: self.allows("report_services_built"))
    @rule()
    def report_services_built(self) -> None:
        self.told("report_services_built")
        self.mails[K.TRIAL_WELCOME] += 1
        self.e = self.today + timedelta(days=self.length)
        self.settle()

    @precondition(lambda self: self.allows("extend"))
    @rule(number=st.integers(1, 30))
    def extend(self, number: int) -> None:
        self.told("extend", extended(number, shorten=True))
        self.e = self.today + timedelta(days=number)
        self.settle()

    @precondition(lambda self: self.allows("edit_services"))
    @rule(service=st.sampled_from([Service.CALLING, Service.MESSAGING, Service.MEETINGS]))
    def edit(self, service: Service) -> None:
        """One in, or out if it is in; the last one stays."""
        out = service in self.services
        if out and len(self.services) == 1:
            return
        self.told("edit_services", EditServices(by="hikari", **{"remove" if out else "add": (service,)}))
        self.services ^= {service}
        self.had_calling = self.had_calling or service is Service.CALLING

    @precondition(lambda self: self.allows("convert"))
    @rule(sure=st.integers(0, 3))
    def convert(self, sure: int) -> None:
        """Now and then: a trial that is converted has nothing more to show."""
        if sure == 0:
            self.told("convert")
            self.mails[K.TRIAL_SETUP] += 1

    @precondition(lambda self: self.allows("cancel"))
    @rule(sure=st.integers(0, 3))
    def cancel(self, sure: int) -> None:
        if sure == 0:
            self.told("cancel")

    @rule()
    def hold_or_resume(self) -> None:
        """An operator stops the clock, or lets it go on."""
        if self.held:
            self.state.resume(Resume(by="ops-7"), self.now)
            if self.stage is S.EXPIRED_GRACE and self.over(self.grace_until):
                self.told_on = None
        else:
            self.state.hold(Hold(by="ops-7", reason="in dispute"), self.now)
        self.held = not self.held
        self.settle()

    # What is always true.

    @invariant()
    def the_stage_is_the_model_s(self) -> None:
        assert self.state.stage is self.stage
        assert self.state.stage in REACHABLE

    @invariant()
    def the_expiry_is_the_model_s(self) -> None:
        assert self.state.expires_on == self.e

    @invariant()
    def no_mail_twice_and_none_missing(self) -> None:
        assert Counter(mail.kind for mail in self.state.mails.values()) == self.mails

    @invariant()
    def no_deadline_of_the_past_is_pending(self) -> None:
        assert self.held or all(deadline.at > self.now for deadline in self.state.agenda.pending)

    @invariant()
    def nothing_is_lost_before_e_plus_30_nor_unannounced_and_no_number_before_e_plus_45(self) -> None:
        if self.lost_at is not None:
            assert self.e is not None
            assert self.lost_at >= end_of_day(self.e + timedelta(days=30), self.zone)
            assert self.told_on
            assert self.lost_at >= end_of_day(self.told_on + timedelta(days=1), self.zone)
        if self.released_at is not None:
            assert self.e is not None
            assert self.lost_at is not None
            assert self.released_at >= end_of_day(self.e + timedelta(days=45), self.zone)
            lost_on = local_day(self.lost_at - timedelta.resolution, self.zone)
            assert local_day(self.released_at - timedelta.resolution, self.zone) >= lost_on + timedelta(days=15)


TestTrialMachine = TrialMachine.TestCase
TestTrialMachine.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)

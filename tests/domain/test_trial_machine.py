"""Any sequence of messages and elapsed days, against a small model of domain.md §10.2 and the mails of §9.1."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.agenda import Deadline
from domain.desk import Hold, Resume
from domain.mails import MailKind
from domain.trial import trial
from domain.trial.messages import (
    AcceptTrial,
    DeclineTrial,
    EditServices,
    GiveDetails,
    ReportServicesBuilt,
    ResendConsent,
    Service,
    TrialKind,
    WithdrawTrial,
)
from domain.trial.states import NEXT, TrialStage
from domain.trial.trial import TrialLife
from domain.values import Message, Refused
from domain.working_time import end_of_day, local_day
from tests.makers import (
    MONDAY,
    a_customer,
    a_person,
    a_trial,
    an_administrator,
    converted,
    ended,
    extended,
)

ZONES = {"Asia/Tokyo": "JP", "America/Los_Angeles": "US", "Europe/Paris": "FR"}
REACHABLE = set(NEXT.values())
S, K = TrialStage, MailKind

CUSTOMERS, PARTNERS, USERS, ASKED = 3, 2, 2, 2
"""Administrators of the customer and the partner, users; and who is asked: the address given, one full one. TRL-24."""

STEPS: dict[TrialStage, dict[str, TrialStage]] = {
    S.AWAITING_CONSENT: {
        "accept": S.AWAITING_DETAILS,
        "decline": S.CANCELLED,
        "withdraw": S.CANCELLED,
        "resend": S.AWAITING_CONSENT,
    },
    S.AWAITING_DETAILS: {"withdraw": S.CANCELLED, "give_details": S.PROVISIONING},
    S.PROVISIONING: {"services_built": S.TRIALING, "cancel": S.CANCELLED},
    S.TRIALING: {"extend": S.TRIALING, "edit": S.TRIALING, "cancel": S.CANCELLED, "convert": S.CONVERTED},
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
        self.life = TrialLife.placed(start, MONDAY)
        self.life.begin(MONDAY)
        self.stage = {
            TrialKind.NEW_CUSTOMER: S.PROVISIONING,
            TrialKind.EXISTING_CUSTOMER: S.AWAITING_CONSENT,
            TrialKind.PAYING_CUSTOMER: S.TRIALING,
        }[kind]
        self.mails = Counter[MailKind]()
        self.consent_until = self.today + timedelta(days=10)
        self.e: date | None = None
        self.warned: set[date] = set()
        self.called: set[int] = set()
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

    # Time.

    def settle(self) -> None:
        """Everything due happens, in the trial and in the model."""
        if not self.held:
            self.drive()
            self.expect()

    def drive(self) -> None:
        """As workflows/trial.py does."""
        for deadline in self.life.agenda.take_due(self.now).act:
            self.meet(deadline)
        if self.life.grace_over and self.life.stage is S.EXPIRED_GRACE:
            self.life.lapse(self.now)
            self.lost_at = self.now
            for step in self.life.losses_to_come:
                self.life.has_lost(step, self.now)
        if any(deadline.at <= self.now for deadline in self.life.agenda.pending):
            self.drive()

    def meet(self, deadline: Deadline) -> None:
        match deadline.name.split("/")[0]:
            case trial.CONSENT:
                self.life.consent_lapsed(self.now)
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

    def expect(self) -> None:
        """As domain.md says."""
        if self.stage is S.AWAITING_CONSENT and self.over(self.consent_until):
            self.stage = S.CANCELLED
        if self.stage is S.TRIALING and self.over(self.e):
            self.expire()
        elif self.stage is S.TRIALING and self.over(self.e, 7) and self.e not in self.warned:
            self.warned.add(self.e)
            self.mails += Counter({K.TRIAL_EXPIRING: CUSTOMERS, K.TRIAL_EXPIRING_PARTNER: PARTNERS})
        if self.stage is S.EXPIRED_GRACE:
            self.grace()
        if self.stage is S.NUMBERS_RETAINED and self.over(self.grace_until, -15):
            self.stage = S.NUMBERS_RELEASED

    def expire(self) -> None:
        self.stage = S.EXPIRED_GRACE
        self.grace_until = self.e + timedelta(days=30)
        self.mails += Counter({K.TRIAL_EXPIRED: CUSTOMERS, K.TRIAL_EXPIRED_PARTNER: PARTNERS})

    def grace(self) -> None:
        due = [before for before in (1, 7) if self.over(self.grace_until, before)]
        if self.over(self.grace_until) and self.called:
            self.stage = S.NUMBERS_RETAINED if self.had_calling else S.LAPSED
            self.mails[K.TRIAL_ACCESS_ENDED] += USERS
        elif self.over(self.grace_until):
            self.grace_until = self.today + timedelta(days=1)
            self.call(0)
        elif due and self.called.isdisjoint({0, due[0]}):
            self.call(due[0])

    def call(self, before: int) -> None:
        self.called.add(before)
        self.mails[K.TRIAL_LAST_CALL] += CUSTOMERS + PARTNERS

    @rule(number=st.integers(0, 40))
    def days_pass(self, number: int) -> None:
        """Deadline by deadline, as timers fire; while it is held none does."""
        target = self.now + timedelta(days=number, hours=1)
        while not self.held and (deadline := self.life.agenda.next()) is not None and deadline.at <= target:
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
            "services_built": ReportServicesBuilt(by="vendor-build", services=self.life.services),
            "extend": extended(20, shorten=True),
            "edit": EditServices(by="hikari", add=(Service.CONTACT_CENTER,)),
            "convert": converted(*self.services),
            "cancel": ended(),
        }

    @rule()
    def what_the_stage_does_not_allow_is_refused_and_leaves_no_trace(self) -> None:
        before = self.life.model_dump_json()
        for what, message in self.messages().items():
            if what not in STEPS.get(self.stage, {}):
                with pytest.raises(Refused):
                    self.tell(what, message)
        assert self.life.model_dump_json() == before

    def tell(self, what: str, message: Message) -> None:
        """As the story's handlers do."""
        if what == "extend":
            self.life.check_extend(message, self.now)
        getattr(self.life, what)(message, self.now)

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

    @precondition(lambda self: self.allows("services_built"))
    @rule()
    def services_built(self) -> None:
        self.told("services_built")
        self.mails[K.TRIAL_WELCOME] += 1
        self.e = self.today + timedelta(days=self.length)
        self.settle()

    @precondition(lambda self: self.allows("extend"))
    @rule(number=st.integers(1, 30))
    def extend(self, number: int) -> None:
        self.told("extend", extended(number, shorten=True))
        self.e = self.today + timedelta(days=number)
        self.settle()

    @precondition(lambda self: self.allows("edit"))
    @rule(service=st.sampled_from([Service.CALLING, Service.MESSAGING, Service.MEETINGS]))
    def edit(self, service: Service) -> None:
        """One in, or out if it is in; the last one stays."""
        out = service in self.services
        if out and len(self.services) == 1:
            return
        self.told("edit", EditServices(by="hikari", **{"remove" if out else "add": (service,)}))
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
            self.life.resume(Resume(by="ops-7"), self.now)
        else:
            self.life.hold_for_operator(Hold(by="ops-7", reason="in dispute"), self.now)
        self.held = not self.held
        self.settle()

    # What is always true.

    @invariant()
    def the_stage_is_the_model_s(self) -> None:
        assert self.life.stage is self.stage
        assert self.life.stage in REACHABLE

    @invariant()
    def the_expiry_is_the_model_s(self) -> None:
        assert self.life.expires_on == self.e

    @invariant()
    def no_mail_twice_and_none_missing(self) -> None:
        assert Counter(mail.kind for mail in self.life.mails.values()) == self.mails

    @invariant()
    def no_deadline_of_the_past_is_pending(self) -> None:
        assert self.held or all(deadline.at > self.now for deadline in self.life.agenda.pending)

    @invariant()
    def nothing_is_lost_before_e_plus_30_nor_unannounced_and_no_number_before_e_plus_45(self) -> None:
        if self.lost_at is not None:
            assert self.e is not None
            assert self.lost_at >= end_of_day(self.e + timedelta(days=30), self.zone)
            assert self.called
        if self.released_at is not None:
            assert self.e is not None
            assert self.released_at >= end_of_day(self.e + timedelta(days=45), self.zone)


TestTrialMachine = TrialMachine.TestCase
TestTrialMachine.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)

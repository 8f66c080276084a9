"""One option request: received, worked on, completed, rejected or cancelled. domain.md §4. Pure, no personal data."""

from datetime import date, datetime
from typing import ClassVar, Final, Self

from pydantic import AwareDatetime, Field

from domain.deadlines import Deadline
from domain.lifecycle import Lifecycle, LifecycleState
from domain.option.mails import OptionMail
from domain.option.messages import (
    INQUIRIES,
    UPDATES,
    BeginWork,
    CancelRequest,
    CompleteWork,
    OptionKind,
    RejectRequest,
    RequestOption,
)
from domain.option.policy import OptionPolicy
from domain.option.states import TABLE, OptionEvent, OptionStage
from domain.option.subscribed import Subscribed
from domain.values import Message
from domain.working_time import end_of_day, local_day

NAME: Final = Lifecycle("option")

EXPECTED: Final = "option_expected"
"""The day by whose end an outcome is expected, if anybody expects one. AMB-5."""

EFFECTIVE: Final = frozenset({OptionKind.LANGUAGE, OptionKind.SITE_SPLIT, OptionKind.CONTACT})
"""Kinds whose completion changes what is stored of others; the work of the rest is done outside of this service."""

NOT_KNOWN_YET: Final = "not known yet"
"""Stands for the customer until the store has said which subscription it is."""


class OptionState(LifecycleState):
    """Where one request is. Every method that changes it checks first and then changes it in one step."""

    lifecycle: ClassVar[Lifecycle] = NAME
    mail_kinds: ClassVar = OptionMail
    table: ClassVar = TABLE
    updates: ClassVar = UPDATES
    movable: ClassVar[frozenset[str]] = frozenset({EXPECTED})

    request_id: str
    subscription_id: str
    partner_id: str
    kind: OptionKind
    asked: dict[str, str] = Field(default_factory=dict)
    """What is asked for, as far as it names nobody: by the words for it."""

    requested_at: AwareDatetime
    policy: OptionPolicy
    subscribed: Subscribed | None = None
    """None until it is opened."""

    stage: OptionStage = OptionStage.ACKNOWLEDGED
    begun_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    closing_reason: str | None = None
    """Why it was rejected or cancelled."""

    note: str | None = None
    """What the vendor's side says about the work done."""

    answer: str | None = None
    """To an inquiry."""

    carried_out: bool = False
    """Was what the work changes elsewhere stored there, or found that there is nothing to change any more?"""

    without_effect: str | None = None
    """Why it changed nothing."""

    @classmethod
    def requested(cls, start: RequestOption, now: datetime) -> Self:
        """Received. Whose subscription it is about, the store says; until then dates are the requester's. OPT-01."""
        state = cls(
            request_id=start.request_id,
            subscription_id=start.subscription_id,
            partner_id=start.partner_id,
            kind=start.kind,
            asked=asked_in(start),
            requested_at=start.requested_at or now,
            policy=start.policy,
            zone=start.requester.zone,
        )
        state.journal.note("option.requested", now, start, kind=start.kind, subscription=start.subscription_id)
        return state

    @property
    def subject(self) -> str:
        return self.request_id

    @property
    def customer_id(self) -> str:
        """Whose subscription it is about."""
        return self.subscribed.customer_id if self.subscribed else NOT_KNOWN_YET

    @property
    def renewal_date(self) -> date | None:
        """Of the subscription, as it was when the request was opened."""
        return self.subscribed.renewal_date if self.subscribed else None

    @property
    def csm(self) -> str | None:
        """Its Customer Success Manager at that time; None: nobody is assigned yet."""
        return self.subscribed.csm if self.subscribed else None

    @property
    def effect_is_due(self) -> bool:
        """The work is done, and not yet stored where it belongs."""
        return self.stage is OptionStage.COMPLETED and self.kind in EFFECTIVE and not self.carried_out

    @property
    def expected_at(self) -> datetime | None:
        """By when an outcome is expected: the end of a day of the customer's calendar. AMB-5, AMB-39."""
        return next((due.at for due in self.agenda.pending if due.name == EXPECTED), None)

    def age(self, now: datetime) -> int:
        """Calendar days of the customer's zone since it was requested, until now or its end. AMB-5, AMB-39."""
        until = self.closed_at or now
        return max(0, (local_day(until, self.rules) - local_day(self.requested_at, self.rules)).days)

    def learn(self, subscribed: Subscribed) -> None:
        """What the store knows of the subscription: dates are the customer's from here on."""
        self.subscribed = subscribed
        self.zone, self.zone_rules = subscribed.zone, subscribed.zone_rules

    def begin(self, now: datetime) -> None:
        """It is taken: an inquiry is answered at once, work is acknowledged and waits for the vendor. Nothing more for
        one that was cancelled while it was opened. OPT-03, AMB-5."""
        if self.closed:
            return
        if self.kind in INQUIRIES:
            self._answer(now)
            return
        if (within := self.policy.expected_within) is not None:
            at = end_of_day(local_day(self.requested_at, self.rules) + within, self.rules)
            self.agenda.arm(Deadline(kind=EXPECTED, at=at, label="Outcome expected: alert if there is none"))
        if self.policy.acknowledge:
            self.post(OptionMail.OPTION_ACKNOWLEDGED, due_at=self.expected_at)

    def _answer(self, now: datetime) -> None:
        """From our own data. OPT-03."""
        if self.kind is OptionKind.RENEWAL_DATE:
            self.answer = f"{self.renewal_date}"
        else:
            self.answer = self.csm or "not assigned yet"
        self._close(OptionEvent.ANSWERED, now, answer=self.answer)
        self.post(OptionMail.OPTION_ANSWERED)

    def begin_work(self, message: BeginWork, now: datetime) -> None:
        """From here on it cannot be cancelled."""
        self._move(OptionEvent.BEGUN, now, message)
        self.begun_at = now

    def complete(self, message: CompleteWork, now: datetime) -> None:
        """The work is done. What it changes here is carried out next; the requester is told after that. OPT-02."""
        self._close(OptionEvent.COMPLETED, now, message, note=message.note)
        self.note = message.note
        if not self.effect_is_due:
            self._tell(OptionMail.OPTION_COMPLETED)

    def took_effect(self, why_not: str | None, now: datetime) -> None:
        """What was asked for is stored where it belongs; else nobody is told that it is so. OPT-02."""
        self.carried_out, self.without_effect = True, why_not
        event = "option.took_effect" if why_not is None else "option.without_effect"
        self.journal.note(event, now, subscription=self.subscription_id, why=why_not)
        if why_not is None:
            self._tell(OptionMail.OPTION_COMPLETED)

    def reject(self, message: RejectRequest, now: datetime) -> None:
        """The requester is told why."""
        self._close(OptionEvent.REJECTED, now, message)
        self.closing_reason = message.reason
        self._tell(OptionMail.OPTION_REJECTED)

    def cancel(self, message: CancelRequest, now: datetime) -> None:
        """Whoever asked does not want it any more: nobody has to be told."""
        self._close(OptionEvent.CANCELLED, now, message)
        self.closing_reason = message.reason

    def _close(self, event: OptionEvent, now: datetime, message: Message | None = None, **data: object) -> None:
        self._move(event, now, message, **data)
        self.closed_at = now
        self.agenda.disarm_all()

    def _tell(self, mail: OptionMail) -> None:
        if self.policy.tell_outcome:
            self.post(mail)


def asked_in(start: RequestOption) -> dict[str, str]:
    """What is asked for, without people and free text: those stand in the start, which the store keeps."""
    found = {
        "language": start.language and start.language.language,
        "site": _site(start),
        "new_site": start.site_split and start.site_split.url,
        "named_users": start.site_split and start.site_split.named_users,
        "contact_of": start.contact and start.contact.contact_of,
        "session_type": start.session_type and start.session_type.name,
        "logo": start.logo and start.logo.image,
    }
    return {name: str(value) for name, value in found.items() if value is not None}


def _site(start: RequestOption) -> str | None:
    """The one that gets something; of a site split the one that gives up named users."""
    if start.site_split:
        return start.site_split.taken_from
    about = start.language or start.session_type or start.logo
    return about.site if about else None

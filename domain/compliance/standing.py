"""Where a compliance check stands: what was found, who decided, since when it is not resolved. Pure."""

from datetime import date, datetime, timedelta
from typing import ClassVar, Final, Literal

from pydantic import AwareDatetime

from domain.compliance.mails import COMPLIANCE_TEAM, ComplianceMail
from domain.compliance.messages import UPDATES, CarriedOver, CheckReason
from domain.compliance.policy import CompliancePolicy
from domain.compliance.screening import Screening
from domain.compliance.states import TABLE, CheckEvent, CheckStage
from domain.lifecycle import Lifecycle, LifecycleState, PostedMail
from domain.mails import MailState
from domain.values import Message, Model
from domain.working_time import at_local_time, local_day

NAME: Final = Lifecycle("compliance")

CUSTOMER: Final = Lifecycle("wholesale")
"""Whom a check is about: it has the same external id."""

REVIEW_LATE: Final = "review_late"
"""The deadline, and the alert: the review takes longer than most do. WHS-25."""

CONTACT: Final = "contact"
LAST_CALL: Final = "last_call"
UNREACHABLE: Final = "unreachable"
UNRESOLVED: Final = "unresolved"
"""Deadlines of a confirmed match, by kind. WHS-26, WHS-27."""

OUT: Final = (MailState.SENT, MailState.UNKNOWN, MailState.REFUSED)
"""What became of a mail that counts as a contact, or as an announcement; one that was moot or still waits does not."""


class Decision(Model):
    """What the compliance team said of a potential match."""

    said: Literal["approved", "confirmed"]
    why: str
    by: str
    at: AwareDatetime


class CheckStanding(LifecycleState):
    """The state of one check, and the calendar days that follow from it. The customer's names are the store's."""

    lifecycle: ClassVar[Lifecycle] = NAME
    mail_kinds: ClassVar = ComplianceMail
    sent_once: ClassVar[frozenset[str]] = frozenset(
        {ComplianceMail.COMPLIANCE_CONTACT, ComplianceMail.COMPLIANCE_LAST_CALL}
    )
    table: ClassVar = TABLE
    updates: ClassVar = UPDATES
    movable: ClassVar[frozenset[str]] = frozenset({REVIEW_LATE})

    check_id: str
    external_id: str
    number: int
    because: CheckReason
    partner_id: str
    policy: CompliancePolicy
    stage: CheckStage = CheckStage.CHECKING
    begun_at: AwareDatetime
    screening: Screening | None = None
    """What was found last: at the beginning, or at the last look."""

    found_at: AwareDatetime | None = None
    """When the potential match was found."""

    decided: Decision | None = None
    """The last word of the compliance team."""

    carried: CarriedOver | None = None
    """From an earlier check, which was never resolved."""

    confirmed_at: AwareDatetime | None = None
    """When this check's match was confirmed."""

    non_compliant_since: AwareDatetime | None = None
    """When the first match of the customer that is still open was confirmed: the thirty days count from then. WHS-27"""

    contacts_begun: int = 0
    """How many contacts were posted, those of earlier checks among them."""

    contacts_made: dict[int, AwareDatetime] = {}
    """When each contact of this check was out, by its number. WHS-26."""

    replied_at: AwareDatetime | None = None
    """When the partner replied first to this check."""

    replies: int = 0
    """How many there are in the store: `reply/1` is the first."""

    not_before: date | None = None
    """No deprovisioning before the end of this day: it had to be announced, or to be announced anew. WHS-27."""

    announced_on: date | None = None
    """The day on which the partner was told of the deprovisioning that is to come; not since its date changed, or since
    a hold that outlasted it."""

    time_is_up: bool = False
    """One of its dates was reached; customer and users go after one last look."""

    resolved: bool = False
    """A confirmed match came to a good end: whoever was contacted hears of it."""

    told_of: str = CheckStage.CHECKING
    """The stage of which the customer's workflow was told last."""

    closed_at: AwareDatetime | None = None
    closing_reason: str | None = None

    @property
    def subject(self) -> str:
        """See base class."""
        return self.check_id

    @property
    def untold(self) -> bool:
        """Does the customer's workflow not know yet where it stands?"""
        return self.stage != self.told_of

    @property
    def was_reached(self) -> bool:
        """Did the partner reply, to this check or to an earlier one? Then only the thirty days count. AMB-30."""
        return self.replied_at is not None or (self.carried is not None and self.carried.partner_replied)

    @property
    def contacts_carried(self) -> int:
        """Contacts of earlier checks."""
        return self.carried.contacts_made if self.carried else 0

    @property
    def contacts_out(self) -> int:
        """How often the partner was contacted, by this check and by those that it goes on from. WHS-26."""
        return self.contacts_carried + len(self.contacts_made)

    @property
    def was_contacted(self) -> bool:
        """Did the partner hear of it, from this check or from an earlier one?"""
        return self.contacts_out > 0

    @property
    def team(self) -> str | None:
        """Who hears of reviews; None: nobody is configured, the desk lists them."""
        return COMPLIANCE_TEAM if self.policy.team else None

    # The days of a confirmed match, all of the customer's calendar. AMB-39.

    @property
    def shortest_call(self) -> timedelta:
        """Never is anything deprovisioned less than that after an announcement."""
        return min(self.policy.last_call)

    @property
    def unresolved_on(self) -> date | None:
        """The thirtieth day: at its end nothing else counts any more. WHS-27."""
        if self.non_compliant_since is None:
            return None
        return self._not_before(local_day(self.non_compliant_since, self.rules) + self.policy.resolve_within)

    @property
    def unreachable_on(self) -> date | None:
        """The last day for an answer to the last contact; None while contacts are to come, or one was left out, or the
        partner was reached. WHS-27, AMB-30."""
        last = self._last_contact_at
        if last is None or self.was_reached or self.contacts_out < len(self.policy.contacts):
            return None
        return self.unreachable_after(last)

    @property
    def _last_contact_at(self) -> datetime | None:
        """Of one that an earlier check made nobody knows the instant here: counted from this check's confirmation."""
        return max(self.contacts_made.values(), default=self.confirmed_at)

    def unreachable_after(self, contact: datetime) -> date:
        """The last day for an answer to a last contact made at that instant: it is an announcement, too."""
        day = local_day(contact, self.rules) + max(self.policy.answer_within, self.shortest_call)
        return self._not_before(day)

    def _not_before(self, day: date) -> date:
        return max(day, self.not_before or day)

    @property
    def deprovision_on(self) -> date | None:
        """At whose end customer and users go, as things stand: whichever comes first. WHS-27."""
        if self.stage is not CheckStage.NON_COMPLIANT:
            return None
        return min((day for day in (self.unresolved_on, self.unreachable_on) if day is not None), default=None)

    @property
    def deprovision_at(self) -> datetime | None:
        """The end of that day (UTC)."""
        return self.end_of(self.deprovision_on) if self.deprovision_on else None

    @property
    def is_announced(self) -> bool:
        """Was the partner told of a deprovisioning that is to come? The store can say so too: it knows no mail that is
        still on its way."""
        return self.announced_on is not None or self.time_is_up

    @property
    def calls_under_way(self) -> bool:
        """Is an announcement on its way? It names the day of that moment when it leaves, and so does a last contact."""
        return any(self._announces(mail) for mail in self.mails_in(MailState.PENDING))

    def _announces(self, mail: PostedMail) -> bool:
        if mail.kind == ComplianceMail.COMPLIANCE_CONTACT:
            return self.is_last_contact(mail) and not self.was_reached
        return mail.kind == ComplianceMail.COMPLIANCE_LAST_CALL and self.names_the_day(mail)

    def is_last_contact(self, contact: PostedMail) -> bool:
        """The last attempt says what follows, and when."""
        return int(contact.occurrence) >= len(self.policy.contacts)

    def names_the_day(self, call: PostedMail) -> bool:
        """Is a last call still about the day that counts? One that was put off is named when the call leaves."""
        return self.deprovision_on is not None and self.deprovision_on in (call.day, self.not_before)

    def notice_at(self, day: date) -> datetime:
        """When contacts and announcements of a calendar day go out."""
        return at_local_time(day, self.policy.notices_at, self.rules)

    def carried_over(self) -> CarriedOver | None:
        """What a later check of the customer goes on with, if this match was confirmed and is open. WHS-27."""
        if self.stage is not CheckStage.NON_COMPLIANT or self.non_compliant_since is None:
            return None
        return CarriedOver(
            check_id=self.check_id,
            non_compliant_since=self.non_compliant_since,
            contacts_made=self.contacts_out,
            partner_replied=self.was_reached,
        )

    def _note(self, type_: str, now: datetime, message: Message | None = None, **data: object) -> None:
        self.journal.note(f"{NAME}.{type_}", now, message, **data)

    def _close(
        self, event: CheckEvent, now: datetime, reason: str | None, message: Message | None = None, **data: object
    ) -> None:
        self._move(event, now, message, **data)
        self.closed_at, self.closing_reason, self.time_is_up = now, reason, False
        self.agenda.disarm_all()

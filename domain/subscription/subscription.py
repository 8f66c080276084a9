"""One subscription: its term, its renewal date, what suspends it. domain.md §3. Pure."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import Field

from domain.agenda import Agenda, Deadline
from domain.events import TaskKind
from domain.life import Life
from domain.mails import Lifecycle, MailState
from domain.subscription.policy import SubscriptionPolicy
from domain.values import Message, Refused, in_days
from domain.working_time import add_months, at_local_time, end_of_day, local_day

if TYPE_CHECKING:
    from domain.subscription.messages import ConfirmRenewal, RenewalNews, StartSubscription, TerminateSubscription

NOTICES = "renewal_notices"
NOTICE = "renewal_notice/"
TARGET = "renewal_target"
RENEWAL_DATE = "renewal_date"


class SubscriptionStage(StrEnum):
    """Where a subscription stands (TMF637)."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


class SuspensionReason(StrEnum):
    """Why a subscription is suspended; it is active again only when no reason is left. AMB-42."""

    RENEWAL_INCOMPLETE = "renewal_incomplete"


class SubscriptionLife(Life):
    """Where one subscription stands; decides what is allowed and remembers what happened. No personal data."""

    lifecycle: ClassVar[Lifecycle] = Lifecycle.SUBSCRIPTION
    movable: ClassVar[frozenset[str]] = frozenset({TARGET})
    courtesies: ClassVar[frozenset[str]] = frozenset({NOTICES})

    subscription_id: str
    customer_id: str
    partner_id: str
    zone: str
    first_day: date
    """First local day of the first term: every renewal date is counted from here, so month ends never drift."""

    months: int
    """Months bought so far, over all terms."""

    term: int = 1
    policy: SubscriptionPolicy
    stage: SubscriptionStage = SubscriptionStage.ACTIVE
    suspended_for: set[SuspensionReason] = Field(default_factory=set)
    renewal_order: str | None = None
    """A renewal order under way for the coming renewal date."""

    renewals: list[str] = Field(default_factory=list)
    """Renewal orders whose term has begun or will: each counts once."""

    @classmethod
    def started(cls, start: "StartSubscription", now: datetime) -> Self:
        """Active from the moment the site was built. ORD-21, AMB-3."""
        life = cls(
            subscription_id=start.subscription_id,
            customer_id=start.customer_id,
            partner_id=start.partner_id,
            zone=start.zone,
            first_day=local_day(start.service_start_at, start.zone),
            months=start.term_months,
            policy=start.policy,
        )
        life.journal.note(
            "subscription.activated", now, start, order=start.order_number, renewal_date=life.renewal_date
        )
        life._arm_term()
        return life

    @property
    def subject(self) -> str:
        """Its id."""
        return self.subscription_id

    @property
    def closed(self) -> bool:
        """It was terminated."""
        return self.stage is SubscriptionStage.TERMINATED

    @property
    def attention(self) -> bool:
        """Should somebody look?"""
        return super().attention or self.stage is SubscriptionStage.SUSPENDED

    @property
    def renewal_date(self) -> date:
        """The local day by whose end the renewal must be complete. REN-08."""
        return add_months(self.first_day, self.months)

    @property
    def suspends_at(self) -> datetime:
        """The end of the renewal date in the customer's zone (UTC). REN-08, AMB-39."""
        return end_of_day(self.renewal_date, self.zone)

    @property
    def unverified(self) -> tuple[str, ...]:
        """Renewal orders the partner has not checked with the vendor yet. REN-10."""
        verifications = [task for task in self.journal.tasks if task.kind is TaskKind.VERIFY_RENEWAL]
        return tuple(task.key.removeprefix("verify/") for task in verifications if task.closed_at is None)

    def hear(self, news: "RenewalNews", now: datetime) -> None:
        """A renewal order reports. A second report of the same changes nothing."""
        match news.step:
            case "placed":
                self._renewal_placed(news.order_number, now)
            case "withdrawn":
                self._renewal_withdrawn(news.order_number, now)
            case "completed":
                self._renewed(news, now)

    def _renewal_placed(self, order: str, now: datetime) -> None:
        if order in self.renewals or self.renewal_order == order:
            return
        self.renewal_order = order
        self.agenda.disarm_ladder(NOTICES)
        self.agenda.disarm(TARGET)
        self.journal.note("subscription.renewal_placed", now, order=order)

    def _renewal_withdrawn(self, order: str, now: datetime) -> None:
        if self.renewal_order != order:
            return
        self.renewal_order = None
        self.journal.note("subscription.renewal_withdrawn", now, order=order)
        self._arm_campaign()

    def _renewed(self, news: "RenewalNews", now: datetime) -> None:
        if news.order_number in self.renewals:
            return
        self.renewals.append(news.order_number)
        self.renewal_order = None
        self.months += news.term_months
        self.term += 1
        self.jeopardy = []
        self._forget_what_is_settled()
        self.journal.open_task(f"verify/{news.order_number}", TaskKind.VERIFY_RENEWAL, self.partner_id, now)
        self.journal.note("subscription.renewed", now, order=news.order_number, renewal_date=self.renewal_date)
        self._lift(SuspensionReason.RENEWAL_INCOMPLETE, now)
        self._arm_term()

    def _forget_what_is_settled(self) -> None:
        """The store keeps it all; what travels from term to term stays small."""
        self.mails = {mail.key: mail for mail in self.mails_in(MailState.PENDING, MailState.UNKNOWN)}
        self.journal.tasks = [task for task in self.journal.tasks if task.closed_at is None]

    def confirm_renewal(self, message: "ConfirmRenewal", now: datetime) -> None:
        """The partner verified the renewal with the vendor. REN-10."""
        self.check_confirm_renewal(message)
        self.journal.close_task(f"verify/{message.order_number}", now)
        self.journal.note("subscription.renewal_verified", now, message, order=message.order_number)

    def check_confirm_renewal(self, message: "ConfirmRenewal") -> None:
        """Raises Refused unless that renewal's verification is open."""
        task = self.journal.task(f"verify/{message.order_number}")
        if task is None:
            raise Refused("no renewal by that order is known here (REN-10)", field="order_number")
        if task.closed_at is not None:
            raise Refused(f"already verified on {task.closed_at:%Y-%m-%d %H:%M} UTC (REN-10)", field="order_number")

    def terminate(self, message: "TerminateSubscription", now: datetime) -> None:
        """The end; nothing is due any more."""
        self.check_terminate(message)
        self.stage = SubscriptionStage.TERMINATED
        self.agenda.disarm(*(deadline.name for deadline in self.agenda.pending))
        self.journal.note("subscription.terminated", now, message)

    def check_terminate(self, _message: Message) -> None:
        """Raises Refused while a renewal order is under way, or when it is over already."""
        if self.stage is SubscriptionStage.TERMINATED:
            raise Refused(f"cannot terminate: the subscription is {self.stage}")
        if self.renewal_order:
            raise Refused(f"cannot terminate: renewal order {self.renewal_order} is under way; cancel it first")

    def suspend(self, now: datetime) -> None:
        """The renewal date is over and the renewal not complete. REN-08."""
        self.suspended_for.add(SuspensionReason.RENEWAL_INCOMPLETE)
        self.stage = SubscriptionStage.SUSPENDED
        self.journal.note("subscription.suspended", now, why=SuspensionReason.RENEWAL_INCOMPLETE)

    def _lift(self, reason: SuspensionReason, now: datetime) -> None:
        if reason not in self.suspended_for:
            return
        self.suspended_for.discard(reason)
        if not self.suspended_for:
            self.stage = SubscriptionStage.ACTIVE
        self.journal.note("subscription.suspension_lifted", now, why=reason)

    def _arm_term(self) -> None:
        self.agenda = Agenda()
        self.agenda.arm(Deadline(name=RENEWAL_DATE, at=self.suspends_at, label="Renewal date: suspend if not renewed"))
        self._arm_campaign()

    def _arm_campaign(self) -> None:
        if self.stage is not SubscriptionStage.ACTIVE:
            return
        for before in self.policy.renewal_notices:
            self.agenda.arm(self._notice(before))
        target = end_of_day(self.renewal_date - self.policy.renewal_target, self.zone)
        self.agenda.arm(Deadline(name=TARGET, at=target, label="Renewal target: alert if no renewal order"))

    def _notice(self, before: timedelta) -> Deadline:
        at = at_local_time(self.renewal_date - before, self.policy.notices_at, self.zone)
        return Deadline(
            name=f"{NOTICE}{before.days}",
            at=at,
            ladder=NOTICES,
            label=f"Renewal notice, {in_days(before)} before",
        )

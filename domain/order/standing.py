"""Where an order stands: what it is, who has to do with it, what it still needs. Pure, no personal data."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PrivateAttr

from domain.lifecycle import Lifecycle, LifecycleState
from domain.operator import RetryMail
from domain.order.contacts import refuse_partner
from domain.order.mails import OrderMail
from domain.order.messages import UPDATES, OrderKind, PlaceOrder, Terms
from domain.order.policy import OrderPolicy
from domain.order.states import TABLE, OrderEvent, Stage
from domain.values import Language, Message, Model

RELAY = "relay_confirmation"
HOLD_OVERDUE = "hold_overdue"
BUILD_LATE = "build_late"
RENEWAL_TARGET = "renewal_target"
LINK_VOID = "password_link_void"
REMINDERS = "graduation_reminders"
"""The ladder of graduation reminders."""

REMINDER = "graduation_reminder"
GRADUATION_DUE = "graduation_due"

UNREACHABLE = "subscription_unreachable"
OVER = "subscription_over"
TRIAL_UNREACHABLE = "trial_unreachable"


class Reader(BaseModel):
    """In which language and zone somebody gets mail; no name, no address."""

    model_config = ConfigDict(hide_input_in_errors=True)

    language: Language
    zone: str


class RenewedTerm(Model):
    """The term of the subscription that an order renews."""

    began_on: date
    continued_until: date
    """The renewal date after the next, if the new term continues from this one. AMB-54."""


class OrderStanding(LifecycleState):
    """The state of one order, and what every part of it asks."""

    lifecycle: ClassVar[Lifecycle] = Lifecycle.ORDER
    mail_kinds: ClassVar = OrderMail
    table: ClassVar = TABLE
    updates: ClassVar = UPDATES
    movable: ClassVar[frozenset[str]] = frozenset({HOLD_OVERDUE, BUILD_LATE, RENEWAL_TARGET, GRADUATION_DUE})
    sent_once: ClassVar[frozenset[str]] = frozenset({OrderMail.WELCOME})
    courtesies: ClassVar[frozenset[str]] = frozenset({REMINDERS})
    outlasting: ClassVar[frozenset[str]] = frozenset({UNREACHABLE, OVER, TRIAL_UNREACHABLE})

    number: str
    kind: OrderKind
    policy: OrderPolicy
    subscription_id: str
    term_months: int
    customer_id: str
    ordering_partner_id: str
    facing_partner_id: str
    relay_to: str | None = None
    """The Tier-2 to which the Tier-1 relays the confirmation document. ORD-07."""

    customer_reader: Reader
    partner_reader: Reader
    required_terms: tuple[Terms, ...]
    named_hosts: int
    placed_at: AwareDatetime
    stage: Stage = Stage.ACKNOWLEDGED
    terms_accepted: dict[Terms, AwareDatetime] = Field(default_factory=dict)
    cleared_at: AwareDatetime | None = None
    shipped_at: AwareDatetime | None = None
    form_submitted_at: AwareDatetime | None = None
    build_due_at: AwareDatetime | None = None
    """The end of the build guide. ORD-18."""

    plain_weekdays: bool = False
    """For some days no holidays of the vendor's country were known: there every Monday to Friday counted. AMB-40."""

    built_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    link_void_at: AwareDatetime | None = None
    graduation_overdue: bool = False
    renewal_date: date | None = None
    renewed_until: date | None = None
    """The next renewal date, if the term continues from this one. AMB-54."""

    sites: tuple[str, ...] = ()
    """Addresses of its sites, the primary first. ORD-32."""

    converts_trial: str | None = None
    unconverted_trials: tuple[str, ...] = ()
    """Trials the customer was running when it was placed, and that no order makes paid. AMB-53."""

    subscription_begun: bool = False
    """No later run starts it again, not even when that one is long over."""

    without_csm: bool = False
    """An operator does without one."""

    trial_notified: bool = False
    """Its trial knows that it shipped, or an operator does without. AMB-53."""

    copy_wanted: bool = False
    """Of the Graduation form. M-05."""

    csm: str | None = None
    closing_reason: str | None = None
    """Why it was cancelled or refused, as somebody put it."""

    _partners: frozenset[str] = PrivateAttr(default=frozenset())
    """Addresses that the Welcome never goes to. Lent by whoever runs the order and never written down. AMB-56."""

    @classmethod
    def placed(cls, order: PlaceOrder, now: datetime) -> Self:
        """Acknowledged: known, and not yet checked against what the store knows."""
        tier2 = order.reselling_partner
        facing = order.facing_partner.contact
        state = cls(
            number=order.sales_order_number,
            kind=order.kind,
            policy=order.policy,
            subscription_id=order.subscription,
            term_months=order.term_months,
            customer_id=order.customer.id,
            ordering_partner_id=order.ordering_partner.id,
            facing_partner_id=order.facing_partner.id,
            relay_to=tier2.id if tier2 else None,
            customer_reader=Reader(language=order.customer.contact.language, zone=order.customer.zone),
            partner_reader=Reader(language=facing.language, zone=facing.zone),
            zone=order.customer.zone,
            required_terms=order.required_terms,
            named_hosts=order.named_hosts,
            converts_trial=order.converts_trial,
            placed_at=order.placed_at or now,
        )
        state.journal.note("order.acknowledged", now, order, kind=order.kind)
        return state

    @property
    def subject(self) -> str:
        """Its SO#."""
        return self.number

    @property
    def attention(self) -> bool:
        return super().attention or self.graduation_overdue

    @property
    def also_needs(self) -> dict[str, bool]:
        """See base class."""
        relay = self.journal.task(RELAY)
        return {
            "accept_terms": bool(self.missing_terms),
            "clear_compliance": self.cleared_at is None,
            "complete_task": relay is not None and relay.closed_at is None,
        }

    @property
    def missing_terms(self) -> tuple[Terms, ...]:
        """Overage terms required and not yet agreed. ORD-11."""
        return tuple(terms for terms in self.required_terms if terms not in self.terms_accepted)

    @property
    def is_renewal(self) -> bool:
        """Does it continue a subscription? REN-01."""
        return self.kind is OrderKind.RENEWAL

    def keep_from_partners(self, addresses: Iterable[str]) -> None:
        """The Welcome goes to none of these. They are no part of the state: each run says so again. AMB-56."""
        self._partners |= frozenset(addresses)

    def check_retry_mail(self, message: RetryMail, now: datetime) -> None:
        """As with every mail; a Welcome's new address is no partner's. AMB-56."""
        super().check_retry_mail(message, now)
        if message.email and self.mails[message.mail].kind == OrderMail.WELCOME:
            refuse_partner(message.email, self._partners, "email")

    def _close(self, event: OrderEvent, now: datetime, message: Message) -> None:
        self._move(event, now, message)
        self.closed_at, self.closing_reason = now, message.reason
        self.agenda.disarm_all()

"""One order: what it needs, what is allowed now, what happened. domain.md §2, §3, §10.1. Pure, no personal data."""

from datetime import date, datetime
from typing import ClassVar, Self

from pydantic import AwareDatetime, BaseModel, Field

from domain.agenda import Deadline
from domain.events import TaskKind
from domain.life import Life
from domain.mails import Lifecycle
from domain.order.messages import (
    AcceptTerms,
    CancelOrder,
    ClearCompliance,
    CompleteTask,
    Graduate,
    OrderKind,
    PlaceOrder,
    RefuseCompliance,
    ReportSiteBuilt,
    SubmitForm,
    Terms,
)
from domain.order.policy import OrderPolicy
from domain.order.states import CLOSED, OrderEvent, Stage, after
from domain.values import Language, Message, Refused
from domain.working_time import at_local_time, end_of_day, local_day

RELAY = "relay_confirmation"
HOLD_OVERDUE = "hold_overdue"
BUILD_LATE = "build_late"
RENEWAL_TARGET = "renewal_target"
LINK_VOID = "password_link_void"
REMINDERS = "graduation_reminders"
GRADUATION_DUE = "graduation_due"


class Reader(BaseModel):
    """In which language and zone somebody gets mail; no name, no address."""

    language: Language
    zone: str


class OrderLife(Life):
    """Where one order stands. Every method that changes it checks first and then changes it in one step."""

    lifecycle: ClassVar[Lifecycle] = Lifecycle.ORDER
    movable: ClassVar[frozenset[str]] = frozenset({HOLD_OVERDUE, BUILD_LATE, RENEWAL_TARGET, GRADUATION_DUE})
    courtesies: ClassVar[frozenset[str]] = frozenset({REMINDERS})

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
    zone: str
    """The customer's: its midnight ends a calendar day. AMB-39."""

    required_terms: tuple[Terms, ...]
    named_hosts: int
    placed_at: AwareDatetime
    stage: Stage = Stage.ACKNOWLEDGED
    terms_accepted: dict[Terms, AwareDatetime] = Field(default_factory=dict)
    cleared_at: AwareDatetime | None = None
    shipped_at: AwareDatetime | None = None
    form_submitted_at: AwareDatetime | None = None
    built_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    link_void_at: AwareDatetime | None = None
    graduation_overdue: bool = False
    renewal_date: date | None = None
    csm: str | None = None
    closing_reason: str | None = None
    """Why it was cancelled or refused, as somebody put it."""

    @classmethod
    def placed(cls, order: PlaceOrder, now: datetime) -> Self:
        """Acknowledged: known, and not yet checked against what the store knows."""
        tier2 = order.reselling_partner
        facing = order.facing_partner.contact
        life = cls(
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
            placed_at=order.placed_at or now,
        )
        life.journal.note("order.acknowledged", now, order, kind=order.kind)
        return life

    @property
    def subject(self) -> str:
        """Its SO#."""
        return self.number

    @property
    def attention(self) -> bool:
        """Should somebody look?"""
        return super().attention or self.graduation_overdue

    @property
    def closed(self) -> bool:
        """Nothing will happen to it any more."""
        return self.stage in CLOSED

    @property
    def missing_terms(self) -> tuple[Terms, ...]:
        """Overage terms required and not yet agreed. ORD-11."""
        return tuple(terms for terms in self.required_terms if terms not in self.terms_accepted)

    @property
    def is_renewal(self) -> bool:
        """Does it continue a subscription? REN-01."""
        return self.kind is OrderKind.RENEWAL

    # What happens, in the order of the table in domain.md §10.1.

    def hold(self, now: datetime, overdue_at: datetime, renewal_date: date | None) -> None:
        """Every order goes on Compliance Hold, without exception. ORD-02, REN-04."""
        self._move(OrderEvent.HELD, now, overdue_at=overdue_at)
        self.renewal_date = renewal_date
        self.agenda.arm(Deadline(name=HOLD_OVERDUE, at=overdue_at, label="Compliance hold overdue: alert"))
        if renewal_date is not None:
            target = end_of_day(renewal_date - self.policy.renewal_target, self.zone)
            self.agenda.arm(Deadline(name=RENEWAL_TARGET, at=target, label="Renewal target: alert if no form"))
        for terms in self.required_terms:
            self.journal.note("order.information_required", now, what=f"{terms} overage terms")

    def check_accept_terms(self, message: AcceptTerms) -> None:
        """Each set of terms once, and only those the items call for. ORD-08 to ORD-13."""
        after(self.stage, OrderEvent.TERMS_ACCEPTED)
        if message.terms not in self.required_terms:
            raise Refused(f"this order needs no {message.terms} overage terms (ORD-12)", field="terms")
        if message.terms in self.terms_accepted:
            since = self.terms_accepted[message.terms]
            raise Refused(f"{message.terms} terms were already accepted on {since:%Y-%m-%d %H:%M} UTC", field="terms")

    def accept_terms(self, message: AcceptTerms, now: datetime) -> None:
        """The customer agreed; the hold is released if nothing else is missing."""
        self.check_accept_terms(message)
        self.terms_accepted[message.terms] = now
        self._move(OrderEvent.TERMS_ACCEPTED, now, message, terms=message.terms)
        self._ship_if_released(now)

    def check_clear(self, _message: ClearCompliance) -> None:
        """Clearance is remembered, so it comes once. ORD-03."""
        after(self.stage, OrderEvent.COMPLIANCE_CLEARED)
        if self.cleared_at is not None:
            wanted = ", ".join(self.missing_terms)
            raise Refused(
                f"already cleared on {self.cleared_at:%Y-%m-%d %H:%M} UTC; still missing: {wanted} terms (ORD-11)"
            )

    def clear(self, message: ClearCompliance, now: datetime) -> None:
        """The vendor found no problem; the hold is released as soon as no terms are missing. ORD-03, ORD-11."""
        self.check_clear(message)
        self.cleared_at = now
        self._move(OrderEvent.COMPLIANCE_CLEARED, now, message)
        self._ship_if_released(now)

    def check_refuse(self, _message: RefuseCompliance) -> None:
        """Possible while held."""
        after(self.stage, OrderEvent.COMPLIANCE_REFUSED)

    def refuse(self, message: RefuseCompliance, now: datetime) -> None:
        """The vendor refuses; the order ends as rejected."""
        self._close(OrderEvent.COMPLIANCE_REFUSED, now, message)

    def check_cancel(self, _message: CancelOrder) -> None:
        """Possible until it ships: shipping is the point of no return. AMB-41."""
        after(self.stage, OrderEvent.CANCELLED)

    def cancel(self, message: CancelOrder, now: datetime) -> None:
        """The order ends as cancelled."""
        self._close(OrderEvent.CANCELLED, now, message)

    def check_submit_form(self, message: SubmitForm) -> None:
        """The form fits the order: named users add up, a renewal says so. ORD-33, AMB-4, REN-06."""
        after(self.stage, OrderEvent.FORM_SUBMITTED)
        form = message.form
        if form.named_users + form.reserve != self.named_hosts:
            raise Refused(
                f"named users over all sites plus reserve are {form.named_users + form.reserve}, "
                f"bought are {self.named_hosts} (ORD-33, AMB-4)",
                field="form.sites",
            )
        if self.is_renewal and not form.existing_customer:
            raise Refused('a renewal answers "Yes" (REN-06)', field="form.existing_customer")

    def submit_form(self, message: SubmitForm, now: datetime) -> None:
        """The site can be built. ORD-15."""
        self.check_submit_form(message)
        self.form_submitted_at = now
        self._move(OrderEvent.FORM_SUBMITTED, now, message, sites=message.form.number_of_sites)
        self.agenda.disarm(RENEWAL_TARGET)
        self.journal.close_task(RELAY, now)

    def expect_build_by(self, due_at: datetime, now: datetime) -> None:
        """About 7 business days: a guide. ORD-18, ORD-19."""
        if self.stage is Stage.PROVISIONING:
            self.journal.note("order.build_expected", now, due_at=due_at)
            self.agenda.arm(Deadline(name=BUILD_LATE, at=due_at, label="Build guide: alert if the site is not built"))

    def check_site_built(self, message: ReportSiteBuilt) -> None:
        """New orders need the Welcome's access data; a renewal sends no Welcome and has none. ORD-22, REN-09."""
        after(self.stage, OrderEvent.RENEWED if self.is_renewal else OrderEvent.SITE_BUILT)
        for field in ("user_name", "password_url"):
            given = getattr(message, field) is not None
            if given and self.is_renewal:
                raise Refused("must be left out: a renewal sends no Welcome (REN-09)", field=field)
            if not given and not self.is_renewal:
                raise Refused("is required for the Welcome (ORD-22)", field=field)

    def site_built(self, message: ReportSiteBuilt, now: datetime) -> None:
        """New: service and contract start here (ORD-21, AMB-3). Renewal: complete, and nobody gets mail (REN-09)."""
        self.check_site_built(message)
        self.built_at = now
        self.agenda.disarm(BUILD_LATE)
        if self.is_renewal:
            self._close(OrderEvent.RENEWED, now, message)
            return
        self._move(OrderEvent.SITE_BUILT, now, message)
        self._arm_graduation(now)

    def _arm_graduation(self, now: datetime) -> None:
        built_on = local_day(now, self.zone)
        for elapsed in self.policy.graduation_reminders:
            at = at_local_time(built_on + elapsed, self.policy.notices_at, self.zone)
            label = f"Graduation reminder after {elapsed.days} days"
            self.agenda.arm(Deadline(name=f"graduation_reminder/{elapsed.days}", at=at, ladder=REMINDERS, label=label))
        due = end_of_day(built_on + self.policy.graduation_due, self.zone)
        self.agenda.arm(Deadline(name=GRADUATION_DUE, at=due, label="Graduation counts as overdue"))

    def welcome_sent(self, sent_at: datetime, now: datetime) -> None:
        """The password link lives 72 hours from the time of sending. ORD-22."""
        self.link_void_at = sent_at + self.policy.password_link_life
        self.journal.note("order.welcome_sent", now, sent_at=sent_at, link_void_at=self.link_void_at)
        if self.stage is Stage.SERVICE_READY:
            self.agenda.arm(Deadline(name=LINK_VOID, at=self.link_void_at, label="Password link ends"))

    def graduation_is_overdue(self, now: datetime) -> None:
        """Shown, never enforced: the subscription goes on. AMB-45."""
        self.graduation_overdue = True
        self.journal.note("order.graduation_overdue", now)

    def check_graduate(self, message: Graduate) -> None:
        """Possible once the service is ready. ORD-27."""
        after(self.stage, OrderEvent.GRADUATED)
        if abs(message.form.term_years * 12 - self.term_months) >= 1:
            raise Refused(
                f"says {message.form.term_years:g} years, the order's term is {self.term_months} months (ORD-30)",
                field="form.term_years",
            )

    def graduate(self, message: Graduate, now: datetime) -> None:
        """The customer is handed over; a CSM takes care from here. ORD-27."""
        self.check_graduate(message)
        self.graduation_overdue = False
        self._close(OrderEvent.GRADUATED, now, message)

    def check_complete_task(self, message: CompleteTask) -> None:
        """The task is known and still open; a mail in doubt is settled by its own message."""
        task = self.journal.task(message.task)
        if task is None or task.kind is TaskKind.SETTLE_MAIL:
            known = ", ".join(t.key for t in self.journal.tasks if t.closed_at is None) or "none"
            raise Refused(f"no such task; open tasks: {known}", field="task")
        if task.closed_at is not None:
            raise Refused(f"already done on {task.closed_at:%Y-%m-%d %H:%M} UTC", field="task")

    def complete_task(self, message: CompleteTask, now: datetime) -> None:
        """Somebody outside did it."""
        self.check_complete_task(message)
        self.journal.close_task(message.task, now)
        self.journal.note("order.task_completed", now, message, task=message.task)

    def _ship_if_released(self, now: datetime) -> None:
        """Release of the hold, shipping and the confirmation document are one moment. ORD-04, ORD-11."""
        if self.cleared_at is None or self.missing_terms:
            return
        self.shipped_at = now
        self._move(OrderEvent.SHIPPED, now)
        self.agenda.disarm(HOLD_OVERDUE)
        if self.relay_to:
            self.journal.open_task(RELAY, TaskKind.RELAY_CONFIRMATION, self.ordering_partner_id, now)

    def _close(self, event: OrderEvent, now: datetime, message: Message) -> None:
        self._move(event, now, message)
        self.closed_at, self.closing_reason = now, message.reason
        self.agenda.disarm(*(deadline.name for deadline in self.agenda.pending))

    def _move(self, event: OrderEvent, now: datetime, message: Message | None = None, **data: object) -> None:
        self.stage = after(self.stage, event)
        self.journal.note(event, now, message, stage=self.stage, **data)

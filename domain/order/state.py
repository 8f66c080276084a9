"""One order: what is allowed now, what happens. domain.md §2, §3, §10.1. Pure, no personal data."""

from datetime import date, datetime, timedelta

from domain.business_days import WorkingCalendar, end_of_business_day_after
from domain.deadlines import Deadline
from domain.events import TaskKind
from domain.order.contacts import is_one_of, refuse_partner
from domain.order.messages import (
    AcceptTerms,
    CancelOrder,
    ClearCompliance,
    CompleteTask,
    Graduate,
    RefuseCompliance,
    ReportSiteBuilt,
    SubmitForm,
)
from domain.order.standing import (
    BUILD_LATE,
    GRADUATION_DUE,
    HOLD_OVERDUE,
    LINK_VOID,
    RELAY,
    REMINDER,
    REMINDERS,
    RENEWAL_TARGET,
    OrderStanding,
    RenewedTerm,
)
from domain.order.states import OrderEvent, Stage
from domain.reasons import Reason
from domain.terms import next_term
from domain.values import Refused
from domain.working_time import at_local_time, end_of_day, local_day

__all__ = (
    "BUILD_LATE",
    "GRADUATION_DUE",
    "HOLD_OVERDUE",
    "LINK_VOID",
    "RELAY",
    "REMINDER",
    "REMINDERS",
    "RENEWAL_TARGET",
    "OrderState",
    "RenewedTerm",
)
"""An order's deadlines by name, and what it is opened with."""


class OrderState(OrderStanding):
    """Where one order stands. Every method that changes it checks first and then changes it in one step."""

    def check_placed_at(self, now: datetime) -> None:
        """Raises Refused for an order that was placed in the future of its start: its deadlines would be guesses."""
        if self.placed_at > now:
            raise Refused(
                f"must not lie in the future; the order was started at {now:%Y-%m-%d %H:%M} UTC",
                field="placed_at",
                code=Reason.WRONG_DATE,
            )

    # What happens, in the order of the table in domain.md §10.1.

    def business_day_end(self, start: datetime, days: int, calendar: WorkingCalendar) -> datetime:
        """The end of the Nth business day of the vendor. Where its country's holidays are not known, plain weekdays are
        counted, and people see it. ORD-18, AMB-1, AMB-40."""
        end = end_of_business_day_after(start, days, calendar.closed_on(self.policy.vendor_closed_on))
        counted = (
            local_day(start, calendar.where) + date.resolution,
            local_day(end - timedelta.resolution, calendar.where),
        )
        self.plain_weekdays |= not all(map(calendar.knows, counted))
        return end

    def hold_for_compliance(
        self, now: datetime, overdue_at: datetime, renewal_date: date | None, renewed: RenewedTerm | None = None
    ) -> None:
        """Every order goes on Compliance Hold, without exception. ORD-02, REN-04."""
        self.renewal_date, self.renewed_until = renewal_date, renewed.continued_until if renewed else None
        self._move(OrderEvent.HELD, now, overdue_at=overdue_at, renewal_date=renewal_date, term=self.next_term(now))
        self.agenda.arm(Deadline(kind=HOLD_OVERDUE, at=overdue_at, label="Compliance hold overdue: alert"))
        if renewal_date is not None:
            self._aim_before(renewal_date, renewed)
        for terms in self.required_terms:
            self.journal.note("order.information_required", now, what=f"{terms} overage terms")

    def _aim_before(self, renewal_date: date, renewed: RenewedTerm | None) -> None:
        """A target that lies before the present term, or on its first day, is none. REN-07, AMB-55."""
        day = renewal_date - self.policy.renewal_target
        if renewed is None or day > renewed.began_on:
            target = end_of_day(day, self.rules)
            self.agenda.arm(Deadline(kind=RENEWAL_TARGET, at=target, label="Renewal target: alert if no form"))

    def next_term(self, now: datetime) -> str | None:
        """What a renewal buys if it is completed now, in words. AMB-54."""
        if self.closed or self.renewal_date is None or self.renewed_until is None:
            return None
        return next_term(self.renewal_date, self.renewed_until, now, self.rules)

    def leave_trials(self, trials: tuple[str, ...], now: datetime) -> None:
        """The customer runs trials that this paid order does not convert: it goes on, and people see it. AMB-53."""
        self.unconverted_trials = trials
        if trials:
            self.journal.note("order.trials_not_converted", now, trials=", ".join(trials))

    def check_accept_terms(self, message: AcceptTerms, _now: datetime) -> None:
        """Each set of terms once, and only those the items call for. ORD-08 to ORD-13."""
        self.check_stage("accept_terms")
        if message.terms not in self.required_terms:
            raise Refused(
                f"this order needs no {message.terms} overage terms (ORD-12)", field="terms", code=Reason.NOT_NEEDED
            )
        if message.terms in self.terms_accepted:
            since = self.terms_accepted[message.terms]
            raise Refused(
                f"{message.terms} terms were already accepted on {since:%Y-%m-%d %H:%M} UTC",
                field="terms",
                code=Reason.ALREADY_DONE,
            )

    def accept_terms(self, message: AcceptTerms, now: datetime) -> None:
        """The customer agreed; the hold is released if nothing else is missing."""
        self.check_accept_terms(message, now)
        self.terms_accepted[message.terms] = now
        self._move(OrderEvent.TERMS_ACCEPTED, now, message, terms=message.terms)
        self._ship_if_released(now)

    def check_clear_compliance(self, _message: ClearCompliance, _now: datetime) -> None:
        """Clearance is remembered, so it comes once. ORD-03."""
        self.check_stage("clear_compliance")
        if self.cleared_at is not None:
            wanted = ", ".join(self.missing_terms)
            raise Refused(
                f"already cleared on {self.cleared_at:%Y-%m-%d %H:%M} UTC; still missing: {wanted} terms (ORD-11)",
                code=Reason.ALREADY_DONE,
            )

    def clear_compliance(self, message: ClearCompliance, now: datetime) -> None:
        """The hold is released as soon as no terms are missing. ORD-03, ORD-11."""
        self.check_clear_compliance(message, now)
        self.cleared_at = now
        self._move(OrderEvent.COMPLIANCE_CLEARED, now, message)
        self._ship_if_released(now)

    def refuse_compliance(self, message: RefuseCompliance, now: datetime) -> None:
        """The order ends as rejected."""
        self._close(OrderEvent.COMPLIANCE_REFUSED, now, message)

    def cancel(self, message: CancelOrder, now: datetime) -> None:
        """Possible until it ships: shipping is the point of no return. AMB-41."""
        self._close(OrderEvent.CANCELLED, now, message)

    def check_submit_provisioning_form(self, message: SubmitForm, _now: datetime) -> None:
        """The form fits the order: named users add up, a renewal says so. ORD-33, AMB-4, REN-06."""
        self.check_stage("submit_provisioning_form")
        form = message.form
        if form.named_users + form.reserve != self.named_hosts:
            raise Refused(
                f"named users over all sites plus reserve are {form.named_users + form.reserve}, "
                f"bought are {self.named_hosts} (ORD-33, AMB-4)",
                field="form.sites",
                code=Reason.DOES_NOT_FIT,
            )
        if self.is_renewal and not form.existing_customer:
            raise Refused('a renewal answers "Yes" (REN-06)', field="form.existing_customer", code=Reason.DOES_NOT_FIT)
        refuse_partner(form.admin_email, (*self._partners, form.partner_email), "form.admin_email")

    def submit_provisioning_form(self, message: SubmitForm, now: datetime) -> None:
        """The site can be built. ORD-15."""
        self.check_submit_provisioning_form(message, now)
        self.form_submitted_at = now
        self.sites = tuple(site.url for site in message.form.sites)
        self._move(OrderEvent.FORM_SUBMITTED, now, message, sites=message.form.number_of_sites)
        self.agenda.disarm(RENEWAL_TARGET)
        self.journal.close_task(RELAY, now)

    def expect_build_by(self, due_at: datetime, now: datetime) -> None:
        """About 7 business days: a guide. ORD-18, ORD-19."""
        self.build_due_at = due_at
        if self.stage is Stage.PROVISIONING:
            self.journal.note("order.build_expected", now, due_at=due_at)
            self.agenda.arm(Deadline(kind=BUILD_LATE, at=due_at, label="Build guide: alert if it is not done"))

    def check_report_site_built(self, message: ReportSiteBuilt, _now: datetime) -> None:
        """New orders need the Welcome's access data; a renewal sends no Welcome and has none. ORD-22, REN-09."""
        self.table.after(self.stage, OrderEvent.RENEWED if self.is_renewal else OrderEvent.SITE_BUILT)
        for field in ("user_name", "password_url"):
            given = getattr(message, field) is not None
            if given and self.is_renewal:
                raise Refused(
                    "must be left out: a renewal sends no Welcome (REN-09)", field=field, code=Reason.NOT_NEEDED
                )
            if not given and not self.is_renewal:
                raise Refused("is required for the Welcome (ORD-22)", field=field, code=Reason.MISSING)

    def report_site_built(self, message: ReportSiteBuilt, now: datetime) -> None:
        """New: service and contract start here (ORD-21, AMB-3). Renewal: complete, and nobody gets mail (REN-09)."""
        self.check_report_site_built(message, now)
        self.built_at = now
        self.agenda.disarm(BUILD_LATE)
        if self.is_renewal:
            self._close(OrderEvent.RENEWED, now, message)
            return
        self._move(OrderEvent.SITE_BUILT, now, message)
        self._arm_graduation(now)

    def _arm_graduation(self, now: datetime) -> None:
        built_on = local_day(now, self.rules)
        for elapsed in self.policy.graduation_reminders:
            at = at_local_time(built_on + elapsed, self.policy.notices_at, self.rules)
            label = f"Graduation reminder after {elapsed.days} days"
            self.agenda.arm(Deadline(kind=REMINDER, days=elapsed.days, at=at, ladder=REMINDERS, label=label))
        due = end_of_day(built_on + self.policy.graduation_due, self.rules)
        self.agenda.arm(Deadline(kind=GRADUATION_DUE, at=due, label="Graduation counts as overdue"))

    def welcome_sent(self, sent_at: datetime, now: datetime) -> None:
        """The password link lives 72 hours from the time of sending. ORD-22."""
        self.link_void_at = sent_at + self.policy.password_link_life
        self.journal.note("order.welcome_sent", now, sent_at=sent_at, link_void_at=self.link_void_at)
        if self.stage is Stage.SERVICE_READY:
            self.agenda.arm(Deadline(kind=LINK_VOID, at=self.link_void_at, label="Password link ends"))

    def graduation_is_overdue(self, now: datetime) -> None:
        """Shown, never enforced: the subscription goes on. AMB-45."""
        self.graduation_overdue = True
        self.journal.note("order.graduation_overdue", now)

    def check_graduate(self, message: Graduate, _now: datetime) -> None:
        """The form is about this order, and names nobody of the partner's as the customer's. ORD-30."""
        self.check_stage("graduate")
        if abs(message.form.term_years * 12 - self.term_months) >= 1:
            raise Refused(
                f"says {message.form.term_years:g} years, the order's term is {self.term_months} months (ORD-30)",
                field="form.term_years",
                code=Reason.DOES_NOT_FIT,
            )
        if is_one_of(message.form.site_admin, (*self._partners, message.form.manager_email)):
            raise Refused(
                "must be a contact at the customer, and this is a partner's (ORD-30)",
                field="form.site_admin",
                code=Reason.ADDRESS_OF_A_PARTNER,
            )
        if message.form.site_url not in self.sites:
            raise Refused(
                f"is no site of this order; its sites are: {', '.join(self.sites)} (ORD-30, AMB-56)",
                field="form.site_url",
                code=Reason.UNKNOWN,
            )

    def graduate(self, message: Graduate, now: datetime) -> None:
        """The customer is handed over; a CSM takes care from here. ORD-27."""
        self.check_graduate(message, now)
        self.graduation_overdue = False
        self.copy_wanted = message.form.copy_wanted
        self._close(OrderEvent.GRADUATED, now, message)

    def check_complete_task(self, message: CompleteTask, _now: datetime) -> None:
        """The task is known and still open; a mail in doubt is settled by its own message."""
        task = self.journal.task(message.task)
        if task is None or task.kind is TaskKind.SETTLE_MAIL:
            known = ", ".join(t.key for t in self.journal.tasks if t.closed_at is None) or "none"
            raise Refused(f"no such task; open tasks: {known}", field="task", code=Reason.UNKNOWN)
        if task.closed_at is not None:
            raise Refused(
                f"already done on {task.closed_at:%Y-%m-%d %H:%M} UTC", field="task", code=Reason.ALREADY_DONE
            )

    def complete_task(self, message: CompleteTask, now: datetime) -> None:
        self.check_complete_task(message, now)
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

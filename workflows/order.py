"""An order: hold, confirmation, provisioning, welcome, graduation; or renewal. domain.md §2, §3."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.order import (
        AssignCsm,
        CalendarWanted,
        NotifySubscription,
        NotifyTrial,
        OpenOrder,
        OrderActivities,
        OrderOpening,
    )
    from domain.deadlines import Deadline
    from domain.events import SYSTEM
    from domain.mails import MailKind, MailState
    from domain.order import state as order
    from domain.order.contacts import partner_addresses
    from domain.order.kind import ORDER
    from domain.order.mails import OrderMail
    from domain.order.messages import (
        CancelOrder,
        Graduate,
        PlaceOrder,
        ReportSiteBuilt,
        SubmitForm,
    )
    from domain.order.people import graduation_people, provisioning_people
    from domain.order.standing import OVER, TRIAL_UNREACHABLE, UNREACHABLE
    from domain.order.state import OrderState
    from domain.order.states import Stage
    from domain.subscription.messages import RenewalStep, StartSubscription
    from domain.values import Model, Refused, as_line
    from domain.view import LifecycleView
    from workflows.attempts import LeftOut
    from workflows.lifecycle import LifecycleWorkflow, as_bad_input
    from workflows.messages import required
    from workflows.updates import takes_updates_of


class OrderOutcome(Model):
    """How an order ended."""

    number: str
    stage: Stage


@workflow.defn(name="Order")
@takes_updates_of(ORDER)
class Order(LifecycleWorkflow[OrderState]):
    """One order, new or renewal. Id `order-<sales order number>`."""

    @workflow.init
    def __init__(self, placed: PlaceOrder | None = None, carried: OrderState | None = None) -> None:
        super().__init__()
        self.start = self.placed = required(placed)
        self.state = carried or OrderState.placed(self.placed, workflow.now())
        self.state.keep_from_partners(partner_addresses(self.placed))

    @workflow.run
    async def run(self, _placed: PlaceOrder | None = None, _carried: OrderState | None = None) -> OrderOutcome:
        """From acknowledgement to completion, rejection or cancellation."""
        return await self.through(self.live())

    async def live(self) -> OrderOutcome:
        """As domain.md §10.1 has it. What an earlier run has done is found done."""
        if self.state.stage is Stage.ACKNOWLEDGED:
            await self.open()
        await self.held_until_released()
        if self.state.shipped_at:  # not its stage: the form may have come in the same task, and nothing is left out
            await self.provisioned()
            await (self.renewed() if self.state.is_renewal else self.graduated())
        elif self.state.is_renewal:
            await self.notify_subscription(RenewalStep.WITHDRAWN)
        await self.at_rest()
        return OrderOutcome(number=self.state.number, stage=self.state.stage)

    async def open(self) -> None:
        """Take the SO#; every order is held, without exception. ORD-02, REN-04."""
        self.expect_its_id()
        with as_bad_input():
            self.state.check_placed_at(workflow.now())
        opened = await self.register()
        if self.state.closed:
            return
        self.state.zone_rules = opened.zone_rules
        overdue_at = self.state.business_day_end(self.state.placed_at, self.state.policy.hold_overdue, opened.calendar)
        self.state.hold_for_compliance(workflow.now(), overdue_at, opened.renewal_date, opened.renewed)
        self.state.leave_trials(opened.unconverted_trials, workflow.now())
        if self.state.is_renewal:
            await self.notify_subscription(RenewalStep.PLACED)

    async def held_until_released(self) -> None:
        """Terms from the customer, clearance from the vendor, in any order; shipping is their sum. ORD-03, ORD-11."""
        if self.state.stage is Stage.HELD and self.state.missing_terms:
            await self.written()
            self.post(OrderMail.TERMS_WANTED)
        await self.until(self.past(Stage.ACKNOWLEDGED, Stage.HELD))
        if self.state.stage is Stage.REJECTED:
            self.post(OrderMail.ORDER_REJECTED)

    async def provisioned(self) -> None:
        """The confirmation document goes out, the form comes in, the site is built. ORD-04 to ORD-19."""
        self.post(OrderMail.CONFIRMATION)
        await self.notify_trial()
        await self.until(self.past(Stage.AWAITING_DETAILS), written=False)
        self.post(OrderMail.PROVISIONING_COPY)
        if self.state.build_due_at is None:
            self.state.expect_build_by(await self.build_guide_ends_at(), workflow.now())
        await self.until(self.past(Stage.PROVISIONING))

    async def graduated(self) -> None:
        """Service starts with the built site; the order stays until the customer is handed over. ORD-20 to ORD-31."""
        self.post(OrderMail.WELCOME)
        if not self.state.subscription_begun:
            await self.start_subscription()
        await self.until(self.past(Stage.SERVICE_READY), written=False)
        if self.state.copy_wanted:
            self.post(OrderMail.GRADUATION_COPY)
        if self.state.csm is None and not self.state.without_csm:
            await self.assign_csm()

    async def renewed(self) -> None:
        """The subscription is notified; nobody gets mail. REN-09."""
        await self.notify_subscription(RenewalStep.COMPLETED)

    def on_due(self, deadline: Deadline) -> None:
        """Alerts and reminders: none of them decides anything. ORD-19, REN-07, AMB-1, AMB-45."""
        now = workflow.now()
        match deadline.kind:
            case order.HOLD_OVERDUE:
                self.alert(deadline, OrderMail.HOLD_OVERDUE)
            case order.RENEWAL_TARGET:
                self.alert(deadline, OrderMail.RENEWAL_LATE)
            case order.BUILD_LATE:
                self.alert(deadline, OrderMail.BUILD_LATE)
            case order.REMINDER:
                self.state.journal.note("order.graduation_reminded", now, reminder=deadline.name)
                self.post(OrderMail.GRADUATION_REMINDER, deadline.name, deadline)
            case order.GRADUATION_DUE:
                self.state.graduation_is_overdue(now)
            case order.LINK_VOID:
                self.state.journal.note("order.password_link_ended", now, at=deadline.at)
            case unknown:
                raise AssertionError(f"no such deadline: {unknown}")

    def alert(self, deadline: Deadline, kind: MailKind) -> None:
        """A guide or target was missed: jeopardy, never a failure."""
        self.state.endanger(deadline.name, workflow.now(), deadline.at)
        self.post(kind, deadline=deadline)

    def mail_was_sent(self, kind: str) -> None:
        """The Welcome's password link lives from the moment of sending. ORD-22."""
        if kind == OrderMail.WELCOME:
            sent = next(mail for mail in self.state.mails_in(MailState.SENT) if mail.kind == kind)
            self.state.welcome_sent(sent.sent_at or workflow.now(), workflow.now())

    # The world.

    async def register(self) -> OrderOpening:
        """Number taken, subscription unknown: the start fails at once."""
        request = OpenOrder(
            placed=self.placed,
            state=self.state.for_the_store(),
            run=workflow.info().first_execution_run_id,
            at=workflow.now(),
        )
        return await self.carry_out(OrderActivities.open_order, request, summary="Take the order number")

    async def build_guide_ends_at(self) -> datetime:
        """About 7 business days of the vendor's country after the form. ORD-18, AMB-40."""
        policy = self.state.policy
        start = self.state.form_submitted_at or workflow.now()
        wanted = CalendarWanted(
            country=policy.vendor_country,
            zone=policy.vendor_zone,
            start=start,
            business_days=policy.build_guide,
        )
        summary = f"Holidays, for {policy.build_guide} business days"
        calendar = await self.carry_out(OrderActivities.working_calendar, wanted, summary=summary)
        return self.state.business_day_end(start, policy.build_guide, calendar)

    async def start_subscription(self) -> None:
        """The subscription begins where service begins. ORD-21, AMB-3."""
        state = self.state
        request = StartSubscription.model_construct(
            by=SYSTEM,
            subscription_id=state.subscription_id,
            order_number=state.number,
            customer_id=state.customer_id,
            partner_id=state.facing_partner_id,
            zone=state.zone,
            service_start_at=state.built_at or workflow.now(),
            term_months=state.term_months,
            policy=state.policy.subscription,
        )
        summary = f"Start subscription {state.subscription_id}"
        await self.carry_out(OrderActivities.start_subscription, request, summary=summary)
        state.subscription_begun = True

    async def assign_csm(self) -> None:
        """From Graduation on a CSM is the general contact; an operator may go on without one. ORD-27."""
        request = AssignCsm(subscription_id=self.state.subscription_id)
        summary = "Assign a Customer Success Manager"
        try:
            assigned = await self.carry_out(OrderActivities.assign_csm, request, summary=summary, optional=True)
        except LeftOut:
            self.state.without_csm = True
            return
        self.state.csm = assigned.csm
        self.state.journal.note("order.csm_assigned", workflow.now(), csm=assigned.csm)

    async def notify_subscription(self, step: RenewalStep) -> None:
        """The subscription this order renews; one that is over, or gone, needs somebody's attention."""
        request = NotifySubscription(
            subscription_id=self.state.subscription_id, order_number=self.state.number, step=step
        )
        told = await self.carry_out(
            OrderActivities.notify_subscription,
            request,
            step=f"notify_subscription/{step}",
            summary=f"Tell subscription {self.state.subscription_id}: {step}",
        )
        if told.over:
            self.misses(OVER if step is not RenewalStep.WITHDRAWN else None)
        elif not told.heard:
            self.misses(UNREACHABLE)

    async def notify_trial(self) -> None:
        """The trial this order makes paid hears that it shipped, once the store knows it; its last look at the end of
        grace finds the order in any case, so an operator may do without. AMB-53."""
        if self.placed.converts_trial is None or self.state.trial_notified:
            return
        await self.written()
        request = NotifyTrial(trial_id=self.placed.converts_trial, order_number=self.state.number)
        summary = f"Tell trial {request.trial_id}: shipped"
        with suppress(LeftOut):
            told = await self.carry_out(OrderActivities.notify_trial, request, summary=summary, optional=True)
            if not told.heard:
                self.misses(TRIAL_UNREACHABLE)
        self.state.trial_notified = True

    def misses(self, what: str | None) -> None:
        """Somebody whom this order notifies cannot be reached: an alert, once."""
        if what and what not in self.state.jeopardy:
            self.state.endanger(what, workflow.now(), workflow.now())

    def past(self, *stages: Stage) -> Callable[[], bool]:
        """Has it left these stages?"""
        return lambda: self.state.stage not in stages

    # What comes with people's updates is filed.

    def submit_provisioning_form(self, message: SubmitForm) -> LifecycleView:
        """The form is checked against the order, kept, and copied to the partner contact. ORD-15, ORD-16."""
        self.state.submit_provisioning_form(message, workflow.now())
        self.state.keep_from_partners({message.form.partner_email})
        self.file(provisioning_people(message.form, self.state), provisioning_form=message.form)
        return self.view()

    def report_site_built(self, message: ReportSiteBuilt) -> LifecycleView:
        """Service starts here and the Welcome goes out; a renewal completes in silence. ORD-20, ORD-21, REN-09."""
        self.state.report_site_built(message, workflow.now())
        self.file({}, access=message)
        return self.view()

    def graduate(self, message: Graduate) -> LifecycleView:
        """The customer is handed over; the renewal contact is kept. ORD-27, ORD-30, ORD-31."""
        self.state.graduate(message, workflow.now())
        self.file(graduation_people(message.form, self.state), graduation_form=message.form)
        return self.view()

    def ready(self) -> bool:
        """Once the store has taken the SO#."""
        return self.state.stage is not Stage.ACKNOWLEDGED

    def asked_to_stop(self, reason: str) -> None:
        """Cancel in the Web UI: before shipping it cancels the order, after it nothing can. AMB-41."""
        request = CancelOrder.model_construct(by="web-ui", reason=as_line(reason))
        try:
            self.state.cancel(request, workflow.now())
        except Refused as refusal:
            self.state.journal.note("order.cancel_refused", workflow.now(), request, why=refusal)
            self.was_refused("cancel", str(refusal))

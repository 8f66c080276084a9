"""An order's whole life: hold, confirmation, provisioning, welcome, graduation; or renewal. domain.md §2, §3."""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.order import (
        AssignCsm,
        CalendarWanted,
        OpenOrder,
        OrderActivities,
        RecordOrder,
    )
    from activities.ports import OpenedOrder, OrderPapers, People
    from domain.agenda import Deadline
    from domain.events import SYSTEM
    from domain.mails import Lifecycle, MailKind, MailState, Role, workflow_id
    from domain.offers import Offers
    from domain.order import order
    from domain.order.examples import EXAMPLES
    from domain.order.examples import offers as order_offers
    from domain.order.messages import (
        AcceptTerms,
        CancelOrder,
        ClearCompliance,
        CompleteTask,
        Graduate,
        PlaceOrder,
        RefuseCompliance,
        ReportSiteBuilt,
        SubmitForm,
    )
    from domain.order.order import OrderLife
    from domain.order.people import graduation_people, provisioning_people
    from domain.order.states import Stage
    from domain.order.view import order_view
    from domain.subscription.messages import RenewalNews, RenewalStep, StartSubscription
    from domain.values import Model, Person, Refused, as_line
    from domain.view import LifeView
    from domain.working_time import end_of_business_day_after, local_day
    from workflows.lifecycle import Story, expect_id, in_words_of_the_store
    from workflows.messages import described, required
    from workflows.steps import CALENDAR_MARGIN, RECORD


class OrderOutcome(Model):
    """How an order ended."""

    number: str
    stage: Stage


@workflow.defn(name="Order")
class Order(Story[OrderLife]):
    """One order, new or renewal. Id `order-<sales order number>`."""

    @workflow.init
    def __init__(self, placed: PlaceOrder | None = None) -> None:
        super().__init__()
        self.placed = required(placed)
        self.life = OrderLife.placed(self.placed, workflow.now())
        self.papers = OrderPapers()
        self.copy_wanted = False

    @workflow.run
    async def run(self, _placed: PlaceOrder | None = None) -> OrderOutcome:
        """From acknowledgement to completion, rejection or cancellation."""
        return await self.through(self.live())

    async def live(self) -> OrderOutcome:
        """The whole life, as domain.md §10.1 tells it."""
        await self.open()
        await self.held_until_released()
        if self.life.shipped_at:  # not its stage: the form may have come in the same task, and nothing is left out
            await self.provisioned()
            await (self.renewed() if self.life.is_renewal else self.graduated())
        elif self.life.is_renewal:
            await self.tell_subscription(RenewalStep.WITHDRAWN)
        await self.post_is_settled()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return OrderOutcome(number=self.life.number, stage=self.life.stage)

    async def open(self) -> None:
        """Take the SO#; every order is held, without exception. ORD-02, REN-04."""
        expect_id(Lifecycle.ORDER, self.life.number)
        opened = await self.register()
        if self.life.closed:
            return
        overdue_at = await self.business_days_after(self.life.placed_at, self.life.policy.hold_overdue)
        if not self.life.closed:
            self.life.hold(workflow.now(), overdue_at, opened.renewal_date)
        if self.life.is_renewal:
            await self.tell_subscription(RenewalStep.PLACED)

    async def held_until_released(self) -> None:
        """Terms from the customer, clearance from the vendor, in any order; shipping is their sum. ORD-03, ORD-11."""
        if self.life.stage is Stage.HELD and self.life.missing_terms:
            await self.written()
            self.post(MailKind.TERMS_WANTED)
        await self.until(self.past(Stage.ACKNOWLEDGED, Stage.HELD))
        if self.life.stage is Stage.REJECTED:
            self.post(MailKind.ORDER_REJECTED)

    async def provisioned(self) -> None:
        """The confirmation document goes out, the form comes in, the site is built. ORD-04 to ORD-19."""
        self.post(MailKind.CONFIRMATION)
        await self.until(self.past(Stage.AWAITING_DETAILS))
        self.post(MailKind.PROVISIONING_COPY)
        submitted_at = self.life.form_submitted_at or workflow.now()
        due_at = await self.business_days_after(submitted_at, self.life.policy.build_guide)
        self.life.expect_build_by(due_at, workflow.now())
        await self.until(self.past(Stage.PROVISIONING))

    async def graduated(self) -> None:
        """Service starts with the built site; the order stays until the customer is handed over. ORD-20 to ORD-31."""
        self.post(MailKind.WELCOME)
        await self.start_subscription()
        await self.until(self.past(Stage.SERVICE_READY))
        if self.copy_wanted:
            self.post(MailKind.GRADUATION_COPY)
        await self.assign_csm()

    async def renewed(self) -> None:
        """A completed renewal tells its subscription; nobody gets mail. REN-09."""
        await self.tell_subscription(RenewalStep.COMPLETED)

    def meet(self, deadline: Deadline) -> None:
        """Alerts and reminders: none of them decides anything. ORD-19, REN-07, AMB-1, AMB-45."""
        now = workflow.now()
        match deadline.ladder or deadline.name:
            case order.HOLD_OVERDUE:
                self.alert(deadline, MailKind.HOLD_OVERDUE)
            case order.RENEWAL_TARGET:
                self.alert(deadline, MailKind.RENEWAL_LATE)
            case order.BUILD_LATE:
                self.alert(deadline, MailKind.BUILD_LATE)
            case order.REMINDERS:
                self.life.journal.note("order.graduation_reminded", now, reminder=deadline.name)
                self.post(MailKind.GRADUATION_REMINDER, deadline.name, deadline)
            case order.GRADUATION_DUE:
                self.life.graduation_is_overdue(now)
            case order.LINK_VOID:
                self.life.journal.note("order.password_link_ended", now, at=deadline.at)
            case unknown:
                raise AssertionError(f"nobody meets {unknown}")

    def alert(self, deadline: Deadline, kind: MailKind) -> None:
        """A guide or target was missed: jeopardy, never a failure."""
        self.life.endanger(deadline.name, workflow.now(), deadline.at)
        self.post(kind, deadline=deadline)

    def mail_was_sent(self, kind: MailKind) -> None:
        """The Welcome's password link lives from the moment of sending. ORD-22."""
        if kind is MailKind.WELCOME:
            sent = next(mail for mail in self.life.mails_in(MailState.SENT) if mail.kind is kind)
            self.life.welcome_sent(sent.sent_at or workflow.now(), workflow.now())

    # The world.

    async def register(self) -> OpenedOrder:
        """Number taken, subscription unknown: the start fails at once."""
        request = OpenOrder(
            placed=self.placed, life=self.life.for_the_store(), run=workflow.info().first_execution_run_id
        )
        with in_words_of_the_store():
            return await workflow.execute_activity_method(
                OrderActivities.open_order, request, summary="Take the order number", **RECORD
            )

    async def write_journal(self) -> None:
        """Row, events, tasks and papers, in one transaction."""
        papers, self.papers = self.papers, OrderPapers()
        await workflow.execute_activity_method(
            OrderActivities.record_order,
            RecordOrder(journal=self.life.journal.take(), life=self.life.for_the_store(), papers=papers),
            summary=f"Record: {self.life.stage}",
            **RECORD,
        )

    async def business_days_after(self, start: datetime, days: int) -> datetime:
        """The end of the Nth business day of the vendor's country. ORD-18, AMB-1, AMB-40."""
        policy = self.life.policy
        first = local_day(start, policy.vendor_zone)
        calendar = await workflow.execute_activity_method(
            OrderActivities.working_calendar,
            CalendarWanted(
                country=policy.vendor_country,
                zone=policy.vendor_zone,
                first=first,
                last=first + timedelta(days=days) * 2 + CALENDAR_MARGIN,
            ),
            summary=f"Holidays, for {days} business days",
            **RECORD,
        )
        return end_of_business_day_after(start, days, calendar)

    async def start_subscription(self) -> None:
        """The subscription's own life begins where service begins. ORD-21, AMB-3."""
        life = self.life
        request = StartSubscription(
            by=SYSTEM,
            subscription_id=life.subscription_id,
            order_number=life.number,
            customer_id=life.customer_id,
            partner_id=life.facing_partner_id,
            zone=life.zone,
            service_start_at=life.built_at or workflow.now(),
            term_months=life.term_months,
            policy=life.policy.subscription,
        )
        await workflow.execute_activity_method(
            OrderActivities.start_subscription, request, summary=f"Start subscription {life.subscription_id}", **RECORD
        )

    async def assign_csm(self) -> None:
        """From Graduation on a CSM is the general contact. ORD-27."""
        assigned = await workflow.execute_activity_method(
            OrderActivities.assign_csm,
            AssignCsm(subscription_id=self.life.subscription_id),
            summary="Assign a Customer Success Manager",
            **RECORD,
        )
        self.life.csm = assigned.csm
        self.life.journal.note("order.csm_assigned", workflow.now(), csm=assigned.csm)

    async def tell_subscription(self, step: RenewalStep) -> None:
        """Signal the subscription this order renews; one that is gone needs somebody's attention."""
        subscription = workflow.get_external_workflow_handle(
            workflow_id(Lifecycle.SUBSCRIPTION, self.life.subscription_id)
        )
        news = RenewalNews(
            order_number=self.life.number, step=step, term_months=self.life.term_months, at=workflow.now()
        )
        try:
            await subscription.signal("renewal", news)
        except ApplicationError:
            self.life.endanger("subscription_unreachable", workflow.now(), workflow.now())

    # What people tell it.

    def past(self, *stages: Stage) -> Callable[[], bool]:
        """Has it left these stages?"""
        return lambda: self.life.stage not in stages

    @workflow.update(
        description=described("The customer agreed to port or audio overage terms.", EXAMPLES, "order.accept_terms")
    )
    def accept_terms(self, message: AcceptTerms) -> LifeView:
        """The customer agreed to overage terms (port or audio), each in its own message."""
        self.life.accept_terms(message, workflow.now())
        return self.view()

    @accept_terms.validator
    def _may_accept_terms(self, message: AcceptTerms) -> None:
        self.life.check_accept_terms(message)

    @workflow.update(
        description=described("The vendor found no problem: the order may ship.", EXAMPLES, "order.clear_compliance")
    )
    def clear_compliance(self, message: ClearCompliance) -> LifeView:
        """The vendor found no problem: the order ships as soon as no terms are missing."""
        self.life.clear(message, workflow.now())
        return self.view()

    @clear_compliance.validator
    def _may_clear_compliance(self, message: ClearCompliance) -> None:
        self.life.check_clear(message)

    @workflow.update(
        description=described("The vendor refuses: the order is rejected.", EXAMPLES, "order.refuse_compliance")
    )
    def refuse_compliance(self, message: RefuseCompliance) -> LifeView:
        """The vendor refuses the order: it ends as rejected, its partner is told why."""
        self.life.refuse(message, workflow.now())
        return self.view()

    @refuse_compliance.validator
    def _may_refuse_compliance(self, message: RefuseCompliance) -> None:
        self.life.check_refuse(message)

    @workflow.update(description=described("Cancel the order; possible until it ships.", EXAMPLES, "order.cancel"))
    def cancel(self, message: CancelOrder) -> LifeView:
        """Cancel the order; possible until it ships."""
        self.life.cancel(message, workflow.now())
        return self.view()

    @cancel.validator
    def _may_cancel(self, message: CancelOrder) -> None:
        self.life.check_cancel(message)

    @workflow.update(
        description=described(
            "The Provisioning form was submitted (Form A).", EXAMPLES, "order.submit_provisioning_form"
        )
    )
    def submit_provisioning_form(self, message: SubmitForm) -> LifeView:
        """The form is checked against the order, kept, and copied to the partner contact. ORD-15, ORD-16."""
        self.life.submit_form(message, workflow.now())
        self.file(provisioning_people(message.form, self.life), provisioning_form=message.form)
        return self.view()

    @submit_provisioning_form.validator
    def _may_submit_provisioning_form(self, message: SubmitForm) -> None:
        self.life.check_submit_form(message)

    @workflow.update(
        description=described("The site is built, or the renewal work is done.", EXAMPLES, "order.report_site_built")
    )
    def report_site_built(self, message: ReportSiteBuilt) -> LifeView:
        """Service starts here and the Welcome goes out; a renewal completes in silence. ORD-20, ORD-21, REN-09."""
        self.life.site_built(message, workflow.now())
        self.file({}, access=message)
        return self.view()

    @report_site_built.validator
    def _may_report_site_built(self, message: ReportSiteBuilt) -> None:
        self.life.check_site_built(message)

    @workflow.update(description=described("The Graduation form was submitted (Form B).", EXAMPLES, "order.graduate"))
    def graduate(self, message: Graduate) -> LifeView:
        """The customer is handed over; the renewal contact is kept. ORD-27, ORD-30, ORD-31."""
        self.life.graduate(message, workflow.now())
        self.copy_wanted = message.form.copy_wanted
        self.file(graduation_people(message.form, self.life), graduation_form=message.form)
        return self.view()

    @graduate.validator
    def _may_graduate(self, message: Graduate) -> None:
        self.life.check_graduate(message)

    @workflow.update(
        description=described("Somebody did what an open task asked for.", EXAMPLES, "order.complete_task")
    )
    def complete_task(self, message: CompleteTask) -> LifeView:
        """Somebody did what an open task asked for."""
        self.life.complete_task(message, workflow.now())
        return self.view()

    @complete_task.validator
    def _may_complete_task(self, message: CompleteTask) -> None:
        self.life.check_complete_task(message)

    def view(self) -> LifeView:
        """The order as of now."""
        return order_view(self.life, workflow.now())

    def offers(self) -> Offers:
        """What fits this order."""
        return order_offers(self.life)

    def zone(self) -> str:
        """The customer's."""
        return self.life.zone

    def ready(self) -> bool:
        """Once the store has taken the SO#."""
        return self.life.stage is not Stage.ACKNOWLEDGED

    def asked_to_stop(self, reason: str) -> None:
        """Cancel in the Web UI: before shipping it cancels the order, after it nothing can. AMB-41."""
        request = CancelOrder(by="web-ui", reason=as_line(reason))
        try:
            self.life.cancel(request, workflow.now())
        except Refused as refusal:
            self.life.journal.note("order.cancel_refused", workflow.now(), request, why=refusal)
            self.was_refused("cancel", str(refusal))

    def file(self, people: dict[Role, Person], **papers: Model) -> None:
        """Keep what came with a message for the store: the state of the order itself has no personal data."""
        known = self.papers.people.by_role
        self.papers = self.papers.model_copy(update={"people": People(by_role=known | people), **papers})

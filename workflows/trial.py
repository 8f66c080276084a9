"""A trial's whole life: consent, provisioning, use, expiry, grace, loss or conversion. domain.md §5, §10.2."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.ports import People
    from activities.trial import (
        Conversion,
        LastLook,
        Loss,
        OpenTrial,
        RecordTrial,
        ServicesWanted,
        TrialActivities,
    )
    from domain.agenda import Deadline
    from domain.device.device import check_expires_on
    from domain.device.messages import StartDeviceLoan
    from domain.events import SYSTEM
    from domain.mails import Lifecycle, Role, workflow_id
    from domain.offers import Offers
    from domain.order.messages import PlaceOrder
    from domain.trial import trial
    from domain.trial.examples import EXAMPLES
    from domain.trial.examples import offers as trial_offers
    from domain.trial.messages import (
        AcceptTrial,
        CancelTrial,
        ConvertTrial,
        DeclineTrial,
        EditServices,
        ExtendTrial,
        GiveDetails,
        ReportServicesBuilt,
        ResendConsent,
        StartTrial,
        TrialDevice,
        WithdrawTrial,
    )
    from domain.trial.states import RUNNING, TrialStage
    from domain.trial.trial import TrialLife
    from domain.trial.view import trial_view
    from domain.values import Model, Refused, as_line
    from domain.view import LifeView
    from workflows.lifecycle import Story, as_bad_input, expect_id, in_words_of_the_store
    from workflows.messages import described, required
    from workflows.steps import RECORD


class TrialOutcome(Model):
    """How a trial ended."""

    trial_id: str
    stage: TrialStage
    order_number: str | None = None


@workflow.defn(name="Trial")
class Trial(Story[TrialLife]):
    """One trial. Id `trial-<trial id>`."""

    @workflow.init
    def __init__(self, placed: StartTrial | None = None) -> None:
        super().__init__()
        self.placed = required(placed)
        self.life = TrialLife.placed(self.placed, workflow.now())
        self.people = People()
        self.paid_order: PlaceOrder | None = None

    @workflow.run
    async def run(self, _placed: StartTrial | None = None) -> TrialOutcome:
        """From the request to conversion, cancellation or loss."""
        return await self.through(self.live())

    async def live(self) -> TrialOutcome:
        """The whole life, as domain.md §10.2 tells it."""
        await self.open()
        await self.until(lambda: self.life.closed or self.life.stage in RUNNING)
        if self.life.stage in RUNNING:
            await self.lend_devices()
            await self.used_until_it_ends()
        await self.post_is_settled()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return TrialOutcome(trial_id=self.life.trial_id, stage=self.life.stage, order_number=self.life.order_number)

    async def open(self) -> None:
        """Take the id, if the services may be tried; then one of three starts. TRL-16, TRL-23, TRL-43."""
        expect_id(Lifecycle.TRIAL, self.life.trial_id)
        with as_bad_input():
            for number, device in enumerate(self.placed.devices):
                begun = workflow.info().workflow_start_time
                check_expires_on(device.expires_on, self.life.zone, begun, f"devices[{number}].expires_on")
        request = OpenTrial(
            placed=self.placed, life=self.life.for_the_store(), run=workflow.info().first_execution_run_id
        )
        with in_words_of_the_store():
            await workflow.execute_activity_method(
                TrialActivities.open_trial, request, summary="Take the trial id, check its services", **RECORD
            )
        self.life.begin(workflow.now())

    async def used_until_it_ends(self) -> None:
        """Warnings, expiry, grace; then conversion, cancellation or loss. TRL-70 to TRL-80."""
        await self.until(lambda: self.life.closed or self.life.grace_over)
        await self.take_a_last_look()
        await self.call_devices_back()
        if self.life.stage.startswith(TrialStage.LAPSED):
            await self.lose_for_good()
        if self.paid_order is not None:
            await workflow.execute_activity_method(
                TrialActivities.start_order, self.paid_order, summary="Start the paid order", **RECORD
            )

    async def take_a_last_look(self) -> None:
        """Just before what cannot be undone: a paid order saves the trial, so does a conversion meanwhile, and an
        operator's hold puts it off."""
        while not self.life.closed and not self.life.stage.startswith(TrialStage.LAPSED):
            paid = await workflow.execute_activity_method(
                TrialActivities.look_for_paid_order,
                LastLook(trial_id=self.life.trial_id),
                summary="Last look before the loss",
                **RECORD,
            )
            if self.life.closed:
                break
            if paid.order_number is not None:
                self.life.convert_by(paid.order_number, workflow.now())
            elif self.life.held_by_operator is None:
                self.life.lapse(workflow.now())
            else:
                await self.nobody_holds_it()
        await self.written()

    async def nobody_holds_it(self) -> None:
        """What cannot be undone waits for as long as an operator holds the trial."""
        await self.until(lambda: self.life.closed or self.life.held_by_operator is None)

    async def lose_for_good(self) -> None:
        """Step by step, each recorded; phone numbers wait until E + 45 days. TRL-77 to TRL-80."""
        for step in self.life.losses_to_come:
            await self.nobody_holds_it()
            await workflow.execute_activity_method(
                TrialActivities.lose,
                Loss(trial_id=self.life.trial_id, step=step),
                summary=f"Lost for good: {step.replace('_', ' ')}",
                **RECORD,
            )
            self.life.has_lost(step, workflow.now())
        await self.until(lambda: self.life.closed)
        if self.life.stage is TrialStage.NUMBERS_RELEASED:
            await workflow.execute_activity_method(
                TrialActivities.release_numbers,
                LastLook(trial_id=self.life.trial_id),
                summary="Release phone numbers",
                **RECORD,
            )

    async def lend_devices(self) -> None:
        """Each device has a life of its own. TRL-15."""
        for device in self.placed.devices:
            request = self.loan_of(device)
            await workflow.execute_activity_method(
                TrialActivities.start_device, request, summary=f"Lend device {device.device_id}", **RECORD
            )

    def loan_of(self, device: TrialDevice) -> StartDeviceLoan:
        """What the device's own life has to know."""
        return StartDeviceLoan(
            by=SYSTEM,
            device_id=device.device_id,
            trial_id=self.life.trial_id,
            customer_id=self.life.customer_id,
            partner_id=self.life.partner_id,
            model=device.model,
            serial_number=device.serial_number,
            expires_on=device.expires_on,
            country=self.placed.customer.country,
            zone=self.life.zone,
            trial_serial_numbers=tuple(each.serial_number for each in self.placed.devices),
            customer_administrators=self.life.customer_administrators,
            partner_administrators=self.life.partner_administrators,
            policy=self.placed.policy.devices,
        )

    async def call_devices_back(self) -> None:
        """The trial is over: all its devices must be returned. TRL-67."""
        for device in self.life.devices:
            loan = workflow.get_external_workflow_handle(workflow_id(Lifecycle.DEVICE, device))
            try:
                await loan.signal("trial_over")
            except ApplicationError:
                self.life.journal.note("trial.device_is_back_already", workflow.now(), device=device)

    def meet(self, deadline: Deadline) -> None:
        """What the calendar does to a trial. TRL-31, TRL-71 to TRL-80."""
        now = workflow.now()
        match deadline.name.split("/")[0]:
            case trial.CONSENT:
                self.life.consent_lapsed(now)
            case trial.WARNING:
                self.life.warn(deadline, now)
            case trial.EXPIRED:
                self.life.expire(now)
            case trial.LAST_CALL:
                self.life.call_last(deadline, now)
            case trial.GRACE_END:
                self.life.grace_ended(now)
            case trial.NUMBERS:
                self.life.release_numbers(now)
            case unknown:
                raise AssertionError(f"nobody meets {unknown}")

    async def write_journal(self) -> None:
        """Row, events, tasks and people, in one transaction."""
        people, self.people = self.people, People()
        await workflow.execute_activity_method(
            TrialActivities.record_trial,
            RecordTrial(journal=self.life.journal.take(), life=self.life.for_the_store(), people=people),
            summary=f"Record: {self.life.stage}",
            **RECORD,
        )

    async def checked(self, activity: object, request: Model, summary: str) -> None:
        """Ask the store; what it refuses is refused to the person who asked, and nothing has changed."""
        try:
            await workflow.execute_activity_method(activity, args=[request], summary=summary, **RECORD)  # type: ignore[call-overload]  # any check
        except ActivityError as failure:
            if isinstance(failure.cause, ApplicationError):
                raise Refused(failure.cause.message) from None
            raise

    # What people tell it.

    @workflow.update(description=described("A full administrator of the customer accepts.", EXAMPLES, "trial.accept"))
    def accept(self, message: AcceptTrial) -> LifeView:
        """The partner may go on. TRL-25 to TRL-28."""
        self.life.accept(message, workflow.now())
        return self.view()

    @accept.validator
    def _may_accept(self, message: AcceptTrial) -> None:
        self.life.check_accept(message)

    @workflow.update(description=described("A full administrator declines.", EXAMPLES, "trial.decline"))
    def decline(self, message: DeclineTrial) -> LifeView:
        """Cancelled at once, the customer leaves the partner's list. AMB-10."""
        self.life.decline(message, workflow.now())
        return self.view()

    @decline.validator
    def _may_decline(self, message: DeclineTrial) -> None:
        self.life.check_decline(message)

    @workflow.update(description=described("Send the consent mail again; its 10 days go on.", EXAMPLES, "trial.resend"))
    def resend(self, message: ResendConsent) -> LifeView:
        """The clock is not restarted. TRL-30, AMB-9."""
        self.life.resend(message, workflow.now())
        return self.view()

    @resend.validator
    def _may_resend(self, message: ResendConsent) -> None:
        self.life.check_resend(message)

    @workflow.update(description=described("The partner takes the request back.", EXAMPLES, "trial.withdraw"))
    def withdraw(self, message: WithdrawTrial) -> LifeView:
        """Cancelled, the customer leaves the partner's list; the organization stays. TRL-30, AMB-8."""
        self.life.withdraw(message, workflow.now())
        return self.view()

    @withdraw.validator
    def _may_withdraw(self, message: WithdrawTrial) -> None:
        self.life.check_withdraw(message)

    @workflow.update(
        description=described("The partner gives the provisioning details.", EXAMPLES, "trial.give_details")
    )
    def give_details(self, message: GiveDetails) -> LifeView:
        """After consent: services can be built. TRL-29."""
        self.life.give_details(message, workflow.now())
        return self.view()

    @give_details.validator
    def _may_give_details(self, message: GiveDetails) -> None:
        self.life.check_give_details(message)

    @workflow.update(description=described("Services are built.", EXAMPLES, "trial.report_services_built"))
    def report_services_built(self, message: ReportServicesBuilt) -> LifeView:
        """The welcome mail goes out when ALL services are built. TRL-17."""
        self.life.services_built(message, workflow.now())
        return self.view()

    @report_services_built.validator
    def _may_report_services_built(self, message: ReportServicesBuilt) -> None:
        self.life.check_services_built(message)

    @workflow.update(description=described("The new expiry is today + days (30 at most).", EXAMPLES, "trial.extend"))
    def extend(self, message: ExtendTrial) -> LifeView:
        """It can shorten: then confirm_shorten is needed. TRL-50, AMB-11."""
        self.life.extend(message, workflow.now())
        return self.view()

    @extend.validator
    def _may_extend(self, message: ExtendTrial) -> None:
        self.life.check_extend(message, workflow.now())

    @workflow.update(description=described("Add or remove services.", EXAMPLES, "trial.edit_services"))
    async def edit_services(self, message: EditServices) -> LifeView:
        """Services bought or tried elsewhere are refused with a reason each. TRL-51, TRL-21, TRL-41."""
        if message.add:
            wanted = ServicesWanted(trial_id=self.life.trial_id, services=message.add)
            await self.checked(TrialActivities.reserve_services, wanted, "Check and reserve services to add")
        try:
            self.life.edit(message, workflow.now())
        except Refused as refusal:  # the record that follows gives back what was reserved
            self.life.journal.note("trial.edit_refused", workflow.now(), message, why=refusal)
            raise
        return self.view()

    @edit_services.validator
    def _may_edit_services(self, message: EditServices) -> None:
        self.life.check_edit(message)

    @workflow.update(description=described("End the trial at once, without grace.", EXAMPLES, "trial.cancel"))
    def cancel(self, message: CancelTrial) -> LifeView:
        """Needs confirm: true. TRL-52, AMB-12."""
        self.life.cancel(message, workflow.now())
        return self.view()

    @cancel.validator
    def _may_cancel(self, message: CancelTrial) -> None:
        self.life.check_cancel(message)

    @workflow.update(description=described("The trial becomes paid, by an order.", EXAMPLES, "trial.convert"))
    async def convert(self, message: ConvertTrial) -> LifeView:
        """Usage data are kept; also during grace; refused after. TRL-60 to TRL-67."""
        message = message.naming(self.life.trial_id)
        paid = Conversion(trial_id=self.life.trial_id, number=message.number, order=message.order)
        await self.checked(TrialActivities.check_paid_order, paid, "Look up the paid order")
        self.life.convert(message, workflow.now())
        self.paid_order = message.order
        known = self.people.by_role | {Role.PROVISIONING_CONTACT: message.provisioning_contact}
        self.people = People(by_role=known)
        return self.view()

    @convert.validator
    def _may_convert(self, message: ConvertTrial) -> None:
        self.life.check_convert(message)

    def view(self) -> LifeView:
        """The trial as of now."""
        return trial_view(self.life, workflow.now())

    def offers(self) -> Offers:
        """What fits this trial."""
        return trial_offers(self.life, workflow.now())

    def zone(self) -> str:
        """The customer's."""
        return self.life.zone

    def ready(self) -> bool:
        """Once the store has taken the id."""
        return self.life.stage is not TrialStage.ACKNOWLEDGED

    def asked_to_stop(self, reason: str) -> None:
        """Cancel in the Web UI: withdraws or cancels where the rules allow it, else it is noted."""
        now = workflow.now()
        withdraw = WithdrawTrial(by="web-ui", reason=as_line(reason))
        cancel = CancelTrial(by="web-ui", reason=as_line(reason), confirm=True)
        try:
            if self.life.stage in (TrialStage.AWAITING_CONSENT, TrialStage.AWAITING_DETAILS):
                self.life.withdraw(withdraw, now)
            else:
                self.life.cancel(cancel, now)
        except Refused as refusal:
            self.life.journal.note("trial.cancel_refused", now, withdraw, why=refusal)
            self.was_refused("cancel", str(refusal))

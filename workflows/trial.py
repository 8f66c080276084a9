"""A trial: consent, provisioning, use, expiry, grace, loss or conversion. domain.md §5, §10.2."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.trial import (
        Conversion,
        LastLook,
        Loss,
        OpenedTrial,
        OpenTrial,
        ServicesWanted,
        ShippedOrder,
        TrialActivities,
    )
    from domain.deadlines import Deadline
    from domain.device.messages import StartDeviceLoan
    from domain.events import SYSTEM
    from domain.lifecycle import Lifecycle, workflow_id
    from domain.mails import Role
    from domain.order.messages import PlaceOrder
    from domain.trial import state as trial
    from domain.trial.kind import TRIAL
    from domain.trial.losses import NUMBERS_RELEASED, Fate
    from domain.trial.messages import (
        CancelTrial,
        ConvertTrial,
        EditServices,
        PaidOrderNews,
        StartTrial,
        TrialDevice,
        WithdrawTrial,
    )
    from domain.trial.state import TrialState
    from domain.trial.states import LOST, TrialStage
    from domain.values import Model, Refused, as_line
    from domain.view import LifecycleView
    from workflows.attempts import LeftOut, Q, as_refused
    from workflows.lifecycle import LifecycleWorkflow
    from workflows.messages import required
    from workflows.updates import takes_updates_of


class TrialOutcome(Model):
    """How a trial ended."""

    trial_id: str
    stage: TrialStage
    order_number: str | None = None


@workflow.defn(name="Trial")
@takes_updates_of(TRIAL)
class Trial(LifecycleWorkflow[TrialState]):
    """One trial. Id `trial-<trial id>`."""

    @workflow.init
    def __init__(self, placed: StartTrial | None = None, carried: TrialState | None = None) -> None:
        super().__init__()
        self.start = self.placed = required(placed)
        self.state = carried or TrialState.placed(self.placed, workflow.now())
        self.paid_order: PlaceOrder | None = None

    @workflow.run
    async def run(self, _placed: StartTrial | None = None, _carried: TrialState | None = None) -> TrialOutcome:
        """From the request to conversion, cancellation or loss."""
        return await self.through(self.live())

    async def live(self) -> TrialOutcome:
        """As domain.md §10.2 has it. What an earlier run has done is found done."""
        if not self.ready():
            await self.open()
        await self.until(lambda: self.state.closed or self.state.activated_at is not None)
        if self.state.activated_at is not None:
            await self.lend_devices()
            await self.used_until_it_ends()
        await self.at_rest()
        return TrialOutcome(trial_id=self.state.trial_id, stage=self.state.stage, order_number=self.state.order_number)

    async def open(self) -> None:
        """Take the id, if the services may be tried; then one of three starts. TRL-16, TRL-23, TRL-43."""
        self.expect_its_id()
        opened = await self.register()
        self.state.zone_rules = opened.zone_rules
        self.state.managing_partners = opened.managing_partners
        self.state.begin(workflow.now())

    async def register(self) -> OpenedTrial:
        """Id taken, services not to be had: the start fails at once."""
        request = OpenTrial(
            placed=self.placed,
            state=self.state.for_the_store(),
            run=workflow.info().first_execution_run_id,
            begun_at=workflow.info().workflow_start_time,
            at=workflow.now(),
        )
        return await self.carry_out(
            TrialActivities.open_trial, request, summary="Take the trial id, check its services"
        )

    async def used_until_it_ends(self) -> None:
        """Warnings, expiry, grace; then conversion, cancellation or loss. TRL-70 to TRL-80."""
        await self.take_a_last_look()
        await self.call_devices_back()
        if self.state.stage in LOST:
            await self.lose_for_good()
        if self.paid_order is not None:
            await self.carry_out(TrialActivities.start_order, self.paid_order, summary="Start the paid order")
            self.paid_order = None

    def wants_a_new_run(self) -> bool:
        """Not while it holds an order still to be placed: that has people in it, and is started in a moment."""
        return super().wants_a_new_run() and self.paid_order is None

    async def take_a_last_look(self) -> None:
        """Just before what cannot be undone: a paid order saves the trial, so does a conversion meanwhile; an
        operator's hold puts it off, and so does a loss that was not announced. TRL-77, AMB-51."""
        while not self.state.closed and self.state.stage not in LOST:
            await self.until(lambda: self.state.closed or self.state.grace_over)
            if self.state.closed:
                break
            paid = await self.carry_out(
                TrialActivities.look_for_paid_order,
                LastLook(trial_id=self.state.trial_id),
                summary="Last look before the loss",
            )
            if self.state.closed:
                break
            if paid.order_number is not None:
                self.state.convert_by(paid.order_number, workflow.now())
            elif self.state.held_by_operator is None:
                self.state.looked_last(paid.anything_to_lose, workflow.now())
            else:
                await self.nobody_holds_it()
        await self.written()

    async def lose_for_good(self) -> None:
        """Step by step, each decided and recorded; phone numbers wait until E + 45 days. TRL-77 to TRL-80, AMB-48."""
        for step in self.state.losses_to_come:
            fate = await self.take(step)
            self.state.step_taken(fate, workflow.now())
        await self.until(lambda: self.state.closed or self.state.numbers_due)
        if not self.state.closed:
            fate = await self.take(NUMBERS_RELEASED)
            self.state.numbers_taken(fate, workflow.now())

    async def take(self, step: str) -> Fate:
        """One step of the end, as the store decides."""
        await self.nobody_holds_it()
        return await self.carry_out(
            TrialActivities.lose,
            Loss(trial_id=self.state.trial_id, step=step, at=workflow.now()),
            step=f"lose/{step}",
            summary=f"The end of the trial: {step.replace('_', ' ')}",
        )

    async def lend_devices(self) -> None:
        """Each device has a loan of its own, once: a later run of the trial lends none again. TRL-15."""
        for device in self.placed.devices:
            if self.state.closed or device.device_id in self.state.lent:
                continue
            with suppress(LeftOut):
                await self.carry_out(
                    TrialActivities.start_device,
                    self.loan_of(device),
                    step=f"start_device/{device.device_id}",
                    summary=f"Lend device {device.device_id}",
                    optional=True,
                )
            self.state.lent = (*self.state.lent, device.device_id)

    def loan_of(self, device: TrialDevice) -> StartDeviceLoan:
        """What the loan has to know."""
        return StartDeviceLoan.model_construct(
            by=SYSTEM,
            device_id=device.device_id,
            trial_id=self.state.trial_id,
            customer_id=self.state.customer_id,
            partner_id=self.state.partner_id,
            model=device.model,
            serial_number=device.serial_number,
            expires_on=device.expires_on,
            country=self.placed.customer.country,
            zone=self.state.zone,
            trial_serial_numbers=tuple(each.serial_number for each in self.placed.devices),
            customer_administrators=self.state.customer_administrators,
            partner_administrators=self.state.partner_administrators,
            policy=self.placed.policy.devices,
        )

    async def call_devices_back(self) -> None:
        """The trial is over: all its devices must be returned. TRL-67."""
        for device in self.state.devices:
            loan = workflow.get_external_workflow_handle(workflow_id(Lifecycle.DEVICE, device))
            try:
                await loan.signal("trial_over")
            except ApplicationError:
                self.state.journal.note("trial.device_is_back_already", workflow.now(), device=device)

    def on_due(self, deadline: Deadline) -> None:
        """What the calendar does to a trial. TRL-31, TRL-71 to TRL-80."""
        now = workflow.now()
        match deadline.kind:
            case trial.CONSENT:
                self.state.consent_lapsed(now)
            case trial.WARNING:
                self.state.warn(deadline, now)
            case trial.EXPIRES_TODAY:
                self.state.expires_today(now)
            case trial.EXPIRED:
                self.state.expire(now)
            case trial.LAST_CALL:
                self.state.call_last(deadline, now)
            case trial.GRACE_END:
                self.state.grace_ended(now)
            case trial.NUMBERS:
                self.state.release_numbers(now)
            case unknown:
                raise AssertionError(f"no such deadline: {unknown}")

    async def checked(self, activity: Callable[[Any, Q], None], request: Q, summary: str) -> None:
        """Ask the store; what it refuses is refused to the person who asked, and nothing has changed."""
        with as_refused():
            await self.carry_out(activity, request, summary=summary)

    async def edit_services(self, message: EditServices) -> LifecycleView:
        """Services bought or tried elsewhere are refused with a reason each. TRL-51, TRL-21, TRL-41."""
        self.state.check_edit_services(message, workflow.now())
        if message.add:
            wanted = ServicesWanted(trial_id=self.state.trial_id, services=message.add)
            await self.checked(TrialActivities.reserve_services, wanted, "Check and reserve services to add")
        try:
            self.state.edit_services(message, workflow.now())
        except Refused as refusal:  # the record that follows gives back what was reserved
            self.state.journal.note("trial.edit_refused", workflow.now(), message, why=refusal)
            raise
        return self.view()

    async def convert(self, message: ConvertTrial) -> LifecycleView:
        """Usage data are kept; also during grace; refused after. TRL-60 to TRL-67."""
        self.state.check_convert(message, workflow.now())
        message = message.naming(self.state.trial_id)
        paid = Conversion(trial_id=self.state.trial_id, number=message.number, at=workflow.now(), order=message.order)
        await self.checked(TrialActivities.reserve_paid_order, paid, "Check and reserve the paid order")
        try:
            self.state.convert(message, workflow.now())
        except Refused as refusal:  # the record that follows gives back what was reserved
            self.state.journal.note("trial.convert_refused", workflow.now(), message, why=refusal)
            raise
        self.paid_order = message.order
        self.file({Role.PROVISIONING_CONTACT: message.provisioning_contact})
        return self.view()

    @workflow.signal(
        name="paid_order", description="From a paid order that names the trial: it shipped. People never send this."
    )
    async def paid_order_shipped(self, news: PaidOrderNews) -> None:
        """The trial is converted, if the store says so too: anybody can send a signal. AMB-53."""
        request = ShippedOrder(trial_id=self.state.trial_id, order_number=news.order_number)
        answer = await self.carry_out(
            TrialActivities.check_shipped_order,
            request,
            step=f"paid_order/{news.order_number}",
            summary="Did the paid order ship?",
        )
        self.state.paid_order_reported(news.order_number, answer.refused, workflow.now())

    def ready(self) -> bool:
        """Once the store has taken the id."""
        return self.state.stage is not TrialStage.ACKNOWLEDGED

    def asked_to_stop(self, reason: str) -> None:
        """Cancel in the Web UI: withdraws or cancels where the rules allow it, else it is noted."""
        now = workflow.now()
        withdraw = WithdrawTrial.model_construct(by="web-ui", reason=as_line(reason))
        cancel = CancelTrial.model_construct(by="web-ui", reason=as_line(reason), confirm=True)
        try:
            if self.state.stage in (TrialStage.AWAITING_CONSENT, TrialStage.AWAITING_DETAILS):
                self.state.withdraw(withdraw, now)
            else:
                self.state.cancel(cancel, now)
        except Refused as refusal:
            self.state.journal.note("trial.cancel_refused", now, withdraw, why=refusal)
            self.was_refused("cancel", str(refusal))

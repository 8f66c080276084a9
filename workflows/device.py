"""A trial device's loan: out, in use, due back, back with the right serial number. domain.md §5.8."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.trial import RecordDevice, TrialActivities
    from domain.agenda import Deadline
    from domain.device import device
    from domain.device.device import DeviceLife, check_expires_on
    from domain.device.examples import EXAMPLES
    from domain.device.examples import offers as device_offers
    from domain.device.messages import AskForReturnPapers, HandOver, ReportDelivered, ReportReceived, StartDeviceLoan
    from domain.device.states import DeviceStage
    from domain.device.view import device_view
    from domain.mails import Lifecycle
    from domain.offers import Offers
    from domain.values import Message, Model, as_line
    from domain.view import LifeView
    from workflows.lifecycle import Story, as_bad_input, expect_id
    from workflows.messages import described, required
    from workflows.steps import RECORD


class DeviceOutcome(Model):
    """How a loan ended."""

    device_id: str
    stage: DeviceStage


@workflow.defn(name="DeviceLoan")
class DeviceLoan(Story[DeviceLife]):
    """One device. Id `device-<device id>`."""

    @workflow.init
    def __init__(self, start: StartDeviceLoan | None = None) -> None:
        super().__init__()
        self.start = required(start)
        self.life = DeviceLife.shipped(self.start, workflow.now())

    @workflow.run
    async def run(self, _start: StartDeviceLoan | None = None) -> DeviceOutcome:
        """Until the device is back, and is the one that was shipped."""
        return await self.through(self.live())

    async def live(self) -> DeviceOutcome:
        """Reminders, the return date, the overdue list; it waits for as long as it takes. TRL-90 to TRL-95."""
        self.check_the_start()
        await self.until(lambda: self.life.closed)
        await self.post_is_settled()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return DeviceOutcome(device_id=self.life.device_id, stage=self.life.stage)

    def check_the_start(self) -> None:
        """The id everybody looks for it by, and a date still to come; a trial was asked that at its own start.

        Judged as of the start, so that a Reset a year later judges alike. R7, TRL-90.
        """
        expect_id(Lifecycle.DEVICE, self.life.device_id)
        if self.start.trial_serial_numbers:
            return
        with as_bad_input():
            check_expires_on(self.start.expires_on, self.start.zone, workflow.info().workflow_start_time)

    def meet(self, deadline: Deadline) -> None:
        """Expiry by the EULA mail, reminders, and the day it had to be back."""
        now = workflow.now()
        match deadline.ladder or deadline.name:
            case device.EXPIRY:
                self.life.expire(now)
            case device.REMINDERS:
                self.life.remind(deadline, now)
            case device.RETURN_DUE:
                self.life.miss_return(now)
            case unknown:
                raise AssertionError(f"nobody meets {unknown}")

    async def write_journal(self) -> None:
        """Row, events and tasks, in one transaction."""
        await workflow.execute_activity_method(
            TrialActivities.record_device,
            RecordDevice(journal=self.life.journal.take(), life=self.life.for_the_store()),
            summary=f"Record: {self.life.stage}",
            **RECORD,
        )

    @workflow.signal(description="From the trial: it is over, the device has to go back. People never send this.")
    def trial_over(self) -> None:
        """All trial devices must be returned. TRL-67."""
        self.life.trial_over(workflow.now())

    @workflow.update(description=described("The device arrived at the customer.", EXAMPLES, "device.report_delivered"))
    def report_delivered(self, message: ReportDelivered) -> LifeView:
        """It is in use from here."""
        self.life.delivered(message, workflow.now())
        return self.view()

    @report_delivered.validator
    def _may_report_delivered(self, message: ReportDelivered) -> None:
        self.life.check_delivered(message)

    @workflow.update(
        description=described("The customer gave the device to the carrier.", EXAMPLES, "device.hand_over")
    )
    def hand_over(self, message: HandOver) -> LifeView:
        """On its way back: the customer is not reminded any more. TRL-91, TRL-93."""
        self.life.hand_over(message, workflow.now())
        return self.view()

    @hand_over.validator
    def _may_hand_over(self, message: HandOver) -> None:
        self.life.check_hand_over(message)

    @workflow.update(
        description=described("A device came back, by its serial number.", EXAMPLES, "device.report_received")
    )
    def report_received(self, message: ReportReceived) -> LifeView:
        """The serial number must match. TRL-94."""
        self.life.received(message, workflow.now())
        return self.view()

    @report_received.validator
    def _may_report_received(self, message: ReportReceived) -> None:
        self.life.check_received(message)

    @workflow.update(
        description=described("Return papers are lost: the trials team is asked.", EXAMPLES, "device.ask_for_papers")
    )
    def ask_for_papers(self, message: AskForReturnPapers) -> LifeView:
        """The mail names the administrator's address or all serial numbers, as asked. TRL-95, AMB-17."""
        self.life.ask_for_papers(message, workflow.now())
        return self.view()

    @ask_for_papers.validator
    def _may_ask_for_papers(self, message: AskForReturnPapers) -> None:
        self.life.check_ask_for_papers(message)

    def view(self) -> LifeView:
        """The device as of now."""
        return device_view(self.life, workflow.now())

    def offers(self) -> Offers:
        """What fits this device."""
        return device_offers(self.life)

    def zone(self) -> str:
        """The customer's."""
        return self.life.zone

    def asked_to_stop(self, reason: str) -> None:
        """Cancel in the Web UI does not bring a device back."""
        request = Message(by="web-ui", reason=as_line(reason))
        why = "the loan ends when the device is back"
        self.life.journal.note("device.cancel_refused", workflow.now(), request, why=why)
        self.was_refused("cancel", why)

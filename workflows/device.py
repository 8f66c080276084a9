"""A trial device's loan: out, in use, due back, back with the right serial number. domain.md §5.8."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.trial import OpenDevice, TrialActivities, TrialInQuestion
    from domain.deadlines import Deadline
    from domain.device import state as device
    from domain.device.kind import DEVICE
    from domain.device.messages import StartDeviceLoan
    from domain.device.state import DeviceState
    from domain.device.states import DeviceStage
    from domain.values import Message, Model, as_line
    from workflows.lifecycle import LifecycleWorkflow
    from workflows.messages import required
    from workflows.updates import takes_updates_of


class DeviceOutcome(Model):
    """How a loan ended."""

    device_id: str
    stage: DeviceStage


@workflow.defn(name="DeviceLoan")
@takes_updates_of(DEVICE)
class DeviceLoan(LifecycleWorkflow[DeviceState]):
    """One device. Id `device-<device id>`."""

    start: StartDeviceLoan

    @workflow.init
    def __init__(self, start: StartDeviceLoan | None = None, carried: DeviceState | None = None) -> None:
        super().__init__()
        self.start = required(start)
        self.opened = carried is not None
        self.state = carried or DeviceState.shipped(self.start, workflow.now())

    @workflow.run
    async def run(self, _start: StartDeviceLoan | None = None, _carried: DeviceState | None = None) -> DeviceOutcome:
        """Until the device is back, and is the one that was shipped."""
        return await self.through(self.live())

    async def live(self) -> DeviceOutcome:
        """Reminders, the return date, the overdue list; it waits for as long as it takes. TRL-90 to TRL-95."""
        if not self.opened:
            await self.open()
        await self.until(lambda: self.state.closed)
        await self.at_rest()
        return DeviceOutcome(device_id=self.state.device_id, stage=self.state.stage)

    async def open(self) -> None:
        """Its first state, by the zone's rules of this day. TRL-90."""
        self.expect_its_id()
        await self.register()

    async def register(self) -> None:
        """Its serial number is lent to nobody else."""
        begun = workflow.info().workflow_start_time
        request = OpenDevice(start=self.start, opened_at=workflow.now(), begun_at=begun)
        opened = await self.carry_out(TrialActivities.open_device, request, summary="Open the loan")
        self.state, self.opened = self.state.opened_as(opened.state), True

    def ready(self) -> bool:
        """Once it has its dates."""
        return self.opened

    def on_due(self, deadline: Deadline) -> None:
        """Expiry by the EULA mail, reminders, and the day it had to be back."""
        now = workflow.now()
        match deadline.kind:
            case device.EXPIRY:
                self.state.expire(now)
            case device.REMINDERS:
                self.state.remind(deadline, now)
            case device.RETURN_DUE:
                self.state.miss_return(now)
            case unknown:
                raise AssertionError(f"no such deadline: {unknown}")

    @workflow.signal(description="From the trial: it is over, the device has to go back. People never send this.")
    async def trial_over(self) -> None:
        """All trial devices must be returned, if the store says so too: anybody can send a signal. TRL-67."""
        request = TrialInQuestion(trial_id=self.state.trial_id)
        answer = await self.carry_out(TrialActivities.check_trial_over, request, summary="Is the trial over?")
        if answer.is_over:
            self.state.trial_over(workflow.now())
        else:
            self.state.journal.note("device.report_ignored", workflow.now(), why="the trial is not over")

    def asked_to_stop(self, reason: str) -> None:
        """Cancel in the Web UI does not bring a device back."""
        request = Message.model_construct(by="web-ui", reason=as_line(reason))
        why = "the loan ends when the device is back"
        self.state.journal.note("device.cancel_refused", workflow.now(), request, why=why)
        self.was_refused("cancel", why)

"""What a forecast's world answers trials and their devices: an order or a trial that is named is taken to exist."""

import asyncio
from typing import Final

from temporalio import activity

from activities.errors import refusals_are_final
from activities.trial import (
    Conversion,
    LastLook,
    Loss,
    OpenDevice,
    OpenedDevice,
    OpenedTrial,
    OpenTrial,
    PaidOrder,
    ServicesWanted,
    ShippedOrder,
    ShippedOrderChecked,
    TrialActivities,
    TrialInQuestion,
    TrialOver,
)
from domain.device.messages import StartDeviceLoan
from domain.device.state import DeviceState, check_expires_on
from domain.lifecycle import Lifecycle, workflow_id
from domain.lifecycles import KINDS
from domain.order.messages import PlaceOrder
from domain.trial.losses import Fate, Others, fate_of
from domain.trial.messages import Service, StartTrial
from domain.trial.state import TrialState
from starter.forecast.imagined import Imagined

BOUGHT: Final = "bought"


class ImaginedTrials(Imagined):
    """No service was bought or is tried elsewhere, unless the trial says so itself."""

    @property
    def trials(self) -> TrialActivities:
        """The real ones, on this store."""
        return TrialActivities(self.store, self.calendars, self.lifecycles)

    @activity.defn(name="open_trial")
    async def open_trial(self, request: OpenTrial) -> OpenedTrial:
        """Refused for what the trial itself says was bought, or does not say. TRL-21, TRL-40, TRL-41."""
        opened = await self.trials.open_trial(request)
        self.open(request.placed, request.state)
        return opened

    @activity.defn(name="reserve_services")
    async def reserve_services(self, request: ServicesWanted) -> None:
        """As at the start."""
        await asyncio.to_thread(self.trials.reserve_services, request)

    @activity.defn(name="reserve_paid_order")
    async def reserve_paid_order(self, request: Conversion) -> None:
        """One that is named is taken to exist, if it is no part of the forecast."""
        if request.order or workflow_id(Lifecycle.ORDER, request.number) in self.states:
            await asyncio.to_thread(self.trials.reserve_paid_order, request)

    @activity.defn(name="check_shipped_order")
    async def check_shipped_order(self, _request: ShippedOrder) -> ShippedOrderChecked:
        """Only orders of this forecast report here, and they tell the truth."""
        return ShippedOrderChecked()

    @activity.defn(name="start_order")
    async def start_order(self, order: PlaceOrder) -> None:
        """It becomes part of the forecast."""
        await self._start(order)

    @activity.defn(name="start_device")
    async def start_device(self, request: StartDeviceLoan) -> None:
        """It becomes part of the forecast."""
        await self._start(request)

    @activity.defn(name="look_for_paid_order")
    async def look_for_paid_order(self, _request: LastLook) -> PaidOrder:
        """Nobody acts, so nobody has ordered."""
        return PaidOrder(order_number=None)

    @activity.defn(name="lose")
    async def lose(self, loss: Loss) -> Fate:
        """One irreversible step; what was bought stays. AMB-48."""
        trial = self.states[workflow_id(Lifecycle.TRIAL, loss.trial_id)]
        assert isinstance(trial, TrialState)  # noqa: S101 - by its id
        bought = dict.fromkeys(self._purchased(loss.trial_id), BOUGHT)
        fate = fate_of(loss.step, trial.tried, Others(services=bought, organization=BOUGHT if bought else None))
        if fate.lost:
            self.notebook.loss(loss.trial_id, loss.step, KINDS[Lifecycle.TRIAL].rules.losses.get(loss.step))
        return fate

    @activity.defn(name="open_device")
    async def open_device(self, request: OpenDevice) -> OpenedDevice:
        """Its first state."""
        if workflow_id(Lifecycle.TRIAL, request.start.trial_id) in self.states:
            await asyncio.to_thread(self.trials.open_device, request)
        rules = self.calendars.zone_rules(request.start.zone)
        if not request.start.trial_serial_numbers:
            with refusals_are_final():
                check_expires_on(request.start.expires_on, rules, request.begun_at)
        state = DeviceState.shipped(request.start, request.opened_at, rules)
        self.keep(state, state.journal.take())
        return OpenedDevice(state=state)

    @activity.defn(name="check_trial_over")
    async def check_trial_over(self, _request: TrialInQuestion) -> TrialOver:
        """Only the trial of this forecast says so, and tells the truth."""
        return TrialOver(is_over=True)

    def _purchased(self, trial_id: str) -> tuple[Service, ...]:
        start = self.starts[workflow_id(Lifecycle.TRIAL, trial_id)]
        assert isinstance(start, StartTrial)  # noqa: S101 - by its id
        return start.purchased

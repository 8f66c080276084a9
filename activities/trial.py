"""The world as a trial and its devices see it."""

import asyncio
from functools import partial
from typing import Protocol

from pydantic import AwareDatetime
from temporalio import activity

from activities.context import activity_in_a_thread, run
from activities.errors import refusals_are_final
from activities.ids_taken import take_once
from activities.ports.store import NotKnown
from activities.ports.trials import DeviceStore, TrialStore
from activities.ports.world import Calendars, Lifecycles
from domain.device.kind import DEVICE
from domain.device.messages import StartDeviceLoan
from domain.device.state import DeviceState, check_expires_on
from domain.lifecycle import Lifecycle, workflow_id
from domain.order.kind import ORDER
from domain.order.messages import PlaceOrder
from domain.reasons import Reason
from domain.trial.losses import Fate, losses_ahead
from domain.trial.messages import Service, StartTrial
from domain.trial.row import TrialRow
from domain.trial.state import TrialState
from domain.trial.states import LOST, TrialStage
from domain.values import Identifier, Model, Refused
from domain.working_time import ZoneRules


class OpenTrial(Model):
    """A new trial, for the store."""

    placed: StartTrial
    state: TrialState
    run: str
    begun_at: AwareDatetime
    """When it was started: a Reset a year later is judged as of then."""

    at: AwareDatetime
    """On the workflow's clock: a local activity does not know it."""


class OpenedTrial(Model):
    """What a trial's dates are computed from."""

    zone_rules: ZoneRules
    managing_partners: tuple[str, ...] = ()
    """Who else manages the customer. TRL-42."""


class OpenDevice(Model):
    """A device on loan, for the store."""

    start: StartDeviceLoan
    opened_at: AwareDatetime
    begun_at: AwareDatetime
    """When it was started: a Reset a year later is judged as of then."""


class OpenedDevice(Model):
    """The loan as it stands in the store."""

    state: DeviceState


class ServicesWanted(Model):
    """Services somebody wants to add to a trial."""

    trial_id: Identifier
    services: tuple[Service, ...]


class Loss(Model):
    """One irreversible step of a trial's end."""

    trial_id: Identifier
    step: str
    at: AwareDatetime
    """On the workflow's clock: a local activity does not know it."""


class LastLook(Model):
    """Before what cannot be undone."""

    trial_id: Identifier


class TrialInQuestion(Model):
    """A trial that somebody says is over."""

    trial_id: Identifier


class TrialOver(Model):
    """Whether it is."""

    is_over: bool


class PaidOrder(Model):
    """The order that saves a trial, if there is one; and whether there is anything to save it from."""

    order_number: str | None
    anything_to_lose: bool = True
    """Something that nobody else gives. AMB-48."""


class ShippedOrder(Model):
    """An order that says it shipped and names the trial."""

    trial_id: Identifier
    order_number: Identifier


class ShippedOrderChecked(Model):
    """What the store has against it."""

    refused: str | None = None


class Conversion(Model):
    """The order that shall make a trial paid, by its SO#."""

    trial_id: Identifier
    number: Identifier
    at: AwareDatetime
    """On the workflow's clock: a local activity does not know it."""

    order: PlaceOrder | None = None
    """In full, if it is still to be placed."""


class TrialRecords(TrialStore, DeviceStore, Protocol):
    """The parts of the store that trials touch."""


class TrialActivities:
    """Each is one sentence to the world and may be repeated without harm."""

    def __init__(self, store: TrialRecords, calendars: Calendars, lifecycles: Lifecycles) -> None:
        self._store = store
        self._calendars = calendars
        self._lifecycles = lifecycles

    @activity.defn
    async def open_trial(self, request: OpenTrial) -> OpenedTrial:
        """Take the trial id, if this customer may try these services. Repeated by the same run: the same answer. R9."""
        take = partial(self._store.open_lifecycle, request.placed, request.state, request.run, request.at)
        with refusals_are_final():
            if request.state.stage is TrialStage.ACKNOWLEDGED:
                self._check_devices(request)
            await take_once(take, self._lifecycles, workflow_id(Lifecycle.TRIAL, request.state.trial_id))
        partners = await asyncio.to_thread(self._store.managing_partners, request.state.trial_id)
        return OpenedTrial(zone_rules=self._calendars.zone_rules(request.state.zone), managing_partners=tuple(partners))

    @staticmethod
    def _check_devices(request: OpenTrial) -> None:
        """Asked here, not in the workflow: a later release of tzdata may answer otherwise. ADR 5."""
        for number, device in enumerate(request.placed.devices):
            check_expires_on(device.expires_on, request.state.zone, request.begun_at, f"devices[{number}].expires_on")

    @activity_in_a_thread
    def reserve_services(self, request: ServicesWanted) -> None:
        """Reserve services to add, or refuse those bought or tried elsewhere, with a reason each. What is reserved
        already stays so: a repeat is a no-op. TRL-51"""
        with refusals_are_final():
            self._store.reserve_services(request.trial_id, request.services)

    @activity_in_a_thread
    def reserve_paid_order(self, request: Conversion) -> None:
        """Keep an order for this trial, or refuse one that cannot make it paid. What is reserved already stays so: a
        repeat is a no-op. What the order's own start would refuse leaves a paid trial without it. TRL-60, TRL-65"""
        placed_at = request.order.placed_at if request.order else None
        with refusals_are_final():
            if placed_at is not None and placed_at > request.at:
                raise Refused("must not lie in the future", field="order.placed_at", code=Reason.WRONG_DATE)
            self._store.reserve_paid_order(request.trial_id, request.number, request.order)

    @activity_in_a_thread
    def check_shipped_order(self, request: ShippedOrder) -> ShippedOrderChecked:
        """Is it true that it shipped, for this trial? Only reads, so a repeat is harmless. AMB-53"""
        try:
            self._store.check_shipped(request.trial_id, request.order_number)
        except Refused as refused:
            return ShippedOrderChecked(refused=str(refused))
        return ShippedOrderChecked()

    @activity.defn
    async def start_order(self, order: PlaceOrder) -> None:
        """The paid order's own workflow, keyed by its SO#: a repeat leaves the running one alone. TRL-60."""
        await self._lifecycles.start(ORDER, order)

    @activity.defn
    async def start_device(self, request: StartDeviceLoan) -> None:
        """The device's own workflow, keyed by its id: a repeat leaves the running one alone. TRL-15."""
        await self._lifecycles.start(DEVICE, request)

    @activity_in_a_thread
    def look_for_paid_order(self, request: LastLook) -> PaidOrder:
        """The last look before the loss: is there a paid order after all, and what would go? Reads only, so a repeat
        is harmless. AMB-48, AMB-53"""
        trial: TrialRow = self._store.row(Lifecycle.TRIAL, request.trial_id)
        losses = losses_ahead(trial.state.tried, trial.others)
        return PaidOrder(order_number=trial.paid_order, anything_to_lose=any(fate.lost for fate in losses))

    @activity_in_a_thread
    def lose(self, loss: Loss) -> Fate:
        """One irreversible step, as the store stands, keyed by trial and step: a repeat gets the first answer. TRL-77,
        TRL-78, AMB-48."""
        return self._store.take_loss(loss.trial_id, loss.step, loss.at)

    @activity_in_a_thread
    def open_device(self, request: OpenDevice) -> OpenedDevice:
        """The loan's first state, computed by the zone's rules of this day and written at once, if device and serial
        number are free; keyed by id and sequence, so a repeat is a no-op. A trial was asked for the date at its own
        start. ADR 5, TRL-15, TRL-90, TRL-94."""
        start = request.start
        rules = self._calendars.zone_rules(start.zone)
        if not start.trial_serial_numbers:
            with refusals_are_final():
                check_expires_on(start.expires_on, rules, request.begun_at)
        state = DeviceState.shipped(start, request.opened_at, rules)
        journal = state.journal.take()
        with refusals_are_final():
            self._store.open_device(state, journal, run(), request.opened_at)
        return OpenedDevice(state=state)

    @activity_in_a_thread
    def check_trial_over(self, request: TrialInQuestion) -> TrialOver:
        """Neither in use nor in grace any more, or not known at all. Only reads, so a repeat is harmless. TRL-67."""
        try:
            state: TrialState = self._store.state(Lifecycle.TRIAL, request.trial_id)
        except NotKnown:
            return TrialOver(is_over=True)
        return TrialOver(is_over=state.stage in LOST or state.closed)

"""The world as a trial and its devices see it."""

from typing import Protocol

from temporalio import activity

from activities.errors import refusals_are_final
from activities.now import now, run
from activities.ports import DeviceStore, People, TrialStore
from domain.device.device import DeviceLife
from domain.device.messages import StartDeviceLoan
from domain.events import Journal
from domain.order.messages import PlaceOrder
from domain.trial.messages import Service, StartTrial
from domain.trial.trial import NUMBERS_RELEASED, TrialLife
from domain.values import Identifier, Model


class OpenTrial(Model):
    """A new trial, for the store."""

    placed: StartTrial
    life: TrialLife
    run: str


class RecordTrial(Model):
    """What the store does not know yet about a trial."""

    life: TrialLife
    journal: Journal
    people: People


class RecordDevice(Model):
    """What the store does not know yet about a device."""

    life: DeviceLife
    journal: Journal


class ServicesWanted(Model):
    """Services somebody wants to add to a trial."""

    trial_id: Identifier
    services: tuple[Service, ...]


class Loss(Model):
    """One irreversible step of a trial's end."""

    trial_id: Identifier
    step: str


class LastLook(Model):
    """Before what cannot be undone."""

    trial_id: Identifier


class PaidOrder(Model):
    """The order that saves a trial, if there is one."""

    order_number: str | None


class Conversion(Model):
    """The order that shall make a trial paid, by its SO#."""

    trial_id: Identifier
    number: Identifier
    order: PlaceOrder | None = None
    """In full, if it is still to be placed."""


class TrialRecords(TrialStore, DeviceStore, Protocol):
    """The parts of the store that trials touch."""


class Lifecycles(Protocol):
    """Where other lifecycles run."""

    async def start_order(self, order: PlaceOrder) -> None:
        """Start the order's workflow; one that runs or ran under that SO# already is left alone."""
        ...

    async def start_device(self, request: StartDeviceLoan) -> None:
        """Start the device's workflow; one that runs or ran under that id already is left alone."""
        ...


class TrialActivities:
    """Each is one sentence to the world and may be repeated without harm."""

    def __init__(self, store: TrialRecords, lifecycles: Lifecycles) -> None:
        self._store = store
        self._lifecycles = lifecycles

    @activity.defn
    def open_trial(self, request: OpenTrial) -> None:
        """Take the trial id, if this customer may try these services. Repeated by the same run: the same answer."""
        with refusals_are_final():
            self._store.open_trial(request.placed, request.life, request.run, now())

    @activity.defn
    def record_trial(self, request: RecordTrial) -> None:
        """Write row, events, tasks and people in one transaction, keyed by id and sequence: a repeat is a no-op."""
        self._store.record_trial(request.life, request.journal, request.people, run(), now())

    @activity.defn
    def reserve_services(self, request: ServicesWanted) -> None:
        """Reserve services to add, or refuse those bought or tried elsewhere, with a reason each. What is reserved
        already stays so: a repeat is a no-op. TRL-51"""
        with refusals_are_final():
            self._store.reserve_services(request.trial_id, request.services)

    @activity.defn
    def check_paid_order(self, request: Conversion) -> None:
        """Refuse an order that cannot make this trial paid; reads only, so a repeat is harmless. TRL-60, TRL-65."""
        with refusals_are_final():
            self._store.check_paid_order(request.trial_id, request.number, request.order)

    @activity.defn
    async def start_order(self, order: PlaceOrder) -> None:
        """The paid order's own workflow, keyed by its SO#: a repeat leaves the running one alone. TRL-60."""
        await self._lifecycles.start_order(order)

    @activity.defn
    async def start_device(self, request: StartDeviceLoan) -> None:
        """The device's own workflow, keyed by its id: a repeat leaves the running one alone. TRL-15."""
        await self._lifecycles.start_device(request)

    @activity.defn
    def look_for_paid_order(self, request: LastLook) -> PaidOrder:
        """The last look before the loss: is there a paid order after all? Reads only, so a repeat is harmless."""
        return PaidOrder(order_number=self._store.paid_order_of(request.trial_id))

    @activity.defn
    def lose(self, loss: Loss) -> None:
        """One irreversible step, keyed by trial and step: a repeat keeps the first. TRL-77, TRL-78."""
        self._store.take_loss(loss.trial_id, loss.step, now())

    @activity.defn
    def release_numbers(self, request: LastLook) -> None:
        """Phone numbers go back, keyed by trial: a repeat keeps the first. TRL-80."""
        self._store.take_loss(request.trial_id, NUMBERS_RELEASED, now())

    @activity.defn
    def record_device(self, request: RecordDevice) -> None:
        """Write row, events and tasks in one transaction, keyed by id and sequence: a repeat is a no-op."""
        self._store.record_device(request.life, request.journal, run(), now())

"""What trials and devices on loan need from the store, beside what every lifecycle does."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from activities.ports.store import LifecycleStore
from domain.device.state import DeviceState
from domain.events import Journal
from domain.order.messages import PlaceOrder
from domain.reasons import Reason
from domain.trial.losses import Fate
from domain.trial.messages import Service
from domain.values import Refused


class ServicesNotAvailable(Refused):
    """Services already bought, or on trial with another partner: each named with its reason. TRL-21, TRL-41."""

    code = Reason.SERVICES_NOT_AVAILABLE

    def __init__(self, reasons: Mapping[Service, str], *, field: str) -> None:
        told = "; ".join(f"{service}: {reason}" for service, reason in reasons.items())
        super().__init__(f"{told} (TRL-21, TRL-41)", field=field)
        self.reasons = reasons


class TrialStore(LifecycleStore, Protocol):
    """Trials.

    `open_lifecycle` of one keeps its people as `customer_administrator/0` (the customer's contact; further ones as in
    `administrators`), `partner_administrator/0` (the partner's contact; further ones), `trial_user/n`; what lapsed is
    never started again. It raises, decided in its transaction, also ServicesNotAvailable (field services), and Refused
    on kind (a new customer who is known, a paying one who bought nothing) or devices (an id or a serial number that is
    lent for another trial, or promised to one).

    Bought: named in the trial's `purchased`; meetings and meetings_enterprise when the customer has an active or
    suspended subscription; what its trials were converted for, unless that order came to nothing or its subscription
    ended. On trial: in another open trial of the customer, whoever's; of a lapsed one only calling. Both editions of
    Meetings are one service. TRL-21, TRL-41, TRL-79, AMB-52.
    """

    def reserve_services(self, trial_id: str, services: tuple[Service, ...]) -> None:
        """Add these to a running trial's row, all or none: from now on nobody else gets them. TRL-51.

        The workflow's next record says the same, or puts the row right. A repeat changes nothing. Raises NotKnown, and
        ServicesNotAvailable (field add) as at the start.
        """
        ...

    def managing_partners(self, trial_id: str) -> Sequence[str]:
        """Other partners who have something open with the trial's customer, sorted. TRL-20, TRL-42."""
        ...

    def take_loss(self, trial_id: str, step: str, now: datetime) -> Fate:
        """Take one irreversible step of a trial's end, or spare what somebody else gives, as the store stands now.

        Looked at and written in one transaction, under the customer's lock; a repeat gets the first answer. Other open
        trials, lapsed ones excepted, subscriptions that are not terminated, services named in `purchased` and those of
        converted trials count. Raises NotKnown. TRL-77, TRL-78, AMB-48.
        """
        ...

    def keep_fate(self, trial_id: str, fate: Fate, decided_at: datetime) -> None:
        """What was decided before an older store was restored: nothing is looked at. A step it knows stays as it is."""
        ...

    def losses(self, trial_id: str) -> dict[str, datetime]:
        """Steps that took something and when, in order."""
        ...

    def spared(self, trial_id: str) -> dict[str, str]:
        """Steps that spared something, and why."""
        ...

    def reserve_paid_order(self, trial_id: str, number: str, order: PlaceOrder | None = None) -> None:
        """Keep the order `number` for making this trial paid; `order` is given when it is still to be placed. TRL-60.

        Written to the row of a trial in use or in grace: nobody else's conversion gets that SO# from now on. The
        workflow's next record says the same, or puts the row right. A repeat changes nothing.

        Another trial that was made paid by it, or is about to be: Refused on order_number, or order.sales_order_number.
        Placed already, raises Refused on field order_number: not known, another customer's, rejected or cancelled, a
        renewal, for another trial. To be placed, on order.kind or order.converts_trial, and Taken (field
        order.sales_order_number) unless nobody has that SO# or a live order has it with the same content.
        """
        ...

    def check_shipped(self, trial_id: str, number: str) -> None:
        """Raises Refused unless that order names this trial, is its customer's, shipped and came to something.
        AMB-53"""
        ...


class DeviceStore(LifecycleStore, Protocol):
    """Devices on loan."""

    def open_device(self, state: DeviceState, journal: Journal, run: str, recorded_at: datetime) -> None:
        """Take the device id and the serial number, and write row, events and tasks; a repeat changes nothing.

        Raises, decided in this transaction, Refused on device_id (lent for another trial), serial_number (another open
        loan has it) and trial_id, customer_id, partner_id (no such trial, or another's). TRL-15, TRL-94.
        """
        ...

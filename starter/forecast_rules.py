"""Which rule of domain.md stands behind each thing a forecast tells: deadlines, stages, losses. Mails: domain/mails."""

from collections.abc import Mapping
from typing import Final

from domain.agenda import Deadline
from domain.device import device
from domain.device.states import DeviceStage
from domain.mails import Lifecycle
from domain.order import order
from domain.order.states import Stage
from domain.subscription import subscription
from domain.subscription.subscription import SubscriptionStage
from domain.trial import trial
from domain.trial.states import TrialStage

DEADLINES: Final[Mapping[Lifecycle, Mapping[str, str]]] = {
    Lifecycle.ORDER: {
        order.HOLD_OVERDUE: "ORD-03, AMB-1",
        order.RENEWAL_TARGET: "REN-07",
        order.BUILD_LATE: "ORD-18, ORD-19",
        order.LINK_VOID: "ORD-22",
        order.REMINDERS: "ORD-27, ORD-28",
        order.GRADUATION_DUE: "ORD-27, AMB-45",
    },
    Lifecycle.SUBSCRIPTION: {
        subscription.NOTICES: "ORD-31, REN-07",
        subscription.TARGET: "REN-07",
        subscription.RENEWAL_DATE: "REN-08",
    },
    Lifecycle.TRIAL: {
        trial.CONSENT: "TRL-25, TRL-31",
        trial.WARNING: "TRL-71, TRL-73",
        trial.EXPIRED: "TRL-71 to TRL-76",
        trial.LAST_CALL: "TRL-78",
        trial.GRACE_END: "TRL-76, TRL-77",
        trial.NUMBERS: "TRL-79, TRL-80",
    },
    Lifecycle.DEVICE: {
        device.EXPIRY: "TRL-90",
        device.REMINDERS: "TRL-90",
        device.RETURN_DUE: "TRL-90",
    },
}
"""By the deadline's ladder, or the first part of its name."""

STATES: Final[Mapping[Lifecycle, Mapping[str, str]]] = {
    Lifecycle.ORDER: {
        Stage.ACKNOWLEDGED: "ORD-01",
        Stage.HELD: "ORD-02",
        Stage.AWAITING_DETAILS: "ORD-04, ORD-11",
        Stage.PROVISIONING: "ORD-15",
        Stage.SERVICE_READY: "ORD-20, ORD-21",
        Stage.COMPLETED: "ORD-27, REN-09",
        Stage.REJECTED: "ORD-03",
        Stage.CANCELLED: "AMB-41",
    },
    Lifecycle.SUBSCRIPTION: {
        SubscriptionStage.ACTIVE: "ORD-21",
        SubscriptionStage.SUSPENDED: "REN-08",
        SubscriptionStage.TERMINATED: "",
    },
    Lifecycle.TRIAL: {
        TrialStage.ACKNOWLEDGED: "TRL-10",
        TrialStage.AWAITING_CONSENT: "TRL-23, TRL-29",
        TrialStage.AWAITING_DETAILS: "TRL-29",
        TrialStage.PROVISIONING: "TRL-16",
        TrialStage.TRIALING: "TRL-17, TRL-43",
        TrialStage.EXPIRED_GRACE: "TRL-76",
        TrialStage.CONVERTED: "TRL-60, TRL-66",
        TrialStage.LAPSED: "TRL-77, TRL-78",
        TrialStage.NUMBERS_RETAINED: "TRL-79",
        TrialStage.NUMBERS_RELEASED: "TRL-80",
        TrialStage.CANCELLED: "TRL-30, TRL-31, TRL-52",
    },
    Lifecycle.DEVICE: {
        DeviceStage.SHIPPED: "TRL-15",
        DeviceStage.IN_USE: "TRL-15",
        DeviceStage.RETURN_DUE: "TRL-67, TRL-90",
        DeviceStage.OVERDUE: "TRL-90",
        DeviceStage.RETURN_IN_TRANSIT: "TRL-91, TRL-93",
        DeviceStage.SERIAL_MISMATCH: "TRL-94",
        DeviceStage.MATCHED: "TRL-94",
    },
}

LOSSES: Final[Mapping[str, str]] = {
    "users_moved": "TRL-77",
    **{step: "TRL-78" for step in trial.LOSSES if step != "users_moved"},
    trial.NUMBERS_RELEASED: "TRL-80",
}
"""What is gone for good."""


def of_deadline(lifecycle: Lifecycle, deadline: Deadline) -> str:
    """By its own name, else by its ladder's: of one ladder the last step may have a rule of its own."""
    known = DEADLINES[lifecycle]
    name = deadline.name.partition("/")[0]
    return known.get(name) or known.get(deadline.ladder or "", "")

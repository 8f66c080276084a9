"""The rule of domain.md behind each thing a forecast tells: deadlines, changes, losses. Mails: domain/mails."""

from collections.abc import Mapping
from typing import Final

from domain.agenda import Deadline
from domain.device import device
from domain.device.states import DeviceEvent
from domain.mails import Lifecycle
from domain.order import order
from domain.order.states import OrderEvent
from domain.subscription import subscription
from domain.trial import trial
from domain.trial.states import TrialEvent

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

EVENTS: Final[Mapping[str, str]] = {
    OrderEvent.HELD: "ORD-02, REN-04",
    OrderEvent.TERMS_ACCEPTED: "ORD-11",
    OrderEvent.COMPLIANCE_CLEARED: "ORD-03",
    OrderEvent.COMPLIANCE_REFUSED: "ORD-03",
    OrderEvent.SHIPPED: "ORD-04, ORD-11",
    OrderEvent.CANCELLED: "AMB-41",
    OrderEvent.FORM_SUBMITTED: "ORD-15",
    OrderEvent.SITE_BUILT: "ORD-20, ORD-21",
    OrderEvent.RENEWED: "REN-09",
    OrderEvent.GRADUATED: "ORD-27",
    "subscription.activated": "ORD-21",
    "subscription.suspended": "REN-08",
    "subscription.suspension_lifted": "REN-08, AMB-42",
    TrialEvent.PROVISIONING_STARTED: "TRL-16",
    TrialEvent.CONSENT_REQUESTED: "TRL-23",
    TrialEvent.CONSENT_GIVEN: "TRL-25 to TRL-29",
    TrialEvent.CONSENT_DECLINED: "AMB-10",
    TrialEvent.CONSENT_LAPSED: "TRL-31",
    TrialEvent.WITHDRAWN: "TRL-30, AMB-8",
    TrialEvent.DETAILS_GIVEN: "TRL-29",
    TrialEvent.ACTIVATED: "TRL-17, TRL-43",
    TrialEvent.EXTENDED: "TRL-50",
    TrialEvent.EDITED: "TRL-51",
    TrialEvent.EXPIRED: "TRL-72, TRL-76",
    TrialEvent.CONVERTED: "TRL-60, TRL-66",
    TrialEvent.CANCELLED: "TRL-52, AMB-12",
    TrialEvent.GRACE_ENDED: "TRL-77, TRL-78",
    TrialEvent.NUMBERS_RETAINED: "TRL-79",
    TrialEvent.NUMBERS_RELEASED: "TRL-80",
    "device.shipped": "TRL-15",
    DeviceEvent.DELIVERED: "TRL-15",
    DeviceEvent.EXPIRED: "TRL-67, TRL-90",
    DeviceEvent.RETURN_OVERDUE: "TRL-90",
    DeviceEvent.HANDED_OVER: "TRL-91, TRL-93",
    DeviceEvent.RECEIVED: "TRL-94",
    DeviceEvent.RECEIVED_OTHER: "TRL-94",
}
"""What moves a lifecycle from stage to stage."""

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

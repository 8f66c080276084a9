"""The stages of a device on loan. domain.md §10.2."""

from enum import StrEnum
from typing import Final

from domain.values import Refused


class DeviceStage(StrEnum):
    """Where a device is."""

    SHIPPED = "shipped"
    IN_USE = "in_use"
    RETURN_DUE = "return_due"
    OVERDUE = "overdue"
    RETURN_IN_TRANSIT = "return_in_transit"
    SERIAL_MISMATCH = "serial_mismatch"
    MATCHED = "matched"


class DeviceEvent(StrEnum):
    """What happens to a device."""

    DELIVERED = "device.delivered"
    EXPIRED = "device.expired"
    RETURN_OVERDUE = "device.return_overdue"
    HANDED_OVER = "device.handed_over"
    RECEIVED = "device.received"
    RECEIVED_OTHER = "device.received_other"


D, V = DeviceStage, DeviceEvent

OUT: Final = (D.SHIPPED, D.IN_USE, D.RETURN_DUE, D.OVERDUE, D.SERIAL_MISMATCH)
"""With the customer, or on its way there: also when it was another one that came back. TRL-94."""

NEXT: Final = {
    (D.SHIPPED, V.DELIVERED): D.IN_USE,
    (D.SHIPPED, V.EXPIRED): D.RETURN_DUE,
    (D.IN_USE, V.EXPIRED): D.RETURN_DUE,
    (D.RETURN_DUE, V.RETURN_OVERDUE): D.OVERDUE,
    **{(stage, V.RETURN_OVERDUE): stage for stage in (D.RETURN_IN_TRANSIT, D.SERIAL_MISMATCH)},
    **{(stage, V.HANDED_OVER): D.RETURN_IN_TRANSIT for stage in OUT},
    (D.RETURN_IN_TRANSIT, V.RECEIVED): D.MATCHED,
    (D.RETURN_IN_TRANSIT, V.RECEIVED_OTHER): D.SERIAL_MISMATCH,
}


class DeviceTransitionRefused(Refused):
    """The stage does not allow what was asked for."""


def after(stage: DeviceStage, event: DeviceEvent) -> DeviceStage:
    """The stage that follows; raises DeviceTransitionRefused when there is none."""
    following = NEXT.get((stage, event))
    if following is None:
        wanted = " or ".join(str(at) for at, known in NEXT if known is event)
        raise DeviceTransitionRefused(f"{event} is not possible: the device is {stage}, it would have to be {wanted}")
    return following

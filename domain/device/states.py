"""The stages of a device on loan. domain.md §10.2."""

from enum import StrEnum
from typing import Final

from domain.transitions import Table


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
    **{(stage, V.RECEIVED): D.MATCHED for stage in (*OUT, D.RETURN_IN_TRANSIT)},
    **{(stage, V.RECEIVED_OTHER): D.SERIAL_MISMATCH for stage in (*OUT, D.RETURN_IN_TRANSIT)},
}

TABLE: Final = Table(
    what="device",
    next=NEXT,
    closed=frozenset({D.MATCHED}),
    asked={
        V.DELIVERED: "report the device delivered",
        V.HANDED_OVER: "hand the device over",
        V.RECEIVED: "report the device received",
    },
)

"""The rules of domain.md behind a device loan's deadlines and stages."""

from typing import Final

from domain.device import state as device
from domain.device.states import DeviceEvent
from domain.rules import Rules

RULES: Final = Rules(
    deadlines={
        device.EXPIRY: "TRL-90",
        device.REMINDERS: "TRL-90",
        device.RETURN_DUE: "TRL-90",
    },
    events={
        "device.shipped": "TRL-15",
        DeviceEvent.DELIVERED: "TRL-15",
        DeviceEvent.EXPIRED: "TRL-67, TRL-90",
        DeviceEvent.RETURN_OVERDUE: "TRL-90",
        DeviceEvent.HANDED_OVER: "TRL-91, TRL-93",
        DeviceEvent.RECEIVED: "TRL-94",
        DeviceEvent.RECEIVED_OTHER: "TRL-94",
    },
)

"""What a list says of a device: which it is, and when it should be back. TRL-90. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from pydantic import Field

from domain.device.state import DeviceState
from domain.list_line import ListLine
from domain.working_time import Instant


class DeviceLine(ListLine):
    """Of the device itself."""

    device: str
    trial: str
    model: str
    serial_number: str
    return_due_at: Instant
    overdue: bool = Field(description="The right device was not back when it had to be, wherever it was.")
    carrier: str

    @classmethod
    def of(cls, state: DeviceState, _now: datetime) -> Self:
        """Whatever its stage."""
        return cls(
            device=state.device_id,
            trial=state.trial_id,
            model=state.model,
            serial_number=state.serial_number,
            return_due_at=state.return_due_at,
            overdue=state.overdue,
            carrier=state.way_back.carrier,
        )

    def cells(self) -> Mapping[str, str]:
        """What is on the device and on its label."""
        return {"trial": self.trial, "model": self.model, "serial number": self.serial_number}

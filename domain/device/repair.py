"""What `tenure audit` may do about a device on loan."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.device.messages import StartDeviceLoan
from domain.device.state import DeviceState
from domain.events import Event
from domain.lifecycle import Lifecycle
from domain.repair import Other, Repair
from domain.working_time import local_day, start_of_day


def _start(state: DeviceState, _events: Sequence[Event]) -> StartDeviceLoan:
    """From its row: nobody but its trial ever started it."""
    return StartDeviceLoan(
        by="tenure-audit",
        reason="started again after a restore",
        device_id=state.device_id,
        trial_id=state.trial_id,
        customer_id=state.customer_id,
        partner_id=state.partner_id,
        model=state.model,
        serial_number=state.serial_number,
        expires_on=start_of_day(local_day(state.expires_at - datetime.resolution, state.rules), state.zone),
        country=state.country,
        zone=state.zone,
        trial_serial_numbers=state.trial_serial_numbers,
        customer_administrators=state.customer_administrators,
        partner_administrators=state.partner_administrators,
        policy=state.policy,
    )


def _hears_of(state: DeviceState) -> Sequence[Other]:
    """One whose trial is over was called back."""
    return [(Lifecycle.TRIAL, state.trial_id)]


REPAIR: Final = Repair(first_state=DeviceState.shipped, start=_start, ends_by="its return", hears_of=_hears_of)

"""Devices on loan in SQL."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, String, and_, cast, or_, select
from sqlalchemy.orm import Session

from adapters.sql.database import Database, hold
from adapters.sql.journal import keep_journal
from adapters.sql.rows import columns_of, move_or_begin
from adapters.sql.schema import LifecycleRecord
from domain.device.state import DeviceState
from domain.events import Journal
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.reasons import Reason
from domain.trial.messages import StartTrial
from domain.trial.states import TrialStage
from domain.values import Refused


class DeviceTaken(Refused):
    """A device is lent for another trial, or promised to one. TRL-15, TRL-94, R9."""

    code = Reason.DEVICE_TAKEN


class LoanOfNobody(Refused):
    """A loan names a trial that is not known, or not this customer's and partner's. TRL-15."""

    code = Reason.NOT_KNOWN


class SqlDevices(Database):
    """DeviceStore on SQL."""

    def open_device(self, state: DeviceState, journal: Journal, run: str, recorded_at: datetime) -> None:
        """One loan of a serial number, one promise of a device, after the other."""
        row = columns_of(KINDS[state.lifecycle], state, run, recorded_at) | {"state": state.model_dump(mode="json")}
        with self._writing() as session:
            _hold_devices(session, [state.device_id, state.serial_number])
            _refuse_other_trial(session, state)
            _refuse_taken(session, state)
            move_or_begin(session, row)
            keep_journal(session, state.lifecycle, state.device_id, journal, run, recorded_at)


def refuse_promised_devices(session: Session, placed: StartTrial) -> None:
    """A trial's devices, at its start: neither lent for another trial nor promised to one. TRL-15, TRL-94."""
    ids = {device.device_id for device in placed.devices}
    serials = {device.serial_number for device in placed.devices}
    if not ids:
        return
    _hold_devices(session, ids | serials)
    lent = select(LifecycleRecord.subject).where(
        LifecycleRecord.lifecycle == Lifecycle.DEVICE,
        LifecycleRecord.linked_to != placed.trial_id,
        or_(LifecycleRecord.subject.in_(ids), _serial_on_loan(serials)),
    )
    taken = {*session.scalars(lent)} | _promised(session, placed.trial_id, ids, serials)
    if taken:
        named = ", ".join(sorted(taken))
        raise DeviceTaken(f"lent already, for another trial, or promised to one: {named} (TRL-15, R9)", field="devices")


def _promised(session: Session, trial_id: str, ids: set[str], serials: set[str]) -> set[str]:
    """Devices of open trials that are not lent yet, by id or serial number."""
    named = [
        cast(LifecycleRecord.placed["devices"], String).contains(f'"{name}"', autoescape=True) for name in ids | serials
    ]
    others = select(LifecycleRecord.placed["devices"]).where(
        LifecycleRecord.lifecycle == Lifecycle.TRIAL,
        LifecycleRecord.subject != trial_id,
        LifecycleRecord.open,
        LifecycleRecord.stage != TrialStage.NUMBERS_RETAINED,
        or_(*named),
    )
    promised = [device for devices in session.scalars(others) for device in devices]
    return {
        device["device_id"]
        for device in promised
        if (device["device_id"] in ids or device["serial_number"] in serials)
        and session.get(LifecycleRecord, (Lifecycle.DEVICE, device["device_id"])) is None
    }


def _refuse_other_trial(session: Session, state: DeviceState) -> None:
    trial = session.get(LifecycleRecord, (Lifecycle.TRIAL, state.trial_id))
    if trial is None:
        raise LoanOfNobody(f"no trial {state.trial_id} is known here", field="trial_id")
    for field in ("customer_id", "partner_id"):
        if getattr(trial, field) != getattr(state, field):
            raise LoanOfNobody(f"must be the trial's, {getattr(trial, field)}", field=field)


def _refuse_taken(session: Session, state: DeviceState) -> None:
    known = session.get(LifecycleRecord, (Lifecycle.DEVICE, state.device_id))
    if known is not None and known.linked_to != state.trial_id:
        raise DeviceTaken(f"{state.device_id} was lent for another trial (TRL-15, R9)", field="device_id")
    on_loan = select(LifecycleRecord.subject).where(
        LifecycleRecord.subject != state.device_id, _serial_on_loan([state.serial_number])
    )
    if _promised(session, state.trial_id, {state.device_id}, {state.serial_number}):
        raise DeviceTaken(f"{state.serial_number} is promised to another trial (TRL-94)", field="serial_number")
    if other := session.scalar(on_loan.limit(1)):
        raise DeviceTaken(
            f"{state.serial_number} is on loan already, as device {other} (TRL-94)", field="serial_number"
        )


def _serial_on_loan(serials: Iterable[str]) -> ColumnElement[bool]:
    return and_(
        LifecycleRecord.lifecycle == Lifecycle.DEVICE,
        LifecycleRecord.open,
        LifecycleRecord.state["serial_number"].as_string().in_(sorted(serials)),
    )


def _hold_devices(session: Session, names: Iterable[str]) -> None:
    for name in sorted(names):
        hold(session, f"device {name}")

"""Devices on loan in SQL."""

from datetime import datetime

from sqlalchemy import select

from activities.ports import DeviceRow, NotKnown
from adapters.sql.database import Database
from adapters.sql.journal import keep_journal, standing
from adapters.sql.schema import DeviceRecord
from adapters.sql.upsert import upsert
from domain.device.device import DeviceLife
from domain.events import Journal
from domain.mails import Lifecycle


class SqlDevices(Database):
    """DeviceStore on SQL."""

    def record_device(self, life: DeviceLife, journal: Journal, run: str, recorded_at: datetime) -> None:
        """Row, events and tasks in one transaction.

        Stores nobody: a device's people are those of its trial (`Archive.person`).
        """
        row = standing(life, run, recorded_at) | {
            "device_id": life.device_id,
            "trial_id": life.trial_id,
            "customer_id": life.customer_id,
            "partner_id": life.partner_id,
            "stage": life.stage,
            "return_due_at": life.return_due_at,
            "overdue": life.overdue and not life.closed,
        }
        with self._writing() as session:
            upsert(session, DeviceRecord, [row], never_back=True)
            keep_journal(session, Lifecycle.DEVICE, life.device_id, journal, run, recorded_at)

    def device(self, device_id: str) -> DeviceRow:
        """The device as it stands."""
        with self._reading() as session:
            stored = session.get(DeviceRecord, device_id)
            if stored is None:
                raise NotKnown(f"no device {device_id} is known here")
            return _row(stored)

    def devices(self, trial_id: str | None = None, *, overdue: bool = False) -> list[DeviceRow]:
        """One that came back late is overdue no longer; one still on its way back is."""
        wanted = select(DeviceRecord).order_by(DeviceRecord.return_due_at, DeviceRecord.device_id)
        if trial_id is not None:
            wanted = wanted.where(DeviceRecord.trial_id == trial_id)
        if overdue:
            wanted = wanted.where(DeviceRecord.overdue)
        with self._reading() as session:
            return [_row(stored) for stored in session.scalars(wanted)]


def _row(stored: DeviceRecord) -> DeviceRow:
    return DeviceRow(life=DeviceLife.model_validate(stored.life))

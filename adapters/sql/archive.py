"""What was written about a lifecycle, to read."""

from typing import Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from activities.ports import NotKnown, RecordedMail
from adapters.sql.database import Database
from adapters.sql.journal import events_of
from adapters.sql.people import person_of
from adapters.sql.schema import DeviceRecord, MailRecord, OrderRecord, PersonRecord, TaskRecord
from adapters.sql.subscriptions import CAME_TO_NOTHING
from domain.events import Event, Task
from domain.mails import Lifecycle, Role
from domain.values import Person

STANDS_IN: Final[dict[str, str]] = {Role.RENEWAL_CONTACT: Role.FACING_PARTNER}
"""Who gets a subscription's mail when nobody has the role: a renewal contact is named at Graduation only. ORD-31."""


class SqlArchive(Database):
    """Archive on SQL."""

    def events(self, lifecycle: Lifecycle, subject: str) -> list[Event]:
        """Oldest first; empty when nothing is known."""
        with self._reading() as session:
            return events_of(session, lifecycle, subject)

    def tasks(self, lifecycle: Lifecycle, subject: str) -> list[Task]:
        """Open ones first, then by when they were opened."""
        found = (
            select(TaskRecord)
            .where(TaskRecord.lifecycle == lifecycle, TaskRecord.subject == subject)
            .order_by(TaskRecord.closed_at.is_not(None), TaskRecord.opened_at, TaskRecord.key)
        )
        with self._reading() as session:
            return [Task.model_validate(record, from_attributes=True) for record in session.scalars(found)]

    def mails(self, lifecycle: Lifecycle, subject: str) -> list[RecordedMail]:
        """By when they were first claimed."""
        found = (
            select(MailRecord)
            .where(MailRecord.lifecycle == lifecycle, MailRecord.subject == subject)
            .order_by(MailRecord.claimed_at, MailRecord.key)
        )
        with self._reading() as session:
            return [RecordedMail.model_validate(record, from_attributes=True) for record in session.scalars(found)]

    def person(self, lifecycle: Lifecycle, subject: str, role: str) -> Person:
        """Who has the role and was not erased: a subscription's found as the port says, a device's also by its trial.

        Roles are numbered where there are several: `customer_administrator/0`.
        """
        with self._reading() as session:
            return person_of(_found(session, lifecycle, subject, role))

    def correct_address(self, lifecycle: Lifecycle, subject: str, role: str, email: str) -> None:
        """In the row `person` reads, wherever that is."""
        with self._writing() as session:
            _found(session, lifecycle, subject, role).email = email


def _found(session: Session, lifecycle: Lifecycle, subject: str, role: str) -> PersonRecord:
    found = session.get(PersonRecord, (lifecycle, subject, role))
    if found is None and lifecycle is Lifecycle.SUBSCRIPTION:
        found = _of_its_orders(session, subject, role) or _stand_in(session, subject, role)
    if found is None and lifecycle is Lifecycle.DEVICE:
        found = _of_its_trial(session, subject, role)
    if found is None:
        raise NotKnown(f"nobody is known as {role} of {lifecycle} {subject}")
    return found


def _of_its_trial(session: Session, device_id: str, role: str) -> PersonRecord | None:
    device = session.get(DeviceRecord, device_id)
    return session.get(PersonRecord, (Lifecycle.TRIAL, device.trial_id, role)) if device else None


def _of_its_orders(session: Session, subscription_id: str, role: str) -> PersonRecord | None:
    """In that role of the newest order that has it; a renewal names no renewal contact, so an older one's stays."""
    of_an_order = and_(PersonRecord.lifecycle == Lifecycle.ORDER, PersonRecord.subject == OrderRecord.number)
    return session.scalar(
        select(PersonRecord)
        .join(OrderRecord, of_an_order)
        .where(
            OrderRecord.subscription_id == subscription_id,
            OrderRecord.stage.not_in(CAME_TO_NOTHING),
            PersonRecord.role == role,
        )
        .order_by(OrderRecord.placed_at.desc(), OrderRecord.number.desc())
        .limit(1)
    )


def _stand_in(session: Session, subscription_id: str, role: str) -> PersonRecord | None:
    other = STANDS_IN.get(role)
    if other is None:
        return None
    own = session.get(PersonRecord, (Lifecycle.SUBSCRIPTION, subscription_id, other))
    return own or _of_its_orders(session, subscription_id, other)

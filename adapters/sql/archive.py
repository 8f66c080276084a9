"""What was written about a lifecycle, to read."""

from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from activities.ports.store import NotKnown, RecordedMail
from adapters.sql.database import Database
from adapters.sql.journal import events_of
from adapters.sql.people import person_of
from adapters.sql.schema import EventRecord, LifecycleRecord, MailRecord, PersonRecord, TaskRecord
from adapters.sql.subscriptions import orders_of
from domain.construct import constructed
from domain.events import Event, Task
from domain.lifecycle import Lifecycle
from domain.mails import MailState, Role
from domain.values import Person

STANDS_IN: Final[dict[str, str]] = {Role.RENEWAL_CONTACT: Role.FACING_PARTNER}
"""Who gets a subscription's mail when nobody has the role: a renewal contact is named at Graduation only. ORD-31."""


OF_THE_PARTNER: Final = frozenset({Role.RENEWAL_CONTACT, Role.FACING_PARTNER})


class SqlArchive(Database):
    """Archive on SQL."""

    def events(self, lifecycle: Lifecycle, subject: str) -> list[Event]:
        """Oldest first; empty when nothing is known. That a mail went out, or was moot, stands in the ledger only."""
        with self._reading() as session:
            return all_events_of(session, lifecycle, subject)

    def newest_event_at(self) -> datetime | None:
        """Where clocks of lifecycles have got to; of a demonstration's store, which is small."""
        with self._reading() as session:
            return session.scalar(select(func.max(EventRecord.occurred_at)))

    def tasks(self, lifecycle: Lifecycle, subject: str) -> list[Task]:
        """Open ones first, then by when they were opened."""
        found = (
            select(TaskRecord)
            .where(TaskRecord.lifecycle == lifecycle, TaskRecord.subject == subject)
            .order_by(TaskRecord.closed_at.is_not(None), TaskRecord.opened_at, TaskRecord.key)
        )
        with self._reading() as session:
            return [constructed(Task, record) for record in session.scalars(found)]

    def mails(self, lifecycle: Lifecycle, subject: str) -> list[RecordedMail]:
        """By when they were first claimed."""
        found = (
            select(MailRecord)
            .where(MailRecord.lifecycle == lifecycle, MailRecord.subject == subject)
            .order_by(MailRecord.claimed_at, MailRecord.key)
        )
        with self._reading() as session:
            return [constructed(RecordedMail, record) for record in session.scalars(found)]

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


def all_events_of(session: Session, lifecycle: Lifecycle, subject: str) -> list[Event]:
    """What was recorded, and what became of its mails; oldest first."""
    recorded = events_of(session, lifecycle, subject)
    return list(merge(recorded, _mails_ended(session, lifecycle, subject), key=lambda event: event.occurred_at))


def _mails_ended(session: Session, lifecycle: Lifecycle, subject: str) -> Iterator[Event]:
    """What the workflow does not record of its own. Decision 9."""
    ended = (
        select(MailRecord.key, MailRecord.state, MailRecord.settled_at)
        .where(
            MailRecord.lifecycle == lifecycle,
            MailRecord.subject == subject,
            MailRecord.state.in_((MailState.SENT, MailState.MOOT)),
            MailRecord.settled_at.is_not(None),
        )
        .order_by(MailRecord.settled_at, MailRecord.key)
    )
    for key, state, at in session.execute(ended):
        yield Event(sequence=0, type=f"mail.{state}", occurred_at=at, data={"mail": key})


def _found(session: Session, lifecycle: Lifecycle, subject: str, role: str) -> PersonRecord:
    found = session.get(PersonRecord, (lifecycle, subject, role))
    if found is None and lifecycle == Lifecycle.SUBSCRIPTION:
        found = _of_its_orders(session, subject, role) or _stand_in(session, subject, role)
    if found is None and lifecycle == Lifecycle.DEVICE:
        found = _of_its_trial(session, subject, role)
    if found is None:
        raise NotKnown(f"nobody is known as {role} of {lifecycle} {subject}")
    return found


def _of_its_trial(session: Session, device_id: str, role: str) -> PersonRecord | None:
    device = session.get(LifecycleRecord, (Lifecycle.DEVICE, device_id))
    return session.get(PersonRecord, (Lifecycle.TRIAL, device.linked_to, role)) if device else None


def _of_its_orders(session: Session, subscription_id: str, role: str) -> PersonRecord | None:
    """In that role of the newest order that has it; a renewal names no renewal contact, so an older one's stays.

    A partner's people only of the partner who faces the customer now, as soon as the subscription has a row that says
    who that is: one whose renewal is still under way does not yet, and whom the one before named to be asked at renewal
    time is asked no more. AMB-59.
    """
    subscription = session.get(LifecycleRecord, (Lifecycle.SUBSCRIPTION, subscription_id))
    faced_by = subscription.partner_id if subscription and role in OF_THE_PARTNER else None
    newest_first = reversed(orders_of(session, subscription_id, faced_by))
    found = (session.get(PersonRecord, (Lifecycle.ORDER, number, role)) for number in newest_first)
    return next(filter(None, found), None)


def _stand_in(session: Session, subscription_id: str, role: str) -> PersonRecord | None:
    other = STANDS_IN.get(role)
    if other is None:
        return None
    own = session.get(PersonRecord, (Lifecycle.SUBSCRIPTION, subscription_id, other))
    return own or _of_its_orders(session, subscription_id, other)

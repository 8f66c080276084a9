"""A changed contact: who gets the mails of a subscription, its orders and the customer's trials from now on. OPT-02."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from activities.ports.store import NotKnown
from adapters.sql.contact_changes import (
    CHANGE,
    OPTION,
    Place,
    changes_beside,
    in_their_places,
    note_change,
    people_before,
)
from adapters.sql.database import Database, hold
from adapters.sql.people import keep_people, known_people, person_of
from adapters.sql.row_models import row_of
from adapters.sql.rows import stored
from adapters.sql.schema import LifecycleRecord, PaperRecord, PersonRecord
from adapters.sql.subscriptions import orders_of
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.mails import Role, numbered
from domain.option.messages import ContactOf, RequestOption
from domain.order.contacts import one_spelling
from domain.values import ERASED, Person

OF_THE_TRIAL: Final = {
    ContactOf.CUSTOMER: numbered(Role.CUSTOMER_ADMINISTRATOR, 0),
    ContactOf.PARTNER: numbered(Role.PARTNER_ADMINISTRATOR, 0),
}
"""The contact of each side, in a trial."""

OF_PARTNERS: Final = (
    Role.ORDERING_PARTNER,
    Role.FACING_PARTNER,
    Role.FORM_PARTNER,
    Role.RENEWAL_CONTACT,
    Role.GRADUATION_COPY,
)
"""Roles of an order in which somebody at a partner stands. ORD-06, ORD-16, ORD-30, ORD-31."""


class SqlContacts(Database):
    """What OptionStore has beside every store, on SQL."""

    def change_contact(self, request_id: str, now: datetime) -> None:
        """In one transaction, one request of a customer after the other."""
        with self._writing() as session:
            request = stored(session, OPTION, request_id)
            hold(session, f"contacts/{request.customer_id}")
            if session.get(PaperRecord, (OPTION, request_id, CHANGE)) is None:
                _change(session, request, now)

    def partner_addresses_of(self, subscription_id: str) -> frozenset[str]:
        """In one spelling, of every order of the subscription, also of one that came to nothing."""
        orders = select(LifecycleRecord.subject).where(
            LifecycleRecord.lifecycle == Lifecycle.ORDER, LifecycleRecord.linked_to == subscription_id
        )
        found = select(PersonRecord.email).where(
            PersonRecord.lifecycle == Lifecycle.ORDER,
            PersonRecord.subject.in_(orders),
            PersonRecord.role.in_(OF_PARTNERS),
        )
        with self._reading() as session:
            return frozenset(map(one_spelling, session.scalars(found)))

    def in_their_places(self, lifecycle: Lifecycle, subject: str, people: Mapping[str, Person]) -> dict[str, Person]:
        """Of people whom a lifecycle names, those in whose place no option request has put somebody else since."""
        with self._reading() as session:
            return in_their_places(session, lifecycle, subject, people)

    def start_as_given(self, lifecycle: Lifecycle, subject: str) -> Any:
        """What it was started with, whoever was put in whose place since; None if the store does not have it. Raises
        NotKnown."""
        with self._reading() as session:
            placed = stored(session, lifecycle, subject).placed
            people = known_people(session, lifecycle, subject) | people_before(session, lifecycle, subject)
        kind = KINDS[lifecycle]
        return None if placed is None else kind.people(kind.start).back(placed, people)


def _change(session: Session, request: LifecycleRecord, now: datetime) -> None:
    asked: RequestOption = row_of(session, request).placed
    if asked.contact is None:
        raise NotKnown(f"option request {request.subject} changes no contact")
    if (person := asked.contact.person) == ERASED:
        raise NotKnown(f"nobody is known as new contact of option request {request.subject}")
    later = {each.place for each in changes_beside(session, OPTION, request.subject) if each.at > now}
    places: dict[Place, bool] = {}
    for place in _places(session, asked, request.customer_id):
        if place.before not in later:
            places[place] = _replace(session, request.subject, place, person)
    note_change(session, request.subject, places, now)


def _replace(session: Session, request_id: str, place: Place, person: Person) -> bool:
    """Whoever stood there before is kept beside the request. Answers whether somebody did."""
    before = session.get(PersonRecord, place)
    if before is not None:
        keep_people(session, OPTION, request_id, {place.before: person_of(before)})
    keep_people(session, place.lifecycle, place.subject, {place.role: person})
    return before is not None


def _places(session: Session, asked: RequestOption, customer_id: str) -> list[Place]:
    """Where the contact stands that is to change."""
    assert asked.contact is not None  # noqa: S101 - see _change
    whose = asked.contact.contact_of
    found = [
        *_of_the_orders(session, asked, whose),
        *_of_the_subscription(asked.subscription_id, whose),
        *_of_the_trials(session, asked.partner_id, customer_id, whose),
    ]
    known = [place for place in found if session.get(PersonRecord, place) is not None]
    return known or ([_first_renewal_contact(session, asked)] if whose is ContactOf.RENEWAL_CONTACT else [])


def _of_the_orders(session: Session, asked: RequestOption, whose: ContactOf) -> Iterator[Place]:
    """Every order of the subscription, also one that is over: later mails may still go to its people."""
    orders = select(LifecycleRecord).where(
        LifecycleRecord.lifecycle == Lifecycle.ORDER, LifecycleRecord.linked_to == asked.subscription_id
    )
    for order in session.scalars(orders):
        for role in _roles(order, asked.partner_id, whose):
            yield Place(Lifecycle.ORDER, order.subject, role)


def _roles(order: LifecycleRecord, partner_id: str, whose: ContactOf) -> Sequence[Role]:
    """A partner's contacts change only where that partner stands. AMB-59."""
    facing = order.partner_id == partner_id
    match whose:
        case ContactOf.CUSTOMER:
            return (Role.CUSTOMER,)
        case ContactOf.SITE_ADMINISTRATOR:
            return (Role.SITE_ADMINISTRATOR,)
        case ContactOf.RENEWAL_CONTACT:
            return (Role.RENEWAL_CONTACT,) if facing else ()
        case ContactOf.PARTNER:
            ordering = order.state["ordering_partner_id"] == partner_id
            return (*((Role.FACING_PARTNER,) if facing else ()), *((Role.ORDERING_PARTNER,) if ordering else ()))


def _of_the_subscription(subscription_id: str, whose: ContactOf) -> Iterator[Place]:
    """It has people of its own only where no order could name them."""
    if whose is ContactOf.RENEWAL_CONTACT:
        yield Place(Lifecycle.SUBSCRIPTION, subscription_id, Role.RENEWAL_CONTACT)


def _of_the_trials(session: Session, partner_id: str, customer_id: str, whose: ContactOf) -> Iterator[Place]:
    """Trials of that customer with that partner that are not over. Loans of devices ask their trial."""
    if (role := OF_THE_TRIAL.get(whose)) is None:
        return
    trials = select(LifecycleRecord.subject).where(
        LifecycleRecord.lifecycle == Lifecycle.TRIAL,
        LifecycleRecord.customer_id == customer_id,
        LifecycleRecord.partner_id == partner_id,
        LifecycleRecord.open,
    )
    for trial in session.scalars(trials):
        yield Place(Lifecycle.TRIAL, trial, role)


def _first_renewal_contact(session: Session, asked: RequestOption) -> Place:
    """Nobody named one yet. With the partner's first order: that one cannot come to nothing any more, its Graduation
    may name a newer one, and when another partner takes over, it is asked no more. ORD-31, AMB-59."""
    orders = orders_of(session, asked.subscription_id, asked.partner_id)
    if not orders:
        return Place(Lifecycle.SUBSCRIPTION, asked.subscription_id, Role.RENEWAL_CONTACT)
    return Place(Lifecycle.ORDER, orders[0], Role.RENEWAL_CONTACT)

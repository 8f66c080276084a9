"""People are kept apart from what they had to do with: erasing one is deleting one row."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.sql.schema import PersonRecord
from adapters.sql.upsert import upsert
from domain.mails import Lifecycle, Role
from domain.order.messages import PlaceOrder
from domain.values import Language, Person

ERASED: Final = Person(
    first_name="[erased]", last_name="[erased]", email="erased@example.com", language=Language.ENGLISH, zone="UTC"
)
"""Stands where somebody was erased, so that the rest of an order can still be read. Nobody has this address: RFC 2606
keeps example.com free of mailboxes, and no mail is sent to it because `Archive.person` says NotKnown instead."""

CONTACTS: Final = {
    "customer": Role.CUSTOMER,
    "ordering_partner": Role.ORDERING_PARTNER,
    "reselling_partner": Role.FACING_PARTNER,
}
"""Whose contact stands under which role, by field of PlaceOrder."""

ENVELOPE: Final = {"by", "reason", "source"}
"""Who sent an order and why: no part of its content."""


def people_of(placed: PlaceOrder) -> dict[Role, Person]:
    """Everybody an order names when it is placed; without a Tier-2 the ordering partner faces the customer."""
    return {
        Role.ORDERING_PARTNER: placed.ordering_partner.contact,
        Role.FACING_PARTNER: placed.facing_partner.contact,
        Role.CUSTOMER: placed.customer.contact,
    }


def without_people(placed: PlaceOrder) -> dict[str, Any]:
    """The order as JSON, its contacts left out."""
    return placed.model_dump(mode="json", exclude={field: {"contact"} for field in CONTACTS})


def with_people(placed: dict[str, Any], people: Mapping[Role, Person]) -> PlaceOrder:
    """The order as it was placed; who was erased meanwhile is replaced by ERASED."""
    contacts = {
        field: placed[field] | {"contact": people.get(role, ERASED)}
        for field, role in CONTACTS.items()
        if placed[field] is not None
    }
    return PlaceOrder.model_validate(placed | contacts)


def content_hash(placed: PlaceOrder) -> str:
    """Tells one order's content from another's. People are left out: a hash of theirs would survive their erasure."""
    content = {name: value for name, value in without_people(placed).items() if name not in ENVELOPE}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def keep_people(session: Session, lifecycle: Lifecycle, subject: str, people: Mapping[Role, Person]) -> None:
    """Each role's person, replacing whoever had it before."""
    key = {"lifecycle": lifecycle, "subject": subject}
    rows = [key | {"role": role} | person.model_dump(mode="json") for role, person in people.items()]
    upsert(session, PersonRecord, rows)


def known_people(session: Session, lifecycle: Lifecycle, subject: str) -> dict[Role, Person]:
    """Everybody known and not erased."""
    who = select(PersonRecord).where(PersonRecord.lifecycle == lifecycle, PersonRecord.subject == subject)
    return {record.role: person_of(record) for record in session.scalars(who)}


def person_of(record: PersonRecord) -> Person:
    """The person of a row."""
    return Person.model_validate(record, from_attributes=True)

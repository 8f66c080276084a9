"""People are kept apart from what they had to do with: erasing one is deleting one row."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.sql.schema import PersonRecord
from adapters.sql.upsert import upsert
from domain.mails import Lifecycle
from domain.values import Language, Person

ERASED: Final = Person(
    first_name="[erased]", last_name="[erased]", email="erased@example.com", language=Language.ENGLISH, zone="UTC"
)
"""Stands where somebody was erased, so that the rest can still be read. Nobody has this address: RFC 2606 keeps
example.com free of mailboxes, and no mail is sent to it because `Archive.person` says NotKnown instead."""

ENVELOPE: Final = {"by", "reason", "source"}
"""Who sent a message and why: no part of its content."""


def content_hash(placed: dict[str, Any]) -> str:
    """Tells one start's content from another's. People are left out: a hash of theirs would survive their erasure."""
    content = {name: value for name, value in placed.items() if name not in ENVELOPE}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def keep_people(session: Session, lifecycle: Lifecycle, subject: str, people: Mapping[str, Person]) -> None:
    """Each role's person, replacing whoever had it before."""
    key = {"lifecycle": lifecycle, "subject": subject}
    rows = [key | {"role": role} | person.model_dump(mode="json") for role, person in people.items()]
    upsert(session, PersonRecord, rows)


def known_people(session: Session, lifecycle: Lifecycle, subject: str) -> dict[str, Person]:
    """Everybody known and not erased."""
    who = select(PersonRecord).where(PersonRecord.lifecycle == lifecycle, PersonRecord.subject == subject)
    return {record.role: person_of(record) for record in session.scalars(who)}


def are_known(session: Session, lifecycle: Lifecycle, subject: str, people: Mapping[str, Person]) -> bool:
    """Is everybody the one who is stored in that role? Nobody can tell of those who were erased."""
    known = known_people(session, lifecycle, subject)
    return all(known.get(role, person) == person for role, person in people.items())


def person_of(record: PersonRecord) -> Person:
    """The person of a row."""
    return Person.model_validate(record, from_attributes=True)

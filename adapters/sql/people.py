"""People are kept apart from what they had to do with: erasing one is deleting one row."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Select, Table, bindparam, select
from sqlalchemy.orm import Session

from adapters.sql.schema import PersonRecord
from adapters.sql.upsert import table_of, upsert
from domain.construct import constructed
from domain.lifecycle import Lifecycle
from domain.values import Person

ENVELOPE: Final = {"by", "reason", "source"}
"""Who sent a message and why: no part of its content."""


TABLE: Final[Table] = table_of(PersonRecord)

OF_ONE: Final[Select[Any]] = select(TABLE).where(
    TABLE.c.lifecycle == bindparam("lifecycle"), TABLE.c.subject == bindparam("subject")
)
"""Every mail asks for them: a statement that is made once, and rows that are no objects of a session."""


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
    found = session.connection().execute(OF_ONE, {"lifecycle": lifecycle, "subject": subject})
    return {row.role: constructed(Person, row) for row in found}


def are_known(session: Session, lifecycle: Lifecycle, subject: str, people: Mapping[str, Person]) -> bool:
    """Is everybody the one who is stored in that role? Nobody can tell of those who were erased."""
    known = known_people(session, lifecycle, subject)
    return all(known.get(role, person) == person for role, person in people.items())


def person_of(record: PersonRecord) -> Person:
    """The person of a row."""
    return constructed(Person, record)

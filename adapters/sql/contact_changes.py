"""Whose place somebody else took by an option request: kept beside the request, without a name. OPT-02 (c)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from adapters.sql.journal import keep_forms
from adapters.sql.people import known_people
from adapters.sql.schema import LifecycleRecord, PaperRecord
from domain.lifecycle import Lifecycle
from domain.mails import Role, numbered
from domain.values import ERASED, Person

OPTION: Final = Lifecycle("option")

CHANGE: Final = "contact_change"
"""The paper of a request that says what it changed. It names rows only, and stays when people are erased."""


CHANGEABLE: Final = (*Role, numbered(Role.CUSTOMER_ADMINISTRATOR, 0), numbered(Role.PARTNER_ADMINISTRATOR, 0))
"""Roles in which a request may put somebody else."""


class Place(NamedTuple):
    """The key of somebody's row."""

    lifecycle: Lifecycle
    subject: str
    role: str

    @property
    def before(self) -> str:
        """The role, beside the request, of whoever stood there before."""
        return f"before/{self.lifecycle}/{self.subject}/{self.role}"


class Change(NamedTuple):
    """One place of one request."""

    request_id: str
    at: datetime
    place: str
    """As `Place.before`."""

    had_somebody: bool


def _changes() -> Select[Any]:
    """Of all requests about one customer: there are few."""
    of, option = aliased(LifecycleRecord), aliased(LifecycleRecord)
    return (
        select(PaperRecord.subject, PaperRecord.recorded_at, PaperRecord.content)
        .join(option, (option.lifecycle == PaperRecord.lifecycle) & (option.subject == PaperRecord.subject))
        .join(of, of.customer_id == option.customer_id)
        .where(
            PaperRecord.lifecycle == OPTION,
            PaperRecord.name == CHANGE,
            option.lifecycle == OPTION,
            of.lifecycle == bindparam("lifecycle"),
            of.subject == bindparam("subject"),
        )
        .order_by(PaperRecord.recorded_at, PaperRecord.subject)
    )


CHANGES: Final = _changes()


def changes_beside(session: Session, lifecycle: Lifecycle, subject: str) -> list[Change]:
    """Of all places of the customer whose lifecycle this is, oldest first."""
    found = session.execute(CHANGES, {"lifecycle": lifecycle, "subject": subject})
    return [
        Change(request_id, at, place, had_somebody)
        for request_id, at, content in found
        for place, had_somebody in content["places"].items()
    ]


def note_change(session: Session, request_id: str, places: Mapping[Place, bool], now: datetime) -> None:
    """Which places the request changed, and whether somebody stood there before."""
    content = {"places": {place.before: had_somebody for place, had_somebody in places.items()}}
    keep_forms(session, OPTION, request_id, {CHANGE: content}, now)


def in_their_places(
    session: Session, lifecycle: Lifecycle, subject: str, people: Mapping[str, Person]
) -> dict[str, Person]:
    """Of people whom a lifecycle names, those in whose place no option request has put somebody else since.

    A lifecycle that is told once more (a Reset, a start after a restore, an audit) names whom it named before: that is
    whoever stands beside the request, or was erased there. Anybody else is news, and counts.
    """
    changes = changes_beside(session, lifecycle, subject) if people else []
    return {
        role: person
        for role, person in people.items()
        if not _replaced(session, changes, Place(lifecycle, subject, role), person)
    }


def people_before(session: Session, lifecycle: Lifecycle, subject: str) -> dict[str, Person]:
    """Who stood in its places before anybody was changed, by role; ERASED if nobody knows any more."""
    places = {Place(lifecycle, subject, role).before: role for role in CHANGEABLE}
    before: dict[str, Person] = {}
    for change in reversed(changes_beside(session, lifecycle, subject)):
        if change.had_somebody and (role := places.get(change.place)) is not None:
            known = known_people(session, OPTION, change.request_id)
            before[role] = known.get(change.place, ERASED)
    return before


def _replaced(session: Session, changes: Iterable[Change], place: Place, person: Person) -> bool:
    for change in changes:
        if change.place == place.before and change.had_somebody:
            before = known_people(session, OPTION, change.request_id).get(place.before)
            if before is None or before == person:
                return True
    return False

"""A what-if file: who does what when, one act a line, checked as a whole before the forecast begins."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from domain.lifecycles import KINDS, updates_of
from domain.values import Line, Message, Model
from domain.working_time import in_utc
from starter.console.exits import bad, bad_input
from starter.console.ids import Subject
from starter.console.models import LARGEST, NotJson, decoded, json_of, problems, unreadable

M = TypeVar("M", bound=Model)

SOMEBODY: Final = "what-if"
"""Who acts, unless the message says so."""

WHEN: Final = 'must be a duration after the beginning, such as "P2D", or an instant such as "2031-06-04T09:00:00+09:00"'

_DURATION: Final = TypeAdapter(timedelta)
_INSTANT: Final = TypeAdapter(AwareDatetime)


class _Line(Model):
    """One line as it is written."""

    at: Line
    update: Line
    message: dict[str, Any] = {}
    to: Line | None = None


@dataclass(frozen=True)
class Act:
    """Something somebody does."""

    at: datetime
    to: Subject
    update: str
    message: Message


def read_acts(path: Path, subject: Subject, begins_at: datetime) -> list[Act]:
    """In time order; those of one instant in the order of the file."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as failed:
        raise unreadable(str(path), failed) from None
    if len(raw) > LARGEST:
        raise bad("is larger than 1 MB", str(path))
    lines = enumerate(decoded(raw, str(path)).splitlines(), start=1)
    acts = [_act(f"{path}: line {number}", line, subject, begins_at) for number, line in lines if line.strip()]
    return sorted(acts, key=lambda act: act.at)


def _act(place: str, text: str, subject: Subject, begins_at: datetime) -> Act:
    try:
        line = _valid(_Line, json_of(text), place)
    except NotJson as wrong:
        raise bad(wrong.what, f"{place}: {wrong.at}" if wrong.at else place) from None
    to = _subject(line.to, f"{place}: to") if line.to else subject
    known = {name: update.message for name, update in updates_of(KINDS[to.lifecycle]).items()}
    if line.update not in known:
        raise bad(f"is no update of a {to.lifecycle}; known are {', '.join(sorted(known))}", f"{place}: update")
    message = _valid(known[line.update], {"by": SOMEBODY} | line.message, f"{place}: message")
    return Act(_instant(line.at, begins_at, f"{place}: at"), to, line.update, message)


def _valid(model: type[M], given: Any, place: str) -> M:
    if not isinstance(given, dict):
        raise bad("must be one JSON object", place)
    found = problems(model, given)
    if isinstance(found, list):
        raise bad_input([(f"{place}: {where}" if where else place, what) for where, what in found])
    return found


def _subject(workflow_id: str, place: str) -> Subject:
    for lifecycle in KINDS:
        id_ = workflow_id.removeprefix(f"{lifecycle}-")
        if id_ != workflow_id:
            return Subject(lifecycle, id_)
    raise bad("must be a workflow id such as subscription-sub-SO-100001", place)


def _instant(text: str, begins_at: datetime, place: str) -> datetime:
    try:
        if text.lstrip("+-").startswith("P"):
            at = begins_at + _DURATION.validate_python(text)
        else:
            at = in_utc(_INSTANT.validate_python(text))
    except (ValidationError, OverflowError):
        raise bad(WHEN, place) from None
    if at < begins_at:
        raise bad(f"is before the forecast begins: {begins_at:%Y-%m-%dT%H:%M:%SZ}", place)
    return at

"""Between what stands in the inputs of a form and the JSON that a model reads; nothing typed is ever lost. Pure.

`Typed` is what a browser sends: texts by the name of their input. The names are those that refusals use,
`sites[0].url`; a second input of one field has a word after a colon: `at:zone`, `within:unit`, `packages[0]:name`.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.reasons import Problem, Reason
from web.model_shapes import Input, Shape, inside

Typed = Mapping[str, Sequence[str]]
"""Texts by the name of their input; a box that is not ticked is not there."""

YES: Final = "yes"
NO: Final = "no"

UNITS: Final = {"D": "P{}D", "H": "PT{}H", "M": "PT{}M", "S": "PT{}S"}
"""Of a span, and how ISO 8601 writes so many of it."""

_SPAN: Final = re.compile(r"P(?:(\d+)(D)|T(\d+)([HMS]))")
_BLANKS: Final = re.compile(r"\s+")
_OFFSET: Final = re.compile(r"[+-]\d{2}:\d{2}")
OFFSET_LENGTH: Final = len("+09:00")
_LEFT_OUT: Final = object()


def typed_as(shape: Shape, name: str, value: Any, zone: str) -> dict[str, list[str]]:
    """What stands in the inputs of a value; None: of none yet. A moment is shown in that zone."""
    match shape.asked:
        case Input.GROUP:
            known = value or {}
            found: dict[str, list[str]] = {}
            for part, inner in shape.parts.items():
                found |= typed_as(inner, inside(name, part), known.get(part, inner.default), zone)
            return found
        case Input.ROWS:
            return _rows_typed(shape, name, value, zone)
        case Input.COUNTS:
            pairs = [(f"{name}[{at}]", *pair) for at, pair in enumerate((value or {}).items())]
            return {k: [v] for at, key, count in pairs for k, v in ((f"{at}:name", key), (at, str(count)))}
        case Input.CHOICES:
            return {name: [str(each) for each in value]} if value else {}
        case Input.FLAG:
            return {name: [YES]} if value else {}
    return _one_typed(shape, name, value, zone)


def _rows_typed(shape: Shape, name: str, value: Any, zone: str) -> dict[str, list[str]]:
    """Where rows may be left unsaid, a box says that there are to be none."""
    found: dict[str, list[str]] = {f"{name}:none": [YES]} if shape.optional and value == [] else {}
    for at, each in enumerate(value or ([None] if shape.required else [])):
        found |= typed_as(shape.row, f"{name}[{at}]", each, zone)
    return found


def _one_typed(shape: Shape, name: str, value: Any, zone: str) -> dict[str, list[str]]:
    match shape.asked:
        case Input.MOMENT:
            local, of_zone = _local(value, zone) if value else ("", zone)
            return {name: [local], f"{name}:zone": [of_zone]}
        case Input.SPAN:
            number, unit = _counted(value or "")
            return {name: [number], f"{name}:unit": [unit]}
        case Input.ANSWER:
            return {} if value is None else {name: [YES if value else NO]}
        case Input.JSON:
            return {name: [json.dumps(value, ensure_ascii=False, indent=1) if value else ""]}
        case Input.TIME if isinstance(value, str):
            return {name: [value.removesuffix(":00") if value.count(":") > 1 else value]}
    return {name: ["" if value is None else str(value)]}


def _local(value: str, zone: str) -> tuple[str, str]:
    """A time of that zone; the second of two with the same name has its offset beside it."""
    at = datetime.fromisoformat(value).astimezone(ZoneInfo(zone))
    whole = not at.second and not at.microsecond
    local = at.replace(tzinfo=None).isoformat(timespec="minutes" if whole else "auto")
    return local, at.isoformat()[-OFFSET_LENGTH:] if at.fold else zone


def _counted(value: str) -> tuple[str, str]:
    """`14`, `D`; a span that is no whole number of one unit stays as ISO 8601 writes it."""
    found = _SPAN.fullmatch(value)
    if found is None:
        return value, "D"
    return found[1] or found[3], found[2] or found[4]


@dataclass(frozen=True)
class Reading:
    """From the inputs of one form to JSON."""

    typed: Typed
    zone: str
    """Of a moment that names none."""

    problems: list[Problem] = field(default_factory=list)
    """What could not even be made into JSON, at its input."""

    placed: dict[str, str] = field(default_factory=dict)
    """Where something stands in the JSON, and where in the form, if that is another place: of a row, an empty one
    before it is left out."""

    def value(self, shape: Shape) -> dict[str, Any]:
        """All that was said, as the model's JSON."""
        return self._group(shape, "", "")

    def _given(self, shape: Shape, name: str, at: str) -> Any:
        match shape.asked:
            case Input.GROUP | Input.ROWS | Input.COUNTS:
                return self._several(shape, name, at)
            case Input.CHOICES:
                return [_chosen(text, shape.choices) for text in self.typed.get(name, ())]
            case Input.FLAG:
                return YES in self.typed.get(name, ())
        text = self._text(name)
        return self._one(shape, name, text) if text else _unsaid(shape)

    def _several(self, shape: Shape, name: str, at: str) -> Any:
        if shape.asked is Input.COUNTS:
            return dict(self._counts(shape, name, at))
        if shape.asked is Input.GROUP:
            nothing = shape.optional and self.untouched(shape, name)
            return None if nothing else self._group(shape, name, at)
        rows = list(self._rows(shape, name, at))
        unsaid = shape.optional and YES not in self.typed.get(f"{name}:none", ())
        return None if unsaid and not rows else rows

    def _group(self, shape: Shape, name: str, at: str) -> dict[str, Any]:
        found = ((part, self._given(of, inside(name, part), inside(at, part))) for part, of in shape.parts.items())
        return {part: value for part, value in found if value is not _LEFT_OUT}

    def untouched(self, shape: Shape, name: str) -> bool:
        """Does it say no more than an empty form?"""
        blank = Reading(typed_as(shape, name, None, self.zone), self.zone)
        same: bool = Reading(self.typed, self.zone)._as_it_is(shape, name) == blank._as_it_is(shape, name)
        return same

    def _as_it_is(self, shape: Shape, name: str) -> Any:
        group = shape.asked is Input.GROUP
        return self._group(shape, name, name) if group else self._given(shape, name, name)

    def _rows(self, shape: Shape, name: str, at: str) -> Iterator[Any]:
        taken = 0
        for number in numbers(self.typed, name):
            inner, place = f"{name}[{number}]", f"{at}[{taken}]"
            if self.untouched(shape.row, inner):
                continue
            self.placed[place] = inner
            yield self._given(shape.row, inner, place)
            taken += 1

    def _counts(self, shape: Shape, name: str, at: str) -> Iterator[tuple[str, Any]]:
        known: set[str] = set()
        for number in numbers(self.typed, name):
            inner = f"{name}[{number}]"
            key, count = self._text(f"{inner}:name"), self._text(inner)
            if not key and not count:
                continue
            if not key or key in known:
                words = "stands twice" if key else "must say of what"
                self.problems.append(Problem.of(Reason.CONTRADICTION if key else Reason.REQUIRED, words, inner))
            known.add(key)
            self.placed[f"{at}.{key}"] = inner
            yield key, self._one(shape.row, inner, count) if count else None

    def _text(self, name: str) -> str:
        (text, *_) = self.typed.get(name) or ("",)
        return text.replace("\r\n", "\n").strip()

    def _one(self, shape: Shape, name: str, text: str) -> Any:
        match shape.asked:
            case Input.NUMBER:
                return _number(text)
            case Input.CHOICE:
                return _chosen(text, shape.choices)
            case Input.ANSWER:
                return {YES: True, NO: False}.get(text, text)
            case Input.SPAN:
                return _span(text, self._text(f"{name}:unit"))
        return self._moment_or_text(shape, name, text)

    def _moment_or_text(self, shape: Shape, name: str, text: str) -> Any:
        if shape.asked is Input.MOMENT:
            return self._moment(name, text)
        if shape.asked is Input.JSON:
            return self._json(name, text)
        return text

    def _json(self, name: str, text: str) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            self.problems.append(Problem.of(Reason.WRONG_FORM, "is not valid JSON", name))
            return text

    def _moment(self, name: str, text: str) -> str:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return text  # the model says how it has to be written
        if at.tzinfo is not None or ":" not in text:
            return text
        try:
            return _in_zone(at, self._text(f"{name}:zone") or self.zone).isoformat()
        except ValueError as wrong:
            self.problems.append(Problem.of(Reason.WRONG_FORM, str(wrong), name))
            return text
        except OverflowError:
            return text  # of the first year or the last: the model says what it takes


def _unsaid(shape: Shape) -> Any:
    """Of an input that nothing stands in."""
    if shape.asked is Input.JSON and not shape.optional:
        return {} if shape.schema.get("type") == "object" else []
    return None if shape.optional else _LEFT_OUT


def _in_zone(at: datetime, zone: str) -> datetime:
    """Raises ValueError for a zone that there is not, and for a time that its clocks leave out."""
    if _OFFSET.fullmatch(zone):
        return datetime.fromisoformat(f"{at.isoformat()}{zone}")
    try:
        local = at.replace(tzinfo=ZoneInfo(zone))
    except (KeyError, ValueError, OSError):
        raise ValueError("must be of a time zone such as Asia/Tokyo") from None
    if local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != at:
        raise ValueError("does not exist: the clocks of this zone go forward then")
    return local


def _number(text: str) -> Any:
    """As people type it: full-width digits, blanks between thousands, a decimal comma. What is none stays a text."""
    plain = _BLANKS.sub("", unicodedata.normalize("NFKC", text))
    for read in (int, lambda word: float(word.replace(",", ".", 1))):
        with suppress(ValueError):
            return read(plain)
    return text


def _chosen(text: str, choices: Sequence[Any]) -> Any:
    return next((choice for choice in choices if str(choice) == text), text)


def _span(text: str, unit: str) -> str:
    number = unicodedata.normalize("NFKC", text)
    return UNITS.get(unit, "{}").format(number) if number.isdecimal() else text


def numbers(typed: Typed, name: str) -> list[int]:
    """Of the rows that stand in a form, in order."""
    numbered = re.compile(rf"{re.escape(name)}\[(\d{{1,4}})\]")
    return sorted({int(found[1]) for key in typed if (found := numbered.match(key))})


def with_row(typed: Typed, shape: Shape, name: str, zone: str) -> Typed:
    """One more row, at the end."""
    known = numbers(typed, name)
    added = f"{name}[{known[-1] + 1 if known else 0}]"
    blank = {added: [""], f"{added}:name": [""]} if shape.asked is Input.COUNTS else None
    return {**typed, **(blank or typed_as(shape.row, added, None, zone))}


def without_row(typed: Typed, row: str) -> Typed:
    """All but that one; the others keep their numbers."""
    return {
        key: texts
        for key, texts in typed.items()
        if key != row and not key.startswith((f"{row}.", f"{row}:", f"{row}["))
    }

"""What a form asks for, read off a model's own JSON schema: the one description that also `tenure schema` prints. Pure.

Nothing of a model is said twice: names, order, types, limits, choices, defaults and hints are the schema's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Final

from pydantic import BaseModel


class Input(StrEnum):
    """How something is asked."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    FLAG = "flag"
    """A box: what is not ticked is no."""

    ANSWER = "answer"
    """Yes or no, and nothing said for whoever asked."""

    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    MOMENT = "moment"
    """A day and a time of a zone."""

    TIME = "time"
    SPAN = "span"
    """A number and its unit."""

    GROUP = "group"
    ROWS = "rows"
    """As many as wanted of one shape."""

    COUNTS = "counts"
    """Numbers by name."""

    JSON = "json"
    """What has no better input; only terms that nobody changes by hand have it."""


FORMATS: Final = {
    "date": Input.DATE,
    "date-time": Input.MOMENT,
    "time": Input.TIME,
    "duration": Input.SPAN,
}
"""By the `format` of a text."""

LONG: Final = 500
"""Characters; a text that may have more of them gets several lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One thing that is asked for; a group of them; or as many of one as wanted."""

    asked: Input
    path: str
    """`form.sites.url`: as messages name it, without the number of a row."""

    said: str = ""
    """The description of the field, or of its type."""

    required: bool = True
    optional: bool = False
    """Nothing may be said: null."""

    default: Any = None
    choices: tuple[Any, ...] = ()
    parts: Mapping[str, "Shape"] = field(default_factory=dict)
    """Of a group."""

    each: "Shape | None" = None
    """Of rows and counts: one of them."""

    schema: Mapping[str, Any] = field(default_factory=dict)
    """Of the value itself: its limits."""

    @property
    def row(self) -> "Shape":
        """One of several."""
        assert self.each is not None  # noqa: S101 - for the type checker
        return self.each


@cache
def shape_of(model: type[BaseModel]) -> Shape:
    """Of a whole message."""
    schema = model.model_json_schema()
    return _Reader(schema.get("$defs", {})).shape("", schema, required=True)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Follows references into the definitions of one schema."""

    definitions: Mapping[str, Mapping[str, Any]]

    def shape(self, path: str, given: Mapping[str, Any], *, required: bool) -> Shape:
        """Of one property."""
        schema, optional = self._value(given)
        asked = _asked(schema, path, answered=required or optional)
        of_items = self._resolved(schema.get("items", {}))
        return Shape(
            asked=asked,
            path=path,
            said=given.get("description") or schema.get("description") or "",
            required=required,
            optional=optional,
            default=given.get("default"),
            choices=tuple(of_items.get("enum", ()) if asked is Input.CHOICES else _choices(schema)),
            parts=dict(self._parts(path, schema)) if asked is Input.GROUP else {},
            each=self._each(path, asked, schema),
            schema=schema,
        )

    def _parts(self, path: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, Shape]]:
        wanted = schema.get("required", ())
        for name, given in schema["properties"].items():
            yield name, self.shape(inside(path, name), given, required=name in wanted)

    def _each(self, path: str, asked: Input, schema: Mapping[str, Any]) -> Shape | None:
        if asked is Input.ROWS:
            return self.shape(path, schema["items"], required=False)
        if asked is Input.COUNTS:
            (count,) = schema["patternProperties"].values()
            return self.shape(path, count, required=False)
        return None

    def _value(self, given: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
        """The schema of the value that may be there, and whether null may stand instead."""
        several = [self._resolved(each) for each in given.get("anyOf", (given,))]
        values = [each for each in several if each.get("type") != "null"]
        with_items = {**values[0]}
        if "items" in with_items:
            with_items["items"] = self._resolved(with_items["items"])
        return with_items, len(values) < len(several)

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = schema.get("$ref")
        return self.definitions[reference.rpartition("/")[2]] if reference else schema


def inside(name: str, part: str) -> str:
    """What a part of a group is called; of the message itself, which has no name, by its own alone."""
    return f"{name}.{part}" if name else part


def _asked(schema: Mapping[str, Any], path: str, *, answered: bool) -> Input:
    type_ = schema.get("type")
    if type_ == "boolean":
        confirming = path.rpartition(".")[2].startswith("confirm")
        return Input.ANSWER if answered and not confirming else Input.FLAG
    if _choices(schema):
        return Input.CHOICE
    if type_ == "string":
        long = schema.get("maxLength", 0) > LONG
        return FORMATS.get(schema.get("format", ""), Input.LONG_TEXT if long else Input.TEXT)
    if type_ == "array" and "items" in schema:
        return Input.CHOICES if schema["items"].get("enum") else Input.ROWS
    return _number_or_group(schema)


def _number_or_group(schema: Mapping[str, Any]) -> Input:
    by_pattern = [each.get("type") for each in schema.get("patternProperties", {}).values()]
    if schema.get("type") in ("integer", "number"):
        return Input.NUMBER
    if by_pattern == ["integer"]:
        return Input.COUNTS
    return Input.GROUP if "properties" in schema else Input.JSON


def _choices(schema: Mapping[str, Any]) -> tuple[Any, ...]:
    return (schema["const"],) if "const" in schema else tuple(schema.get("enum", ()))

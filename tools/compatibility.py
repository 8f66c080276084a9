"""Does what fitted one JSON Schema still fit another? Careful: what it does not know, it calls a difference. Pure.

For a message, what was accepted must still be accepted: `gaps(committed, today)`. For an answer, what is said today
must be what readers of the committed schema expect: `gaps(today, committed)`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

Schema = Mapping[str, Any]

ABSENT: Final = "unlimited"
ANNOTATIONS: Final = frozenset({"$id", "$schema", "$defs", "title", "description", "examples", "deprecated"})
"""For people: they may change at any time. So may everything that begins with `x-`."""

LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
STRUCTURE: Final = frozenset(
    {"$ref", "anyOf", "oneOf", "type", "enum", "const", "properties", "required", "additionalProperties", "items"}
    | {"default", *LOWER, *UPPER}
)
"""What has a rule of its own below; every other keyword (pattern, format, …) may only stay or go."""

STABLE_VALUES: Final = "x-tenure-stable-values"
"""Of an answer's fields: values that readers branch on. There may be more of them, never fewer."""

TERMS: Final = "Policy"
"""Models of terms end so. Their defaults are ours to change: a lifecycle keeps the terms it was started under."""


class Gap(NamedTuple):
    """One place where something that fits the wider schema does not fit the narrower one."""

    path: str
    keyword: str
    wider: Any
    narrower: Any


class Document(NamedTuple):
    """A schema with the root its references are resolved in, and whether it describes terms."""

    schema: Schema
    root: Schema
    of_terms: bool = False

    def inner(self, schema: Any) -> "Document":
        """A part of it, references followed. `true` is a schema too."""
        found, of_terms = dict(schema) if isinstance(schema, Mapping) else {}, self.of_terms
        while "$ref" in found:
            name = str(found.pop("$ref")).removeprefix("#/$defs/")
            of_terms = of_terms or name.endswith(TERMS)
            found = {**self.root.get("$defs", {})[name], **found}
        found.pop("$defs", None)
        return Document(found, self.root, of_terms)

    def branches(self) -> "list[Document]":
        """Its alternatives, each with what holds for all of them; itself if there are none."""
        alternatives = self.schema.get("anyOf") or self.schema.get("oneOf")
        common = {name: value for name, value in self.schema.items() if name not in {"anyOf", "oneOf", "default"}}
        if alternatives:
            nested = [self.inner({**common, **each}).branches() for each in alternatives]
            return [branch for branches in nested for branch in branches]
        if isinstance(self.schema.get("type"), list):
            return [self.inner({**self.schema, "type": each}) for each in self.schema["type"]]
        return [self]


def gaps(wider: Schema, narrower: Schema) -> list[Gap]:
    """Where what fits `wider` would not fit `narrower`; empty if it always does."""
    wide, narrow = (Document(each, each).inner(each) for each in (wider, narrower))
    found = list(_gaps(wide, narrow, "", ()))
    return [gap for place, gap in enumerate(found) if gap not in found[:place]]


def _gaps(wide: Document, narrow: Document, path: str, seen: tuple[tuple[Any, Any], ...]) -> Iterator[Gap]:
    pair = (wide.schema, narrow.schema)
    if pair in seen:  # a model that contains itself: looked at already, further up
        return
    if "default" in wide.schema and not (wide.of_terms or narrow.of_terms):
        yield from _differs(wide, narrow, path, "default")
    for branch in wide.branches():
        found = [list(_one(branch, other, path, (*seen, pair))) for other in _alike(branch, narrow.branches())]
        yield from min(found, key=len)


def _alike(branch: Document, others: list[Document]) -> list[Document]:
    """The alternatives to compare with: of the same type if there are any, so that the difference found says most."""
    kind = branch.schema.get("type")
    return [other for other in others if other.schema.get("type") == kind] or others


def _one(wide: Document, narrow: Document, path: str, seen: tuple[tuple[Any, Any], ...]) -> Iterator[Gap]:
    if another := list(_type(wide, narrow, path)):
        yield from another
        return
    yield from _values(wide, narrow, path)
    yield from _limits(wide, narrow, path)
    for keyword in sorted(set(narrow.schema) - STRUCTURE - ANNOTATIONS):
        if not keyword.startswith("x-"):
            yield from _differs(wide, narrow, path, keyword)
    yield from _stable_values(wide, narrow, path)
    yield from _object(wide, narrow, path, seen)
    if "items" in narrow.schema:
        items = wide.inner(wide.schema.get("items", {})), narrow.inner(narrow.schema["items"])
        yield from _gaps(*items, f"{path}[]", seen)


def _differs(wide: Document, narrow: Document, path: str, keyword: str) -> Iterator[Gap]:
    was, now = wide.schema.get(keyword, ABSENT), narrow.schema.get(keyword, ABSENT)
    if was != now:
        yield Gap(path, keyword, was, now)


def _type(wide: Document, narrow: Document, path: str) -> Iterator[Gap]:
    was, now = wide.schema.get("type", ABSENT), narrow.schema.get("type", ABSENT)
    if now not in {was, ABSENT} and (was, now) != ("integer", "number"):
        yield Gap(path, "type", was, now)


def _values(wide: Document, narrow: Document, path: str) -> Iterator[Gap]:
    was, now = _listed(wide.schema), _listed(narrow.schema)
    if now is not None and (was is None or any(value not in now for value in was)):
        yield Gap(path, "enum", ABSENT if was is None else was, now)


def _stable_values(wide: Document, narrow: Document, path: str) -> Iterator[Gap]:
    for name, wanted in narrow.schema.get(STABLE_VALUES, {}).items():
        there = wide.schema.get(STABLE_VALUES, {}).get(name, ())
        for value in wanted:
            if value not in there:
                yield Gap(_below(path, name), "value", "gone", value)


def _listed(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _limits(wide: Document, narrow: Document, path: str) -> Iterator[Gap]:
    for keyword in (*LOWER, *UPPER):
        was, now = wide.schema.get(keyword), narrow.schema.get(keyword)
        if now is not None and (was is None or (now > was if keyword in LOWER else now < was)):
            yield Gap(path, keyword, ABSENT if was is None else was, now)


def _object(wide: Document, narrow: Document, path: str, seen: tuple[tuple[Any, Any], ...]) -> Iterator[Gap]:
    known, taken = wide.schema.get("properties", {}), narrow.schema.get("properties", {})
    for name in narrow.schema.get("required", ()):
        if name not in wide.schema.get("required", ()):
            yield Gap(_below(path, name), "required", "optional or absent", "required")
    for name in known:
        if name in taken:
            yield from _gaps(wide.inner(known[name]), narrow.inner(taken[name]), _below(path, name), seen)
        elif narrow.schema.get("additionalProperties", ABSENT) is not True:  # `true` says: expect what you don't know
            yield Gap(_below(path, name), "property", "known", "unknown")
    yield from _others(wide, narrow, path, seen)


def _others(wide: Document, narrow: Document, path: str, seen: tuple[tuple[Any, Any], ...]) -> Iterator[Gap]:
    """Properties that are not named."""
    was, now = wide.schema.get("additionalProperties", True), narrow.schema.get("additionalProperties", True)
    if was is False or now is True:
        return
    if now is False:
        yield Gap(path, "additionalProperties", was if isinstance(was, bool) else "a schema", False)
    else:
        yield from _gaps(wide.inner(was), narrow.inner(now), _below(path, "*"), seen)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name

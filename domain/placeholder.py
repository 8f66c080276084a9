"""REPLACE-ME: in a message that is offered to paste, whatever only people know. Pure; pydantic only."""

from collections.abc import Collection, Iterator, Sequence
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

PLACEHOLDER: Final = "REPLACE-ME"
"""Stands for a fact that only people know, where a wrong one would do harm. No message is taken that still has it."""


class Harmless:
    """Marks a field whose value is offered as it is: it states no fact, and changes nothing."""


def offered(message: BaseModel, known: Collection[str] = ()) -> dict[str, Any]:
    """As JSON to paste, without what has a default: every fact is a placeholder, unless it is known or harmless."""
    said = message.model_dump(mode="json", exclude_defaults=True)
    fields = type(message).model_fields
    return {
        name: value
        if name in known or any(mark is Harmless for mark in fields[name].metadata)
        else _blank(getattr(message, name), fields[name].annotation)
        for name, value in said.items()
    }


def _blank(value: Any, annotation: Any) -> Any:
    """Of several, one."""
    if isinstance(value, BaseModel):
        return offered(value)
    if isinstance(value, tuple | list):
        return [_blank(each, _entry(annotation)) for each in value[:1]]
    choices = _choices(annotation)
    return f"{PLACEHOLDER}: {choices}" if choices else PLACEHOLDER


def left_standing(annotation: Any, given: Any, said: str = "") -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Each placeholder that was left as it was: the way to it, and what to put there; `said` describes the field."""
    match given:
        case str() if PLACEHOLDER in given:
            wanted = _choices(annotation) or said.rstrip(".") or "what is true"
            yield (), f"{PLACEHOLDER} still stands there; put in: {wanted}"
        case dict():
            fields = getattr(_bare(annotation), "model_fields", {})
            for name, value in given.items():
                field = fields.get(name)
                known = (field.annotation, field.description or "") if field else (None, "")
                yield from (((name, *way), words) for way, words in left_standing(known[0], value, known[1]))
        case list() | tuple():
            for place, value in enumerate(given):
                yield from (((place, *way), words) for way, words in left_standing(_entry(annotation), value, said))


def _choices(annotation: Any) -> str:
    """`sent, resend or leave_out`, if those are all there are."""
    bare = _bare(annotation)
    if bare is bool:
        found = ["true", "false"]
    elif get_origin(bare) is Literal:
        found = [str(each) for each in get_args(bare)]
    elif isinstance(bare, type) and issubclass(bare, Enum):
        found = [str(each.value) for each in bare]
    else:
        return ""
    return in_words(found)


def in_words(choices: Sequence[str]) -> str:
    """`sent, resend or leave_out`."""
    *others, last = choices
    return f"{', '.join(others)} or {last}" if others else last


def _entry(annotation: Any) -> Any:
    """The type of one of several."""
    return next(iter(get_args(_bare(annotation))), None)


def _bare(annotation: Any) -> Any:
    """A type without its constraints and without `| None`."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _bare(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return next((_bare(each) for each in get_args(annotation) if each is not NoneType), None)
    return annotation

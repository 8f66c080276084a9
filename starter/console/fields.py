"""The fields of a message as options of a command: name, type and help come from the model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from domain.reasons import without_rules
from domain.values import Message

SMALL: Final = 2
"""Fields of a nested model that has an option for each of them; a larger one is given as a file."""

FEW: Final = 3
"""Choices that stand in the place of a value; more of them are told in words."""


@dataclass(frozen=True)
class FieldOption:
    """An option, and the field that it fills."""

    path: tuple[str, ...]
    """`("site", "url")`: more than one name if it is a field of a small nested model."""

    field: FieldInfo

    @property
    def name(self) -> str:
        """As a parameter of the command: `site_url`."""
        return "_".join(self.path)

    @property
    def option(self) -> str:
        """`--site-url`. One that is repeated stands in the singular; what is so by itself can be denied."""
        name = self.name.replace("_", "-")
        if self.is_flag and self.field.default is True:
            return f"--no-{name}"
        return f"--{name.removesuffix('s')}" if self.is_repeated else f"--{name}"

    @property
    def type(self) -> Any:
        """Of the value, or of one of several."""
        found = plain(self.field.annotation)
        return plain(get_args(found)[0]) if _is_list(found) else found

    @property
    def is_flag(self) -> bool:
        """Has no value."""
        return self.type is bool and not self.is_repeated

    @property
    def is_file(self) -> bool:
        """Given as JSON."""
        return _is_model(self.type) or get_origin(self.type) is dict

    @property
    def is_repeated(self) -> bool:
        """May stand several times, once for each value."""
        return _is_list(plain(self.field.annotation)) and not self.is_file

    @property
    def is_number(self) -> bool:
        """A whole number, or one of some."""
        return self.type is int or any(isinstance(choice, int) for choice in self.choices)

    @property
    def choices(self) -> tuple[Any, ...]:
        """Every value it may have, if they are few."""
        if get_origin(self.type) is Literal:
            return get_args(self.type)
        return tuple(self.type) if isinstance(self.type, type) and issubclass(self.type, Enum) else ()

    @property
    def placeholder(self) -> str:
        """What stands for the value: `FILE`, `port|audio`, `URL`."""
        if self.is_file:
            return "FILE"
        if 0 < len(self.choices) <= FEW:
            return "|".join(map(str, self.choices))
        if self.type in (AwareDatetime, datetime, date):
            return "WHEN"
        last = self.option.rpartition("-")[2].upper()
        return "N" if self.is_number else last if last != "ON" else "ADD_ON"

    @property
    def help(self) -> str:
        """In the words of the field, or of its type."""
        words = self.field.description or (self.type.__doc__ or "" if self.choices or self.is_file else "")
        said = [sentence] if (sentence := without_rules(words.partition("\n")[0])) else []
        if len(self.choices) > FEW:
            said.append(f"One of {', '.join(map(str, self.choices))}.")
        if self.is_repeated:
            said.append("Repeat it for each.")
        if self.is_file:
            said.append("JSON: a file, - for standard input, or '{…}'.")
        return " ".join(said)


def options_of(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[FieldOption]:
    """Of its own fields: those of every message (who, why, from where) have options that all commands share."""
    for name, field in model.model_fields.items():
        found = FieldOption((*path, name), field)
        if _is_model(found.type) and len(found.type.model_fields) <= SMALL and not _is_list(plain(field.annotation)):
            yield from options_of(found.type, found.path)
        elif path or name not in Message.model_fields:
            yield found


def nested(model: type[BaseModel], given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given by options, by their names, as the message has it. What was not given is left out."""
    found: dict[str, Any] = {}
    for option in options_of(model):
        value = given.get(option.name)
        if value is not None and value is not False and value != []:
            *above, last = option.path
            inner = found
            for outer in above:
                inner = inner.setdefault(outer, {})
            inner[last] = option.field.default is not True if option.is_flag else value
    return found


def plain(annotation: Any) -> Any:
    """A type without its constraints and without `| None`."""
    if get_origin(annotation) is Annotated:
        return plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        several = [plain(each) for each in get_args(annotation) if each is not NoneType]
        return several[0] if len(several) == 1 else str
    return annotation


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) in (tuple, list, frozenset)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)

"""The people of a start: taken out of it when it is stored, put back when it is read; erasing one is one row. Pure."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from domain.construct import constructed
from domain.values import ERASED, Message, Person

M = TypeVar("M", bound=Message)


class StartPeople(Generic[M]):
    """Fields of the start that hold a Person, each under the field's name as role."""

    def __init__(self, start: type[M]) -> None:
        self.start = start

    def of(self, placed: M) -> dict[str, Person]:
        """Everybody it names, by role."""
        return {name: value for name, value in placed if isinstance(value, Person)}

    def without(self, placed: M) -> dict[str, Any]:
        """As JSON, people left out."""
        return placed.model_dump(mode="json", exclude=set(self.of(placed)))

    def back(self, placed: dict[str, Any], people: Mapping[str, Person]) -> M:
        """As it was started; who was erased meanwhile is replaced by ERASED."""
        named = [name for name, field in self.start.model_fields.items() if field.annotation is Person]
        return constructed(self.start, placed | {name: people.get(name, ERASED) for name in named})

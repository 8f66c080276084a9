"""What a list says of one lifecycle beside what it says of all. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from domain.values import Model


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """An option of one lifecycle's list, beside those of all lists: only lines that it fits are shown."""

    name: str
    """Of the option: `waiting` is `--waiting`."""

    help: str
    """One sentence."""

    fits: Callable[[Any, str], bool]
    """Asked of the line and of what was given: the empty text where nothing is to be given."""

    placeholder: str = ""
    """What has to be given, for `--help`: `ID`. Empty: nothing, it is a flag."""

    choices: tuple[str, ...] = ()
    """Every value that may be given, if they are few."""


class ListLine(Model):
    """Nothing more. A lifecycle that has more to say has a line of its own: its fields are the keys of the answer."""

    narrowings: ClassVar[tuple[Narrowing, ...]] = ()
    """By what its list can be narrowed."""

    may_be_left_out: ClassVar[bool] = False
    """Are there some that stand in no list?"""

    @classmethod
    def of(cls, _state: Any, _now: datetime) -> Self:
        """As it stands."""
        return cls()

    @property
    def is_listed(self) -> bool:
        """Does it stand in lists at all?"""
        return True

    def cells(self) -> Mapping[str, str]:
        """The same for people, by column."""
        return {}

"""How a command ends: one number for machines, one or two lines for people."""

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from domain.reasons import Problem


class Exit(IntEnum):
    """Exit codes of every command."""

    OK = 0
    UNEXPECTED = 1
    BAD_INPUT = 2
    REFUSED = 3
    CONFLICT = 4
    CLOSED = 5
    NOT_FOUND = 6
    UNREACHABLE = 7
    INTERRUPTED = 130

    @property
    def code(self) -> str:
        """Its name in JSON: `bad_input`."""
        return self.name.lower()


MEANING: Final = {
    Exit.OK: "done, or started before with the same content",
    Exit.UNEXPECTED: "a fault of Tenure",
    Exit.BAD_INPUT: "input or usage is wrong; nothing was sent",
    Exit.REFUSED: "not allowed as things stand; nothing was changed",
    Exit.CONFLICT: "the same id with other content; the first was kept",
    Exit.CLOSED: "over already",
    Exit.NOT_FOUND: "nothing is known under that id",
    Exit.UNREACHABLE: "server, worker or store did not answer",
    Exit.INTERRUPTED: "interrupted",
}
"""What each code tells a script; shown by `tenure --help`."""


class Stop(Exception):
    """A command ends here. Text for the person who typed it: names the field, never repeats a value of it."""

    def __init__(
        self,
        exit_: Exit,
        message: str,
        field: str = "",
        others: Sequence[tuple[str, str]] = (),
        problems: "Sequence[Problem]" = (),
    ) -> None:
        super().__init__(message)
        self.exit = exit_
        self.message = message
        self.field = field
        self.others = tuple(others)
        """Further problems as (field, message)."""

        self.problems = tuple(problems)
        """What the door says of each, or would say: with codes."""

    @property
    def lines(self) -> list[str]:
        """One line a problem."""
        return [f"{where}: {what}" if where else what for where, what in ((self.field, self.message), *self.others)]


def bad_input(found: Sequence[tuple[str, str]], problems: "Sequence[Problem]" = ()) -> Stop:
    """Input that does not read as what was asked for; `found` as (field, message)."""
    (field, message), *others = found
    return Stop(Exit.BAD_INPUT, message, field, others, problems)


def bad(message: str, field: str = "") -> Stop:
    """One thing wrong with the input."""
    return Stop(Exit.BAD_INPUT, message, field)

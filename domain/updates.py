"""What people may send to an open workflow, as data."""

from dataclasses import dataclass
from enum import StrEnum

from domain.values import Message


@dataclass(frozen=True, kw_only=True)
class Update:
    """One message that people send to an open workflow.

    `state.<name>(message, now)` does it. `state.check_<name>(message, now)` refuses it, if there is more to check than
    whether the stage allows its event.
    """

    message: type[Message]
    does: str
    """One sentence for operators and for `--help`."""

    command: str = ""
    """Of the starter, if it is not the update's name with dashes: `clear`."""

    heading: str = "What happened"
    """Above it in the help of the starter."""

    event: StrEnum | None = None
    """What it causes; None: something that the stage does not decide."""

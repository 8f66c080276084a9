"""How handlers are described to operators, and how a start is insisted on."""

from collections.abc import Mapping
from typing import Final, TypeVar

from temporalio.exceptions import ApplicationError

from domain.life import Life
from domain.values import Message
from workflows.details import paste_ready

S = TypeVar("S", bound=Message)

BAD_INPUT = "BadInput"

FOLDER: Final = "examples/ui/"

READABLE: Final = 115
"""Characters that a line of the Web UI's list of updates shows, words and JSON together; it never wraps."""

EXAMPLE: Final = " Example: "

NOTHING: Final = {
    "extend_due_date": "Always refused: no date of a {} can be moved.",
    "skip_reminder": "Always refused: no mail of a {} is a mere courtesy.",
}
"""In a lifecycle whose dates and mails are all part of the contract."""


def described(text: str, examples: Mapping[str, Message], name: str) -> str:
    """A handler's description in the Web UI: what it does, and JSON to paste, or the file it lies in if it is long.

    `name` is the file's, `order.cancel`: of which lifecycle, which update.
    """
    whole = f"{text}{EXAMPLE}{paste_ready(examples[name.partition('.')[2]])}"
    return whole if len(whole) <= READABLE else f"{text}{EXAMPLE}{FOLDER}{name}.json"


def of_this_life(written: str, update: str, life: Life) -> str:
    """What a desk's verb is in another lifecycle than an order's."""
    if not {"extend_due_date": life.movable, "skip_reminder": life.courtesies}.get(update, True):
        return NOTHING[update].format(life.lifecycle)
    return written.replace(f"{FOLDER}order.", f"{FOLDER}{life.lifecycle}.")


def required(start: S | None) -> S:
    """A start needs its one JSON object; without it the workflow fails at once instead of being retried for ever."""
    if start is None:
        raise ApplicationError("input: one JSON object is required, got none", type=BAD_INPUT, non_retryable=True)
    return start

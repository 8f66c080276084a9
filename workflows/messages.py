"""How handlers are described to operators, and how a start is insisted on."""

from typing import Any, Final, TypeVar

from activities.errors import refusal_of
from domain.kind import Kind
from domain.lifecycles import examples_of, updates_of
from domain.reasons import Reason
from domain.values import BAD_INPUT, Message, Refused
from workflows.details import paste_ready

S = TypeVar("S", bound=Message)

FOLDER: Final = "examples/ui/"

READABLE: Final = 103
"""Characters that a line of the Web UI's list of updates shows, words and JSON together, capitals among them."""

EXAMPLE: Final = " Example: "

NOTHING: Final = {
    "acknowledge": "Always refused: a {} has no alerts.",
    "extend_due_date": "Always refused: no date of a {} can be moved.",
    "skip_reminder": "Always refused: no mail of a {} is a mere courtesy.",
}
"""In a lifecycle without alerts, or whose dates and mails are all part of the contract."""


def described(kind: Kind[Any], update: str) -> str:
    """In the Web UI: what it does, and JSON to fill in, or the file that it is in if it is long."""
    example = examples_of(kind).get(update)
    if example is None:
        return NOTHING[update].format(kind.name)
    text = updates_of(kind)[update].does
    whole = f"{text}{EXAMPLE}{paste_ready(example)}"
    return whole if len(whole) <= READABLE else f"{text}{EXAMPLE}{FOLDER}{kind.name}.{update}.json"


def required(start: S | None) -> S:
    """A start needs its one JSON object; without it the workflow fails at once instead of being retried for ever."""
    if start is None:
        raise refusal_of(Refused("expected one JSON object, got none", code=Reason.NOT_ONE_OBJECT), BAD_INPUT)
    return start

"""How handlers are described to operators, and how a start is insisted on."""

from typing import Final, TypeVar

from temporalio.exceptions import ApplicationError

from domain.values import Message
from workflows.details import paste_ready

S = TypeVar("S", bound=Message)

BAD_INPUT = "BadInput"


READABLE: Final = 160
"""Characters of JSON that a line of the Web UI's list of updates still bears; it never wraps."""


def described(text: str, example: Message, file: str = "") -> str:
    """A handler's description in the Web UI: what it does, and JSON to paste, or the file it lies in if it is long."""
    pasted = paste_ready(example)
    return f"{text} Example: {pasted if len(pasted) <= READABLE else f'examples/ui/{file}.json'}"


def required(start: S | None) -> S:
    """A start needs its one JSON object; without it the workflow fails at once instead of being retried for ever."""
    if start is None:
        raise ApplicationError("input: one JSON object is required, got none", type=BAD_INPUT, non_retryable=True)
    return start

"""How handlers are described to operators, and how a start is insisted on."""

from typing import TypeVar

from temporalio.exceptions import ApplicationError

from domain.values import Message
from workflows.details import paste_ready

S = TypeVar("S", bound=Message)

BAD_INPUT = "BadInput"


def described(text: str, example: Message) -> str:
    """A handler's description in the Web UI: what it does, and JSON to paste."""
    return f"{text} Example: {paste_ready(example)}"


def required(start: S | None) -> S:
    """A start needs its one JSON object; without it the workflow fails at once instead of being retried for ever."""
    if start is None:
        raise ApplicationError("input: one JSON object is required, got none", type=BAD_INPUT, non_retryable=True)
    return start

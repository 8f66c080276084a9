"""What the domain refuses, said to Temporal once: never retried, and in the words of the domain."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.exceptions import ApplicationError

from domain.values import Refused

REFUSED = "Refused"


@contextmanager
def refusals_are_final() -> Iterator[None]:
    """Inside an activity: a Refused becomes a failure that is not retried."""
    try:
        yield
    except Refused as refusal:
        raise ApplicationError(str(refusal), type=REFUSED, non_retryable=True) from None

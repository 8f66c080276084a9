"""What the domain refuses, said to Temporal once: never retried, in the words of the domain, with a code."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from pydantic import ValidationError
from temporalio.exceptions import ApplicationError

from activities.ports.store import NotKnown
from domain.reasons import Problem
from domain.values import REFUSED, Refused

NOT_KNOWN = "NotKnown"
"""The store has nothing under that id: after a restore it may be older than the workflows."""


@contextmanager
def refusals_are_final() -> Iterator[None]:
    """Inside an activity: a Refused becomes a failure that is not retried."""
    try:
        yield
    except Refused as refusal:
        type_ = NOT_KNOWN if isinstance(refusal, NotKnown) else REFUSED
        raise refusal_of(refusal, type_) from None


def refusal_of(refused: Refused, type_: str = REFUSED) -> ApplicationError:
    """The same for Temporal."""
    return refused_for(str(refused), [refused.problem], type_)


def refused_for(text: str, problems: Sequence[Problem], type_: str) -> ApplicationError:
    """A failure in words for people, with each problem as a detail for programs."""
    details = [problem.model_dump(mode="json") for problem in problems]
    return ApplicationError(text, *details, type=type_, non_retryable=True)


def refused_by(failure: ApplicationError) -> Refused:
    """What an activity refused, once more as it was; one of an older release has no details."""
    for problem in problems_of(failure):
        return Refused(problem.message, field=problem.field, code=problem.code)
    return Refused(failure.message)


def problems_of(failure: ApplicationError) -> list[Problem]:
    """Its details, as far as this release can read them."""
    with suppress(ValidationError):
        return [Problem.model_validate(detail) for detail in failure.details]
    return []

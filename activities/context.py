"""What an activity knows of its workflow: the time there (a test clock may run ahead) and which run it is."""

from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from temporalio import activity

F = TypeVar("F", bound=Callable[..., Any])


def activity_in_a_thread(method: F) -> F:
    """An activity that runs in a thread of the pool, to its end.

    When its time is over (a local activity has seconds) or its workflow lets go of it, the SDK would throw an exception
    into the thread, wherever that is: in the midst of an import, of SQLAlchemy's set-up, between a mail server's answer
    and our ledger. What is left half done there may be broken until the process ends.
    """
    return activity.defn(no_thread_cancel_exception=True)(method)


_AT: Final[ContextVar[datetime | None]] = ContextVar("at", default=None)


def at_this_time(at: datetime) -> Context:
    """The present context, but in it `now` is `at`: a local activity does not know the workflow's clock."""
    context = copy_context()
    context.run(_AT.set, at)
    return context


def now() -> datetime:
    """When this attempt was scheduled, aware UTC: never the machine's clock."""
    return (_AT.get() or activity.info().current_attempt_scheduled_time).astimezone(UTC)


def run() -> str:
    """The workflow run that asks."""
    return activity.info().workflow_run_id or ""

"""Technical waits: seconds, attempts, back-off. Business deadlines are policy, never here."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from temporalio.common import RetryPolicy


@dataclass(frozen=True)
class Tries:
    """How one kind of activity is tried: a number of times, then attention is raised and it is tried on. R4, R5."""

    longest: timedelta
    """One attempt, from its start."""

    first_pause: timedelta
    longest_pause: timedelta
    """Between two attempts: an outage heals that soon after its end."""

    before_attention: int
    """Attempts that fail before somebody should look."""

    def options(self, *, failing: bool) -> dict[str, Any]:
        """For `execute_activity`. What is failing already is tried on and asked for its reason now and then."""
        return {
            "start_to_close_timeout": self.longest,
            "schedule_to_close_timeout": ASKED_AGAIN if failing else None,
            "retry_policy": RetryPolicy(
                initial_interval=self.first_pause,
                maximum_interval=self.longest_pause,
                maximum_attempts=0 if failing else self.before_attention,
            ),
        }


LAST_WORDS: Final = timedelta(milliseconds=1)
"""What an update has ended, ends in a task of its own: what somebody sends during the same task would be aborted."""

ON_THE_SPOT: Final[dict[str, Any]] = {
    "schedule_to_close_timeout": timedelta(seconds=2),
    "retry_policy": RetryPolicy(maximum_attempts=1),
}
"""A local activity: short, repeatable, and people's answers wait for it. Once in vain, and it goes to a queue."""

MAIL_ON_THE_SPOT: Final[dict[str, Any]] = {
    "schedule_to_close_timeout": timedelta(seconds=6),
    "retry_policy": RetryPolicy(maximum_attempts=1),
}
"""Twice what the attempt allows itself: whatever becomes of it, the workflow task goes on. ADR 31."""

MAIL_TASK_QUEUE_SUFFIX: Final = "-mail"
"""Mail runs on `<task queue>-mail`, with an executor of its own: a hung mail server holds nothing else up. R4."""

ASKED_AGAIN: Final = timedelta(hours=6)
"""A step that keeps failing gives its present reason that often: some ten history events a time."""

RECORD: Final = Tries(
    longest=timedelta(seconds=30),
    first_pause=timedelta(seconds=1),
    longest_pause=timedelta(seconds=20),
    before_attention=10,
)
"""SQL and Temporal: after about two minutes attention is raised."""

TOGETHER: Final[dict[str, Any]] = {
    "heartbeat_timeout": timedelta(seconds=30),
    "start_to_close_timeout": timedelta(seconds=60),
    "retry_policy": RetryPolicy(maximum_attempts=1),
}
"""Several mails in one activity, once: what is not out afterwards goes out alone, as `MAIL` says."""

CLOSING: Final[dict[str, Any]] = {
    "start_to_close_timeout": timedelta(hours=1),
    "heartbeat_timeout": timedelta(minutes=5),
    "retry_policy": RetryPolicy(maximum_interval=timedelta(minutes=5)),
}
"""Weeks of the hub, some seconds each: tried on until it succeeds, and an attempt goes on where the last one ended."""

MAIL: Final = Tries(
    longest=timedelta(seconds=30),
    first_pause=timedelta(seconds=2),
    longest_pause=timedelta(seconds=30),
    before_attention=40,
)
"""Longer than the SMTP deadline by a fifth at least. Mail servers ask to come back in a quarter of an hour: after about
twenty minutes attention is raised; after three hours where the relay takes nothing from us, for there is one alarm for
that (ADR 19). What is final is reported, not raised."""

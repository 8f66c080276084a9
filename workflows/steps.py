"""Technical waits: seconds, attempts, back-off. Business deadlines are policy, never here."""

from datetime import timedelta
from typing import Final, TypedDict

from temporalio.common import RetryPolicy


class Step(TypedDict):
    """How one kind of activity is tried."""

    start_to_close_timeout: timedelta
    retry_policy: RetryPolicy


MAIL_TASK_QUEUE_SUFFIX: Final = "-mail"
"""Mail runs on `<task queue>-mail`, with an executor of its own: a hung mail server holds nothing else up. R4."""

RECORD: Final = Step(
    start_to_close_timeout=timedelta(seconds=30),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=20)),
)
"""SQL and Temporal: tried for ever, at most 20 s apart, so an outage heals within seconds of its end. R5."""

MAIL: Final = Step(
    start_to_close_timeout=timedelta(seconds=30),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=2), maximum_interval=timedelta(seconds=30)),
)
"""Longer than the SMTP deadline by a fifth at least; what is final is reported, not raised. R4, R5."""

CALENDAR_MARGIN: Final = timedelta(days=30)
"""Calendar days asked for beyond twice the business days wanted: more than any run of holidays."""

"""The instant of an activity's attempt, on the clock of the workflow it works for (a test clock may run ahead)."""

from datetime import UTC, datetime

from temporalio import activity


def now() -> datetime:
    """When this attempt was scheduled, aware UTC: never the machine's clock."""
    return activity.info().current_attempt_scheduled_time.astimezone(UTC)

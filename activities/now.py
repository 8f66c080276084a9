"""What an activity knows of its workflow: the time there (a test clock may run ahead) and which run it is."""

from datetime import UTC, datetime

from temporalio import activity


def now() -> datetime:
    """When this attempt was scheduled, aware UTC: never the machine's clock."""
    return activity.info().current_attempt_scheduled_time.astimezone(UTC)


def run() -> str:
    """The workflow run that asks."""
    return activity.info().workflow_run_id or ""

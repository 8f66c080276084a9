"""What `tenure doctor` says of the Partner Hub's weeks: is anybody closing them? HUB-60."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from adapters.sql.engine import DatabaseTrouble
from adapters.sql.store import SqlStore
from domain.hub.weeks import end_of
from starter.answers.accounts import Check

NAME: Final = "hub weeks"
IN_TIME: Final = timedelta(hours=1)
"""After its end: a week that is not closed by then has nobody who closes it."""

REMEDY: Final = (
    "a worker makes the schedule tenure-hub-week, which somebody may have paused; tenure hub close does it now"
)


def weeks_check(store: SqlStore, now: datetime | None = None) -> Check:
    """The last one that was closed; or how many nobody closed."""
    present = now or datetime.now(UTC)
    try:
        overdue = [each for each in store.due_weeks(present) if each.revision == 1 and _is_late(each.week, present)]
        closed = store.weeks()
    except DatabaseTrouble as failed:
        return Check(name=NAME, status="fail", said=f"cannot be read now ({type(failed).__name__})", remedy="try again")
    last = f"the last one that is closed ended on {closed[0].week}" if closed else "none is closed yet"
    if overdue:
        return Check(name=NAME, status="warn", said=f"{len(overdue)} ended and are not closed; {last}", remedy=REMEDY)
    return Check(name=NAME, status="ok", said=last, remedy=None)


def _is_late(week: date, present: datetime) -> bool:
    return end_of(week) + IN_TIME < present

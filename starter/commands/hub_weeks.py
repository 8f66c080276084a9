"""What is shown of closed weeks. HUB-60."""

from typing import Final

from rich.text import Text

from domain.hub.as_of import ClosedWeek
from starter.answers.hub import HubWeeksAnswer
from starter.commands.hub_asked import Asked, week_of
from starter.console.tables import NOTHING, list_table
from starter.console.terminal import terminal

NOTHING_NEW: Final = "Nothing to close: every week that ended is closed, and no rows came since."
NO_WEEK: Final = "Nothing to close: no week has ended since the first customer came."


def show_weeks(asked: Asked) -> None:
    """All, the newest first; or the revisions of one."""
    week = asked.as_of.week
    found = asked.book.weeks() if week is None else asked.book.revisions(asked.store.closed_week(asked.as_of).week)
    _say(found, "No week is closed yet: a worker closes them, or tenure hub close.")
    terminal.answer(HubWeeksAnswer(weeks=tuple(map(week_of, found))))


def close_weeks(asked: Asked) -> None:
    """Each is told as it is closed."""
    found = []
    for each in asked.book.close_weeks(asked.now):
        found.append(each)
        terminal.say(f"{each.week}  {'revised' if each.revised else 'closed'}, {each.rows:,} rows")
    if not found:
        terminal.say(NOTHING_NEW if asked.book.weeks() else NO_WEEK)
    terminal.answer(HubWeeksAnswer(weeks=tuple(map(week_of, found))))


def _say(found: list[ClosedWeek], none: str) -> None:
    if not found:
        terminal.say(none)
        return
    rows: list[list[str | Text]] = [
        [
            str(each.week),
            f"{each.revision} of {each.revisions}",
            f"{each.closed_at:%Y-%m-%d %H:%M}",
            f"{each.rows:,}",
            Text(f"since {each.late_since:%Y-%m-%d %H:%M}", "yellow") if each.late_since else Text(NOTHING),
        ]
        for each in found
    ]
    terminal.say(list_table(["week until", "revision", "closed (UTC)", "rows", "rows came late"], rows, kept=2))

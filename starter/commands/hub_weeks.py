"""What is shown of closed weeks, and of what numbers mean. HUB-60."""

from rich.text import Text

from domain.hub.as_of import ClosedWeek
from domain.hub.definitions import DEFINITIONS
from starter.answers.hub import HubDefinition, HubDefinitionsAnswer, HubWeeksAnswer
from starter.commands.hub_asked import Asked, week_of
from starter.console.exits import Exit, Stop
from starter.console.tables import NOTHING, list_table
from starter.console.terminal import terminal
from starter.reach import gate


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
        terminal.say("Nothing to close: every week that ended is closed, and no rows came since.")
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


def show_definitions(beginning: str) -> None:
    """Those whose key begins so."""
    found = [each for key, each in DEFINITIONS.items() if key.startswith(beginning)]
    if not found:
        raise Stop(Exit.NOT_FOUND, "nothing is defined under a key that begins so: tenure hub definitions", "KEY")
    policy = gate.settings().hub.policy
    for each in found:
        terminal.say(Text(each.key, "bold"), Text(" ".join(each.rules), "dim"))
        terminal.say(f"  {each.said(policy)}")
    told = tuple(HubDefinition(key=each.key, rules=each.rules, formula=each.said(policy)) for each in found)
    terminal.answer(HubDefinitionsAnswer(definitions=told))

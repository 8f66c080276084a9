"""A forecast on a terminal, in the customer's zone."""

from typing import Final

from rich.text import Text

from starter.answers.tools import Coming
from starter.console.tables import plain_table
from starter.console.terminal import shown, terminal
from starter.forecast.question import Forecast
from workflows.details import local

COLOURS: Final = {Coming.MAIL: "cyan", Coming.DEADLINE: "yellow", Coming.STATE: "bold", Coming.LOSS: "bold red"}


def show(found: Forecast) -> None:
    """What is to come, and where it all stands then."""
    question = found.question
    beginning = local(question.begins_at, question.zone)
    title = f"Forecast of {question.subject} from {beginning}, {question.supposing}"
    terminal.say(Text(title, "bold"), f"(times in {question.zone})")
    terminal.say("")
    table = plain_table("  when", "kind", "what", "to", "rule")
    before = None
    for entry in found.entries:
        when = "" if entry.at == before else local(entry.at, question.zone)
        what = Text(shown(entry.what), COLOURS[entry.kind])
        table.add_row(f"  {when}", entry.kind, what, entry.to or "", Text(entry.rule or "", "dim"))
        before = entry.at
    terminal.say(table)
    terminal.say("")
    ends_at = local(question.begins_at + question.horizon, question.zone)
    terminal.say(f"Cut off at {ends_at}, more is due later (--days N):" if found.cut else "Then nothing more is due:")
    for line in found.standing:
        terminal.say(f"  {shown(line)}")

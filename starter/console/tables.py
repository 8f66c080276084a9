"""Tables for people: columns without lines, that give way on a narrow terminal and are whole in a file."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from adapters.spreadsheets import Cell
from domain.events import Event
from domain.kind import Kind
from domain.list_line import ListLine
from domain.mails import MailState
from domain.working_time import clock_reading
from starter.answers.lifecycle import PlannedMail, ShownMail
from starter.answers.lists import Listed, ListedMail
from starter.console.terminal import UNBROKEN, shown, terminal
from workflows.details import local

ALARMING: Final = {MailState.UNKNOWN: "bold red", MailState.REFUSED: "red", MailState.SENT: "green"}

NOTHING: Final = "–"

FATE: Final = ("mail", "state", "to", "mail server")
"""Columns of what became of a mail."""


def plain_table(*columns: str) -> Table:
    """Columns without lines: narrow, and easy to cut with other programs."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for place, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=place == 0)
    return table


def cells_table(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Table:
    """The values that a spreadsheet would get."""
    table = plain_table(*columns)
    for row in rows:
        table.add_row(*map(in_words, row))
    return table


def in_words(value: Cell, *, signed: bool = False) -> str:
    """`1,234`, `yes`, a day or a text; `signed`: also of a gain, `+3`."""
    match value:
        case None:
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:+,}" if signed and value else f"{value:,}"
    return shown(value)


def facts_table(facts: Iterable[tuple[str, str]]) -> Table:
    """A name and what it is, line by line, without a header."""
    table = plain_table("", "")
    table.show_header = False
    for name, value in facts:
        table.add_row(Text(f"  {name}", "dim"), Text(shown(value)))
    return table


def list_table(columns: Sequence[str], rows: Sequence[Sequence[str | Text]], *, kept: int) -> Table:
    """A line for each; where the terminal is too narrow for that, what stands right of the first `kept` columns stands
    in one, below each other."""
    table = plain_table(*columns)
    for row in rows:
        table.add_row(*row)
    console = terminal.out
    if Measurement.get(console, console.options.update(width=UNBROKEN), table).maximum <= console.width:
        return table
    stacked = plain_table(*columns[:kept])
    for column in stacked.columns:
        column.no_wrap = True
    stacked.add_column("what", overflow="fold")
    for row in rows:
        said = zip(columns[kept:], row[kept:], strict=True)
        stacked.add_row(*row[:kept], Text("\n").join(_named(column, cell) for column, cell in said if _says(cell)))
    return stacked


def _named(column: str, cell: str | Text) -> Text:
    return Text.assemble((f"{column}: ", "dim"), cell)


def _says(cell: str | Text) -> bool:
    return str(cell) not in {"", NOTHING}


def planned_table(mails: Iterable[PlannedMail]) -> Table:
    """The mails that would go out."""
    table = plain_table("  mail", "to", "when")
    for mail in mails:
        table.add_row(f"  {mail.kind}", mail.to, mail.when)
    return table


def mails_table(mails: Sequence[ShownMail], zone: str) -> Table:
    """The mail ledger of one lifecycle: to whom by role, never by address."""
    rows = [[f"  {local(mail.settled_at or mail.claimed_at, zone)}", *_fate(mail)] for mail in mails]
    return list_table(["  when", *FATE], rows, kept=3)


def _fate(mail: ShownMail | ListedMail) -> list[str | Text]:
    return [mail.kind, Text(mail.state, ALARMING.get(mail.state, "")), mail.to, Text(shown(mail.answer or ""))]


def events_table(events: Iterable[Event], zone: str) -> Table:
    """What happened, in order."""
    table = plain_table("  when", "event", "by", "what")
    table.columns[1].no_wrap = True
    for event in events:
        facts = ", ".join(_fact(name, value, zone) for name, value in event.data.items() if name != "stage")
        what = "; ".join(filter(None, (facts, event.reason)))
        table.add_row(f"  {local(event.occurred_at, zone)}", event.type, event.actor, Text(shown(what)))
    return table


def _fact(name: str, value: str, zone: str) -> str:
    """Instants among the facts are in UTC: they too are shown in the customer's zone. A mail's key begins with the id
    that stands above anyway."""
    if name == "mail":
        return value.partition("/")[2]
    try:
        instant = datetime.fromisoformat(value) if "T" in value else None
    except ValueError:
        instant = None
    return f"{name} {local(instant, zone) if instant and instant.tzinfo else value}"


def listed_table(kind: Kind[Any], listed: Sequence[tuple[Listed, ListLine]]) -> Table:
    """A list of any lifecycle; the zone of a list of many customers is UTC."""
    cells = [{**_sort(kind, each), **line.cells()} for each, line in listed]
    columns = [kind.name.replace("_", " "), "stage", "customer", *cells[0], "next deadline (UTC)"]
    rows: list[list[str | Text]] = [
        [each.id, each.stage, each.customer_id, *own.values(), _next(each)]
        for (each, _), own in zip(listed, cells, strict=True)
    ]
    return list_table(columns, rows, kept=3)


def _sort(kind: Kind[Any], each: Listed) -> dict[str, str]:
    return {} if each.kind == kind.name else {"kind": each.kind}


def _next(each: Listed) -> Text:
    """When, what for, and whether somebody should look before."""
    due = clock_reading(each.next_deadline, "UTC").in_words if each.next_deadline else ""
    known = " ".join(filter(None, (due, each.next_deadline_label)))
    return Text(" ").join([Text("attention!", "yellow"), Text(known)]) if each.attention else Text(known or NOTHING)


def listed_mails_table(mails: Sequence[ListedMail]) -> Table:
    """Mails of many lifecycles, in UTC."""
    rows = [
        [
            clock_reading(mail.settled_at or mail.claimed_at, "UTC").in_words,
            *_fate(mail),
            f"{mail.lifecycle} {mail.id}",
            mail.customer_id or NOTHING,
        ]
        for mail in mails
    ]
    return list_table(["when (UTC)", *FATE, "of", "customer"], rows, kept=3)

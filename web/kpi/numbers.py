"""Numbers, rows and cells as a reader sees them. domain.md §6.7, §6.8."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from markupsafe import Markup

from domain.hub.numbers import Number, Unit
from domain.hub.sections import Column, Row, Section
from web.hub.subscriptions import bar_of
from web.kpi.asked import Asked, usage_of
from web.kpi.sparks import spark
from web.reader import NOTHING, Reader

C = Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A KPI."""

    name: str
    value: str
    note: str
    """Of a ratio: the two sums."""

    means: str
    href: str
    """Its rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Of a section, as its columns say."""

    head: list[tuple[str, str, bool]]
    """Name, meaning, is it a number?"""

    rows: list[list[Markup | str]]


def in_unit(value: Fraction | int | None, unit: Unit, reader: Reader) -> str:
    """As people read it."""
    match unit:
        case Unit.SHARE:
            return reader.percent(value)
        case Unit.SECONDS:
            return NOTHING if value is None else reader.say("kpi.seconds", number=reader.decimal(value))
        case Unit.LICENCES_PER_CUSTOMER | Unit.CALLS_PER_USER | Unit.MINUTES_PER_USER:
            return reader.decimal(value)
        case Unit.CUSTOMERS | Unit.LICENCES | Unit.CALLS:
            return reader.number(None if value is None else int(value))


def tile(number: Number, asked: Asked, *, rows: bool = True) -> Tile:
    """With its definition and the way to its rows."""
    reader = asked.reader
    note = ""
    if number.unit is Unit.SHARE and number.part is not None and number.whole is not None:
        note = reader.say("kpi.out_of", part=reader.number(number.part), whole=reader.number(number.whole))
    return Tile(
        name=reader.say(f"kpi.name_{number.key}"),
        value=in_unit(number.value, number.unit, reader),
        note=note,
        means=asked.means(number.key),
        href=asked.href("/kpi/rows", number=number.key) if rows else "",
    )


def table(section: Section, asked: Asked, first: int, number: int) -> Table:
    """Some of its rows."""
    head = [
        (asked.reader.say(f"kpi.column_{column}"), asked.means(f"column_{column}"), column in NUMERIC)
        for column in section.columns
    ]
    rows = [[CELLS[column](row, asked) for column in section.columns] for row in section.rows[first : first + number]]
    return Table(head=head, rows=rows)


def _customer(row: Row, asked: Asked) -> Markup:
    return Markup('<a href="{}">{}</a>').format(asked.page_of(row.line), row.line.customer_name)


def _subscription(row: Row, asked: Asked) -> Markup:
    """A trial's own id stands below its name. domain.md §6.8."""
    line = row.line
    name = asked.reader.say("kpi.trial") if line.trial else line.subject
    below = Markup('<br><span class="id muted">{}</span>').format(line.subject) if line.trial else Markup()
    return Markup('<span><a{} href="{}">{}</a>{}</span>').format(
        Markup("") if line.trial else Markup(' class="id"'), usage_of(line), name, below
    )


def _with_share(number: int, share: Fraction | None, reader: Reader) -> str:
    return reader.say("kpi.with_share", number=reader.number(number), share=reader.percent(share))


def _distribution(row: Row, asked: Asked) -> Markup:
    return bar_of(row.line, asked.reader, asked.reader.word("hub.product", row.line.product))


def _three_months(row: Row, asked: Asked) -> Markup:
    name = f"{asked.reader.say('kpi.weeks_of')}: {', '.join(map(asked.reader.number, row.line.used_by_week))}"
    drawn = spark(row.line.used_by_week, name)
    return Markup('<span class="with-spark">{}{}</span>').format(asked.reader.number(row.usage_3_months), drawn)


CELLS: Final[Mapping[Column, Callable[[Row, Asked], Markup | str]]] = {
    C.CUSTOMER: _customer,
    C.SUBSCRIPTION: _subscription,
    C.DAYS_SINCE_ADDED: lambda row, asked: asked.reader.number(row.days_since_added),
    C.DAYS_TO_EXPIRY: lambda row, asked: asked.reader.number(row.days_to_end),
    C.DAYS_TO_RENEWAL: lambda row, asked: asked.reader.number(row.days_to_end),
    C.MONTHS_SINCE_ADDED: lambda row, asked: asked.reader.number(row.months_since_added),
    C.MONTHS_TO_EXPIRY: lambda row, asked: asked.reader.number(row.months_to_end),
    C.AUTO_RENEW: lambda row, asked: asked.reader.say("kpi.yes" if row.line.auto_renew else "kpi.no"),
    C.TOTAL: lambda row, asked: asked.reader.number(row.line.total),
    C.ASSIGNED: lambda row, asked: _with_share(row.line.assigned, row.assigned_share, asked.reader),
    C.USED: lambda row, asked: _with_share(row.line.used, row.used_share, asked.reader),
    C.DISTRIBUTION: _distribution,
    C.ASSIGNMENT_CHANGE: lambda row, asked: asked.reader.change(row.assignment_change),
    C.USAGE_CHANGE: lambda row, asked: asked.reader.change(row.usage_change),
    C.USAGE_3_MONTHS: _three_months,
}
"""One for each column."""

NUMERIC: Final = frozenset(Column) - {C.CUSTOMER, C.SUBSCRIPTION, C.AUTO_RENEW, C.DISTRIBUTION}

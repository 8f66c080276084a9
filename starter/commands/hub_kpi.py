"""What is shown of the KPI dashboard: numbers, trend, sections; for people, programs and spreadsheets. HUB-50 to 54."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import partial
from typing import Final

from rich.table import Table
from rich.text import Text

from adapters.spreadsheets import Cell, as_csv
from domain.hub.numbers import Number, Unit
from domain.hub.sections import START, Column, Row, Section, SectionKey
from domain.hub.trend import TrendPoint
from starter.answers.hub import fields_of
from starter.answers.hub_kpi import HubCustomerKey, HubKpiAnswer, HubNumber, HubRow, HubSection, HubTrendPoint
from starter.commands.hub_asked import Asked, answered, say_basis
from starter.commands.hub_customer import licences_of
from starter.console.tables import NOTHING, cells_table, in_words, plain_table
from starter.console.terminal import terminal

TITLES: Final = {
    SectionKey.ADDED: "Recently added",
    SectionKey.EXPIRING: "Expiring",
    SectionKey.RENEWING: "Renewing",
    SectionKey.LOW: "Low licence assignment",
    SectionKey.OVER: "Over the licence limit",
}

C = Column

SEVERAL: Final[dict[Column, dict[str, Callable[[Row], Cell]]]] = {
    C.ASSIGNED: {"assigned": lambda row: row.line.assigned, "assigned %": lambda row: per_cent(row.assigned_share)},
    C.USED: {"used": lambda row: row.line.used, "used %": lambda row: per_cent(row.used_share)},
    C.DISTRIBUTION: {
        "used": lambda row: row.line.used,
        "assigned": lambda row: row.line.assigned,
        "available": lambda row: row.line.available,
    },
}
"""Of columns with several values: a bar on the page. Whole per cent, which spreadsheets of every country read."""

SHARED: Final[dict[Column, tuple[str, Callable[[Row], str]]]] = {
    C.ASSIGNED: ("assigned", lambda row: _number_and_share(row.line.assigned, row.assigned_share)),
    C.USED: ("used", lambda row: _number_and_share(row.line.used, row.used_share)),
    C.DISTRIBUTION: (
        "used/ assigned/ free",
        lambda row: f"{row.line.used:,}/{row.line.assigned:,}/{row.line.available:,}",
    ),
}
"""The same for people: a terminal is narrow."""

SIGNED: Final = frozenset({C.ASSIGNMENT_CHANGE, C.USAGE_CHANGE})

SHORT: Final = {
    C.CUSTOMER: "customer",
    C.SUBSCRIPTION: "subscription",
    C.DAYS_SINCE_ADDED: "days since",
    C.DAYS_TO_EXPIRY: "days left",
    C.DAYS_TO_RENEWAL: "days left",
    C.MONTHS_SINCE_ADDED: "months since",
    C.MONTHS_TO_EXPIRY: "months left",
    C.AUTO_RENEW: "auto-renew",
    C.TOTAL: "total",
    C.ASSIGNMENT_CHANGE: "assigned ±",
    C.USAGE_CHANGE: "used ±",
    C.USAGE_3_MONTHS: "used, 3 months",
}


def show_dashboard(asked: Asked, product: str, *, csv: bool) -> None:
    """All of it, without the sections' tables; CSV: every number."""
    found = asked.book.overview(asked.user, product, **asked.narrowed)
    every = [*found.numbers, *(number for section in found.sections.values() for number in section.numbers)]
    if csv:
        print(numbers_csv(every), end="")
        return
    say_basis(found.basis)
    _say_numbers("Meetings and Calling", found.numbers)
    _say_trend(product, found.trend)
    for key, section in found.sections.items():
        _say_numbers(f"{TITLES[key]}, {product.capitalize()}", section.numbers, hint=f"--section {key}")
    _answer(answered(found.basis), product, found.numbers, found.trend, list(found.sections.values()))


def show_section(asked: Asked, product: str, key: SectionKey, *, csv: bool) -> None:
    """One of the five, with its table; CSV: the table."""
    found = asked.book.section(asked.user, product, key, **asked.narrowed)
    if csv:
        columns = columns_of(found.section)
        rows = ([cell(row) for _, cell in columns] for row in found.section.rows)
        print(as_csv([name for name, _ in columns], rows), end="")
        return
    say_basis(found.basis)
    _say_numbers(f"{TITLES[key]}, {product.capitalize()}", found.section.numbers)
    terminal.say("")
    terminal.say(_section_table(found.section) if found.section.rows else "Nothing to list.")
    _answer(answered(found.basis), product, (), (), [found.section])


def columns_of(section: Section) -> list[tuple[str, Callable[[Row], Cell]]]:
    """What a spreadsheet gets: what its table shows, each value in a column of its own."""
    found: dict[str, Callable[[Row], Cell]] = {
        "partner": lambda row: row.line.partner_id,
        "id": lambda row: row.line.subject,
    }
    for column in section.columns:
        found |= SEVERAL.get(column) or {SHORT[column]: partial(Row.value, column=column)}
    return list(found.items())


def _section_table(section: Section) -> Table:
    several = len({row.line.partner_id for row in section.rows}) > 1
    columns = section.columns
    table = plain_table(*(_heading(column) for column in columns), *(["partner"] if several else []))
    table.columns[0].no_wrap, table.columns[1].no_wrap = False, True
    for column in table.columns[len(START) : len(columns)]:
        column.justify = "right"
    for row in section.rows:
        table.add_row(*(_shown_cell(column, row) for column in columns), *([row.line.partner_id] if several else []))
    return table


def _heading(column: Column) -> str:
    return SHARED[column][0] if column in SHARED else SHORT[column]


def _shown_cell(column: Column, row: Row) -> str:
    if column in SHARED:
        return SHARED[column][1](row)
    return in_words(row.value(column), signed=column in SIGNED)


def _number_and_share(number: int, of_it: Fraction | None) -> str:
    known = per_cent(of_it)
    return f"{number:,}" if known is None else f"{number:,} ({known}%)"


def _say_numbers(title: str, numbers: Iterable[Number], hint: str = "") -> None:
    table = plain_table("", "", "")
    table.show_header = False
    table.columns[0].justify = "right"
    for number in numbers:
        table.add_row(number_in_words(number), number.key.replace("_", " "), Text(_sums(number), "dim"))
    terminal.say("")
    terminal.say(Text.assemble((title, "bold"), (f"  {hint}" if hint else "", "dim")))
    terminal.say(table)


def number_in_words(number: Number) -> str:
    """`83.3%`, `1.5`, `1,234`, or that there is nothing."""
    value = number.value
    if value is None:
        return NOTHING
    if number.unit is Unit.SHARE:
        return f"{float(value):.1%}"
    return f"{float(value):,.1f}" if isinstance(value, Fraction) else f"{value:,}"


def _sums(number: Number) -> str:
    return "" if number.whole is None else f"{number.part or 0:,} ÷ {number.whole:,}"


def per_cent(share: Fraction | None) -> int | None:
    """Whole, rounded as people do."""
    return None if share is None else int(share * 100 + Fraction(1, 2))


def numbers_csv(numbers: Iterable[Number]) -> str:
    """Of a ratio the two sums and the whole per cent: no decimal that a spreadsheet could misread."""
    columns = ("number", "unit", "value", "part", "whole")
    return as_csv(columns, ((each.key, each.unit, _whole(each), each.part, each.whole) for each in numbers))


def _whole(number: Number) -> int | None:
    if number.unit is Unit.SHARE:
        return per_cent(None if number.value is None else Fraction(number.value))
    return None if number.value is None else int(Fraction(number.value) + Fraction(1, 2))


def _say_trend(product: str, points: Sequence[TrendPoint]) -> None:
    rows = ((point.ends_on, point.total, point.assigned, point.used) for point in points)
    table = cells_table(("week until", "total", "assigned", "used"), rows)
    for column in table.columns[1:]:
        column.justify = "right"
    terminal.say("")
    terminal.say(Text(f"Licences, {product.capitalize()}", "bold"))
    terminal.say(table)


def _answer(
    stand: dict[str, object],
    product: str,
    numbers: Sequence[Number],
    trend: Sequence[TrendPoint],
    sections: Sequence[Section],
) -> None:
    terminal.answer(
        HubKpiAnswer.model_validate(
            stand
            | {
                "product": product,
                "numbers": tuple(map(number_of, numbers)),
                "trend": tuple(HubTrendPoint(**fields_of(each, HubTrendPoint)) for each in trend),
                "sections": tuple(map(_section_of, sections)),
            }
        )
    )


def number_of(number: Number) -> HubNumber:
    """For programs."""
    customers = tuple(HubCustomerKey(**each._asdict()) for each in number.customers)
    return HubNumber(**fields_of(number, HubNumber, customers=customers))


def _section_of(section: Section) -> HubSection:
    more = {"numbers": tuple(map(number_of, section.numbers)), "rows": tuple(map(_row_of, section.rows))}
    return HubSection(**fields_of(section, HubSection, **more))


def _row_of(row: Row) -> HubRow:
    line = row.line
    more = {
        "partner_id": line.partner_id,
        "customer_id": line.customer_id,
        "customer": line.customer_name,
        "line": licences_of(line),
    }
    return HubRow(**fields_of(row, HubRow, **more))

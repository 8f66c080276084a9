"""The rows behind a number: subscriptions and trials, and from each on to its customer and its days. domain.md §6.7."""

from collections.abc import Sequence
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from adapters.hub_answers import Overview
from domain.hub.days import last_day
from domain.hub.lines import Line
from domain.hub.numbers import CustomerKey, Number
from domain.hub.products import MEASURED
from domain.hub.sections import Section
from domain.permissions import Right
from web.addresses import workflow_page
from web.hub.subscriptions import bar_of
from web.kpi.asked import Asked, asked_of, choices, usage_of
from web.kpi.numbers import table, tile
from web.pages import page
from web.queries import page_number
from web.security import needs, not_here

SHOWN: Final = 100
"""Rows of a page."""

BEYOND_ITS_ROWS: Final = "new_customers_licences"
"""It counts the older subscriptions of new customers, too: its rows are lines, not those of its section."""


@needs(Right.SEE_CUSTOMERS)
async def show(request: Request) -> Response:
    """`number`, by its key; `page`."""
    asked, key, first = asked_of(request), request.query_params.get("number", ""), (page_number(request) - 1) * SHOWN
    return page(request, "kpi/rows.html", **await run_in_threadpool(_answer, asked, key, first))


def _answer(asked: Asked, key: str, first: int) -> dict[str, Any]:
    shown = slice(first, first + SHOWN)
    overview = asked.world.book.overview(asked.user, asked.product, shown=shown, **asked.of_whom)
    number, section = _found(overview, key)
    rows: dict[str, Any]
    if section is None or key == BEYOND_ITS_ROWS:
        lines = _lines(asked, number, measured=section is None)
        rows = {"lines": [_line(line, asked) for line in lines[first : first + SHOWN]], "all": len(lines)}
    else:
        rows = {"table": table(section, asked, first, SHOWN), "all": len(section.rows)}
    at = first // SHOWN + 1
    return {
        **choices(asked),
        "basis": overview.basis,
        "tile": tile(number, asked, rows=False),
        "section": section,
        "first": first,
        "shown": min(SHOWN, rows["all"] - first),
        "earlier": asked.href(number=key, page=at - 1) if first else "",
        "later": asked.href(number=key, page=at + 1) if first + SHOWN < rows["all"] else "",
        "key": key,
        **rows,
    }


def _found(overview: Overview, key: str) -> tuple[Number, Section | None]:
    """The number, and its section if it is of one."""
    of_sections = [(number, section) for section in overview.sections.values() for number in section.numbers]
    found: dict[str, tuple[Number, Section | None]] = {each.key: (each, None) for each in overview.numbers}
    found |= {number.key: (number, section) for number, section in of_sections}
    return found[key] if key in found else not_here()


def _lines(asked: Asked, number: Number, *, measured: bool) -> Sequence[Line]:
    """Of the customers behind a number: those of Meetings and Calling, or what runs of the product."""
    customers = set(number.customers)
    return [
        line
        for line in asked.world.book.lines(asked.user, **asked.of_whom)
        if CustomerKey.of(line) in customers
        and (line.product in MEASURED if measured else line.product == asked.product and line.active)
    ]


def _line(line: Line, asked: Asked) -> dict[str, Any]:
    """One subscription or trial with one product."""
    reader = asked.reader
    product = reader.word("hub.product", line.product)
    return {
        "line": line,
        "product": product,
        "href": asked.page_of(line),
        "usage": usage_of(line),
        "ends": reader.day(last_day(line.ends_at, line.zone) if line.ends_at else None),
        "bar": bar_of(line, reader, product),
        "workflow": workflow_page(asked.world, asked.user, line.lifecycle, line.subject),
    }

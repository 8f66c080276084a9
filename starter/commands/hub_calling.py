"""What is shown of calling analytics: for people, programs and spreadsheets. HUB-60, domain.md §6.9."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final

from rich.text import Text

from adapters.spreadsheets import Cell, as_csv
from domain.hub.call_rows import CustomerQuality, CustomerUsage, EndpointQuality, Statistic
from domain.hub.calling import CallingAnalytics
from starter.answers.hub import exact, fields_of
from starter.answers.hub_kpi import (
    HubCallingAnswer,
    HubCallingQuality,
    HubCallingUsage,
    HubCallWeek,
    HubEndpoint,
    HubFeature,
    HubQueues,
    HubUsageTrend,
)
from starter.commands.hub_asked import Asked, answered, say_basis
from starter.commands.hub_kpi import number_in_words, number_of, per_cent
from starter.console.tables import cells_table
from starter.console.terminal import terminal


class CallTable(StrEnum):
    """What goes into a CSV."""

    WEEKS = "weeks"
    USAGE = "usage"
    ENDPOINTS = "endpoints"
    QUALITY = "quality"
    FEATURES = "features"
    QUEUES = "queues"


Rows = tuple[Sequence[str], Sequence[Sequence[Cell]]]


def _weeks(found: CallingAnalytics) -> Rows:
    columns = ("week until", "customers", "users", "callers", "calls", "minutes", "low quality", "low quality %")
    rows = [
        (w.week, w.customers, w.users, w.callers, w.calls, w.minutes, w.low_quality, per_cent(w.low_share))
        for w in found.weeks
    ]
    return columns, rows


def _usage(found: CallingAnalytics) -> Rows:
    columns = ("customer", "id", "calls", "calls per user", "calling users %", "minutes per user", "falling")
    return columns, [_usage_row(row) for row in found.usage]


def _usage_row(row: CustomerUsage) -> Sequence[Cell]:
    values = row.values
    calls, minutes = (values[each] for each in (Statistic.CALLS_PER_USER, Statistic.MINUTES_PER_USER))
    return (
        row.name,
        row.customer_id,
        row.last.calls if row.last else None,
        None if calls is None else round(calls),
        per_cent(values[Statistic.CALLING_USERS]),
        None if minutes is None else round(minutes),
        bool(row.falling),
    )


def _endpoints(found: CallingAnalytics) -> Rows:
    columns = ("endpoint", "calls", "low quality", "low quality %")
    return columns, [(e.endpoint, e.calls, e.low_quality, per_cent(e.low_share)) for e in found.endpoints]


def _quality(found: CallingAnalytics) -> Rows:
    columns = ("customer", "id", "calls", "low quality", "low quality %", "change, points")
    rows = [(q.name, q.customer_id, q.calls, q.low_quality, per_cent(q.low_share), _points(q)) for q in found.quality]
    return columns, rows


def _points(row: CustomerQuality) -> int | None:
    return None if row.change is None else round(row.change * 100)


def _features(found: CallingAnalytics) -> Rows:
    return ("feature", "calls", "share %"), [(f.feature, f.calls, per_cent(f.share)) for f in found.features]


def _queues(found: CallingAnalytics) -> Rows:
    columns = ("customer", "id", "answered", "answer time, s", "abandoned", "wait before, s", "abandoned %")
    rows = [
        (
            q.name,
            q.customer_id,
            q.answered,
            None if q.answer_time is None else round(q.answer_time),
            q.abandoned,
            None if q.abandoned_wait is None else round(q.abandoned_wait),
            per_cent(q.abandoned_rate),
        )
        for q in found.queues
    ]
    return columns, rows


TABLES: Final[dict[CallTable, Callable[[CallingAnalytics], Rows]]] = {
    CallTable.WEEKS: _weeks,
    CallTable.USAGE: _usage,
    CallTable.ENDPOINTS: _endpoints,
    CallTable.QUALITY: _quality,
    CallTable.FEATURES: _features,
    CallTable.QUEUES: _queues,
}

TITLES: Final = {
    CallTable.WEEKS: "Calls, past 8 weeks",
    CallTable.USAGE: "Customers and usage, last week",
    CallTable.ENDPOINTS: "Quality by endpoint, last week",
    CallTable.QUALITY: "Customers and quality, last week",
    CallTable.FEATURES: "Calls by feature, last week (customers with call queues)",
    CallTable.QUEUES: "Customers and feature use, last week",
}


def show_calling(asked: Asked, table: CallTable | None, *, csv: bool) -> None:
    """The whole page, or one table of it."""
    found = asked.book.calling(asked.user, **asked.narrowed)
    if csv:
        columns, rows = TABLES[table or CallTable.USAGE](found.calling)
        print(as_csv(columns, rows), end="")
        return
    say_basis(found.basis)
    terminal.say(f"The last completed week ended on Sunday {found.calling.week}, 00:00 UTC.")
    for each in [table] if table else CallTable:
        _say_table(each, found.calling)
    _answer(answered(found.basis), found.calling)


def _say_table(which: CallTable, found: CallingAnalytics) -> None:
    columns, rows = TABLES[which](found)
    terminal.say("")
    terminal.say(Text(TITLES[which], "bold"))
    if which is CallTable.QUEUES:
        for number in found.queue_numbers:
            terminal.say(f"  {number_in_words(number):>8}  {number.key.replace('_', ' ')}")
    if not rows:
        terminal.say("  Nothing is known.")
        return
    terminal.say(cells_table(columns, rows))


def _answer(stand: dict[str, Any], found: CallingAnalytics) -> None:
    terminal.answer(
        HubCallingAnswer(
            **stand,
            week=found.week,
            weeks=tuple(HubCallWeek(**fields_of(each, HubCallWeek)) for each in found.weeks),
            usage=tuple(map(_usage_of, found.usage)),
            endpoints=tuple(map(_endpoint_of, found.endpoints)),
            quality=tuple(map(_quality_of, found.quality)),
            features=tuple(HubFeature(**fields_of(each, HubFeature)) for each in found.features),
            queue_numbers=tuple(map(number_of, found.queue_numbers)),
            queues=tuple(
                HubQueues(**fields_of(each, HubQueues, features=dict(each.features))) for each in found.queues
            ),
        )
    )


def _usage_of(row: CustomerUsage) -> HubCallingUsage:
    statistics = {
        str(each): HubUsageTrend(
            value=exact(row.values[each]), trend=tuple(map(exact, row.trend[each])), falling=each in row.falling
        )
        for each in Statistic
    }
    calls = row.last.calls if row.last else None
    return HubCallingUsage(customer_id=row.customer_id, name=row.name, calls=calls, statistics=statistics)


def _endpoint_of(row: EndpointQuality) -> HubEndpoint:
    return HubEndpoint(**fields_of(row, HubEndpoint))


def _quality_of(row: CustomerQuality) -> HubCallingQuality:
    return HubCallingQuality(**fields_of(row, HubCallingQuality, endpoints=tuple(map(_endpoint_of, row.endpoints))))

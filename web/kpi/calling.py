"""Calling analytics of the last completed week, with the eight weeks up to it. HUB-60, domain.md §6.9."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from domain.hub.call_rows import CallWeek, CustomerQuality, CustomerQueues, CustomerUsage, EndpointQuality, Statistic
from domain.hub.calling import CallingAnalytics
from domain.hub.numbers import Unit
from domain.permissions import Right
from web.addresses import customer_page
from web.charts import Chart, Series, bar_chart, line_chart
from web.kpi.asked import Asked, asked_of, choices
from web.kpi.figures import types_figure, weeks_figure
from web.kpi.numbers import in_unit, tile
from web.kpi.sparks import spark
from web.pages import page
from web.reader import NOTHING, Reader, sign_of
from web.security import needs

PER_CENT: Final = 100

SHOWN: Final = 200
"""Customers in a table: those that somebody has to look at stand first."""


@needs(Right.SEE_CUSTOMERS)
async def show(request: Request) -> Response:
    """Of the last completed week, or of the one that is asked for."""
    asked = asked_of(request)
    return page(request, "kpi/calling.html", **await run_in_threadpool(_answer, asked))


def _answer(asked: Asked) -> dict[str, Any]:
    answer = asked.world.book.calling(asked.user, **asked.of_whom)
    found = answer.calling
    return {
        **choices(asked),
        "basis": answer.basis,
        "found": found,
        "usage_chart": _usage_chart(found.weeks, asked),
        "usage": [_usage(row, asked) for row in found.usage[:SHOWN]],
        "statistics": [str(each) for each in Statistic],
        "quality_chart": _quality_chart(found.weeks, asked),
        "endpoint_chart": _endpoint_chart(found.endpoints, asked),
        "quality": [_quality(row, asked) for row in found.quality[:SHOWN]],
        "feature_chart": _feature_chart(found, asked),
        "tiles": [tile(number, asked, rows=False) for number in found.queue_numbers],
        "queues": [_queues(row, asked) for row in found.queues[:SHOWN]],
    }


def _customer(asked: Asked, customer_id: str) -> str:
    """Their page; who sees several partners and chose none finds them by the list."""
    partner = asked.partner or asked.user.partner_id
    return customer_page(partner, customer_id, tab="subscriptions") if partner else f"/?q={customer_id}"


def _usage_chart(weeks: Sequence[CallWeek], asked: Asked) -> Chart:
    """How often users called; a week of which nothing is known is a gap."""
    reader = asked.reader
    values = [None if week.calls_per_user is None else round(float(week.calls_per_user), 1) for week in weeks]
    series = [Series(name=reader.say("kpi.name_calls_per_user"), values=values, colour="series-1")]
    return line_chart(weeks_figure(reader.say("kpi.usage_8_weeks"), _weeks(weeks), reader), series, reader)


def _quality_chart(weeks: Sequence[CallWeek], asked: Asked) -> Chart:
    """Peaks of calls of low quality."""
    reader = asked.reader
    values = [week.low_quality if week.customers else None for week in weeks]
    series = [Series(name=reader.say("kpi.low_quality"), values=values, colour="series-bad")]
    figure = weeks_figure(reader.say("kpi.quality_8_weeks"), _weeks(weeks), reader, narrow=True)
    return bar_chart(figure, series, reader)


def _weeks(weeks: Sequence[CallWeek]) -> list[date]:
    return [week.week for week in weeks]


def _endpoint_chart(endpoints: Sequence[EndpointQuality], asked: Asked) -> Chart:
    """All calls by type, with those of low quality in another colour."""
    reader = asked.reader
    labels = [reader.word("kpi.endpoint", each.endpoint) for each in endpoints]
    series = [
        Series(
            name=reader.say("kpi.good_calls"),
            values=[each.calls - each.low_quality for each in endpoints],
            colour="series-2",
        ),
        Series(
            name=reader.say("kpi.low_quality"), values=[each.low_quality for each in endpoints], colour="series-bad"
        ),
    ]
    figure = types_figure(reader.say("kpi.by_endpoint"), reader.say("kpi.endpoint"), labels, narrow=True)
    return bar_chart(figure, series, reader, stacked=True)


def _feature_chart(found: CallingAnalytics, asked: Asked) -> Chart:
    """Of customers with call queues."""
    reader = asked.reader
    labels = [reader.word("kpi.feature", each.feature) for each in found.features]
    series = [Series(name=reader.say("kpi.calls"), values=[each.calls for each in found.features], colour="series-1")]
    return bar_chart(types_figure(reader.say("kpi.by_feature"), reader.say("kpi.feature"), labels), series, reader)


def _usage(row: CustomerUsage, asked: Asked) -> dict[str, Any]:
    """Each statistic with its course; what falls is marked."""
    reader = asked.reader
    said = {
        Statistic.CALLS_PER_USER: reader.decimal,
        Statistic.CALLING_USERS: reader.percent,
        Statistic.MINUTES_PER_USER: reader.decimal,
    }
    trend, values, cells = row.trend, row.values, []
    for statistic, say in said.items():
        name = reader.say(f"kpi.name_{statistic}")
        course = f"{name}, {reader.say('kpi.trend_8_weeks')}: {', '.join(map(say, trend[statistic]))}"
        drawn = spark(trend[statistic], course)
        cells.append({"name": name, "value": say(values[statistic]), "spark": drawn, "falls": statistic in row.falling})
    calls = row.last.calls if row.last else None
    return {"row": row, "href": _customer(asked, row.customer_id), "cells": cells, "calls": reader.number(calls)}


def _quality(row: CustomerQuality, asked: Asked) -> dict[str, Any]:
    """With the endpoint that has the most of them."""
    reader = asked.reader
    worst = row.endpoints[0] if row.endpoints and row.endpoints[0].low_quality else None
    return {
        "row": row,
        "href": _customer(asked, row.customer_id),
        "share": reader.percent(row.low_share),
        "change": _points(row.change, reader),
        "worst": f"{reader.word('kpi.endpoint', worst.endpoint)} ({reader.number(worst.low_quality)})" if worst else "",
    }


def _points(change: Fraction | None, reader: Reader) -> str:
    """Between two percentages."""
    if change is None:
        return NOTHING
    return reader.say("kpi.points", number=f"{sign_of(change)}{reader.decimal(abs(change) * PER_CENT)}")


def _queues(row: CustomerQueues, asked: Asked) -> dict[str, Any]:
    """With the features that its users have."""
    reader = asked.reader
    features = sorted(row.features.items(), key=lambda each: (-each[1], each[0]))
    return {
        "row": row,
        "href": _customer(asked, row.customer_id),
        "answer_time": in_unit(row.answer_time, Unit.SECONDS, reader),
        "abandoned_wait": in_unit(row.abandoned_wait, Unit.SECONDS, reader),
        "rate": reader.percent(row.abandoned_rate),
        "features": ", ".join(
            f"{reader.word('kpi.feature', name)} ({reader.number(calls)})" for name, calls in features
        ),
    }

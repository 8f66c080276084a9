"""The KPI dashboard: the first row, the trend, five sections. HUB-50 to HUB-54, domain.md §6.8."""

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from domain.hub.trend import TrendPoint
from domain.permissions import Right
from web.charts import Chart, Series, line_chart
from web.kpi.asked import Asked, asked_of, choices
from web.kpi.figures import weeks_figure
from web.kpi.numbers import table, tile
from web.pages import page
from web.security import needs

SHOWN: Final = 8
"""Rows of a section; the others are behind a link."""


@needs(Right.SEE_CUSTOMERS)
async def show(request: Request) -> Response:
    """As of now, or of a week that was closed; the same question has the same answer for ever."""
    asked = asked_of(request)
    return page(request, "kpi/dashboard.html", **await run_in_threadpool(_answer, asked))


def _answer(asked: Asked) -> dict[str, Any]:
    overview = asked.world.book.overview(asked.user, asked.product, shown=slice(0, SHOWN), **asked.of_whom)
    return {
        **choices(asked),
        "basis": overview.basis,
        "top": [tile(number, asked) for number in overview.numbers],
        "trend": trend_chart(overview.trend, asked),
        "sections": [
            {
                "key": key,
                "title": asked.reader.say(f"kpi.section_{key}", window=asked.policy.window.days),
                "name": asked.reader.say(f"kpi.table_{key}"),
                "tiles": [tile(number, asked) for number in section.numbers],
                "table": table(section, asked, 0, SHOWN),
                "all": len(section.rows),
                "href": asked.href("/kpi/rows", number=section.numbers[0].key),
            }
            for key, section in overview.sections.items()
        ],
    }


def trend_chart(trend: tuple[TrendPoint, ...], asked: Asked) -> Chart:
    """Licences assigned and really used, against what was purchased. HUB-54."""
    reader = asked.reader
    names = {"total": "series-3", "assigned": "series-2", "used": "series-1"}
    series = [
        Series(
            name=reader.say(f"kpi.name_trend_{name}"),
            values=[getattr(point, name) for point in trend],
            colour=colour,
        )
        for name, colour in names.items()
    ]
    figure = weeks_figure(reader.say("kpi.trend"), [point.ends_on for point in trend], reader)
    return line_chart(figure, series, reader)

"""The days behind a line's numbers: the end of every drill-down. HUB-40."""

from datetime import timedelta
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from domain.hub.lines import WEEKS
from domain.hub.policy import WEEK
from domain.lifecycle import Lifecycle
from domain.permissions import Right
from web.charts import Figure, Series, line_chart
from web.hub.asked import asked_of
from web.pages import page
from web.security import needs, not_here

SHOWN: Final = WEEK * WEEKS
"""As far back as a line remembers."""


@needs(Right.SEE_CUSTOMERS)
async def show(request: Request) -> Response:
    """Of one product of one subscription or trial, the newest day first."""
    asked = await run_in_threadpool(asked_of, request)
    lifecycle, subject, product = (request.query_params.get(name, "") for name in ("lifecycle", "subject", "product"))
    entitlement = next(
        (each for each in asked.customer.entitlements if (each.lifecycle, each.subject) == (lifecycle, subject)), None
    )
    if entitlement is None or product not in entitlement.products:
        not_here()
    until = asked.now.date() + timedelta(days=1)
    rows = await run_in_threadpool(
        lambda: asked.world.book.usage(
            asked.user, asked.customer.partner_id, asked.customer.customer_id, Lifecycle(lifecycle), subject, product,
            since=until - SHOWN, until=until, now=asked.world.now(),
        )
    )  # fmt: skip
    reader, name = asked.reader, asked.reader.word("hub.product", product)
    series = [
        Series(name=reader.say("hub.assigned"), values=[row.assigned for row in rows], colour="series-2"),
        Series(name=reader.say("hub.used"), values=[row.used for row in rows], colour="series-1"),
    ]
    title = f"{name} · {subject}"
    figure = Figure(
        name=title,
        over=reader.say("hub.day"),
        labels=[reader.day(row.day) for row in rows],
        below=[reader.short_day(row.day) for row in rows],
    )
    return page(
        request,
        "hub/usage.html",
        customer=asked.customer,
        title=title,
        rows=list(reversed(rows)),
        chart=line_chart(figure, series, reader) if rows else None,
        workflow=asked.workflow(entitlement.lifecycle, entitlement.subject),
        back=asked.tab("trials" if entitlement.trial else "subscriptions"),
    )

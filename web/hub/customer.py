"""The page of one customer, a part of it at a time. HUB-40 to HUB-42."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from domain.hub.tags import LONGEST, MOST, About
from domain.permissions import Right
from web.addresses import start_page
from web.hub.administrators import administrators_tab
from web.hub.asked import Asked, asked_of
from web.hub.chips import status_chips
from web.hub.others import cases_tab, requests_tab
from web.hub.subscriptions import subscriptions_tab
from web.hub.table import launch_url
from web.hub.timeline_tab import timeline_tab
from web.hub.trials import trials_tab
from web.pages import page
from web.security import needs, not_here

TABS: Final[Mapping[str, Callable[[Asked], dict[str, Any]]]] = {
    "subscriptions": subscriptions_tab,
    "trials": trials_tab,
    "administrators": administrators_tab,
    "requests": requests_tab,
    "cases": cases_tab,
    "timeline": timeline_tab,
}
"""What each part shows, beside what all of them do."""


@needs(Right.SEE_CUSTOMERS)
async def show(request: Request) -> Response:
    """What one may not know is not there."""
    return await show_customer(request)


async def show_customer(request: Request, status: int = 200, **more: Any) -> Response:
    """The part that is asked for, else the first that shows something; `more` of a form that was refused."""
    asked = await run_in_threadpool(asked_of, request)
    tab = request.query_params.get("tab") or ("subscriptions" if asked.others.bought else "trials")
    if tab not in TABS:
        not_here()
    shown = await run_in_threadpool(TABS[tab], asked)
    return page(request, f"hub/{tab}.html", status, **_common(asked, tab) | shown | more)


def _common(asked: Asked, tab: str) -> dict[str, Any]:
    customer = asked.customer
    return {
        "asked": asked,
        "customer": customer,
        "answer": asked.answer,
        "href": asked.href,
        "chips": status_chips(asked.answer.statuses, asked.reader),
        "here_tab": asked.tab(tab),
        "tabs": [(asked.tab(name), asked.reader.say(f"hub.tab_{name}")) for name in _tabs(asked)],
        "launch": launch_url(asked.world, customer.customer_id),
        "limits": {"number": MOST, "length": LONGEST},
        "About": About,
        "start_page": start_page,
        "wrong_tags": None,
    }


def _tabs(asked: Asked) -> list[str]:
    """Requests and cases where there are any, or could be asked for."""
    hidden = set()
    if not asked.others.requests and not asked.may(Right.REQUEST_OPTIONS):
        hidden.add("requests")
    if not asked.others.cases:
        hidden.add("cases")
    return [name for name in TABS if name not in hidden]

"""The list of customers: filters in the address, statuses, tags, pages. HUB-10 to HUB-33."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from adapters.hub_answers import CustomerList
from domain.hub.customers import HubCustomer, Managed
from domain.hub.days import last_day
from domain.hub.entitlements import EntitlementState
from domain.hub.filters import Filter, Sort, SubscriptionType
from domain.hub.statuses import DISPLAYED, Found, ends_first
from domain.hub.users import HubUser
from domain.permissions import Right
from domain.values import Refused
from web.addresses import customer_page, query_of
from web.hub.chips import Chip, days_left, status_chips
from web.pages import page, reader_of
from web.reader import Reader
from web.security import needs, signed_in
from web.world import World, world_of

BESIDE: Final = ("partner", "language", "part")
"""What may stand in the address and is no filter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRow:
    """One line of the list."""

    customer: HubCustomer
    href: str
    chips: list[Chip]
    products: list[str]
    next_end: str
    next_end_is: str
    """Does it renew or end, and in how many days."""

    launch: str | None
    """HUB-19."""


@needs(Right.SEE_CUSTOMERS)
async def customers(request: Request) -> Response:
    """A query that asks for what does not exist shows nobody, and says so."""
    world, user, reader = world_of(request), signed_in(request), reader_of(request)
    partner = request.query_params.get("partner") or None
    wrong, asked = "", Filter()
    try:
        asked = Filter.of_query(request.query_params.multi_items(), world.book.products, BESIDE)
    except Refused as refused:
        wrong = reader.say("hub.bad_query", what=refused.field or "?")
    now = world.now()
    answer = await run_in_threadpool(world.book.customers, user, asked, now=now, partner=partner)
    values = {
        "answer": answer,
        "asked": answer.listed.asked,
        "rows": [] if wrong else [row_of(world, each, found, reader, now) for each, found in answer.listed.customers],
        "wrong": wrong,
        "partner": partner,
        "partners": await run_in_threadpool(partners_of, world, user),
        "choices": choices(answer, reader),
        "chosen": _chosen(answer.listed.asked, reader, partner),
        "address": lambda asked, **changes: address(asked, partner, **changes),
        "columns": _columns(answer.listed.asked, reader),
    }
    part = request.headers.get("HX-Target") == "list"
    answered = page(request, "hub/list_part.html" if part else "hub/list.html", 422 if wrong else 200, **values)
    answered.headers["Vary"] = "HX-Request, HX-Target"
    return answered


def partners_of(world: World, user: HubUser) -> list[str]:
    """To choose from, for whoever sees several."""
    return world.store.hub_partners() if user.may(Right.SEE_ALL_PARTNERS) else []


def row_of(world: World, customer: HubCustomer, found: Iterable[Found], reader: Reader, now: datetime) -> CustomerRow:
    """What ends or renews first of what runs stands there."""
    ends = renews = ""
    if first := ends_first(customer):
        entitlement, at = first
        what = reader.say("hub.renews" if entitlement.subject in customer.auto_renewing else "hub.ends")
        ends = reader.day(last_day(at, customer.zone))
        renews = f"{what} · {days_left(entitlement, now, customer.zone, reader)}"
    return CustomerRow(
        customer=customer,
        href=customer_page(customer.partner_id, customer.customer_id),
        chips=status_chips(found, reader),
        products=products_of(customer, reader),
        next_end=ends,
        next_end_is=renews,
        launch=launch_url(world, customer.customer_id),
    )


def launch_url(world: World, customer_id: str) -> str | None:
    """Where the vendor's page of the organization is; None: nobody configured it. HUB-19."""
    url = world.settings.hub.launch_url
    return url.replace("{customer_id}", customer_id) if url else None


def products_of(customer: HubCustomer, reader: Reader) -> list[str]:
    """Of what is not over; orders under way among them."""
    names = dict.fromkeys(
        product
        for each in customer.entitlements
        if each.state is not EntitlementState.OVER
        for product in each.products
    )
    return [reader.word("hub.product", product) for product in names]


def choices(answer: CustomerList, reader: Reader) -> dict[str, list[tuple[str, str]]]:
    """By the name of a filter, what one can choose."""
    return {
        "managed": [(str(value), reader.say(f"hub.managed_{value}")) for value in Managed],
        "product": [(value, reader.word("hub.product", value)) for value in answer.products],
        "status": [(str(value), reader.say(f"hub.status_{value}")) for value in DISPLAYED],
        "type": [(str(value), reader.say(f"hub.type_{value}")) for value in SubscriptionType],
        "tag": [(value, value) for value in answer.tags],
    }


def _chosen(asked: Filter, reader: Reader, partner: str | None) -> list[tuple[str, str]]:
    """Each filter in use as words, and the address without it."""
    return [
        (_in_words(name, value, reader), address(asked.without(name, value), partner)) for name, value in asked.said()
    ]


WORDS: Final = {"managed": "hub.managed", "product": "hub.product", "status": "hub.status", "type": "hub.type"}
"""Filters whose values have words."""


def _in_words(name: str, value: str, reader: Reader) -> str:
    """Of a tag and of a search, what they are and what was typed."""
    if name in WORDS:
        return reader.word(WORDS[name], value)
    what = reader.say("hub.tag" if name == "tag" else "hub.search")
    return reader.say("hub.named", what=what, value=value)


def address(asked: Filter, partner: str | None, **changes: Any) -> str:
    """To bookmark: what is as usual is left out."""
    parts = [part for part in (asked.query(**changes), query_of(partner=partner or "").removeprefix("?")) if part]
    return f"/?{'&'.join(parts)}" if parts else "/"


SORTED_BY: Final = (
    (Sort.NAME, "hub.customer"),
    (Sort.STATUS, "hub.status"),
    (None, "hub.products"),
    (Sort.ENDS, "hub.next_end"),
    (None, "hub.tags"),
)


def _columns(asked: Filter, reader: Reader) -> list[dict[str, Any]]:
    """A second click on a column turns the order around."""
    return [
        {
            "name": reader.say(name),
            "sort": sort,
            "here": sort is asked.sort,
            "descending": asked.descending,
            "turned": sort is asked.sort and not asked.descending,
        }
        for sort, name in SORTED_BY
    ]

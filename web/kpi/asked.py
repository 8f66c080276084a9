"""What a page of numbers was asked for: product, instant, partner; and how to ask for others. HUB-51, HUB-60."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from starlette.requests import Request

from domain.hub.as_of import AsOf, ClosedWeek
from domain.hub.definitions import terms
from domain.hub.lines import Line
from domain.hub.policy import HubPolicy
from domain.hub.products import MEASURED, Product
from domain.hub.users import HubUser
from web.addresses import customer_page, query_of, usage_page
from web.hub.table import partners_of
from web.pages import reader_of
from web.queries import as_of
from web.reader import Reader
from web.security import not_here, signed_in
from web.world import World, world_of


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question about numbers."""

    world: World
    user: HubUser
    reader: Reader
    path: str
    product: str
    as_of: AsOf
    partner: str | None
    now: datetime

    @cached_property
    def policy(self) -> HubPolicy:
        """Definitions have its numbers."""
        return self.world.book.terms(self.as_of)

    @property
    def of_whom(self) -> dict[str, Any]:
        """For the book."""
        return {"now": self.now, "as_of": self.as_of, "partner": self.partner}

    def href(self, path: str | None = None, **changes: object) -> str:
        """The same question, but for these."""
        usual = {"product": str(Product.MEETINGS)}
        said = {"product": self.product, "as_of": str(self.as_of), "partner": self.partner or ""} | changes
        kept = {name: str(value) for name, value in said.items() if value and str(value) != usual.get(name)}
        return f"{path or self.path}{query_of(**kept)}"

    def page_of(self, line: Line) -> str:
        """Of its customer, where it stands, as of the same week."""
        tab = "trials" if line.trial else "subscriptions"
        return customer_page(line.partner_id, line.customer_id, tab=tab, as_of=str(self.as_of), subject=line.subject)

    def means(self, key: str) -> str:
        """What a number or a column means here, with the terms of this installation."""
        return self.reader.say(f"kpi.means_{key}", **terms(self.policy))


def usage_of(line: Line) -> str:
    """The days behind its numbers."""
    return usage_page(line.partner_id, line.customer_id, line.lifecycle, line.subject, line.product)


def asked_of(request: Request) -> Asked:
    """What is no product or no week is not there."""
    world, query = world_of(request), request.query_params
    product = query.get("product") or str(Product.MEETINGS)
    if product not in MEASURED:
        not_here()
    return Asked(
        world=world,
        user=signed_in(request),
        reader=reader_of(request),
        path=request.url.path,
        product=product,
        as_of=as_of(request),
        partner=query.get("partner") or None,
        now=world.now(),
    )


def choices(asked: Asked) -> Mapping[str, Any]:
    """What the head of such a page lets one choose. Weeks: the newest first, with a mark where one was revised."""
    reader, weeks = asked.reader, asked.world.book.weeks()
    return {
        "asked": asked,
        "weeks": [("", reader.say("kpi.as_of_now")), *((str(each.week), _named(each, reader)) for each in weeks)],
        "chosen_week": str(asked.as_of.week or ""),
        "revisions": _revisions(asked),
        "partners": [(partner, partner) for partner in partners_of(asked.world, asked.user)],
        "products": [
            (asked.href(product=str(each)), reader.word("hub.product", each), each == asked.product)
            for each in MEASURED
        ],
    }


def _named(week: ClosedWeek, reader: Reader) -> str:
    name = reader.say("kpi.as_of_week", week=reader.day(week.week))
    return f"{name} · {reader.say('kpi.revised')}" if week.revised else name


def _revisions(asked: Asked) -> Sequence[tuple[str, str, ClosedWeek]]:
    """Of the week that was asked for, where there are several."""
    if asked.as_of.week is None:
        return ()
    every = asked.world.book.revisions(asked.as_of.week)
    shown = [
        (
            asked.href(as_of=f"{each.week}.{each.revision}"),
            asked.reader.say("kpi.revision", revision=each.revision),
            each,
        )
        for each in every
    ]
    return shown if len(shown) > 1 else ()

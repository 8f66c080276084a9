"""Subscriptions of a customer: renewal date, licences, invoices, orders. HUB-40."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from domain.hub.days import last_day
from domain.hub.drill_down import Invoice
from domain.hub.entitlements import Entitlement, EntitlementState
from domain.hub.lines import Line
from domain.lifecycle import Lifecycle
from domain.permissions import Right
from web.addresses import usage_page
from web.charts import licence_bar
from web.hub.asked import Asked
from web.hub.chips import Chip, days_left, state_chip
from web.hub.others import rows_of
from web.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceRow:
    """Licences of one product."""

    line: Line | None
    """None: nothing was reported, and nothing is counted of it now."""

    product: str
    total: int
    bar: Markup
    usage: str
    """Where each day stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionCard:
    """One subscription."""

    entitlement: Entitlement
    state: Chip
    renews_on: str
    left: str
    renews: bool
    licences: list[LicenceRow]
    invoices: Sequence[Invoice]
    tags: list[str]
    workflow: str


def subscriptions_tab(asked: Asked) -> dict[str, Any]:
    """Those that run first, then what is being set up, then what is over."""
    bought = [each for each in asked.customer.entitlements if not each.trial and each.lifecycle != Lifecycle.ORDER]
    cards = [
        _card(asked, each)
        for each in sorted(bought, key=lambda each: (each.state is EntitlementState.OVER, each.subject))
    ]
    return {
        "cards": cards,
        "orders": rows_of(asked, asked.others.orders),
        "may_tag": asked.may(Right.EDIT_TAGS),
        "invoice_tones": {"paid": "good", "unpaid": "bad", "open": "accent", "void": "neutral"},
    }


def _card(asked: Asked, entitlement: Entitlement) -> SubscriptionCard:
    customer, reader = asked.customer, asked.reader
    return SubscriptionCard(
        entitlement=entitlement,
        state=state_chip(entitlement, reader),
        renews_on=reader.day(last_day(entitlement.ends_at, customer.zone) if entitlement.ends_at else None),
        left=days_left(entitlement, asked.now, customer.zone, reader)
        if entitlement.state is not EntitlementState.OVER
        else "",
        renews=entitlement.subject in customer.auto_renewing,
        licences=licences_of(asked, entitlement),
        invoices=asked.answer.invoices.get(entitlement.subject, ()),
        tags=[tag for subject, tag in customer.subscription_tags if subject == entitlement.subject],
        workflow=asked.workflow(entitlement.lifecycle, entitlement.subject),
    )


def licences_of(asked: Asked, entitlement: Entitlement) -> list[LicenceRow]:
    """A row for each product that it gives, reported or not."""
    lines = {line.product: line for line in _lines(asked.answer.lines, entitlement)}
    return [_licences(asked, entitlement, product, lines.get(product)) for product in entitlement.products]


def _lines(lines: Iterable[Line], entitlement: Entitlement) -> Iterable[Line]:
    return (line for line in lines if (line.lifecycle, line.subject) == (entitlement.lifecycle, entitlement.subject))


def _licences(asked: Asked, entitlement: Entitlement, product: str, line: Line | None) -> LicenceRow:
    customer = asked.customer
    total = line.total if line else entitlement.products[product]
    name = asked.reader.word("hub.product", product)
    return LicenceRow(
        line=line,
        product=name,
        total=total,
        bar=bar_of(line, asked.reader, name) if line else Markup(),
        usage=usage_page(
            customer.partner_id, customer.customer_id, entitlement.lifecycle, entitlement.subject, product
        ),
    )


def bar_of(line: Line, reader: Reader, product: str) -> Markup:
    """Its numbers are said by its name, for hovering and for who does not see it."""
    numbers = {"used": line.used, "assigned": line.assigned, "available": line.available, "total": line.total}
    said = {name: reader.number(value) for name, value in numbers.items()}
    return licence_bar(line.used, line.assigned, line.total, reader.say("hub.bar", product=product, **said))

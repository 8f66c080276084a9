"""Subscriptions of a customer: renewal date, licences, invoices, orders. HUB-40."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from domain.hub.days import last_day
from domain.hub.drill_down import Invoice
from domain.hub.lines import Line
from domain.hub.lives import Life, LifeState
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

    life: Life
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
    bought = [life for life in asked.customer.lives if not life.trial and life.lifecycle != Lifecycle.ORDER]
    cards = [
        _card(asked, life) for life in sorted(bought, key=lambda life: (life.state is LifeState.OVER, life.subject))
    ]
    return {
        "cards": cards,
        "orders": rows_of(asked, asked.others.orders),
        "may_tag": asked.may(Right.EDIT_TAGS),
        "invoice_tones": {"paid": "good", "unpaid": "bad", "open": "accent", "void": "neutral"},
    }


def _card(asked: Asked, life: Life) -> SubscriptionCard:
    customer, reader = asked.customer, asked.reader
    return SubscriptionCard(
        life=life,
        state=state_chip(life, reader),
        renews_on=reader.day(last_day(life.ends_at, customer.zone) if life.ends_at else None),
        left=days_left(life, asked.now, customer.zone, reader) if life.state is not LifeState.OVER else "",
        renews=life.subject in customer.auto_renewing,
        licences=licences_of(asked, life),
        invoices=asked.answer.invoices.get(life.subject, ()),
        tags=[tag for subject, tag in customer.subscription_tags if subject == life.subject],
        workflow=asked.workflow(life.lifecycle, life.subject),
    )


def licences_of(asked: Asked, life: Life) -> list[LicenceRow]:
    """A row for each product that it gives, reported or not."""
    lines = {line.product: line for line in _lines(asked.answer.lines, life)}
    return [_licences(asked, life, product, lines.get(product)) for product in life.products]


def _lines(lines: Iterable[Line], life: Life) -> Iterable[Line]:
    return (line for line in lines if (line.lifecycle, line.subject) == (life.lifecycle, life.subject))


def _licences(asked: Asked, life: Life, product: str, line: Line | None) -> LicenceRow:
    customer = asked.customer
    total = line.total if line else life.products[product]
    name = asked.reader.word("hub.product", product)
    return LicenceRow(
        line=line,
        product=name,
        total=total,
        bar=bar_of(line, asked.reader, name) if line else Markup(),
        usage=usage_page(customer.partner_id, customer.customer_id, life.lifecycle, life.subject, product),
    )


def bar_of(line: Line, reader: Reader, product: str) -> Markup:
    """Its numbers are said by its name, for hovering and for who does not see it."""
    numbers = {"used": line.used, "assigned": line.assigned, "available": line.available, "total": line.total}
    said = {name: reader.number(value) for name, value in numbers.items()}
    return licence_bar(line.used, line.assigned, line.total, reader.say("hub.bar", product=product, **said))

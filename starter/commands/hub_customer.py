"""What is shown of one customer: everything of the hub's own, and the days behind a line. HUB-40 to HUB-42."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from rich.text import Text

from adapters.hub_answers import CustomerAnswer
from adapters.spreadsheets import as_csv
from domain.hub.customers import HubCustomer
from domain.hub.days import last_day
from domain.hub.entitlements import Entitlement
from domain.hub.lines import WEEKS, Line
from domain.hub.policy import WEEK
from domain.lifecycle import Lifecycle, workflow_id
from starter.answers.hub import (
    HubCustomerAnswer,
    HubHappened,
    HubInvoice,
    HubLife,
    HubLine,
    HubUsageAnswer,
    HubUsageDay,
    fields_of,
)
from starter.commands.hub_asked import Asked, answered, say_basis
from starter.commands.hub_customers import Row, line_of, status_words
from starter.console.exits import Exit, Stop
from starter.console.tables import NOTHING, cells_table, facts_table, list_table
from starter.console.terminal import shown, terminal

NEWEST: Final = 20
"""Events that a page for people shows; programs get all."""


def show_customer(asked: Asked, customer_id: str) -> None:
    """Everything that the page of a customer shows of the hub's own."""
    partner = asked.partner_of(customer_id)
    found = asked.book.customer(asked.user, partner, customer_id, now=asked.now, as_of=asked.as_of)
    say_basis(found.basis)
    for part in _parts(found):
        terminal.say(part)
    invoices = [(subject, each) for subject, every in found.invoices.items() for each in every]
    terminal.answer(
        HubCustomerAnswer(
            **answered(found.basis),
            customer=line_of(found.customer, found.statuses),
            lives=tuple(map(_life, found.customer.entitlements)),
            lines=tuple(map(licences_of, found.lines)),
            invoices=tuple(
                HubInvoice(**fields_of(each, HubInvoice, subscription_id=subject)) for subject, each in invoices
            ),
            events=tuple(
                HubHappened(lifecycle=each.lifecycle, id=each.subject, event=each.event) for each in found.events
            ),
        )
    )


def _parts(found: CustomerAnswer) -> Iterator[object]:
    customer = found.customer
    yield ""
    yield Text(f"{shown(customer.name)} ({customer.customer_id})", "bold")
    yield facts_table(
        [
            ("status", status_words(found.statuses).plain),
            ("partner", customer.partner_id),
            ("country", customer.country),
            ("managed", "part of the partner's organization" if customer.managed == "own" else "externally"),
            ("last sign-in", str(customer.last_sign_in or NOTHING)),
            ("tags", ", ".join(customer.tags) or NOTHING),
        ]
    )
    if customer.entitlements:
        yield ""
        yield list_table(
            ["what", "id", "state", "ends", "licences"],
            [_life_row(each, customer) for each in customer.entitlements],
            kept=2,
        )
    if found.lines:
        yield ""
        columns = ("licences of", "product", "total", "assigned", "used", "available")
        rows = (
            (each.subject, each.product, each.total, each.assigned, each.used, each.available) for each in found.lines
        )
        yield cells_table(columns, rows)
    yield from _invoices(found)
    yield from _events(found)


def _life_row(life: Entitlement, customer: HubCustomer) -> Row:
    reasons = f" ({', '.join(life.suspended_for)})" if life.suspended_for else ""
    ends = str(last_day(life.ends_at, customer.zone)) if life.ends_at else NOTHING
    licences = ", ".join(f"{product} {count:,}" for product, count in sorted(life.products.items())) or NOTHING
    return [life.lifecycle, life.subject, f"{life.state.replace('_', ' ')}{reasons}", ends, licences]


def _invoices(found: CustomerAnswer) -> Iterator[object]:
    rows: list[Row] = [
        [each.invoice, subject, each.state, str(each.due_on), f"{each.amount} {each.currency}"]
        for subject, every in found.invoices.items()
        for each in every
    ]
    if rows:
        yield ""
        yield list_table(["invoice", "of", "state", "due", "amount"], rows, kept=2)


def _events(found: CustomerAnswer) -> Iterator[object]:
    newest = found.events[-NEWEST:]
    if not newest:
        return
    rows: list[Row] = [
        [
            f"{each.event.occurred_at:%Y-%m-%d %H:%M}",
            each.subject,
            each.event.type,
            each.event.actor,
        ]
        for each in reversed(newest)
    ]
    yield ""
    yield list_table(["happened (UTC)", "of", "what", "by"], rows, kept=2)
    if len(found.events) > len(newest):
        yield f"The newest {len(newest)} of {len(found.events)} events; --json has all."


def _life(life: Entitlement) -> HubLife:
    more = {"id": life.subject, "workflow_id": workflow_id(Lifecycle(life.lifecycle), life.subject)}
    return HubLife(**fields_of(life, HubLife, **more, licences=dict(life.products), since=life.valid_from))


def licences_of(line: Line) -> HubLine:
    """For programs."""
    more = {"id": line.subject, "workflow_id": workflow_id(Lifecycle(line.lifecycle), line.subject)}
    return HubLine(**fields_of(line, HubLine, **more))


def show_usage(
    asked: Asked, customer_id: str, subject: str, product: str, since: date | None, until: date | None, *, csv: bool
) -> None:
    """The rows behind a line's numbers; three months of them, unless it is said otherwise."""
    partner = asked.partner_of(customer_id)
    last = until or asked.now.date() + timedelta(days=1)
    whose = asked.book.customer(asked.user, partner, customer_id, now=asked.now).customer
    life = next((each for each in whose.entitlements if each.subject == subject), None)
    if life is None:
        raise Stop(Exit.NOT_FOUND, "this customer has no subscription or trial of that id", "SUBJECT")
    found = asked.book.usage(
        asked.user,
        partner,
        customer_id,
        life.lifecycle,
        subject,
        product,
        since=since or last - WEEK * WEEKS,
        until=last,
        now=asked.now,
    )
    days = tuple(HubUsageDay(**fields_of(each, HubUsageDay)) for each in found)
    columns = ("day", "assigned", "used", "used and assigned", "purchased")
    rows = [(each.day, each.assigned, each.used, each.used_assigned, each.purchased) for each in days]
    if csv:
        print(as_csv(columns, rows), end="")
        return
    terminal.say(cells_table(columns, rows) if rows else "Nothing was imported of these days: tenure usage import FILE")
    terminal.answer(HubUsageAnswer(at=asked.now, customer_id=customer_id, id=subject, product=product, days=days))

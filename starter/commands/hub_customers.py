"""What is shown of customers: the list, one of them, the days behind a line, tags. HUB-10 to HUB-42."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from rich.text import Text

from adapters.hub_answers import CustomerAnswer, CustomerList
from adapters.spreadsheets import as_csv
from domain.hub.customers import HubCustomer
from domain.hub.days import last_day
from domain.hub.filters import LAST_PAGE, Filter
from domain.hub.lines import WEEKS, Line
from domain.hub.lives import Life
from domain.hub.policy import WEEK
from domain.hub.statuses import Found, Status, ends_on, running
from domain.lifecycle import Lifecycle, workflow_id
from starter.answers.hub import (
    HubCustomerAnswer,
    HubCustomerLine,
    HubCustomersAnswer,
    HubHappened,
    HubInvoice,
    HubLife,
    HubLine,
    HubStatus,
    HubTagsAnswer,
    HubUsageAnswer,
    HubUsageDay,
    fields_of,
)
from starter.commands.hub_asked import Asked, answered, say_basis
from starter.console.exits import Exit, Stop
from starter.console.tables import NOTHING, cells_table, facts_table, list_table
from starter.console.terminal import shown, terminal

ALARMING: Final = {
    Status.SUSPENDED: "red",
    Status.EXPIRED: "red",
    Status.EXPIRING_SOON: "yellow",
    Status.OVER_LICENCE: "yellow",
    Status.READY_FOR_SETUP: "cyan",
    Status.NO_RECENT_ACTIVITY: "yellow",
}

NEWEST: Final = 20
"""Events that a page for people shows; programs get all."""

Row = list[str | Text]


def filter_of(asked: Asked, pairs: Iterable[tuple[str, str]], sort: str, *, reverse: bool) -> Filter:
    """Of what was typed; raises Refused with the field."""
    order = ("sort", f"-{sort}" if reverse else sort)
    return Filter.of_query([*pairs, order], asked.book.products)


def list_customers(asked: Asked, wanted: Filter, *, csv: bool) -> None:
    """One page; as CSV all of them."""
    every = replace(wanted, page=1, size=LAST_PAGE) if csv else wanted
    found = asked.book.customers(asked.user, every, **asked.narrowed)
    if csv:
        print(as_csv(CSV_COLUMNS, map(_csv_row, lines_of(found))), end="")
        return
    say_basis(found.basis)
    _say_list(found)
    listed = found.listed
    more = {"page": listed.asked.page, "pages": listed.pages, "query": listed.asked.query(page=listed.asked.page)}
    counts = {"total": listed.total, "visible": found.visible}
    terminal.answer(HubCustomersAnswer(**answered(found.basis, **counts, **more, customers=tuple(lines_of(found)))))


def _say_list(found: CustomerList) -> None:
    listed = found.listed
    if not listed.customers:
        terminal.say("No customers like that." if found.visible else "No customers.")
        return
    several = len({customer.partner_id for customer, _ in listed.customers}) > 1
    rows = [_row(customer, statuses, several=several) for customer, statuses in listed.customers]
    columns = ["customer", "id", "status", "ends", "tags", *(["partner"] if several else [])]
    terminal.say(list_table(columns, rows, kept=2))
    which = f", page {listed.asked.page} of {listed.pages} (--page)" if listed.pages > 1 else ""
    terminal.say(f"{listed.total:,} of {found.visible:,} customers{which}")


def _row(customer: HubCustomer, statuses: Sequence[Found], *, several: bool) -> Row:
    return [
        shown(customer.name),
        customer.customer_id,
        status_words(statuses),
        str(ends_on(customer) or NOTHING),
        shown(", ".join(customer.tags)) or NOTHING,
        *([customer.partner_id] if several else []),
    ]


def status_words(statuses: Sequence[Found]) -> Text:
    """In the order of display, each with what makes it urgent."""
    return Text(", ").join(Text(_words(each), ALARMING.get(each.status, "")) for each in statuses) or Text(NOTHING)


def _words(found: Found) -> str:
    name = found.status.replace("_", " ")
    match found.status:
        case Status.SUSPENDED:
            return f"{name} ({', '.join(found.reasons).replace('_', ' ') or 'no reason is known'})"
        case Status.EXPIRING_SOON | Status.NO_RECENT_ACTIVITY:
            return f"{name} ({found.days} d)"
    return name


def lines_of(found: CustomerList) -> Iterator[HubCustomerLine]:
    """For programs."""
    return (line_of(customer, statuses) for customer, statuses in found.listed.customers)


def line_of(customer: HubCustomer, statuses: Sequence[Found]) -> HubCustomerLine:
    """For programs."""
    licences: dict[str, int] = {}
    for life in filter(running, customer.lives):
        for product, count in life.products.items():
            licences[product] = licences.get(product, 0) + count
    tagged: dict[str, tuple[str, ...]] = {}
    for subscription, tag in customer.subscription_tags:
        tagged[subscription] = (*tagged.get(subscription, ()), tag)
    told = tuple(HubStatus(**fields_of(each, HubStatus)) for each in statuses)
    more = {"licences": licences, "ends_on": ends_on(customer), "statuses": told, "subscription_tags": tagged}
    return HubCustomerLine(**fields_of(customer, HubCustomerLine, **more))


CSV_COLUMNS: Final = (
    "partner", "customer", "id", "country", "managed", "statuses", "ends on", "licences", "last sign-in", "known since",
    "tags",
)  # fmt: skip


def _csv_row(line: HubCustomerLine) -> Sequence[str | date | None]:
    return (
        line.partner_id,
        line.name,
        line.customer_id,
        line.country,
        line.managed,
        ", ".join(each.status for each in line.statuses),
        line.ends_on,
        ", ".join(f"{product} {count}" for product, count in sorted(line.licences.items())),
        line.last_sign_in,
        line.known_since,
        ", ".join(line.tags),
    )


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
            lives=tuple(map(_life, found.customer.lives)),
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
    if customer.lives:
        yield ""
        yield list_table(
            ["what", "id", "state", "ends", "licences"], [_life_row(each, customer) for each in customer.lives], kept=2
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


def _life_row(life: Life, customer: HubCustomer) -> Row:
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


def _life(life: Life) -> HubLife:
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
    life = next((each for each in whose.lives if each.subject == subject), None)
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


def set_tags(asked: Asked, customer_id: str, tags: Sequence[str], subscription: str | None) -> None:
    """These and no others."""
    partner = asked.partner_of(customer_id)
    kept = asked.book.set_tags(asked.user, partner, customer_id, tags, now=asked.now, subscription=subscription)
    terminal.say(f"{subscription or customer_id}: {shown(', '.join(kept)) or 'no tags'}")
    terminal.answer(HubTagsAnswer(partner_id=partner, customer_id=customer_id, subscription_id=subscription, tags=kept))

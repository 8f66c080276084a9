"""What is shown of customers: the list with their statuses, and their tags. HUB-10 to HUB-33."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from rich.text import Text

from adapters.hub_answers import CustomerList
from adapters.spreadsheets import as_csv
from domain.hub.customers import HubCustomer
from domain.hub.filters import LAST_PAGE, Filter
from domain.hub.statuses import Found, Status, ends_on, running
from starter.answers.hub import HubCustomerLine, HubCustomersAnswer, HubStatus, HubTagsAnswer, fields_of
from starter.commands.hub_asked import Asked, answered, say_basis
from starter.console.tables import NOTHING, list_table
from starter.console.terminal import shown, terminal

ALARMING: Final = {
    Status.SUSPENDED: "red",
    Status.EXPIRED: "red",
    Status.EXPIRING_SOON: "yellow",
    Status.OVER_LICENCE: "yellow",
    Status.READY_FOR_SETUP: "cyan",
    Status.NO_RECENT_ACTIVITY: "yellow",
}

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
    for life in filter(running, customer.entitlements):
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


def set_tags(asked: Asked, customer_id: str, tags: Sequence[str], subscription: str | None) -> None:
    """These and no others."""
    partner = asked.partner_of(customer_id)
    kept = asked.book.set_tags(asked.user, partner, customer_id, tags, now=asked.now, subscription=subscription)
    terminal.say(f"{subscription or customer_id}: {shown(', '.join(kept)) or 'no tags'}")
    terminal.answer(HubTagsAnswer(partner_id=partner, customer_id=customer_id, subscription_id=subscription, tags=kept))

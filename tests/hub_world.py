"""A small hub with everything in it: two partners, a customer that both have, and what came by file. HUB-10 to 60."""

from datetime import date, datetime
from typing import Any, Final

from adapters.hub_book import HubBook
from adapters.sql.store import SqlStore
from domain.hub.imports import Imported
from domain.hub.policy import HubPolicy
from domain.order.messages import Offering
from tests.hub_files import imported
from tests.hub_lives import bought, tried
from tests.hub_rows import MIDNIGHT, SUNDAY
from tests.makers import a_customer, a_partner, a_trial, an_order, days

POLICY: Final = HubPolicy()
BEGAN: Final = MIDNIGHT - days(30)
"""When the subscriptions began: 23 October 2026, four weeks and two days before the Sunday."""

LATE: Final = SUNDAY - days(3)
"""A day of the week that ends on the Sunday."""

CALLS: Final[dict[str, Any]] = {
    "users": 20,
    "callers": 15,
    "calls": 300,
    "minutes": 900,
    "low_quality": 12,
    "endpoints": {"desk_phone": {"calls": 300, "low_quality": 12}},
    "features": {"call_queue": 40},
    "queue": {"answered": 30, "answer_seconds": 600, "abandoned": 10, "abandoned_seconds": 90},
}
"""A week of a customer, as an import keeps it."""


def a_subscription(
    store: SqlStore, number: str, customer: str, partner: str = "hikari", at: datetime = BEGAN, company: str = ""
) -> str:
    """Of Named Hosts; its id."""
    placed = an_order(
        number,
        Offering.NAMED_HOST,
        customer=a_customer(id=customer, company=company or f"{customer.capitalize()} 商事"),
        ordering_partner=a_partner(partner),
    )
    return bought(store, placed, at).subscription_id


def used(
    store: SqlStore, subject: str, day: date, assigned: int, in_use: int, now: datetime = MIDNIGHT, **more: Any
) -> None:
    """As `tenure usage import` keeps a row."""
    row: dict[str, Any] = {
        "lifecycle": "subscription",
        "subject": subject,
        "product": "meetings",
        "day": day,
        "assigned": assigned,
        "used": in_use,
        "used_assigned": min(assigned, in_use),
        "purchased": None,
    }
    imported(store, Imported.USAGE, [row | more], now)


def signed_in(store: SqlStore, customer: str, day: date, now: datetime = MIDNIGHT) -> None:
    """As `tenure signins import` keeps a row."""
    imported(store, Imported.SIGN_INS, [{"customer_id": customer, "day": day, "administrator": "admin-1"}], now)


def invoiced(store: SqlStore, issued_on: date, now: datetime = MIDNIGHT, **more: Any) -> None:
    """As `tenure payments import` keeps a row."""
    row = {
        "subscription_id": "sub-SO-100001",
        "invoice": "I-1",
        "issued_on": issued_on,
        "due_on": issued_on,
        "amount": "10",
        "currency": "JPY",
        "state": "open",
        "paid_on": None,
        "auto_renew": None,
    }
    imported(store, Imported.PAYMENTS, [row | more], now)


def called(store: SqlStore, customer: str, week: date, content: dict[str, Any], now: datetime = MIDNIGHT) -> None:
    """As `tenure calling import` keeps a row."""
    imported(store, Imported.CALLING, [{"customer_id": customer, "week": week, "content": content}], now)


def a_book(store: SqlStore, now: datetime = MIDNIGHT) -> HubBook:
    """Up to date."""
    book = HubBook(store, POLICY, {})
    book.catch_up(now)
    return book


def closed(book: HubBook, now: datetime = MIDNIGHT) -> list[tuple[date, int]]:
    """What a closing closes: weeks and revisions."""
    return [(each.week, each.revision) for each in book.close_weeks(now)]


def a_hub(store: SqlStore) -> HubBook:
    """Hikari has Akasaka, Minato and a trial of Shiba; Umi has Minato, too, and Aoyama."""
    for number, customer, partner in (
        ("SO-100001", "akasaka", "hikari"),
        ("SO-100002", "minato", "hikari"),
        ("SO-100003", "minato", "umi"),
        ("SO-100004", "aoyama", "umi"),
    ):
        subject = a_subscription(store, number, customer, partner)
        used(store, subject, LATE, assigned=20, in_use=15)
    tried(store, a_trial("T-1001", customer=a_customer(id="shiba", company="芝"), partner=a_partner("hikari")), BEGAN)
    for customer in ("akasaka", "minato"):
        signed_in(store, customer, LATE)
    return a_book(store)

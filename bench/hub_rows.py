"""A hub of many customers, as rows: invented, the same at every run."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, insert

from adapters.sql.hub_file_schema import InvoiceRecord, MeasuredRecord, SignInRecord, UsageRecord
from adapters.sql.hub_people_schema import TagRecord
from adapters.sql.hub_schema import HubCustomerRecord, HubEntitlementRecord
from adapters.sql.rows import columns_of
from adapters.sql.schema import Base, LifecycleRecord
from domain.case.examples import STARTS
from domain.case.messages import OpenCase
from domain.case.state import CaseState
from domain.lifecycles import KINDS

PARTNER: Final = "hikari"
AT_ONCE: Final = 5_000
"""Rows of one statement."""

KNOWN_FOR: Final = timedelta(days=20)
"""So long the customers have been there: of that, weeks can be closed."""

USAGE_EVERY: Final = timedelta(days=7)
FIRST_DAY: Final = date(2026, 1, 1)
PLACES: Final = ("Akasaka", "Ginza", "Lumière", "한빛", "梅田")
ZONES: Final = ("Asia/Tokyo", "Europe/Paris", "Asia/Seoul")
PRODUCTS: Final[Sequence[Mapping[str, int]]] = ({"meetings": 25}, {"calling": 40}, {"meetings": 100, "calling": 50})

Rows = list[dict[str, Any]]


def fill(connection: Connection, customers: int, now: datetime) -> dict[str, int]:
    """A third of them with two subscriptions or trials; how many rows of each table."""
    chance = random.Random(4)  # noqa: S311 - rows, no secret
    every: dict[type[Base], Rows] = {}
    for number in range(customers):
        for record, row in _customer(number, now, chance):
            every.setdefault(record, []).append(row)
    for record, rows in every.items():
        for first in range(0, len(rows), AT_ONCE):
            connection.execute(insert(record), rows[first : first + AT_ONCE])
    return {record.__tablename__: len(rows) for record, rows in every.items()}


def _customer(number: int, now: datetime, chance: random.Random) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    whose = {"partner_id": PARTNER, "customer_id": f"c{number:05}"}
    place, zone = chance.choice(PLACES), chance.choice(ZONES)
    named = {"name": f"Customer {place} {number}", "country": "JP", "zone": zone, "managed": "external"}
    yield HubCustomerRecord, whose | named | {"known_since": now - KNOWN_FOR}
    signed_in = {"customer_id": whose["customer_id"], "day": now.date() - timedelta(days=number % 150)}
    yield SignInRecord, signed_in | {"administrator": "a-1", "recorded_at": now}
    if number % 4 == 0:
        tag = {"about": "customer", "subject": whose["customer_id"], "tag": chance.choice(("VIP", "tokyo", "pilot"))}
        yield TagRecord, tag | {"partner_id": PARTNER, "tagged_by": "full", "tagged_at": now}
    for one in range(1 + (number % 3 == 0)):
        yield from _life(f"{number:05}-{one}", whose, number, now, chance)
    yield LifecycleRecord, _case(number, whose, now, chance)


def _life(
    name: str, whose: dict[str, str], number: int, now: datetime, chance: random.Random
) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    trial, products = number % 11 == 0, chance.choice(PRODUCTS)
    lifecycle, subject = ("trial", f"T-{name}") if trial else ("subscription", f"sub-{name}")
    state = "trialing" if trial else chance.choice(["active"] * 9 + ["suspended"])
    yield (
        HubEntitlementRecord,
        whose
        | {
            "lifecycle": lifecycle,
            "subject": subject,
            "number": 1,
            "valid_from": now - KNOWN_FOR,
            "valid_until": None,
            "state": state,
            "products": dict(products),
            "added_on": (now - timedelta(days=number % 200)).date(),
            "ends_at": now + timedelta(days=chance.randint(1, 365)),
            "suspended_for": ["unpaid"] if state == "suspended" else [],
            "entitled_since": (now - KNOWN_FOR).date(),
        },
    )
    for product, bought in products.items():
        yield MeasuredRecord, {"lifecycle": lifecycle, "subject": subject, "product": product}
        for row in _usage(now, bought, chance):
            yield UsageRecord, row | {"lifecycle": lifecycle, "subject": subject, "product": product}
    if not trial:
        yield InvoiceRecord, _invoice(subject, now, number)


def _usage(now: datetime, bought: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Of thirteen weeks, one day each: what an import of every day would keep in the same places."""
    for week in range(13):
        assigned, used = chance.randint(0, int(bought * 1.1)), chance.randint(0, int(bought * 1.05))
        yield {
            "day": now.date() - week * USAGE_EVERY,
            "assigned": assigned,
            "used": used,
            "used_assigned": min(assigned, used),
            "purchased": None,
            "recorded_at": now,
        }


def _invoice(subject: str, now: datetime, number: int) -> dict[str, Any]:
    return {
        "subscription_id": subject,
        "invoice": f"I-{subject}",
        "issued_on": now.date(),
        "due_on": now.date(),
        "amount": "10",
        "currency": "JPY",
        "state": "paid",
        "paid_on": None,
        "auto_renew": number % 2 == 0,
        "recorded_at": now,
    }


def a_subscription(number: int, now: datetime) -> dict[str, Any]:
    """That an import knows."""
    whose = {"partner_id": PARTNER, "customer_id": f"c{number:05}"}
    return _open(whose, now) | {"lifecycle": "subscription", "subject": f"sub-{number:05}", "stage": "active"}


def usage_lines(subjects: int, days: int) -> Iterator[str]:
    """A file: a day after the other, as an export has it; two products of each subscription."""
    yield "id,day,product,assigned,used\n"
    for day in range(days):
        for number in range(subjects):
            for product in ("meetings", "calling"):
                assigned = 10 + (number + day) % 90
                yield f"sub-{number:05},{FIRST_DAY + timedelta(days=day)},{product},{assigned},{assigned // 2}\n"


def sign_in_lines(subjects: int, days: int) -> Iterator[str]:
    """A file: two administrators of each customer, each day."""
    yield "customer_id,day,administrator\n"
    for day in range(days):
        for number in range(subjects):
            for administrator in ("a-1", "a-2"):
                yield f"c{number:05},{FIRST_DAY + timedelta(days=day)},{administrator}\n"


def _case(number: int, whose: dict[str, str], now: datetime, chance: random.Random) -> dict[str, Any]:
    """Something that an operator sees, and the hub does not: a support case with a deadline."""
    shown, state = _received(now)
    own = {"subject": f"case-{number:05}", "next_deadline": now + timedelta(minutes=chance.randint(-600, 86_400))}
    return _open(whose, now) | shown | {"state": state} | whose | own


@cache
def _received(now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    start = STARTS["widget"]
    state = CaseState.received(OpenCase.model_validate(start.model_dump()), now)
    return columns_of(KINDS[state.lifecycle], state, "r-1", now), state.for_the_store().model_dump(mode="json")


def _open(whose: dict[str, str], now: datetime) -> dict[str, Any]:
    return whose | {
        "kind": "any",
        "open": True,
        "next_deadline": None,
        "attention": False,
        "run": "r-1",
        "sequence": 1,
        "state": {},
        "recorded_at": now,
    }

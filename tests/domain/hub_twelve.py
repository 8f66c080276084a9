"""Twelve customers, invented so that every reading of the hub's rules decides about one of them. Counted by hand.

It is Tuesday, 30 June 2026, 12:00 in Tokyo: 05:00 in Paris, and still Monday the 29th in Los Angeles (20:00).
90 days on: 30 June + 31 (July) + 31 (August) + 28 = 28 September. 90 days back: 1 April (29 + 31 + 30).
"""

from datetime import UTC, date, datetime
from typing import Any, Final

from domain.hub.customers import HubCustomer, Managed
from domain.hub.entitlements import Entitlement, EntitlementState
from domain.hub.lines import WEEKS, Line
from domain.lifecycle import Lifecycle
from domain.working_time import end_of_day
from tests.hub_rows import a_hub_customer, a_life, a_line

AT: Final = datetime(2026, 6, 30, 3, tzinfo=UTC)

TOKYO, PARIS, LOS_ANGELES = "Asia/Tokyo", "Europe/Paris", "America/Los_Angeles"

NAMES: Final = {
    "c01": "Akasaka Trading",
    "c02": "Bunkyo Press",
    "c03": "Chiyoda Foods",
    "c04": "Daikanyama Design",
    "c05": "Ebisu Brewing",
    "c06": "Fuchu Gardens",
    "c07": "Ginza Optics",
    "c08": "Hakone Railway",
    "c09": "Ise Pearls",
    "c10": "Kobe Leather",
    "c11": "Lyon Textiles",
    "c12": "Monterey Books",
}
ZONES: Final = {"c11": PARIS, "c12": LOS_ANGELES}
PARTNERS: Final = {"c02": "minato", "c12": "minato"}
"""Of all others it is hikari."""

OLD: Final = date(2025, 9, 29)
SUBSCRIPTION, TRIAL = Lifecycle.SUBSCRIPTION, Lifecycle.TRIAL


def weeks(*newest: int | None) -> tuple[int | None, ...]:
    """Of the weeks before, nothing is known."""
    return (*[None] * (WEEKS - len(newest)), *newest)


def of(
    customer: str,
    subject: str,
    product: str,
    counts: tuple[int, int, int],
    last_day: date | None,
    added_on: date = OLD,
    *,
    in_use: int | None = None,
    **changes: Any,
) -> Line:
    """`counts`: total, assigned, used; `in_use`: assigned and used, usually all that are used."""
    total, assigned, used = counts
    zone = ZONES.get(customer, TOKYO)
    usual: dict[str, Any] = {
        "lifecycle": TRIAL if subject.startswith("trial") else SUBSCRIPTION,
        "trial": subject.startswith("trial"),
        "partner_id": PARTNERS.get(customer, "hikari"),
        "customer_id": customer,
        "customer_name": NAMES[customer],
        "zone": zone,
        "product": product,
        "total": total,
        "assigned": assigned,
        "used": used,
        "used_assigned": used if in_use is None else in_use,
        "assigned_by_week": weeks(assigned),
        "used_by_week": weeks(used),
        "added_on": added_on,
        "ends_at": end_of_day(last_day, zone) if last_day else None,
    }
    return a_line(subject, **usual | changes)


LINES: Final = (
    # Renews on the 90th day. The second lowest of five peers: on the percentile, not below it.
    of("c01", "sub-01", "meetings", (100, 80, 60), date(2026, 9, 28), auto_renew=True, in_use=55,
       assigned_by_week=weeks(78, 80), used_by_week=weeks(70, 65, None, 60)),
    # Expires on the 90th day. Of the other partner, which has two customers with Meetings.
    of("c02", "sub-02", "meetings", (50, 50, 30), date(2026, 9, 28)),
    # Expires on the 91st day. The lowest of five peers. Beside it a Calling trial in grace, which counts nowhere.
    of("c03", "sub-03", "meetings", (40, 10, 5), date(2026, 9, 29), date(2025, 12, 31),
       assigned_by_week=weeks(12, 10)),
    of("c03", "trial-03", "calling", (5, 1, 0), date(2026, 6, 20), date(2026, 5, 1), active=False),
    # A trial on its last day, added on the 90th day back.
    of("c04", "trial-04", "meetings", (20, 20, 20), date(2026, 6, 30), date(2026, 4, 1),
       assigned_by_week=weeks(15, 20), used_by_week=weeks(22, 20)),
    # Over its licences; renews far from now; added on the 91st day back. A trial of Messaging ends in 5 days: no KPI.
    of("c05", "sub-05", "meetings", (30, 36, 33), date(2026, 10, 31), date(2026, 3, 31), auto_renew=True),
    of("c05", "trial-05", "messaging", (10, 1, 1), date(2026, 7, 5), date(2026, 6, 1)),
    # Messaging only: in no KPI, though it expires, is new, is over, and is low.
    of("c06", "sub-06", "messaging", (10, 12, 1), date(2026, 7, 10), date(2026, 6, 20)),
    # No licences, no end, added today.
    of("c07", "sub-07", "meetings", (0, 0, 0), None, date(2026, 6, 30),
       assigned_by_week=weeks(0), used_by_week=weeks(0)),
    # The lowest of four peers: fewer than five, so it is the 50 % that it lies below.
    of("c08", "sub-08", "calling", (60, 29, 20), date(2026, 7, 15), date(2026, 1, 15), in_use=18,
       assigned_by_week=weeks(None, 29), used_by_week=weeks(41, 20, 20)),
    # Exactly 50 %: not below. Renews in 30 days.
    of("c09", "sub-09", "calling", (40, 20, 12), date(2026, 7, 30), auto_renew=True),
    # A Calling trial with more assigned than it has; a Meetings subscription that is suspended.
    of("c10", "trial-10", "calling", (25, 30, 10), date(2026, 9, 8), date(2026, 6, 10),
       assigned_by_week=weeks(31, 30), used_by_week=weeks(4, 10)),
    of("c10", "sub-10", "meetings", (80, 2, 0), date(2026, 7, 1), active=False),
    # One subscription with both products, on its 90th day in Paris.
    of("c11", "sub-11", "meetings", (10, 9, 9), date(2026, 9, 28)),
    of("c11", "sub-11", "calling", (12, 12, 0), date(2026, 9, 28)),
    # In Los Angeles the 28th is 91 days away and the 27th is 90; 1 April lies 89 days back. 9 of 20 are assigned.
    of("c12", "sub-12a", "meetings", (10, 2, 4), date(2026, 9, 28), date(2026, 4, 1), in_use=1,
       assigned_by_week=weeks(5, 2), used_by_week=weeks(4, 4)),
    of("c12", "sub-12b", "meetings", (10, 7, 6), date(2026, 9, 27), date(2025, 9, 28), auto_renew=True),
)  # fmt: skip


def life_of(line: Line) -> Entitlement:
    """As the line is: suspended or in grace where it does not run."""
    running = EntitlementState.TRIALING if line.trial else EntitlementState.ACTIVE
    stopped = EntitlementState.GRACE if line.trial else EntitlementState.SUSPENDED
    return a_life(
        line.subject,
        lifecycle=line.lifecycle,
        partner_id=line.partner_id,
        customer_id=line.customer_id,
        state=running if line.active else stopped,
        products={one.product: one.total for one in LINES if one.subject == line.subject},
        added_on=line.added_on,
        ends_at=line.ends_at,
        suspended_for=() if line.active or line.trial else ("compliance", "unpaid"),
    )


ORDERED: Final = a_life(
    "SO-07", lifecycle=Lifecycle.ORDER, customer_id="c07", state=EntitlementState.PENDING_ACTIVE, ends_at=None
)
"""Of c07: its site is not built yet."""

SIGNED_IN: Final = {
    "c02": None,  # never, and known for long
    "c03": date(2026, 4, 1),  # 90 days ago
    "c04": date(2026, 4, 2),  # 89 days ago
}
"""Of all others it was yesterday."""


def customer_of(customer: str) -> HubCustomer:
    """With its lives."""
    lines = [line for line in LINES if line.customer_id == customer]
    entitlements = {line.subject: life_of(line) for line in lines}
    return a_hub_customer(
        customer,
        partner_id=PARTNERS.get(customer, "hikari"),
        name=NAMES[customer],
        zone=ZONES.get(customer, TOKYO),
        managed=Managed.OWN if customer in {"c07", "c12"} else Managed.EXTERNAL,
        entitlements=(*entitlements.values(), *([ORDERED] if customer == "c07" else [])),
        overused=tuple(line.subject for line in lines if line.used > line.total),
        auto_renewing=tuple(line.subject for line in lines if line.auto_renew),
        last_sign_in=SIGNED_IN.get(customer, date(2026, 6, 29)),
        known_since=datetime(2025, 9, 1, tzinfo=UTC),
        tags=(),
    )


CUSTOMERS: Final = tuple(map(customer_of, NAMES))

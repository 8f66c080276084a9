"""Makers of what the hub reads: one of each, of which a test says only what matters to it."""

from datetime import UTC, date, datetime
from typing import Any

from domain.hub.calls import EndpointCalls, WeekOfCalls
from domain.hub.customers import HubCustomer, Managed
from domain.hub.entitlements import Entitlement, EntitlementState
from domain.hub.lines import WEEKS, Line
from domain.hub.users import HubUser
from domain.lifecycle import Lifecycle
from domain.permissions import PartnerRole
from domain.values import Language

SUNDAY = date(2026, 11, 22)
"""It ends a week; the one before it ended on the 15th."""

MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)


def a_life(subject: str = "sub-SO-100001", **changes: Any) -> Entitlement:
    """An active subscription of 25 Meetings licences."""
    given: dict[str, Any] = {
        "lifecycle": Lifecycle.SUBSCRIPTION,
        "subject": subject,
        "partner_id": "hikari",
        "customer_id": "akasaka",
        "state": EntitlementState.ACTIVE,
        "products": {"meetings": 25},
        "added_on": date(2026, 6, 1),
        "ends_at": datetime(2027, 5, 31, 15, tzinfo=UTC),
        "valid_from": datetime(2026, 6, 1, 1, tzinfo=UTC),
    }
    return Entitlement(**given | changes)


def a_hub_customer(customer_id: str = "akasaka", **changes: Any) -> HubCustomer:
    """With one subscription."""
    given: dict[str, Any] = {
        "partner_id": "hikari",
        "customer_id": customer_id,
        "name": "赤坂商事",
        "country": "JP",
        "zone": "Asia/Tokyo",
        "managed": Managed.EXTERNAL,
        "entitlements": (a_life(customer_id=customer_id),),
        "overused": (),
        "last_sign_in": date(2026, 11, 20),
        "known_since": datetime(2026, 6, 1, 1, tzinfo=UTC),
        "tags": ("pilot",),
    }
    return HubCustomer(**given | changes)


def a_line(subject: str = "sub-SO-100001", **changes: Any) -> Line:
    """25 Meetings licences, of which 20 are assigned and 15 used."""
    given: dict[str, Any] = {
        "lifecycle": Lifecycle.SUBSCRIPTION,
        "subject": subject,
        "partner_id": "hikari",
        "customer_id": "akasaka",
        "customer_name": "赤坂商事",
        "zone": "Asia/Tokyo",
        "product": "meetings",
        "trial": False,
        "active": True,
        "total": 25,
        "assigned": 20,
        "used": 15,
        "used_assigned": 15,
        "added_on": date(2026, 6, 1),
        "ends_at": datetime(2027, 5, 31, 15, tzinfo=UTC),
        "auto_renew": False,
    }
    given |= changes
    earlier = [None] * (WEEKS - 1)
    known = {f"{name}_by_week": (*earlier, given[name]) for name in ("assigned", "used")}
    return Line(**known | given)


def a_week_of_calls(customer_id: str = "akasaka", week: date = SUNDAY, **changes: Any) -> WeekOfCalls:
    """300 calls, 12 of them of low quality."""
    given: dict[str, Any] = {
        "customer_id": customer_id,
        "week": week,
        "users": 20,
        "callers": 15,
        "calls": 300,
        "minutes": 900,
        "low_quality": 12,
        "endpoints": {"desk_phone": EndpointCalls(calls=300, low_quality=12)},
        "features": {"call_queue": 40},
    }
    return WeekOfCalls(**given | changes)


def a_hub_user(*roles: str, partner_id: str | None = "hikari", assigned: tuple[str, ...] = ()) -> HubUser:
    """A full administrator, unless it is said otherwise."""
    return HubUser(
        user_id="ken",
        partner_id=partner_id,
        roles=roles or (PartnerRole.FULL_ADMINISTRATOR,),
        name="Ken Sato",
        email="ken.sato@hikari.example.com",
        language=Language.JAPANESE,
        zone="Asia/Tokyo",
        active=True,
        accepted_terms_at=None,
        assigned=frozenset(assigned),
    )

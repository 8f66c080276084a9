"""What the hub knows of one order, subscription or trial at an instant, and nothing that depends on the time. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.lifecycle import Lifecycle


class EntitlementState(StrEnum):
    """How the hub sees it. TMF637."""

    PENDING_ACTIVE = "pending_active"
    """A new order shipped, and its subscription has not begun; a trial, or what a wholesale customer was given, that
    nobody can use yet. HUB-15."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    TRIALING = "trialing"
    GRACE = "expired_grace"
    OVER = "over"
    """Terminated, lapsed, converted, being deprovisioned. What was cancelled is in no list, and neither is an order
    whose subscription has begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """From `valid_from` on, until something else happened to it."""

    lifecycle: Lifecycle
    """Order, subscription, trial or wholesale."""

    subject: str
    partner_id: str
    """Who faces the customer."""

    customer_id: str
    state: EntitlementState
    products: Mapping[str, int]
    """Licences by product: what is entitled now, as it was ordered. AMB-19."""

    added_on: date
    """First local day; of what is pending, the day on which it was ordered."""

    ends_at: datetime | None
    """The end of its last day: of a subscription the renewal date, of a trial E. None: it has none (yet)."""

    suspended_for: tuple[str, ...] = ()
    """Reasons, sorted. AMB-42."""

    entitled_since: date | None = None
    """Since which local day it is so: what the vendor said of licences before is older news. None: from the start."""

    valid_from: datetime

    @property
    def trial(self) -> bool:
        """Is it a trial?"""
        return self.lifecycle == Lifecycle.TRIAL

"""A customer as one partner sees it. HUB-10 to HUB-18, HUB-30. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.hub.entitlements import Entitlement


class Managed(StrEnum):
    """How the partner stands to the organization. HUB-30."""

    EXTERNAL = "external"
    """It manages the organization as an external administrator."""

    OWN = "own"
    """The organization is part of the partner's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubCustomer:
    """What statuses and filters are derived from; never what they are: those depend on the time."""

    partner_id: str
    customer_id: str
    name: str
    country: str
    zone: str
    managed: Managed
    entitlements: tuple[Entitlement, ...]
    """Those of this partner, over ones too, so that an expired customer is still known."""

    overused: tuple[str, ...]
    """Subscriptions that use more licences than were purchased. HUB-13, AMB-19."""

    auto_renewing: tuple[str, ...] = ()
    """Subscriptions set to be renewed by themselves: they renew, and do not expire. AMB-23."""

    last_sign_in: date | None
    """Of any of its administrators, UTC. HUB-14."""

    sign_ins_known: bool = True
    """Was a sign-in of anybody, whichever customer's, imported by then? If none was, having none says nothing; nor has
    a partner a right to know before another organization consents to a trial. TRL-20, TRL-25."""

    known_since: datetime
    tags: tuple[str, ...] = ()
    """Sorted. HUB-20."""

    subscription_tags: tuple[tuple[str, str], ...] = ()
    """Subscription and tag, sorted."""

"""What the start of a lifecycle says of the customer, and of the partner who started it. HUB-30. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from domain.hub.customers import Managed
from domain.hub.history import History
from domain.lifecycle import Lifecycle
from domain.wholesale.standing import NAME
from domain.wholesale.states import WholesaleEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class HubStart:
    """Names are as they were given there; no person's."""

    partner_id: str
    customer_id: str
    name: str
    country: str
    zone: str
    own: bool
    """Is it the partner's own organization? WHS-07."""

    started_at: datetime


def start_of(history: History) -> HubStart | None:
    """None: a subscription has none of its own, its orders have."""
    said = STARTS.get(history.lifecycle)
    if said is None or not history.placed:
        return None
    return HubStart(**said(history), started_at=history.opened_at or history.recorded_at)


def _of_an_order(history: History) -> dict[str, Any]:
    return _whose(history.placed["reselling_partner"] or history.placed["ordering_partner"], history)


def _of_a_trial(history: History) -> dict[str, Any]:
    return _whose(history.placed["partner"], history)


def _whose(partner: Mapping[str, Any], history: History) -> dict[str, Any]:
    customer = history.placed["customer"]
    return {
        "partner_id": partner["id"],
        "customer_id": customer["id"],
        "name": customer["company"],
        "country": customer["country"],
        "zone": customer["zone"],
        "own": customer["id"] == partner["id"],
    }


def _of_a_wholesale_customer(history: History) -> dict[str, Any]:
    """Its country follows the billing address. WHS-31."""
    moves = [event.data["country"] for event in history.events if event.type == WholesaleEvent.ADDRESS_CHANGED]
    return {
        "partner_id": history.placed["partner"]["id"],
        "customer_id": history.subject,
        "name": history.placed["name"],
        "country": moves[-1] if moves else history.placed["billing_address"]["country"],
        "zone": history.state.zone,
        "own": history.placed["own_organization"] or history.subject == history.placed["partner"]["id"],
    }


STARTS: Final[Mapping[Lifecycle, Callable[[History], dict[str, Any]]]] = {
    Lifecycle.ORDER: _of_an_order,
    Lifecycle.TRIAL: _of_a_trial,
    NAME: _of_a_wholesale_customer,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCustomer:
    """What a list says of a customer of a partner, whatever its entitlements."""

    name: str
    country: str
    zone: str
    managed: Managed


def known_as(partner_id: str, customer_id: str, starts: Iterable[HubStart]) -> KnownCustomer:
    """As the newest start of this partner has it, or of any other, if this one has started nothing.

    `starts`: all of the customer. The organization is the partner's own if one start of this partner says so.
    """
    by_age = sorted(starts, key=lambda start: start.started_at)
    ours = [start for start in by_age if start.partner_id == partner_id]
    newest = next(reversed(ours or by_age), None)
    own = customer_id == partner_id or any(start.own for start in ours)
    return KnownCustomer(
        name=newest.name if newest else customer_id,
        country=newest.country if newest else "",
        zone=newest.zone if newest else "UTC",
        managed=Managed.OWN if own else Managed.EXTERNAL,
    )

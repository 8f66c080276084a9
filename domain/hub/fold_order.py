"""A new order, as the hub has it: from shipping until its subscription begins. HUB-15. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from domain.construct import constructed
from domain.events import Event
from domain.hub.entitlements import Entitlement, EntitlementState
from domain.hub.history import Catalogue, Folding, History
from domain.hub.products import licences_of
from domain.order.messages import OrderItem
from domain.order.states import SHIPPED, OrderEvent, Stage

BEGAN: Final = "hub.subscription_began"
"""What the subscription is now, the order is no longer. ORD-21."""

NOTHING: Final = frozenset({BEGAN, OrderEvent.CANCELLED, OrderEvent.COMPLIANCE_REFUSED})


def items_of(placed: Mapping[str, Any]) -> tuple[OrderItem, ...]:
    """Of an order as it was placed."""
    return tuple(constructed(OrderItem, item) for item in placed.get("items", ()))


def _after(entitlement: Entitlement | None, event: Event, history: History, catalogue: Catalogue) -> Entitlement | None:
    if event.type in NOTHING:
        return None
    if event.type == OrderEvent.SHIPPED and not history.state.is_renewal:
        return _shipped(event, history, catalogue)
    if event.type == OrderEvent.GRADUATED:
        return entitlement and replace(entitlement, state=EntitlementState.OVER)
    return entitlement


def _shipped(event: Event, history: History, catalogue: Catalogue) -> Entitlement:
    """A renewal never has one: its subscription goes on meanwhile."""
    state, bought = history.state, licences_of(items_of(history.placed), catalogue)
    return history.pending(state.facing_partner_id, bought, since=event.occurred_at, ordered_at=state.placed_at)


def _as_it_stands(entitlement: Entitlement, history: History) -> Entitlement | None:
    began = history.began_at is not None and history.began_at <= history.stands_at
    if history.state.is_renewal or began:
        return None
    if history.state.stage is Stage.COMPLETED:
        return replace(entitlement, state=EntitlementState.OVER)
    return replace(entitlement, state=EntitlementState.PENDING_ACTIVE) if history.state.stage in SHIPPED else None


def _beside(history: History) -> Iterable[Event]:
    if history.began_at is not None:
        yield Event(sequence=0, type=BEGAN, occurred_at=history.began_at)


EVENTS: Final = frozenset(
    {OrderEvent.SHIPPED, OrderEvent.GRADUATED, OrderEvent.CANCELLED, OrderEvent.COMPLIANCE_REFUSED}
)

ORDER: Final = Folding(events=EVENTS, after=_after, as_it_stands=_as_it_stands, beside=_beside)

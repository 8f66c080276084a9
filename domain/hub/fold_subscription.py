"""A subscription, as the hub has it: its partner, its term, its licences, what suspends it. domain.md §3. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from domain.events import Event
from domain.hub.entitlements import Entitlement, EntitlementState
from domain.hub.history import Catalogue, Folding, History
from domain.hub.products import licences_of
from domain.subscription.states import SubscriptionEvent, SubscriptionStage
from domain.working_time import local_day, start_of_day

ACTIVATED: Final = "subscription.activated"
RENEWED: Final = "subscription.renewed"
PARTNER_CHANGED: Final = "subscription.partner_changed"

TERM_BEGAN: Final = "hub.term_began"
"""A renewal that is completed before the renewal date buys for the term that begins then. AMB-54."""

OF_A_STAGE: Final = {
    SubscriptionStage.ACTIVE: EntitlementState.ACTIVE,
    SubscriptionStage.SUSPENDED: EntitlementState.SUSPENDED,
    SubscriptionStage.TERMINATED: EntitlementState.OVER,
}


def _after(entitlement: Entitlement | None, event: Event, history: History, catalogue: Catalogue) -> Entitlement | None:
    if event.type == ACTIVATED:
        return _activated(event, history, catalogue)
    if entitlement is None:
        return None
    match event.type:
        case SubscriptionEvent.SUSPENDED | SubscriptionEvent.REASON_ADDED:
            return _suspended_for(entitlement, {*entitlement.suspended_for, event.data["why"]})
        case SubscriptionEvent.SUSPENSION_LIFTED | SubscriptionEvent.REASON_LIFTED:
            return _suspended_for(entitlement, set(entitlement.suspended_for) - {event.data["why"]})
        case SubscriptionEvent.TERMINATED:
            return replace(entitlement, state=EntitlementState.OVER)
    return _renewed(entitlement, event, history, catalogue)


def _renewed(entitlement: Entitlement, event: Event, history: History, catalogue: Catalogue) -> Entitlement:
    if event.type == RENEWED:
        return replace(entitlement, ends_at=history.state.end_of(date.fromisoformat(event.data["renewal_date"])))
    if event.type == TERM_BEGAN:
        return replace(
            entitlement,
            products=_bought(history, event.data["order"], catalogue),
            entitled_since=date.fromisoformat(event.data["begins_on"]),
        )
    return replace(entitlement, partner_id=event.data["partner"]) if event.type == PARTNER_CHANGED else entitlement


def _activated(event: Event, history: History, catalogue: Catalogue) -> Entitlement:
    order = event.data["order"]
    bought = history.orders.get(order)
    began_at = bought.built_at if bought and bought.built_at else event.occurred_at
    first_day = local_day(began_at, history.state.rules)
    return Entitlement(
        lifecycle=history.lifecycle,
        subject=history.subject,
        partner_id=_first_partner(history),
        customer_id=history.state.customer_id,
        state=EntitlementState.ACTIVE,
        products=_bought(history, order, catalogue),
        entitled_since=first_day,
        added_on=first_day,
        ends_at=history.state.end_of(date.fromisoformat(event.data["renewal_date"])),
        valid_from=event.occurred_at,
    )


def _first_partner(history: History) -> str:
    """Who faced the customer before it changed. AMB-59."""
    changes = (event.data["was"] for event in history.events if event.type == PARTNER_CHANGED)
    return next(changes, history.state.partner_id)


def _bought(history: History, order: str, catalogue: Catalogue) -> dict[str, int]:
    """Licences of its newest term. AMB-19."""
    bought = history.orders.get(order)
    return licences_of(bought.items, catalogue) if bought else {}


def _suspended_for(entitlement: Entitlement, reasons: set[str]) -> Entitlement:
    """It is active again when none is left. AMB-42."""
    state = EntitlementState.SUSPENDED if reasons else EntitlementState.ACTIVE
    return replace(entitlement, state=state, suspended_for=tuple(sorted(reasons)))


def _as_it_stands(entitlement: Entitlement, history: History) -> Entitlement:
    state = history.state
    return replace(
        entitlement,
        state=OF_A_STAGE[state.stage],
        partner_id=state.partner_id,
        ends_at=state.suspends_at,
        suspended_for=tuple(sorted(map(str, state.suspended_for))),
    )


def _beside(history: History) -> Iterable[Event]:
    """When the term of each renewal begins: on its day, or at once if that is over."""
    for event in history.events:
        if event.type == RENEWED:
            begins_at = start_of_day(date.fromisoformat(event.data["begins_on"]), history.state.rules)
            at = max(event.occurred_at, begins_at)
            yield event.model_copy(update={"type": TERM_BEGAN, "occurred_at": at})


EVENTS: Final = frozenset({*SubscriptionEvent, ACTIVATED, RENEWED, PARTNER_CHANGED})

SUBSCRIPTION: Final = Folding(events=EVENTS, after=_after, as_it_stands=_as_it_stands, beside=_beside)

"""A wholesale customer, as the hub has it: what of its packages is there, until it is deprovisioned. WHS-10. Pure."""

from dataclasses import replace
from typing import Final

from domain.events import Event
from domain.hub.entitlements import Entitlement, EntitlementState
from domain.hub.history import Catalogue, Folding, History
from domain.hub.products import packaged
from domain.wholesale.states import WholesaleEvent, WholesaleStage
from domain.working_time import local_day

ONBOARDED: Final = "wholesale.onboarded"

USABLE: Final = frozenset({WholesaleEvent.PROVISIONED, WholesaleEvent.PROVISIONED_WITH_ERRORS})
"""Something of it is there."""

THERE: Final = frozenset({WholesaleStage.PROVISIONED, WholesaleStage.PROVISIONED_WITH_ERRORS})


def _after(entitlement: Entitlement | None, event: Event, history: History, catalogue: Catalogue) -> Entitlement | None:
    if event.type == ONBOARDED:
        return _onboarded(event, history, catalogue)
    if event.type == WholesaleEvent.DEPROVISIONED:
        return None
    return entitlement and _going_on(entitlement, event, history, catalogue)


def _going_on(entitlement: Entitlement, event: Event, history: History, catalogue: Catalogue) -> Entitlement:
    match event.type:
        case WholesaleEvent.PROVISIONED | WholesaleEvent.PROVISIONED_WITH_ERRORS:
            return _usable(entitlement, event, history)
        case WholesaleEvent.FAILED:
            return replace(entitlement, state=EntitlementState.PENDING_ACTIVE)
        case WholesaleEvent.DEPROVISIONING:
            return replace(entitlement, state=EntitlementState.OVER)
        case WholesaleEvent.QUANTITIES_CHANGED:
            today = local_day(event.occurred_at, history.state.rules)
            products = packaged(_quantities(history, event), catalogue)
            return replace(entitlement, products=products, entitled_since=today)
    return entitlement


def _onboarded(event: Event, history: History, catalogue: Catalogue) -> Entitlement:
    given = packaged(_at_first(history), catalogue)
    return history.pending(history.state.partner_id, given, since=event.occurred_at)


def _at_first(history: History) -> dict[str, int]:
    """How many of each package and add-on could be assigned."""
    return {**history.placed["packages"], **history.placed["add_ons"]}


def _usable(entitlement: Entitlement, event: Event, history: History) -> Entitlement:
    """Added on the first day on which something could be used."""
    first = next(known for known in history.events if known.type in USABLE)
    added_on = local_day(min(first.occurred_at, event.occurred_at), history.state.rules)
    return replace(entitlement, state=EntitlementState.ACTIVE, added_on=added_on)


def _quantities(history: History, until: Event) -> dict[str, int]:
    """What could be assigned once all that was changed until then had been changed. WHS-12."""
    known = _at_first(history)
    for event in history.events:
        if event.type == WholesaleEvent.QUANTITIES_CHANGED and event.occurred_at <= until.occurred_at:
            known |= _given(event.data.get("quantities", ""))
            for name in event.data.get("removed", "").split(", "):
                known.pop(name, None)
    return known


def _given(quantities: str) -> dict[str, int]:
    """Of `webex_calling 25, attendant_console 3`."""
    each = (one.rpartition(" ") for one in quantities.split(", ") if one)
    return {name: int(most) for name, _, most in each}


def _as_it_stands(entitlement: Entitlement, history: History) -> Entitlement | None:
    stage = history.state.stage
    if stage is WholesaleStage.DEPROVISIONED:
        return None
    if stage is WholesaleStage.DEPROVISIONING:
        return replace(entitlement, state=EntitlementState.OVER)
    if stage in THERE:
        return replace(entitlement, state=EntitlementState.ACTIVE)
    return replace(entitlement, state=EntitlementState.PENDING_ACTIVE) if stage is WholesaleStage.ERROR else entitlement


EVENTS: Final = frozenset({*WholesaleEvent, ONBOARDED})

WHOLESALE: Final = Folding(events=EVENTS, after=_after, as_it_stands=_as_it_stands)

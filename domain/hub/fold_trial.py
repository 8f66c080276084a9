"""A trial, as the hub has it: not in use yet, in use until E, in grace, over. domain.md §5. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from domain.events import Event
from domain.hub.entitlements import Entitlement, EntitlementState
from domain.hub.history import Catalogue, Folding, History
from domain.hub.products import tried
from domain.trial.messages import Service
from domain.trial.states import TrialEvent, TrialStage
from domain.working_time import end_of_day, local_day

NOTHING: Final = frozenset(
    {TrialEvent.CANCELLED, TrialEvent.CONSENT_DECLINED, TrialEvent.CONSENT_LAPSED, TrialEvent.WITHDRAWN}
)
"""The customer is not in the list because of it any more. TRL-30, TRL-31, AMB-10, AMB-12."""

OF_A_STAGE: Final[Mapping[TrialStage, EntitlementState | None]] = {
    TrialStage.ACKNOWLEDGED: None,
    TrialStage.AWAITING_CONSENT: EntitlementState.PENDING_ACTIVE,
    TrialStage.AWAITING_DETAILS: EntitlementState.PENDING_ACTIVE,
    TrialStage.PROVISIONING: EntitlementState.PENDING_ACTIVE,
    TrialStage.TRIALING: EntitlementState.TRIALING,
    TrialStage.EXPIRED_GRACE: EntitlementState.GRACE,
    TrialStage.CONVERTED: EntitlementState.OVER,
    TrialStage.LAPSED: EntitlementState.OVER,
    TrialStage.NUMBERS_RETAINED: EntitlementState.OVER,
    TrialStage.NUMBERS_RELEASED: EntitlementState.OVER,
    TrialStage.CANCELLED: None,
}


def _after(
    entitlement: Entitlement | None, event: Event, history: History, _catalogue: Catalogue
) -> Entitlement | None:
    if event.type in NOTHING:
        return None
    if event.type in {TrialEvent.PROVISIONING_STARTED, TrialEvent.CONSENT_REQUESTED}:
        return _begun(event.occurred_at, history)
    if event.type == TrialEvent.ACTIVATED:
        return _activated(entitlement or _begun(event.occurred_at, history), event, history)
    return entitlement and _running(entitlement, event, history)


def _begun(at: datetime, history: History) -> Entitlement:
    given = tried(map(Service, history.placed["services"]), history.placed["licences"])
    return history.pending(history.state.partner_id, given, since=at)


def _activated(entitlement: Entitlement, event: Event, history: History) -> Entitlement:
    """In use from this day on; E is so many days later. AMB-6."""
    today = local_day(event.occurred_at, history.state.rules)
    ends_at = end_of_day(today + timedelta(days=history.state.days), history.state.rules)
    return replace(entitlement, state=EntitlementState.TRIALING, added_on=today, entitled_since=today, ends_at=ends_at)


def _running(entitlement: Entitlement, event: Event, history: History) -> Entitlement:
    match event.type:
        case TrialEvent.EXTENDED:
            return replace(
                entitlement, state=EntitlementState.TRIALING, ends_at=_end_of(event.data["expires_on"], history)
            )
        case TrialEvent.EDITED:
            services = map(Service, event.data["services"].split(", "))
            return replace(
                entitlement,
                products=tried(services, history.placed["licences"]),
                entitled_since=local_day(event.occurred_at, history.state.rules),
            )
        case TrialEvent.EXPIRED:
            return replace(entitlement, state=EntitlementState.GRACE)
        case TrialEvent.CONVERTED | TrialEvent.GRACE_ENDED:
            return replace(entitlement, state=EntitlementState.OVER)
    return entitlement


def _end_of(day: str, history: History) -> datetime:
    return end_of_day(date.fromisoformat(day), history.state.rules)


def _as_it_stands(entitlement: Entitlement, history: History) -> Entitlement | None:
    """Its services are not asked for: the store knows of those that are about to be added before they are."""
    state = OF_A_STAGE[history.state.stage]
    if state is None:
        return None
    return replace(entitlement, state=state, ends_at=history.state.expires_at)


EVENTS: Final = frozenset(TrialEvent)

TRIAL: Final = Folding(events=EVENTS, after=_after, as_it_stands=_as_it_stands)

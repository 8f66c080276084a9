"""A trial, as the hub has it: not in use yet, in use until E, in grace, over. domain.md §5. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from domain.events import Event
from domain.hub.history import Catalogue, Folding, History
from domain.hub.lives import Life, LifeState
from domain.hub.products import tried
from domain.trial.messages import Service
from domain.trial.states import TrialEvent, TrialStage
from domain.working_time import end_of_day, local_day

NOTHING: Final = frozenset(
    {TrialEvent.CANCELLED, TrialEvent.CONSENT_DECLINED, TrialEvent.CONSENT_LAPSED, TrialEvent.WITHDRAWN}
)
"""The customer is not in the list because of it any more. TRL-30, TRL-31, AMB-10, AMB-12."""

OF_A_STAGE: Final[Mapping[TrialStage, LifeState | None]] = {
    TrialStage.ACKNOWLEDGED: None,
    TrialStage.AWAITING_CONSENT: LifeState.PENDING_ACTIVE,
    TrialStage.AWAITING_DETAILS: LifeState.PENDING_ACTIVE,
    TrialStage.PROVISIONING: LifeState.PENDING_ACTIVE,
    TrialStage.TRIALING: LifeState.TRIALING,
    TrialStage.EXPIRED_GRACE: LifeState.GRACE,
    TrialStage.CONVERTED: LifeState.OVER,
    TrialStage.LAPSED: LifeState.OVER,
    TrialStage.NUMBERS_RETAINED: LifeState.OVER,
    TrialStage.NUMBERS_RELEASED: LifeState.OVER,
    TrialStage.CANCELLED: None,
}


def _after(life: Life | None, event: Event, history: History, _catalogue: Catalogue) -> Life | None:
    if event.type in NOTHING:
        return None
    if event.type in {TrialEvent.PROVISIONING_STARTED, TrialEvent.CONSENT_REQUESTED}:
        return _begun(event.occurred_at, history)
    if event.type == TrialEvent.ACTIVATED:
        return _activated(life or _begun(event.occurred_at, history), event, history)
    return life and _running(life, event, history)


def _begun(at: datetime, history: History) -> Life:
    given = tried(map(Service, history.placed["services"]), history.placed["licences"])
    return history.pending(history.state.partner_id, given, since=at)


def _activated(life: Life, event: Event, history: History) -> Life:
    """In use from this day on; E is so many days later. AMB-6."""
    today = local_day(event.occurred_at, history.state.rules)
    ends_at = end_of_day(today + timedelta(days=history.state.days), history.state.rules)
    return replace(life, state=LifeState.TRIALING, added_on=today, entitled_since=today, ends_at=ends_at)


def _running(life: Life, event: Event, history: History) -> Life:
    match event.type:
        case TrialEvent.EXTENDED:
            return replace(life, state=LifeState.TRIALING, ends_at=_end_of(event.data["expires_on"], history))
        case TrialEvent.EDITED:
            services = map(Service, event.data["services"].split(", "))
            return replace(
                life,
                products=tried(services, history.placed["licences"]),
                entitled_since=local_day(event.occurred_at, history.state.rules),
            )
        case TrialEvent.EXPIRED:
            return replace(life, state=LifeState.GRACE)
        case TrialEvent.CONVERTED | TrialEvent.GRACE_ENDED:
            return replace(life, state=LifeState.OVER)
    return life


def _end_of(day: str, history: History) -> datetime:
    return end_of_day(date.fromisoformat(day), history.state.rules)


def _as_it_stands(life: Life, history: History) -> Life | None:
    """Its services are not asked for: the store knows of those that are about to be added before they are."""
    state = OF_A_STAGE[history.state.stage]
    if state is None:
        return None
    return replace(life, state=state, ends_at=history.state.expires_at)


EVENTS: Final = frozenset(TrialEvent)

TRIAL: Final = Folding(events=EVENTS, after=_after, as_it_stands=_as_it_stands)

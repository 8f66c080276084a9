"""Trials of a customer: how they stand, what may be done; one to be started when none runs. HUB-41."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from domain.hub.days import days_to, last_day
from domain.hub.entitlements import Entitlement, EntitlementState
from domain.lifecycle import Lifecycle, LifecycleState
from domain.lifecycles import KINDS
from domain.permissions import Right, may_send
from domain.trial.state import TrialState
from domain.trial.states import TrialStage
from domain.view import LifecycleView
from web.addresses import act_page, start_page
from web.hub.asked import Asked
from web.hub.chips import Chip, days_left, state_chip
from web.hub.others import stage_chip
from web.hub.subscriptions import LicenceRow, licences_of
from web.reader import Reader

ACTIONS: Final = ("give_details", "extend", "edit_services", "convert", "resend", "withdraw", "cancel")
"""In this order; what is possible now, its own view says. TRL-29, TRL-50 to TRL-67, TRL-30."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A button: it leads to the page of an update."""

    name: str
    href: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialCard:
    """One that runs, waits or is in grace."""

    entitlement: Entitlement
    state: Chip
    ends_on: str
    left: str
    services: list[tuple[str, int | None]]
    """Each with its days left. AMB-44."""

    licences: list[LicenceRow]
    number: int | None
    """Of licences for each service. TRL-13."""

    consent_until: datetime | None
    grace_ends_on: str
    actions: list[Action]
    workflow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTrial:
    """One that is over."""

    entitlement: Entitlement
    stage: Chip
    """As what it ended."""

    products: str
    ended_on: str


def trials_tab(asked: Asked) -> dict[str, Any]:
    """Running ones as cards, earlier ones as a list, the newest first."""
    trials = sorted(
        (each for each in asked.customer.entitlements if each.trial),
        key=lambda entitlement: entitlement.added_on,
        reverse=True,
    )
    subjects = [each.subject for each in trials] if asked.answer.basis.now else []
    states = asked.world.store.states(Lifecycle.TRIAL, subjects)
    over = [each for each in trials if each.state is EntitlementState.OVER]
    return {
        "cards": [_card(asked, each, states.get(each.subject)) for each in trials if each not in over],
        "past": [_past(asked, each, states.get(each.subject)) for each in over],
        "may_start": asked.may(Right.START_TRIAL),
        "start": start_page("trial", customer=asked.customer.customer_id),
    }


def _past(asked: Asked, entitlement: Entitlement, state: LifecycleState | None) -> PastTrial:
    products = [asked.reader.word("hub.product", product) for product in entitlement.products]
    return PastTrial(
        entitlement=entitlement,
        stage=stage_chip(entitlement.lifecycle, state.stage, asked.reader)
        if state
        else state_chip(entitlement, asked.reader),
        products=", ".join(products),
        ended_on=asked.reader.day(last_day(entitlement.ends_at, asked.customer.zone) if entitlement.ends_at else None),
    )


def _card(asked: Asked, entitlement: Entitlement, state: LifecycleState | None) -> TrialCard:
    zone, reader = asked.customer.zone, asked.reader
    trial = state if isinstance(state, TrialState) else None
    view = KINDS[Lifecycle.TRIAL].view(trial, asked.now) if trial else None
    left = days_to(entitlement.ends_at, asked.now, zone)
    return TrialCard(
        entitlement=entitlement,
        state=_state(entitlement, trial, reader),
        ends_on=reader.day(last_day(entitlement.ends_at, zone) if entitlement.ends_at else None),
        left=days_left(entitlement, asked.now, zone, reader),
        services=[(reader.word("hub.service", service), left) for service in (trial.services if trial else ())],
        licences=licences_of(asked, entitlement),
        number=trial.licences if trial else None,
        consent_until=_consent_until(view),
        grace_ends_on=_grace_ends_on(entitlement, trial, zone, reader),
        actions=_actions(asked, entitlement, view),
        workflow=asked.workflow(entitlement.lifecycle, entitlement.subject),
    )


def _state(entitlement: Entitlement, trial: TrialState | None, reader: Reader) -> Chip:
    """Of one that is not in use yet, what it waits for."""
    if trial is not None and entitlement.state is EntitlementState.PENDING_ACTIVE:
        return stage_chip(entitlement.lifecycle, trial.stage, reader)
    return state_chip(entitlement, reader)


def _grace_ends_on(entitlement: Entitlement, trial: TrialState | None, zone: str, reader: Reader) -> str:
    if trial is None or entitlement.state is not EntitlementState.GRACE or trial.grace_ends_at is None:
        return ""
    return reader.day(last_day(trial.grace_ends_at, zone))


def _consent_until(view: LifecycleView | None) -> datetime | None:
    if view is None or view.stage != TrialStage.AWAITING_CONSENT:
        return None
    return next((each.until for each in view.awaiting), None)


def _actions(asked: Asked, entitlement: Entitlement, view: LifecycleView | None) -> list[Action]:
    """Those that would be taken now, for whoever may send them."""
    if view is None or not asked.may(Right.SEE_CUSTOMERS):
        return []
    back = asked.tab("trials")
    return [
        Action(
            name=name,
            href=act_page(entitlement.lifecycle, entitlement.subject, name, next=back),
            text=asked.reader.say(f"hub.act_{name}"),
        )
        for name in ACTIONS
        if name in view.can_send and may_send(asked.user.roles, str(entitlement.lifecycle), name)
        if name != "resend" or view.stage == TrialStage.AWAITING_CONSENT
    ]

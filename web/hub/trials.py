"""Trials of a customer: how they stand, what may be done; one to be started when none runs. HUB-41."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from domain.hub.days import days_to, last_day
from domain.hub.lives import Life, LifeState
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

    life: Life
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

    life: Life
    stage: Chip
    """As what it ended."""

    products: str
    ended_on: str


def trials_tab(asked: Asked) -> dict[str, Any]:
    """Running ones as cards, earlier ones as a list, the newest first."""
    trials = sorted((life for life in asked.customer.lives if life.trial), key=lambda life: life.added_on, reverse=True)
    subjects = [life.subject for life in trials] if asked.answer.basis.now else []
    states = asked.world.store.states(Lifecycle.TRIAL, subjects)
    over = [life for life in trials if life.state is LifeState.OVER]
    return {
        "cards": [_card(asked, life, states.get(life.subject)) for life in trials if life not in over],
        "past": [_past(asked, life, states.get(life.subject)) for life in over],
        "may_start": asked.may(Right.START_TRIAL),
        "start": start_page("trial", customer=asked.customer.customer_id),
    }


def _past(asked: Asked, life: Life, state: LifecycleState | None) -> PastTrial:
    products = [asked.reader.word("hub.product", product) for product in life.products]
    return PastTrial(
        life=life,
        stage=stage_chip(life.lifecycle, state.stage, asked.reader) if state else state_chip(life, asked.reader),
        products=", ".join(products),
        ended_on=asked.reader.day(last_day(life.ends_at, asked.customer.zone) if life.ends_at else None),
    )


def _card(asked: Asked, life: Life, state: LifecycleState | None) -> TrialCard:
    zone, reader = asked.customer.zone, asked.reader
    trial = state if isinstance(state, TrialState) else None
    view = KINDS[Lifecycle.TRIAL].view(trial, asked.now) if trial else None
    left = days_to(life.ends_at, asked.now, zone)
    return TrialCard(
        life=life,
        state=_state(life, trial, reader),
        ends_on=reader.day(last_day(life.ends_at, zone) if life.ends_at else None),
        left=days_left(life, asked.now, zone, reader),
        services=[(reader.word("hub.service", service), left) for service in (trial.services if trial else ())],
        licences=licences_of(asked, life),
        number=trial.licences if trial else None,
        consent_until=_consent_until(view),
        grace_ends_on=_grace_ends_on(life, trial, zone, reader),
        actions=_actions(asked, life, view),
        workflow=asked.workflow(life.lifecycle, life.subject),
    )


def _state(life: Life, trial: TrialState | None, reader: Reader) -> Chip:
    """Of one that is not in use yet, what it waits for."""
    if trial is not None and life.state is LifeState.PENDING_ACTIVE:
        return stage_chip(life.lifecycle, trial.stage, reader)
    return state_chip(life, reader)


def _grace_ends_on(life: Life, trial: TrialState | None, zone: str, reader: Reader) -> str:
    if trial is None or life.state is not LifeState.GRACE or trial.grace_ends_at is None:
        return ""
    return reader.day(last_day(trial.grace_ends_at, zone))


def _consent_until(view: LifecycleView | None) -> datetime | None:
    if view is None or view.stage != TrialStage.AWAITING_CONSENT:
        return None
    return next((each.until for each in view.awaiting), None)


def _actions(asked: Asked, life: Life, view: LifecycleView | None) -> list[Action]:
    """Those that would be taken now, for whoever may send them."""
    if view is None or not asked.may(Right.SEE_CUSTOMERS):
        return []
    back = asked.tab("trials")
    return [
        Action(
            name=name,
            href=act_page(life.lifecycle, life.subject, name, next=back),
            text=asked.reader.say(f"hub.act_{name}"),
        )
        for name in ACTIONS
        if name in view.can_send and may_send(asked.user.roles, str(life.lifecycle), name)
        if name != "resend" or view.stage == TrialStage.AWAITING_CONSENT
    ]

"""What the starter does otherwise for one lifecycle than for all others: one table. A lifecycle needs no row of it.

Commands of its own stand in `starter/commands/lifecycles.py`, for the rooms below ask this table.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from activities.ports import NotKnown
from adapters.sql.store import SqlStore
from domain.events import SYSTEM, Event
from domain.lifecycle import Lifecycle, workflow_id
from domain.option.state import NAME as OPTION
from domain.option.state import OptionState
from domain.order.messages import PlaceOrder
from domain.order.state import OrderState
from domain.regions import data_region
from domain.subscription.messages import StartSubscription
from domain.trial.losses import recorded_fates
from domain.trial.messages import Service, StartTrial
from domain.trial.state import TrialState
from domain.values import Message
from domain.working_time import add_months, start_of_day
from starter.answers.lifecycle import (
    Answer,
    LentDevice,
    PlanAnswer,
    PlannedMail,
    StartPlanAnswer,
    TrialPlanAnswer,
    names,
)
from starter.console.ids import subject_of

COUNTED_FROM: Final = 48
"""Months before the end of a term that is made up: a leap day is counted from a leap day."""

TOOK_EFFECT: Final = "option.took_effect"
"""The event of a request whose work changed what is stored of others."""

Mails = tuple[PlannedMail, ...]

Plan = tuple[Answer, Sequence[str]]
"""What a dry run answers, and the lines that people read above its mails."""


def _plan(start: Message, mails: Mails) -> Plan:
    subject = subject_of(start)
    return StartPlanAnswer(workflow_id=subject.workflow_id, mails=mails, **names(*subject)), ()


@dataclass(frozen=True, kw_only=True)
class Own:
    """By default nothing special."""

    plan: Callable[[Any, Mails], Plan] = _plan

    continued: Callable[[Any, date], Message] | None = None
    """How what a start goes on with was itself started, if its term ends on that day: a forecast makes it up, for only
    the store knows."""

    beside: Callable[[SqlStore, Any, Sequence[Event]], None] = lambda _store, _state, _events: None
    """Writes again what steps wrote beside its row, from its state and its events. Nothing is decided again: others may
    have taken over since."""


def own(lifecycle: Lifecycle) -> Own:
    """Its row, or what goes for all."""
    return OWN.get(lifecycle, Own())


def _order_plan(order: PlaceOrder, mails: Mails) -> Plan:
    starts = "continues" if order.subscription_id is not None else "starts with the built site"
    answer = PlanAnswer(
        order=order.sales_order_number,
        kind=order.kind,
        workflow_id=subject_of(order).workflow_id,
        subscription_id=order.subscription,
        required_terms=order.required_terms,
        mails=mails,
    )
    return answer, (
        f"subscription    {order.subscription}, {starts}",
        f"terms to agree  {', '.join(order.required_terms) or 'none'}",
    )


def _term(order: PlaceOrder, ends_on: date) -> StartSubscription:
    return StartSubscription(
        by=SYSTEM,
        subscription_id=order.subscription,
        order_number=order.sales_order_number,
        customer_id=order.customer.id,
        partner_id=order.facing_partner.id,
        zone=order.customer.zone,
        service_start_at=start_of_day(add_months(ends_on, -COUNTED_FROM), order.customer.zone),
        term_months=COUNTED_FROM,
        policy=order.policy.subscription,
    )


def _csm(store: SqlStore, order: OrderState, _events: Sequence[Event]) -> None:
    if order.csm:
        store.assign_csm(order.subscription_id, (order.csm,))


def _trial_plan(trial: StartTrial, mails: Mails) -> Plan:
    answer = TrialPlanAnswer(
        trial=trial.trial_id,
        kind=trial.kind,
        workflow_id=subject_of(trial).workflow_id,
        data_region=data_region(trial.customer.country) or "",
        services=trial.services,
        days=TrialState.placed(trial, datetime.now(UTC)).days,
        mails=mails,
        devices=tuple(
            LentDevice(
                device=lent.device_id,
                workflow_id=workflow_id(Lifecycle.DEVICE, lent.device_id),
                model=lent.model,
                expires_on=lent.expires_on,
            )
            for lent in trial.devices
        ),
    )
    kept = ["numbers      kept for a while when grace has ended, then released"]
    return answer, (
        f"services     {', '.join(answer.services)}, data region {answer.data_region}",
        f"expiry E     {answer.days} days after it becomes active",
        *(kept if Service.CALLING in trial.services else []),
        *(f"device       {each.device}, {each.model}, expires {each.expires_on:%Y-%m-%d}" for each in answer.devices),
    )


def _losses(store: SqlStore, trial: TrialState, events: Sequence[Event]) -> None:
    """AMB-48."""
    for fate, decided_at in recorded_fates(events):
        store.keep_fate(trial.subject, fate, decided_at)


def _contact(store: SqlStore, request: OptionState, events: Sequence[Event]) -> None:
    """Who gets whose mails. OPT-02."""
    for event in events:
        if event.type == TOOK_EFFECT:
            with suppress(NotKnown):  # it changes no contact, or whoever was to be the new one was erased
                store.change_contact(request.subject, event.occurred_at)


OWN: Final[Mapping[Lifecycle, Own]] = {
    Lifecycle.ORDER: Own(plan=_order_plan, continued=_term, beside=_csm),
    Lifecycle.TRIAL: Own(plan=_trial_plan, beside=_losses),
    OPTION: Own(beside=_contact),
}

"""Trials in SQL: what is taken, what may be tried, where each stands, what was lost."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.sql.availability import (
    Wish,
    hold_customer,
    others_of,
    partners_of,
    refuse_kind,
    refuse_unavailable,
    wish_of,
)
from adapters.sql.database import Database
from adapters.sql.devices import refuse_promised_devices
from adapters.sql.paid_orders import refuse_placed, refuse_to_place, refuse_unshipped
from adapters.sql.rows import stored
from adapters.sql.schema import LifecycleRecord, TrialLossRecord
from adapters.sql.upsert import insert_missing
from domain.lifecycle import Lifecycle
from domain.order.messages import PlaceOrder
from domain.trial.losses import LOSSES, NUMBERS_RELEASED, Fate, fate_of
from domain.trial.messages import Service, StartTrial
from domain.trial.state import TrialState
from domain.trial.states import RUNNING, TrialStage

STEPS: Final = (*LOSSES, NUMBERS_RELEASED)
"""The order in which a trial's end is taken."""


class SqlTrials(Database):
    """TrialStore on SQL."""

    def reserve_services(self, trial_id: str, services: tuple[Service, ...]) -> None:
        """Checked and written in one transaction, one trial of a customer after the other.

        While the trial runs only: in any other stage its workflow refuses the edit, or has told of its end already.
        """
        with self._writing() as session:
            trial = _held(session, trial_id)
            had = trial.state["services"]
            added = [service for service in services if service not in had]
            refuse_unavailable(session, wish_of(trial), added, "add")
            if trial.stage == TrialStage.TRIALING:
                trial.state = trial.state | {"services": [*had, *added]}

    def managing_partners(self, trial_id: str) -> list[str]:
        """In one snapshot."""
        with self._reading() as session:
            return partners_of(session, _trial(session, trial_id))

    def take_loss(self, trial_id: str, step: str, now: datetime) -> Fate:
        """Raises NotKnown for a trial never opened."""
        with self._writing() as session:
            trial = _held(session, trial_id)
            known = session.get(TrialLossRecord, (trial_id, step))
            if known is not None:
                return _fate(known)
            tried = [Service(name) for name in trial.state["tried"]]
            fate = fate_of(step, tried, others_of(session, wish_of(trial)))
            decided = fate.model_dump(mode="json") | {"trial_id": trial_id, "taken_at": now}
            insert_missing(session, TrialLossRecord, decided)
            return fate

    def keep_fate(self, trial_id: str, fate: Fate, decided_at: datetime) -> None:
        """Raises NotKnown for a trial never opened."""
        with self._writing() as session:
            _trial(session, trial_id)
            decided = fate.model_dump(mode="json") | {"trial_id": trial_id, "taken_at": decided_at}
            insert_missing(session, TrialLossRecord, decided)

    def losses(self, trial_id: str) -> dict[str, datetime]:
        """By when they were taken; those of one instant in the order of a trial's end."""
        with self._reading() as session:
            return {decided.step: decided.taken_at for decided in _decided(session, trial_id) if decided.lost}

    def spared(self, trial_id: str) -> dict[str, str]:
        """In the same order."""
        with self._reading() as session:
            return {decided.step: _fate(decided).in_words for decided in _decided(session, trial_id) if decided.spared}

    def reserve_paid_order(self, trial_id: str, number: str, order: PlaceOrder | None = None) -> None:
        """Checked and written in one transaction, one trial of a customer after the other: an order is of one customer,
        so no other can want it."""
        with self._writing() as session:
            trial = _held(session, trial_id)
            if order is None:
                refuse_placed(session, trial, number)
            else:
                refuse_to_place(session, trial, order)
            if trial.stage in RUNNING:
                trial.state, trial.linked_to = trial.state | {"order_number": number}, number

    def check_shipped(self, trial_id: str, number: str) -> None:
        """In one snapshot."""
        with self._reading() as session:
            refuse_unshipped(session, _trial(session, trial_id), number)


def check_trial(session: Session, placed: StartTrial, state: TrialState) -> None:
    """Raises what speaks against a new one, trials of one customer one after the other; one that runs was asked when it
    began: an older store was restored."""
    hold_customer(session, state.customer_id)
    if state.stage is not TrialStage.ACKNOWLEDGED:
        return
    wish = Wish(state.trial_id, state.customer_id, state.partner_id, placed.purchased)
    refuse_kind(session, state.kind, wish)
    refuse_unavailable(session, wish, state.services, "services")
    refuse_promised_devices(session, placed)


def _trial(session: Session, trial_id: str) -> LifecycleRecord:
    return stored(session, Lifecycle.TRIAL, trial_id)


def _held(session: Session, trial_id: str) -> LifecycleRecord:
    """The row, its customer and itself held until we are done."""
    trial = _trial(session, trial_id)
    hold_customer(session, trial.customer_id)
    session.refresh(trial, with_for_update=True)
    return trial


def _decided(session: Session, trial_id: str) -> list[TrialLossRecord]:
    decided = select(TrialLossRecord).where(TrialLossRecord.trial_id == trial_id)
    return sorted(session.scalars(decided), key=_when_and_which)


def _fate(decided: TrialLossRecord) -> Fate:
    return Fate(step=decided.step, lost=tuple(decided.lost), spared=decided.spared)


def _when_and_which(loss: TrialLossRecord) -> tuple[datetime, int, str]:
    return loss.taken_at, STEPS.index(loss.step) if loss.step in STEPS else len(STEPS), loss.step

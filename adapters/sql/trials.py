"""Trials in SQL: what is taken, what may be tried, where each stands, what was lost."""

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from activities.ports import NotKnown, People, ServicesNotAvailable, TrialIdTaken, TrialRow, TrialSummary
from adapters.sql.database import Database
from adapters.sql.journal import keep_journal, move_on, standing
from adapters.sql.listing import by_deadline, stages_of
from adapters.sql.people import are_known, content_hash, keep_people, known_people
from adapters.sql.schema import OrderRecord, SubscriptionRecord, TrialLossRecord, TrialRecord
from adapters.sql.subscriptions import CAME_TO_NOTHING
from adapters.sql.trial_people import people_of, with_people, without_people
from adapters.sql.upsert import insert_missing
from domain.events import Journal
from domain.mails import Lifecycle
from domain.subscription.subscription import SubscriptionStage
from domain.trial.messages import Service, StartTrial, TrialKind
from domain.trial.states import CLOSED, TrialStage
from domain.trial.trial import LOSSES, NUMBERS_RELEASED, TrialLife

IN_A_SUBSCRIPTION: Final = frozenset({Service.MEETINGS, Service.MEETINGS_ENTERPRISE})
"""What a customer with a subscription has bought. TRL-21, TRL-41."""

BOUGHT: Final = "already bought"
TRIED_ELSEWHERE: Final = "on trial with another partner"
"""Which one is nobody's business."""

STEPS: Final = (*LOSSES, NUMBERS_RELEASED)
"""The order in which a trial's end is taken."""


class Wish(NamedTuple):
    """A trial, as far as it decides which services it may have."""

    kind: TrialKind
    customer_id: str
    partner_id: str
    purchased: Collection[str]


class SqlTrials(Database):
    """TrialStore on SQL."""

    def open_trial(self, placed: StartTrial, life: TrialLife, run: str, recorded_at: datetime) -> None:
        """Take the trial id and its services, in one transaction; trials of one customer one after the other."""
        content = without_people(placed)
        row = _columns(life, run, recorded_at) | {
            "input_hash": content_hash(content),
            "first_run": run,
            "placed": content,
            "opened_at": recorded_at,
        }
        with self._writing() as session:
            _hold_customer(session, life.customer_id)
            known = session.get(TrialRecord, life.trial_id)
            if known is None:
                wish = Wish(life.kind, life.customer_id, life.partner_id, placed.purchased)
                _refuse_unavailable(_unavailable(session, wish, life.services))
                if insert_missing(session, TrialRecord, row):
                    return keep_people(session, Lifecycle.TRIAL, life.trial_id, people_of(placed))
                known = session.get_one(TrialRecord, life.trial_id)
            return _accept_repeat(session, known, placed, run)

    def unavailable(self, trial_id: str, services: tuple[Service, ...]) -> dict[Service, str]:
        """In one snapshot. Raises NotKnown for a trial never opened."""
        with self._reading() as session:
            stored = _stored(session, trial_id)
            wish = Wish(stored.kind, stored.customer_id, stored.partner_id, stored.placed["purchased"])
            return _unavailable(session, wish, services)

    def record_trial(self, life: TrialLife, journal: Journal, people: People, run: str, recorded_at: datetime) -> None:
        """Row, events, tasks and people in one transaction. Raises NotKnown for a trial never opened."""
        with self._writing() as session:
            move_on(_stored(session, life.trial_id, lock=True), _columns(life, run, recorded_at))
            keep_journal(session, Lifecycle.TRIAL, life.trial_id, journal, run, recorded_at)
            keep_people(session, Lifecycle.TRIAL, life.trial_id, people.by_role)

    def trial(self, trial_id: str) -> TrialRow:
        """The trial as it stands, in one snapshot."""
        with self._reading() as session:
            stored = _stored(session, trial_id)
            return TrialRow(
                life=TrialLife.model_validate(stored.life),
                placed=with_people(stored.placed, known_people(session, Lifecycle.TRIAL, trial_id)),
            )

    def trials(
        self, stage: str | None = None, due_before: datetime | None = None, limit: int = 500
    ) -> list[TrialSummary]:
        """Trials that wait for nothing come last."""
        wanted = by_deadline(TrialRecord, TrialSummary, stages_of(TrialStage, stage), due_before, limit)
        with self._reading() as session:
            return [TrialSummary.model_validate(dict(row)) for row in session.execute(wanted).mappings()]

    def take_loss(self, trial_id: str, step: str, now: datetime) -> None:
        """Raises NotKnown for a trial never opened."""
        with self._writing() as session:
            _stored(session, trial_id)
            insert_missing(session, TrialLossRecord, {"trial_id": trial_id, "step": step, "taken_at": now})

    def losses(self, trial_id: str) -> dict[str, datetime]:
        """By when they were taken; those of one instant in the order of a trial's end."""
        taken = select(TrialLossRecord).where(TrialLossRecord.trial_id == trial_id)
        with self._reading() as session:
            return {loss.step: loss.taken_at for loss in sorted(session.scalars(taken), key=_when_and_which)}

    def paid_order_of(self, trial_id: str) -> str | None:
        """The first one placed, if there are several."""
        paid = (
            select(OrderRecord.number)
            .where(OrderRecord.converts_trial == trial_id, OrderRecord.stage.not_in(CAME_TO_NOTHING))
            .order_by(OrderRecord.placed_at, OrderRecord.number)
            .limit(1)
        )
        with self._reading() as session:
            return session.scalar(paid)


def _stored(session: Session, trial_id: str, *, lock: bool = False) -> TrialRecord:
    stored = session.get(TrialRecord, trial_id, with_for_update=lock or None)
    if stored is None:
        raise NotKnown(f"no trial {trial_id} is known here")
    return stored


def _columns(life: TrialLife, run: str, recorded_at: datetime) -> dict[str, Any]:
    return standing(life, run, recorded_at) | {
        "trial_id": life.trial_id,
        "kind": life.kind,
        "stage": life.stage,
        "customer_id": life.customer_id,
        "partner_id": life.partner_id,
        "expires_on": life.expires_on,
    }


def _hold_customer(session: Session, customer_id: str) -> None:
    """Until we are done nobody else opens a trial for this customer; on SQLite nobody else writes at all."""
    if session.get_bind().dialect.name == "postgresql":
        digest = hashlib.sha256(f"trials of {customer_id}".encode()).digest()
        session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digest[:8], signed=True))))


def _accept_repeat(session: Session, known: TrialRecord, placed: StartTrial, run: str) -> None:
    if known.first_run == run:
        return
    same_people = are_known(session, Lifecycle.TRIAL, known.trial_id, people_of(placed))
    same = same_people and known.input_hash == content_hash(without_people(placed))
    raise TrialIdTaken(
        f"{known.trial_id} was already taken by a trial {'with the same' if same else 'with other'} content "
        f"that is {known.stage} (R9)",
        field="trial_id",
    )


def _refuse_unavailable(refused: dict[Service, str]) -> None:
    if refused:
        told = "; ".join(f"{service}: {reason}" for service, reason in refused.items())
        raise ServicesNotAvailable(f"{told} (TRL-21, TRL-41)", field="services")


def _unavailable(session: Session, wish: Wish, services: tuple[Service, ...]) -> dict[Service, str]:
    """What speaks against each service; of a new customer nothing does."""
    if wish.kind is TrialKind.NEW_CUSTOMER:
        return {}
    bought = {*wish.purchased, *(IN_A_SUBSCRIPTION if _has_subscription(session, wish.customer_id) else ())}
    elsewhere = _tried_elsewhere(session, wish) if wish.kind is TrialKind.EXISTING_CUSTOMER else set()
    return {
        service: BOUGHT if service in bought else TRIED_ELSEWHERE
        for service in services
        if service in bought or service in elsewhere
    }


def _has_subscription(session: Session, customer_id: str) -> bool:
    live = (
        select(SubscriptionRecord.subscription_id)
        .where(SubscriptionRecord.customer_id == customer_id, SubscriptionRecord.stage != SubscriptionStage.TERMINATED)
        .limit(1)
    )
    return session.scalar(live) is not None


def _tried_elsewhere(session: Session, wish: Wish) -> set[str]:
    """As they stand: services are added to a running trial and removed from it. TRL-51."""
    others = select(TrialRecord.life["services"]).where(
        TrialRecord.customer_id == wish.customer_id,
        TrialRecord.partner_id != wish.partner_id,
        TrialRecord.stage.not_in(CLOSED),
    )
    return {service for services in session.scalars(others) for service in services}


def _when_and_which(loss: TrialLossRecord) -> tuple[datetime, int, str]:
    return loss.taken_at, STEPS.index(loss.step) if loss.step in STEPS else len(STEPS), loss.step

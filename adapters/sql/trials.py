"""Trials in SQL: what is taken, what may be tried, where each stands, what was lost."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from activities.ports import NotKnown, People, TrialIdTaken, TrialRow, TrialSummary
from adapters.sql.availability import Wish, hold_customer, refuse_kind, refuse_unavailable
from adapters.sql.database import Database
from adapters.sql.journal import keep_journal, move_on, standing
from adapters.sql.listing import by_deadline, stages_of
from adapters.sql.paid_orders import first_paid_order, refuse_placed, refuse_to_place
from adapters.sql.people import are_known, content_hash, keep_people, known_people
from adapters.sql.schema import DeviceRecord, TrialLossRecord, TrialRecord
from adapters.sql.trial_people import people_of, with_people, without_people
from adapters.sql.upsert import insert_missing
from domain.events import Journal
from domain.mails import Lifecycle
from domain.order.messages import PlaceOrder
from domain.trial.messages import Service, StartTrial
from domain.trial.states import TrialStage
from domain.trial.trial import LOSSES, NUMBERS_RELEASED, TrialLife
from domain.values import Refused

STEPS: Final = (*LOSSES, NUMBERS_RELEASED)
"""The order in which a trial's end is taken."""


class DeviceIdTaken(Refused):
    """A device was lent for another trial under that id. TRL-15, R9."""


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
            hold_customer(session, life.customer_id)
            known = session.get(TrialRecord, life.trial_id)
            if known is None:
                wish = Wish(life.customer_id, life.partner_id, placed.purchased)
                refuse_kind(session, life.kind, wish)
                refuse_unavailable(session, wish, life.services, "services")
                _refuse_known_devices(session, life)
                if insert_missing(session, TrialRecord, row):
                    return keep_people(session, Lifecycle.TRIAL, life.trial_id, people_of(placed))
                known = session.get_one(TrialRecord, life.trial_id)
            return _accept_repeat(session, known, placed, run)

    def reserve_services(self, trial_id: str, services: tuple[Service, ...]) -> None:
        """Checked and written in one transaction, one trial of a customer after the other.

        While the trial runs only: in any other stage the story refuses the edit, or has told of its end already.
        """
        with self._writing() as session:
            stored = _stored(session, trial_id)
            hold_customer(session, stored.customer_id)
            session.refresh(stored, with_for_update=True)
            had = stored.life["services"]
            added = [service for service in services if service not in had]
            wish = Wish(stored.customer_id, stored.partner_id, stored.placed["purchased"])
            refuse_unavailable(session, wish, added, "add")
            if stored.stage is TrialStage.TRIALING:
                stored.life = stored.life | {"services": [*had, *added]}

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

    def check_paid_order(self, trial_id: str, number: str, order: PlaceOrder | None = None) -> None:
        """In one snapshot."""
        with self._reading() as session:
            stored = _stored(session, trial_id)
            if order is None:
                refuse_placed(session, stored, number)
            else:
                refuse_to_place(session, stored, order)

    def paid_order_of(self, trial_id: str) -> str | None:
        """The first one placed, if there are several."""
        with self._reading() as session:
            return first_paid_order(session, trial_id)


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


def _refuse_known_devices(session: Session, life: TrialLife) -> None:
    known = session.scalars(
        select(DeviceRecord.device_id).where(
            DeviceRecord.device_id.in_(life.devices), DeviceRecord.trial_id != life.trial_id
        )
    )
    if taken := ", ".join(sorted(known)):
        raise DeviceIdTaken(f"lent already, for another trial: {taken} (TRL-15, R9)", field="devices")


def _when_and_which(loss: TrialLossRecord) -> tuple[datetime, int, str]:
    return loss.taken_at, STEPS.index(loss.step) if loss.step in STEPS else len(STEPS), loss.step

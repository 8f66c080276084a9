"""Orders in SQL: the SO# is taken once and for ever, and a subscription is renewed by one order at a time."""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from activities.ports import (
    NotKnown,
    OpenedOrder,
    OrderNumberTaken,
    OrderPapers,
    OrderRow,
    OrderSummary,
    RenewalNotPossible,
    SubscriptionUnknown,
)
from adapters.sql.database import Database
from adapters.sql.journal import keep_journal, move_on, standing
from adapters.sql.listing import by_deadline, stages_of
from adapters.sql.order_people import people_of, with_people, without_people
from adapters.sql.people import are_known, content_hash, keep_people, known_people
from adapters.sql.schema import OrderItemRecord, OrderRecord, PaperRecord, SubscriptionRecord
from adapters.sql.upsert import insert_all_missing, insert_missing, upsert
from domain.events import Journal
from domain.mails import Lifecycle
from domain.order.messages import OrderKind, PlaceOrder
from domain.order.order import OrderLife
from domain.order.states import CLOSED, Stage
from domain.subscription.subscription import SubscriptionLife, SubscriptionStage

PAPERS: Final = ("provisioning_form", "graduation_form", "access")
"""Fields of OrderPapers and OrderRow that are kept as papers, each under its own name."""


class SqlOrders(Database):
    """OrderStore on SQL."""

    def open_order(self, placed: PlaceOrder, life: OrderLife, run: str, recorded_at: datetime) -> OpenedOrder:
        """Take the SO#, in one transaction. Whoever comes second waits for the first and then reads its row."""
        with self._writing() as session:
            known = session.get(OrderRecord, life.number)
            if known is None:
                renewal_date = _renewal_date(session, life) if life.is_renewal else None
                row = _columns(life, run, recorded_at) | {
                    "converts_trial": placed.converts_trial,
                    "renewal_date": renewal_date,
                    "input_hash": content_hash(without_people(placed)),
                    "first_run": run,
                    "placed": without_people(placed),
                    "opened_at": recorded_at,
                }
                if insert_missing(session, OrderRecord, row):
                    _keep_items(session, placed)
                    keep_people(session, Lifecycle.ORDER, life.number, people_of(placed))
                    return OpenedOrder(renewal_date=renewal_date)
                known = session.get_one(OrderRecord, life.number)
            return _same_answer(session, known, placed, run)

    def record_order(
        self, life: OrderLife, journal: Journal, papers: OrderPapers, run: str, recorded_at: datetime
    ) -> None:
        """Row, events, tasks and papers in one transaction. Raises NotKnown for an order that was never opened."""
        with self._writing() as session:
            move_on(_stored(session, life.number, lock=True), _columns(life, run, recorded_at))
            keep_journal(session, Lifecycle.ORDER, life.number, journal, run, recorded_at)
            keep_people(session, Lifecycle.ORDER, life.number, papers.people.by_role)
            _keep_papers(session, life.number, papers, recorded_at)

    def order(self, number: str) -> OrderRow:
        """The order as it stands, in one snapshot."""
        with self._reading() as session:
            stored = _stored(session, number)
            papers = session.scalars(select(PaperRecord).where(PaperRecord.order_number == number))
            return OrderRow.model_validate(
                {paper.kind: paper.content for paper in papers}
                | {"life": OrderLife.model_validate(stored.life)}
                | {"placed": with_people(stored.placed, known_people(session, Lifecycle.ORDER, number))}
            )

    def orders(
        self, stage: str | None = None, due_before: datetime | None = None, limit: int = 500
    ) -> list[OrderSummary]:
        """Orders that wait for nothing come last."""
        wanted = by_deadline(OrderRecord, OrderSummary, stages_of(Stage, stage), due_before, limit)
        with self._reading() as session:
            return [OrderSummary.model_validate(dict(row)) for row in session.execute(wanted).mappings()]


def _stored(session: Session, number: str, *, lock: bool = False) -> OrderRecord:
    stored = session.get(OrderRecord, number, with_for_update=lock or None)
    if stored is None:
        raise NotKnown(f"no order {number} is known here")
    return stored


def _columns(life: OrderLife, run: str, recorded_at: datetime) -> dict[str, Any]:
    return standing(life, run, recorded_at) | {
        "number": life.number,
        "kind": life.kind,
        "stage": life.stage,
        "customer_id": life.customer_id,
        "ordering_partner_id": life.ordering_partner_id,
        "facing_partner_id": life.facing_partner_id,
        "subscription_id": life.subscription_id,
        "term_months": life.term_months,
        "placed_at": life.placed_at,
    }


def _keep_items(session: Session, placed: PlaceOrder) -> None:
    rows = [
        {"order_number": placed.sales_order_number, "position": position} | item.model_dump(mode="json")
        for position, item in enumerate(placed.items, start=1)
    ]
    insert_all_missing(session, OrderItemRecord, rows)


def _keep_papers(session: Session, number: str, papers: OrderPapers, recorded_at: datetime) -> None:
    rows = [
        {"order_number": number, "kind": kind, "content": paper.model_dump(mode="json"), "recorded_at": recorded_at}
        for kind in PAPERS
        if (paper := getattr(papers, kind)) is not None
    ]
    upsert(session, PaperRecord, rows)


def same_content(session: Session, known: OrderRecord, placed: PlaceOrder) -> bool:
    """Is this the very order that is stored, whoever sends it?"""
    same_people = are_known(session, Lifecycle.ORDER, known.number, people_of(placed))
    return same_people and known.input_hash == content_hash(without_people(placed))


def _same_answer(session: Session, known: OrderRecord, placed: PlaceOrder, run: str) -> OpenedOrder:
    if known.first_run == run:
        return OpenedOrder(renewal_date=known.renewal_date)
    same = same_content(session, known, placed)
    raise OrderNumberTaken(
        f"{known.number} was already taken by an order {'with the same' if same else 'with other'} content "
        f"that is {known.stage} (R9)",
        field="sales_order_number",
    )


def _renewal_date(session: Session, life: OrderLife) -> date:
    """Of the subscription to be renewed, whose row is held until we are done. Raises what speaks against it."""
    name = life.subscription_id
    subscription = session.get(SubscriptionRecord, name, with_for_update=True)
    if subscription is None:
        raise SubscriptionUnknown(f"no subscription {name} is known here (REN-01)", field="subscription_id")
    if subscription.customer_id != life.customer_id:
        raise RenewalNotPossible(f"subscription {name} belongs to another customer (REN-01)", field="customer.id")
    if subscription.stage is SubscriptionStage.TERMINATED:
        raise RenewalNotPossible(f"subscription {name} is terminated (REN-01)", field="subscription_id")
    if other := _other_open_renewal(session, life):
        raise RenewalNotPossible(
            f"subscription {name} is being renewed by {other.number}, which is {other.stage} (REN-01)",
            field="subscription_id",
        )
    return SubscriptionLife.model_validate(subscription.life).renewal_date


def _other_open_renewal(session: Session, life: OrderLife) -> OrderRecord | None:
    """Our own may be there: a second attempt of one run, having waited for the first."""
    return session.scalar(
        select(OrderRecord).where(
            OrderRecord.subscription_id == life.subscription_id,
            OrderRecord.number != life.number,
            OrderRecord.kind == OrderKind.RENEWAL,
            OrderRecord.stage.not_in(CLOSED),
        )
    )

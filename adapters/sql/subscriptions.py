"""Subscriptions in SQL, and who looks after them."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from activities.ports import NotKnown, SubscriptionRow
from adapters.sql.database import Database
from adapters.sql.journal import keep_journal, standing
from adapters.sql.schema import CsmAssignment, OrderRecord, SubscriptionRecord
from adapters.sql.upsert import upsert
from domain.events import Journal
from domain.mails import Lifecycle
from domain.order.states import Stage
from domain.subscription.subscription import SubscriptionLife, SubscriptionStage

CAME_TO_NOTHING: Final = frozenset({Stage.REJECTED, Stage.CANCELLED})
"""Orders that neither started nor renewed a subscription."""


class RosterEmpty(Exception):
    """There is nobody to give a subscription to: the roster of Customer Success Managers has no name."""


class SqlSubscriptions(Database):
    """SubscriptionStore on SQL."""

    def record_subscription(self, life: SubscriptionLife, journal: Journal, run: str, recorded_at: datetime) -> None:
        """Row, events and tasks in one transaction.

        Stores nobody: a subscription's people are those of its orders (`Archive.person`).
        """
        row = standing(life, run, recorded_at) | {
            "subscription_id": life.subscription_id,
            "customer_id": life.customer_id,
            "partner_id": life.partner_id,
            "stage": life.stage,
            "renewal_date": life.renewal_date,
        }
        with self._writing() as session:
            upsert(session, SubscriptionRecord, [row], never_back=True)
            keep_journal(session, Lifecycle.SUBSCRIPTION, life.subscription_id, journal, run, recorded_at)

    def subscription(self, subscription_id: str) -> SubscriptionRow:
        """The subscription as it stands, with its CSM and orders, in one snapshot."""
        with self._reading() as session:
            stored = session.get(SubscriptionRecord, subscription_id)
            if stored is None:
                raise NotKnown(f"no subscription {subscription_id} is known here")
            assigned = session.get(CsmAssignment, subscription_id)
            return SubscriptionRow(
                life=SubscriptionLife.model_validate(stored.life),
                csm=assigned.csm if assigned else None,
                orders=_orders_of(session, subscription_id),
            )

    def assign_csm(self, subscription_id: str, roster: tuple[str, ...]) -> str:
        """One assignment at a time; subscriptions that are terminated no longer count. Raises RosterEmpty."""
        if not roster:
            raise RosterEmpty("the roster of Customer Success Managers is empty")
        with self._writing() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text("LOCK TABLE csm_assignments IN SHARE ROW EXCLUSIVE MODE"))
            assigned = session.get(CsmAssignment, subscription_id)
            if assigned is None:
                load = _load(session)
                assigned = CsmAssignment(
                    subscription_id=subscription_id, csm=min(roster, key=lambda csm: load.get(csm, 0))
                )
                session.add(assigned)
            return assigned.csm


def _orders_of(session: Session, subscription_id: str) -> tuple[str, ...]:
    orders = (
        select(OrderRecord.number)
        .where(OrderRecord.subscription_id == subscription_id, OrderRecord.stage.not_in(CAME_TO_NOTHING))
        .order_by(OrderRecord.placed_at, OrderRecord.number)
    )
    return tuple(session.scalars(orders))


def _load(session: Session) -> dict[str, int]:
    """How many subscriptions each CSM has; one whose row is still to come counts."""
    live = or_(SubscriptionRecord.stage.is_(None), SubscriptionRecord.stage != SubscriptionStage.TERMINATED)
    counted = (
        select(CsmAssignment.csm, func.count().label("subscriptions"))
        .outerjoin(SubscriptionRecord, SubscriptionRecord.subscription_id == CsmAssignment.subscription_id)
        .where(live)
        .group_by(CsmAssignment.csm)
    )
    return {assigned.csm: assigned.subscriptions for assigned in session.execute(counted)}

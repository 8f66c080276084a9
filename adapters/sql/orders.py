"""Orders in SQL: the SO# is taken once and for ever, and a subscription is renewed by one order at a time."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import Select, String, bindparam, select
from sqlalchemy.orm import Session, aliased

from activities.ports.orders import OpenedOrder, RenewalNotPossible, SubscriptionUnknown
from adapters.sql.database import Database
from adapters.sql.open_lifecycle import Answer, Opening, take
from adapters.sql.paid_orders import refuse_converting
from adapters.sql.schema import LifecycleRecord
from adapters.sql.subscriptions import CAME_TO_NOTHING, RENEWAL
from domain.construct import constructed
from domain.lifecycle import Lifecycle
from domain.order.messages import PlaceOrder
from domain.order.state import OrderState
from domain.order.states import Stage
from domain.subscription.state import SubscriptionState
from domain.terms import LAST_DAY
from domain.trial.states import RUNNING


class SqlOrders(Database):
    """OrderStore on SQL."""

    def open_order(
        self, placed: PlaceOrder, state: OrderState, run: str, recorded_at: datetime, lost: frozenset[str] = frozenset()
    ) -> OpenedOrder:
        """Take the SO#, in one transaction. Whoever comes second waits for the first and then reads its row."""
        with self._writing() as session:
            new = Opening(placed, state, run, recorded_at)
            answer = take(session, new, lost, check_order) or {}
            renewed = answer.get("renewal_date")
            return OpenedOrder(
                renewal_date=date.fromisoformat(renewed) if renewed else None,
                unconverted_trials=() if state.is_renewal else _unconverted_trials(session, state.customer_id),
            )


def check_order(session: Session, placed: PlaceOrder, state: OrderState) -> Answer:
    """Raises what speaks against a new one; a renewal hears the renewal date of its subscription."""
    _refuse_trial(session, placed, state)
    return {"renewal_date": _renewal_date(session, state).isoformat()} if state.is_renewal else None


def _refuse_trial(session: Session, placed: PlaceOrder, state: OrderState) -> None:
    """The trial that a new order names is looked at once, when the order is placed. AMB-53."""
    if placed.converts_trial is not None and state.stage is Stage.ACKNOWLEDGED:
        refuse_converting(session, placed.converts_trial, state.customer_id, state.number)


def _unconverted_trials(session: Session, customer_id: str) -> tuple[str, ...]:
    """Trials of the customer in use or in grace that no live order names, this one included. AMB-53."""
    return tuple(session.scalars(UNCONVERTED, {"customer": customer_id}))


def _unconverted() -> Select[str]:
    """Made once: every order asks."""
    order, customer = aliased(LifecycleRecord), bindparam("customer", type_=String)
    named = select(order.placed["converts_trial"].as_string()).where(
        order.lifecycle == Lifecycle.ORDER,
        order.customer_id == customer,
        order.placed["converts_trial"].as_string().is_not(None),
        order.stage.not_in(CAME_TO_NOTHING),
    )
    return (
        select(LifecycleRecord.subject)
        .where(
            LifecycleRecord.lifecycle == Lifecycle.TRIAL,
            LifecycleRecord.customer_id == customer,
            LifecycleRecord.stage.in_(sorted(RUNNING)),
            LifecycleRecord.subject.not_in(named),
        )
        .order_by(LifecycleRecord.subject)
    )


UNCONVERTED: Final[Select[str]] = _unconverted()


def _renewal_date(session: Session, state: OrderState) -> date:
    """Of the subscription to be renewed, whose row is held until we are done. Raises what speaks against it.

    An order under way is not asked again: an older store was restored and lacks its row.
    """
    name = state.subscription_id
    subscription = session.get(LifecycleRecord, (Lifecycle.SUBSCRIPTION, name), with_for_update=True)
    if state.renewal_date is not None and not _other_open_renewal(session, state):
        return state.renewal_date
    if subscription is None:
        raise SubscriptionUnknown(f"no subscription {name} is known here (REN-01)", field="subscription_id")
    _refuse_renewal(session, subscription, state)
    known = constructed(SubscriptionState, subscription.state)
    if known.continued_until(state.term_months) > LAST_DAY:
        raise RenewalNotPossible(
            f"subscription {name} is paid until {known.renewal_date}, and no term ends after {LAST_DAY}",
            field="term_months",
        )
    return known.renewal_date


def _refuse_renewal(session: Session, subscription: LifecycleRecord, state: OrderState) -> None:
    name = subscription.subject
    if subscription.customer_id != state.customer_id:
        raise RenewalNotPossible(f"subscription {name} belongs to another customer (REN-01)", field="customer.id")
    if not subscription.open:
        raise RenewalNotPossible(f"subscription {name} is {subscription.stage} (REN-01)", field="subscription_id")
    if other := _other_open_renewal(session, state):
        raise RenewalNotPossible(
            f"subscription {name} is being renewed by {other.subject}, which is {other.stage} (REN-01)",
            field="subscription_id",
        )


def _other_open_renewal(session: Session, state: OrderState) -> LifecycleRecord | None:
    """Our own may be there: a second attempt of one run, having waited for the first."""
    return session.scalar(
        select(LifecycleRecord).where(
            LifecycleRecord.lifecycle == Lifecycle.ORDER,
            LifecycleRecord.linked_to == state.subscription_id,
            LifecycleRecord.subject != state.number,
            LifecycleRecord.kind == RENEWAL,
            LifecycleRecord.open,
        )
    )

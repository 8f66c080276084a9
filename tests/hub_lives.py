"""Lives of the hub in a store, recorded as workflows record them."""

from datetime import datetime
from typing import Any

from activities.ports import Papers
from adapters.sql.store import SqlStore
from domain.lifecycle import LifecycleState
from domain.order.messages import PlaceOrder
from domain.order.state import OrderState
from domain.subscription.messages import RenewalFacts, RenewalNews, RenewalStep, StartSubscription
from domain.subscription.state import SubscriptionState
from domain.trial.messages import StartTrial
from domain.trial.state import TrialState
from domain.values import Message
from domain.wholesale.state import WholesaleState
from tests import wholesale
from tests.makers import MONDAY, a_form, an_order, built, cleared, days, renewal_done, submitted
from tests.records import recorded

HOUR = days(1 / 24)


def record(store: SqlStore, state: LifecycleState, at: datetime, run: str = "run-1") -> None:
    """What happened since the last time."""
    recorded(store, state, state.journal.take(), run, at, Papers())


def opened(store: SqlStore, placed: Message, state: Any, at: datetime) -> Any:
    """A life that has its id."""
    store.open_lifecycle(placed, state, "run-1", at)
    record(store, state, at)
    return state


def shipped(store: SqlStore, placed: PlaceOrder | None = None, at: datetime = MONDAY) -> OrderState:
    """An order that was placed, and shipped an hour later."""
    placed = placed or an_order()
    state: OrderState = opened(store, placed, OrderState.placed(placed, at), at)
    state.hold_for_compliance(at, at + days(7), None)
    state.clear_compliance(cleared(), at + HOUR)
    record(store, state, at + HOUR)
    return state


def site_built(store: SqlStore, order: OrderState, at: datetime) -> OrderState:
    """Its form submitted before, and its site is there."""
    form = a_form(order.named_hosts, existing_customer=order.is_renewal)
    order.submit_provisioning_form(submitted(form), at - HOUR)
    order.report_site_built(renewal_done() if order.is_renewal else built(), at)
    record(store, order, at)
    return order


def subscribed(store: SqlStore, order: OrderState, at: datetime) -> SubscriptionState:
    """The subscription of an order whose site was built."""
    start = StartSubscription(
        by="tenure",
        subscription_id=order.subscription_id,
        order_number=order.number,
        customer_id=order.customer_id,
        partner_id=order.facing_partner_id,
        zone=order.zone,
        service_start_at=order.built_at or at,
        term_months=order.term_months,
    )
    state = SubscriptionState.started(start, at)
    record(store, state, at)
    return state


def bought(store: SqlStore, placed: PlaceOrder | None = None, at: datetime = MONDAY) -> SubscriptionState:
    """A subscription: its order was placed a week before."""
    order = site_built(store, shipped(store, placed, at - days(7)), at)
    return subscribed(store, order, at)


def renewed(store: SqlStore, subscription: SubscriptionState, placed: PlaceOrder, at: datetime) -> None:
    """By that order."""
    order = shipped(store, placed, at - days(7))
    site_built(store, order, at)
    news = RenewalNews(order_number=order.number, step=RenewalStep.COMPLETED)
    facts = RenewalFacts(term_months=order.term_months, partner_id=order.facing_partner_id, completed_at=at)
    subscription.renewal_reported(news, facts, at)
    record(store, subscription, at)


def tried(store: SqlStore, placed: StartTrial, at: datetime = MONDAY) -> TrialState:
    """A trial that was started."""
    state: TrialState = opened(store, placed, TrialState.placed(placed, at), at)
    state.begin(at)
    record(store, state, at)
    return state


def onboarded(store: SqlStore, at: datetime = MONDAY, **changes: Any) -> WholesaleState:
    """A wholesale customer, and everything of it is provisioned."""
    state: WholesaleState = wholesale.created(at, **changes)
    store.open_lifecycle(wholesale.an_onboarding(**changes), state, "run-1", at)
    record(store, state, at)
    state = wholesale.provisioned(now=at, **changes)
    record(store, state, at, run="run-2")
    return state

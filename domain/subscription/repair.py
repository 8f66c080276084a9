"""What `tenure audit` may do about a subscription."""

from collections.abc import Sequence
from typing import Final

from domain.events import Event
from domain.lifecycle import Lifecycle
from domain.repair import Other, Repair
from domain.subscription.messages import LONGEST_TERM, StartSubscription
from domain.subscription.state import SubscriptionState
from domain.view import LifecycleView
from domain.working_time import start_of_day

OPTION: Final = Lifecycle("option")


def _start(state: SubscriptionState, events: Sequence[Event]) -> StartSubscription:
    """Only to say which: what it goes on with (terms, renewals, partner) its run takes from the store."""
    orders = (event.data["order"] for event in events if "order" in event.data)
    return StartSubscription(
        by="tenure-audit",
        reason="started again after a restore",
        subscription_id=state.subscription_id,
        order_number=next(orders, state.subscription_id),
        customer_id=state.customer_id,
        partner_id=state.partner_id,
        zone=state.zone,
        service_start_at=start_of_day(state.first_day, state.zone),
        term_months=min(state.months, LONGEST_TERM),
        policy=state.policy,
    )


def _waits_for(view: LifecycleView) -> Other | None:
    """It takes no other renewal order while it waits for one, and cannot be terminated."""
    order = view.facts.get("renewal_order")
    return (Lifecycle.ORDER, order) if order else None


def _hears_of(state: SubscriptionState) -> Sequence[Other]:
    """An order or an option request that is over tells nobody again."""
    orders = [(Lifecycle.ORDER, order) for order in state.renewals]
    return [*orders, *((OPTION, request) for request in state.options)]


REPAIR: Final = Repair(
    first_state=SubscriptionState.started,
    start=_start,
    goes_on=True,
    ends_by="the update terminate",
    waits_for=_waits_for,
    hears_of=_hears_of,
)

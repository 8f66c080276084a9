"""What orders and subscriptions need from the store, beside what every lifecycle does."""

from datetime import date, datetime
from typing import Protocol

from activities.ports.store import LifecycleStore
from domain.order.messages import PlaceOrder
from domain.order.state import OrderState
from domain.reasons import Reason
from domain.values import Model, Refused


class SubscriptionUnknown(Refused):
    """A renewal names a subscription that does not exist. REN-01."""

    code = Reason.NOT_KNOWN


class RenewalNotPossible(Refused):
    """The subscription cannot be renewed by this order: terminated, another customer's, or renewed by another now."""

    code = Reason.NOT_RENEWABLE


class OpenedOrder(Model):
    """What the store knows that the order needs."""

    renewal_date: date | None = None
    """Of the subscription a renewal continues, local to the customer."""

    unconverted_trials: tuple[str, ...] = ()
    """What the customer of a new order tries now, or did and is in grace, and that no live order makes paid. AMB-53."""


class OrderStore(LifecycleStore, Protocol):
    """Orders."""

    def open_order(
        self, placed: PlaceOrder, state: OrderState, run: str, recorded_at: datetime, lost: frozenset[str] = frozenset()
    ) -> OpenedOrder:
        """`open_lifecycle` of an order, and what else it has to know; people in the roles ordering_partner,
        facing_partner, customer.

        Both raise also SubscriptionUnknown, RenewalNotPossible, and Refused on converts_trial: the trial is not known,
        another customer's, neither in use nor in grace, or this SO# makes another one paid. AMB-53.
        """
        ...


class CsmStore(Protocol):
    """Who looks after a subscription."""

    def assign_csm(self, subscription_id: str, roster: tuple[str, ...]) -> str:
        """Give the subscription to the CSM with the fewest, ties by roster order; a repeat gets the same answer.
        Works before the subscription's own row exists; terminated ones no longer count. ORD-27."""
        ...

"""What has to be there before a start can be forecast: the subscription that a renewal order continues."""

from datetime import date
from typing import Final

from domain.events import SYSTEM
from domain.order.messages import OrderKind, PlaceOrder
from domain.subscription.messages import StartSubscription
from domain.values import Message
from domain.working_time import add_months, start_of_day
from starter.console.exits import bad

COUNTED_FROM: Final = 48
"""Months before the renewal date: a leap day is counted from a leap day."""


def renewed(start: Message, renewal_date: str | None) -> tuple[Message, ...]:
    """As if it had begun so many months before its renewal date; nothing before any other start."""
    if not is_renewal(start):
        if renewal_date:
            raise bad("goes with a renewal only: this is a new order", "--renewal-date")
        return ()
    if renewal_date is None:
        raise bad("is required for a renewal: the day its subscription's term ends", "--renewal-date")
    try:
        return (a_term(start, date.fromisoformat(renewal_date)),)
    except ValueError:
        raise bad("must be a date such as 2032-06-02", "--renewal-date") from None


def is_renewal(start: Message) -> bool:
    """Does it continue a subscription?"""
    return isinstance(start, PlaceOrder) and start.kind is OrderKind.RENEWAL


def a_term(start: Message, ends_on: date) -> StartSubscription:
    """The term that ends then, of the subscription that this renewal continues."""
    assert isinstance(start, PlaceOrder)  # noqa: S101 - see is_renewal
    return StartSubscription(
        by=SYSTEM,
        subscription_id=start.subscription,
        order_number=start.sales_order_number,
        customer_id=start.customer.id,
        partner_id=start.facing_partner.id,
        zone=start.customer.zone,
        service_start_at=start_of_day(add_months(ends_on, -COUNTED_FROM), start.customer.zone),
        term_months=COUNTED_FROM,
        policy=start.policy.subscription,
    )

"""The terms an order runs under. They travel in its input and stay with it to its end."""

from datetime import time, timedelta

from domain.policy import BusinessDays, Span, TimeOfDay
from domain.subscription.policy import SubscriptionPolicy
from domain.values import Country, Model, Zone


class OrderPolicy(Model):
    """Every duration and reading of the rules for one order; business days are those of the vendor's country."""

    vendor_country: Country = Country("JP")
    """Whose holidays are not business days (ISO 3166). AMB-40."""

    vendor_zone: Zone = "Asia/Tokyo"
    """In whose time zone a business day ends, at local midnight. AMB-40."""

    hold_overdue: BusinessDays = 5
    """Business days after placing at whose end a hold is late: a jeopardy alert to the ordering partner.
    ORD-03, AMB-1."""

    build_guide: BusinessDays = 7
    """Business days from the form's submission to a built site: a guide, so late means jeopardy. ORD-18, ORD-19."""

    password_link_life: Span = timedelta(hours=72)
    """From the sending of the Welcome until its password link is void: clock hours. ORD-22."""

    graduation_reminders: tuple[Span, ...] = (timedelta(days=14), timedelta(days=30), timedelta(days=60))
    """Calendar days after the site is built at which the partner is reminded of Graduation. ORD-27, ORD-28."""

    graduation_due: Span = timedelta(days=30)
    """Calendar days after the site is built from which Graduation counts as overdue: shown, never enforced. AMB-45."""

    renewal_target: Span = timedelta(days=14)
    """Before the renewal date: the form of a renewal should be in by then, else a jeopardy alert. REN-07."""

    notices_at: TimeOfDay = time(9, 0)
    """Local time, in the customer's zone, at which reminders of a calendar day go out. AMB-39."""

    subscription: SubscriptionPolicy = SubscriptionPolicy()
    """The terms of the subscription that a new order starts."""

"""The terms an order runs under. They travel in its input and stay with it to its end."""

from datetime import time, timedelta
from typing import Final

from domain.policy import BusinessDays, ClosingDays, Days, Ladder, SomeDays, SomeTime, TimeOfDay
from domain.subscription.policy import SubscriptionPolicy
from domain.values import Country, Model, Zone

LONGEST_HOLIDAYS: Final = timedelta(days=30)
"""Longer than any run of days off: twice the business days wanted and these are calendar days enough."""


class OrderPolicy(Model):
    """Every duration and reading of the rules for one order; business days are those of the vendor's country."""

    vendor_country: Country = "JP"
    """Whose holidays are not business days (ISO 3166). AMB-40."""

    vendor_zone: Zone = "Asia/Tokyo"
    """In whose time zone a business day ends, at local midnight. AMB-40."""

    closing_days: ClosingDays = {"JP": ("12-29", "12-30", "12-31", "01-01", "01-02", "01-03")}
    """Days of every year that are no business days of a vendor in that country, beside its holidays. AMB-58."""

    hold_overdue: BusinessDays = 5
    """Business days after placing at whose end a hold is late: a jeopardy alert to the ordering partner.
    ORD-03, AMB-1."""

    build_guide: BusinessDays = 7
    """Business days from the form's submission to a built site: a guide, so late means jeopardy. ORD-18, ORD-19."""

    password_link_life: SomeTime = timedelta(hours=72)
    """From the sending of the Welcome until its password link is void: clock hours. ORD-22."""

    graduation_reminders: Ladder = (timedelta(days=14), timedelta(days=30), timedelta(days=60))
    """Calendar days after the site is built at which the partner is reminded of Graduation. ORD-27, ORD-28."""

    graduation_due: Days = timedelta(days=30)
    """Calendar days after the site is built from which Graduation counts as overdue: shown, never enforced. AMB-45."""

    renewal_target: SomeDays = timedelta(days=14)
    """Before the renewal date: the form of a renewal should be in by then, else a jeopardy alert. REN-07."""

    notices_at: TimeOfDay = time(9, 0)
    """Local time, in the customer's zone, at which reminders of a calendar day go out. AMB-39."""

    subscription: SubscriptionPolicy = SubscriptionPolicy()
    """The terms of the subscription that a new order starts."""

    def __hash__(self) -> int:
        """Though there is a mapping in it: pydantic copies a default that has no hash, for every order anew."""
        return hash((self.vendor_country, self.vendor_zone, self.hold_overdue, self.build_guide, self.subscription))

    @property
    def vendor_closed_on(self) -> tuple[str, ...]:
        """Beside holidays, in the vendor's country. AMB-58."""
        return self.closing_days.get(self.vendor_country, ())

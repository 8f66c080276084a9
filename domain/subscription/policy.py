"""The terms a subscription runs under. They travel in its input, from term to term."""

from datetime import time, timedelta

from domain.policy import Ladder, SomeDays, TimeOfDay
from domain.values import Model


class SubscriptionPolicy(Model):
    """Every duration of a subscription's term; calendar days are those of the customer's zone. AMB-39."""

    renewal_notices: Ladder = (timedelta(days=90), timedelta(days=60), timedelta(days=30))
    """Before the renewal date: the renewal contact is notified, unless a renewal order is under way. ORD-31, REN-07."""

    renewal_target: SomeDays = timedelta(days=14)
    """Before the renewal date: with no renewal order by then, the partner gets a jeopardy alert. REN-07."""

    notices_at: TimeOfDay = time(9, 0)
    """Local time, in the customer's zone, at which notices of a calendar day go out. AMB-39."""

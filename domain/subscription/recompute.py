"""A subscription's dates by new rules: the renewal date stays the calendar day it is. REN-08, AMB-39. Pure."""

from datetime import date, datetime

from domain.deadlines import Deadline
from domain.recompute import Recount
from domain.subscription.state import NOTICES, RENEWAL_DATE, SubscriptionState


class SubscriptionRecount(Recount[SubscriptionState]):
    """Nobody is suspended earlier than was announced."""

    def at(self, deadline: Deadline) -> datetime:
        """See base class."""
        if deadline.name == RENEWAL_DATE:
            return self.dated.suspends_at
        if deadline.ladder == NOTICES:
            return self.at_the_same_hour(deadline.at, self.state.policy.notices_at)
        return self.on_the_same_day(deadline.at)

    def final_days(self) -> tuple[date, ...]:
        """See base class. REN-08."""
        return (self.state.renewal_date,)

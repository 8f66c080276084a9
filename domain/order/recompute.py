"""An order's dates by new rules: business days by the holidays known today, the customer's days as they are. Pure."""

from datetime import datetime

from domain.business_days import end_of_business_day_after
from domain.deadlines import Deadline
from domain.order.state import BUILD_LATE, HOLD_OVERDUE, LINK_VOID, REMINDERS, OrderState
from domain.recompute import BusinessDays, RecomputeDates, Recount


class OrderRecount(Recount[OrderState]):
    """Alerts and reminders; the password link lives hours, which no rule changes."""

    @staticmethod
    def guide_of(state: OrderState) -> BusinessDays | None:
        """In business days of the vendor's country; one at a time, for a held order has no form."""
        pending = {each.name for each in state.agenda.pending if not each.set_by_operator}
        policy = state.policy
        if HOLD_OVERDUE in pending:
            return BusinessDays(state.placed_at, policy.hold_overdue, policy.vendor_country, policy.vendor_zone)
        if BUILD_LATE in pending and state.form_submitted_at is not None:
            return BusinessDays(state.form_submitted_at, policy.build_guide, policy.vendor_country, policy.vendor_zone)
        return None

    def at(self, deadline: Deadline) -> datetime:
        """See base class."""
        guide, calendar = self.guide_of(self.state), self.rules.calendar
        if deadline.name in (HOLD_OVERDUE, BUILD_LATE):
            if guide is None or calendar is None:
                return deadline.at
            closed = calendar.closed_on(self.state.policy.vendor_closed_on)
            return end_of_business_day_after(guide.start, guide.days, closed)
        if deadline.name == LINK_VOID:
            return deadline.at
        if deadline.ladder == REMINDERS:
            return self.at_the_same_hour(deadline.at, self.state.policy.notices_at)
        return self.on_the_same_day(deadline.at)

    def take(self, message: RecomputeDates, now: datetime) -> None:
        """People see anew whether all holidays are known, and the build guide is shown where it is due. AMB-40."""
        super().take(message, now)
        if (guide := self.guide_of(self.state)) and self.rules.calendar:
            self.state.plain_weekdays = False
            self.state.business_day_end(guide.start, guide.days, self.rules.calendar)
        pending = {each.name: each.at for each in self.state.agenda.pending if not each.set_by_operator}
        self.state.build_due_at = pending.get(BUILD_LATE, self.state.build_due_at)

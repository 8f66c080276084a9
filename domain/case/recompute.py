"""A case's clocks by new rules of zones and holidays. AMB-35, ADR 5. Pure."""

from datetime import datetime
from typing import Final

from domain.case.policy import HOLIDAYS_KNOWN
from domain.case.state import CaseState
from domain.deadlines import Deadline
from domain.recompute import BusinessDays, RecomputeDates, Recount
from domain.sla import ServiceTime

BUSINESS_DAYS_KNOWN: Final = HOLIDAYS_KNOWN.days // 2
"""Asked for in business days, as if every second day were none."""


class CaseRecount(Recount[CaseState]):
    """What clocks still wait for is counted anew; what was warned of, breached or met stays."""

    @staticmethod
    def guide_of(state: CaseState) -> BusinessDays | None:
        """Where the hours of service know holidays, those of today are asked for."""
        hours = state.policy.hours
        if state.closed or hours is None or hours.holidays_of is None:
            return None
        return BusinessDays(state.received_at, BUSINESS_DAYS_KNOWN, hours.holidays_of, hours.zone)

    @property
    def service_time(self) -> ServiceTime:
        """By the present rules."""
        hours, calendar = self.state.policy.hours, self.rules.calendar
        if hours is None:
            return ServiceTime()
        closed = calendar.closed_on(hours.closing_on) if calendar and hours.holidays_of else None
        return ServiceTime(hours=hours, calendar=closed, zone_rules=self.rules.zone_rules)

    def at(self, deadline: Deadline) -> datetime:
        """See base class."""
        counted = {each.name: each.at for each in self.state.clock_deadlines(self.service_time)}
        return counted.get(deadline.name, deadline.at)

    def take(self, message: RecomputeDates, now: datetime) -> None:
        """The clocks have the present rules from here on, too."""
        super().take(message, now)
        self.state.take_service_time(self.service_time, now, message)

"""A check's dates by new rules: the days stay, a deprovisioning never comes earlier than was said. AMB-39. Pure."""

from datetime import date, datetime

from domain.compliance.standing import CONTACT, LAST_CALL, UNREACHABLE, UNRESOLVED
from domain.compliance.state import CheckState
from domain.deadlines import Deadline
from domain.recompute import Recount


class CheckRecount(Recount[CheckState]):
    """A review is counted in minutes: no rule of a zone moves it."""

    def at(self, deadline: Deadline) -> datetime:
        """See base class."""
        if deadline.kind in (CONTACT, LAST_CALL):
            return self.at_the_same_hour(deadline.at, self.state.policy.notices_at)
        last_days = {UNRESOLVED: self.state.unresolved_on, UNREACHABLE: self.state.unreachable_on}
        day = last_days.get(deadline.kind)
        return self.dated.end_of(day) if day else deadline.at

    def final_days(self) -> tuple[date | None, ...]:
        """See base class. WHS-27."""
        return self.state.unresolved_on, self.state.unreachable_on

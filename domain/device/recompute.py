"""A device's dates by new rules: the EULA mail's day and the day of return stay. TRL-90, AMB-39. Pure."""

from datetime import datetime

from domain.deadlines import Deadline
from domain.device.state import EXPIRY, REMINDERS, RETURN_DUE, DeviceState
from domain.recompute import RecomputeDates, Recount


class DeviceRecount(Recount[DeviceState]):
    """What a loan has ends with a day, but for its reminders."""

    def at(self, deadline: Deadline) -> datetime:
        """See base class."""
        if deadline.ladder == REMINDERS:
            return self.at_the_same_hour(deadline.at, self.state.policy.notices_at)
        return self.on_the_same_day(deadline.at)

    def take(self, message: RecomputeDates, now: datetime) -> None:
        """The loan's own dates move with their deadlines; those acted on stay."""
        super().take(message, now)
        pending = {each.name: each.at for each in self.state.agenda.pending}
        self.state.expires_at = pending.get(EXPIRY, self.state.expires_at)
        self.state.return_due_at = pending.get(RETURN_DUE, self.state.return_due_at)

"""The dates of one trial, all counted from E in the customer's calendar. TRL-70 to TRL-80, AMB-39. Pure."""

from datetime import date, datetime

from domain.life import Life
from domain.trial.messages import Service
from domain.trial.policy import TrialPolicy
from domain.working_time import end_of_day


class TrialDates(Life):
    """A day is over when it ends at the customer's; instants are UTC."""

    policy: TrialPolicy
    zone: str
    """The customer's: its midnight ends a calendar day. AMB-39."""

    tried: tuple[Service, ...]
    """Every service the trial ever had: what grace ends, ends for those removed on the way, too. TRL-79."""

    expires_on: date | None = None
    """E, a day of the customer's calendar; the trial expires when that day ends."""

    grace_moved_to: date | None = None
    """The last day of grace, if it is another than E + 30: nobody had been told of the loss by then."""

    @property
    def expires_at(self) -> datetime | None:
        """E as an instant: the end of that calendar day in the customer's zone (UTC)."""
        return end_of_day(self.expires_on, self.zone) if self.expires_on else None

    @property
    def grace_ends_on(self) -> date | None:
        """The last day of grace, E + 30. TRL-76."""
        return self.grace_moved_to or (self.expires_on + self.policy.grace if self.expires_on else None)

    @property
    def grace_ends_at(self) -> datetime | None:
        """The end of that day in the customer's zone (UTC)."""
        return end_of_day(self.grace_ends_on, self.zone) if self.grace_ends_on else None

    @property
    def numbers_until(self) -> datetime | None:
        """15 days after grace, E + 45, for a trial that had Calling. TRL-79, AMB-13."""
        if self.grace_ends_on is None or Service.CALLING not in self.tried:
            return None
        return end_of_day(self.grace_ends_on + self.policy.numbers_kept, self.zone)

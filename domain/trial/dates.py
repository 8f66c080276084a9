"""The dates of one trial, all counted from E in the customer's calendar. TRL-70 to TRL-80, AMB-39. Pure."""

from datetime import date, datetime

from pydantic import AwareDatetime

from domain.lifecycle import LifecycleState
from domain.trial.losses import CALLING_CONFIGURATION, NUMBERS_RELEASED
from domain.trial.messages import Service
from domain.trial.policy import PROMPT, TrialPolicy
from domain.working_time import at_local_time, end_of_day, local_day


class TrialDates(LifecycleState):
    """A day is over when it ends at the customer's; instants are UTC."""

    policy: TrialPolicy
    tried: tuple[Service, ...]
    """Every service the trial ever had: what nobody else gives by then ends for those removed on the way, too. TRL-79,
    AMB-49."""

    expires_on: date | None = None
    """E, a day of the customer's calendar; the trial expires when that day ends."""

    grace_moved_to: date | None = None
    """The last day of grace, if it is another than E + 30: the loss had not been announced in time. AMB-51."""

    calling_lost_at: AwareDatetime | None = None
    """When the Calling configuration really went: numbers are kept from then on. AMB-50."""

    spared: dict[str, str] = {}
    """Steps of the end that spared something, and why. AMB-48."""

    def notice_at(self, day: date) -> datetime:
        """When the mails of a calendar day go out. AMB-47."""
        return at_local_time(day, self.policy.notices_at, self.rules)

    @property
    def expires_at(self) -> datetime | None:
        """E as an instant: the end of that calendar day in the customer's zone (UTC)."""
        return end_of_day(self.expires_on, self.rules) if self.expires_on else None

    @property
    def grace_ends_on(self) -> date | None:
        """The last day of grace, E + 30. TRL-76."""
        return self.grace_moved_to or (self.expires_on + self.policy.grace if self.expires_on else None)

    @property
    def grace_ends_at(self) -> datetime | None:
        """The end of that day in the customer's zone (UTC)."""
        return self.end_of(self.grace_ends_on) if self.grace_ends_on else None

    @property
    def numbers_until(self) -> datetime | None:
        """The end of the last day on which phone numbers are kept (UTC)."""
        return self.end_of(self.numbers_until_on) if self.numbers_until_on else None

    @property
    def numbers_until_on(self) -> date | None:
        """15 days after grace, E + 45, for a trial that had Calling; after a late loss 15 days from that. AMB-50."""
        if self.grace_ends_on is None or self.grace_ends_at is None or Service.CALLING not in self.tried:
            return None
        if self.spared.keys() & {CALLING_CONFIGURATION, NUMBERS_RELEASED}:
            return None
        last_day, lost_at = self.grace_ends_on, self.calling_lost_at
        if lost_at is not None and lost_at - self.grace_ends_at > PROMPT:
            last_day = local_day(lost_at, self.rules)
        return last_day + self.policy.numbers_kept

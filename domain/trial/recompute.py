"""A trial's dates by new rules: E, grace and the loss stay the calendar days they are. AMB-39. Pure."""

from datetime import date, datetime

from domain.deadlines import Deadline
from domain.recompute import Recount
from domain.trial.state import CONSENT, EXPIRES_TODAY, GRACE_END, LAST_CALL, NUMBERS, WARNING, TrialState
from domain.working_time import local_day


class TrialRecount(Recount[TrialState]):
    """Consent, loss and release of numbers never come earlier: whoever can still stop them was told when."""

    def at(self, deadline: Deadline) -> datetime:
        """See base class."""
        if deadline.kind in (WARNING, EXPIRES_TODAY, LAST_CALL):
            return self.at_the_same_hour(deadline.at, self.state.policy.notices_at)
        final = {GRACE_END: self.dated.grace_ends_at, NUMBERS: self.dated.numbers_until, CONSENT: self._consent_lapses}
        return final.get(deadline.name) or self.on_the_same_day(deadline.at)

    def final_days(self) -> tuple[date | None, ...]:
        """See base class. TRL-25, TRL-77, TRL-80."""
        return self._last_day_of_consent, self.state.grace_ends_on, self.state.numbers_until_on

    @property
    def _last_day_of_consent(self) -> date | None:
        requested_at = self.state.consent_requested_at
        if requested_at is None:
            return None
        return local_day(requested_at, self.state.rules) + self.state.policy.consent_window

    @property
    def _consent_lapses(self) -> datetime | None:
        return self.dated.end_of(self._last_day_of_consent) if self._last_day_of_consent else None

"""What a list says of a trial: what it has, and how long yet. TRL-74. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Self

from pydantic import Field

from domain.list_line import ListLine
from domain.trial.state import TrialState
from domain.trial.states import TrialStage
from domain.values import in_days
from domain.working_time import days_left


class TrialLine(ListLine):
    """Days are those of the customer's calendar; the last one is 0."""

    trial_id: str
    expires_on: date | None
    services: tuple[str, ...]
    zone: str = Field(description="The customer's: a day ends at its midnight.")
    days_left: int | None = Field(description="Until E, while the trial runs.")
    grace_days_left: int | None = Field(description="Until what it has is lost for good, while it is in grace.")

    @classmethod
    def of(cls, state: TrialState, now: datetime) -> Self:
        """As of `now`."""
        runs_until = state.expires_on if state.stage is TrialStage.TRIALING else None
        return cls(
            trial_id=state.trial_id,
            expires_on=state.expires_on,
            services=state.services,
            zone=state.zone,
            days_left=days_left(runs_until, now, state.rules) if runs_until else None,
            grace_days_left=state.grace_days_left(now),
        )

    def cells(self) -> Mapping[str, str]:
        """E is a day of the customer's calendar; the last instant of it counts."""
        expiry = self.expires_on.isoformat() if self.expires_on else "–"
        return {"services": ", ".join(self.services), "E": expiry, "left": self._left()}

    def _left(self) -> str:
        if self.days_left is not None:
            return in_days(timedelta(self.days_left))
        return f"grace: {in_days(timedelta(self.grace_days_left))}" if self.grace_days_left is not None else "–"

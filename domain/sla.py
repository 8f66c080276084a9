"""SLA clocks: targets in hours of service, pauses, warnings and breaches, each at its instant. SUP-20, AMB-34 to AMB-37.

Pure: reads no clock.
"""

from datetime import time
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from domain.checks import Judged, named_once
from domain.policy import ClosingDays, SomeTime, Span, TimeOfDay
from domain.values import Country, Model, Zone

Weekdays = Annotated[
    tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(min_length=1, max_length=7), AfterValidator(Judged(named_once))
]
"""ISO weekdays: 1 is Monday, 7 is Sunday."""


class ServiceHours(Model):
    """When clocks run: on some weekdays, from one time to another, but for public holidays. AMB-35."""

    zone: Zone
    weekdays: Weekdays = (1, 2, 3, 4, 5)
    opens: TimeOfDay = time(9, 0)
    closes: TimeOfDay = time(18, 0)
    """Later on the same day; `00:00` is the end of the day."""

    holidays_of: Country | None = None
    """Whose public holidays are none; None: there are no holidays."""

    closing_days: ClosingDays = {}


class Target(Model):
    """Until when something should be done, and until when it has to be. AMB-34."""

    warn_after: SomeTime
    breach_after: SomeTime

    @model_validator(mode="after")
    def _warns_first(self) -> Self:
        if self.warn_after > self.breach_after:
            raise ValueError("warn_after must not be longer than breach_after (AMB-34)")
        return self


class Cadence(Model):
    """When something is due again and again. AMB-37."""

    first_after: SomeTime
    every: SomeTime
    warn_before: Span

    @model_validator(mode="after")
    def _warns_within_the_period(self) -> Self:
        if self.warn_before >= min(self.every, self.first_after):
            raise ValueError("warn_before must be shorter than every and first_after (AMB-37)")
        return self

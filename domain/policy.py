"""What the numbers of every policy must be: an order brings its own terms, and no calendar reckons with all of them."""

from datetime import time, timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, Field


def _on_the_wall(time_of_day: time) -> time:
    if time_of_day.tzinfo is not None:
        raise ValueError("must be a time of day such as 09:00, without an offset")
    return time_of_day


HOUR: Final = timedelta(hours=1)

BusinessDays = Annotated[int, Field(ge=1, le=250)]
"""How many business days: at least one, at most about a year of them."""

Span = Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=3660))]
"""A duration: not negative, at most about ten years."""


def _whole_days(span: timedelta) -> timedelta:
    if span % timedelta(days=1):
        raise ValueError("must be whole days such as P7D: dates are counted on the customer's calendar (AMB-39)")
    return span


Days = Annotated[Span, AfterValidator(_whole_days)]
"""A duration of whole calendar days, none or more."""

SomeDays = Annotated[Days, Field(ge=timedelta(days=1))]
"""One calendar day or more."""

POSTPONED_BY: Final = timedelta(days=7)
"""What an operator who moves a date is offered: from the date there was, or from today if that is past."""

TimeOfDay = Annotated[time, AfterValidator(_on_the_wall)]
"""What the clock on the wall shows; the zone is somebody's."""

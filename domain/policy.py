"""What the numbers of every policy must be: an order brings its own terms, and no calendar reckons with all of them."""

from datetime import time, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field


def _on_the_wall(time_of_day: time) -> time:
    if time_of_day.tzinfo is not None:
        raise ValueError("must be a time of day such as 09:00, without an offset")
    return time_of_day


BusinessDays = Annotated[int, Field(ge=1, le=250)]
"""How many business days: at least one, at most about a year of them."""

Span = Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=3660))]
"""A duration: not negative, at most about ten years."""

TimeOfDay = Annotated[time, AfterValidator(_on_the_wall)]
"""What the clock on the wall shows; the zone is somebody's."""

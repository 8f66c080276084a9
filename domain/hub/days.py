"""Days and months as people count them: calendar days in the customer's zone, whoever reads. AMB-39. Pure.

A window of 90 days holds what has 0 to 90 days left (or lies 0 to 90 days back), so that a list and the number of days
in its rows never contradict each other. Something that ends at this very instant has ended.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from domain.working_time import ZONES_AT_ONCE, add_months, local_day

MOMENTS_AT_ONCE: Final = 10_000
"""Ends of days that stay reckoned: many entitlements share them."""


@lru_cache(maxsize=ZONES_AT_ONCE)
def today(at: datetime, zone: str) -> date:
    """The day it is there."""
    return local_day(at, zone)


@lru_cache(maxsize=MOMENTS_AT_ONCE)
def last_day(ends_at: datetime, zone: str) -> date:
    """The last day of what ends then: its end is the first instant of the day after. AMB-39."""
    return local_day(ends_at - datetime.resolution, zone)


def days_to(ends_at: datetime | None, at: datetime, zone: str) -> int | None:
    """0 on its last day, negative once it is over; None: it has no end."""
    return None if ends_at is None else (last_day(ends_at, zone) - today(at, zone)).days


def days_since(day: date, at: datetime, zone: str) -> int:
    """0 on that day itself."""
    return (today(at, zone) - day).days


def within(days: int | None, window: timedelta) -> bool:
    """From today on, and not further away than the window; its last day is within."""
    return days is not None and 0 <= days <= window.days


def months_between(first: date, last: date) -> int:
    """Whole months: from the 31st of January to the 28th of February is one. None, if `last` is earlier."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return max(0, months if add_months(first, months) <= last else months - 1)

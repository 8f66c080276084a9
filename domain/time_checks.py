"""How spans, times of day and days of the year are written, and checks of them. Pure."""

import re
from contextlib import suppress
from datetime import date, time, timedelta
from typing import Any, Final

from domain.checks import InOurWords

_DURATION: Final = re.compile(r"-?P(?=[\dT])(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")


def is_duration(given: Any) -> None:
    """As it is written: days, hours, minutes. A bare number has no unit; a month and a year have no length."""
    if isinstance(given, timedelta):
        return
    if isinstance(given, str) and _DURATION.fullmatch(given):
        return
    if isinstance(given, str) and re.fullmatch(r"-?P[\dWDYM]+(T.*)?", given):
        raise InOurWords("must be in days or hours, such as P30D or PT72H: months and years differ in length")
    raise InOurWords("must be a duration with its unit, such as PT72H or P30D")


def duration(span: timedelta) -> str:
    """In ISO 8601 without years and months, as it may be sent: `P400D`, `PT72H`, `P1DT2H30M`."""
    seconds, rest = divmod(span.total_seconds(), 1)
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    fraction = f"{rest:.6f}"[1:].rstrip("0").rstrip(".")
    day = f"{days}D" if days else ""
    of_day = f"{hour}H" * bool(hour) + f"{minute}M" * bool(minute) + f"{second}{fraction}S" * bool(second or fraction)
    return f"P{day}T{of_day}" if of_day else f"P{day}" if day else "PT0S"


def are_whole_days(span: timedelta) -> None:
    """Dates are counted on the customer's calendar. AMB-39."""
    if span.seconds or span.microseconds:
        raise ValueError("must be whole days such as P7D: dates are counted on the customer's calendar (AMB-39)")


def has_no_offset(time_of_day: time) -> None:
    """The zone is somebody's: theirs, not the number's."""
    if time_of_day.tzinfo is not None:
        raise ValueError("must be a time of day such as 09:00, without an offset")


LEAP_YEAR: Final = 2000


def is_month_day(day: str) -> None:
    """A day that some year has: 29 February too."""
    with suppress(ValueError):
        if re.fullmatch(r"[0-9]{2}-[0-9]{2}", day) and date.fromisoformat(f"{LEAP_YEAR}-{day}"):
            return
    raise InOurWords("must be a day of the year, month first, such as 12-29")

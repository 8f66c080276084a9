"""Calendar days, business days and periods as exact UTC instants. Pure: reads no clock, holds no business number.

A calendar day belongs to a zone (AMB-39) and is half-open: from its first instant to the first instant of the next day.
"""

from bisect import bisect_left
from calendar import SATURDAY, monthrange
from datetime import UTC, date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, field_serializer, model_validator


class NaiveInstant(ValueError):
    """A datetime without a zone: nobody can say which instant it means."""

    def __init__(self, instant: datetime) -> None:
        super().__init__(f"{instant.isoformat()} has no time zone; give an aware datetime")
        self.instant = instant


def in_utc(instant: datetime) -> datetime:
    """The same instant in `datetime.UTC`; a naive datetime is refused.

    Python compares two datetimes of one zone by their wall clocks, which is wrong while clocks go back: UTC never is.
    """
    if instant.utcoffset() is None:
        raise NaiveInstant(instant)
    return instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""An aware datetime, kept in UTC whatever zone it came in: it compares right and survives JSON unchanged."""


class InstantForDay(ValueError):
    """An instant was given for a calendar day: only a zone can say which day that is."""

    def __init__(self, instant: datetime) -> None:
        super().__init__(f"{instant.isoformat()} is an instant, not a calendar day; ask local_day(instant, zone) first")
        self.instant = instant


def _refuse_instant(day: date) -> None:
    if isinstance(day, datetime):
        raise InstantForDay(day)


class UnknownZone(ValueError):
    """No such time zone in the IANA database of this machine."""

    def __init__(self, zone: str) -> None:
        super().__init__(f"{zone!r} is not an IANA time zone such as Asia/Tokyo")
        self.zone = zone


def _rules_of(zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise UnknownZone(zone) from None


def local_day(instant: datetime, zone: str) -> date:
    """The calendar day it is in `zone` at `instant`. AMB-39."""
    return in_utc(instant).astimezone(_rules_of(zone)).date()


class ZonedTimeOfDay(ValueError):
    """A time of day that brings a zone of its own: it would contradict the zone of the day."""

    def __init__(self, time_of_day: time) -> None:
        super().__init__(f"{time_of_day.isoformat()} has a time zone; give the bare time on the wall clock")
        self.time_of_day = time_of_day


def at_local_time(day: date, time_of_day: time, zone: str) -> datetime:
    """The UTC instant at which clocks in `zone` show `time_of_day` on `day`. AMB-39.

    A time the clocks skip (they go forward) gives the first instant after the gap, possibly on the next day; a time
    they show twice (they go back) gives the earlier one.
    """
    _refuse_instant(day)
    if time_of_day.tzinfo is not None:
        raise ZonedTimeOfDay(time_of_day)
    rules = _rules_of(zone)
    wall = datetime.combine(day, time_of_day.replace(fold=0))
    instant = wall.replace(tzinfo=rules).astimezone(UTC)
    skipped = instant.astimezone(rules).replace(tzinfo=None) != wall
    return _end_of_gap(wall, rules) if skipped else instant


def _end_of_gap(wall: datetime, rules: ZoneInfo) -> datetime:
    """The first instant after the gap that holds `wall`, a wall time the clocks skip.

    Read with the offset after the gap such a time falls before the change, with the one before the gap after it
    (PEP 495): the change is the second in between from which clocks show more than `wall`.
    """
    before, after = (int(wall.replace(tzinfo=rules, fold=fold).timestamp()) for fold in (1, 0))
    seconds = range(before, after + 1)
    change = bisect_left(seconds, wall, key=lambda s: datetime.fromtimestamp(s, rules).replace(tzinfo=None))
    return datetime.fromtimestamp(seconds[change], UTC)


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of the calendar day in `zone`, in UTC: local midnight, or the end of a gap that swallows it.

    Where clocks go back over midnight, the earlier midnight. Later days start strictly later, except that a day the
    zone left out altogether (Pacific/Apia 2011-12-30) starts, and at once ends, when the next existing day starts.
    """
    return at_local_time(day, time.min, zone)


def end_of_day(day: date, zone: str) -> datetime:
    """The instant in UTC at which the calendar day is over in `zone`: the start of the next, no longer part of it."""
    return start_of_day(day + date.resolution, zone)


def days_left(until: datetime, now: datetime, zone: str) -> int:
    """Whole calendar days in `zone` from the local day of `now` to that of `until`: 0 on the day itself, then negative.

    The instant that ends a day belongs to the next one: for "E = end of that day" (AMB-39) ask with an instant of E.
    """
    return (local_day(until, zone) - local_day(now, zone)).days


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later, or that month's last day where it is shorter.

    Count every term from the first anchor, add_months(anchor, n * term): 31 Jan, 28 Feb, 31 Mar. Adding a term to the
    previous result would keep the 28th for good.
    """
    _refuse_instant(day)
    years, months_in = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, months_in + 1
    _, length = monthrange(year, month)
    return date(year, month, min(day.day, length))


class OutsideCalendar(ValueError):
    """A day for which the holidays are not known: an answer would be a guess."""

    def __init__(self, day: date, country: str) -> None:
        super().__init__(f"holidays of {country} are not known for {day.isoformat()}; load a calendar that covers it")
        self.day = day
        self.country = country


class WorkingCalendar(BaseModel):
    """The business days of one country: Monday to Friday without its public holidays. AMB-40."""

    model_config = ConfigDict(frozen=True)

    country: str
    """Whose holidays they are, ISO 3166-1 alpha-2."""

    zone: str
    """The IANA zone in which a day starts and ends. AMB-39."""

    holidays: frozenset[date]
    """Days off beside Saturday and Sunday, substitute days included."""

    first: date
    """The first day for which holidays are known."""

    last: date
    """The first day for which they are not known any more: [first, last)."""

    @model_validator(mode="after")
    def _is_usable(self) -> "WorkingCalendar":
        _rules_of(self.zone)
        if self.last <= self.first:
            raise ValueError(f"last ({self.last}) must be after first ({self.first})")
        return self

    @field_serializer("holidays", when_used="json")
    def _in_order(self, holidays: frozenset[date]) -> list[date]:
        """One calendar is one text, whatever order a set has in this process."""
        return sorted(holidays)

    def is_business_day(self, day: date) -> bool:
        """Is `day` Monday to Friday and no holiday? Outside [first, last) nobody knows: OutsideCalendar."""
        _refuse_instant(day)
        if not self.first <= day < self.last:
            raise OutsideCalendar(day, self.country)
        return day.weekday() < SATURDAY and day not in self.holidays

    def next_business_day(self, day: date) -> date:
        """The first business day after `day`."""
        day += date.resolution
        while not self.is_business_day(day):
            day += date.resolution
        return day


class NotCountable(ValueError):
    """A count of business days below one: there is no such day to end."""

    def __init__(self, days: int) -> None:
        super().__init__(f"business days are counted from 1, not {days}")
        self.days = days


def end_of_business_day_after(start: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """The instant in UTC at which the `days`-th business day after the local day of `start` is over.

    The day of `start` itself never counts, at whatever hour and whether or not it is a business day. The result is the
    midnight, in the calendar's zone, that ends the day: what is done before it is in time. ORD-18, AMB-1, AMB-40.
    """
    if days < 1:
        raise NotCountable(days)
    day = local_day(start, calendar.zone)
    for _ in range(days):
        day = calendar.next_business_day(day)
    return end_of_day(day, calendar.zone)

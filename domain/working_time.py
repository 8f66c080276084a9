"""Calendar days and business days as exact UTC instants. Pure: reads no clock, holds no business number.

A calendar day belongs to a zone (AMB-39) and is half-open: from its first instant to the first instant of the next day.
"""

from base64 import b64decode
from bisect import bisect_left
from calendar import SATURDAY, monthrange
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from io import BytesIO
from itertools import product
from typing import Annotated, Final, NamedTuple
from zlib import decompress
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


def in_json(instant: datetime) -> str:
    """The one form of instants for programs, as pydantic writes them: UTC, `2026-05-07T15:00:00Z`. RFC 3339."""
    return in_utc(instant).isoformat().replace("+00:00", "Z")


class InstantForDay(ValueError):
    """An instant was given for a calendar day: only a zone can say which day that is."""

    def __init__(self, instant: datetime) -> None:
        super().__init__(f"{instant.isoformat()} is an instant, not a calendar day; ask local_day(instant, zone) first")
        self.instant = instant


def _refuse_instant(day: date) -> None:
    if isinstance(day, datetime):
        raise InstantForDay(day)


class UnknownZone(ValueError):
    """No such time zone in the package tzdata."""

    def __init__(self, zone: str) -> None:
        super().__init__(f"{zone!r} is not an IANA time zone such as Asia/Tokyo")
        self.zone = zone


class ZoneRules(BaseModel):
    """How the clocks of a zone ran and will run, as recorded at an opening: no later release moves its dates."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    name: str
    """The IANA zone."""

    tzif: str
    """Its compiled rules (RFC 9636), compressed by zlib, in base64."""


Zone = str | ZoneRules
"""Where a calendar day is: recorded rules, or a name, which means the rules of the package tzdata as it is now."""

ZONES_AT_ONCE: Final = 1000
"""More than there are zones: rules once read stay read."""


def _rules_of(zone: Zone) -> ZoneInfo:
    if isinstance(zone, ZoneRules):
        return _recorded(zone)
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise UnknownZone(zone) from None


@lru_cache(maxsize=ZONES_AT_ONCE)
def _recorded(rules: ZoneRules) -> ZoneInfo:
    return ZoneInfo.from_file(BytesIO(decompress(b64decode(rules.tzif))), key=rules.name)


def name_of(zone: Zone) -> str:
    """Its IANA name."""
    return zone.name if isinstance(zone, ZoneRules) else zone


def on_the_clock(instant: datetime, zone: Zone) -> datetime:
    """What clocks in `zone` show at `instant`."""
    return in_utc(instant).astimezone(_rules_of(zone))


def local_day(instant: datetime, zone: Zone) -> date:
    """The calendar day it is in `zone` at `instant`. AMB-39."""
    return on_the_clock(instant, zone).date()


class ZonedTimeOfDay(ValueError):
    """A time of day that brings a zone of its own: it would contradict the zone of the day."""

    def __init__(self, time_of_day: time) -> None:
        super().__init__(f"{time_of_day.isoformat()} has a time zone; give the bare time on the wall clock")
        self.time_of_day = time_of_day


def at_local_time(day: date, time_of_day: time, zone: Zone) -> datetime:
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


def start_of_day(day: date, zone: Zone) -> datetime:
    """The first instant of the calendar day in `zone`, in UTC: local midnight, or the end of a gap that swallows it.

    Where clocks go back over midnight, the earlier midnight. Later days start strictly later, except that a day the
    zone left out altogether (Pacific/Apia 2011-12-30) starts, and at once ends, when the next existing day starts.
    """
    return at_local_time(day, time.min, zone)


def end_of_day(day: date, zone: Zone) -> datetime:
    """The instant in UTC at which the calendar day is over in `zone`: the start of the next, no longer part of it."""
    return start_of_day(day + date.resolution, zone)


def days_left(last_day: date, now: datetime, zone: Zone) -> int:
    """Calendar days in `zone` from the day it is at `now` to a last day: 0 on that day itself, then negative.

    The one count of days that mails, pages and lists show. Who extends a trial today by 30 days has 30 left, until
    midnight: the hour does not count. AMB-39, AMB-11.
    """
    _refuse_instant(last_day)
    return (last_day - local_day(now, zone)).days


class ClockReading(NamedTuple):
    """What people in a zone read for an instant. The instant that ends a day is 24:00 of that day."""

    there: datetime
    """On the clock there; of the end of a day the last instant before, so that day, zone and offset are that day's."""

    time: str
    """`09:00`, or `24:00`."""

    @property
    def day(self) -> date:
        return self.there.date()

    @property
    def offset(self) -> str:
        """Ahead of UTC: `+09:00`, `-03:30`."""
        minutes = int((self.there.utcoffset() or timedelta(0)).total_seconds() / 60)
        hours, rest = divmod(abs(minutes), 60)
        return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"

    @property
    def in_words(self) -> str:
        """`2026-05-07 24:00`."""
        return f"{self.day} {self.time}"


def clock_reading(instant: datetime, zone: Zone) -> ClockReading:
    """The one form of instants for people: the end of the 29th is 24:00 of the 29th, also where the clocks skip the
    midnight that ends it and show 01:00 next."""
    there = on_the_clock(instant, zone)
    if start_of_day(there.date(), zone) == in_utc(instant):
        return ClockReading(on_the_clock(in_utc(instant) - datetime.resolution, zone), "24:00")
    return ClockReading(there, f"{there:%H:%M}")


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


class WorkingCalendar(BaseModel):
    """The business days of one country: Monday to Friday without its public holidays. AMB-40."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    country: str
    """Whose holidays they are, ISO 3166-1 alpha-2."""

    zone: str
    """The IANA zone in which a day starts and ends. AMB-39."""

    zone_rules: ZoneRules | None = None
    """Of that zone, as recorded with the calendar."""

    holidays: frozenset[date]
    """Days off beside Saturday and Sunday, substitute days included."""

    first: date
    """The first day for which holidays are known."""

    last: date
    """The first day for which they are not known any more: [first, last). Beyond, every Monday to Friday counts."""

    @model_validator(mode="after")
    def _is_usable(self) -> "WorkingCalendar":
        _rules_of(self.where)
        if self.last < self.first:
            raise ValueError(f"last ({self.last}) must not be before first ({self.first})")
        return self

    @field_serializer("holidays", when_used="json")
    def _in_order(self, holidays: frozenset[date]) -> list[date]:
        """One calendar is one text, whatever order a set has in this process."""
        return sorted(holidays)

    @property
    def where(self) -> Zone:
        """Whose midnight ends a day."""
        return self.zone_rules or self.zone

    def knows(self, day: date) -> bool:
        """Are the holidays of `day` known? Where they are not, a guide counts plain weekdays, and people see it."""
        return self.first <= day < self.last

    def closed_on(self, month_days: Collection[str]) -> "WorkingCalendar":
        """The calendar of one of its country who does not work on these days of every year (`12-29`). AMB-58."""
        years = range(self.first.year, self.last.year + 1)
        closed = {day for year, month_day in product(years, month_days) if (day := _day_of(year, month_day))}
        return self.model_copy(update={"holidays": self.holidays | closed})

    def is_business_day(self, day: date) -> bool:
        """Is `day` Monday to Friday and, as far as is known, no holiday?"""
        _refuse_instant(day)
        return day.weekday() < SATURDAY and day not in self.holidays

    def next_business_day(self, day: date) -> date:
        """The first business day after `day`."""
        day += date.resolution
        while not self.is_business_day(day):
            day += date.resolution
        return day


def _day_of(year: int, month_day: str) -> date | None:
    """None for 29 February in most years."""
    with suppress(ValueError):
        return date.fromisoformat(f"{year}-{month_day}")
    return None


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
    day = local_day(start, calendar.where)
    for _ in range(days):
        day = calendar.next_business_day(day)
    return end_of_day(day, calendar.where)

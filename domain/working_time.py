"""Calendar days and business days as exact UTC instants. Pure: reads no clock, holds no business number.

A calendar day belongs to a zone (AMB-39) and is half-open: from its first instant to the first instant of the next day.
"""

from base64 import b64decode
from bisect import bisect_left
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from io import BytesIO
from typing import Annotated, Final, NamedTuple
from zlib import decompress
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


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


def check_day(day: date) -> None:
    """Raises InstantForDay: an instant is a `date` to Python, and no calendar day."""
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


def rules_of(zone: Zone) -> ZoneInfo:
    """As recorded, else as the pinned database has them now; raises UnknownZone."""
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
    return in_utc(instant).astimezone(rules_of(zone))


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
    check_day(day)
    if time_of_day.tzinfo is not None:
        raise ZonedTimeOfDay(time_of_day)
    rules = rules_of(zone)
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
    check_day(last_day)
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
    check_day(day)
    years, months_in = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, months_in + 1
    _, length = monthrange(year, month)
    return date(year, month, min(day.day, length))

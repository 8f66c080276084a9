"""Hours of service: how much of them lies between two instants, and when so much has passed. AMB-35. Pure.

Built on the clocks of `working_time.py`: a window runs from the instant of `opens` to the instant of `closes`. Where
the clocks skip one of them it is the first instant after the gap; where they show it twice, the earlier one.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Final, NamedTuple, Self

from pydantic import AfterValidator, Field, model_validator

from domain.business_days import WorkingCalendar
from domain.checks import Judged, named_once
from domain.policy import ClosingDays, TimeOfDay
from domain.values import Country, Model, Zone
from domain.working_time import Zone as AnyZone
from domain.working_time import ZoneRules, at_local_time, in_utc, local_day

Weekdays = Annotated[
    tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(min_length=1, max_length=7), AfterValidator(Judged(named_once))
]
"""ISO weekdays: 1 is Monday, 7 is Sunday."""

DAYS_LOOKED_AT: Final = 7_320
"""How far ahead `after` looks: twenty years, twice the longest `Span`. What takes longer is never due."""

WEEKS_ACCEPTED: Final = 522
"""Half of that: holidays and closing days may take the other half."""

WINDOWS_AT_ONCE: Final = 20_000
"""Windows once reckoned stay reckoned, for the zones and hours of many cases."""


class ServiceHours(Model):
    """When clocks run: on some weekdays, from one time to another, but for public holidays. AMB-35."""

    zone: Zone
    weekdays: Weekdays = (1, 2, 3, 4, 5)
    """On which a window opens. A night shift belongs to the day on which it opens."""

    opens: TimeOfDay = time(9, 0)
    closes: TimeOfDay = time(18, 0)
    """Later on the same day, or, if earlier than `opens`, on the next: `00:00` is the end of the day."""

    holidays_of: Country | None = None
    """Whose public holidays are none; None: there are no holidays."""

    closing_days: ClosingDays = {}
    """Further days of every year without service, of that country."""

    @model_validator(mode="after")
    def _opens_at_all(self) -> Self:
        if self.opens == self.closes != time.min:
            raise ValueError("closes must differ from opens; 00:00 to 00:00 is the whole day (AMB-35)")
        return self

    @model_validator(mode="after")
    def _closes_where_it_serves(self) -> Self:
        if others := sorted(set(self.closing_days) - {self.holidays_of}):
            raise ValueError(f"closing_days may only name the country of holidays_of, not {', '.join(others)} (AMB-35)")
        return self

    @property
    def closing_on(self) -> tuple[str, ...]:
        """The days of every year to take out of the calendar: `calendar.closed_on(hours.closing_on)`."""
        return self.closing_days.get(self.holidays_of or "", ())

    @property
    def a_week(self) -> timedelta:
        """How much service a week without holidays has, as the clocks on the wall show it."""
        opens, closes = (datetime.combine(date.min, each) for each in (self.opens, self.closes))
        window = closes - opens if closes > opens else closes + date.resolution - opens
        return len(self.weekdays) * window

    def can_pass(self, span: timedelta) -> bool:
        """Does so much service pass within about ten years, were there no holidays? Else it would never be due."""
        return span <= self.a_week * WEEKS_ACCEPTED


class Window(NamedTuple):
    """Service from one instant to another, [opens, closes)."""

    opens: datetime
    closes: datetime


@lru_cache(maxsize=WINDOWS_AT_ONCE)
def _window(day: date, opens: time, closes: time, where: AnyZone) -> Window:
    """Of the calendar day on which it opens."""
    last = day if closes > opens else day + date.resolution
    return Window(at_local_time(day, opens, where), at_local_time(last, closes, where))


class ServiceTime(Model):
    """What reckoning in hours of service needs, as recorded at an opening. Without hours it is day and night."""

    hours: ServiceHours | None = None
    """None: day and night, every day."""

    calendar: WorkingCalendar | None = None
    """The holidays, closing days included. Beyond its last day, and without one, every weekday of service counts."""

    zone_rules: ZoneRules | None = None
    """Of the zone of the hours; None: the rules of the package tzdata as it is now."""

    @model_validator(mode="after")
    def _has_the_rules_of_its_zone(self) -> Self:
        if self.hours and self.zone_rules and self.zone_rules.name != self.hours.zone:
            raise ValueError(f"zone_rules are of {self.zone_rules.name}, the hours of {self.hours.zone}")
        return self

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much service lies in [start, end); none if `end` is not later."""
        return sum((closes - opens for opens, closes in self._windows(start, end)), timedelta(0))

    def after(self, start: datetime, span: timedelta, *, within: datetime | None = None) -> datetime | None:
        """The earliest instant at which `between(start, it)` is `span`. None: so much service does not pass until
        `within`, else not within DAYS_LOOKED_AT."""
        start, left = in_utc(start), span
        if self.hours is None or not span:
            return start + span
        for opens, closes in self._windows(start, within or start + DAYS_LOOKED_AT * date.resolution):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        return None

    def _windows(self, start: datetime, end: datetime) -> Iterator[Window]:
        """The service in [start, end), piece by piece, none of them empty."""
        start, end = in_utc(start), in_utc(end)
        for opens, closes in self._whole_windows(start, end):
            within = Window(max(opens, start), min(closes, end))
            if within.opens < within.closes:
                yield within

    def _whole_windows(self, start: datetime, end: datetime) -> Iterator[Window]:
        if self.hours is None:
            yield Window(start, end)
            return
        where: AnyZone = self.zone_rules or self.hours.zone
        day, last = local_day(start, where) - date.resolution, local_day(end, where)
        while day <= last:
            if self._serves_on(day, self.hours):
                yield _window(day, self.hours.opens, self.hours.closes, where)
            day += date.resolution

    def _serves_on(self, day: date, hours: ServiceHours) -> bool:
        return day.isoweekday() in hours.weekdays and (self.calendar is None or day not in self.calendar.holidays)

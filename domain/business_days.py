"""Business days of one country, and when so many of them are over. AMB-40. Pure; no clock."""

from calendar import SATURDAY
from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime
from itertools import product

from pydantic import BaseModel, ConfigDict, field_serializer, model_validator

from domain.working_time import Zone, ZoneRules, check_day, end_of_day, local_day, rules_of


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
        rules_of(self.where)
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
        check_day(day)
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

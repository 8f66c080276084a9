"""Days, business days and periods: boundaries, skipped and repeated midnights, and laws that hold for every day."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.business_days import NotCountable, WorkingCalendar, end_of_business_day_after
from domain.values import facts
from domain.working_time import (
    Instant,
    InstantForDay,
    NaiveInstant,
    UnknownZone,
    ZonedTimeOfDay,
    add_months,
    at_local_time,
    clock_reading,
    days_left,
    end_of_day,
    in_json,
    in_utc,
    local_day,
    on_the_clock,
    start_of_day,
)
from tests.makers import some

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

ZONES_WITH_A_GAP_AT_MIDNIGHT = (
    "Africa/Cairo",
    "America/Asuncion",
    "America/Havana",
    "America/Santiago",
    "America/Sao_Paulo",
    "Asia/Amman",
    "Asia/Beirut",
    "Atlantic/Azores",
)
ZONES = (
    *ZONES_WITH_A_GAP_AT_MIDNIGHT,
    "America/New_York",
    "America/Nuuk",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Europe/Paris",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "UTC",
)
SKIPPED_DAYS = {("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kiritimati", date(1994, 12, 31))}
"""Days that never were: these zones moved to the other side of the date line."""

GOLDEN_WEEK = frozenset({date(2026, 4, 29), *(date(2026, 5, day) for day in (3, 4, 5, 6))})
SILVER_WEEK = frozenset(date(2026, 9, day) for day in (21, 22, 23))


def a_calendar(
    holidays: frozenset[date] = frozenset(),
    zone: str = "Asia/Tokyo",
    first: date = date(2026, 1, 1),
    last: date = date(2027, 1, 1),
) -> WorkingCalendar:
    return WorkingCalendar(country="JP", zone=zone, holidays=holidays, first=first, last=last)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def japan(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Tokyo")).astimezone(UTC)


class TestALocalDay:
    """AMB-39: a day is a calendar day of a zone."""

    @pytest.mark.parametrize(
        ("instant", "day"),
        [
            ("2026-03-31T14:59:59", date(2026, 3, 31)),
            ("2026-03-31T15:00:00", date(2026, 4, 1)),
            ("2026-03-31T15:00:01", date(2026, 4, 1)),
        ],
    )
    def test_changes_at_local_midnight_to_the_second(self, instant: str, day: date) -> None:
        assert local_day(utc(instant), "Asia/Tokyo") == day

    def test_is_the_same_whatever_zone_the_instant_is_written_in(self) -> None:
        instant = utc("2026-03-31T15:00")
        assert local_day(instant.astimezone(ZoneInfo("America/New_York")), "Asia/Tokyo") == date(2026, 4, 1)

    @pytest.mark.parametrize(
        ("zone", "day", "hours"),
        [
            ("Europe/Paris", date(2026, 3, 29), 23),
            ("Europe/Paris", date(2026, 10, 25), 25),
            ("America/New_York", date(2026, 3, 8), 23),
            ("America/New_York", date(2026, 11, 1), 25),
            ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
            ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
            ("Africa/Cairo", date(2026, 4, 24), 23),
            ("Asia/Beirut", date(2026, 3, 29), 23),
            ("America/Havana", date(2026, 3, 8), 23),
            ("America/Havana", date(2025, 11, 2), 25),
            ("America/Sao_Paulo", date(2018, 11, 4), 23),
            ("Asia/Tokyo", date(2026, 3, 29), 24),
            ("Pacific/Apia", date(2011, 12, 30), 0),
        ],
    )
    def test_is_as_long_as_the_clocks_make_it(self, zone: str, day: date, hours: float) -> None:
        assert end_of_day(day, zone) - start_of_day(day, zone) == timedelta(hours=hours)

    @pytest.mark.parametrize(
        ("zone", "day", "first_instant"),
        [
            ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T03:00"),
            ("Asia/Beirut", date(2026, 3, 29), "2026-03-28T22:00"),
            ("Africa/Cairo", date(2026, 4, 24), "2026-04-23T22:00"),
            ("America/Havana", date(2026, 3, 8), "2026-03-08T05:00"),
        ],
    )
    def test_without_a_midnight_starts_where_the_gap_ends(self, zone: str, day: date, first_instant: str) -> None:
        start = start_of_day(day, zone)
        assert start == utc(first_instant)
        assert start.astimezone(ZoneInfo(zone)).time() == time(1)
        assert local_day(start - SECOND, zone) == day - DAY

    def test_with_two_midnights_starts_at_the_earlier(self) -> None:
        start = start_of_day(date(2025, 11, 2), "America/Havana")
        assert start == utc("2025-11-02T04:00")
        assert (start + timedelta(hours=1)).astimezone(ZoneInfo("America/Havana")).time() == time(0)

    def test_that_never_was_starts_and_ends_with_the_start_of_the_next(self) -> None:
        skipped, after = date(2011, 12, 30), start_of_day(date(2011, 12, 31), "Pacific/Apia")
        assert end_of_day(skipped - DAY, "Pacific/Apia") == start_of_day(skipped, "Pacific/Apia") == after
        assert end_of_day(skipped, "Pacific/Apia") == after

    @pytest.mark.parametrize("zone", ZONES)
    def test_holds_its_own_start_and_no_instant_before_it_from_1990_to_2100(self, zone: str) -> None:
        """From 2040 on the rules are those of every year, so its last ones are enough."""
        every = [date(1990, 1, 1) + n * DAY for n in range((date(2100, 1, 1) - date(1990, 1, 1)).days)]
        days = [day for day in every if day.year < 2040 or day.year > 2094]
        existing = [day for day in days if (zone, day) not in SKIPPED_DAYS]
        starts = [start_of_day(day, zone) for day in existing]
        assert [local_day(start, zone) for start in starts] == existing
        assert all(earlier < later for earlier, later in pairwise(starts))

    @pytest.mark.parametrize("zone", ZONES_WITH_A_GAP_AT_MIDNIGHT)
    def test_is_tested_in_zones_that_really_lack_a_midnight(self, zone: str) -> None:
        days = (date(1990, 1, 1) + n * DAY for n in range((date(2030, 1, 1) - date(1990, 1, 1)).days))
        assert any(start_of_day(day, zone).astimezone(ZoneInfo(zone)).time() != time(0) for day in days)

    @settings(deadline=None)
    @given(day=st.dates(date(1990, 1, 1), date(2100, 1, 1)), zone=st.sampled_from(ZONES))
    def test_ends_where_the_next_starts(self, day: date, zone: str) -> None:
        assert end_of_day(day, zone) == start_of_day(day + DAY, zone)
        assert start_of_day(day, zone).tzinfo is UTC

    @settings(deadline=None)
    @given(
        instant=st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
        zone=st.sampled_from([zone for zone in ZONES if zone != "America/St_Johns"]),
    )
    def test_holds_every_instant_that_falls_on_it(self, instant: datetime, zone: str) -> None:
        """St. John's is left out: there, until 2011, clocks went back at 00:01 and an hour of yesterday came again."""
        day = local_day(instant, zone)
        assert start_of_day(day, zone) <= instant < end_of_day(day, zone)


class TestATimeOfDay:
    """AMB-39: notices of a calendar day go out at a local time."""

    @pytest.mark.parametrize(
        ("zone", "wall", "instant"),
        [
            ("Asia/Tokyo", "2026-05-07T09:00", "2026-05-07T00:00"),
            ("Europe/Paris", "2026-03-28T09:00", "2026-03-28T08:00"),
            ("Europe/Paris", "2026-03-29T09:00", "2026-03-29T07:00"),
            ("Europe/Paris", "2026-10-25T09:00", "2026-10-25T08:00"),
            ("America/New_York", "2026-03-08T09:00", "2026-03-08T13:00"),
            ("America/New_York", "2026-11-01T09:00", "2026-11-01T14:00"),
        ],
    )
    def test_is_the_local_one_on_both_sides_of_a_clock_change(self, zone: str, wall: str, instant: str) -> None:
        moment = datetime.fromisoformat(wall)
        assert at_local_time(moment.date(), moment.time(), zone) == utc(instant)

    @pytest.mark.parametrize(
        ("zone", "wall", "instant"),
        [
            ("Europe/Paris", "2026-03-29T01:59:59", "2026-03-29T00:59:59"),
            ("Europe/Paris", "2026-03-29T02:00:00", "2026-03-29T01:00:00"),
            ("Europe/Paris", "2026-03-29T02:30:15.500", "2026-03-29T01:00:00"),
            ("Europe/Paris", "2026-03-29T02:59:59", "2026-03-29T01:00:00"),
            ("Europe/Paris", "2026-03-29T03:00:00", "2026-03-29T01:00:00"),
            ("Europe/Paris", "2026-03-29T03:00:01", "2026-03-29T01:00:01"),
            ("America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:00:00"),
            ("Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:30:00"),
            ("Pacific/Apia", "2011-12-30T09:00:00", "2011-12-30T10:00:00"),
        ],
    )
    def test_that_the_clocks_skip_is_the_first_instant_after_the_gap(self, zone: str, wall: str, instant: str) -> None:
        moment = datetime.fromisoformat(wall)
        assert at_local_time(moment.date(), moment.time(), zone) == utc(instant)

    @pytest.mark.parametrize(
        ("zone", "wall", "instant"),
        [
            ("Europe/Paris", "2026-10-25T01:59:59", "2026-10-24T23:59:59"),
            ("Europe/Paris", "2026-10-25T02:00:00", "2026-10-25T00:00:00"),
            ("Europe/Paris", "2026-10-25T02:59:59", "2026-10-25T00:59:59"),
            ("Europe/Paris", "2026-10-25T03:00:00", "2026-10-25T02:00:00"),
            ("America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00"),
            ("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00"),
        ],
    )
    def test_that_the_clocks_show_twice_is_the_earlier(self, zone: str, wall: str, instant: str) -> None:
        moment = datetime.fromisoformat(wall)
        assert at_local_time(moment.date(), moment.time(), zone) == utc(instant)
        assert at_local_time(moment.date(), moment.time().replace(fold=1), zone) == utc(instant)

    @settings(deadline=None)
    @given(day=st.dates(date(1990, 1, 1), date(2100, 1, 1)), time_of_day=st.times(), zone=st.sampled_from(ZONES))
    def test_is_what_the_clocks_show_unless_they_skip_it(self, day: date, time_of_day: time, zone: str) -> None:
        instant = at_local_time(day, time_of_day, zone)
        wall, rules = datetime.combine(day, time_of_day), ZoneInfo(zone)
        shown = instant.astimezone(rules).replace(tzinfo=None)
        just_before = (instant - SECOND).astimezone(rules).replace(tzinfo=None)
        assert shown == wall or just_before < wall < shown

    def test_with_a_zone_of_its_own_is_refused(self) -> None:
        with pytest.raises(ZonedTimeOfDay, match="bare time"):
            at_local_time(date(2026, 5, 7), time(9, tzinfo=UTC), "Asia/Tokyo")


class TestTheEndOfABusinessDay:
    """ORD-18, AMB-1, AMB-40: counted from the day after the start, ended by the midnight of the vendor's zone."""

    def test_seven_business_days_from_the_form_cross_a_weekend(self) -> None:
        submitted = japan("2026-06-01T10:00")
        assert end_of_business_day_after(submitted, 7, a_calendar()) == japan("2026-06-11T00:00")

    def test_seven_business_days_cross_golden_week_and_its_weekend(self) -> None:
        submitted = japan("2026-04-28T17:00")
        due = end_of_business_day_after(submitted, 7, a_calendar(GOLDEN_WEEK))
        assert due == japan("2026-05-14T00:00")

    def test_the_day_between_two_holidays_is_off_too(self) -> None:
        held = japan("2026-09-18T17:00")
        assert end_of_business_day_after(held, 1, a_calendar(SILVER_WEEK)) == japan("2026-09-25T00:00")

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            ("2026-06-04T23:59:59", "2026-06-06T00:00"),
            ("2026-06-05T00:00:00", "2026-06-09T00:00"),
            ("2026-06-05T00:00:01", "2026-06-09T00:00"),
        ],
    )
    def test_the_local_day_of_the_start_does_not_count_to_the_second(self, start: str, end: str) -> None:
        assert end_of_business_day_after(japan(start), 1, a_calendar()) == japan(end)

    @pytest.mark.parametrize("start", ["2026-06-05T12:00", "2026-06-06T12:00", "2026-06-07T23:59:59"])
    def test_friday_saturday_and_sunday_all_lead_to_the_end_of_monday(self, start: str) -> None:
        assert end_of_business_day_after(japan(start), 1, a_calendar()) == japan("2026-06-09T00:00")

    @pytest.mark.parametrize(
        ("zone", "friday", "end"),
        [
            ("Europe/Paris", date(2026, 3, 27), "2026-03-30T22:00"),
            ("Europe/Paris", date(2026, 10, 23), "2026-10-26T23:00"),
            ("America/New_York", date(2026, 3, 6), "2026-03-10T04:00"),
            ("America/New_York", date(2026, 10, 30), "2026-11-03T05:00"),
            ("Australia/Lord_Howe", date(2026, 10, 2), "2026-10-05T13:00"),
            ("Australia/Lord_Howe", date(2026, 4, 3), "2026-04-06T13:30"),
        ],
    )
    def test_the_midnight_is_local_over_a_weekend_with_a_clock_change(self, zone: str, friday: date, end: str) -> None:
        start = at_local_time(friday, time(12), zone)
        assert end_of_business_day_after(start, 1, a_calendar(zone=zone)) == utc(end)

    def test_the_29th_of_february_is_a_day_like_any_other(self) -> None:
        calendar = a_calendar(first=date(2028, 1, 1), last=date(2029, 1, 1))
        assert end_of_business_day_after(japan("2028-02-28T12:00"), 1, calendar) == japan("2028-03-01T00:00")

    @pytest.mark.parametrize("days", [0, -1])
    def test_no_days_cannot_be_counted(self, days: int) -> None:
        with pytest.raises(NotCountable, match=str(days)):
            end_of_business_day_after(japan("2026-06-01T10:00"), days, a_calendar())

    def test_amb_40_beyond_the_known_holidays_plain_weekdays_are_counted(self) -> None:
        last_known = japan("2026-12-30T12:00")
        assert end_of_business_day_after(last_known, 1, a_calendar()) == japan("2027-01-01T00:00")
        assert end_of_business_day_after(last_known, 2, a_calendar()) == japan("2027-01-02T00:00")
        assert end_of_business_day_after(last_known, 3, a_calendar()) == japan("2027-01-05T00:00")

    @settings(deadline=None)
    @given(
        start=st.datetimes(datetime(2017, 1, 1), datetime(2020, 1, 1), timezones=st.just(UTC)),
        days=st.integers(1, 15),
        zone=st.sampled_from(ZONES),
        holidays=st.frozensets(st.dates(date(2017, 1, 1), date(2020, 3, 1)), max_size=200),
    )
    def test_counts_exactly_that_many_business_days(
        self, start: datetime, days: int, zone: str, holidays: frozenset[date]
    ) -> None:
        """A naive walk: from the day after the start, a working day uses up one, and the last one's end is due."""
        calendar = a_calendar(holidays, zone, date(2016, 12, 1), date(2022, 1, 1))
        day, remaining = start.astimezone(ZoneInfo(zone)).date(), days
        while remaining:
            day += DAY
            remaining -= day.isoweekday() <= 5 and day not in holidays
        due = end_of_business_day_after(start, days, calendar)
        assert due == end_of_day(day, zone)
        assert (local_day(due - SECOND, zone), local_day(due, zone)) == (day, day + DAY)
        assert due == start_of_day(local_day(due, zone), zone)

    @settings(deadline=None)
    @given(
        start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 6, 1), timezones=st.just(UTC)),
        later=st.timedeltas(timedelta(0), timedelta(days=30)),
        days=st.integers(1, 10),
        zone=st.sampled_from(ZONES),
    )
    def test_never_falls_back_when_start_or_count_grow(
        self, start: datetime, later: timedelta, days: int, zone: str
    ) -> None:
        calendar = a_calendar(GOLDEN_WEEK, zone, first=date(2025, 12, 1))
        due = end_of_business_day_after(start, days, calendar)
        assert start < due
        assert due <= end_of_business_day_after(start + later, days, calendar)
        assert due < end_of_business_day_after(start, days + 1, calendar)


class TestAWorkingCalendar:
    """AMB-40: the business days of one country."""

    @pytest.mark.parametrize(
        ("day", "works"),
        [
            (date(2026, 9, 18), True),
            (date(2026, 9, 19), False),
            (date(2026, 9, 20), False),
            (date(2026, 9, 21), False),
            (date(2026, 9, 23), False),
            (date(2026, 9, 24), True),
        ],
    )
    def test_works_monday_to_friday_without_holidays(self, day: date, works: bool) -> None:
        assert a_calendar(SILVER_WEEK).is_business_day(day) is works

    @pytest.mark.parametrize(
        ("day", "known"),
        [
            (date(2025, 12, 31), False),
            (date(2026, 1, 1), True),
            (date(2026, 12, 31), True),
            (date(2027, 1, 1), False),
        ],
    )
    def test_says_for_which_days_holidays_are_known(self, day: date, known: bool) -> None:
        assert a_calendar().knows(day) is known

    def test_finds_the_next_business_day_behind_a_holiday_weekend(self) -> None:
        assert a_calendar(SILVER_WEEK).next_business_day(date(2026, 9, 18)) == date(2026, 9, 24)

    def test_survives_json_and_is_always_the_same_text(self) -> None:
        calendar = a_calendar(GOLDEN_WEEK | SILVER_WEEK)
        text = calendar.model_dump_json()
        assert WorkingCalendar.model_validate_json(text) == calendar
        assert text.index("2026-04-29") < text.index("2026-05-03") < text.index("2026-09-23")

    def test_amb_40_of_a_country_whose_holidays_nobody_knows_has_plain_weekdays(self) -> None:
        calendar = a_calendar(last=date(2026, 1, 1))
        assert not calendar.knows(date(2026, 1, 1))
        assert calendar.is_business_day(date(2026, 1, 1))

    def test_that_ends_before_it_starts_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="must not be before"):
            a_calendar(last=date(2025, 12, 31))

    def test_of_an_unknown_zone_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="Asia/Tokio"):
            a_calendar(zone="Asia/Tokio")


class TestMonths:
    """Terms are counted in months from their first anchor."""

    @pytest.mark.parametrize(
        ("day", "months", "result"),
        [
            (date(2026, 1, 31), 1, date(2026, 2, 28)),
            (date(2028, 1, 31), 1, date(2028, 2, 29)),
            (date(2026, 1, 28), 1, date(2026, 2, 28)),
            (date(2028, 2, 29), 12, date(2029, 2, 28)),
            (date(2028, 2, 29), 48, date(2032, 2, 29)),
            (date(2026, 8, 31), 1, date(2026, 9, 30)),
            (date(2026, 12, 15), 1, date(2027, 1, 15)),
            (date(2026, 11, 30), 3, date(2027, 2, 28)),
            (date(2026, 5, 7), 0, date(2026, 5, 7)),
            (date(2026, 5, 7), 36, date(2029, 5, 7)),
            (date(2026, 1, 31), -2, date(2025, 11, 30)),
        ],
    )
    def test_end_on_the_same_day_or_the_months_last(self, day: date, months: int, result: date) -> None:
        assert add_months(day, months) == result

    def test_counted_from_the_anchor_do_not_lose_days(self) -> None:
        anchor = date(2026, 1, 31)
        assert [add_months(anchor, n).day for n in range(6)] == [31, 28, 31, 30, 31, 30]

    @given(day=st.dates(date(1990, 1, 1), date(2100, 1, 1)), months=st.integers(-600, 600))
    def test_land_in_the_right_month_and_move_as_little_as_they_must(self, day: date, months: int) -> None:
        moved = add_months(day, months)
        assert moved.year * 12 + moved.month == day.year * 12 + day.month + months
        assert moved.day == day.day or (moved.day < day.day and (moved + DAY).day == 1)


class TestDaysLeft:
    """TRL-74: calendar days, whatever the hour; the last day is 0."""

    LAST_DAY = date(2026, 5, 15)

    @pytest.mark.parametrize(
        ("now", "days"),
        [
            ("2026-05-08T00:00:00", 7),
            ("2026-05-08T09:00:00", 7),
            ("2026-05-08T23:59:59", 7),
            ("2026-05-13T23:59:59", 2),
            ("2026-05-14T00:00:00", 1),
            ("2026-05-14T23:59:59", 1),
            ("2026-05-15T00:00:00", 0),
            ("2026-05-15T23:59:59", 0),
            ("2026-05-16T00:00:00", -1),
        ],
    )
    def test_change_at_local_midnight_and_are_none_on_the_day_itself(self, now: str, days: int) -> None:
        assert days_left(self.LAST_DAY, japan(now), "Asia/Tokyo") == days

    def test_depend_on_the_zone(self) -> None:
        now = utc("2026-05-13T20:00")
        assert days_left(self.LAST_DAY, now, "Asia/Tokyo") == 1
        assert days_left(self.LAST_DAY, now, "UTC") == 2

    @pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25)])
    def test_are_not_misled_by_a_day_of_23_or_25_hours(self, sunday: date) -> None:
        assert days_left(sunday + DAY, start_of_day(sunday, "Europe/Paris"), "Europe/Paris") == 1
        assert days_left(sunday + DAY, end_of_day(sunday, "Europe/Paris") - SECOND, "Europe/Paris") == 1

    @pytest.mark.parametrize("zone", ZONES)
    def test_are_those_that_were_added(self, zone: str) -> None:
        """AMB-11: who extends by 30 days at any hour has 30 left."""
        for hour in range(24):
            now = utc("2026-10-03T00:30") + timedelta(hours=hour)
            assert days_left(local_day(now, zone) + timedelta(days=30), now, zone) == 30


class TestAClockReading:
    """What people read for an instant."""

    @pytest.mark.parametrize(
        ("zone", "day", "offset", "then"),
        [
            ("Asia/Tokyo", date(2026, 4, 29), "+09:00", "00:00"),
            ("UTC", date(2026, 4, 29), "+00:00", "00:00"),
            ("America/Santiago", date(2026, 9, 5), "-04:00", "01:00"),
            ("Asia/Beirut", date(2026, 3, 28), "+02:00", "01:00"),
            ("Africa/Cairo", date(2026, 4, 23), "+02:00", "01:00"),
            ("Africa/Cairo", date(2027, 4, 29), "+02:00", "01:00"),
            ("America/Asuncion", date(2023, 9, 30), "-04:00", "01:00"),
            ("Atlantic/Azores", date(2025, 3, 29), "-01:00", "01:00"),
            ("Atlantic/Azores", date(2025, 10, 25), "+00:00", "00:00"),
            ("America/Havana", date(2025, 3, 8), "-05:00", "01:00"),
            ("America/Havana", date(2025, 11, 1), "-04:00", "00:00"),
            ("America/Santiago", date(2026, 4, 4), "-04:00", "00:00"),
            ("Pacific/Apia", date(2011, 12, 29), "-10:00", "00:00"),
            ("America/St_Johns", date(2011, 3, 12), "-03:30", "00:00"),
        ],
    )
    def test_of_the_end_of_a_day_is_its_24_00_whatever_clocks_show_then(
        self, zone: str, day: date, offset: str, then: str
    ) -> None:
        end = end_of_day(day, zone)
        read = clock_reading(end, zone)
        assert (read.in_words, read.offset) == (f"{day} 24:00", offset)
        assert f"{on_the_clock(end, zone):%H:%M}" == then
        assert clock_reading(end - SECOND, zone).in_words == f"{day} 23:59"
        assert clock_reading(end + SECOND, zone).in_words == f"{on_the_clock(end, zone).date()} {then}"

    def test_of_the_second_midnight_of_a_day_is_no_end_of_a_day(self) -> None:
        """Clocks in Havana go back from 01:00 to 00:00: the day began an hour ago."""
        again = end_of_day(date(2025, 11, 1), "America/Havana") + timedelta(hours=1)
        read = clock_reading(again, "America/Havana")
        assert (read.in_words, read.offset) == ("2025-11-02 00:00", "-05:00")

    @pytest.mark.parametrize("month", [1, 4, 7, 10])
    def test_has_the_offset_of_its_zone_wherever_that_is(self, month: int) -> None:
        """Every zone there is; Babel's own text is an hour off in St John's and the Marquesas."""
        at = datetime(2026, month, 15, 12, 34, tzinfo=UTC)
        for zone in some(sorted(available_timezones())):
            offset = clock_reading(at, zone).offset
            ahead = datetime.strptime(offset, "%z").utcoffset()
            assert ahead == at.astimezone(ZoneInfo(zone)).utcoffset(), (zone, offset)

    @pytest.mark.parametrize(
        ("zone", "winter", "summer"),
        [
            ("America/St_Johns", "-03:30", "-02:30"),
            ("Pacific/Marquesas", "-09:30", "-09:30"),
            ("Asia/Kathmandu", "+05:45", "+05:45"),
            ("Australia/Lord_Howe", "+11:00", "+10:30"),
            ("Pacific/Kiritimati", "+14:00", "+14:00"),
            ("Europe/London", "+00:00", "+01:00"),
        ],
    )
    def test_shows_offsets_as_people_know_them(self, zone: str, winter: str, summer: str) -> None:
        assert clock_reading(utc("2026-01-15T12:00"), zone).offset == winter
        assert clock_reading(utc("2026-07-15T12:00"), zone).offset == summer

    @given(
        zone=st.sampled_from(ZONES),
        instant=st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    )
    @settings(deadline=None)
    def test_is_what_clocks_show_wherever_no_day_ends(self, zone: str, instant: datetime) -> None:
        there = on_the_clock(instant, zone)
        if start_of_day(there.date(), zone) != instant:
            assert clock_reading(instant, zone).in_words == f"{there:%Y-%m-%d %H:%M}"


class TestAnInstantInJson:
    @pytest.mark.parametrize(
        ("instant", "text"),
        [
            (datetime(2026, 5, 7, 15, tzinfo=UTC), "2026-05-07T15:00:00Z"),
            (datetime(2026, 5, 8, tzinfo=ZoneInfo("Asia/Tokyo")), "2026-05-07T15:00:00Z"),
            (datetime(2026, 5, 7, 15, 0, 0, 250, tzinfo=UTC), "2026-05-07T15:00:00.000250Z"),
        ],
    )
    def test_has_one_form_which_is_pydantic_s_and_can_be_read_again(self, instant: datetime, text: str) -> None:
        assert in_json(instant) == text
        assert TypeAdapter(Instant).dump_json(in_utc(instant)).decode() == f'"{text}"'
        assert datetime.fromisoformat(text) == instant
        assert facts(at=instant, of=None, day=date(2026, 5, 7)) == {"at": text, "day": "2026-05-07"}


class TestRefusals:
    NAIVE = datetime(2026, 5, 7, 9)
    AWARE = utc("2026-05-07T09:00")

    def test_an_instant_without_a_zone_is_refused_everywhere(self) -> None:
        for ask in (
            lambda: in_utc(self.NAIVE),
            lambda: local_day(self.NAIVE, "Asia/Tokyo"),
            lambda: days_left(date(2026, 5, 7), self.NAIVE, "Asia/Tokyo"),
            lambda: clock_reading(self.NAIVE, "Asia/Tokyo"),
            lambda: in_json(self.NAIVE),
            lambda: end_of_business_day_after(self.NAIVE, 1, a_calendar()),
        ):
            with pytest.raises(NaiveInstant, match="no time zone"):
                ask()

    @pytest.mark.parametrize("instant", [NAIVE, AWARE])
    def test_an_instant_is_never_taken_for_a_day(self, instant: datetime) -> None:
        for ask in (
            lambda: start_of_day(instant, "Asia/Tokyo"),
            lambda: end_of_day(instant, "Asia/Tokyo"),
            lambda: days_left(instant, self.AWARE, "Asia/Tokyo"),
            lambda: at_local_time(instant, time(9), "Asia/Tokyo"),
            lambda: add_months(instant, 1),
            lambda: a_calendar().is_business_day(instant),
            lambda: a_calendar().next_business_day(instant),
        ):
            with pytest.raises(InstantForDay, match="local_day"):
                ask()

    @pytest.mark.parametrize("zone", ["Asia/Tokio", "", "Europe", "../etc/passwd", "JST-9"])
    def test_an_unknown_zone_is_named(self, zone: str) -> None:
        with pytest.raises(UnknownZone) as refusal:
            start_of_day(date(2026, 5, 7), zone)
        assert refusal.value.zone == zone

    def test_results_are_in_utc_itself(self) -> None:
        paris = self.AWARE.astimezone(ZoneInfo("Europe/Paris"))
        results = [in_utc(paris), end_of_business_day_after(paris, 1, a_calendar())]
        assert [result.tzinfo is UTC for result in results] == [True, True]

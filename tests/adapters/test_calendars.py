"""What the holidays library gives, seen through our calendar. AMB-40."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from holidays import list_supported_countries

from activities.ports import UnknownCountry
from adapters import calendars
from adapters.calendars import LibraryCalendars, NoSuchZone
from domain.business_days import WorkingCalendar, end_of_business_day_after
from domain.working_time import end_of_day
from tests.support.one_item import in_one_item


def japan(first: date = date(2026, 1, 1), last: date = date(2027, 1, 1)) -> WorkingCalendar:
    return LibraryCalendars().working_calendar("JP", "Asia/Tokyo", first, last)


class TestJapan:
    def test_has_a_substitute_holiday_when_one_falls_on_a_sunday(self) -> None:
        """Furikae kyujitsu: 3 May 2026 is a Sunday, 4 and 5 May are holidays already, so the 6th is off."""
        golden_week = {date(2026, 5, day) for day in (3, 4, 5, 6)}
        assert {day for day in japan().holidays if day.month == 5} == golden_week
        assert not japan().is_business_day(date(2026, 5, 6))
        assert japan().is_business_day(date(2026, 5, 7))

    def test_has_a_holiday_between_two_holidays(self) -> None:
        """Kokumin no kyujitsu: 22 September 2026 stands between Respect for the Aged Day and the equinox."""
        assert {day for day in japan().holidays if day.month == 9} == {date(2026, 9, day) for day in (21, 22, 23)}

    @pytest.mark.parametrize("day", [date(2026, 12, 31), date(2026, 1, 2)])
    def test_works_around_new_year_where_the_policy_has_no_closing_days(self, day: date) -> None:
        assert japan().is_business_day(day)

    def test_builds_a_site_over_silver_week_in_seven_business_days(self) -> None:
        """ORD-18, from Friday 18 September: 24, 25, 28, 29, 30 September, 1 and 2 October."""
        tokyo = ZoneInfo("Asia/Tokyo")
        submitted = datetime(2026, 9, 18, 15, tzinfo=tokyo)
        assert end_of_business_day_after(submitted, 7, japan()) == datetime(2026, 10, 3, tzinfo=tokyo)

    def test_is_known_until_the_librarys_last_year_and_no_further(self) -> None:
        calendar = japan(date(2098, 1, 1), date(2102, 1, 1))
        assert calendar.last == date(2100, 1, 1)
        assert not calendar.is_business_day(date(2099, 1, 1))
        assert not calendar.knows(date(2100, 1, 1))
        assert calendar.is_business_day(date(2100, 1, 1))


class TestACalendar:
    def test_holds_the_holidays_of_its_half_open_period_only(self) -> None:
        calendar = japan(date(2026, 5, 4), date(2026, 5, 6))
        assert calendar.holidays == {date(2026, 5, 4), date(2026, 5, 5)}
        assert (calendar.first, calendar.last) == (date(2026, 5, 4), date(2026, 5, 6))

    def test_spans_the_turn_of_years(self) -> None:
        calendar = japan(date(2025, 12, 1), date(2028, 2, 1))
        new_years = {date(year, 1, 1) for year in (2026, 2027, 2028)}
        assert new_years <= calendar.holidays
        assert date(2025, 11, 24) not in calendar.holidays

    def test_has_a_holiday_moved_into_the_year_before(self) -> None:
        """1 January 2028 is a Saturday: the United States are off on 31 December 2027."""
        calendar = LibraryCalendars().working_calendar("US", "America/New_York", date(2027, 12, 1), date(2028, 1, 1))
        assert not calendar.is_business_day(date(2027, 12, 31))

    def test_brings_the_rules_of_its_zone(self) -> None:
        assert japan().zone_rules == LibraryCalendars().zone_rules("Asia/Tokyo")

    def test_keeps_country_and_zone(self) -> None:
        calendar = LibraryCalendars().working_calendar("FR", "Europe/Paris", date(2026, 1, 1), date(2027, 1, 1))
        assert (calendar.country, calendar.zone) == ("FR", "Europe/Paris")
        assert not calendar.is_business_day(date(2026, 7, 14))

    @pytest.mark.parametrize("country", ["XX", "jp", "JPN", "Japan", "HolidayBase", ""])
    def test_of_an_unknown_country_is_refused_by_name(self, country: str) -> None:
        with pytest.raises(UnknownCountry) as refusal:
            LibraryCalendars().working_calendar(country, "Asia/Tokyo", date(2026, 1, 1), date(2027, 1, 1))
        assert refusal.value.field == "policy.vendor_country"

    @pytest.mark.parametrize(
        ("first", "last"),
        [
            (date(2100, 1, 1), date(2101, 1, 1)),
            (date(1940, 1, 1), date(1949, 1, 1)),
            (date(2026, 5, 1), date(2026, 5, 1)),
        ],
    )
    def test_amb_40_of_a_period_without_a_known_day_knows_none(self, first: date, last: date) -> None:
        calendar = japan(first, last)
        assert not calendar.holidays
        assert not calendar.knows(first)


class TestZoneRules:
    """ADR 5: what a life computes from is recorded with it."""

    @in_one_item("zone", sorted(available_timezones()))
    def test_are_those_of_the_package_for_every_zone(self, zone: str) -> None:
        rules = LibraryCalendars().zone_rules(zone)
        days = [date(2026, month, 1) for month in range(1, 13)]
        assert [end_of_day(day, rules) for day in days] == [end_of_day(day, zone) for day in days]
        assert len(rules.tzif) < 2500, "they travel in every record"

    @in_one_item(
        "name",
        [
            "../Asia/Tokyo",
            "Asia/../../../tzdata/zoneinfo/UTC",
            "/etc/localtime",
            "Asia/Tokyo/",
            "Asia//Tokyo",
            "./UTC",
            "Asia\\Tokyo",
            "Asia",
            "Asia/Tokio",
            "Mars/Olympus",
            "tzdata.zi",
            "zone.tab",
            "leapseconds",
            "__init__.py",
            "zones",
            "UTC\n",
            "UTC\0",
            "",
            ".",
            "right/Asia/Tokyo",
            "posix/Asia/Tokyo",
        ],
    )
    def test_of_what_is_no_zone_are_refused_and_no_other_file_is_read(self, name: str) -> None:
        with pytest.raises(NoSuchZone, match="must be an IANA time zone") as refusal:
            LibraryCalendars().zone_rules(name)
        assert refusal.value.field == "zone"


def test_the_countries_known_are_those_the_library_has_without_importing_them() -> None:
    assert calendars._countries() == frozenset(list_supported_countries(include_aliases=False))

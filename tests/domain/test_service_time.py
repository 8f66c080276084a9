"""Hours of service: boundaries, holidays, night shifts, changes of the clocks, and laws for every instant. AMB-35."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.business_days import WorkingCalendar
from domain.service_time import DAYS_LOOKED_AT, ServiceHours, ServiceTime
from tests.zones import changed, today

HOUR, MINUTE, TICK = timedelta(hours=1), timedelta(minutes=1), timedelta.resolution
SOME = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def serving(zone: str = "Europe/Paris", *holidays: date, **changes: Any) -> ServiceTime:
    """Monday to Friday, 09:00 to 18:00, with the rules of the zone as recorded."""
    calendar = WorkingCalendar(
        country="FR", zone=zone, holidays=frozenset(holidays), first=date(2026, 1, 1), last=date(2027, 1, 1)
    )
    hours = ServiceHours(zone=zone, **changes)
    return ServiceTime(hours=hours, calendar=calendar if holidays else None, zone_rules=today(zone))


WEEKDAYS = serving()
NIGHTS = serving(opens=time(22), closes=time(6))
AROUND_THE_CLOCK = ServiceTime()
WHOLE_DAYS = serving(opens=time(0), closes=time(0), weekdays=(1, 2, 3, 4, 5, 6, 7))


class TestHoursOfService:
    """In Paris in winter 09:00 is 08:00 UTC; 2026-01-05 is a Monday, 2026-01-09 a Friday."""

    @pytest.mark.parametrize(
        ("start", "end", "hours"),
        [
            ("2026-01-05T08:00", "2026-01-05T17:00", 9),
            ("2026-01-05T07:00", "2026-01-05T18:00", 9),
            ("2026-01-05T10:00", "2026-01-05T11:30", 1.5),
            ("2026-01-05T17:00", "2026-01-06T08:00", 0),
            ("2026-01-05T16:00", "2026-01-06T09:00", 2),
            ("2026-01-09T16:00", "2026-01-12T09:00", 2),
            ("2026-01-10T00:00", "2026-01-12T00:00", 0),
            ("2026-01-05T00:00", "2026-01-12T00:00", 45),
            ("2026-01-06T00:00", "2026-01-05T00:00", 0),
        ],
    )
    def test_between_two_instants_are_those_of_the_windows(self, start: str, end: str, hours: float) -> None:
        assert WEEKDAYS.between(utc(start), utc(end)) == hours * HOUR

    @pytest.mark.parametrize(
        ("start", "hours", "at"),
        [
            ("2026-01-05T08:00", 3, "2026-01-05T11:00"),
            ("2026-01-05T06:00", 3, "2026-01-05T11:00"),
            ("2026-01-05T16:00", 3, "2026-01-06T10:00"),
            ("2026-01-09T16:30", 3, "2026-01-12T10:30"),
            ("2026-01-10T12:00", 3, "2026-01-12T11:00"),
            ("2026-01-05T08:00", 45, "2026-01-09T17:00"),
            ("2026-01-05T08:00", 46, "2026-01-12T09:00"),
        ],
    )
    def test_have_passed_at_the_earliest_instant_that_has_so_many(self, start: str, hours: int, at: str) -> None:
        """What ends with a window ends then, and not when the next one opens."""
        assert WEEKDAYS.after(utc(start), hours * HOUR) == utc(at)

    def test_of_no_span_have_passed_at_once_even_at_night(self) -> None:
        night = utc("2026-01-10T23:00")
        assert WEEKDAYS.after(night, timedelta(0)) == night

    def test_begin_with_the_window_and_are_over_at_its_end(self) -> None:
        opens, closes = utc("2026-01-05T08:00"), utc("2026-01-05T17:00")
        assert WEEKDAYS.between(opens - TICK, opens) == timedelta(0)
        assert WEEKDAYS.between(opens, opens + TICK) == TICK
        assert WEEKDAYS.between(closes - TICK, closes) == TICK
        assert WEEKDAYS.between(closes, closes + TICK) == timedelta(0)

    def test_are_not_counted_on_a_holiday(self) -> None:
        closed_on_tuesday = serving("Europe/Paris", date(2026, 1, 6))
        assert closed_on_tuesday.after(utc("2026-01-05T16:00"), 2 * HOUR) == utc("2026-01-07T09:00")
        assert closed_on_tuesday.between(utc("2026-01-05T00:00"), utc("2026-01-08T00:00")) == 18 * HOUR

    def test_are_not_counted_on_closing_days_of_the_calendar(self) -> None:
        hours = ServiceHours(zone="Asia/Tokyo", holidays_of="JP", closing_days={"JP": ("12-29", "12-30")})
        calendar = WorkingCalendar(
            country="JP", zone="Asia/Tokyo", holidays=frozenset(), first=date(2026, 1, 1), last=date(2027, 1, 1)
        )
        time_ = ServiceTime(hours=hours, calendar=calendar.closed_on(hours.closing_on))
        assert time_.after(utc("2026-12-28T08:00"), 2 * HOUR) == utc("2026-12-31T01:00")

    def test_beyond_what_the_calendar_knows_are_those_of_plain_weekdays(self) -> None:
        time_ = serving("Europe/Paris", date(2026, 12, 25))
        assert time_.between(utc("2026-12-24T20:00"), utc("2026-12-26T00:00")) == timedelta(0)
        assert time_.between(utc("2028-12-24T20:00"), utc("2028-12-26T00:00")) == 9 * HOUR

    def test_without_a_calendar_are_those_of_plain_weekdays(self) -> None:
        assert WEEKDAYS.between(utc("2026-12-24T20:00"), utc("2026-12-26T00:00")) == 9 * HOUR

    def test_of_chosen_weekdays_are_counted_on_those_only(self) -> None:
        weekend = serving(weekdays=(6, 7))
        assert weekend.between(utc("2026-01-05T00:00"), utc("2026-01-12T00:00")) == 18 * HOUR

    def test_are_reckoned_by_the_recorded_rules_and_not_by_those_of_a_later_release(self) -> None:
        since = utc("2026-03-01T00:00")
        hours = ServiceHours(zone="Asia/Tokyo")
        recorded = ServiceTime(hours=hours, zone_rules=changed("Asia/Tokyo", since, "JST-10"))
        assert recorded.after(utc("2026-03-02T00:00"), HOUR) == utc("2026-03-02T01:00")
        assert recorded.between(utc("2026-03-01T23:00"), utc("2026-03-02T00:00")) == HOUR
        assert serving("Asia/Tokyo").between(utc("2026-03-01T23:00"), utc("2026-03-02T00:00")) == timedelta(0)


class TestANightShift:
    """It closes earlier than it opens, so on the next day. It belongs to the day on which it opens."""

    def test_runs_over_midnight(self) -> None:
        assert NIGHTS.between(utc("2026-01-05T20:00"), utc("2026-01-06T20:00")) == 8 * HOUR
        assert NIGHTS.after(utc("2026-01-05T22:00"), 6 * HOUR) == utc("2026-01-06T04:00")

    def test_is_under_way_at_an_instant_after_midnight(self) -> None:
        assert NIGHTS.after(utc("2026-01-06T02:00"), 2 * HOUR) == utc("2026-01-06T04:00")
        assert NIGHTS.after(utc("2026-01-06T02:00"), 4 * HOUR) == utc("2026-01-06T22:00")

    def test_of_friday_ends_on_saturday_and_the_next_opens_on_monday(self) -> None:
        assert NIGHTS.between(utc("2026-01-09T20:00"), utc("2026-01-12T20:00")) == 8 * HOUR
        assert NIGHTS.after(utc("2026-01-10T04:00"), 2 * HOUR) == utc("2026-01-12T22:00")

    def test_that_would_open_on_a_holiday_does_not_and_the_one_before_ends_on_it(self) -> None:
        closed = serving("Europe/Paris", date(2026, 1, 6), opens=time(22), closes=time(6))
        assert closed.between(utc("2026-01-05T20:00"), utc("2026-01-08T20:00")) == 16 * HOUR
        assert closed.between(utc("2026-01-06T05:00"), utc("2026-01-07T21:00")) == timedelta(0)

    def test_lasts_an_hour_less_or_more_when_clocks_change(self) -> None:
        sundays = serving(opens=time(22), closes=time(6), weekdays=(6,))
        assert sundays.between(utc("2026-03-28T12:00"), utc("2026-03-29T12:00")) == 7 * HOUR
        assert sundays.between(utc("2026-10-24T12:00"), utc("2026-10-25T12:00")) == 9 * HOUR


class TestChangesOfTheClocks:
    """In Paris clocks skip 02:00 to 03:00 on 2026-03-29 and show it twice on 2026-10-25; New York a week apart."""

    @pytest.mark.parametrize(
        ("opens", "closes", "first", "last"),
        [
            (time(1, 30), time(4), "2026-03-29T00:30", "2026-03-29T02:00"),
            (time(2, 30), time(4), "2026-03-29T01:00", "2026-03-29T02:00"),
            (time(1), time(2, 30), "2026-03-29T00:00", "2026-03-29T01:00"),
            (time(1, 30), time(4), "2026-10-25T23:30", "2026-10-25T03:00"),
            (time(2, 30), time(4), "2026-10-25T00:30", "2026-10-25T03:00"),
            (time(1), time(2, 30), "2026-10-24T23:00", "2026-10-25T00:30"),
        ],
    )
    def test_a_window_on_a_skipped_or_repeated_hour(self, opens: time, closes: time, first: str, last: str) -> None:
        """A skipped time is the end of the gap, of a repeated one the earlier counts."""
        sundays = serving(weekdays=(7,), opens=opens, closes=closes)
        begins = utc(first) - timedelta(days=1) if first > last else utc(first)
        day = timedelta(days=1)
        assert sundays.between(utc(last) - day, utc(last) + day) == utc(last) - begins
        assert sundays.between(begins, utc(last)) == utc(last) - begins
        assert sundays.between(begins - day, begins) == sundays.between(utc(last), utc(last) + day) == timedelta(0)

    def test_a_window_that_is_skipped_whole_holds_nothing(self) -> None:
        sundays = serving(weekdays=(7,), opens=time(2, 10), closes=time(2, 50))
        assert sundays.between(utc("2026-03-29T00:00"), utc("2026-03-30T00:00")) == timedelta(0)
        assert sundays.after(utc("2026-03-29T00:00"), MINUTE) == utc("2026-04-05T00:11")

    @pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-06-07", 24), ("2026-10-25", 25)])
    def test_a_whole_day_has_as_many_hours_as_it_has(self, day: str, hours: int) -> None:
        sundays = serving(weekdays=(7,), opens=time(0), closes=time(0))
        middle = utc(f"{day}T12:00")
        assert sundays.between(middle - 30 * HOUR, middle + 30 * HOUR) == hours * HOUR

    @pytest.mark.parametrize("friday", ["2026-03-27", "2026-10-23"])
    def test_office_hours_lose_and_win_nothing_by_a_sunday_night(self, friday: str) -> None:
        opens = WEEKDAYS.after(utc(f"{friday}T00:00"), TICK)
        assert opens is not None
        monday = WEEKDAYS.after(opens - TICK, 10 * HOUR)
        assert monday is not None
        assert (monday - opens + TICK) - timedelta(days=3, hours=1) in (HOUR, -HOUR)

    @pytest.mark.parametrize("change", ["2026-03-29T01:00", "2026-10-25T01:00"])
    def test_day_and_night_know_no_change(self, change: str) -> None:
        start = utc(change) - HOUR
        for time_ in (AROUND_THE_CLOCK, WHOLE_DAYS):
            assert time_.after(start, 3 * HOUR) == start + 3 * HOUR
            assert time_.between(start, start + 3 * HOUR) == 3 * HOUR


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC))
TIMES = st.sampled_from(
    [
        WEEKDAYS,
        NIGHTS,
        AROUND_THE_CLOCK,
        WHOLE_DAYS,
        serving("America/New_York", weekdays=(7,), opens=time(1, 30), closes=time(2, 30)),
        serving("Australia/Lord_Howe", opens=time(2, 15), closes=time(2, 10), weekdays=(1, 6, 7)),
        serving("Asia/Tokyo", *(date(2026, 5, day) for day in range(1, 20)), opens=time(21), closes=time(0)),
        serving("Africa/Cairo", opens=time(0, 30), closes=time(0), weekdays=(4, 5)),
    ]
)


class TestLaws:
    """For every instant, span and zone."""

    @SOME
    @given(time_=TIMES, start=INSTANTS, span=st.timedeltas(TICK, 60 * HOUR))
    def test_after_is_the_earliest_instant_with_the_span_between(
        self, time_: ServiceTime, start: datetime, span: timedelta
    ) -> None:
        at = time_.after(start, span)
        assert at is not None
        assert time_.between(start, at) == span
        assert time_.between(start, at - TICK) == span - TICK

    @SOME
    @given(time_=TIMES, start=INSTANTS, first=st.timedeltas(TICK, 60 * HOUR), then=st.timedeltas(TICK, 60 * HOUR))
    def test_two_spans_one_after_the_other_are_their_sum(
        self, time_: ServiceTime, start: datetime, first: timedelta, then: timedelta
    ) -> None:
        middle = time_.after(start, first)
        assert middle is not None
        assert time_.after(middle, then) == time_.after(start, first + then)

    @SOME
    @given(time_=TIMES, instants=st.tuples(INSTANTS, INSTANTS, INSTANTS).map(sorted))
    def test_neighbouring_stretches_add_up(self, time_: ServiceTime, instants: list[datetime]) -> None:
        a, b, c = instants
        assert time_.between(a, b) + time_.between(b, c) == time_.between(a, c) <= c - a


class TestWhatNeverPasses:
    """The search is bounded: what does not pass within twenty years is never due."""

    @pytest.mark.parametrize(
        "hours",
        [
            {"opens": time(9), "closes": time(10)},
            {"opens": time(9), "closes": time(9, 0, 0, 1)},
            {"opens": time(9), "closes": time(10), "weekdays": (7,)},
        ],
    )
    def test_the_longest_span_in_few_hours_has_no_end(self, hours: dict[str, Any]) -> None:
        assert serving(**hours).after(utc("2026-01-05T08:00"), timedelta(days=3660)) is None

    def test_a_calendar_without_a_single_day_of_service_is_searched_to_its_end(self) -> None:
        every_day = frozenset(date(2026, 1, 1) + n * timedelta(days=1) for n in range(2 * DAYS_LOOKED_AT))
        calendar = WorkingCalendar(
            country="FR", zone="UTC", holidays=every_day, first=date(2026, 1, 1), last=date(2026, 1, 1)
        )
        time_ = ServiceTime(hours=ServiceHours(zone="UTC"), calendar=calendar)
        assert time_.after(utc("2026-01-05T08:00"), MINUTE) is None
        assert time_.between(utc("2026-01-05T08:00"), utc("2036-01-05T08:00")) == timedelta(0)

    def test_the_longest_span_passes_day_and_night_and_in_whole_days(self) -> None:
        start, span = utc("2026-01-05T08:00"), timedelta(days=3660)
        assert AROUND_THE_CLOCK.after(start, span) == WHOLE_DAYS.after(start, span) == start + span

    def test_within_an_instant_nothing_is_looked_for_beyond_it(self) -> None:
        start = utc("2026-01-05T08:00")
        assert WEEKDAYS.after(start, 10 * HOUR, within=start + 24 * HOUR) is None
        assert WEEKDAYS.after(start, 10 * HOUR, within=start + 25 * HOUR) == start + 25 * HOUR

    @pytest.mark.parametrize(("weekdays", "passes"), [((1,), 522), ((1, 2, 3, 4, 5), 5 * 522)])
    def test_hours_can_say_what_passes_within_ten_years(self, weekdays: tuple[int, ...], passes: int) -> None:
        hours = ServiceHours(zone="UTC", weekdays=weekdays, opens=time(23), closes=time(0))
        assert hours.can_pass(passes * HOUR)
        assert not hours.can_pass(passes * HOUR + TICK)

    def test_what_hours_say_can_pass_does_pass_with_a_holiday_every_second_day(self) -> None:
        holidays = frozenset(date(2026, 1, 1) + n * timedelta(days=2) for n in range(DAYS_LOOKED_AT))
        calendar = WorkingCalendar(
            country="FR", zone="UTC", holidays=holidays, first=date(2026, 1, 1), last=date(2066, 1, 1)
        )
        hours = ServiceHours(zone="UTC", opens=time(9), closes=time(10))
        time_ = ServiceTime(hours=hours, calendar=calendar)
        assert hours.can_pass(2610 * HOUR)
        assert time_.after(utc("2026-01-01T00:00"), 2609 * HOUR) is not None


class TestAtTheDoor:
    """What is refused of hours of service, with words for who writes a policy."""

    @pytest.mark.parametrize(
        ("given_", "words"),
        [
            ({"opens": time(9), "closes": time(9)}, "closes must differ from opens"),
            ({"weekdays": ()}, "at least 1"),
            ({"weekdays": (0,)}, "greater than or equal to 1"),
            ({"weekdays": (8,)}, "less than or equal to 7"),
            ({"weekdays": (1, 1)}, "twice"),
            ({"zone": "Europe/Nowhere"}, "zone"),
            ({"closing_days": {"JP": ("12-29",)}}, "not JP"),
            ({"holidays_of": "FR", "closing_days": {"JP": ("12-29",)}}, "not JP"),
        ],
    )
    def test_hours_that_cannot_be_meant_are_refused(self, given_: dict[str, Any], words: str) -> None:
        with pytest.raises(ValidationError, match=words):
            ServiceHours(**{"zone": "Europe/Paris"} | given_)

    @pytest.mark.parametrize(
        ("opens", "closes", "hours"),
        [(time(0), time(0), 24), (time(9), time(0), 15), (time(22), time(6), 8), (time(9), time(18), 9)],
    )
    def test_hours_up_to_midnight_over_it_and_of_the_whole_day_are_taken(
        self, opens: time, closes: time, hours: int
    ) -> None:
        assert ServiceHours(zone="UTC", opens=opens, closes=closes).a_week == 5 * hours * HOUR

    def test_closing_days_of_the_country_of_the_holidays_are_taken(self) -> None:
        hours = ServiceHours(zone="UTC", holidays_of="JP", closing_days={"JP": ("12-29",)})
        assert hours.closing_on == ("12-29",)
        assert ServiceHours(zone="UTC").closing_on == ()

    def test_rules_of_another_zone_are_refused(self) -> None:
        with pytest.raises(ValidationError, match="zone_rules are of Asia/Tokyo"):
            ServiceTime(hours=ServiceHours(zone="Europe/Paris"), zone_rules=today("Asia/Tokyo"))

    def test_service_time_survives_json(self) -> None:
        time_ = serving("Europe/Paris", date(2026, 1, 6), opens=time(22), closes=time(6))
        assert ServiceTime.model_validate_json(time_.model_dump_json()) == time_

"""Days and months at their edges: in the customer's zone, whoever reads and wherever. AMB-39."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.hub.days import days_since, days_to, last_day, months_between, within
from domain.working_time import end_of_day, start_of_day

TOKYO, PARIS, NEW_YORK, APIA = "Asia/Tokyo", "Europe/Paris", "America/New_York", "Pacific/Apia"
INSTANT = timedelta(microseconds=1)
NINETY = timedelta(days=90)


@pytest.mark.parametrize("zone", [TOKYO, PARIS, NEW_YORK, APIA, "UTC"])
@pytest.mark.parametrize(("last", "days"), [(date(2026, 6, 30), 0), (date(2026, 7, 1), 1), (date(2026, 9, 28), 90)])
def test_days_left_change_at_the_customer_s_midnight_alone(zone: str, last: date, days: int) -> None:
    ends_at = end_of_day(last, zone)
    first, after = start_of_day(date(2026, 6, 30), zone), end_of_day(date(2026, 6, 30), zone)
    assert days_to(ends_at, first - INSTANT, zone) == days + 1
    assert days_to(ends_at, first, zone) == days
    assert days_to(ends_at, after - INSTANT, zone) == days
    assert days_to(ends_at, after, zone) == days - 1


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25)])
def test_days_of_23_and_25_hours_are_days(day: date) -> None:
    """Paris, where clocks change on the 29th of March and the 25th of October."""
    ends_at = end_of_day(day + timedelta(days=2), PARIS)
    for instant in (start_of_day(day, PARIS), end_of_day(day, PARIS) - INSTANT):
        assert days_to(ends_at, instant, PARIS) == 2


def test_one_instant_is_another_day_elsewhere() -> None:
    """30 June, 03:00 UTC: the 30th in Tokyo and Paris, the 29th in New York."""
    at = datetime(2026, 6, 30, 3, tzinfo=UTC)
    left = {zone: days_to(end_of_day(date(2026, 9, 28), zone), at, zone) for zone in (TOKYO, PARIS, NEW_YORK)}
    assert left == {TOKYO: 90, PARIS: 90, NEW_YORK: 91}
    assert days_since(date(2026, 4, 1), at, TOKYO) == 90
    assert days_since(date(2026, 4, 1), at, NEW_YORK) == 89


def test_what_ends_at_midnight_had_its_last_day_before() -> None:
    assert last_day(datetime(2026, 6, 30, 15, tzinfo=UTC), TOKYO) == date(2026, 6, 30)
    assert last_day(datetime(2026, 6, 30, 15, tzinfo=UTC) + INSTANT, TOKYO) == date(2026, 7, 1)


def test_what_has_no_end_has_no_days() -> None:
    assert days_to(None, datetime(2026, 6, 30, tzinfo=UTC), TOKYO) is None


@pytest.mark.parametrize(
    ("days", "inside"), [(None, False), (-1, False), (0, True), (1, True), (89, True), (90, True), (91, False)]
)
def test_a_window_has_today_and_its_last_day(days: int | None, inside: bool) -> None:
    assert within(days, NINETY) is inside


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 27), 0),
        (date(2026, 1, 31), date(2026, 2, 28), 1),  # the last day of a shorter month
        (date(2026, 1, 31), date(2026, 3, 30), 1),
        (date(2026, 1, 31), date(2026, 3, 31), 2),
        (date(2026, 6, 15), date(2026, 6, 15), 0),
        (date(2026, 6, 15), date(2026, 7, 14), 0),
        (date(2026, 6, 15), date(2026, 7, 15), 1),
        (date(2025, 6, 15), date(2026, 6, 14), 11),
        (date(2025, 6, 15), date(2026, 6, 15), 12),
        (date(2024, 2, 29), date(2025, 2, 28), 12),
        (date(2026, 6, 15), date(2026, 6, 14), 0),
        (date(2026, 6, 15), date(2026, 1, 1), 0),
    ],
)
def test_months_are_whole_ones(first: date, last: date, months: int) -> None:
    assert months_between(first, last) == months

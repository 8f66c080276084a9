"""Weeks of the hub: each ends on a Sunday, 00:00:00 UTC, and is named by that day. HUB-60. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from domain.hub.policy import WEEK

SUNDAY: Final = 6


def last_closed(now: datetime) -> date:
    """The Sunday at whose beginning (UTC) the last completed week ended; on a Sunday that day itself. HUB-60."""
    day = now.astimezone(UTC).date()
    return day - timedelta(days=(day.weekday() - SUNDAY) % 7)


def week_of(day: date) -> date:
    """The Sunday that ends the week to which a day (UTC) belongs: a Sunday begins a week, so the one after it."""
    return last_closed(datetime.combine(day, time(), UTC)) + WEEK


def end_of(week: date) -> datetime:
    """The first instant after the week."""
    return datetime.combine(week, time(), UTC)


def last_instant_of(week: date) -> datetime:
    """What happens on the Sunday at 00:00:00 is of the next week."""
    return end_of(week) - datetime.resolution


def weeks_between(first: date, last: date) -> tuple[date, ...]:
    """Both among them, oldest first."""
    return tuple(first + WEEK * number for number in range((last - first) // WEEK + 1))

"""The chart of licences assigned and really used, week by week. HUB-54. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Final

from domain.hub.lines import WEEKS, Line
from domain.hub.numbers import share
from domain.hub.policy import WEEK

SHOWN: Final = WEEKS
"""Points of the chart: three months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """One week of one product; what runs only. None: nothing is known of that week."""

    ends_on: date
    """UTC. Of a week that was closed its Sunday; of one counted back from now the day on which it ended."""

    total: int | None
    """Purchased; known of weeks that were closed, and of the newest one."""

    assigned: int | None
    used: int | None
    """Joined a meeting, or made a call."""

    @property
    def assigned_share(self) -> Fraction | None:
        """Assigned ÷ purchased."""
        return None if self.assigned is None or self.total is None else share(self.assigned, self.total)

    @property
    def used_share(self) -> Fraction | None:
        """Used ÷ purchased."""
        return None if self.used is None or self.total is None else share(self.used, self.total)


def point(lines: Sequence[Line], product: str, ends_on: date) -> TrendPoint:
    """Of a week, from its lines as they were at its end (or are now): who left since is in it."""
    return _point(_running(lines, product), ends_on, 0)


def trend_of_lines(lines: Sequence[Line], product: str, at: datetime) -> tuple[TrendPoint, ...]:
    """Where no week was closed yet: what today's lines remember of SHOWN weeks, oldest first, the last one now."""
    running, today = _running(lines, product), at.astimezone(UTC).date()
    return tuple(_point(running, today - WEEK * back, back) for back in reversed(range(SHOWN)))


def _running(lines: Sequence[Line], product: str) -> list[Line]:
    return [line for line in lines if line.active and line.product == product]


def _point(running: Sequence[Line], ends_on: date, back: int) -> TrendPoint:
    """Of a week so far back; what had been purchased by then no line remembers."""
    return TrendPoint(
        ends_on=ends_on,
        total=sum(line.total for line in running) if back == 0 else None,
        assigned=_known([line.assigned_by_week for line in running], back),
        used=_known([line.used_by_week for line in running], back),
    )


def _known(by_week: Sequence[Sequence[int | None]], back: int) -> int | None:
    """The sum of what is known of a week so far back."""
    known = [weeks[-1 - back] for weeks in by_week if len(weeks) > back and weeks[-1 - back] is not None]
    return sum(value for value in known if value is not None) if known else None

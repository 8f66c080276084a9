"""What the charts of numbers are drawn over: weeks, types."""

from collections.abc import Sequence
from datetime import date

from web.charts import NARROW, WIDE, Figure
from web.reader import Reader


def weeks_figure(name: str, weeks: Sequence[date], reader: Reader, *, narrow: bool = False) -> Figure:
    """Week by week, each by the day that ends it."""
    return Figure(
        name=name,
        over=reader.say("kpi.week"),
        labels=[reader.day(week) for week in weeks],
        below=[reader.short_day(week) for week in weeks],
        width=NARROW if narrow else WIDE,
    )


def types_figure(name: str, over: str, types: Sequence[str], *, narrow: bool = False) -> Figure:
    """A column for each."""
    return Figure(name=name, over=over, labels=types, width=NARROW if narrow else WIDE)

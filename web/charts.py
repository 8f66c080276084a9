"""Charts as SVG, drawn here, without script or style: tenure.css colours them. Beside each stands its table. Pure."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from web.reader import Reader

WIDE: Final = 1120
"""In units of about a pixel: of a chart in a card of its own."""

NARROW: Final = 540
"""Of one of two in a row."""

HEIGHT: Final = 250
LEFT: Final = 52
RIGHT: Final = 12
TOP: Final = 14
BOTTOM: Final = 30
TICKS: Final = 4
LABEL: Final = 82
"""Room for a label below an axis."""

WIDEST_BAR: Final = 64

DOTS: Final = 30
"""With more points than that a line has none drawn."""

PLAIN_STEPS: Final = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line, or the bars of one colour."""

    name: str
    values: Sequence[float | None]
    """None: nothing is known; a line has a gap there."""

    colour: str
    """A class of tenure.css: `series-1`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture and what it shows, as a table."""

    name: str
    svg: Markup
    legend: Sequence[tuple[str, str]]
    """Colour and name."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What a chart is about, and how much room it has."""

    name: str
    over: str
    """What its labels are: weeks, types."""

    labels: Sequence[str]
    below: Sequence[str] = ()
    """The same, shorter, for the axis."""

    width: int = WIDE

    @property
    def column(self) -> float:
        """The width of one."""
        return (self.width - LEFT - RIGHT) / max(len(self.labels), 1)

    def x(self, at: int) -> float:
        """The middle of a column."""
        return LEFT + self.column * (at + 0.5)


def line_chart(figure: Figure, series: Sequence[Series], reader: Reader) -> Chart:
    """How numbers went, week by week; all of it is shown by the table too."""
    ticks = _ticks(max(_known(series), default=0))
    drawn = [_frame(figure, ticks, reader), _below(figure)]
    for each in series:
        drawn += [_line(figure, each, ticks[-1]), *_dots(figure, each, ticks[-1])]
    return _chart(figure, series, reader, drawn)


def bar_chart(figure: Figure, series: Sequence[Series], reader: Reader, *, stacked: bool = False) -> Chart:
    """A bar for each label and series; or the series of a label on top of each other."""
    sums = [sum(each.values[at] or 0 for each in series) for at in range(len(figure.labels))]
    ticks = _ticks(max(sums if stacked else _known(series), default=0))
    place = _stacked if stacked else _beside
    bars = [bar for at in range(len(figure.labels)) for bar in place(figure, at, series, ticks[-1])]
    return _chart(figure, series, reader, [_frame(figure, ticks, reader), *bars, _below(figure)])


def _chart(figure: Figure, series: Sequence[Series], reader: Reader, drawn: Sequence[Markup]) -> Chart:
    svg = Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>').format(
        figure.width, HEIGHT, figure.name, Markup().join(drawn), Markup().join(_columns(figure, series, reader))
    )
    rows = [[label, *(reader.number(each.values[at]) for each in series)] for at, label in enumerate(figure.labels)]
    return Chart(
        name=figure.name,
        svg=svg,
        legend=[(each.colour, each.name) for each in series],
        head=[figure.over, *(each.name for each in series)],
        rows=rows,
    )


def licence_bar(used: int, assigned: int, total: int, name: str) -> Markup:
    """Used, assigned, available and what is beyond the purchased, in one bar; `name` says the numbers. domain.md §6.8.

    Its right end is what was purchased, or the most that is assigned or used where that is more.
    """
    whole = max(total, assigned, used, 1)
    parts = [
        ("free", 0, total),
        ("series-2", 0, min(assigned, total)),
        ("series-1", 0, min(used, total)),
        ("series-bad", total, max(assigned, used)),
    ]
    drawn = [
        Markup('<rect class="{}" x="{:.1f}" y="0" width="{:.1f}" height="14"/>').format(
            colour, 200 * begin / whole, 200 * (end - begin) / whole
        )
        for colour, begin, end in parts
        if end > begin
    ]
    edge = Markup('<rect class="edge" x="0.5" y="0.5" width="199" height="13"/>')
    return Markup(
        '<svg class="bar" viewBox="0 0 200 14" preserveAspectRatio="none" role="img" aria-label="{}">'
        "<title>{}</title>{}{}</svg>"
    ).format(name, name, Markup().join(drawn), edge)


def _known(series: Sequence[Series]) -> Iterator[float]:
    return (value for each in series for value in each.values if value is not None)


def _ticks(highest: float) -> list[float]:
    """From nothing to the highest or a little more, in steps that people count by; whole numbers only."""
    step = max(highest / TICKS, 1)
    size = 10 ** math.floor(math.log10(step))
    plain = next(size * factor for factor in PLAIN_STEPS if size * factor >= step)
    plain = math.ceil(plain)
    return [plain * number for number in range(max(1, math.ceil(highest / plain)) + 1)]


def _y(value: float, highest: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / highest


def _frame(figure: Figure, ticks: Sequence[float], reader: Reader) -> Markup:
    line = Markup(
        '<line class="{}" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
        '<text x="{}" y="{:.1f}" text-anchor="end" dominant-baseline="middle">{}</text>'
    )
    drawn = []
    for number, tick in enumerate(ticks):
        y = _y(tick, ticks[-1])
        kind = "grid-line" if number else "axis"
        drawn.append(line.format(kind, LEFT, figure.width - RIGHT, y, y, LEFT - 8, y, reader.compact(tick)))
    return Markup().join(drawn)


def _below(figure: Figure) -> Markup:
    """As many labels as there is room for, the last one always; where columns are narrow it ends at the edge."""
    labels = figure.below or figure.labels
    every = math.ceil(LABEL / figure.column)
    text = Markup('<text x="{:.1f}" y="{}" text-anchor="{}">{}</text>')
    last = len(labels) - 1
    edge = "end" if figure.column < LABEL / 2 else "middle"
    return Markup().join(
        text.format(figure.x(at), HEIGHT - 10, edge if at == last else "middle", label)
        for at, label in enumerate(labels)
        if (last - at) % every == 0
    )


def _line(figure: Figure, series: Series, highest: float) -> Markup:
    path = path_of(
        (figure.x(at), None if value is None else _y(value, highest)) for at, value in enumerate(series.values)
    )
    return Markup('<path class="line {}" d="{}"/>').format(series.colour, path) if path else Markup()


def path_of(points: Iterable[tuple[float, float | None]]) -> str:
    """Through all points; where nothing is known is a gap."""
    path, before = [], False
    for x, y in points:
        if y is not None:
            path.append(f"{'L' if before else 'M'}{x:.1f} {y:.1f}")
        before = y is not None
    return " ".join(path)


def _dots(figure: Figure, series: Series, highest: float) -> list[Markup]:
    if len(series.values) > DOTS:
        return []
    dot = Markup('<circle class="dot {}" cx="{:.1f}" cy="{:.1f}" r="4"/>')
    return [
        dot.format(series.colour, figure.x(at), _y(value, highest))
        for at, value in enumerate(series.values)
        if value is not None
    ]


def _columns(figure: Figure, series: Sequence[Series], reader: Reader) -> list[Markup]:
    """What hovering shows: all numbers of a column."""
    hit = Markup('<rect class="hit" x="{:.1f}" y="{}" width="{:.1f}" height="{}"><title>{}</title></rect>')
    return [
        hit.format(
            LEFT + at * figure.column, TOP, figure.column, HEIGHT - TOP - BOTTOM, _said(label, at, series, reader)
        )
        for at, label in enumerate(figure.labels)
    ]


def _said(label: str, at: int, series: Sequence[Series], reader: Reader) -> str:
    return "\n".join([label, *(f"{each.name}: {reader.number(each.values[at])}" for each in series)])


def _beside(figure: Figure, at: int, series: Sequence[Series], highest: float) -> list[Markup]:
    wide = min(figure.column * 0.72 / len(series), WIDEST_BAR)
    begin = figure.x(at) - wide * len(series) / 2
    return [
        _bar(each.colour, begin + wide * place, wide - 2, 0, value, highest)
        for place, each in enumerate(series)
        if (value := each.values[at])
    ]


def _stacked(figure: Figure, at: int, series: Sequence[Series], highest: float) -> list[Markup]:
    wide = min(figure.column * 0.72, WIDEST_BAR)
    bars, below = [], 0.0
    for each in series:
        if value := each.values[at]:
            bars.append(_bar(each.colour, figure.x(at) - wide / 2, wide, below, value, highest))
            below += value
    return bars


def _bar(colour: str, x: float, width: float, below: float, value: float, highest: float) -> Markup:
    top, foot = _y(below + value, highest), _y(below, highest)
    return Markup('<rect class="bar-of {}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="2"/>').format(
        colour, x, top, max(width, 2), foot - top
    )

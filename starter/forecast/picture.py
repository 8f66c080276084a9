"""A forecast as a timeline: an axis with dates, a lane for each kind, a label for each entry. Plain SVG, no scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from domain.working_time import clock_reading, local_day, start_of_day
from starter.answers.tools import Coming, ForecastEntry
from starter.console.terminal import shown
from starter.forecast.question import Forecast
from workflows.details import local

FONT: Final = "system-ui, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif"
COLOURS: Final = {Coming.STATE: "#1a7f37", Coming.DEADLINE: "#9a6700", Coming.MAIL: "#0969da", Coming.LOSS: "#cf222e"}
NAMES: Final = {Coming.STATE: "States", Coming.DEADLINE: "Deadlines", Coming.MAIL: "Mails", Coming.LOSS: "Losses"}

LEFT: Final = 110
"""Where the axis begins; the names of the lanes stand before it."""

AXIS: Final = 900
TOP: Final = 96
ROW: Final = 17
"""From one line of labels to the next."""

LANE: Final = 34
"""A lane's height without its labels."""

LETTER: Final = 6.6
"""More than the mean width of a letter at this size, in any of the fonts."""

LONGEST: Final = 90
"""Letters of a label; the whole text shows when the pointer rests on it."""

TICKS: Final = 9
"""Dates on the axis at most."""

STEPS: Final = (1, 2, 7, 14, 28, 56, 91, 182, 364, 728)
"""Days from one date to the next."""


@dataclass(frozen=True)
class _Label:
    """An entry's place: in the row below all that would be in its way."""

    entry: ForecastEntry
    text: str
    x: float
    row: int
    first: bool
    """Of several at one instant."""


@dataclass(frozen=True)
class _Scale:
    """From instants to places on the axis."""

    first: datetime
    last: datetime
    zone: str

    def x(self, at: datetime) -> float:
        """Where it is."""
        return round(LEFT + AXIS * ((at - self.first) / (self.last - self.first)), 1)

    def dates(self) -> list[date]:
        """Days that stand on the axis, each at its local midnight."""
        first, last = local_day(self.first, self.zone), local_day(self.last, self.zone)
        step = next((step for step in STEPS if (last - first).days / step < TICKS), STEPS[-1])
        days = (first + timedelta(days=step * n) for n in range((last - first).days // step + 1))
        return [day for day in days if self.first <= start_of_day(day, self.zone) <= self.last]


def picture(found: Forecast) -> str:
    """The whole picture."""
    scale = _scale(found)
    lanes = {kind: _placed([e for e in found.entries if e.kind is kind], scale) for kind in NAMES}
    heights = {kind: LANE + ROW * (1 + max((label.row for label in lanes[kind]), default=0)) for kind in NAMES}
    bottom = TOP + sum(heights.values())
    right = max((label.x + _width(label.text) for lane in lanes.values() for label in lane), default=0)
    svg = _canvas(max(right, LEFT + AXIS) + 40, bottom + 24, found)
    for day in scale.dates():
        _tick(svg, scale, day, bottom)
    top = TOP
    for kind, labels in lanes.items():
        _lane(svg, kind, labels, top)
        top += heights[kind]
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(svg, encoding="unicode") + "\n"


def _scale(found: Forecast) -> _Scale:
    first = found.question.begins_at
    last = max((entry.at for entry in found.entries), default=first)
    return _Scale(first, max(last, first + timedelta(days=1)), found.question.zone)


def _placed(entries: Sequence[ForecastEntry], scale: _Scale) -> list[_Label]:
    """From the last instant to the first, each below those its texts would reach: no line and no label crosses another.

    What happens at one instant hangs on one line, the first on top.
    """
    placed: list[_Label] = []
    for at, together in reversed([(at, list(some)) for at, some in groupby(entries, lambda entry: entry.at)]):
        texts = [_text(entry, scale.zone) for entry in together]
        x, reach = scale.x(at), max(map(_width, texts))
        first = max((label.row + 1 for label in placed if label.x <= x + reach), default=0)
        rows = range(first, first + len(together))
        placed += [
            _Label(entry, text, x, row, row == first) for entry, text, row in zip(together, texts, rows, strict=True)
        ]
    return placed


def _text(entry: ForecastEntry, zone: str) -> str:
    to = f" → {entry.to.replace('_', ' ')}" if entry.to else ""
    text = shown(f"{clock_reading(entry.at, zone).in_words} {entry.what}{to}").replace("\n", " ")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _width(text: str) -> float:
    return 12 + LETTER * len(text)


def _canvas(width: float, height: float, found: Forecast) -> Element:
    question = found.question
    size = {"width": f"{width:g}", "height": f"{height:g}", "viewBox": f"0 0 {width:g} {height:g}"}
    svg = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "font-family": FONT, **size})
    title = f"Forecast of {question.subject}, {question.supposing}"
    SubElement(svg, "title").text = title
    SubElement(svg, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    _write(svg, title, 20, 34, size=18, weight="600")
    beginning = local(question.begins_at, question.zone)
    _write(svg, f"from {beginning}; times in {question.zone}", 20, 56, fill="#57606a")
    return svg


def _tick(svg: Element, scale: _Scale, day: date, bottom: float) -> None:
    x = scale.x(start_of_day(day, scale.zone))
    _line(svg, x, TOP - 8, x, bottom, "#eaeef2")
    _write(svg, day.isoformat(), x, TOP - 14, fill="#57606a", anchor="middle", kind="date")


def _lane(svg: Element, kind: Coming, labels: Sequence[_Label], top: float) -> None:
    colour, line = COLOURS[kind], top + 16
    _line(svg, 20, top, LEFT + AXIS, top, "#d0d7de")
    _write(svg, NAMES[kind], 20, line + 4, fill=colour, weight="600", size=13)
    _line(svg, LEFT, line, LEFT + AXIS, line, colour, width=2)
    if not labels:
        _write(svg, "none", LEFT + 5, top + LANE + 4, fill="#57606a")
    for label in labels:
        y = top + LANE + ROW * label.row
        _flag(svg, label, line, y, colour)


def _flag(svg: Element, label: _Label, line: float, y: float, colour: str) -> None:
    group = SubElement(svg, "g", {"class": "entry"})
    SubElement(group, "title").text = shown(" ".join(filter(None, (label.entry.what, label.entry.rule))))
    _line(group, label.x, line if label.first else y + 4 - ROW, label.x, y + 4, colour)
    if label.first:
        SubElement(group, "circle", {"cx": f"{label.x:g}", "cy": f"{line:g}", "r": "4", "fill": colour})
    _write(group, label.text, label.x + 5, y + 4, kind="label")


def _line(parent: Element, x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1) -> None:
    ends = {name: f"{value:g}" for name, value in (("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2))}
    SubElement(parent, "line", {**ends, "stroke": colour, "stroke-width": f"{width:g}"})


def _write(
    parent: Element,
    text: str,
    x: float,
    y: float,
    *,
    size: float = 11,
    fill: str = "#1f2328",
    weight: str = "400",
    anchor: str = "start",
    kind: str = "text",
) -> None:
    style = {"font-size": f"{size:g}", "fill": fill, "font-weight": weight, "text-anchor": anchor, "class": kind}
    halo = {"stroke": "#ffffff", "stroke-width": "3", "paint-order": "stroke"}
    SubElement(parent, "text", {"x": f"{x:g}", "y": f"{y:g}", **style, **halo}).text = text

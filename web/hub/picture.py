"""The timeline as one picture: a row for each lifecycle, a point for each moment, a line for now. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from markupsafe import Markup

from domain.lifecycle import Lifecycle
from web.hub.timeline import Moment, subjects_of
from web.reader import Reader

WIDTH: Final = 960
ROW: Final = 44
HEAD: Final = 26
EDGE: Final = 14
ROWS: Final = 10
"""The newest ones; a picture of more nobody reads."""

LABELS: Final = 6
COLOURS: Final = {"bad": "series-bad", "good": "series-good", "": "series-1"}


@dataclass(frozen=True, slots=True)
class Scale:
    """From an instant to a place."""

    begins: datetime
    ends: datetime

    def x(self, at: datetime) -> float:
        """In the picture."""
        whole = (self.ends - self.begins) / timedelta(seconds=1)
        return EDGE + (WIDTH - 2 * EDGE) * ((at - self.begins) / timedelta(seconds=1)) / (whole or 1)


def picture(moments: Sequence[Moment], now: datetime, name: str, reader: Reader) -> Markup:
    """Of what happened and what will, left to right."""
    subjects = subjects_of(moments)[-ROWS:]
    shown = [moment for moment in moments if moment.about in subjects]
    if not shown:
        return Markup()
    instants = [now, *(moment.at for moment in shown)]
    scale = Scale(min(instants), max(instants))
    rows = [
        _row(number, about, [moment for moment in shown if moment.about == about], scale, now, reader)
        for number, about in enumerate(subjects)
    ]
    height = HEAD + ROW * len(subjects) + 8
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>').format(
        WIDTH, height, name, _days(scale, height, reader), _now(scale.x(now), height, reader), Markup().join(rows)
    )


def _days(scale: Scale, height: int, reader: Reader) -> Markup:
    line = Markup(
        '<line class="grid-line" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>'
        '<text x="{0:.1f}" y="14" text-anchor="{3}">{4}</text>'
    )
    step = (scale.ends - scale.begins) / LABELS
    anchors = {0: "start", LABELS: "end"}
    return Markup().join(
        line.format(scale.x(at), HEAD - 6, height, anchors.get(number, "middle"), reader.day_of(at))
        for number in range(LABELS + 1)
        if (at := scale.begins + step * number)
    )


def _now(x: float, height: int, reader: Reader) -> Markup:
    return Markup('<line class="now" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"><title>{3}</title></line>').format(
        x, HEAD - 6, height, reader.say("timeline.now")
    )


def _row(
    number: int, about: tuple[Lifecycle, str], moments: Sequence[Moment], scale: Scale, now: datetime, reader: Reader
) -> Markup:
    """A line as far as it came, dashed as far as it will go."""
    y = HEAD + ROW * number + 28
    past = [moment.at for moment in moments if not moment.coming]
    future = [moment.at for moment in moments if moment.coming]
    lifecycle, subject = about
    return Markup().join(
        [
            Markup('<text class="label" x="{}" y="{}">{} · {}</text>').format(
                EDGE, y - 12, reader.word("timeline.lifecycle", lifecycle), subject
            ),
            _span([*past, now] if future else past, y, scale, "line series-2"),
            _span([now, *future] if future else [], y, scale, "line series-3"),
            *(_point(moment, y, scale, reader) for moment in moments),
        ]
    )


def _span(instants: Sequence[datetime], y: int, scale: Scale, kind: str) -> Markup:
    if not instants:
        return Markup()
    return Markup('<path class="{}" d="M{:.1f} {}H{:.1f}"/>').format(
        kind, scale.x(min(instants)), y, scale.x(max(instants))
    )


def _point(moment: Moment, y: int, scale: Scale, reader: Reader) -> Markup:
    kind = moment.mark if moment.coming else COLOURS[moment.tone]
    return Markup('<circle class="dot {}" cx="{:.1f}" cy="{}" r="5.5"><title>{}</title></circle>').format(
        kind, scale.x(moment.at), y, f"{reader.at(moment.at)}\n{moment.text}"
    )

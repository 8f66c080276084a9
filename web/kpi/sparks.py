"""A line as small as a word: the course of a number in a cell of a table. Pure."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from markupsafe import Markup

from web.charts import path_of

WIDTH: Final = 96
HEIGHT: Final = 24
EDGE: Final = 3


def spark(values: Sequence[float | Fraction | None], name: str) -> Markup:
    """Oldest first; a week of which nothing is known is a gap. `name` says the numbers."""
    course = [None if value is None else float(value) for value in values]
    known = [value for value in course if value is not None]
    if not known:
        return Markup()
    highest = max(known) or 1
    step = (WIDTH - 2 * EDGE) / max(len(course) - 1, 1)
    heights = [None if value is None else HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * value / highest for value in course]
    path = path_of((EDGE + step * at, y) for at, y in enumerate(heights))
    dot = Markup('<circle class="series-1" cx="{:.1f}" cy="{:.1f}" r="2.5"/>')
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}"><title>{}</title>'
        '<path class="line series-1" d="{}"/>{}</svg>'
    ).format(
        WIDTH, HEIGHT, name, name, path, Markup() if heights[-1] is None else dot.format(WIDTH - EDGE, heights[-1])
    )

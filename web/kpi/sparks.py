"""A line as small as a word: the course of a number in a cell of a table. Pure."""

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

WIDTH: Final = 96
HEIGHT: Final = 24
EDGE: Final = 3


def spark(values: Sequence[float | None], name: str) -> Markup:
    """Oldest first; a week of which nothing is known is a gap. `name` says the numbers."""
    known = [value for value in values if value is not None]
    if not known:
        return Markup()
    highest = max(known) or 1
    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
    path, before = [], False
    for at, value in enumerate(values):
        if value is not None:
            y = HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * value / highest
            path.append(f"{'L' if before else 'M'}{EDGE + step * at:.1f} {y:.1f}")
        before = value is not None
    last_y = HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * known[-1] / highest
    dot = Markup('<circle class="series-1" cx="{:.1f}" cy="{:.1f}" r="2.5"/>').format(WIDTH - EDGE, last_y)
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}"><title>{}</title>'
        '<path class="line series-1" d="{}"/>{}</svg>'
    ).format(WIDTH, HEIGHT, name, name, " ".join(path), dot if values[-1] is not None else Markup())

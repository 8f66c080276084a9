"""The picture for the README: CPU and lives per second, a bar for each system."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from bench import plan

NAMES: Final = {
    plan.ORDER: "Tenure: order with terms",
    plan.ORDER_PLAIN: "Tenure: order without terms",
    plan.ORDER_PG: "Tenure: with terms, PostgreSQL store",
    plan.RENEWAL: "Tenure: renewal",
    plan.FLOOR: "Temporal: same messages, no work",
    plan.REFERENCE: "Temporal: the order written plainly",
    plan.DBOS: "DBOS: the order written plainly",
}
OURS: Final = frozenset({plan.ORDER, plan.ORDER_PLAIN, plan.ORDER_PG, plan.RENEWAL})
CHARTS: Final = (
    ("cpu_ms", "CPU milliseconds per life (less is better)"),
    ("lives_per_s", "Lives per second (more is better)"),
)

TWO_DIGITS: Final = 10
"""From here on a number is whole."""

WIDTH, LABEL, BAR, LINE, GAP = 720, 250, 380, 24, 14
"""Of the picture, the names, the longest bar; of a row, and above a chart."""


def svg(measured: Mapping[str, Any]) -> str:
    """Of a result as it is kept."""
    figures, body, y = measured["figures"], [], 0
    for unit, title in CHARTS:
        values = {name: figures[f"{name}.{unit}"] for name in NAMES if f"{name}.{unit}" in figures}
        body += list(_chart(title, values, y))
        y += (len(values) + 1) * LINE + 2 * GAP
    note = f"{'quick run' if measured['quick'] else 'run'} of {measured['at']}, {measured['machine']['cores']} cores"
    body.append(_text(0, y + GAP, f"make bench, {note}; server, workers and sender on one machine", "note"))
    return "\n".join([_head(y + LINE), *body, "</svg>", ""])


def _head(height: int) -> str:
    style = (
        "text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.note{font-size:11px;fill:#656d76}"
        ".ours{fill:#1f6feb}.theirs{fill:#8c959f}"
        "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.note{fill:#9198a1}}"
    )
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><style>{style}</style>'


def _chart(title: str, values: Mapping[str, float], top: int) -> Iterator[str]:
    yield _text(0, top + LINE - 6, title, "title")
    longest = max(values.values(), default=1.0)
    for row, (name, value) in enumerate(values.items(), start=1):
        y, length = top + row * LINE + 6, max(1, round(value / longest * BAR))
        side = "ours" if name in OURS else "theirs"
        yield _text(0, y + LINE - 9, NAMES[name], "")
        yield f'<rect class="{side}" x="{LABEL}" y="{y + 2}" width="{length}" height="{LINE - 8}" rx="2"/>'
        yield _text(LABEL + length + 6, y + LINE - 9, _number(value), "")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= TWO_DIGITS else f"{value:.2g}"


def _text(x: int, y: int, text: str, kind: str) -> str:
    return f'<text x="{x}" y="{y}" class="{kind}">{escape(text)}</text>'

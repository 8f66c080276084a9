"""What the run prints at its end: each figure beside its target."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from bench.targets import Judged, judged

NOT_ASKED_FOR: Final = "left out by --only"

Result = Mapping[str, Any]
"""As it stands in bench/results/latest.json."""


def lines(result: Result) -> list[str]:
    """The table, then what was not measured and why."""
    why = result["left_out"]
    asked_for = [each for each in judged(result["figures"]) if why.get(each.target.figure) != NOT_ASKED_FOR]
    rows = [_row(each) for each in asked_for]
    head = ("figure", "measured", "to reach", "moonshot", "", "what")
    table = list(_aligned([head, *rows]))
    left_out = [f"not measured: {name} ({said})" for name, said in sorted(why.items()) if said != NOT_ASKED_FOR]
    disturbed = [f"beside this run: {what}" for what in result["disturbed_by"]]
    failed = [f"FAILED: {part} ({error}; see above)" for part, error in result["failed"].items()]
    return [*_heading(result), "", *table, "", *left_out, *failed, *disturbed]


def _heading(result: Result) -> Iterable[str]:
    machine = result["machine"]
    kind = "quick run" if result["quick"] else "whole run"
    yield f"{kind} of {result['at']}, {result['seconds']:.0f} s, {machine['cores']} cores, Python {machine['python']}"


def _row(each: Judged) -> tuple[str, ...]:
    target = each.target
    measured = "–" if each.value is None else f"{each.value:.4g} {target.unit}".strip()
    moonshot = "" if target.moonshot is None else f"{target.moonshot:g}"
    return (target.figure, measured, target.wanted, moonshot, each.verdict, target.what)


def _aligned(rows: list[tuple[str, ...]]) -> Iterable[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()

"""Medians with their least and most."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Spread:
    """What several rounds gave."""

    median: float
    least: float
    most: float
    rounds: int


def spread(values: Sequence[float]) -> Spread:
    """Of at least one value."""
    return Spread(median(values), min(values), max(values), len(values))


def quantile(values: Sequence[float], part: float) -> float:
    """The value that `part` of them (0.5, 0.99) do not exceed: one that was measured, not one between two."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def ratios(one: Sequence[float], other: Sequence[float]) -> Spread:
    """`one` ÷ `other`, round by round: what slowed both in a round does not count."""
    return spread([a / b for a, b in zip(one, other, strict=True)])

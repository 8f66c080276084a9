"""What a part of the run found out."""

import traceback
from collections.abc import Awaitable, Mapping
from dataclasses import asdict, dataclass, field

from bench.spread import Spread

Figures = dict[str, Spread]


@dataclass
class Outcome:
    """Figures by name, and what stands behind them."""

    figures: Figures = field(default_factory=dict)
    details: dict[str, object] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    """Figures that this run does not have, and why."""

    failed: dict[str, str] = field(default_factory=dict)
    """Parts that did not come to their end, and the error."""

    def add(self, other: "Outcome") -> None:
        """Take in what another part found."""
        self.figures |= other.figures
        self.details |= other.details
        self.left_out |= other.left_out
        self.failed |= other.failed


async def attempt(found: Outcome, what: str, part: Awaitable[Outcome]) -> None:
    """Add what a part finds. One that fails does not take the others with it: it is printed, kept, and the run ends
    with 1."""
    try:
        found.add(await part)
    except Exception as failure:
        traceback.print_exc()
        found.failed[what] = type(failure).__name__


def once(value: float) -> Spread:
    """Measured once, or counted."""
    return Spread(value, value, value, 1)


def as_json(value: Spread) -> Mapping[str, float]:
    """With four digits that count."""
    return {name: significant(part) for name, part in asdict(value).items()}


def significant(value: float) -> float:
    """Four digits."""
    return float(f"{value:.4g}")

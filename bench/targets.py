"""What issue 9 wants of each figure: the table the run ends with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Target:
    """A figure, its unit, and what it has to reach."""

    figure: str
    unit: str
    what: str
    least: float | None = None
    """To reach, where more is better."""

    most: float | None = None
    """To reach, where less is better."""

    moonshot: float | None = None

    @property
    def wanted(self) -> str:
        """For people."""
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"

    def is_met(self, value: float) -> bool:
        """By this value."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


TARGETS: Final = (
    Target("order.cpu_per_reference", "×", "CPU per life ÷ plain reference life", most=1.6, moonshot=1.0),
    Target("order.lives_per_reference", "×", "lives/s ÷ plain reference life", least=0.7, moonshot=1.7),
    Target("order.lives_per_dbos", "×", "lives/s ÷ the same life on DBOS", least=0.8, moonshot=1.8),
    Target("order.events", "", "events, order with terms, paced", most=90, moonshot=60),
    Target("order_plain.events", "", "events, order without terms, paced", most=76, moonshot=50),
    Target("renewal.events", "", "events, renewal, paced", most=60, moonshot=40),
    Target("trial.events", "", "events, trial to number release, ten mails", most=130, moonshot=90),
    Target("order.history_bytes", "B", "history of an order with terms", most=20_480, moonshot=12_288),
    Target("saturated.accepted_to_store_p50_s", "s", "accepted → in the store, 25 in flight, p50", most=0.15),
    Target("saturated.accepted_to_mail_p50_s", "s", "accepted → mail out, 25 in flight, p50", most=1.0),
    Target("worker.mb_per_1000", "MB", "worker memory per 1,000 cached orders", most=110, moonshot=66),
    Target("replay.s_per_1000", "s", "replay of 1,000 orders", most=35, moonshot=20),
    Target("import.per_bare", "×", "import ÷ bare start rate", least=0.9),
    Target("audit.s_5000", "s", "audit at 5,000 open", most=10),
    Target("audit.mb_5000", "MB", "audit at 5,000 open", most=150),
    Target("list.s_5000", "s", "list of 5,000 open", most=10),
    Target("list.mb_5000", "MB", "list of 5,000 open", most=150),
    Target("update.p50_ms", "ms", "a lone update, p50", most=15),
    Target("update.p99_ms", "ms", "a lone update, p99", most=40),
    Target("document.ms", "ms", "a confirmation document after the first", most=5),
)
"""The issue's table; the last three are budgets of shared/performance.md and of the issue's §4."""


@dataclass(frozen=True)
class Judged:
    """A target beside what was measured."""

    target: Target
    value: float | None
    """None: this run did not measure it."""

    @property
    def verdict(self) -> str:
        """In a word."""
        if self.value is None:
            return "not measured"
        return "met" if self.target.is_met(self.value) else "NOT MET"


def judged(figures: Mapping[str, float | None]) -> list[Judged]:
    """Every target, in the table's order."""
    return [Judged(target, figures.get(target.figure)) for target in TARGETS]

"""What was sent, what was seen, and what must not have been: the figures and the findings of one campaign."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tests.fuzz.wire import Answer, Fate, Kind, Shot


class Fault(StrEnum):
    """What must never happen."""

    WEDGED = "wedged"
    """A workflow task failed: the workflow stands still, or stood."""

    HUNG = "hung"
    """A request without an answer."""

    UNTRUE = "wrongly answered"
    """Neither done nor refused in our words, or done though malformed."""

    ECHOED = "echoed"
    """A refused value stands in a failure, an event or the log."""

    UNSEEN = "retrying unseen"
    """A step fails again and again, and nobody is shown it."""

    DEAF = "deaf"
    """An open workflow that takes no note at the end."""


@dataclass(frozen=True)
class Finding:
    """One fault, with all that is needed to see it again."""

    fault: Fault
    cast: int
    """The number of the cast of lives, for `--only`."""

    what: str
    """One line: equal ones are one kind."""

    detail: str = ""


NUMBERED: Final = re.compile(r"cnry[0-9a-f]{8}q[A-Za-z0-9._-]*|\b[A-Z]{1,2}-?\d{5}[\w-]*|attempt \d+")
"""What differs from one fault of a kind to the next."""

LONGEST: Final = 2500
"""Characters of a detail that are still read."""


@dataclass(repr=False)
class Report:
    """Filled by every life, printed once. It is too long to be shown as Python: `asyncio.run` would, at its end."""

    seed: int
    sent: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)
    stages: Counter[tuple[str, str]] = field(default_factory=Counter)
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Updates that were done, by lifecycle and name."""

    shots: dict[str, tuple[int, Shot, Answer]] = field(default_factory=dict)
    """By canary."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What was odd and is no fault."""

    heard: Callable[[Finding], None] = field(default=lambda _: None)
    """Who is told of a finding at once."""

    seconds: float = 0.0
    workflows: int = 0

    @property
    def count(self) -> int:
        """Messages sent so far."""
        return self.sent.total()

    def answered(self, cast: int, shot: Shot, answer: Answer) -> None:
        """A message and what became of it."""
        self.sent[shot.kind] += 1
        self.forms[shot.form] += 1
        self.fates[f"{shot.kind}: {answer.fate}"] += 1
        self.shots[shot.canary] = (cast, shot, answer)
        if shot.kind is Kind.UPDATE and answer.fate is Fate.DONE:
            self.taken[shot.to.partition("-")[0], shot.name] += 1
        if shot.form == "valid" and answer.fate is not Fate.DONE:
            self.notes.append(f"cast {cast}: {shot.kind} {shot.name} {answer.fate}: {answer.words}")
        match answer.fate:
            case Fate.HUNG:
                self.find(Fault.HUNG, cast, f"{shot.kind} {shot.name}: {answer.words}", shot.shown())
            case Fate.FAILED:
                self.find(Fault.UNTRUE, cast, f"{shot.kind} {shot.name} {answer.type}: {answer.words}", shot.shown())
            case Fate.DONE if shot.in_order is False and shot.kind in {Kind.START, Kind.UPDATE}:
                self.find(Fault.UNTRUE, cast, f"{shot.kind} {shot.name} malformed, and done", shot.shown())

    def find(self, fault: Fault, cast: int, what: str, detail: str = "") -> None:
        """Keep a finding."""
        finding = Finding(fault, cast, NUMBERED.sub("…", " ".join(what.split()))[:400], detail[:LONGEST])
        self.findings.append(finding)
        self.heard(finding)

    def of(self, fault: Fault) -> int:
        """How many of this kind."""
        return sum(finding.fault is fault for finding in self.findings)

    def figures(self) -> str:
        """The whole campaign in some lines."""
        reached: dict[str, list[str]] = {}
        for (lifecycle, stage), lives in sorted(self.stages.items()):
            reached.setdefault(lifecycle, []).append(f"{stage} {lives}")
        return "\n".join(
            [
                f"seed {self.seed}: {self.count} messages, {self.workflows} workflow runs, {self.seconds:.0f} s",
                f"  sent: {_counted(self.sent)}",
                f"  made as: {_counted(self.forms)}",
                f"  answers: {_counted(self.fates)}",
                *(f"  lives by stage, {lifecycle}: {', '.join(stages)}" for lifecycle, stages in reached.items()),
                f"  {', '.join(f'{self.of(fault)} {fault}' for fault in Fault)}",
            ]
        )

    def faults(self) -> str:
        """Every kind of finding once, with how to see it again."""
        kinds = Counter((finding.fault, finding.what) for finding in self.findings)
        first = {(finding.fault, finding.what): finding for finding in reversed(self.findings)}
        return "\n\n".join(
            f"{fault} ({kinds[fault, what]} times): {what}\n  again: python -m tests.fuzz --seed {self.seed} "
            f"--only {finding.cast}\n  {finding.detail}"
            for (fault, what), finding in sorted(first.items(), key=lambda known: known[0])
        )


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{what} {times}" for what, times in counts.most_common())

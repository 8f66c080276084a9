"""What became of each line of an import: reported line by line, counted, and summed up at the end."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from domain.kind import Kind
from starter.answers.lifecycle import ImportAnswer, ImportLine, names
from starter.console.exits import Exit
from starter.console.terminal import shown, terminal
from starter.intake.csv_rows import LineProblem
from starter.intake.files import LinesFile

R_co = TypeVar("R_co", covariant=True)

WORDS: Final = {
    "started": "started",
    "already_started": "already started",
    "closed": "over already",
    "conflict": "in conflict",
    "refused": "refused",
    "not_found": "without their subscription",
    "bad_input": "wrong",
}
"""How results are counted for people."""

WORST_FIRST: Final = (Exit.CONFLICT, Exit.REFUSED, Exit.NOT_FOUND, Exit.BAD_INPUT)
"""Which exit code an import ends with when several would fit. One that is over already is no trouble here."""


class StartsReport:
    """Counts and reports. On a terminal only what is out of the ordinary is reported, with a bar on stderr."""

    def __init__(self, most_bad: int, kind: Kind[Any]) -> None:
        self.counts: Counter[str] = Counter()
        self.finished = False
        self._most_bad = most_bad
        self._kind = kind

    def bad(self, line: int, found: Sequence[LineProblem]) -> None:
        """A line that cannot be read; after a while they are only counted."""
        self.counts["bad_input"] += 1
        if self.counts["bad_input"] > self._most_bad:
            return
        for problem in found:
            self._print(ImportLine(line=line, result="bad_input", **problem.for_machines()))

    def became(self, line: int, id_: str, result: Any, where: str, text: str) -> None:
        """What became of one start."""
        self.counts[result] += 1
        ordinary = result in {"started", "already_started"}
        if terminal.for_machines or not ordinary or not terminal.watched:
            known = names(self._kind.name, id_)
            self._print(ImportLine(line=line, result=result, field=where or None, message=text or None, **known))

    def _print(self, line: ImportLine) -> None:
        if terminal.for_machines:
            terminal.document(line.model_dump(mode="json"), one_line=True)
            return
        what = line.id and (line.id if line.message else f"{line.id} {WORDS[line.result]}")
        said = ": ".join(filter(None, (what, line.field, line.message)))
        place = f"line {line.line}, column {line.column}" if line.column else f"line {line.line}"
        terminal.say(f"{place}: {shown(said)}")

    @property
    def exit(self) -> Exit:
        """The worst that happened."""
        return next((exit_ for exit_ in WORST_FIRST if self.counts[exit_.code]), Exit.OK)

    def sum_up(self, valid: int | None = None) -> None:
        """The last line."""
        left_out = self.counts["bad_input"] - self._most_bad
        if left_out > 0:
            terminal.say(f"… and {left_out:,} more wrong lines")
        tried = sum(self.counts.values()) - self.counts["bad_input"]
        good = tried if valid is None else valid
        lines = good + self.counts["bad_input"]
        counted = [f"{count:,} {WORDS[name]}" for name in WORDS if (count := self.counts[name])]
        if lines or self.finished:
            noun = self._kind.one if lines == 1 else self._kind.several
            terminal.say(f"{lines:,} {noun}: " + (", ".join(counted) or f"{good:,} valid"))
        counts = {name: self.counts[name] for name in WORDS}
        terminal.answer(ImportAnswer(lines=lines, valid=good, finished=self.finished, **counts))


class Counted(Protocol[R_co]):
    """A file that is read row by row, and knows how many there are."""

    def rows(self) -> Iterator[R_co]: ...
    def count(self) -> int: ...


@contextmanager
def watched(file: Counted[R_co], what: str) -> Iterator[Iterator[R_co]]:
    """A file's rows, with a bar on a terminal: how many of how many, and how long it takes yet."""
    if not sys.stderr.isatty():
        yield file.rows()
        return
    total = file.count()
    with progress_bar(what) as bar:
        yield iter(bar.track(file.rows(), total=total or None))


def progress_bar(what: str) -> Progress:
    """On stderr, and gone at the end."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("left"))
    return Progress(*columns, console=terminal.err, transient=True, redirect_stdout=terminal.watched)


class ReportsBad(Protocol):
    """Whoever sums an import up."""

    def bad(self, line: int, found: Sequence[LineProblem]) -> None: ...


def checked(file: LinesFile, report: ReportsBad) -> int:
    """Read the whole file, reporting every line that is wrong; how many are valid."""
    valid = 0
    with watched(file, "checking") as rows:
        for row in rows:
            if isinstance(row.read, list):
                report.bad(row.line, row.read)
            else:
                valid += 1
    return valid

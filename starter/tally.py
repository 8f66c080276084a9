"""What became of each line of an import: told line by line, counted, and summed up at the end."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from starter.answers import ImportAnswer, ImportLine
from starter.exits import Exit
from starter.intake import ORDERS, Intake
from starter.order_files import OrderFile, Row
from starter.terminal import shown, terminal

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


class Tally:
    """Counts and tells. On a terminal only what is out of the ordinary is told, with a bar on stderr."""

    def __init__(self, most_bad: int, intake: Intake = ORDERS) -> None:
        self.counts: Counter[str] = Counter()
        self.finished = False
        self._most_bad = most_bad
        self._intake = intake

    def watched(self, file: OrderFile, what: str) -> Iterator[Row]:
        """The file's rows, with a bar that shows how far we are."""
        with _bar(what, file.size) as advance:
            for row in file.rows():
                advance(file.done)
                yield row

    def bad(self, line: int, found: Sequence[tuple[str, str]]) -> None:
        """A line that cannot be read; after a while they are only counted."""
        self.counts["bad_input"] += 1
        if self.counts["bad_input"] > self._most_bad:
            return
        for where, what in found:
            self._tell(ImportLine(line=line, result="bad_input", field=where or None, message=what))

    def became(self, line: int, id_: str, result: Any, where: str, text: str) -> None:
        """What became of an order, or a trial."""
        self.counts[result] += 1
        ordinary = result in {"started", "already_started"}
        if terminal.as_json or not ordinary or not sys.stdout.isatty():
            told = ImportLine(line=line, result=result, field=where or None, message=text or None)
            self._tell(told.model_copy(update={self._intake.lifecycle.value: id_}))

    def _tell(self, line: ImportLine) -> None:
        if terminal.as_json:
            terminal.document(line.model_dump(mode="json"), one_line=True)
            return
        id_ = line.order or line.trial
        what = id_ and (id_ if line.message else f"{id_} {WORDS[line.result]}")
        said = ": ".join(filter(None, (what, line.field, line.message)))
        terminal.say(f"line {line.line}: {shown(said)}")

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
        told = [f"{count:,} {WORDS[name]}" for name in WORDS if (count := self.counts[name])]
        if lines or self.finished:
            noun = f"{self._intake.noun}{'' if lines == 1 else 's'}"
            terminal.say(f"{lines:,} {noun}: " + (", ".join(told) or f"{good:,} valid"))
        counts = {name: self.counts[name] for name in WORDS}
        terminal.answer(ImportAnswer(lines=lines, valid=good, finished=self.finished, **counts))


@contextmanager
def _bar(what: str, size: int) -> Iterator[Any]:
    columns = (TextColumn(what), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    seen = sys.stderr.isatty()
    with Progress(
        *columns, console=terminal.err, disable=not seen, transient=True, redirect_stdout=sys.stdout.isatty()
    ) as progress:
        task = progress.add_task(what, total=size)
        yield lambda done: progress.update(task, completed=done)


def checked(file: OrderFile, tally: Tally) -> int:
    """Read the whole file, telling every line that is wrong; how many are valid."""
    valid = 0
    for row in tally.watched(file, "checking"):
        if isinstance(row.read, list):
            tally.bad(row.line, row.read)
        else:
            valid += 1
    return valid

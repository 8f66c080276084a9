"""What became of each row of an import: wrong ones are reported, all counted, and a file of results has every one."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from domain.hub.imports import BAD, Imported, ImportProgress, RowResult
from starter.answers.hub_imports import HubImportAnswer, HubImportLine
from starter.console.exits import Exit, Stop, bad
from starter.console.models import unreadable
from starter.console.terminal import terminal
from starter.intake.csv_rows import LineProblem
from starter.intake.hub_judge import Judged

NOUNS: Final = {
    Imported.USAGE: "row",
    Imported.SIGN_INS: "sign-in",
    Imported.PAYMENTS: "invoice",
    Imported.CALLING: "week of calls",
}
FEW: Final = 3
"""Weeks that people are shown."""

PLURALS: Final = {Imported.CALLING: "weeks of calls"}


class Results:
    """A file with a line for each row, or none: then nothing is kept."""

    def __init__(self, file: IO[str] | None = None) -> None:
        self._file = file

    def keep(self, judged: Sequence[Judged], results: Sequence[RowResult]) -> None:
        """In the order of the file. On disk before the rows are committed: what is done can always be read here."""
        if self._file is None:
            return
        try:
            self._write_all(judged, results)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as failed:
            raise Stop(Exit.BAD_INPUT, f"cannot be written: {failed.strerror}", "--results") from None

    def _write_all(self, judged: Sequence[Judged], results: Sequence[RowResult]) -> None:
        became = iter(results)
        for each in judged:
            if each.columns is not None:
                self._write({"line": each.line, "result": next(became)})
            for field, what, column in each.problems:
                wrong = {"line": each.line, "result": BAD, "field": field, "column": column, "message": what}
                self._write({name: value for name, value in wrong.items() if value})

    def _write(self, line: dict[str, Any]) -> None:
        assert self._file is not None  # noqa: S101 - for the type checker
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")


@contextmanager
def kept_in(path: Path | None, source: Path, after: int) -> Iterator[Results]:
    """Anew; or, if the lines up to `after` were done by an earlier run, what that one wrote of them and more."""
    if path is None:
        yield Results()
        return
    with _file_of_results(path, source, after) as file:
        yield Results(file)


def _file_of_results(path: Path, source: Path, after: int) -> IO[str]:
    try:
        if path.exists() and path.samefile(source):
            raise bad("must be another file than the one that is imported", "--results")
        if after and path.exists():
            _cut(path, after)
        return path.open("a" if after else "w", encoding="utf-8")
    except OSError as failed:
        raise unreadable(str(path), failed) from None


def _cut(path: Path, after: int) -> None:
    """Lines that were written and whose rows were not committed are gone."""
    with path.open("rb+") as file:
        while line := file.readline():
            if not _is_of(line, after):
                file.seek(-len(line), os.SEEK_CUR)
                file.truncate()
                return


def _is_of(line: bytes, after: int) -> bool:
    try:
        return line.endswith(b"\n") and int(json.loads(line)["line"]) <= after
    except (ValueError, KeyError, TypeError):
        return False


class RowsReport:
    """Counts and reports."""

    def __init__(self, kind: Imported, digest: str, most_bad: int) -> None:
        self.kind = kind
        self.digest = digest
        self.valid = self.bad = 0
        self.before = 0
        self.progress: ImportProgress | None = None
        self.late_weeks: tuple[str, ...] = ()
        self.effects: Counter[str] = Counter()
        self._most_bad = most_bad

    def count(self, judged: Sequence[Judged]) -> None:
        """Some more rows; of the wrong ones the first are reported."""
        for each in judged:
            if each.columns is not None:
                self.valid += 1
            else:
                self.bad += 1
                if self.bad <= self._most_bad:
                    self._print(each.line, each.problems)

    def _print(self, line: int, problems: Sequence[LineProblem]) -> None:
        for problem in problems:
            if terminal.for_machines:
                wrong = HubImportLine(line=line, result="bad_input", **problem.for_machines())
                terminal.document(wrong.model_dump(mode="json"), one_line=True)
            else:
                terminal.say(problem.in_words(line))

    def sum_up(self, *, finished: bool) -> None:
        """The last line."""
        counts = Counter(self.progress.counts) if self.progress else Counter({BAD: self.bad})
        results = {name.value: counts[name] for name in RowResult}
        valid = sum(results.values()) if self.progress else self.valid
        self._say(valid, counts)
        terminal.answer(
            HubImportAnswer(
                kind=self.kind.value,
                digest=self.digest,
                valid=valid,
                bad_input=counts[BAD],
                before=self.before,
                finished=finished,
                finished_at=self.progress.finished_at if self.progress else None,
                late_weeks=self.late_weeks,
                suspended=self.effects["suspend"],
                lifted=self.effects["lift_suspension"],
                waiting=self.effects["failed"],
                **results,
            )
        )

    def _say(self, valid: int, counts: Counter[str]) -> None:
        if (left_out := self.bad - self._most_bad) > 0:
            terminal.say(f"… and {left_out:,} more wrong lines")
        counted = [f"{counts[name]:,} {name}" for name in RowResult if counts[name]]
        counted += [f"{counts[BAD]:,} wrong line{'' if counts[BAD] == 1 else 's'}"] * bool(counts[BAD])
        before = f" ({self.before:,} of them by an earlier run)" if self.before else ""
        noun = NOUNS[self.kind] if valid == 1 else PLURALS.get(self.kind, f"{NOUNS[self.kind]}s")
        terminal.say(f"{valid:,} {noun}: {', '.join(counted) or 'all valid'}{before}")
        if weeks := self.late_weeks:
            named = ", ".join(weeks[:FEW]) + ", …" * (len(weeks) > FEW)
            terminal.say(f"Rows came late for closed weeks: {named}. The next closing revises those that they change.")

    def all_good(self, otherwise: str) -> None:
        """A Stop if some rows were wrong."""
        bad_ = self.progress.counts.get(BAD, 0) if self.progress else self.bad
        if bad_:
            raise Stop(Exit.BAD_INPUT, f"not every line could be taken; {otherwise}")

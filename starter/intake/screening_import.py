"""Importing a list of restricted parties: judged as a whole first, then written as one version, or not at all."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from activities.ports.screening import ListEntry, ScreeningList
from domain.values import Message, Refused
from starter.answers.screening import ScreeningImportAnswer, ScreeningImportLine
from starter.console.exits import Exit, Stop, bad
from starter.console.models import valid
from starter.console.options import sender
from starter.console.terminal import terminal
from starter.intake.csv_rows import LineProblem
from starter.intake.files import digest_of
from starter.intake.report import watched
from starter.intake.screening_files import Header, ListFile, opened_list, some_of

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""Of a list; its versions are numbered after it: `csl-3`."""

FEW: Final = 5
"""Countries that people are shown; machines get `MANY`."""

MANY: Final = 100

Result = Literal["imported", "unchanged", "valid", "bad_input", "interrupted", "failed"]


class ListReport:
    """What was read, and how it is reported."""

    def __init__(self, file: ListFile, header: Header, name: str, digest: str, most_bad: int) -> None:
        self.file = file
        self.name = name
        self.digest = digest
        self.bad = self.parties = self.ended = 0
        self._title = header.layout.title
        self._most_bad = most_bad

    def good(self, entry: ListEntry, today: str) -> None:
        """One more party."""
        self.parties += 1
        self.ended += bool(entry.ends_on) and entry.ends_on < today

    def wrong(self, line: int, found: Sequence[LineProblem]) -> None:
        """A row that cannot be taken; after a while they are only counted."""
        self.bad += 1
        if self.bad > self._most_bad:
            return
        for problem in found:
            if terminal.for_machines:
                said = ScreeningImportLine(line=line, **problem.for_machines())
                terminal.document(said.model_dump(mode="json"), one_line=True)
            else:
                terminal.say(problem.in_words(line))

    def sum_up(self, result: Result, version: str | None = None) -> None:
        """The last line for machines; a few for people."""
        if (left_out := self.bad - self._most_bad) > 0:
            terminal.say(f"… and {left_out:,} more wrong rows")
        became = {"imported": f"imported as {version}", "unchanged": f"imported before, as {version}"}
        wrong = f", {self.bad:,} wrong row{'' if self.bad == 1 else 's'}" if self.bad else ""
        parties = f"{self.parties:,} part{'y' if self.parties == 1 else 'ies'}"
        terminal.say(f"{self._title}: {parties}{wrong}; {became.get(result, 'nothing was written')}")
        terminal.say(f"  sha256 {self.digest}")
        if self.ended:
            terminal.say(f"  {self.ended:,} ended before today: still compared, and a match says so")
        self._warn_of_countries()
        said = {"title": self._title, "digest": self.digest, "parties": self.parties, "ended": self.ended}
        countries = tuple(name for name, _ in self.file.unknown.most_common(MANY))
        terminal.answer(
            ScreeningImportAnswer(
                result=result, name=self.name, version=version, bad_input=self.bad, untold_countries=countries, **said
            )
        )

    def _warn_of_countries(self) -> None:
        if self.file.unknown:
            terminal.warn(
                f"no code is known for some countries, so those parties are matched by name alone: "
                f"{some_of(self.file.unknown, FEW)}"
            )


def import_list(path: Path, name: str | None, by: str | None, *, dry_run: bool, most_bad: int) -> None:
    """Check, write, sum up; a Stop if it was not taken."""
    if name is not None and not NAME.fullmatch(name):
        raise bad("must be small Latin letters, digits and _, such as csl, at most 32, a letter first", "--name")
    said = valid(Message, sender(by))
    with opened_list(path) as file:
        header = file.header()
        report = ListReport(file, header, name or header.layout.name, digest_of(path), most_bad)
        _check(report)
        if report.bad:
            report.sum_up("bad_input")
            raise Stop(Exit.BAD_INPUT, "the list has wrong rows; nothing was written: a list with gaps lets people by")
        if dry_run:
            report.sum_up("valid")
        else:
            _write(path, report, said.by)


def _check(report: ListReport) -> None:
    today = datetime.now(UTC).date().isoformat()
    with watched(report.file, "checking") as rows:
        for row in rows:
            if isinstance(row.read, list):
                report.wrong(row.line, row.read)
            else:
                report.good(row.read, today)


def _write(path: Path, report: ListReport, by: str) -> None:
    before = datetime.now(UTC)
    try:
        written = _written(path, report, by, before)
    except KeyboardInterrupt:
        report.sum_up("interrupted")
        raise Stop(Exit.INTERRUPTED, "interrupted: nothing was written") from None
    except Stop:
        report.sum_up("failed")
        raise
    is_new = written.imported_at >= before
    report.sum_up("imported" if is_new else "unchanged", written.version)
    if is_new:
        terminal.say("To screen customers by it now: tenure screening rescreen")


def _written(path: Path, report: ListReport, by: str, now: datetime) -> ScreeningList:
    from starter.reach.store import opened

    try:
        with (
            opened("written", "; nothing was written: run it again") as store,
            watched(report.file, "writing") as rows,
        ):
            entries = _unchanged(path, report, (row.read for row in rows))
            return store.import_list(report.name, entries, digest=report.digest, by=by, now=now)
    except Refused as refused:
        raise Stop(Exit.REFUSED, refused.problem.message, problems=(refused.problem,)) from None


def _unchanged(path: Path, report: ListReport, read: Iterator[ListEntry | list[LineProblem]]) -> Iterator[ListEntry]:
    """What was judged is what is written: else the version would be another than its digest says."""
    changed = Stop(Exit.BAD_INPUT, "changed while it was read; nothing was written: run it again", str(path))
    for each in read:
        if isinstance(each, list):
            raise changed
        yield each
    if digest_of(path) != report.digest:
        raise changed

"""Importing usage, sign-ins, payments, calls: judged, written some thousand rows at a time, taken up where it ended."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from adapters.sql.store import SqlStore
from domain.hub.imports import Imported, ImportProgress
from domain.values import Message, Refused
from starter.console.exits import Exit, Stop
from starter.console.models import valid
from starter.console.options import sender
from starter.console.terminal import terminal
from starter.intake.files import digest_of, text_of
from starter.intake.hub_judge import Judge, Judged
from starter.intake.hub_report import NOUNS, Results, RowsReport, kept_in
from starter.intake.hub_rows import FORMS, RowsFile
from starter.intake.report import watched
from starter.reach import gate
from starter.reach.store import opened

GOES_ON = "Run it again to go on: what is written stays."


@dataclass(frozen=True, kw_only=True)
class How:
    """What whoever imports has asked for."""

    by: str | None
    skip_bad: bool
    dry_run: bool
    from_start: bool
    most_bad: int
    results: Path | None
    effects: bool = True
    """Of payments: subscriptions are suspended, or no longer."""


def import_rows(kind: Imported, path: Path, how: How) -> None:
    """Check, write, see to what follows, sum up; a Stop if not all went well."""
    by = valid(Message, sender(how.by, "import")).by
    with text_of(path) as text:
        report = RowsReport(kind, digest_of(path), how.most_bad)
        file = RowsFile(path.name, text, {}, FORMS[kind], NOUNS[kind])
        stop = _ended(FileImport(kind, path, file, how, by, report))
    report.sum_up(finished=stop is None)
    if stop:
        raise stop
    report.all_good("nothing was touched" if how.dry_run else "see the lines above")


@contextmanager
def _nothing_to_sweep() -> Iterator[None]:
    """What is loaded by now stays loaded: looking through it for garbage, again and again, is a third of the time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def written(
    store: SqlStore, progress: ImportProgress, judged: Sequence[Judged], results: Results, now: datetime
) -> ImportProgress:
    """The good ones of some rows that follow each other; how far it is with them."""
    good = [each.columns for each in judged if each.columns is not None]
    return store.keep_rows(
        progress,
        good,
        line=judged[-1].line,
        bad=len(judged) - len(good),
        now=now,
        before_commit=partial(results.keep, judged),
    )


def _ended(run: "FileImport") -> Stop | None:
    """How, if not by itself."""
    try:
        run.all()
    except KeyboardInterrupt:
        return Stop(Exit.INTERRUPTED, f"interrupted. {GOES_ON}")
    except Refused as refused:
        return Stop(Exit.REFUSED, refused.problem.message, problems=(refused.problem,))
    except Stop as ended:
        if ended.exit is not Exit.UNREACHABLE or not run.begun:
            raise
        return Stop(ended.exit, f"{ended.message.rstrip('.')}. {GOES_ON}", ended.field)
    return run.stop


@dataclass
class FileImport:
    """One run over one file."""

    kind: Imported
    path: Path
    file: RowsFile
    how: How
    by: str
    report: RowsReport
    begun: bool = False
    """Something may be written."""

    stop: Stop | None = None

    def all(self) -> None:
        """As far as it comes."""
        with opened("read" if self.how.dry_run else "written") as store, _nothing_to_sweep():
            if self.how.dry_run:
                self._check(store)
                return
            if self._imported(store) and self.kind is Imported.PAYMENTS and self.how.effects:
                self._effects(store)
            self.report.late_weeks = tuple(str(each.week) for each in store.weeks() if each.late_since)

    def _imported(self, store: SqlStore) -> bool:
        """Are all of its rows written, now or before?"""
        known = None if self.how.from_start else store.import_progress(self.kind, self.report.digest)
        if known and known.done:
            self.report.progress, self.report.before = known, sum(known.counts.values())
            terminal.say(f"This file was imported on {known.finished_at:%Y-%m-%d}; --from-start does it anew.")
            return True
        if not self.how.skip_bad and not self._check(store):
            self.stop = Stop(Exit.BAD_INPUT, "not every line could be taken; nothing was written (see --error-policy)")
            return False
        self.begun = True
        self._write(store, self._begun(store, known))
        return True

    def _begun(self, store: SqlStore, known: ImportProgress | None) -> ImportProgress:
        """Where it goes on."""
        if known and known.finished_at is None:
            self.report.progress, self.report.before = known, sum(known.counts.values())
            return replace(known, by=self.by)
        begun = ImportProgress(kind=self.kind, digest=self.report.digest, by=self.by, begun_at=datetime.now(UTC))
        store.begin_import(begun)
        return begun

    def _judge(self, store: SqlStore) -> Judge:
        products = gate.settings().hub.products.values()
        return Judge(store, self.file, self.kind, datetime.now(UTC).date(), products)

    def _check(self, store: SqlStore) -> bool:
        """Read the whole file, tell what is wrong; is it all good?"""
        with closing(self._judge(store)) as judge, watched(self.file, "checking") as rows:
            for some in judge.all_of(rows):
                self.report.count(some)
        return not self.report.bad

    def _write(self, store: SqlStore, progress: ImportProgress) -> None:
        report, done = self.report, progress.lines
        report.valid = report.bad = 0
        with (
            closing(self._judge(store)) as judge,
            kept_in(self.how.results, self.path, done) as results,
            watched(self.file, "writing") as rows,
        ):
            if not self.how.skip_bad:
                judge.trust()
            for some in judge.all_of(rows):
                if left := [each for each in some if each.line > done]:
                    progress = report.progress = self._written(store, progress, left, results)
        if digest_of(self.path) != report.digest:
            raise Stop(Exit.BAD_INPUT, "changed while it was read: run it again", str(self.path))
        report.progress = store.finish_import(progress, datetime.now(UTC))

    def _written(
        self, store: SqlStore, progress: ImportProgress, judged: Sequence[Judged], results: Results
    ) -> ImportProgress:
        after = written(store, progress, judged, results, datetime.now(UTC))
        self.report.count(judged)
        return after

    def _effects(self, store: SqlStore) -> None:
        from starter.intake.hub_payments import PaymentEffects

        assert self.report.progress is not None  # noqa: S101 - for the type checker
        self.stop = PaymentEffects(store, self.by, self.report).carry_out(self.report.progress.begun_at)

"""Importing a file of accounts: written a few hundred at a time, each as the file has it, however often."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from activities.ports.accounts import AccountResult
from adapters.sql.store import SqlStore
from domain.account.account import RegisterAccount
from starter.answers.accounts import AccountImportAnswer, AccountImportLine
from starter.console.exits import Exit, Stop
from starter.console.options import sender
from starter.console.terminal import shown, terminal
from starter.intake.account_files import FORM, AccountsFile
from starter.intake.csv_rows import LineProblem
from starter.intake.files import text_of
from starter.intake.report import checked, watched
from starter.reach.store import opened

AT_A_TIME: Final = 500
"""Accounts of one transaction."""

ORDINARY: Final = frozenset(AccountResult)
BAD: Final = "bad_input"


class AccountsReport:
    """Counts and reports. On a terminal only wrong lines are reported, with a bar on stderr."""

    def __init__(self, most_bad: int) -> None:
        self.counts: Counter[str] = Counter()
        self._most_bad = most_bad

    def bad(self, line: int, found: Sequence[LineProblem]) -> None:
        """A line that cannot be taken; after a while they are only counted."""
        self.counts[BAD] += 1
        if self.counts[BAD] <= self._most_bad:
            for problem in found:
                self._print(AccountImportLine(line=line, result="bad_input", **problem.for_machines()))

    def became(self, line: int, zoid: str, result: AccountResult) -> None:
        """What became of one account."""
        self.counts[result] += 1
        if terminal.for_machines or not terminal.watched:
            self._print(AccountImportLine(line=line, account=zoid, result=result.value))

    def _print(self, line: AccountImportLine) -> None:
        if terminal.for_machines:
            terminal.document(line.model_dump(mode="json"), one_line=True)
            return
        place = f"line {line.line}, column {line.column}" if line.column else f"line {line.line}"
        said = f"{line.account} {line.result}" if line.account else ": ".join(filter(None, (line.field, line.message)))
        terminal.say(f"{place}: {shown(said)}")

    def sum_up(self, valid: int, *, finished: bool) -> None:
        """The last line."""
        if (left_out := self.counts[BAD] - self._most_bad) > 0:
            terminal.say(f"… and {left_out:,} more wrong lines")
        counted = [f"{count:,} {result}" for result in AccountResult if (count := self.counts[result])]
        counted += [f"{self.counts[BAD]:,} wrong lines" if self.counts[BAD] > 1 else "1 wrong line"] * bool(
            self.counts[BAD]
        )
        terminal.say(f"{valid:,} account{'' if valid == 1 else 's'}: {', '.join(counted) or 'all valid'}")
        counts: dict[str, Any] = {name: self.counts[name] for name in (*AccountResult, BAD)}
        terminal.answer(AccountImportAnswer(valid=valid, finished=finished, **counts))


def import_accounts(path: Path, by: str | None, *, skip_bad: bool, dry_run: bool, most_bad: int) -> None:
    """Check, write, sum up; a Stop if not all went well."""
    report = AccountsReport(most_bad)
    with text_of(path) as text:
        file = AccountsFile(path.name, text, sender(by, "import"), FORM, "account")
        if dry_run or not skip_bad:
            valid = checked(file, report)
            if dry_run or report.counts[BAD]:
                report.sum_up(valid, finished=dry_run)
                _all_good(report, "nothing was touched" if dry_run else "nothing was written (see --error-policy)")
                return
        _write_all(file, report)
    _all_good(report, "see the lines above")


def _write_all(file: AccountsFile, report: AccountsReport) -> None:
    stop: Stop | None = None
    try:
        _write(file, report)
    except KeyboardInterrupt:
        stop = Stop(Exit.INTERRUPTED, "interrupted")
    except Stop as ended:
        if ended.exit is not Exit.UNREACHABLE:
            raise
        stop = ended
    report.sum_up(sum(report.counts[result] for result in AccountResult), finished=stop is None)
    if stop:
        raise Stop(stop.exit, f"{stop.message}. Run it again to go on: what is written stays.")


def _write(file: AccountsFile, report: AccountsReport) -> None:
    batch: dict[str, tuple[int, RegisterAccount]] = {}
    with opened("written") as store:
        with watched(file, "writing") as rows:
            for row in rows:
                if isinstance(row.read, list):
                    report.bad(row.line, row.read)
                    continue
                assert isinstance(row.read, RegisterAccount)  # noqa: S101 - for the type checker
                if len(batch) == AT_A_TIME or row.read.zoid in batch:
                    _write_some(store, batch, report)
                    batch = {}
                batch[row.read.zoid] = (row.line, row.read)
        _write_some(store, batch, report)


def _write_some(store: SqlStore, batch: dict[str, tuple[int, RegisterAccount]], report: AccountsReport) -> None:
    results = store.upsert_accounts([account for _, account in batch.values()], datetime.now(UTC))
    for (line, account), result in zip(batch.values(), results, strict=True):
        report.became(line, account.zoid, result)


def _all_good(report: AccountsReport, otherwise: str) -> None:
    if report.counts[BAD]:
        raise Stop(Exit.BAD_INPUT, f"not every line could be taken; {otherwise}")

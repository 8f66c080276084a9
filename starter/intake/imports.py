"""Importing a file of starts: each is started once, and a second run takes up where the first one ended."""

import asyncio
from pathlib import Path
from typing import Any, Final

from domain.kind import Kind
from starter.console.exits import Exit, Stop
from starter.console.options import sender
from starter.intake.files import StartsFile, opened
from starter.intake.report import StartsReport, checked

SKIP_HINT: Final = "nothing was started (--error-policy skip starts the others)"


def import_file(path: Path, by: str | None, *, skip_bad: bool, dry_run: bool, most_bad: int, kind: Kind[Any]) -> None:
    """Check, start, sum up; a Stop if not all went well."""
    report = StartsReport(most_bad, kind)
    with opened(path, sender(by, "import"), kind) as file:
        if dry_run or not skip_bad:
            valid = checked(file, report)
            if dry_run or report.exit is not Exit.OK:
                report.finished = dry_run
                report.sum_up(valid)
                _all_good(report, "nothing was touched" if dry_run else SKIP_HINT)
                return
        _start(file, report, skip_bad=skip_bad)


def _start(file: StartsFile, report: StartsReport, *, skip_bad: bool) -> None:
    from starter.intake.batch import start_all

    try:
        ended = asyncio.run(start_all(file, report, skip_bad=skip_bad))
    except KeyboardInterrupt:
        ended = Stop(Exit.INTERRUPTED, "interrupted.")
    finally:
        report.sum_up()
    if ended:
        raise Stop(ended.exit, f"{ended.message} Run it again to go on: nothing is started twice.", ended.field)
    _all_good(report, "see the lines above")


def _all_good(report: StartsReport, otherwise: str) -> None:
    if report.exit is not Exit.OK:
        raise Stop(report.exit, f"not every line could be taken; {otherwise}")

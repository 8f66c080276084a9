"""Importing a file of orders or trials: each is started once, and a second run takes up where the first one ended."""

import asyncio
from pathlib import Path
from typing import Final

from starter.exits import Exit, Stop
from starter.intake import ORDERS, Intake
from starter.options import sender
from starter.order_files import OrderFile, opened
from starter.tally import Tally, checked

SKIP_HINT: Final = "nothing was started (--error-policy skip starts the others)"


def import_file(
    path: Path, by: str | None, *, skip_bad: bool, dry_run: bool, most_bad: int, intake: Intake = ORDERS
) -> None:
    """Check, start, sum up; a Stop if not all went well."""
    tally = Tally(most_bad, intake)
    with opened(path, sender(by, "import"), intake) as file:
        if dry_run or not skip_bad:
            valid = checked(file, tally)
            if dry_run or tally.exit is not Exit.OK:
                tally.finished = dry_run
                tally.sum_up(valid)
                _all_good(tally, "nothing was touched" if dry_run else SKIP_HINT)
                return
        _start(file, tally, skip_bad=skip_bad)


def _start(file: OrderFile, tally: Tally, *, skip_bad: bool) -> None:
    from starter.starting_many import start_all

    try:
        ended = asyncio.run(start_all(file, tally, skip_bad=skip_bad))
    finally:
        tally.sum_up()
    if ended:
        raise Stop(ended.exit, f"{ended.message} Run it again to go on: nothing is started twice.", ended.field)
    _all_good(tally, "see the lines above")


def _all_good(tally: Tally, otherwise: str) -> None:
    if tally.exit is not Exit.OK:
        raise Stop(tally.exit, f"not every line could be taken; {otherwise}")

"""`make bench`: everything in one run, interleaved; see bench/README.md."""

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench import plan, report
from bench.machine import machine
from bench.outcome import Outcome, attempt
from bench.parts.documents import documents
from bench.parts.imports import imports
from bench.parts.light import light
from bench.parts.open_orders import open_orders
from bench.parts.rates import rates
from bench.parts.replays import replays
from bench.parts.saturated import saturated
from bench.parts.traces import traces
from bench.postgres import PostgresMissing
from bench.results import kept, result
from bench.stack import let_the_sdk_end
from bench.strays import Disturbed, kinds, refuse_beside, running
from bench.systems import systems

FAILED: Final = 1
CANNOT: Final = 2
INTERRUPTED: Final = 130

BESIDE_SYSTEMS: Final = frozenset({plan.HISTORIES, plan.SATURATED, plan.REPLAY})
"""Parts that need orders lived on the shared server."""


def main(arguments: list[str] | None = None) -> int:
    """0 when everything that was asked for was measured, whatever the figures are."""
    asked = _parser().parse_args(arguments)
    commands = running()
    try:
        if not asked.anyway:
            refuse_beside(commands)
        return asyncio.run(_run(asked, kinds(commands)))
    except (Disturbed, PostgresMissing) as problem:
        sys.stderr.write(f"{problem}\n")
        return CANNOT
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.stderr.write("interrupted: nothing is written\n")
        return INTERRUPTED
    finally:
        let_the_sdk_end()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description="Measures Tenure beside its peers. Linux only.")
    parser.add_argument("--quick", action="store_true", help="smaller counts, about four minutes")
    parser.add_argument("--only", default="", help=f"some of: {','.join((*plan.SYSTEMS, *plan.PARTS))}")
    parser.add_argument("--anyway", action="store_true", help="beside other workers too; the result says so")
    return parser


async def _run(asked: argparse.Namespace, beside: list[str]) -> int:
    _end_on_sigterm()
    how = plan.QUICK if asked.quick else plan.FULL
    wanted = _wanted(asked.only)
    began, clock, on = datetime.now(UTC), time.monotonic(), machine()
    directory = Path(tempfile.mkdtemp(prefix="tenure-bench-"))
    try:
        found = await _measured(wanted, directory, how)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    taken = {"at": f"{began:%Y-%m-%d %H:%M} UTC", "seconds": round(time.monotonic() - clock), "quick": asked.quick}
    measured = result(found, taken | {"only": asked.only, "machine": on, "disturbed_by": beside})
    file = kept(measured, began, whole=not asked.only)
    sys.stdout.write("\n".join(["", *report.lines(measured), f"written to bench/results/{file.name}", ""]))
    return FAILED if found.failed else 0


def _wanted(only: str) -> list[str]:
    known = (*plan.SYSTEMS, *plan.PARTS)
    names = [name.strip() for name in only.split(",") if name.strip()]
    if unknown := [name for name in names if name not in known]:
        raise SystemExit(f"--only: {', '.join(unknown)} is not known; there are {', '.join(known)}")
    if names and not set(names) & set(plan.PARTS):
        names.append(plan.HISTORIES)
    return names or list(known)


async def _measured(wanted: list[str], directory: Path, how: plan.Plan) -> Outcome:
    found = Outcome()
    lived = [name for name in plan.SYSTEMS if name in wanted]
    if lived or BESIDE_SYSTEMS & set(wanted):
        async with systems(lived or [plan.ORDER], directory) as place:
            if lived:
                await _add(found, "rates", rates(place, how))
            if plan.HISTORIES in wanted:
                await _add(found, plan.HISTORIES, traces(place))
            if plan.SATURATED in wanted:
                await _add(found, "an order alone", light(place, how))
                await _add(found, plan.SATURATED, saturated(place, how))
            if plan.REPLAY in wanted:
                await _add(found, plan.REPLAY, replays(place, directory / "replay", how))
    alone = {plan.OPEN: open_orders, plan.IMPORT: imports, plan.DOCUMENT: documents}
    for name, part in alone.items():
        if name in wanted:
            await _add(found, name, part(directory / name, how))
    return found


async def _add(found: Outcome, what: str, part: Awaitable[Outcome]) -> None:
    sys.stdout.write(f"{datetime.now(UTC):%H:%M:%S} {what} …\n")
    sys.stdout.flush()
    await attempt(found, what, part)


def _end_on_sigterm() -> None:
    """As on Ctrl-C: children end, the directory goes."""
    task = asyncio.current_task()
    if task:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


if __name__ == "__main__":
    sys.exit(main())

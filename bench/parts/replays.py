"""`tenure replay` of finished orders: what a worker pays to take them up again."""

import asyncio
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Final

from bench.lives import several
from bench.outcome import Outcome, once
from bench.plan import ORDER, Plan
from bench.processes import Ran, module, run
from bench.systems import Place

FEW: Final = 2
"""Replayed before and after: what the command itself takes goes off."""

DIFFERENT: Final = 50
"""Histories; each is replayed as often as needed."""

THOUSAND: Final = 1000


async def replays(place: Place, directory: Path, how: Plan) -> Outcome:
    """Seconds per 1,000 orders with terms, on one core."""
    await asyncio.to_thread(directory.mkdir)
    files = await _saved(place, directory)
    many = [files[number % len(files)] for number in range(how.replayed)]
    before = await _replayed(files[:FEW], directory)
    ran = await _replayed([*files[:FEW], *many], directory)
    after = await _replayed(files[:FEW], directory)
    times = how.replayed / THOUSAND
    figures = {
        "replay.s_per_1000": once((ran.seconds - mean((before.seconds, after.seconds))) / times),
        "replay.cpu_s_per_1000": once((ran.cpu - mean((before.cpu, after.cpu))) / times),
    }
    return Outcome(figures, {"replay": {"histories": how.replayed}})


async def _saved(place: Place, directory: Path) -> list[Path]:
    orders = await place.orders(ORDER)
    numbers = [f"REPLAYED-{number}" for number in range(DIFFERENT)][: max(FEW, DIFFERENT - len(place.done))]
    if len(place.done) < DIFFERENT:
        await several([partial(orders.live, number) for number in numbers], len(numbers))
    files = []
    for number in place.done[-DIFFERENT:]:
        history = await place.stack.client.get_workflow_handle(f"order-{number}").fetch_history()
        files.append(directory / f"{number}.json")
        files[-1].write_text(history.to_json(), encoding="utf-8")
    return files


async def _replayed(files: list[Path], directory: Path) -> Ran:
    log = directory / "replay.log"
    ran = await run(module("starter", "replay", *map(str, files)), log)
    if ran.code:
        raise RuntimeError(f"tenure replay ended with {ran.code}: {log.read_text()[-300:]}")
    return ran

"""`tenure order import` against bare starts of the same orders; no worker takes them up, in both."""

import json
import time
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Final

from bench import lives
from bench.outcome import Outcome, once
from bench.plan import Plan
from bench.processes import module, run
from bench.stack import Stack, stack

IN_FLIGHT: Final = 16
"""Bare starts under way at one time: as many as the import has."""

NOBODY: Final = "nobody"
"""A task queue: the worker on it makes the store and prepares the namespace, and ends."""


async def imports(directory: Path, how: Plan) -> Outcome:
    """Around the import: files of one line, for what the command takes by itself; around those, the bare starts."""
    half = how.imported // 2
    async with stack(directory) as server:
        (await server.tenure(NOBODY, server.store("tenure"))).stop()
        bare = await _bare(server, "BARE-A", half)
        alone = [await _imported(server, "ALONE-A", 1)]
        whole = await _imported(server, "IMPORT", how.imported)
        alone += [await _imported(server, "ALONE-B", 1)]
        bare += await _bare(server, "BARE-B", half)
    per_s, imported = half * 2 / bare, how.imported / (whole - mean(alone))
    figures = {"import.per_s": once(imported), "start.per_s": once(per_s), "import.per_bare": once(imported / per_s)}
    return Outcome(figures, {"import": {"lines": how.imported, "command_s": alone}})


async def _bare(server: Stack, prefix: str, wanted: int) -> float:
    """Seconds that the starts took."""
    every = [lives.order(f"{prefix}-{number:05}") for number in range(wanted)]
    began = time.perf_counter()
    await lives.several([partial(lives.start, server.client, "tenure", life) for life in every], IN_FLIGHT)
    return time.perf_counter() - began


async def _imported(server: Stack, prefix: str, wanted: int) -> float:
    """Seconds that the command took."""
    file, log = server.directory / f"{prefix}.jsonl", server.directory / f"{prefix}.log"
    orders = (lives.order(f"{prefix}-{number:05}").start for number in range(wanted))
    file.write_text("".join(json.dumps(order) + "\n" for order in orders), encoding="utf-8")
    settings = server.settings(server.store("tenure"), "tenure")
    ran = await run(module("starter", "order", "import", str(file)), log, **settings)
    if ran.code:
        raise RuntimeError(f"tenure order import ended with {ran.code}: {log.read_text()[-300:]}")
    return ran.seconds

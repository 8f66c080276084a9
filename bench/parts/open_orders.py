"""Many orders open at a time: updates, the worker's memory, lists, audit, a restart."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError

from bench import lives
from bench.consumption import memory
from bench.mailbox import Mailbox
from bench.outcome import Figures, Outcome, attempt, once
from bench.plan import FULL, Plan
from bench.processes import module, run
from bench.spread import quantile
from bench.stack import DidNotStart, Stack, Worker, stack

WARM: Final = 50
"""Orders open, and told something, before memory is measured: what a worker needs once is not in the figure."""

COLD: Final = 50
"""Orders told something after a restart."""

REST: Final = 2.0
"""Seconds, before memory is read."""

SEED: Final = 9
THOUSAND: Final = 1000
MEDIAN, TAIL = 0.5, 0.99
FAULTLESS: Final = (0, 3)
"""Exit codes of an audit that ran to its end; 3: it found differences."""


@dataclass
class Crowd:
    """The open orders."""

    stack: Stack
    worker: Worker
    mailbox: Mailbox
    numbers: list[str]

    async def grow(self, wanted: int, in_flight: int) -> None:
        """Open more, until there are so many."""
        new = [f"OPEN-{number:05}" for number in range(len(self.numbers), wanted)]
        await lives.several([partial(self._open, number) for number in new], in_flight)
        self.numbers += new
        await asyncio.sleep(REST)

    async def _open(self, number: str) -> None:
        """Held, and its customer asked for the terms."""
        await lives.start(self.stack.client, self.worker.queue, lives.order(number))
        await self.mailbox.wait(f"terms_wanted {number}")

    def some(self, wanted: int) -> list[str]:
        """Any of them."""
        return Random(SEED + len(self.numbers)).choices([f"order-{each}" for each in self.numbers], k=wanted)  # noqa: S311


async def open_orders(directory: Path, how: Plan) -> Outcome:
    """Grow the crowd step by step and look at it at each size."""
    found = Outcome(details={"open": {"sizes": how.open_at, "updates": how.updates}})
    async with _crowd(directory) as crowd:
        await crowd.grow(WARM, how.in_flight)
        found.figures |= _percentiles("update", await _notes(crowd, crowd.some(how.updates)))
        found.figures |= _percentiles("floor_update", await _floor_notes(crowd.stack, how.updates))
        for size in how.open_at:
            found.figures |= await _grown(crowd, size, how)
        await attempt(found, "audit and lists", _tools(crowd))
        await attempt(found, "restart", _restarted(crowd))
    found.left_out |= _left_out(how)
    return found


@asynccontextmanager
async def _crowd(directory: Path) -> AsyncIterator[Crowd]:
    async with stack(directory) as server, Mailbox(server.mail_log) as mailbox:
        yield Crowd(server, await server.tenure("tenure", server.store("tenure")), mailbox, [])


async def _grown(crowd: Crowd, size: int, how: Plan) -> Figures:
    """Memory a thousand more take; then updates to any of them."""
    had, before = len(crowd.numbers), memory(crowd.worker.pid)
    await crowd.grow(size, how.in_flight)
    grown = (memory(crowd.worker.pid) - before) / (size - had) * THOUSAND
    kind = "worker.mb_per_1000" if had == WARM else "worker.mb_per_1000_more"
    notes = await _notes(crowd, crowd.some(how.updates))
    return {kind: once(grown), **_percentiles(f"update_at_{size}", notes)}


async def _notes(crowd: Crowd, ids: Sequence[str]) -> list[float]:
    """Seconds until each answer, one message after the other."""
    note = lives.example("order.put_note")
    waited = []
    for id_ in ids:
        handle = crowd.stack.client.get_workflow_handle(id_)
        began = time.perf_counter()
        await handle.execute_update("put_note", note)
        waited.append(time.perf_counter() - began)
    return waited


async def _floor_notes(server: Stack, wanted: int) -> list[float]:
    """The same to one workflow that does nothing: what Temporal itself takes."""
    worker = await server.peer("floor", "bench.peers.floor", "")
    handle = await lives.start(server.client, "floor", lives.order("FLOOR-1", workflow="FloorOrder"))
    waited = []
    for _ in range(wanted):
        began = time.perf_counter()
        await handle.execute_update("put_note", lives.example("order.put_note"))
        waited.append(time.perf_counter() - began)
    worker.stop()
    return waited


async def _tools(crowd: Crowd) -> Outcome:
    """The audit and a list of all of them, each a command of its own: its start is in the figure."""
    size = len(crowd.numbers)
    settings = crowd.stack.settings(crowd.stack.store("tenure"), crowd.worker.queue)
    figures: Figures = {}
    for name, words in {"audit": ["audit"], "list": ["order", "list", "--limit", str(size)]}.items():
        log = crowd.stack.directory / f"{name}.log"
        ran = await run(module("starter", *words, "--json"), log, **settings)
        if ran.code not in FAULTLESS:
            raise RuntimeError(f"tenure {name} ended with {ran.code}: {log.read_text()[-300:]}")
        figures |= {
            f"{name}.s_{size}": once(ran.seconds),
            f"{name}.cpu_s_{size}": once(ran.cpu),
            f"{name}.mb_{size}": once(ran.megabytes),
        }
    return Outcome(figures)


async def _restarted(crowd: Crowd) -> Outcome:
    """From the start of a new worker to its first answer; then the answers of orders it does not know yet."""
    crowd.worker.stop()
    began = time.perf_counter()
    crowd.worker.start()
    await _answered(crowd)
    ready = time.perf_counter() - began
    cold = await _notes(crowd, [f"order-{number}" for number in crowd.numbers[1 : COLD + 1]])
    return Outcome({"restart.first_answer_s": once(ready), **_percentiles("restart.cold_update", cold)})


async def _answered(crowd: Crowd) -> None:
    """An update that waits for a worker longer than Temporal lets it is sent again under its id, as upstream does."""
    handle = crowd.stack.client.get_workflow_handle(f"order-{crowd.numbers[0]}")
    while crowd.worker.is_running:
        with suppress(WorkflowUpdateRPCTimeoutOrCancelledError):
            await handle.execute_update("put_note", lives.example("order.put_note"), id="after-the-restart")
            return
    raise DidNotStart(crowd.worker.queue, crowd.worker.log)


def _percentiles(name: str, seconds: Sequence[float]) -> Figures:
    return {
        f"{name}.p50_ms": once(quantile(seconds, MEDIAN) * 1000),
        f"{name}.p99_ms": once(quantile(seconds, TAIL) * 1000),
    }


def _left_out(how: Plan) -> dict[str, str]:
    why = f"the quick run opens {how.open_at[-1]} orders"
    lost = [size for size in FULL.open_at if size not in how.open_at]
    last = [
        f"{tool}.{unit}_{size}" for tool in ("audit", "list") for unit in ("s", "cpu_s", "mb") for size in lost[-1:]
    ]
    updates = [f"update_at_{size}.{part}_ms" for size in lost for part in ("p50", "p99")]
    return dict.fromkeys([*updates, *last, *(["worker.mb_per_1000_more"] if lost else [])], why)

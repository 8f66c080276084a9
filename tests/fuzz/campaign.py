"""A seeded campaign through a real server and the real worker: lives at once, bursts between, then the verdict."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count as numbers
from pathlib import Path
from typing import Final

from temporalio.client import Client

from activities.ports.screening import ListEntry
from adapters.sql.store import open_store
from starter.service.service import Ports, Service, service
from tests.fuzz.case_plots import LARGE, THRESHOLDS
from tests.fuzz.plots import PLOTS
from tests.fuzz.report import Report
from tests.fuzz.scene import Scene, Stuck
from tests.fuzz.verdict import judge
from tests.fuzz.wire import Wire

AT_ONCE: Final = 10
"""Casts that live at the same time."""

BURST: Final = 9
"""Hostile messages at each stage: the more, the fewer lives for as many messages."""

TURNS: Final = 3
"""Of each plot, at most, beyond the messages that were asked for."""

ANY_PORTS: Final = Ports(temporal=0, ui=0, mail=0)
SENDER: Final = "fuzz"


async def campaign(
    directory: Path,
    report: Report,
    count: int,
    only: int | None = None,
    burst: int = BURST,
    is_whole: Callable[[], bool] = lambda: True,
) -> Report:
    """At least `count` messages, each plot told as often as the others; or one cast alone, again.

    What a hostile message kept from being reached, another turn of the plots may reach: they are told until `is_whole`.
    """
    began = time.monotonic()
    async with service(directory, ANY_PORTS, time_travel=True, thresholds=THRESHOLDS) as running:
        lists = _Lists(running.database_url)
        _register_account(running)
        client = await Client.connect(running.server.address, identity=SENDER)
        wire = Wire(client, running.task_queue)
        if only is None:
            await _many(wire, report, count, burst, lists, is_whole)
        else:
            await _tell(Scene(wire, report, only, burst, count, lists.add))
        await judge(wire, report, [running.directory / "worker.log", running.server.data.log])
    report.seconds = time.monotonic() - began
    return report


class _Lists:
    """The campaign's list of restricted parties, imported once."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._known: set[str] = set()

    def add(self, name: str) -> None:
        if name not in self._known:
            self._known.add(name)
            store = open_store(self._url)
            entries = [ListEntry(entry="E-1", source="Invented List", name=name)]
            store.import_list("irp", entries, digest="0" * 64, by="ops-7", now=datetime.now(UTC))
            store.close()


def _register_account(running: Service) -> None:
    store = open_store(running.database_url)
    store.upsert_accounts([LARGE], datetime.now(UTC))
    store.close()


async def _many(
    wire: Wire, report: Report, count: int, burst: int, lists: _Lists, is_whole: Callable[[], bool]
) -> None:
    """Some at once, the next as soon as one is over: until there are messages enough, and each plot had its turn."""
    upcoming = numbers(1)

    def goes_on(number: int) -> bool:
        return number <= len(PLOTS) or report.count < count or (number <= TURNS * len(PLOTS) and not is_whole())

    async def teller() -> None:
        while goes_on(number := next(upcoming)):
            await _tell(Scene(wire, report, number, burst, count, lists.add))

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(teller())


async def _tell(scene: Scene) -> None:
    try:
        await PLOTS[scene.number % len(PLOTS)](scene)
    except Stuck:
        scene.report.notes.append(f"cast {scene.number} could not go on")

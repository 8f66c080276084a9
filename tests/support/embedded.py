"""The embedded server in real time, with our worker in this process: for tests, and for recording histories."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Final, TypeVar

from temporalio.client import Client

import worker
from adapters.settings import Settings
from adapters.sql.store import SqlStore, open_store
from adapters.temporal.bootstrap import prepare_namespace
from adapters.temporal.converter import data_converter
from adapters.temporal.dev_server import TIME_TRAVEL, DevServer
from tests.postgres import migrated_file
from tests.support.environment import WITHIN, Environment, Handle, eventually
from tests.support.transport import FakeTransport
from workflows import attributes

R = TypeVar("R")

QUEUE: Final = "tenure"

SIGNED: Final = "recorder"
"""What histories name as client and worker: they tell of no machine."""


@dataclass
class Embedded(Environment):
    """An environment in real time; single workflows can be moved forward where the server lets them."""

    transport: FakeTransport
    reach: Mapping[str, str]
    """What another process, or the starter, needs to reach it."""

    async def present_run(self, handle: Handle) -> Handle:
        """This very run, whatever follows it."""
        return self.client.get_workflow_handle(handle.id, run_id=(await handle.describe()).run_id)

    async def next_run(self, run: Handle) -> Handle:
        """The run that follows, once it is there and has nothing in hand."""

        async def found() -> Handle | None:
            latest = await self.present_run(self.client.get_workflow_handle(run.id))
            return latest if latest.run_id != run.run_id else None

        latest: Handle = await eventually(found)
        await self.settled(latest)
        return latest


@asynccontextmanager
async def embedded(server_settings: Mapping[str, str] | None = None, csms: int = 1) -> AsyncIterator[Embedded]:
    """Server, store and worker of today's code; mail goes nowhere. `server_settings` are dynamic configuration."""
    async with AsyncExitStack() as held:
        directory = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="tenure-")))
        (directory / "tenure.db").write_bytes(migrated_file())
        url = f"sqlite:///{directory}/tenure.db"
        roster = [f"csm-{number + 1}" for number in range(csms)]
        given = {"DATABASE_URL": url, "documents_dir": directory / "documents", "csm_roster": roster}
        settings = Settings.model_validate({**given, "task_queue": QUEUE, "large_user_thresholds": {"JP": 1000}})
        server = DevServer(directory / "temporal", port=0, ui_port=0, settings=server_settings)
        await held.enter_async_context(server)
        client = await Client.connect(server.address, data_converter=data_converter, identity=SIGNED)
        await prepare_namespace(client, attributes.ALL, settings.retention)
        store, transport = open_store(url), FakeTransport()
        held.callback(store.close)
        threads = held.enter_context(ExitStack())
        for each in worker.workers(client, settings, store, transport, threads):
            await held.enter_async_context(each)
        reach = {"TEMPORAL_ADDRESS": server.address, "DATABASE_URL": url, "TENURE_TASK_QUEUE": QUEUE}
        yield Embedded(client, store, QUEUE, transport, reach)


@dataclass(frozen=True)
class Background:
    """An environment on a loop of its own, for tests that are not asynchronous: the starter brings its own loop too."""

    env: Embedded
    loop: asyncio.AbstractEventLoop

    @property
    def client(self) -> Client:
        """The client of the environment: to be awaited by `do` only."""
        return self.env.client

    @property
    def store(self) -> SqlStore:
        """The store of the environment."""
        return self.env.store

    def do(self, asked: Coroutine[Any, Any, R]) -> R:
        """Something asynchronous, where the environment runs."""
        return asyncio.run_coroutine_threadsafe(asked, self.loop).result(WITHIN)


@contextmanager
def in_background() -> Iterator[Background]:
    """An embedded environment with clocks that can be moved, in a thread that lives as long as it."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    held = AsyncExitStack()
    try:
        running = held.enter_async_context(embedded(TIME_TRAVEL, csms=2))
        yield Background(asyncio.run_coroutine_threadsafe(running, loop).result(WITHIN), loop)
    finally:
        asyncio.run_coroutine_threadsafe(held.aclose(), loop).result(WITHIN)
        asyncio.run_coroutine_threadsafe(_all_ended(), loop).result(WITHIN)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WITHIN)
        loop.close()


async def _all_ended() -> None:
    """What still runs would be found by the garbage collector, some time, in the middle of another test."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)

"""Upstream of the orders on DBOS: starts them and sends their messages from another process, as a client."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dbos import DBOSClient, WorkflowHandleAsync

from bench.lives import Life, Pause
from bench.peers.dbos_order import QUEUE
from bench.processes import child, module

READY_WITHIN: Final = 60.0
LOOK_AGAIN: Final = 0.05
"""Seconds."""

CONNECTIONS: Final = 30


@dataclass(frozen=True)
class DbosOrders:
    """The worker's process, and a client."""

    pid: int
    client: DBOSClient

    async def lived(self, life: Life, pause: Pause) -> None:
        """A whole life; each message waits for its answer, as an Update does."""
        handle: WorkflowHandleAsync[str] = await self.client.enqueue_async(
            {"queue_name": QUEUE, "workflow_name": "dbos_order", "workflow_id": life.id}, life.start
        )
        for name, message in life.updates:
            await pause(life.id, name)
            await self.client.send_async(life.id, message, name)
            await self.client.get_event_async(life.id, name)
        await handle.get_result(polling_interval_sec=LOOK_AGAIN)


@asynccontextmanager
async def dbos_orders(database_url: str, mail_port: int, log: Path) -> AsyncIterator[DbosOrders]:
    """A worker for as long as the `with` lasts."""
    with child(module("bench.peers.dbos_order", database_url, str(mail_port)), log) as process:
        give_up_at = time.monotonic() + READY_WITHIN
        while "ready" not in (said := await asyncio.to_thread(log.read_text)):
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"DBOS did not start: {said[-300:]}")
            await asyncio.sleep(LOOK_AGAIN)
        client = await asyncio.to_thread(_connected, database_url)
        try:
            yield DbosOrders(process.pid, client)
        finally:
            client.destroy()


def _connected(database_url: str) -> DBOSClient:
    return DBOSClient(system_database_url=database_url, use_listen_notify=True, system_database_pool_size=CONNECTIONS)

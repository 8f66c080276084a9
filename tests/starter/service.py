"""Temporal's dev server, our real workers over the real store, and a post office that only nods."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from activities.ports import Answer, Delivery, Envelope
from adapters.settings import Settings
from adapters.sql.migrate import migrate
from adapters.sql.store import SqlStore, open_store
from adapters.temporal.converter import data_converter
from adapters.temporal.dev_server import TIME_TRAVEL
from worker import workers
from workflows import attributes

TEMPORAL = Path(__file__).parents[2] / ".venv/bin/temporal"
TASK_QUEUE = "starter-tests"
IN_DOUBT = "doubt"
"""How an address begins whose mails nobody knows the fate of."""

R = TypeVar("R")


class NoddingPost:
    """Takes every mail; of some nobody knows whether it did."""

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> Delivery:
        handing_over()
        if envelope.recipient.startswith(IN_DOUBT):
            return Delivery(answer=Answer.UNKNOWN, words="connection lost after the final dot")
        return Delivery(answer=Answer.ACCEPTED, words="250 kept")


@dataclass(frozen=True)
class Service:
    """What the tests reach: by the starter's settings, or directly."""

    client: Client
    store: SqlStore
    environment: Mapping[str, str]
    loop: asyncio.AbstractEventLoop

    def do(self, asked: Coroutine[Any, Any, R]) -> R:
        """Something asynchronous, where the service runs."""
        return asyncio.run_coroutine_threadsafe(asked, self.loop).result(30)


@contextmanager
def running_service(directory: Path) -> Iterator[Service]:
    """In a thread with a loop of its own, for the starter brings its own loop too."""
    url = f"sqlite:///{directory / 'tenure.db'}"
    settings = Settings(
        database_url=url, task_queue=TASK_QUEUE, documents_dir=directory / "documents", csm_roster=["csm-1", "csm-2"]
    )
    migrate(url)
    store = open_store(url)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    held = AsyncExitStack()
    try:
        client = asyncio.run_coroutine_threadsafe(_start(held, settings, store), loop).result(30)
        address = client.service_client.config.target_host
        reach = {"TEMPORAL_ADDRESS": address, "DATABASE_URL": url, "TENURE_TASK_QUEUE": TASK_QUEUE}
        yield Service(client, store, reach, loop)
    finally:
        asyncio.run_coroutine_threadsafe(held.aclose(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
        store.close()


async def _start(held: AsyncExitStack, settings: Settings, store: SqlStore) -> Client:
    flags = [f"{key}={value}" for key, value in TIME_TRAVEL.items()]
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(TEMPORAL),
        data_converter=data_converter,
        search_attributes=list(attributes.ALL),
        dev_server_log_level="error",
        dev_server_extra_args=[word for flag in flags for word in ("--dynamic-config-value", flag)],
    )
    await held.enter_async_context(environment)
    threads = held.enter_context(ExitStack())
    for worker in workers(environment.client, settings, store, NoddingPost(), threads):
        await held.enter_async_context(worker)
    return environment.client

"""Server, mail server and workers as the product runs them, each in a process of its own."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from adapters.temporal.dev_server import DevServer
from bench import sink
from bench.processes import module, start, stop

READY_WITHIN: Final = 60.0
"""Seconds."""

LATELY: Final = 5.0
"""Seconds since a worker asked for work: it is there."""


class DidNotStart(Exception):
    """A child ended, or did not get ready."""

    def __init__(self, what: str, log: Path) -> None:
        lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
        super().__init__(f"{what} did not start: {lines[-1] if lines else 'no word from it'}")


@dataclass
class Stack:
    """A server and a mail server; workers come and go."""

    directory: Path
    server: DevServer
    client: Client
    mail_port: int
    _held: AsyncExitStack
    workers: dict[str, "Worker"] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Of the Temporal server."""
        return self.server.address

    @property
    def server_pid(self) -> int:
        """Of the Temporal server."""
        return self.server.pid or 0

    @property
    def mail_log(self) -> Path:
        """Where the mail server writes down what arrived."""
        return self.directory / "mails.log"

    def store(self, name: str) -> str:
        """The URL of a SQLite file here."""
        return f"sqlite:///{self.directory / name}.db"

    def settings(self, database_url: str, queue: str) -> dict[str, str]:
        """The environment of the product's processes, as `tenure up` gives it."""
        return {
            "TEMPORAL_ADDRESS": self.address,
            "DATABASE_URL": database_url,
            "TENURE_TASK_QUEUE": queue,
            "TENURE_SMTP_HOST": sink.HOST,
            "TENURE_SMTP_PORT": str(self.mail_port),
            "TENURE_SMTP_SECURITY": "none",
            "TENURE_DOCUMENTS_DIR": str(self.directory / "documents"),
            "TENURE_CSM_ROSTER": "csm-1,csm-2,csm-3",
        }

    async def tenure(self, name: str, database_url: str) -> "Worker":
        """The product's worker, `python -m worker`; its task queue has its name."""
        return await self.worker(name, module("worker"), self.settings(database_url, name))

    async def peer(self, name: str, package: str, database_url: str) -> "Worker":
        """A peer's worker on our server: it is given address, queue, store and mail port."""
        command = module(package, self.address, name, database_url, str(self.mail_port))
        return await self.worker(name, command, {})

    async def worker(self, queue: str, command: list[str], settings: dict[str, str]) -> "Worker":
        """Start one and wait until it polls."""
        found = Worker(queue, command, settings, self.directory / f"{queue}.log")
        found.start()
        self._held.callback(found.stop)
        self.workers[queue] = found
        await self._until_it_polls(found)
        return found

    async def _until_it_polls(self, worker: "Worker") -> None:
        request = DescribeTaskQueueRequest(
            namespace=self.client.namespace,
            task_queue=TaskQueue(name=worker.queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        give_up_at = time.monotonic() + READY_WITHIN
        while worker.is_running and time.monotonic() < give_up_at:
            found = await self.client.workflow_service.describe_task_queue(request)
            if any(time.time() - poller.last_access_time.seconds < LATELY for poller in found.pollers):
                return
            await asyncio.sleep(0.05)
        raise DidNotStart(worker.queue, worker.log)


@dataclass
class Worker:
    """A worker's process, which may end and start again."""

    queue: str
    command: list[str]
    settings: dict[str, str]
    log: Path
    pid: int = 0

    def start(self) -> None:
        """A process of its own."""
        self._process = start(self.command, self.log, **self.settings)
        self.pid = self._process.pid

    @property
    def is_running(self) -> bool:
        """Not ended by itself."""
        return self._process.poll() is None

    def stop(self) -> None:
        """A second call does nothing."""
        if self.is_running:
            stop(self._process)


@asynccontextmanager
async def stack(directory: Path, *, time_travel: bool = False) -> AsyncIterator[Stack]:
    """A fresh one in a fresh directory; all its processes end with the `with`."""
    await asyncio.to_thread(directory.mkdir, parents=True)
    async with AsyncExitStack() as held:
        port = directory / "mail.port"
        catcher = start(module("bench.sink", str(port), str(directory / "mails.log")), directory / "sink.log")
        held.callback(stop, catcher)
        server = DevServer(directory / "temporal", port=0, ui_port=0, time_travel=time_travel)
        await held.enter_async_context(server)
        client = await Client.connect(server.address)
        yield Stack(directory, server, client, await _port(port), held)
        await asyncio.sleep(0.1)


async def _port(file: Path) -> int:
    give_up_at = time.monotonic() + READY_WITHIN
    while time.monotonic() < give_up_at:
        if written := _text(file):
            return int(written)
        await asyncio.sleep(0.02)
    raise DidNotStart("the mail server", file.with_name("sink.log"))


def _text(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def let_the_sdk_end() -> None:
    """Python 3.11 may crash at exit right after using a client (temporalio/sdk-python#300)."""
    if sys.version_info < (3, 12):
        time.sleep(0.2)

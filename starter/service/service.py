"""The whole service on one machine: server, store, mail catcher, worker and pages, as children that end with us."""

import contextlib
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from adapters.loopback import LOOPBACK
from adapters.mail.catcher import MailCatcher
from adapters.private import close_to_others, private_directory, private_file
from adapters.temporal.client import connect
from adapters.temporal.data_directory import usable
from adapters.temporal.dev_server import DevServer
from starter.service import env_file, pages
from starter.service.child import Child, child, until_ready

ROSTER: Final = "csm-1,csm-2,csm-3"
"""Customer Success Managers of the embedded service, unless TENURE_CSM_ROSTER says otherwise."""

THRESHOLDS: Final = "TENURE_LARGE_USER_THRESHOLDS"

KEPT: Final = frozenset(
    {
        *("temporal", "mails", "documents", "worker.log", "tenure.db", "tenure.db-wal", "tenure.db-shm"),
        *(pages.SECRET, pages.LOG, env_file.NAME),
    }
)
"""All that a service leaves in its directory."""


@dataclass(frozen=True)
class Ports:
    """Where the embedded service listens, on the loopback address only; 0 takes any free port."""

    temporal: int = 7233
    ui: int = 8233
    mail: int = 1025
    web: int | None = None
    """The pages; None: without them."""


@dataclass(frozen=True)
class Service:
    """The service while it runs."""

    client: Client
    server: DevServer
    directory: Path
    database_url: str
    task_queue: str
    environment: Mapping[str, str]
    """What another process needs to reach this service (TEMPORAL_ADDRESS, DATABASE_URL), and the settings of its
    worker: `tenure doctor` looks at the same."""

    worker: Child
    web: "pages.Pages | None" = None

    @property
    def mails(self) -> Path:
        """Where the mail catcher keeps what it caught."""
        return self.directory / "mails"

    @property
    def documents(self) -> Path:
        """Where the PDFs lie."""
        return self.directory / "documents"

    def workflow_url(self, workflow_id: str) -> str:
        """A workflow's page in the Web UI."""
        return f"{self.server.ui_url}/namespaces/{self.client.namespace}/workflows/{workflow_id}"


@asynccontextmanager
async def service(
    directory: Path,
    ports: Ports,
    *,
    time_travel: bool = False,
    task_queue: str = "tenure",
    thresholds: Mapping[str, int] | None = None,
) -> AsyncIterator[Service]:
    """Server, mail catcher and worker, ready to take orders; at the end they stop in the reverse order. `thresholds`:
    from how many licences on an account is large, if the environment shall not say so. AMB-32."""
    directory = _room(directory.absolute())
    where = pages.where(directory, ports.web, follows_test_clock=time_travel) if ports.web is not None else None
    async with AsyncExitStack() as held:
        server = DevServer(directory / "temporal", port=ports.temporal, ui_port=ports.ui, time_travel=time_travel)
        await held.enter_async_context(server)
        mail = held.enter_context(MailCatcher(directory / "mails", port=ports.mail))
        client = await connect(server.address)
        environment = {
            "TEMPORAL_ADDRESS": server.address,
            "DATABASE_URL": f"sqlite:///{directory / 'tenure.db'}",
            "TENURE_TASK_QUEUE": task_queue,
            env_file.WEB_UI: server.ui_url,
            **_thresholds(thresholds),
            **_surroundings(directory, mail.port),
            **(where.environment if where else {}),
        }
        worker = held.enter_context(_worker(directory, environment))
        web = held.enter_context(child("web", directory / pages.LOG, environment)) if where else None
        await _until_it_polls(client, task_queue, worker, directory / "worker.log")
        shown = await pages.shown(where, web, environment["DATABASE_URL"]) if where and web else None
        env_file.write(directory, environment)
        yield Service(client, server, directory, environment["DATABASE_URL"], task_queue, environment, worker, shown)


def _room(directory: Path) -> Path:
    """Everything we keep there, private; what cannot be made is said before anything runs. Raises CannotStart."""
    with usable(directory):
        private_directory(directory)
        if any((directory / ours).exists() for ours in ("temporal", "tenure.db")):
            close_to_others(directory)
        for each in ("documents", "mails", "temporal"):
            private_directory(directory / each)
        private_file(directory / "worker.log")
        private_file(directory / pages.LOG)
    return directory


def _thresholds(given: Mapping[str, int] | None) -> dict[str, str]:
    """For commands too: they classify accounts as the worker does."""
    said = json.dumps(given) if given else os.environ.get(THRESHOLDS)
    return {THRESHOLDS: said} if said else {}


def _surroundings(directory: Path, mail_port: int) -> dict[str, str]:
    return {
        "TENURE_SMTP_HOST": LOOPBACK,
        "TENURE_SMTP_PORT": str(mail_port),
        "TENURE_SMTP_SECURITY": "none",
        "TENURE_DOCUMENTS_DIR": str(directory / "documents"),
        "TENURE_CSM_ROSTER": os.environ.get("TENURE_CSM_ROSTER", ROSTER),
    }


def _worker(directory: Path, settings: Mapping[str, str]) -> contextlib.AbstractContextManager[Child]:
    return child("worker", directory / "worker.log", settings)


async def _until_it_polls(client: Client, queue: str, worker: Child, log: Path) -> None:
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )

    async def polls() -> bool:
        return bool((await client.workflow_service.describe_task_queue(request)).pollers)

    await until_ready("the worker", worker, log, polls)

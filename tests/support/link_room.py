"""The web room behind the links of real mails: embedded server, worker, SMTP, store; the worker can be stopped."""

import re
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any, Final

from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from temporalio.client import Client

import worker
from adapters.hub_book import HubBook
from adapters.mail.catcher import CaughtMail, MailCatcher, read_mails
from adapters.setting_groups import Web
from adapters.settings import Settings
from adapters.sql.store import SqlStore, open_store
from adapters.temporal.bootstrap import prepare_namespace
from adapters.temporal.converter import data_converter
from adapters.temporal.dev_server import TIME_TRAVEL, DevServer
from domain.lifecycle import Lifecycle, workflow_id
from tests.postgres import migrated_file
from tests.support.embedded import QUEUE
from tests.support.environment import Environment, eventually
from tests.support.read_mail import READER
from tests.support.web_site import SECRET, transport
from web.app import app
from web.session import csrf_of
from web.world import World
from workflows import attributes

VISITOR: Final = "tenure-visitor"

SOON: Final = 60.0
"""Seconds for a mail that is on its way."""


class Browser(AsyncClient):
    """Of a visitor."""

    async def post(self, url: Any, **given: Any) -> Response:
        """As a form of a page of ours."""
        data = {"csrf": csrf_of(self.cookies[VISITOR]), **given.pop("data", {})}
        return await super().post(url, data=data, **given)


@dataclass
class LinkRoom(Environment):
    """Everything that stands between a mail and the next state of a workflow."""

    settings: Settings
    mails: Path
    ahead: timedelta = timedelta(0)
    """Of the web room's clock: its links grow old."""

    working: AsyncExitStack | None = None
    world: World = field(init=False)
    app: Starlette = field(init=False)

    def __post_init__(self) -> None:
        book = HubBook(self.store, self.settings.hub.policy, self.settings.hub.products)
        self.world = World(store=self.store, settings=self.settings, book=book, client=self.client, clock=self.now)
        self.app = app(self.world)

    def now(self) -> datetime:
        """Of the web room."""
        return datetime.now(UTC) + self.ahead

    def browser(self) -> "Browser":
        """One that follows no script, keeps cookies, and sends what a form of ours has."""
        opened = Browser(transport=self._transport, base_url=self.url)
        opened.cookies.set(VISITOR, "somebody who looked at a page before")
        return opened

    def program(self) -> AsyncClient:
        """Knows no page and has no cookie."""
        return AsyncClient(transport=self._transport, base_url=self.url)

    @property
    def _transport(self) -> ASGITransport:
        return transport(self.app)

    @property
    def url(self) -> str:
        """Where the links lead."""
        return str(self.settings.web.url).rstrip("/")

    async def mail(self, kind: str, about: str, to: str = "", number: int = 1) -> CaughtMail:
        """The so-manieth mail of a kind about a life, once it was caught."""

        def caught() -> CaughtMail | None:
            found = [mail for mail in read_mails(self.mails, f"*-{kind}-*{about}*") if to in mail.to]
            return found[number - 1] if len(found) >= number else None

        mail: CaughtMail = await eventually(caught, SOON)
        return mail

    def links_in(self, mail: CaughtMail) -> dict[str, str]:
        """By purpose: paths of the web room, as they stand in the mail's text."""
        found = re.findall(rf"{re.escape(self.url)}(/f/([a-z-]+)\.\S+)", mail.text)
        return {purpose: path for path, purpose in found}

    async def link(self, purpose: str, kind: str, about: str, to: str = "", number: int = 1) -> str:
        """Its path."""
        return self.links_in(await self.mail(kind, about, to, number))[purpose]

    def header(self, mail: CaughtMail, name: str) -> str:
        """Of the mail as it came."""
        return str(message_from_bytes(mail.path.read_bytes(), policy=READER)[name])

    async def stage(self, lifecycle: Lifecycle, subject: str) -> str:
        """Of the workflow."""
        return (await self.state(self.client.get_workflow_handle(workflow_id(lifecycle, subject)))).stage

    async def stop_worker(self) -> None:
        """Nobody takes updates."""
        if self.working is not None:
            await self.working.aclose()
            self.working = None

    async def start_worker(self) -> None:
        """Somebody does."""
        self.working = AsyncExitStack()
        threads = self.working.enter_context(ExitStack())
        for each in worker.workers(self.client, self.settings, self.store, worker.smtp(self.settings), threads):
            await self.working.enter_async_context(each)


@asynccontextmanager
async def link_room(port: int = 80) -> AsyncIterator[LinkRoom]:
    """On one machine; its pages are those of that port, whoever serves them."""
    async with AsyncExitStack() as held:
        directory = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="tenure-links-")))
        (directory / "tenure.db").write_bytes(migrated_file())
        catcher = held.enter_context(MailCatcher(directory / "mails", port=0))
        settings = Settings.model_validate(
            {
                "DATABASE_URL": f"sqlite:///{directory}/tenure.db",
                "documents_dir": directory / "documents",
                "csm_roster": ["csm-1"],
                "task_queue": QUEUE,
                "smtp_port": catcher.port,
                "web": Web.model_validate({"url": f"http://localhost:{port}", "secret": SECRET}),
            }
        )
        server = DevServer(directory / "temporal", port=0, ui_port=0, settings=TIME_TRAVEL)
        await held.enter_async_context(server)
        client = await Client.connect(server.address, data_converter=data_converter)
        await prepare_namespace(client, attributes.ALL, settings.retention)
        store: SqlStore = open_store(settings.database_url)
        held.callback(store.close)
        room = LinkRoom(client, store, QUEUE, settings, directory / "mails")
        await room.start_worker()
        held.push_async_callback(room.stop_worker)
        yield room


def free_socket() -> socket.socket:
    """Bound to a free port of this machine: nobody takes it meanwhile."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound

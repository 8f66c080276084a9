"""The pages of the service on one machine: where they are, who may sign in at first, and by which links."""

import asyncio
import http.client
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from activities.ports.store import NotKnown
from adapters.loopback import LOOPBACK, free_port
from adapters.private import opened
from adapters.settings import variable
from adapters.sql.store import SqlStore, open_store
from adapters.temporal.data_directory import CannotStart
from adapters.tokens import new_token, sign_in_path
from domain.hub.users import NewUser
from domain.permissions import OPERATOR, PartnerRole
from starter.service import env_file
from starter.service.child import Child, until_ready

SECRET: Final = "web-secret"  # noqa: S105 - a file
"""Another secret, and every link in a mail is dead."""

LOG: Final = "web.log"

PEOPLE: Final = (
    NewUser(user_id="operator", roles=(OPERATOR,), name="Operator"),
    NewUser(
        user_id="hikari-admin",
        partner_id="hikari",
        roles=(PartnerRole.FULL_ADMINISTRATOR,),
        name="Hikari Administrator",
    ),
)
"""Whoever runs the service, and somebody of the partner in examples/. In a store that has users nobody is added."""


class PortTaken(CannotStart):
    """Most likely another program listens there."""

    def __init__(self, port: int, why: str) -> None:
        super().__init__(
            f"pages: no listening on {LOOPBACK}:{port} ({why}); stop what uses it, or --web-port, or --no-web"
        )


@dataclass(frozen=True)
class Where:
    """Where they will be."""

    port: int
    log: Path
    environment: Mapping[str, str]
    """For the worker too: its mails lead there."""


@dataclass(frozen=True)
class Pages:
    """They show."""

    url: str
    process: Child
    links: Mapping[str, str] = field(repr=False)
    """By user, a link that signs in once."""


def where(directory: Path, port: int, *, follows_test_clock: bool) -> Where:
    """Raises PortTaken."""
    port = _free(port)
    environment = {
        env_file.WEB: f"http://{LOOPBACK}:{port}",
        variable("web", "secret"): _secret(directory / SECRET),
        variable("web", "host"): LOOPBACK,
        variable("web", "port"): str(port),
        variable("web", "follows_test_clock"): str(follows_test_clock).lower(),
    }
    return Where(port, directory / LOG, environment)


def _free(port: int) -> int:
    if port == 0:
        return free_port()
    try:
        with socket.create_server((LOOPBACK, port)):
            return port
    except OSError as taken:
        raise PortTaken(port, os.strerror(taken.errno or 0)) from None


def _secret(path: Path) -> str:
    """The same at each start."""
    with suppress(OSError):
        if known := path.read_text(encoding="ascii").strip():
            return known
    secret = new_token()
    with opened(path, "wb") as file:
        file.write(secret.encode())
    return secret


async def shown(where: Where, process: Child, database_url: str) -> Pages:
    """Once they answer. Raises DidNotStart."""
    await until_ready("the web process", process, where.log, partial(asyncio.to_thread, _answers, where.port))
    url = where.environment[env_file.WEB].rstrip("/")
    return Pages(url, process, await asyncio.to_thread(_links, database_url, url))


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200  # noqa: PLR2004
    except OSError:
        return False
    finally:
        connection.close()


def _links(database_url: str, url: str) -> dict[str, str]:
    store, now = open_store(database_url), datetime.now(UTC)
    try:
        if not store.all_hub_users():
            for new in PEOPLE:
                store.add_hub_user(new, "tenure-up", now)
        return {user.user_id: link for user in PEOPLE for link in _link(store, user.user_id, url, now)}
    finally:
        store.close()


def _link(store: SqlStore, user_id: str, url: str, now: datetime) -> list[str]:
    """None for somebody who was removed, or may not sign in any more."""
    try:
        active = store.hub_user(user_id).active
    except NotKnown:
        return []
    return [url + sign_in_path(store, user_id, now)] if active else []

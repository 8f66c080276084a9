"""Where `tenure up` and `tenure demo` keep everything: closed to others, or refused in one line."""

import os
import re
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from httpx import AsyncClient

from adapters.sql.migrate import migrate
from adapters.sql.store import open_store
from domain.hub.users import NewUser
from starter.service import env_file, pages
from starter.service.service import KEPT, Ports, Service, service
from tests.adapters.test_private import loose, open_to_others
from tests.starter.conftest import Tenure

ANY = Ports(0, 0, 0, web=0)


async def test_nothing_of_the_whole_service_is_open_to_others(tmp_path: Path) -> None:
    """An installation of an older release, found with everything open to everybody; and a mask that forbids nothing."""
    room = loose(tmp_path / ".tenure", "worker.log")
    for directory, file in (("temporal", "temporal.log"), ("mails", "0001-x.eml"), ("documents", "a.pdf")):
        loose(room / directory, file)
    (room / "documents" / "a.pdf").chmod(0o600)  # as every release kept them
    before = os.umask(0)
    try:
        async with service(room, ANY) as running:
            assert (room / "tenure.db-wal").exists()
            assert open_to_others(room) == {}
            assert {path.name for path in room.iterdir()} == KEPT, "else the next demo takes it for somebody's"
            assert env_file.beside(running.database_url) == running.environment
            assert running.environment["TENURE_UI_URL"] == running.server.ui_url
            await assert_pages_let_in(running)
    finally:
        os.umask(before)
    assert open_to_others(room) == {}
    assert running.web
    assert running.web.process.returncode == 0
    assert "web.stopped" in (room / "web.log").read_text()
    again = pages.where(room, 0, follows_test_clock=False)
    assert again.environment["TENURE_WEB__SECRET"] == running.environment["TENURE_WEB__SECRET"]


async def assert_pages_let_in(running: Service) -> None:
    """By the links that were printed: somebody of the vendor, and somebody of the partner in the examples."""
    assert running.web
    assert list(running.web.links) == ["operator", "hikari-admin"]
    store = open_store(running.database_url)
    assert [user.user_id for user in store.all_hub_users()] == ["operator", "hikari-admin"]
    store.close()
    for user_id, path in (("operator", "/resources"), ("hikari-admin", "/first-run")):
        async with AsyncClient(follow_redirects=True) as browser:
            csrf = re.findall('name="csrf" value="([^"]+)"', (await browser.get(running.web.links[user_id])).text)
            assert (await browser.post(running.web.links[user_id], data={"csrf": csrf[0]})).status_code in {200, 404}
            assert (await browser.get(running.web.url + path)).url.path == path


def test_a_port_of_the_pages_that_is_taken_is_one_line(tenure: Tenure, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        asked = tenure("up", "--directory", tmp_path, "--port", 0, "--ui-port", 0, "--mail-port", 0, "--web-port", port)
    assert asked.code == 7
    said = f"pages: no listening on 127.0.0.1:{port} (Address already in use)"
    assert asked.err == f"Error: {said}; stop what uses it, or --web-port, or --no-web\n"


def test_a_store_that_has_users_gets_no_others(tmp_path: Path) -> None:
    """Whoever removed the operator of the first start has reasons."""
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    store = open_store(url)
    store.add_hub_user(NewUser(user_id="own", roles=("operator",), name="Own"), "test", datetime.now(UTC))
    store.close()
    assert pages._links(url, "http://127.0.0.1:1") == {}
    store = open_store(url)
    assert [user.user_id for user in store.all_hub_users()] == ["own"]
    store.close()


@pytest.mark.parametrize("command", ["up", "demo"])
@pytest.mark.parametrize("path", ["file", "file/below"])
def test_a_file_where_a_directory_is_wanted_is_one_line(
    tenure: Tenure, tmp_path: Path, command: str, path: str
) -> None:
    (tmp_path / "file").touch()
    ports = ("--port", 0, "--ui-port", 0, "--mail-port", 0)
    asked = tenure(command, "--directory", tmp_path / path, *ports)
    assert asked.code == 7
    assert asked.err == f"Error: {tmp_path / path} cannot be used as data directory: not a directory\n"
    assert (tmp_path / "file").read_bytes() == b""

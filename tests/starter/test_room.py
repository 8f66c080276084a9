"""Where `tenure up` and `tenure demo` keep everything: closed to others, or refused in one line."""

import os
from pathlib import Path

import pytest

from starter.service import env_file
from starter.service.service import KEPT, Ports, service
from tests.adapters.test_private import loose, open_to_others
from tests.starter.conftest import Tenure

ANY = Ports(0, 0, 0)


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
    finally:
        os.umask(before)
    assert open_to_others(room) == {}


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

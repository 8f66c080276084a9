"""The embedded server, the client and the namespace: on a real server, with real files, ports and processes."""

import asyncio
import os
import select
import signal
import socket
import sqlite3
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey

from adapters.temporal import dev_server
from adapters.temporal.bootstrap import NoSuchNamespace, SearchAttributeTypeDiffers, prepare_namespace
from adapters.temporal.client import ServerUnreachable, WrongConnectionSettings, connect
from adapters.temporal.clock import TimeTravelNotAllowed, current_time, forward
from adapters.temporal.data_directory import (
    CannotStart,
    DatabaseDamaged,
    DataDirectoryInUse,
    DataDirectoryUnusable,
    OtherServerVersion,
)
from adapters.temporal.dev_server import DevServer, PortTaken, ServerDidNotStart

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "hunter2-hunter2"
SOON = timedelta(milliseconds=200)
AMPLE = timedelta(minutes=5)
"""For what is said at once, however busy the machine is."""

KEYS: list[SearchAttributeKey[Any]] = [
    SearchAttributeKey.for_keyword("TestStage"),
    SearchAttributeKey.for_datetime("TestDue"),
]


def a_server(directory: Path, **options: object) -> DevServer:
    return DevServer(directory, **{"port": 0, "ui_port": 0, **options})  # type: ignore[arg-type]


async def a_start(client: Client, workflow_id: str) -> None:
    """Something the server has acknowledged; nobody will run it."""
    await client.start_workflow("Anything", id=workflow_id, task_queue="nobody")


async def is_known(client: Client, workflow_id: str) -> bool:
    return (await client.get_workflow_handle(workflow_id).describe()).id == workflow_id


def ends_soon(pid: int) -> bool:
    """Whether the process is gone, waiting for its very end."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], AMPLE.total_seconds())[0])
    finally:
        os.close(watched)


def process(server: DevServer, what: str) -> list[str]:
    """What Linux tells about the server's process: its `cmdline` or its `environ`."""
    return Path(f"/proc/{server.pid}/{what}").read_text().split("\0")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DevServer]:
    running = a_server(tmp_path_factory.mktemp("server"))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("TENURE_SMTP_PASSWORD", "DATABASE_URL", "TEMPORAL_API_KEY"):
            patch.setenv(name, SECRET)
        await running.__aenter__()
    yield running
    await running.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(server: DevServer) -> Client:
    return await connect(server.address)


@pytest.fixture
def _no_temporal_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("TEMPORAL_"):
            monkeypatch.delenv(name)


async def refusal(directory: Path, **options: object) -> CannotStart:
    """Why the server does not start, in one line."""
    with pytest.raises(CannotStart) as refused:
        async with a_server(directory, **options):
            pytest.fail("it started")
    assert "\n" not in str(refused.value)
    return refused.value


# The server.


def http_status(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


async def test_a_web_page_elsewhere_cannot_command_the_server(server: DevServer) -> None:
    arguments = process(server, "cmdline")
    api = arguments[arguments.index("--http-port") + 1]
    start = f"http://127.0.0.1:{api}/namespaces/default/workflows/x"
    command = urllib.request.Request(start, b"{}", {"Origin": "http://evil.test", "Content-Type": "text/plain"})
    assert await asyncio.to_thread(http_status, command) == 403
    assert await asyncio.to_thread(http_status, urllib.request.Request(server.ui_url)) == 200


async def test_the_server_is_told_none_of_our_secrets(server: DevServer) -> None:
    environment = "\n".join(process(server, "environ"))
    assert "PATH=" in environment
    assert SECRET not in environment


async def test_two_servers_never_share_a_database(server: DevServer) -> None:
    refused = await refusal(server.data.path)
    assert isinstance(refused, DataDirectoryInUse)
    assert (refused.path, refused.pid) == (server.data.database, os.getpid())
    assert str(os.getpid()) in str(refused)


@pytest.mark.parametrize(("option", "what"), [("port", "gRPC"), ("ui_port", "Web UI")])
async def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path, option: str, what: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        refused = await refusal(tmp_path / "data", **{option: taken})
    assert isinstance(refused, PortTaken)
    assert (refused.port, refused.what) == (taken, what)
    assert not (tmp_path / "data" / "temporal.db").exists()


@pytest.mark.parametrize("stamp", ["temporal version 1.8.0 (Server 1.30.0, UI 2.50.0)\n", None])
async def test_a_database_of_another_server_version_is_left_untouched(tmp_path: Path, stamp: str | None) -> None:
    (tmp_path / "temporal.db").write_bytes(b"precious")
    if stamp:
        (tmp_path / "temporal.db.version").write_text(stamp)
    refused = await refusal(tmp_path)
    assert isinstance(refused, OtherServerVersion)
    assert refused.written_by == (stamp or "an unknown version").strip()
    assert (tmp_path / "temporal.db").read_bytes() == b"precious"


async def test_a_directory_that_cannot_be_one_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert isinstance(await refusal(tmp_path / "file"), DataDirectoryUnusable)


async def test_a_damaged_database_is_said_before_the_server_starts_on_it(tmp_path: Path) -> None:
    async with a_server(tmp_path) as first:
        await a_start(await connect(first.address), "any")
    with closing(sqlite3.connect(tmp_path / "temporal.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray((tmp_path / "temporal.db").read_bytes())
    for page in range(4096 * 2, len(content), 4096):
        content[page : page + 8] = b"\xff" * 8
    (tmp_path / "temporal.db").write_bytes(content)
    refused = await refusal(tmp_path)
    assert isinstance(refused, DatabaseDamaged)
    assert str(refused).startswith(f"{tmp_path / 'temporal.db'} is damaged (")


async def test_a_server_that_ends_at_once_says_its_last_words(tmp_path: Path) -> None:
    refused = await refusal(tmp_path, settings={"no such": "{"})
    assert isinstance(refused, ServerDidNotStart)
    assert "invalid JSON value" in str(refused)
    assert str(tmp_path / "temporal.log") in str(refused)


async def test_what_was_acknowledged_survives_a_stop_and_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev_server, "STOPPED_WITHIN", AMPLE)  # it ends by itself, if nobody kills it meanwhile
    async with a_server(tmp_path) as first:
        await a_start(await connect(first.address), "before-stop")
        ended = asyncio.create_task(first.wait())
    assert await ended == 0, "SIGTERM is a clean end"
    async with a_server(tmp_path) as second:
        client = await connect(second.address)
        assert await is_known(client, "before-stop")
        await a_start(client, "before-kill")
        assert second.pid
        os.kill(second.pid, signal.SIGKILL)
        assert await second.wait() == -signal.SIGKILL
    async with a_server(tmp_path) as third:
        client = await connect(third.address)
        assert await is_known(client, "before-stop")
        assert await is_known(client, "before-kill")


PARENT = """
import asyncio, sys
from pathlib import Path
from typing import Any
from adapters.temporal.dev_server import DevServer
async def main():
    async with DevServer(Path(sys.argv[1]), port=0, ui_port=0) as server:
        print(server.pid, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
async def test_the_server_never_outlives_a_killed_parent(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert parent.stdout
    child = int(await parent.stdout.readline())
    parent.kill()
    assert await asyncio.to_thread(ends_soon, child)
    await parent.wait()
    with a_server(tmp_path).data.locked():
        pass  # and the directory is free at once


# The client.


@pytest.mark.usefixtures("_no_temporal_settings")
async def test_a_server_that_does_not_answer_is_named_with_its_address() -> None:
    with pytest.raises(ServerUnreachable) as unreachable:
        await connect("127.0.0.1:1", within=SOON * 10)
    assert str(unreachable.value) == "Temporal server at 127.0.0.1:1 did not answer within 2 s: connection refused"


async def test_a_server_that_accepts_and_says_nothing_is_not_waited_for_longer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ServerUnreachable, match=r"within 0\.2 s"):
        await connect(f"127.0.0.1:{silent.getsockname()[1]}", within=SOON)


@pytest.mark.usefixtures("_no_temporal_settings")
async def test_temporals_own_settings_say_where_to_connect(server: DevServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", server.address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "elsewhere")
    assert (await connect()).namespace == "elsewhere"
    assert (await connect(server.address)).namespace == "default", "the environment does not reach the embedded server"


@pytest.mark.usefixtures("_no_temporal_settings")
@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("TEMPORAL_PROFILE", "nope", "Profile 'nope' not found"),
        ("TEMPORAL_CONFIG_FILE", "/no/such/file", "TEMPORAL_CONFIG_FILE names no file"),
        ("TEMPORAL_ADDRESS", "not an address", "invalid target URL"),
        ("TEMPORAL_TLS_CLIENT_CERT_DATA", "x", "Must have both client cert and private key"),
    ],
)
async def test_wrong_connection_settings_are_told_at_once(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(WrongConnectionSettings, match=said):
        await connect(within=AMPLE)


@pytest.mark.usefixtures("_no_temporal_settings")
async def test_a_configuration_file_that_does_not_parse_is_not_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporal.toml").write_text('[profile.default]\napi_key = "hunter2')
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))
    with pytest.raises(WrongConnectionSettings, match="does not parse at line 2") as wrong:
        await connect(within=AMPLE)
    assert "hunter2" not in str(wrong.value)


# The namespace.


async def retention(client: Client) -> timedelta:
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return described.config.workflow_execution_retention_ttl.ToTimedelta()


async def test_a_namespace_is_prepared_once_and_any_number_of_times(client: Client) -> None:
    for _ in range(2):
        await prepare_namespace(client, KEYS, timedelta(days=400))
        assert (await client.count_workflows("TestStage = 'x' AND TestDue < '2030-01-01T00:00:00Z'")).count == 0
        assert await retention(client) == timedelta(days=400)


async def test_a_longer_retention_than_ours_stays(client: Client) -> None:
    await prepare_namespace(client, [], timedelta(days=500))
    await prepare_namespace(client, [], timedelta(days=400))
    assert await retention(client) == timedelta(days=500)


async def test_an_attribute_of_another_type_is_refused_with_both_types(client: Client) -> None:
    await prepare_namespace(client, KEYS, timedelta(days=400))
    with pytest.raises(SearchAttributeTypeDiffers) as differs:
        await prepare_namespace(
            client, [SearchAttributeKey.for_keyword_list("TestStage"), KEYS[1]], timedelta(days=400)
        )
    assert differs.value.differing == {"TestStage": ("Keyword", "KeywordList")}


@pytest.mark.usefixtures("_no_temporal_settings")
async def test_a_namespace_that_does_not_exist_is_named(server: DevServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", server.address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "elsewhere")
    with pytest.raises(NoSuchNamespace, match="no namespace elsewhere"):
        await prepare_namespace(await connect(), KEYS, timedelta(days=400))


# Its clock, which nobody may move: it was not started for that.


async def test_a_server_not_started_for_it_allows_no_time_travel(client: Client) -> None:
    await a_start(client, "on-time")
    with pytest.raises(TimeTravelNotAllowed):
        await forward(client, "on-time", timedelta(days=1))
    assert await current_time(client, "on-time") - datetime.now(UTC) < timedelta(minutes=1)


async def test_somebody_elses_server_on_a_port_that_was_lost_is_not_taken_for_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the probe and the start another server took the port, and answers there."""
    async with a_server(tmp_path / "theirs") as theirs:
        free = dev_server.free_ports
        lost = [theirs.port]

        def ports(wanted: Mapping[str, int]) -> list[int]:
            found = free(wanted)
            return [lost.pop(), *found[1:]] if lost else found

        monkeypatch.setattr(dev_server, "free_ports", ports)
        async with a_server(tmp_path / "ours") as ours:
            assert ours.pid is not None
            assert ours.port != theirs.port

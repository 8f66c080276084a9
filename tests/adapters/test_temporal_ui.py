"""Who reaches the embedded server's Web UI by a browser: nobody but the UI's own pages. J9, T2."""

import asyncio
import http
import http.client
import json
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.service import RPCError

from adapters.temporal.client import connect
from adapters.temporal.dev_server import DevServer
from adapters.temporal.ui_proxy import BAD_PORTS, Rejected, understood
from tests.support.environment import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = "/api/v1/namespaces/default/workflows/foreign"
BODY = json.dumps({"workflowType": {"name": "Any"}, "taskQueue": {"name": "nobody"}, "requestId": "1"})
TOKEN = {"X-CSRF-Token": "t", "Cookie": "_csrf=t"}
OWN = {"Host": "localhost:PORT", "Origin": "http://localhost:PORT", "Content-Type": "text/plain;charset=UTF-8"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DevServer]:
    async with DevServer(tmp_path_factory.mktemp("server"), port=0, ui_port=0) as running:

        async def found() -> bool:  # the UI finds its server a moment after everybody else
            return (await asked(running, "GET", "/api/v1/namespaces", {"Host": "localhost"}))[0] == http.HTTPStatus.OK

        await eventually(found)
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(server: DevServer) -> Client:
    return await connect(server.address)


def arguments(server: DevServer) -> dict[str, str]:
    """Where the server's parts listen, from its command line."""
    words = Path(f"/proc/{server.pid}/cmdline").read_text().split("\0")
    return dict(pairwise(words))


def answered(port: int, method: str, path: str, headers: dict[str, str], body: str = "") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value.replace("PORT", str(port)))
        if body:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body.encode() if body else None)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


async def asked(server: DevServer, method: str, path: str, headers: dict[str, str], body: str = "") -> tuple[int, str]:
    return await asyncio.to_thread(answered, server.ui_port, method, path, headers, body)


async def exists(client: Client) -> bool:
    try:
        await client.get_workflow_handle("foreign").describe()
    except RPCError:
        return False
    return True


@pytest.mark.parametrize("host", ["localhost:PORT", "127.0.0.1:PORT", "localhost:9000", "LOCALHOST"])
@pytest.mark.parametrize("path", ["/", "/namespaces/default/workflows", "/api/v1/namespaces"])
async def test_the_ui_is_there_under_its_own_names(server: DevServer, host: str, path: str) -> None:
    status, text = await asked(server, "GET", path, {"Host": host})
    assert status == 200
    assert "<html" in text or "namespaceInfo" in text


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:PORT",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.1",
        "0.0.0.0:PORT",
        "[::1]:PORT",
        "",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_under_another_name_nothing_is_read_and_nothing_is_sent(
    server: DevServer, client: Client, host: str, method: str
) -> None:
    """DNS rebinding: the page's own name leads to this machine, so its script has our origin, cookie and token."""
    own = {"Host": host, "Origin": f"http://{host}", **TOKEN}
    status, text = await asked(server, method, START, own, BODY if method == "POST" else "")
    assert (status, text) == (421, "not under this name\n")
    assert not await exists(client)


@pytest.mark.parametrize(
    "changed",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Origin": "http://127.0.0.1:PORT"},
        {"Origin": "file://localhost:PORT"},
    ],
)
async def test_another_page_sends_nothing(server: DevServer, client: Client, changed: dict[str, str]) -> None:
    for extra in ({}, TOKEN):
        status, _ = await asked(server, "POST", START, {**OWN, **changed, **extra}, BODY)
        assert status == 403
    status, _ = await asked(server, "GET", START, {"Host": OWN["Host"], **changed})
    assert status == 403
    assert not await exists(client)


async def test_what_any_form_could_send_is_refused(server: DevServer, client: Client) -> None:
    """Without the token of the UI's pages: so a form of another page sends it, and asks nobody before."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            headers = {"Host": OWN["Host"], "Content-Type": kind}
            assert (await asked(server, method, START, headers, BODY))[0] == 403, (kind, method)
    assert not await exists(client)


async def test_the_ui_s_own_pages_send(server: DevServer, client: Client) -> None:
    status, text = await asked(server, "POST", START, {**OWN, **TOKEN}, BODY)
    assert status == 200, text
    assert await exists(client)


async def test_the_ui_itself_listens_where_no_browser_goes(server: DevServer) -> None:
    where = arguments(server)
    assert where["--ui-ip"].startswith("127.")
    assert where["--ui-ip"] != "127.0.0.1"
    assert int(where["--ui-port"]) in BAD_PORTS


async def test_the_http_api_takes_nothing_from_anybody(server: DevServer, client: Client) -> None:
    api = int(arguments(server)["--http-port"])
    for host in ("localhost", "127.0.0.1", "evil.example"):
        for method, body in (("POST", BODY), ("GET", "")):
            path = "/api/v1/namespaces/default/workflows/by-api"
            status, _ = await asyncio.to_thread(answered, api, method, path, {"Host": host}, body)
            assert status == 403
    with pytest.raises(RPCError):
        await client.get_workflow_handle("by-api").describe()


def weighed(head: bytes) -> int:
    """As the proxy does it; the length of the body that would be passed on."""
    request = understood(head)
    request.check()
    return request.length


def _head(*lines: str) -> bytes:
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


@pytest.mark.parametrize(
    ("code", "head"),
    [
        (400, _head("GET http://localhost/ HTTP/1.1", "Host: localhost")),
        (400, _head("GET / HTTP/2", "Host: localhost")),
        (400, _head("GET /a b HTTP/1.1", "Host: localhost")),
        (400, _head("GET / HTTP/1.1")),
        (400, _head("GET / HTTP/1.1", "Host: localhost", "Host: evil.example")),
        (400, _head("GET / HTTP/1.1", "Host: localhost", " folded")),
        (400, _head("GET / HTTP/1.1", "Host : localhost")),
        (400, _head("GET / HTTP/1.1", "Host: localhost", "X: a\nHost: evil.example")),
        (411, _head("POST / HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked")),
        (400, _head("POST / HTTP/1.1", "Host: localhost", "X-CSRF-Token: t", "Content-Length: +5")),
        (400, _head("POST / HTTP/1.1", "Host: localhost", "X-CSRF-Token: t", "Content-Length: 5", "Content-Length: 6")),
    ],
)
async def test_what_could_be_understood_in_two_ways_is_refused(code: int, head: bytes) -> None:
    with pytest.raises(Rejected) as refused:
        weighed(head)
    assert refused.value.code == code


async def test_a_head_without_an_end_and_a_second_request_are_not_passed_on(server: DevServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.ui_port)
    writer.write(b"GET / HTTP/1.1\r\nX: " + b"x" * 200_000)
    await writer.drain()
    assert b" 431 " in await reader.readline()
    writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.ui_port)
    smuggled = _head("GET /api/v1/namespaces HTTP/1.1", "Host: evil.example")
    writer.write(_head("GET /healthz HTTP/1.1", "Host: localhost", "Connection: keep-alive") + smuggled)
    answer: Any = await reader.read()
    assert answer.count(b"HTTP/1.1 ") == 1, "one answer, then the connection is over"
    assert b"namespaceInfo" not in answer
    writer.close()

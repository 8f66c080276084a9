"""Over a real socket: whoever sends slowly, or goes away, holds nothing up and is no fault of ours."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import structlog
import uvicorn

from adapters.loopback import LOOPBACK
from tests.support.environment import eventually
from tests.support.web_site import Site
from web.__main__ import Server, config
from web.connections import Punctual
from web.middleware import Body, TooSlow

HEAD = b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ncsrf="


class Hasty(Punctual):
    head_within = 0.05


@pytest.fixture
async def port(site: Site) -> AsyncIterator[int]:
    """As production has it, but for how long it waits."""
    served = config(site.world)
    assert served.http is Punctual
    served.http = Hasty
    served.load()
    listening = socket.create_server((LOOPBACK, 0))
    server: uvicorn.Server = Server(served)
    serving = asyncio.create_task(server.serve([listening]))
    await eventually(lambda: server.started)
    yield listening.getsockname()[1]
    server.should_exit = True
    await serving


async def answered(port: int, *parts: bytes) -> bytes:
    """Everything until the other side hangs up."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    for part in parts:
        writer.write(part)
        await writer.drain()
    said = await reader.read()
    writer.close()
    return said


@pytest.mark.parametrize("begun", [(), (b"G",), (HEAD,), (HEAD, b"X-Slow: ")])
async def test_whoever_does_not_say_what_they_want_is_hung_up_on(port: int, begun: tuple[bytes, ...]) -> None:
    assert await answered(port, *begun) == b""


async def test_a_second_request_on_a_connection_has_to_be_said_in_time_too(port: int) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(HEAD + b"\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    writer.write(HEAD)
    assert b"HTTP/1.1" not in await reader.read()
    writer.close()


async def test_whoever_waits_for_their_answer_is_not_hung_up_on(
    port: int, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than a head may take."""
    ping = site.store.ping

    def slowly() -> None:
        asyncio.run(asyncio.sleep(Hasty.head_within * 4))
        ping()

    monkeypatch.setattr(site.store, "ping", slowly)
    asked = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    assert (await answered(port, asked)).endswith(b"healthy")


async def test_whoever_goes_away_in_the_middle_is_no_fault(port: int) -> None:
    with structlog.testing.capture_logs() as lines:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
        writer.write(b"POST /sign-in/x HTTP/1.1\r\nHost: 127.0.0.1\r\n" + FORM)
        await writer.drain()
        writer.close()
        await eventually(lambda: [line for line in lines if line["event"] == "request.answered"])
    assert [line["event"] for line in lines] == ["request.abandoned", "request.answered"]


async def test_a_body_of_which_nobody_sees_the_end_is_given_up() -> None:
    async def never() -> dict[str, object]:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(TooSlow):
        await Body(never, 100, 0.0)()


async def test_after_its_end_whatever_comes_may_come_late() -> None:
    """As whoever waits for a reader to go away does."""
    gone = asyncio.Event()

    async def first_then_gone() -> dict[str, object]:
        if gone.is_set():
            await asyncio.sleep(0.02)
            return {"type": "http.disconnect"}
        gone.set()
        return {"type": "http.request", "body": b"x", "more_body": False}

    body = Body(first_then_gone, 100, 0.01)
    assert (await body())["body"] == b"x"
    assert (await body())["type"] == "http.disconnect"

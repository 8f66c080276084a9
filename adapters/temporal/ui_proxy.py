"""The way in for browsers: nobody but the Web UI's own pages, as deploy/proxy/nginx.conf has it for Compose. J9, T2.

The UI of `temporal server start-dev` answers to any host name, and has no setting for it: a page from elsewhere that
points its own name at this machine (DNS rebinding) may read and send everything. So the UI itself listens where no
browser goes (`unreachable`), and this proxy is the only one that does.
"""

import asyncio
import contextlib
import re
import secrets
import socket
import sys
from dataclasses import dataclass
from typing import Final

from adapters.loopback import LOOPBACK
from adapters.temporal.data_directory import CannotStart

OURS: Final = frozenset({"localhost", LOOPBACK})
"""Host names under which we are asked; the port is left out, for it may be forwarded."""

BAD_PORTS: Final = (
    1719,
    1720,
    1723,
    2049,
    3659,
    4045,
    5060,
    5061,
    6000,
    6566,
    6665,
    6666,
    6667,
    6668,
    6669,
    6697,
    10080,
)
"""Ports that no browser connects to (Fetch Standard, "port blocking"), and that need no rights to listen on."""

LONGEST_HEAD: Final = 64 * 1024
TALKS: Final = 64
"""Connections at a time."""

ASKED_WITHIN: Final = 60.0
"""Seconds for a request to be sent whole; the answer may take as long as the UI's own long polls."""

UI_IS_UP_WITHIN: Final = 30.0
AGAIN: Final = 0.05

READING: Final = frozenset({"GET", "HEAD"})
NOT_FORWARDED: Final = frozenset({"connection", "keep-alive", "proxy-connection", "upgrade", "te", "expect"})
NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
REQUEST: Final = re.compile(r"([A-Z]+) (/[\x21-\x7e]*) HTTP/1\.[01]", re.ASCII)


class Rejected(Exception):
    """The request goes no further."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True)
class Request:
    """The head of a request, as we understood it: what we did not understand is not passed on."""

    method: str
    target: str
    fields: tuple[tuple[str, str], ...]

    def only(self, name: str) -> str | None:
        """A field that may be there once at most."""
        found = [value for each, value in self.fields if each.lower() == name]
        if len(found) > 1:
            raise Rejected(400, f"{name} is given twice")
        return found[0] if found else None

    @property
    def length(self) -> int:
        """Bytes of the body."""
        given = self.only("content-length") or "0"
        if not re.fullmatch(r"[0-9]{1,12}", given, re.ASCII):
            raise Rejected(400, "content-length is no number")
        return int(given)

    def check(self) -> None:
        """Under which name, from which page, and by a script of ours?

        The UI sends its JSON as text/plain, like a form of any page; but only its own scripts can send its token with
        it: another page's would have to ask first, and that question carries the page's origin.
        """
        host = self.only("host")
        if host is None:
            raise Rejected(400, "no host")
        if host.partition(":")[0].lower() not in OURS:
            raise Rejected(421, "not under this name")
        origin = self.only("origin")
        if origin is not None and origin.lower() not in {f"http://{host.lower()}", f"https://{host.lower()}"}:
            raise Rejected(403, "not from another page")
        if self.only("transfer-encoding") is not None:
            raise Rejected(411, "no browser sends in chunks")
        if self.method not in READING and not self.only("x-csrf-token"):
            raise Rejected(403, "not without the token of the UI's own pages")

    def onward(self) -> bytes:
        """The head for the UI: this request, then the connection is over."""
        kept = [f"{name}: {value}" for name, value in self.fields if name.lower() not in NOT_FORWARDED]
        return "\r\n".join([f"{self.method} {self.target} HTTP/1.1", *kept, "Connection: close", "", ""]).encode(
            "latin-1"
        )


def understood(head: bytes) -> Request:
    """Raises Rejected for anything out of the ordinary."""
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    asked = REQUEST.fullmatch(first)
    if not asked:
        raise Rejected(400, "no request")
    fields = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not NAME.fullmatch(name) or re.search(r"[\r\n\0]", value):
            raise Rejected(400, "no header")
        fields.append((name, value.strip(" \t")))
    return Request(asked[1], asked[2], tuple(fields))


class UiProxy:
    """Lets browsers in at a socket that is bound, from `start` to `stop`."""

    def __init__(self, listening: socket.socket) -> None:
        """Whoever starts the UI knows then that the port is ours."""
        self._listening = listening
        self._behind = ("", 0)
        self._talks = asyncio.Semaphore(TALKS)
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> None:
        """Lead to the UI that listens there."""
        self._behind = (host, port)
        self._server = await asyncio.start_server(self._talk, sock=self._listening, limit=LONGEST_HEAD)

    def stop(self) -> None:
        """Let nobody in any more; a second call does nothing."""
        if self._server:
            self._server.close()
        self._listening.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer."""
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
                async with self._talks:
                    try:
                        request = await asyncio.wait_for(_asked(reader), ASKED_WITHIN)
                        await self._pass_on(request, reader, writer)
                    except Rejected as refused:
                        await _say(writer, refused)
        finally:
            writer.close()

    async def _pass_on(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, ui = await self._reached()
        try:
            ui.write(request.onward())
            await asyncio.wait_for(_copy(reader, ui, request.length), ASKED_WITHIN)
            tasks = [asyncio.create_task(_until_gone(reader)), asyncio.create_task(_copy(answers, writer))]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            ui.close()

    async def _reached(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The UI, which is there a moment after the server it belongs to."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(UI_IS_UP_WITHIN):
                while True:
                    with contextlib.suppress(ConnectionError):
                        return await asyncio.open_connection(*self._behind)
                    await asyncio.sleep(AGAIN)
        raise Rejected(502, "the Web UI does not answer")


async def _asked(reader: asyncio.StreamReader) -> Request:
    try:
        request = understood(await reader.readuntil(b"\r\n\r\n"))
    except asyncio.LimitOverrunError:
        raise Rejected(431, "too long a head") from None
    request.check()
    return request


async def _say(writer: asyncio.StreamWriter, refused: Rejected) -> None:
    body = f"{refused.reason}\n".encode()
    head = f"HTTP/1.1 {refused.code} Refused\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
    writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
    await writer.drain()


async def _copy(source: asyncio.StreamReader, to: asyncio.StreamWriter, length: int | None = None) -> None:
    """So many bytes, or all there are."""
    while length is None or length:
        piece = await source.read(min(LONGEST_HEAD, length or LONGEST_HEAD))
        if not piece:
            if length:
                raise asyncio.IncompleteReadError(b"", length)
            return
        to.write(piece)
        await to.drain()
        length = None if length is None else length - len(piece)


async def _until_gone(reader: asyncio.StreamReader) -> None:
    while await reader.read(LONGEST_HEAD):
        pass


def unreachable() -> str:
    """An address of this machine that nobody else listens at and nobody guesses, where the system has such."""
    if sys.platform != "linux":
        return LOOPBACK
    return ".".join(["127", *(str(1 + secrets.randbelow(254)) for _ in range(3))])


def port_no_browser_goes_to(host: str) -> int:
    """A free one of BAD_PORTS at that address."""
    for port in secrets.SystemRandom().sample(BAD_PORTS, len(BAD_PORTS)):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return port
    raise CannotStart(f"the Web UI finds no port: all that no browser connects to are taken at {host}")

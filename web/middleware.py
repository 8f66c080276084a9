"""Around every request: headers on every answer, known hosts only, bodies of a decent size, faults without details."""

import asyncio
import time
from traceback import extract_tb
from typing import Final
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.loopback import is_this_machine
from adapters.sql.engine import DatabaseTrouble
from web.faults import fault_page
from web.world import World

POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # not no-referrer: with it a browser says of our own forms that nobody sent them
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HTTPS_ONLY: Final = {"Strict-Transport-Security": "max-age=31536000"}
EVERYWHERE: Final = {"0.0.0.0", "::"}  # noqa: S104 - to listen on, and nobody's name

HEALTH: Final = "/healthz"
"""Asked by machines under whatever name: it says nothing, and is not logged."""

LARGEST_BODY: Final = 1_000_000
"""Bytes; the largest form has 28 fields."""

DIGITS: Final = 12
"""Of a size that anybody means."""

BODY_WITHIN: Final = 30.0
"""Seconds from the head of a request to the end of its body; whoever sends more slowly holds a connection."""

log = structlog.get_logger("tenure.web")


class Answers:
    """Outermost: headers, a line in the log, and of a fault nothing but that there was one."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app, self.world = app, world
        self._headers = HEADERS | (HTTPS_ONLY if world.https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Of HTTP; what else there is (the start of the server) passes."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        begun, status = time.monotonic(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except ClientDisconnect:
            log.info("request.abandoned", **_said(scope))
        except Exception as fault:
            log.error("request.failed", **_said(scope), fault=type(fault).__name__, at=_places_of(fault))
            if status:
                raise
            await fault_page(scope, 503 if isinstance(fault, DatabaseTrouble) else 500)(scope, receive, answer)
        finally:
            if scope["path"] != HEALTH:
                took = round((time.monotonic() - begun) * 1000)
                log.info("request.answered", **_said(scope), status=status, milliseconds=took)


def _said(scope: Scope) -> dict[str, object]:
    """What may stand in a log: which endpoint it was, never the address, in which ids and tokens of links stand."""
    endpoint = scope.get("endpoint")
    name = getattr(endpoint, "__name__", None)
    return {"method": scope["method"], "endpoint": f"{endpoint.__module__}.{name}" if endpoint and name else None}


def _places_of(fault: Exception) -> list[str]:
    """The whole way to it, and no word of what it says: that may repeat what somebody typed."""
    return [f"{place.filename}:{place.lineno} {place.name}" for place in extract_tb(fault.__traceback__)]


class KnownHosts:
    """A page that is asked for under another name is another site's trick (DNS rebinding)."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app, self.world = app, world
        url, host = world.settings.web.url, world.settings.web.host
        self._names = {name.lower() for name in (url.host if url else None, host) if name} - EVERYWHERE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """421: ask somebody else."""
        if scope["type"] == "http" and scope["path"] != HEALTH and not self._known(Headers(scope=scope)):
            await PlainTextResponse("not served here", 421)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _known(self, headers: Headers) -> bool:
        name = host_name(headers.get("Host", ""))
        return bool(name) and (name in self._names or is_this_machine(name))


class Readable:
    """An address with a zero byte in it is none of ours, and no text that every database can look for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """404, as for what is not there."""
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            await fault_page(scope, 404)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def host_name(header: str) -> str:
    """Without its port, in small letters; empty if it is no name."""
    try:
        parts = urlsplit(f"//{header}")
        return parts.hostname or "" if parts.netloc == header and "@" not in header else ""
    except ValueError:
        return ""


class DecentBodies:
    """Nobody fills our memory, and nobody holds us up."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST_BODY, within: float = BODY_WITHIN) -> None:
        self.app, self.largest, self.within = app, largest, within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """413, by what the request says of itself; one that lies is cut off there, and one that takes too long: 408."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        said = Headers(scope=scope).get("Content-Length", "0")
        if not said.isdecimal() or len(said) > DIGITS or int(said) > self.largest:
            return await fault_page(scope, 413)(scope, receive, send)
        try:
            await self.app(scope, Body(receive, self.largest, self.within), send)
        except TooLarge:
            await fault_page(scope, 413)(scope, receive, send)
        except TooSlow:
            await fault_page(scope, 408, {"Connection": "close"})(scope, receive, send)


class Body:
    """What comes of a request after its head."""

    def __init__(self, receive: Receive, largest: int, within: float) -> None:
        self._receive, self._left = receive, largest
        self._until: float | None = asyncio.get_running_loop().time() + within

    async def __call__(self) -> Message:
        """The next part; after the last one, whatever may come and whenever. Raises TooLarge, TooSlow."""
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise TooSlow from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise TooLarge
        if not message.get("more_body", False):
            self._until = None
        return message


class TooLarge(Exception):
    """A body that is longer than it said."""


class TooSlow(Exception):
    """A body of which nobody saw the end in time."""

"""Who asks: by a cookie whose digest is in the store. Sets `request.state.user`, `.reader` and `.csrf`."""

from hashlib import sha256
from typing import Final

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.tokens import digest, new_token
from domain.hub.users import HubUser
from domain.values import Language
from web.reader import Reader, preferred
from web.world import World, world_of

log = structlog.get_logger("tenure.web")

WITHOUT: Final = ("/static/", "/healthz")
"""Nobody is asked who they are there."""

LANGUAGE: Final = "language"
"""Of somebody who is not signed in: `?language=ja`, kept in a cookie of that name."""


class Session:
    """Before every page."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app, self.world = app, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Whoever is not signed in gets a cookie of their own, that a form they send is theirs."""
        if scope["type"] != "http" or scope["path"].startswith(WITHOUT):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        user, new = await self._recognise(request)
        _set_reader(request, user)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                _set_cookies(MutableHeaders(scope=message), request, new, https=self.world.https)
            await send(message)

        await self.app(scope, receive, answer)

    async def _recognise(self, request: Request) -> tuple[HubUser | None, str | None]:
        """The user, and the token of a new visitor."""
        token = request.cookies.get(name_of("session", https=self.world.https), "")
        user = (
            await run_in_threadpool(self.world.store.session_user, digest(token), self.world.clock()) if token else None
        )
        new = None
        if user is None:
            token = request.cookies.get(name_of("visitor", https=self.world.https), "")
            new = None if token else new_token()
        request.state.user = user
        request.state.csrf = csrf_of(token or new or "")
        return user, new


def _set_reader(request: Request, user: HubUser | None) -> None:
    asked = request.query_params.get(LANGUAGE) or request.cookies.get(LANGUAGE, "")
    if user is not None:
        request.state.reader = Reader(user.language, user.zone)
    elif asked in set(Language):
        request.state.reader = Reader(Language(asked), "UTC")
    else:
        request.state.reader = Reader(preferred(request.headers.get("Accept-Language", "")), "UTC")


def _set_cookies(headers: MutableHeaders, request: Request, new: str | None, *, https: bool) -> None:
    """A visitor's, and the language they chose; pages only, what is not one needs neither."""
    if not headers.get("Content-Type", "").startswith("text/html"):
        return
    answer = Response()
    if new:
        set_cookie(answer, "visitor", new, https=https)
    if (asked := request.query_params.get(LANGUAGE)) in set(Language):
        answer.set_cookie(LANGUAGE, str(asked), httponly=True, secure=https, samesite="lax")
    for name, value in answer.raw_headers:
        if name == b"set-cookie":
            headers.append("set-cookie", value.decode())


async def sign_in(request: Request, user_id: str, answer: Response) -> None:
    """A session of its own, whatever cookie came before; it ends on the server too."""
    world = world_of(request)
    token, now = new_token(), world.clock()
    if before := request.cookies.get(name_of("session", https=world.https)):
        await run_in_threadpool(world.store.end_session, digest(before))
    ends_at = now + world.settings.web.session_ends_after
    await run_in_threadpool(world.store.begin_session, digest(token), user_id, now, ends_at)
    log.info("session.begun", user=user_id)
    set_cookie(answer, "session", token, https=world.https)


async def sign_out(request: Request, answer: Response) -> None:
    """The cookie is of no use to whoever copied it."""
    world = world_of(request)
    name = name_of("session", https=world.https)
    if token := request.cookies.get(name):
        await run_in_threadpool(world.store.end_session, digest(token))
        log.info("session.ended", user=request.state.user.user_id)
    answer.delete_cookie(name, path="/", secure=world.https, httponly=True, samesite="lax")


def set_cookie(answer: Response, kind: str, token: str, *, https: bool) -> None:
    """Gone with the browser; no script reads it, no other site sends it with a form."""
    answer.set_cookie(name_of(kind, https=https), token, path="/", secure=https, httponly=True, samesite="lax")


def name_of(kind: str, *, https: bool) -> str:
    """`__Host-`: no other host of the domain can set it."""
    return f"__Host-tenure-{kind}" if https else f"tenure-{kind}"


def csrf_of(token: str) -> str:
    """What a form of this browser carries: of the cookie, and tells nothing about it."""
    return sha256(f"csrf {token}".encode()).hexdigest() if token else ""

"""Who may call an endpoint, and what proves that its own page sent a POST. Every endpoint says it by a decorator."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Final, NoReturn
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.hub.users import HubUser
from domain.permissions import Right
from web.addresses import here
from web.flash import flash
from web.pages import user_of
from web.world import World, world_of

Endpoint = Callable[[Request], Awaitable[Response]]

READS: Final = frozenset({"GET", "HEAD"})
NOT_HERE: Final = 404
"""For what is not there and for what one may not know alike."""

FORBIDDEN: Final = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may call an endpoint. Tests read it off the routes: one without it is found."""

    right: Right | None = None
    """None: whoever is signed in, or anyone."""

    anyone: bool = False
    by_link: bool = False
    """The secret is in the address: whoever has the link may, without a cookie."""

    in_first_run: bool = False
    """Before the terms of service are accepted, too. HUB-02."""


def needs(right: Right | None = None, *, in_first_run: bool = False) -> Callable[[Endpoint], Endpoint]:
    """For people who are signed in and have this right; for everybody else the page does not exist.

    Of whose customer it is the endpoint asks itself: `user.sees(partner, customer)`, or the book.
    """
    access = Access(right=right, in_first_run=in_first_run)

    def guarded(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        async def guard(request: Request) -> Response:
            user = user_of(request)
            if user is None:
                return to_sign_in(request)
            if right is not None and not user.may(right):
                not_here()
            if user.in_first_run and not in_first_run:
                return elsewhere(request, "/first-run")
            await check_origin_and_token(request)
            return await endpoint(request)

        return _marked(guard, access)

    return guarded


def public(endpoint: Endpoint) -> Endpoint:
    """For anyone. A POST needs the token of a page of ours, which stands in a cookie too."""
    return _for_anyone(endpoint, Access(anyone=True))


def behind_link(endpoint: Endpoint) -> Endpoint:
    """For whoever has the signed link. A POST needs the token of a page of ours, too."""
    return _for_anyone(endpoint, Access(anyone=True, by_link=True))


def _for_anyone(endpoint: Endpoint, access: Access) -> Endpoint:
    @wraps(endpoint)
    async def guard(request: Request) -> Response:
        await check_origin_and_token(request)
        return await endpoint(request)

    return _marked(guard, access)


def posted_behind_link(
    shown_again: Endpoint, *, without_page: Callable[[Request], Awaitable[bool]]
) -> Callable[[Endpoint], Endpoint]:
    """For a form of whoever has the signed link. Without the token of its page `shown_again` answers, and changes
    nothing: most who send none are people whose browser keeps no cookies. `without_page`: is it a POST that a mail
    program sends by itself? RFC 8058."""

    def guarded(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        async def guard(request: Request) -> Response:
            check_origin(request)
            proved = await has_token(request) or await without_page(request)
            return await (endpoint if proved else shown_again)(request)

        return _marked(guard, Access(anyone=True, by_link=True))

    return guarded


def signed_in(request: Request) -> HubUser:
    """Who asks, where an endpoint is guarded by `needs`."""
    user = user_of(request)
    if user is None:
        not_here()
    return user


def not_here() -> NoReturn:
    """There is no such page, or one may not know of it."""
    raise HTTPException(NOT_HERE)


def elsewhere(request: Request, path: str) -> Response:
    """See there; a part of a page that htmx asked for becomes the whole page."""
    if request.headers.get("HX-Request"):
        return Response(headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)


def to_sign_in(request: Request) -> Response:
    """And back afterwards, if it is a page to look at; whoever sent something is told that it was not taken."""
    if request.method not in READS:
        return flash(elsewhere(request, "/sign-in"), "signin.not_taken", https=world_of(request).https)
    if request.headers.get("HX-Request"):
        return elsewhere(request, "/sign-in")
    wanted = here(request)
    return elsewhere(request, "/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted, safe='')}")


def safe_path(path: str) -> str:
    """Where to go after signing in: a page of ours, or the first one. `//evil.example` is not ours."""
    parts = urlsplit(path)
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and not (parts.scheme or parts.netloc)
    return path if ours and path.isprintable() and "\\" not in path else "/"


async def check_origin_and_token(request: Request) -> None:
    """Of whatever changes something; raises HTTPException 403. The token stands in the form, or in a header."""
    if request.method in READS:
        return
    check_origin(request)
    if not await has_token(request):
        raise HTTPException(FORBIDDEN)


async def has_token(request: Request) -> bool:
    """Does it carry what only a page of ours knows, given to this browser?"""
    given = request.headers.get("X-CSRF-Token") or str((await request.form()).get("csrf", ""))
    wanted: str = request.state.csrf
    return bool(wanted) and hmac.compare_digest(given.encode(errors="replace"), wanted.encode())


def check_origin(request: Request) -> None:
    """Browsers say who sent a form; a page of another site is turned away. Raises HTTPException 403."""
    if request.method in READS:
        return
    origin = request.headers.get("Origin")
    said = request.headers.get("Sec-Fetch-Site", "same-origin")
    if said not in {"same-origin", "none"} or (origin is not None and not _ours(origin, request)):
        raise HTTPException(FORBIDDEN)


def _ours(origin: str, request: Request) -> bool:
    world: World = world_of(request)
    url = world.settings.web.url
    outside = f"{url.scheme}://{urlsplit(str(url)).netloc}" if url else None
    plain = f"http://{request.headers.get('Host', '')}"
    return origin == outside or (origin == plain and not world.https)


def _marked(guard: Endpoint, access: Access) -> Endpoint:
    guard.access = access  # type: ignore[attr-defined]
    return guard


def access_of(endpoint: Callable[..., object]) -> Access | None:
    """As the endpoint says it; None: it says nothing."""
    access: Access | None = getattr(endpoint, "access", None)
    return access

"""Signing in by a one-time link, and signing out. A link shows on GET and signs in on POST: scanners follow links."""

from collections.abc import Callable
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from adapters.tokens import digest
from domain.hub.users import HubUser
from web.pages import page, user_of
from web.security import needs, not_here, public, safe_path
from web.session import sign_in, sign_out
from web.throttle import throttle
from web.world import world_of

LONGEST_TOKEN = 100


@public
async def sign_in_page(request: Request) -> Response:
    """Who vouches for people here, or that a link is needed."""
    if user_of(request) is not None:
        return RedirectResponse("/", 303)
    target = safe_path(request.query_params.get("next", "/"))
    issuer = world_of(request).issuer is not None
    return page(request, "signin/sign_in.html", issuer=issuer, target=target)


@public
async def link_page(request: Request) -> Response:
    """A button; a link that is used or too old does not exist."""
    if await _invited(request, world_of(request).store.sign_in_link) is None:
        return page(request, "signin/no_link.html", 404)
    return page(request, "signin/link.html")


@public
async def follow_link(request: Request) -> Response:
    """Once."""
    invited = await _invited(request, world_of(request).store.use_sign_in_link)
    if invited is None:
        return page(request, "signin/no_link.html", 404)
    answer = RedirectResponse("/", 303)
    await sign_in(request, invited.user_id, answer)
    return answer


@needs(in_first_run=True)
async def leave(request: Request) -> Response:
    """The session ends on the server, and what the browser kept goes."""
    answer = RedirectResponse("/sign-in", 303, headers={"Clear-Site-Data": '"cache"'})
    await sign_out(request, answer)
    return answer


async def _invited(request: Request, ask: Callable[[str, datetime], HubUser | None]) -> HubUser | None:
    """Whom the link signs in. Wrong ones alone are counted: another site can make a browser ask for them, and would
    keep its person out otherwise. Raises HTTPException 429."""
    token: str = request.path_params["token"]
    if len(token) > LONGEST_TOKEN:
        not_here()
    invited = await run_in_threadpool(ask, digest(token), world_of(request).clock())
    if invited is None:
        await throttle(request, "sign-in link")
    return invited

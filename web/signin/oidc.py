"""Signing in by the issuer. What we remember meanwhile stands in a signed cookie of this browser, for ten minutes."""

from typing import Any, Final

import structlog
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.addresses import outside
from web.pages import page
from web.security import not_here, public, safe_path
from web.session import name_of, sign_in
from web.signin.vouch import NotVouched, Vouches
from web.throttle import throttle
from web.world import World, world_of

KEPT: Final = 600
"""Seconds."""

TARGET: Final = "next"

OF_ONE_ADDRESS: Final = 200
"""Steps of signing in, in a quarter of an hour: a whole company may come from one."""

log = structlog.get_logger("tenure.web")


@public
async def to_issuer(request: Request) -> Response:
    """The way there."""
    world, issuer = await _world_and_issuer(request)
    request.scope["session"] = {TARGET: safe_path(request.query_params.get(TARGET, "/"))}
    try:
        answer = await issuer.leave(request, f"{outside(request)}/sign-in/oidc/back")
    except NotVouched as why:
        return _refused(request, str(why))
    name, signed = name_of("issuer", https=world.https), _signer(world).dumps(request.session)
    answer.set_cookie(name, str(signed), KEPT, path="/", secure=world.https, httponly=True, samesite="lax")
    return answer


@public
async def from_issuer(request: Request) -> Response:
    """And back. Whoever is vouched for and not a user of ours is told no more than anybody else who is not let in."""
    world, issuer = await _world_and_issuer(request)
    request.scope["session"] = remembered = _remembered(request, world)
    try:
        email = await issuer.verified_email(request)
    except NotVouched as why:
        return _refused(request, str(why))
    user = await run_in_threadpool(world.store.hub_user_by_email, email)
    if user is None or not user.active:
        return _refused(request, "no_user")
    answer = RedirectResponse(safe_path(remembered.get(TARGET, "/")), 303)
    await sign_in(request, user.user_id, answer)
    answer.delete_cookie(name_of("issuer", https=world.https), secure=world.https, httponly=True, samesite="lax")
    return answer


async def _world_and_issuer(request: Request) -> tuple[World, Vouches]:
    """Counted are pages that somebody opens: as pictures or frames another site could ask for them without end, and
    keep a whole company out. Raises HTTPException 404, 429."""
    world = world_of(request)
    if world.issuer is None or request.headers.get("Sec-Fetch-Dest", "document") != "document":
        not_here()
    await throttle(request, "sign-in", limit=OF_ONE_ADDRESS)
    return world, world.issuer


def _remembered(request: Request, world: World) -> dict[str, Any]:
    signed = request.cookies.get(name_of("issuer", https=world.https), "")
    try:
        found: dict[str, Any] = _signer(world).loads(signed, max_age=KEPT)
    except BadData:
        return {}
    return found


def _signer(world: World) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(world.key, salt="sign-in at the issuer")


def _refused(request: Request, why: str) -> Response:
    log.warning("sign_in.refused", why=why)
    return page(request, "signin/unknown.html", 403)

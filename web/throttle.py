"""Whoever tries too often waits: counted in the store, by digests, so that several processes count together."""

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from adapters.tokens import digest
from domain.hub.policy import ATTEMPTS, ATTEMPTS_WITHIN
from web.world import world_of

TOO_MANY: Final = 429


async def throttle(request: Request, what: str, *, of: str | None = None, limit: int = ATTEMPTS) -> None:
    """Counts this attempt at `what`, by the address that it comes from or by whatever `of` says (a link); beyond
    `limit` in a quarter of an hour raises HTTPException 429."""
    world = world_of(request)
    who = of if of is not None else (request.client.host if request.client else "")
    number = await run_in_threadpool(world.store.attempts, digest(f"{what} {who}"), world.clock())
    if number > limit:
        raise HTTPException(TOO_MANY, headers={"Retry-After": str(int(ATTEMPTS_WITHIN.total_seconds()))})

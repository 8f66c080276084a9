"""Whoever tries too often waits: counted in the store, by digests, so that several processes count together."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from adapters.tokens import digest
from domain.hub.policy import ATTEMPTS, ATTEMPTS_WITHIN
from web.world import world_of

TOO_MANY: Final = 429

LOOKS: Final = 300
"""At the page of one link, in a quarter of an hour: a whole office may have it, and their scanners of mail."""


@dataclass
class Looks:
    """How often the page of each link was looked at lately, by this process: to count it in the store would cost more
    than the look. Only what we signed is counted, so there are no more numbers than links."""

    window: int = 0
    numbers: dict[str, int] = field(default_factory=dict)

    def count(self, link: str, now: datetime) -> int:
        """This one included."""
        window = int(now.timestamp() // ATTEMPTS_WITHIN.total_seconds())
        if window != self.window:
            self.window, self.numbers = window, {}
        self.numbers[link] = self.numbers.get(link, 0) + 1
        return self.numbers[link]


def look(request: Request, link: str) -> None:
    """Counts this look at the page of a link; beyond LOOKS in a quarter of an hour raises HTTPException 429."""
    looks: Looks = request.app.state.looks
    if looks.count(link, world_of(request).clock()) > LOOKS:
        raise _too_many()


async def throttle(request: Request, what: str, *, of: str | None = None, limit: int = ATTEMPTS) -> None:
    """Counts this attempt at `what`, by the address that it comes from or by whatever `of` says (a link); beyond
    `limit` in a quarter of an hour raises HTTPException 429."""
    world = world_of(request)
    who = of if of is not None else (request.client.host if request.client else "")
    number = await run_in_threadpool(world.store.attempts, digest(f"{what} {who}"), world.clock())
    if number > limit:
        raise _too_many()


def _too_many() -> HTTPException:
    return HTTPException(TOO_MANY, headers={"Retry-After": str(int(ATTEMPTS_WITHIN.total_seconds()))})

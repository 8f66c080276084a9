"""The app: routes of all areas, and what stands around every request."""

from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from web.faults import HANDLED
from web.hub.routes import ROUTES as HUB
from web.kpi.routes import ROUTES as KPI
from web.links.routes import ROUTES as LINKS
from web.middleware import HEALTH, Answers, DecentBodies, KnownHosts, Readable
from web.operations.routes import ROUTES as OPERATIONS
from web.resources.routes import ROUTES as RESOURCES
from web.security import public
from web.session import Session
from web.signin.routes import ROUTES as SIGN_IN
from web.static_files import Kept
from web.throttle import Looks
from web.world import World, world_of

AREAS: Final = (HUB, KPI, OPERATIONS, LINKS, SIGN_IN, RESOURCES)


def app(world: World) -> Starlette:
    """All of it, for uvicorn or for a test."""
    made = Starlette(
        routes=all_routes(),
        middleware=[
            Middleware(Answers, world),
            Middleware(KnownHosts, world),
            Middleware(Readable),
            Middleware(DecentBodies),
            Middleware(Session, world),
        ],
        exception_handlers=HANDLED,  # type: ignore[arg-type]
    )
    made.state.world = world
    made.state.looks = Looks()
    return made


def all_routes() -> list[BaseRoute]:
    """Of every area, and two of our own."""
    return [
        Route(HEALTH, healthy),
        Mount("/static", Kept(), name="static"),
        *(route for area in AREAS for route in area),
    ]


@public
async def healthy(request: Request) -> Response:
    """For a health check: we answer, and so does the store."""
    await run_in_threadpool(world_of(request).store.ping)
    return PlainTextResponse("healthy")

"""From a template to an answer: what every page knows of its reader and of where it stands."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from domain.hub.users import HubUser
from domain.permissions import Right
from domain.values import Language
from web.flash import COOKIE, flashed
from web.places import places
from web.reader import Reader
from web.static_files import static

TEMPLATES: Final = Path(__file__).with_name("templates")


@cache
def sheets() -> Environment:
    """The templates; each is compiled when it is first wanted, once a process."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {"Right": Right, "places": places, "static": static}
    return made


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """An answer in HTML. Never kept by anybody on the way: it is about one reader."""
    text = sheets().get_template(template).render(_common(request) | values)
    answer = HTMLResponse(text, status, headers={"Cache-Control": "no-store"})
    if COOKIE in request.cookies:
        answer.delete_cookie(COOKIE)
    return answer


def _common(request: Request) -> dict[str, Any]:
    """What every template has."""
    reader = reader_of(request)
    return {
        "request": request,
        "reader": reader,
        "say": reader.say,
        "user": user_of(request),
        "csrf": getattr(request.state, "csrf", ""),
        "here": request.url.path,
        "languages": tuple(Language),
        "flash": flashed(request),
    }


def reader_of(request: Request) -> Reader:
    """Set by the session, or by the link that leads here."""
    reader: Reader = request.state.reader
    return reader


def user_of(request: Request) -> HubUser | None:
    """Who is signed in, if somebody is."""
    user: HubUser | None = getattr(request.state, "user", None)
    return user

"""From a template to an answer: what every page knows of its reader and of where it stands."""

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


class Pages:
    """The templates; one for all requests."""

    def __init__(self) -> None:
        self._sheets = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._sheets.globals["Right"] = Right
        self._sheets.globals["places"] = places
        self._sheets.globals["static"] = static

    def text(self, name: str, request: Request, **values: Any) -> str:
        """One template in the reader's language. It has `reader`, `say`, `user`, `csrf` and `here`."""
        reader = reader_of(request)
        common = {
            "request": request,
            "reader": reader,
            "say": reader.say,
            "user": user_of(request),
            "csrf": getattr(request.state, "csrf", ""),
            "here": request.url.path,
            "languages": tuple(Language),
            "flash": flashed(request),
        }
        return self._sheets.get_template(name).render(common | values)


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """An answer in HTML. Never kept by anybody on the way: it is about one reader."""
    pages: Pages = request.app.state.pages
    text = pages.text(template, request, **values)
    answer = HTMLResponse(text, status, headers={"Cache-Control": "no-store"})
    if COOKIE in request.cookies:
        answer.delete_cookie(COOKIE)
    return answer


def reader_of(request: Request) -> Reader:
    """Set by the session, or by the link that leads here."""
    reader: Reader = request.state.reader
    return reader


def user_of(request: Request) -> HubUser | None:
    """Who is signed in, if somebody is."""
    user: HubUser | None = getattr(request.state, "user", None)
    return user

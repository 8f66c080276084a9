"""What a reader sees when there is no page: in their language, and without details."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from activities.ports import NotKnown
from web.pages import page
from web.reader import Reader, preferred

SAID: Final = frozenset({400, 403, 404, 405, 408, 413, 422, 429, 500, 503})
"""Those with words of their own; any other has those of 500."""


def fault_page(scope: Scope, status: int, headers: dict[str, str] | None = None) -> Response:
    """A whole page, whoever asks for it and however far their request came."""
    request = Request(scope)
    if not hasattr(request.state, "reader"):
        request.state.reader = Reader(preferred(request.headers.get("Accept-Language", "")), "UTC")
        request.state.csrf = ""
    answer = page(request, "fault.html", status, about=status if status in SAID else 500)
    answer.headers.update(headers or {})
    return answer


async def refused(request: Request, error: Exception) -> Response:
    """What an endpoint raised to say that there is no page."""
    if isinstance(error, HTTPException):
        return fault_page(request.scope, error.status_code, dict(error.headers or {}))
    return fault_page(request.scope, 404)


HANDLED: Final[dict[type[Exception], object]] = {HTTPException: refused, NotKnown: refused}

"""What the next page says once: a text of ours and its values, which anybody may read. In a cookie of a minute."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from domain.values import Language
from web.words import said

COOKIE: Final = "tenure-flash"
LIVES_FOR: Final = 60
"""Seconds: until the page it is for has been asked for."""

LONGEST: Final = 1000
"""Characters."""

NOT_DONE: Final = frozenset({"signin.not_taken"})
"""Texts that tell of what did not happen."""


@dataclass(frozen=True, slots=True)
class Flash:
    """`say(name, **values)`; the page knows in which language."""

    name: str
    values: dict[str, str]

    @property
    def tone(self) -> str:
        """Of the notice that says it."""
        return "warn" if self.name in NOT_DONE else "good"


def flash(answer: Response, name: str, *, https: bool, **values: str) -> Response:
    """The next page says it."""
    kept = urlsafe_b64encode(json.dumps([name, values]).encode()).decode()
    answer.set_cookie(COOKIE, kept, max_age=LIVES_FOR, httponly=True, secure=https, samesite="lax")
    return answer


def flashed(request: Request) -> Flash | None:
    """What is to be said now; nothing of what is no text of ours."""
    given = request.cookies.get(COOKIE, "")[:LONGEST]
    try:
        name, values = json.loads(urlsafe_b64decode(given))
        known = {str(key): str(value) for key, value in values.items()}
    except (ValueError, TypeError, AttributeError):
        return None
    return Flash(name, known) if isinstance(name, str) and _can_be_said(name, known) else None


def _can_be_said(name: str, values: dict[str, str]) -> bool:
    """Whatever stands in the cookie, the page is shown."""
    try:
        return bool(said(name, Language.ENGLISH, **values))
    except (KeyError, ValueError):
        return False

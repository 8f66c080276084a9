"""Who vouches for people, as this room sees it."""

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response


class NotVouched(Exception):
    """The issuer's answer is none, or not for us, or not for this browser: a code for the log, no personal data."""


class Vouches(Protocol):
    """`web/signin/issuer.py`. What it needs to remember between leaving and coming back stands in `request.session`."""

    async def leave(self, request: Request, back: str) -> Response:
        """To the issuer; it sends people back to `back`. Raises NotVouched."""

    async def verified_email(self, request: Request) -> str:
        """Of whoever came back: an address that the issuer has verified. Raises NotVouched."""

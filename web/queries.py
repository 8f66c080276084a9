"""What stands in the query of an address, read in one way everywhere; what nobody can mean is no page."""

from typing import Final

from starlette.requests import Request

from domain.hub.as_of import AsOf, NotAWeek
from web.security import not_here

DIGITS: Final = 6
"""Of the number of a page."""


def as_of(request: Request) -> AsOf:
    """`as_of=2026-11-22`, or nothing: now. HUB-60."""
    try:
        return AsOf.read(request.query_params.get("as_of", ""))
    except NotAWeek:
        not_here()


def page_number(request: Request) -> int:
    """`page=2` of a long list."""
    given = request.query_params.get("page", "1")
    number = int(given) if given.isascii() and given.isdecimal() and len(given) <= DIGITS else 0
    return number if number > 0 else not_here()

"""Where one can go: the menu of somebody who is signed in."""

from collections.abc import Iterator
from typing import Final

from domain.hub.users import HubUser
from domain.permissions import Right

PLACES: Final[tuple[tuple[str, str, Right], ...]] = (
    ("/", "core.customers", Right.SEE_CUSTOMERS),
    ("/kpi", "core.kpi", Right.SEE_CUSTOMERS),
    ("/calling", "core.calling", Right.SEE_CUSTOMERS),
    ("/administration", "core.administration", Right.MANAGE_ADMINISTRATORS),
    ("/operations", "core.operations", Right.OPERATE),
    ("/resources", "core.resources", Right.SEE_CUSTOMERS),
)
"""Path, name of its text, and who sees it. HUB-03."""


def places(user: HubUser) -> Iterator[tuple[str, str]]:
    """Path and name of each; none before the end of the first run. HUB-02."""
    there = not user.in_first_run
    yield from ((path, name) for path, name, right in PLACES if there and user.may(right))

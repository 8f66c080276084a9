"""What every page stands on: the store, the settings, the clock, and the Temporal server if it can be reached."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection
from temporalio.client import Client

from activities.ports import Calendars
from adapters.calendars import LibraryCalendars
from adapters.settings import Settings
from adapters.sql.store import SqlStore
from web.signin.vouch import Vouches

if TYPE_CHECKING:
    from adapters.hub_book import HubBook


def wall_clock() -> datetime:
    """As it is."""
    return datetime.now(UTC)


@dataclass(kw_only=True)
class World:
    """One for the whole process. Its client comes when the server can be reached: pages show without it."""

    store: SqlStore
    settings: Settings
    book: "HubBook"
    client: Client | None = None
    """None: the Temporal server was not reached yet. What is read is shown, what is sent is refused for the moment."""

    calendars: Calendars = field(default_factory=LibraryCalendars)
    clock: Callable[[], datetime] = wall_clock
    """Of sessions, links and attempts."""

    newest: datetime | None = None
    """Of the newest event, where pages follow a test clock."""

    issuer: Vouches | None = None
    """None: nobody vouches for people here."""

    def now(self) -> datetime:
        """Of what is shown, and of what is changed."""
        return max(self.clock(), self.newest or self.clock())

    @cached_property
    def key(self) -> str:
        """Signs what a browser keeps for us meanwhile; without a secret in the settings, one of this process."""
        secret = self.settings.web.secret
        return secret.get_secret_value() if secret else token_urlsafe(32)

    @property
    def https(self) -> bool:
        """Do people reach us by https? Then cookies go no other way."""
        return self.settings.web.url is not None and self.settings.web.url.scheme == "https"


def world_of(request: HTTPConnection) -> World:
    """Of the app that answers."""
    world: World = request.app.state.world
    return world

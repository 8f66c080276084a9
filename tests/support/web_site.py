"""The web room over a store, without a socket: people signed in by role, as a browser would be."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette

from adapters.hub_book import HubBook
from adapters.setting_groups import Hub, Web
from adapters.settings import Settings
from adapters.sql.store import SqlStore, open_store
from adapters.tokens import digest
from domain.hub.policy import SESSION_ENDS_AFTER
from domain.hub.users import HubUser, NewUser
from domain.permissions import OPERATOR, PartnerRole
from tests.hub_world import a_subscription
from tests.postgres import an_open_store, everything
from tests.support.directories import in_memory
from web.app import app
from web.session import csrf_of, name_of
from web.world import World

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
"""A Wednesday, noon in Tokyo."""

HIKARI, MINATO = "hikari", "minato"
AKASAKA, GINZA, SHIBA = "akasaka", "ginza", "shiba"
CUSTOMERS = {AKASAKA: HIKARI, GINZA: HIKARI, SHIBA: MINATO}

USERS: dict[str, tuple[str | None, str]] = {
    "full": (HIKARI, PartnerRole.FULL_ADMINISTRATOR),
    "administrator": (HIKARI, PartnerRole.ADMINISTRATOR),
    "read-only": (HIKARI, PartnerRole.READ_ONLY_ADMINISTRATOR),
    "sales": (HIKARI, PartnerRole.SALES_ADMINISTRATOR),
    "provisioning": (HIKARI, PartnerRole.PROVISIONING_ADMINISTRATOR),
    "operator": (None, OPERATOR),
    "elsewhere": (MINATO, PartnerRole.FULL_ADMINISTRATOR),
}
"""One of each role, and somebody who may everything at another partner. Who is not for all customers has akasaka."""

OUTSIDE = "https://hub.example.com"
HERE = "http://127.0.0.1:8080"
SECRET = "a secret of tests, and of nothing else"


def transport(app: Starlette) -> ASGITransport:
    """From a browser somewhere to the app, without a socket."""
    return ASGITransport(app, client=("203.0.113.9", 4711))


class Site:
    """The app, its world, and browsers."""

    def __init__(self, store: SqlStore, **changes: Any) -> None:
        web = changes.pop("web", Web(secret=SECRET))
        settings = Settings(web=web, hub=changes.pop("hub", Hub()))
        book = HubBook(store, settings.hub.policy, settings.hub.products)
        self.world = World(store=store, settings=settings, book=book, clock=lambda: self.now, **changes)
        self.store = store
        self.now = NOW
        self.subscriptions: dict[str, str] = {}
        """By customer."""

        self.app: Starlette = app(self.world)

    def client(self, user_id: str | None = None, *, base_url: str = HERE) -> AsyncClient:
        """A browser; signed in as somebody, or as nobody. `csrf` in a form is `site.csrf(client)`."""
        client = AsyncClient(transport=transport(self.app), base_url=base_url)
        if user_id is not None:
            token = f"token of {user_id} {len(user_id)}"
            ends_at = self.now + SESSION_ENDS_AFTER
            self.store.end_session(digest(token))
            self.store.begin_session(digest(token), user_id, self.now, ends_at)
            https = base_url.startswith("https")
            client.cookies.set(name_of("session", https=https), token, domain=client.base_url.host, path="/")
        return client

    @staticmethod
    def csrf(client: AsyncClient) -> str:
        """What a page of this browser has in its forms."""
        of = {re.sub("^(__Host-)?tenure-", "", name): value for name, value in client.cookies.items()}
        return csrf_of(of.get("session") or of.get("visitor") or "")

    async def post(self, client: AsyncClient, path: str, **fields: Any) -> Response:
        """As a form of ours."""
        return await client.post(path, data={"csrf": self.csrf(client), **fields})

    def facts(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row that is no session and no attempt, to see that nothing changed."""
        return {
            name: rows for name, rows in everything(self.store).items() if name not in {"web_sessions", "web_attempts"}
        }

    def add(self, user_id: str, partner_id: str | None, *roles: str, accepted: bool = True, **given: Any) -> HubUser:
        """A user, by default after their first run."""
        given = {"name": f"Person {user_id}"} | given
        new = NewUser(user_id=user_id, partner_id=partner_id, roles=roles, **given)
        self.store.add_hub_user(new, "test", self.now)
        if accepted:
            self.store.accept_hub_terms(user_id, self.now)
        return self.store.hub_user(user_id)


@contextmanager
def a_site(**changes: Any) -> Iterator[Site]:
    """Two partners, three customers, and everybody of USERS, in a store of its own."""
    content, subscriptions = _populated()
    with tempfile.TemporaryDirectory(prefix="tenure-web-", dir=in_memory()) as directory:
        path = Path(directory) / "store.db"
        path.write_bytes(content)
        store = open_store(f"sqlite:///{path}")
        try:
            site = Site(store, **changes)
            site.subscriptions = subscriptions
            yield site
        finally:
            store.close()


@cache
def _populated() -> tuple[bytes, dict[str, str]]:
    """Made once a process."""
    with an_open_store("sqlite") as store:
        site = populate(Site(store))
        path = Path(str(store.engine.url.database))
        store.close()  # what its WAL has is in the file now
        return path.read_bytes(), site.subscriptions


def populate(site: Site) -> Site:
    """In whichever store."""
    store = site.store
    for number, (customer_id, of_partner) in enumerate(CUSTOMERS.items(), 100_001):
        site.subscriptions[customer_id] = a_subscription(store, f"SO-{number}", customer_id, of_partner)
    site.world.book.catch_up(NOW)
    for user_id, (partner_id, role) in USERS.items():
        site.add(user_id, partner_id, role, email=f"{user_id}@example.com", zone="Asia/Tokyo")
        if partner_id == HIKARI:
            store.assign_hub_user(user_id, AKASAKA, "test", NOW)
    return site

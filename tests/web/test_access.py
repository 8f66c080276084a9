"""Every page as every role, as another partner and as nobody: by the list of routes that the app itself has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from starlette.routing import Mount, Route

from domain.permissions import Right, may
from tests.makers import some
from tests.support.web_site import AKASAKA, CUSTOMERS, GINZA, HIKARI, MINATO, SHIBA, USERS, Site
from web.app import all_routes
from web.places import PLACES
from web.security import Access, access_of

ANYONE = "anyone"
BY_LINK = "whoever has the link"
SIGNED_IN = "whoever is signed in"

WHO: dict[str, str | Right] = {
    "GET /healthz": ANYONE,
    "GET /sign-in": ANYONE,
    "GET /sign-in/oidc": ANYONE,
    "GET /sign-in/oidc/back": ANYONE,
    "GET /sign-in/{token}": ANYONE,
    "POST /sign-in/{token}": ANYONE,
    "POST /sign-out": SIGNED_IN,
    "GET /first-run": SIGNED_IN,
    "GET /first-run/terms": SIGNED_IN,
    "POST /first-run/terms": SIGNED_IN,
    "GET /first-run/start": SIGNED_IN,
    "GET /profile": SIGNED_IN,
    "POST /profile": SIGNED_IN,
    "GET /resources": SIGNED_IN,
    "GET /administration": Right.MANAGE_ADMINISTRATORS,
    "GET /administration/users": Right.MANAGE_ADMINISTRATORS,
    "POST /administration/users": Right.MANAGE_ADMINISTRATORS,
    "GET /administration/users/{user_id}": Right.MANAGE_ADMINISTRATORS,
    "POST /administration/users/{user_id}": Right.MANAGE_ADMINISTRATORS,
    "POST /administration/users/{user_id}/active": Right.MANAGE_ADMINISTRATORS,
    "POST /customers/{partner_id}/{customer_id}/administrators": Right.ASSIGN_ADMINISTRATORS,
    "GET /": Right.SEE_CUSTOMERS,
    "GET /customers/{partner_id}/{customer_id}": Right.SEE_CUSTOMERS,
    "GET /customers/{partner_id}/{customer_id}/usage": Right.SEE_CUSTOMERS,
    "POST /customers/{partner_id}/{customer_id}/tags": Right.EDIT_TAGS,
    "GET /kpi": Right.SEE_CUSTOMERS,
    "GET /kpi/rows": Right.SEE_CUSTOMERS,
    "GET /calling": Right.SEE_CUSTOMERS,
    "GET /operations": Right.OPERATE,
    "GET /operations/calendar": Right.OPERATE,
    "POST /operations/calendar/link": Right.OPERATE,
    "GET /calendar/{token}.ics": BY_LINK,
    "GET /act/{lifecycle}/{subject}": Right.SEE_CUSTOMERS,
    "GET /act/{lifecycle}/{subject}/{update}": Right.SEE_CUSTOMERS,
    "POST /act/{lifecycle}/{subject}/{update}": Right.SEE_CUSTOMERS,
    "GET /start/{lifecycle}": Right.SEE_CUSTOMERS,
    "POST /start/{lifecycle}": Right.SEE_CUSTOMERS,
    "GET /f/{token}": BY_LINK,
    "POST /f/{token}": BY_LINK,
}
"""Who may call what. What is not here is refused by `test_every_route_is_classified`: say who may, then add it."""

OF_SOMEBODY = re.compile(r"\{(partner_id|customer_id|subject|user_id)\}")
"""Whoever is meant there may be somebody else's."""


@dataclass(frozen=True)
class Way:
    """One method of one route."""

    method: str
    path: str
    access: Access | None

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def to(self, site: Site, customer: str, user_id: str) -> str:
        """Its address, about that customer, its subscription and that user."""
        given = {
            "partner_id": CUSTOMERS[customer],
            "customer_id": customer,
            "lifecycle": "subscription",
            "subject": site.subscriptions[customer],
            "update": "put_note",
            "user_id": user_id,
            "token": "nobody-signed-this",
        }
        return re.sub(r"\{(\w+)\}", lambda found: given[found[1]], self.path)


def ways() -> Iterator[Way]:
    for route in all_routes():
        assert isinstance(route, Route | Mount), route
        if isinstance(route, Route):
            for method in sorted(set(route.methods or ()) - {"HEAD"}):
                yield Way(method, route.path, access_of(route.endpoint))


WAYS = {way.name: way for way in ways()}
GUARDED = [way for way in WAYS.values() if way.access and not way.access.anyone]
POSTS = [way for way in WAYS.values() if way.method == "POST"]


def names(found: list[Way]) -> list[str]:
    return [way.name for way in found]


def test_every_route_is_classified() -> None:
    assert {name: who_may(way) for name, way in WAYS.items()} == WHO, "say in WHO who may"


def test_every_place_of_the_menu_is_a_route_for_whoever_sees_it() -> None:
    for path, _, right in some(PLACES):
        assert access_of_path(path).right in (right, None), path


def who_may(way: Way) -> str | Right | None:
    if way.access is None:
        return None
    if way.access.anyone:
        return BY_LINK if way.access.by_link else ANYONE
    return way.access.right or SIGNED_IN


def access_of_path(path: str) -> Access:
    access = WAYS[f"GET {path}"].access
    assert access is not None
    return access


def test_a_route_that_says_nothing_is_seen() -> None:
    async def open_to_all(request: object) -> None: ...

    assert who_may(Way("GET", "/leak", access_of(open_to_all))) is None


@pytest.mark.parametrize("way", GUARDED, ids=names(GUARDED))
async def test_nobody_gets_in_without_signing_in(site: Site, way: Way) -> None:
    async with site.client() as client:
        path = way.to(site, AKASAKA, "sales")
        answer = await (client.get(path) if way.method == "GET" else site.post(client, path))
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (303, "/sign-in")
        assert not answer.text


@pytest.mark.parametrize("way", GUARDED, ids=names(GUARDED))
async def test_without_the_right_a_page_does_not_exist(site: Site, way: Way) -> None:
    """403 and 404 alike: the very same page as for an address that nobody has."""
    assert way.access
    for user_id, (_, role) in some(USERS.items()):
        if way.access.right is None or may([role], way.access.right):
            continue
        async with site.client(user_id) as client:
            path = way.to(site, AKASAKA, "sales")
            answer = await (client.get(path) if way.method == "GET" else site.post(client, path))
            nowhere = await client.get("/nowhere")
        assert (answer.status_code, plain(answer.text)) == (404, plain(nowhere.text)), (user_id, way.name)


def plain(text: str) -> str:
    """But for the place in the menu, which is the address's own."""
    return text.replace(' aria-current="page"', "")


ABOUT_SOMEBODY = [way for way in GUARDED if OF_SOMEBODY.search(way.path)]

NOT_THEIRS = [
    *((user_id, SHIBA) for user_id, (partner, _) in USERS.items() if partner == HIKARI),
    *((user_id, GINZA) for user_id in ("administrator", "sales", "provisioning")),
    *(("elsewhere", customer) for customer in (AKASAKA, GINZA)),
]
"""Another partner's customer, or one that they are not assigned to."""


@pytest.mark.parametrize("way", ABOUT_SOMEBODY, ids=names(ABOUT_SOMEBODY))
async def test_what_is_somebody_else_s_does_not_exist(site: Site, way: Way) -> None:
    """IDOR: whoever changes an id in the address learns nothing, and changes nothing."""
    before = site.facts()
    for user_id, customer in NOT_THEIRS:
        other = "elsewhere" if CUSTOMERS[customer] == MINATO else "sales"
        if "{user_id}" in way.path and CUSTOMERS[customer] == USERS[user_id][0]:
            continue  # a colleague; only another partner's user is somebody else's
        async with site.client(user_id) as client:
            path = way.to(site, customer, other)
            fields = {"act": "add", "user_id": other, "active": "no", "tags": "stolen", "note": "stolen", "name": "X"}
            answer = await (client.get(path) if way.method == "GET" else site.post(client, path, **fields))
            nowhere = await client.get("/nowhere")
        assert (answer.status_code, plain(answer.text)) == (404, plain(nowhere.text)), (user_id, path)
    assert site.facts() == before


async def test_an_address_with_the_customer_of_one_partner_and_the_id_of_another_does_not_exist(site: Site) -> None:
    async with site.client("full") as client:
        for path in (f"/customers/{HIKARI}/{SHIBA}", f"/customers/{MINATO}/{AKASAKA}"):
            assert (await client.get(path)).status_code == 404
            answer = await site.post(client, f"{path}/administrators", act="add", user_id="sales")
            assert answer.status_code == 404


@pytest.mark.parametrize("way", POSTS, ids=names(POSTS))
async def test_a_forged_form_changes_nothing(site: Site, way: Way) -> None:
    """Without our token, with a wrong one, with somebody else's, and from a page of another site."""
    assert way.access
    before = site.facts()
    async with site.client("full") as mine, site.client("operator") as theirs:
        client = theirs if way.access.right is Right.OPERATE else mine
        path, other = way.to(site, AKASAKA, "sales"), site.csrf(mine if client is theirs else theirs)
        forged = [{}, {"csrf": ""}, {"csrf": "x"}, {"csrf": other}]
        refused = 404 if way.access.by_link else 403  # of a real link: tests/web/test_link_protection.py
        for fields in forged:
            assert (await client.post(path, data=fields)).status_code == refused, fields
        for header in FOREIGN:
            answer = await client.post(path, data={"csrf": site.csrf(client)}, headers=header)
            assert answer.status_code == 403, header
    assert site.facts() == before


FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:9999"},
    {"Origin": "https://127.0.0.1:8080.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_a_method_that_a_route_does_not_have_is_405(site: Site, way: Way) -> None:
    async with site.client("full") as client:
        answer = await client.request("DELETE", way.to(site, AKASAKA, "sales"))
        assert answer.status_code == 405
        assert "Allow" in answer.headers

"""Names, tags, cookies and addresses that somebody made to do harm: shown as they are, or refused, and never run."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from icalendar import Calendar

from adapters.sql.operations import DueLine
from adapters.tokens import sign_in_path
from domain.deadlines import Deadline
from domain.hub.tags import About
from domain.lifecycle import Lifecycle
from tests.hub_world import a_subscription
from tests.postgres import an_open_store
from tests.support.web_site import AKASAKA, HIKARI, NOW, Site, populate
from tests.web.test_access import WAYS
from web.operations.agenda import feed_of

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}"
TAG = '"><svg onload=a()>'
READING = [way for way in WAYS.values() if way.method == "GET"]


@pytest.fixture(scope="module")
def evil() -> Iterator[Site]:
    """A customer, a user and tags whose names are markup."""
    with an_open_store("sqlite") as store:
        site = populate(Site(store))
        site.subscriptions["evil"] = a_subscription(store, "SO-100666", "evil", HIKARI, company=EVIL)
        site.world.book.catch_up(NOW)
        store.replace_tags(HIKARI, About.CUSTOMER, "evil", [TAG], by="full", now=NOW)
        store.replace_tags(HIKARI, About.SUBSCRIPTION, site.subscriptions["evil"], [TAG], by="full", now=NOW)
        store.change_hub_user("full", "test", NOW, name=EVIL)
        store.change_hub_user("sales", "test", NOW, name=EVIL)
        store.assign_hub_user("sales", "evil", "full", NOW)
        yield site


@dataclass
class Active(HTMLParser):
    """What of a page would run, or load something from elsewhere."""

    found: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        handlers = [name for name in given if name.startswith("on") or name == "style"]
        addresses = [given.get(name) or "" for name in ("href", "src", "action", "formaction")]
        elsewhere = [each for each in addresses if re.match(r"\s*(javascript|data|vbscript):|//", each, re.IGNORECASE)]
        inline = tag in {"iframe", "object", "embed", "img"} or (tag == "script" and "src" not in given)
        self.found += [f"<{tag} {given}>"] if handlers or elsewhere or inline else []


def active(text: str) -> list[str]:
    parser = Active()
    parser.feed(text)
    return parser.found


def test_what_would_run_is_seen() -> None:
    for text in (
        EVIL,
        TAG,
        '<a href="javascript:x">',
        '<p style="x">',
        "<script>x</script>",
        '<a href="//evil.example">',
    ):
        assert active(f"<p title='{text}'>{text}</p>" if text == TAG else text), text


def addresses(site: Site, path: str) -> list[str]:
    if path == "/customers/{partner_id}/{customer_id}":
        tabs = ("subscriptions", "trials", "administrators", "requests", "timeline")
        return [f"/customers/{HIKARI}/evil?tab={tab}" for tab in tabs]
    if path.endswith("/usage"):
        subject = site.subscriptions["evil"]
        return [f"/customers/{HIKARI}/evil/usage?lifecycle=subscription&subject={subject}&product=meetings"]
    if path == "/kpi/rows":
        return [f"/kpi/rows?number={number}" for number in ("customers", "expiring", "new_customers_licences")]
    if path == "/start/{lifecycle}":
        return ["/start/trial?customer=evil", f"/start/option?subscription={site.subscriptions['evil']}"]
    return []


@pytest.mark.parametrize("way", READING, ids=[way.name for way in READING])
async def test_a_name_that_is_markup_is_shown_and_not_run(evil: Site, way: Any) -> None:
    """As whoever sees the most, and with the same said in the address."""
    evil.subscriptions.setdefault("x", "x")
    for user_id in ("full", "operator", None):
        async with evil.client(user_id) as client:
            for path in addresses(evil, way.path) or [way.to(evil, AKASAKA, "sales")]:
                for said in (
                    {},
                    dict.fromkeys(("q", "search", "next", "tag", "topic", "product", "month", "state"), EVIL),
                ):
                    answer = await client.get(path, params={**dict(re.findall(r"[?&](\w+)=([^&]*)", path)), **said})
                    assert answer.status_code < 500
                    assert not active(answer.text), (user_id, path)


@pytest.mark.parametrize("name", ["full", "sales"])
async def test_the_pages_that_show_them_are_among_these(evil: Site, name: str) -> None:
    async with evil.client("full") as client:
        listed = (await client.get("/?q=script")).text
        people = (await client.get("/administration")).text
    assert "&lt;script&gt;alert(1)" in listed
    assert "&lt;svg onload" in listed
    assert people.count("&lt;script&gt;alert(1)") >= 2


@pytest.mark.parametrize("tag", ["\u202egnikcatta", "a\u0000b", "a\u2028b", "\u200b", "\u2066x", "a\nb,c", "x" * 26])
async def test_a_tag_that_nobody_can_read_as_it_is_is_refused(evil: Site, tag: str) -> None:
    """HUB-20: text that turns, controls, and what nobody sees alone."""
    before = evil.facts()
    async with evil.client("full") as client:
        said = {"about": "customer", "subject": AKASAKA, "tags": f"fine,{tag}" if tag != "a\nb,c" else "x" * 30}
        answer = await evil.post(client, f"/customers/{HIKARI}/{AKASAKA}/tags", **said)
    assert answer.status_code == 422
    assert evil.facts() == before


PLANTED = [
    "x",
    "=" * 50,
    urlsafe_b64encode(b"[]").decode(),
    urlsafe_b64encode(b'["core.home"]').decode(),
    urlsafe_b64encode(b'["core.home", []]').decode(),
    urlsafe_b64encode(b'["core.home", null]').decode(),
    urlsafe_b64encode(b'["actions.taken", {}]').decode(),
    urlsafe_b64encode(b'["no.such", {}]').decode(),
    urlsafe_b64encode(b'[["core.home"], {}]').decode(),
    urlsafe_b64encode(json.dumps(["actions.taken", {"update": EVIL, "id": EVIL}]).encode()).decode(),
    urlsafe_b64encode(json.dumps(["actions.taken", {"self": "x", "name": "y", "language": "z"}]).encode()).decode(),
    urlsafe_b64encode(b"[" * 500).decode(),
]


@pytest.mark.parametrize("planted", PLANTED)
async def test_a_cookie_that_somebody_planted_keeps_nobody_from_the_page(evil: Site, planted: str) -> None:
    async with evil.client("full") as client:
        client.cookies.set("tenure-flash", planted)
        client.cookies.set("language", EVIL.replace(";", ""))
        answer = await client.get("/profile")
    assert answer.status_code == 200
    assert not active(answer.text)


@pytest.mark.parametrize(
    "query",
    [
        "/operations?page=" + "9" * 5000,
        "/operations?group=jeopardy&page=" + "9" * 30,
        "/operations/calendar?month=9999-12",
        "/operations/calendar?month=0001-01",
        "/operations/calendar?day=9999-12-31",
        "/?page=" + "9" * 5000,
        "/?page=٣",
        "/kpi/rows?number=customers&page=²",
        "/kpi?as_of=9999-12-31",
        "/kpi?as_of=0001-01-01",
        "/?partner=%00",
        "/operations?search=a%00b",
        "/%00",
        "/customers/%00/x",
        "/act/subscription/%00",
        "/f/%ff%fe",
        "/sign-in/%00",
        "/profile?" + "&".join(f"a{number}=1" for number in range(3000)),
    ],
)
async def test_an_address_that_nobody_means_is_no_fault_of_ours(evil: Site, query: str) -> None:
    for user_id in ("operator", "full", None):
        async with evil.client(user_id) as client:
            assert (await client.get(query)).status_code < 500


async def test_where_an_answer_leads_is_never_said_by_the_address(evil: Site) -> None:
    """No redirect to elsewhere, and no header of somebody's own."""
    evils = ("https://evil.example", "//evil.example", "/\\evil.example", "/x\r\nSet-Cookie: a=b", "/%0d%0aX: y")
    for user_id in ("full", "operator", None):
        async with evil.client(user_id) as client:
            for way in READING:
                for next_ in evils:
                    answer = await client.get(way.to(evil, AKASAKA, "sales"), params={"next": next_, "back": next_})
                    leads = answer.headers.get("Location", "/")
                    assert re.match(r"/(?![/\\])", leads), (way.name, leads)
                    assert "a" not in client.cookies
                    assert "evil.example" not in re.findall(r'href="([^"]*)"', answer.text)


def test_no_deadline_s_words_become_a_line_of_the_calendar() -> None:
    """RFC 5545: what a label says stays in its own event."""
    label = "due\r\nATTENDEE:mailto:x@evil.example\nEND:VEVENT\rBEGIN:VEVENT;,\\"
    deadline = Deadline(kind="due", at=NOW, label=label)
    line = DueLine(
        lifecycle=Lifecycle("order"),
        subject="SO-1",
        partner_id=HIKARI,
        customer_id=AKASAKA,
        recorded_at=NOW,
        deadline=deadline,
    )
    read = Calendar.from_ical(feed_of([line], "Tenure", "http://localhost"))
    (event,) = read.walk("VEVENT")
    assert "ATTENDEE" not in event
    assert set(event) == {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "DESCRIPTION", "TRANSP", "URL"}


async def test_the_address_of_a_page_goes_to_no_other_site(evil: Site) -> None:
    """A link to sign in stands in one: no page with it may lead elsewhere, and none is told by Referer."""
    async with evil.client() as client:
        answer = await client.get(sign_in_path(evil.store, "sales", evil.now))
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.findall(r'(?:href|src|action)="(?![/?#])', answer.text)

"""Forms behind links against forged posts, browsers without cookies, mail programs that press buttons, many looks."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
import structlog
from httpx import AsyncClient

from domain.hub.policy import ATTEMPTS_WITHIN
from domain.lifecycle import Lifecycle
from domain.values import Language
from tests.makers import some
from tests.support.html_forms import sent
from tests.support.link_lives import changes_of, lending, wanting_a_form, wanting_consent, wanting_terms
from tests.support.link_room import VISITOR, LinkRoom, link_room
from web.links.routes import MOST_FIELDS
from web.session import csrf_of
from web.throttle import LOOKS, Looks

pytestmark = pytest.mark.asyncio(loop_scope="module")

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
DECIDED = {
    "consent": {"do": "accept", "full_administrator": "yes"},
    "port-terms": {"do": "submit", "agreed": "yes"},
    "provisioning": {"do": "save", "form.city": "Minato"},
    "return": {"do": "submit"},
    "papers": {"do": "submit", "how": "email"},
    "reminders": {"do": "submit"},
}
"""By purpose: what somebody would send, but for the token of the page."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room() -> AsyncIterator[LinkRoom]:
    async with link_room() as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def links(room: LinkRoom) -> dict[str, str]:
    """By purpose; nobody answers them here."""
    consent = await wanting_consent(room, "T-810")
    terms, form = await wanting_terms(room, "SO-810001"), await wanting_a_form(room, "SO-810002")
    return {"consent": consent, "port-terms": terms, "provisioning": form, **await lending(room, 811)}


@pytest_asyncio.fixture(loop_scope="module")
async def stranger(room: LinkRoom) -> AsyncIterator[AsyncClient]:
    """Has a link, and no page of ours."""
    async with room.program() as opened:
        opened.cookies.set("language", "en")
        yield opened
    room.ahead = timedelta(0)


@pytest.mark.parametrize("purpose", some(DECIDED))
async def test_without_the_token_of_the_page_nothing_is_decided_and_nothing_is_kept(
    room: LinkRoom, links: dict[str, str], stranger: AsyncClient, purpose: str
) -> None:
    """None, an empty one, a wrong one, one of another visitor, one in the place of another field."""
    before = changes_of(room)
    stranger.cookies.set(VISITOR, "mine")
    for token in ({}, {"csrf": ""}, {"csrf": "x" * 64}, {"csrf": csrf_of("another's")}, {"token": csrf_of("mine")}):
        answer = await stranger.post(links[purpose], data=DECIDED[purpose] | token)
        assert (answer.status_code, "Nothing has been sent yet" in answer.text) == (403, True), token
    assert changes_of(room) == before


async def test_whoever_s_browser_had_lost_its_cookie_sends_the_same_page_again(room: LinkRoom) -> None:
    """What was typed is on the page that says why, which has the token and brings the cookie."""
    path = await wanting_a_form(room, "SO-810003")
    async with room.program() as browser:
        shown = await browser.post(path, data={"form.city": "<Minato>", "form.purchase": "yes", "do": "save"})
        assert shown.status_code == 403
        kept = dict(sent(shown.text))
        assert (kept["form.city"], kept["csrf"]) == ("<Minato>", csrf_of(browser.cookies[VISITOR]))
        assert (await browser.post(path, data=kept | {"do": "save"})).status_code == 303
        assert dict(sent((await browser.get(path)).text))["form.city"] == "<Minato>"


@pytest.mark.parametrize("language", Language)
async def test_it_says_in_the_reader_s_language_that_cookies_are_needed(
    links: dict[str, str], stranger: AsyncClient, language: Language
) -> None:
    answer = await stranger.post(f"{links['return']}?language={language}", data={"do": "submit"})
    assert f'<html lang="{language}"' in answer.text
    assert "ookie" in answer.text or "쿠키" in answer.text


async def test_the_cookie_of_a_visitor_goes_with_no_form_of_another_site(
    links: dict[str, str], stranger: AsyncClient
) -> None:
    cookie = (await stranger.get(links["consent"])).headers["Set-Cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert dict(sent((await stranger.get(links["consent"])).text))["csrf"] == csrf_of(stranger.cookies[VISITOR])


@pytest.mark.parametrize("purpose", [purpose for purpose in DECIDED if purpose != "reminders"])
async def test_what_a_mail_program_may_post_by_itself_decides_nothing_else(
    room: LinkRoom, links: dict[str, str], stranger: AsyncClient, purpose: str
) -> None:
    """RFC 8058 is for one purpose: the same body sent to a link beside it is a forged form."""
    before = changes_of(room)
    assert (await stranger.post(links[purpose], data=ONE_CLICK)).status_code == 403
    assert changes_of(room) == before


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"List-Unsubscribe": "one-click"},
        {"List-Unsubscribe": "One-Click", "do": "submit"},
        {"do": "submit"},
        {"List-Unsubscribe": ["One-Click", "One-Click"]},
    ],
)
async def test_only_the_very_body_of_a_mail_program_needs_no_page(
    room: LinkRoom, links: dict[str, str], stranger: AsyncClient, body: dict[str, str]
) -> None:
    before = changes_of(room)
    assert (await stranger.post(links["reminders"], data=body)).status_code == 403
    assert changes_of(room) == before


async def test_a_mail_program_may_send_its_one_field_as_parts_too(room: LinkRoom, stranger: AsyncClient) -> None:
    """RFC 8058 section 3.2 allows both kinds of body."""
    links = await lending(room, 812)
    answer = await stranger.post(links["reminders"], files={"List-Unsubscribe": (None, "One-Click")})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "pressed", [{}, {"do": "fresh"}, {"do": "ACCEPT"}, {"row": "add x"}, {"do": ""}, {"List-Unsubscribe": "One-Click"}]
)
async def test_a_form_that_was_sent_by_no_button_that_answers_decides_nothing(
    room: LinkRoom, links: dict[str, str], pressed: dict[str, str]
) -> None:
    async with room.browser() as browser:
        for purpose in ("consent", "return", "port-terms"):
            fields = {"agreed": "yes", "full_administrator": "yes", **pressed}
            assert (await browser.post(links[purpose], data=fields)).status_code == 200
    assert await room.stage(Lifecycle.TRIAL, "T-810") == "pending.customer_consent"
    assert not room.store.state(Lifecycle.ORDER, "SO-810001").terms_accepted


async def test_a_form_of_more_rows_than_anybody_has_is_not_taken(room: LinkRoom) -> None:
    """Fifty sites and fifty languages are; a thousand rows of a stranger would keep everybody else waiting."""
    path = await wanting_a_form(room, "SO-810005")
    async with room.browser() as browser:
        fifty = {f"form.sites[{number}].url": f"s{number}.example" for number in range(50)}
        fifty |= {f"form.sites[{number}].named_users": "1" for number in range(50)}
        fifty |= {f"form.additional_languages[{number}]": f"language {number}" for number in range(50)}
        assert (await browser.post(path, data=fifty | {"do": "save"})).status_code == 303
        more = {f"form.sites[{number}].url": "x" for number in range(MOST_FIELDS)}
        assert (await browser.post(path, data=more | {"do": "save"})).status_code == 413
        assert (await browser.post(path, data=more | {"do": "save", "csrf": "x"})).status_code == 413
        kept = dict(sent((await browser.get(path)).text))
    assert {name: kept[name] for name in fifty} == fifty


async def test_two_buttons_at_once_are_none(room: LinkRoom, links: dict[str, str]) -> None:
    """Whoever says yes and no has said nothing."""
    async with room.browser() as browser:
        both = {"do": ["accept", "decline"], "full_administrator": "yes"}
        assert (await browser.post(links["consent"], data=both)).status_code == 200
    assert await room.stage(Lifecycle.TRIAL, "T-810") == "pending.customer_consent"


async def test_a_fresh_link_is_sent_for_nobody_s_forged_form(room: LinkRoom, stranger: AsyncClient) -> None:
    path = await wanting_terms(room, "SO-810004")
    room.ahead = room.settings.web.links_live_for
    before = len(room.store.mails(Lifecycle.ORDER, "SO-810004"))
    answer = await stranger.post(path, data={"do": "fresh"})
    assert (answer.status_code, "Nothing has been sent yet" in answer.text) == (403, True)
    assert dict(sent(answer.text))["csrf"] == csrf_of(stranger.cookies[VISITOR])
    assert len(room.store.mails(Lifecycle.ORDER, "SO-810004")) == before


async def test_no_log_tells_the_link_or_what_was_typed(room: LinkRoom) -> None:
    path = await wanting_a_form(room, "SO-810006")
    with structlog.testing.capture_logs() as lines:
        async with room.browser() as browser:
            said = {"form.first_name": "Hanako", "form.email": "hanako@customer.example", "do": "submit"}
            assert (await browser.post(path, data=said)).status_code == 422
            assert (await browser.post(path, data=said, headers={"Origin": "https://evil.example"})).status_code == 403
            assert (await browser.get(path)).status_code == 200
    text = json.dumps([line for line in lines if line["event"].startswith("request.")], default=str)
    assert text.count("request.answered") == 3
    for secret in (path.rpartition(".")[2], path, "Hanako", "customer.example", "SO-810006", "203.0.113"):
        assert secret not in text


async def test_one_link_is_not_looked_at_without_end_and_the_others_of_an_office_are(
    room: LinkRoom, links: dict[str, str], stranger: AsyncClient
) -> None:
    room.app.state.looks = Looks()
    before = room.store.attempts("here", room.now())
    codes = {(await stranger.head(links["papers"])).status_code for _ in range(LOOKS)}
    assert codes == {200}
    assert (await stranger.get(links["papers"])).status_code == 429
    assert (await stranger.get(links["papers"][:-1] + "_")).status_code in {404, 429}, "however it is written"
    assert (await stranger.get(links["return"])).status_code == 200, "from the same address"
    assert room.store.attempts("here", room.now()) == before + 1, "nothing is written for a look"
    room.ahead = ATTEMPTS_WITHIN
    assert (await stranger.get(links["papers"])).status_code == 200


async def test_looks_are_forgotten_with_their_quarter_of_an_hour() -> None:
    looks, now = Looks(), datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
    assert [looks.count("a", now), looks.count("b", now), looks.count("a", now)] == [1, 1, 2]
    assert looks.count("a", now + ATTEMPTS_WITHIN - timedelta(seconds=1)) == 3
    assert looks.count("a", now + ATTEMPTS_WITHIN) == 1
    assert looks.numbers == {"a": 1}

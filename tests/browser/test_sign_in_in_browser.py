"""Signing in, the first run, users, help and one's profile in the real browser: wide, on a phone, in four languages."""

import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import pytest
import pytest_asyncio

if "CI" not in os.environ:
    pytest.importorskip("playwright", reason="Playwright is not installed")

from playwright.async_api import Browser, Page, ViewportSize, expect

from adapters.setting_groups import Hub, Web
from adapters.tokens import sign_in_path
from domain.permissions import PartnerRole
from domain.values import Language
from tests.browser.visitor import COLOURS, DESKTOP, PHONE, looks_right, served
from tests.browser.web_ui import PATIENCE
from tests.support.link_room import free_socket
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, a_provider
from tests.support.web_site import HIKARI, SECRET, Site, a_site
from web.signin.issuer import Issuer

HELP: Final = Hub.model_validate({"helpdesk_url": "https://help.example.com/partners"})


@dataclass
class Room:
    """The pages with a port, and a browser."""

    site: Site
    url: str
    browser: Browser
    pages: dict[Language, Page] = field(default_factory=dict)
    """Kept: to open one costs more than to load a page."""

    asked: set[str] = field(default_factory=set)
    """Hosts that pages asked for anything."""

    said: list[str] = field(default_factory=list)
    """Errors of the browser's console: a policy that was broken stands there."""

    @asynccontextmanager
    async def visit(self, path: str, size: ViewportSize, language: Language) -> AsyncIterator[Page]:
        """Of somebody whose browser knows nothing of us."""
        if language not in self.pages:
            self.pages[language] = await self._opened(language)
        page = self.pages[language]
        await page.context.clear_cookies()
        await page.set_viewport_size(size)
        await page.goto(f"{self.url}{path}")
        yield page

    async def _opened(self, language: Language) -> Page:
        context = await self.browser.new_context(locale=language.value, timezone_id="UTC")
        context.set_default_timeout(PATIENCE * 1000)
        page = await context.new_page()
        page.on("request", lambda request: self.asked.add(request.url.split("/")[2]))
        page.on("console", lambda line: self.said.append(line.text) if line.type == "error" else None)
        return page


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with a_provider() as running:
        running.url = running.url.replace("127.0.0.1", "localhost")  # to a browser another site than ours
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(executable: str, provider: Provider) -> AsyncIterator[Room]:
    async with AsyncExitStack() as held:
        web = Web(issuer=provider.url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, secret=SECRET)
        site = held.enter_context(a_site(web=web, hub=HELP))
        site.world.issuer = Issuer(web)
        bound = free_socket()
        chromium = await held.enter_async_context(served(site.app, bound, executable))
        yield Room(site, f"http://127.0.0.1:{bound.getsockname()[1]}", chromium)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("language", list(Language))
async def test_somebody_new_goes_from_the_link_to_work(room: Room, language: Language) -> None:
    """HUB-02, HUB-03; on a phone. Colours know no language."""
    without = () if language is Language.ENGLISH else COLOURS
    user = room.site.add(f"new-{language}", HIKARI, PartnerRole.FULL_ADMINISTRATOR, accepted=False, language=language)
    link = sign_in_path(room.site.store, user.user_id, room.site.now)
    async with room.visit(link, PHONE, language) as page:
        await looks_right(page, f"sign-in-link-{language}-phone", without)
        await page.locator("main button").click()
        await expect(page).to_have_url(f"{room.url}/first-run")
        await expect(page.locator(".kpi .value").first).to_have_text("2")
        await looks_right(page, f"first-run-plan-{language}-phone", without)
        await page.locator("main a.button.primary").click()
        await page.locator("main button").click()
        await expect(page.locator(".error")).to_be_visible()
        await looks_right(page, f"first-run-terms-{language}-phone", without)
        await page.get_by_role("checkbox").check()
        await page.locator("main button").click()
        await expect(page).to_have_url(f"{room.url}/first-run/start")
        await looks_right(page, f"first-run-start-{language}-phone", without)
        await page.locator('main a[href="/administration"]').click()
        await looks_right(page, f"administration-{language}-phone", without)
        await page.goto(f"{room.url}/resources")
        await looks_right(page, f"resources-{language}-phone", without)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_full_administrator_adds_a_user_finds_help_and_signs_out(room: Room) -> None:
    """HUB-43, HUB-61, HUB-62, with our script and htmx."""
    link = sign_in_path(room.site.store, "full", room.site.now)
    async with room.visit(link, DESKTOP, Language.ENGLISH) as page:
        await page.get_by_role("button", name="Sign in").click()
        await page.goto(f"{room.url}/administration")
        await page.get_by_role("link", name="Add user").click()
        await page.get_by_label("Name").fill("Hanako Yamada")
        await page.get_by_label("Email address").fill("full@example.com")
        await page.get_by_role("button", name="Add user").click()
        await expect(page.locator(".field .error")).to_have_count(1)
        await page.get_by_label("Partner administrator").check()
        await page.get_by_role("button", name="Add user").click()
        await expect(page.locator(".field .error")).to_have_text("Another user has this address.")
        await looks_right(page, "user-desktop")
        await page.get_by_label("Email address").fill("hanako.yamada@hikari.example.com")
        await page.get_by_role("button", name="Add user").click()
        await expect(page.get_by_role("row", name=re.compile("Hanako Yamada"))).to_be_visible()
        await looks_right(page, "administration-desktop")
        await page.goto(f"{room.url}/resources")
        await page.get_by_label("Topic").select_option("users")
        await expect(page).to_have_url(re.compile(r"topic=users"))
        await expect(page.locator("#found li")).to_have_count(3)
        await expect(page.get_by_role("link", name="Contact the helpdesk")).to_be_visible()
        await page.get_by_role("link", name="Person full").click()
        await page.get_by_label("Language").select_option("fr")
        await page.get_by_role("button", name="Save").click()
        await expect(page.locator("html")).to_have_attribute("lang", "fr")
        await looks_right(page, "profile-fr-desktop")
        await page.get_by_role("button", name="Se déconnecter").click()
        await expect(page).to_have_url(f"{room.url}/sign-in")
        await page.go_back()
        await page.reload()
        await expect(page).to_have_url(re.compile("/sign-in"))


@pytest.mark.asyncio(loop_scope="module")
async def test_an_identity_provider_on_another_site_lets_somebody_in(room: Room, provider: Provider) -> None:
    """The cookies of both ways survive that a browser comes back from elsewhere."""
    provider.email = "read-only@example.com"
    async with room.visit("/profile", DESKTOP, Language.ENGLISH) as page:
        await looks_right(page, "sign-in-desktop")
        await page.get_by_role("link", name="Continue with your organization").click()
        await expect(page).to_have_url(f"{room.url}/profile")
        await expect(page.locator(".leave")).to_contain_text("Person read-only")
        provider.email = "nobody@example.com"
        await page.get_by_role("button", name="Sign out").click()
        await page.goto(f"{room.url}/sign-in/oidc")
        await expect(page.locator("h1")).to_have_text("You could not be signed in")
        await looks_right(page, "not-let-in-desktop")


@pytest.mark.asyncio(loop_scope="module")
async def test_no_page_asks_anybody_else_and_none_breaks_its_policy(room: Room, provider: Provider) -> None:
    """After all the others: hosts that were asked, and what the browser complained of."""
    async with room.visit("/sign-in", DESKTOP, Language.ENGLISH) as page:
        await expect(page.locator("h1")).to_be_visible()
    ours = room.url.split("/")[2]
    assert room.asked <= {ours, provider.url.split("/")[2]}
    assert [line for line in room.said if "Content Security Policy" in line or "script" in line.lower()] == []

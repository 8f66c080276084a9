"""The Partner Hub in a real browser: what a partner's administrator does in it, and every page as people see it."""

import os
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Final

import pytest
import pytest_asyncio
from starlette.applications import Starlette

if "CI" not in os.environ:
    pytest.importorskip("playwright", reason="Playwright is not installed")

from playwright.async_api import Page, expect

from adapters.sql.store import SqlStore
from domain.hub.users import NewUser
from domain.lifecycle import Lifecycle
from domain.values import Language
from tests.browser.visitor import DESKTOP, PHONE, Visitor, looks_right_in_the_dark, served
from tests.hub_showcase import a_showcase
from tests.makers import a_customer, a_paid_customer_s_trial, some
from tests.postgres import an_open_store, emptied
from tests.support.environment import eventually
from tests.support.link_room import LinkRoom, free_socket, link_room
from tests.support.web_site import Site

AKASAKA: Final = "/customers/hikari/akasaka"
PAGES: Final = (
    "/",
    "/?status=subscription&tag=VIP&sort=-ends",
    "/?q=nobody-has-this-name",
    AKASAKA,
    "/customers/hikari/shibuya",
    "/customers/hikari/hanbit?tab=trials",
    "/customers/hikari/busan?tab=trials",
    f"{AKASAKA}?tab=administrators",
    f"{AKASAKA}?tab=requests",
    f"{AKASAKA}?tab=cases",
    f"{AKASAKA}?tab=timeline",
    f"{AKASAKA}/usage?lifecycle=subscription&subject=sub-SO-101&product=meetings",
    "/kpi",
    "/kpi?product=calling&as_of=2026-11-22",
    "/kpi/rows?number=total_customers",
    "/kpi/rows?number=low_unassigned",
    "/calling",
)


DESK: Final = (
    "/operations",
    "/operations?group=held",
    "/operations?search=nobody-has-this-name",
    "/operations/calendar",
    "/",
    AKASAKA,
    "/resources?q=calendar",
    "/profile",
)
"""Of operators, that need no workflow."""


@asynccontextmanager
async def visited(executable: str, app: Starlette, bound: socket.socket, store: SqlStore) -> AsyncIterator[Visitor]:
    """The app on a port, and a browser."""
    async with served(app, bound, executable) as chromium:
        yield Visitor(chromium, f"http://127.0.0.1:{bound.getsockname()[1]}", store)


# A dozen customers, without workflows.


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with an_open_store("sqlite") as store:
        made = a_showcase(emptied(store))
        assert list(made.world.book.close_weeks(made.now))
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def visitor(executable: str, site: Site) -> AsyncIterator[Visitor]:
    async with visited(executable, site.app, free_socket(), site.store) as found:
        yield found


async def shown(visitor: Visitor, page: Page, path: str) -> None:
    answer = await page.goto(f"{visitor.url}{path}")
    assert answer is not None
    assert answer.status == 200, path


@pytest.mark.asyncio(loop_scope="module")
async def test_what_speaks_against_wcag_is_seen(visitor: Visitor, site: Site) -> None:
    page_of = '<!doctype html><html lang="en"><title>x</title><main><h1>x</h1><p>right</p>{}</main></html>'.format
    async with visitor.signed_in("full", site.now) as page:
        await page.set_content(page_of(""))
        await visitor.looks_right(page)
        for part, rule in (('<p style="color: #ccc">pale</p>', "color-contrast"), ('<img src="data:,">', "image-alt")):
            await page.set_content(page_of(part))
            with pytest.raises(AssertionError, match=rule):
                await visitor.looks_right(page)


@pytest.mark.asyncio(loop_scope="module")
async def test_no_page_speaks_against_wcag_or_asks_anybody_else_for_anything(visitor: Visitor, site: Site) -> None:
    """In the light, and in the dark."""
    async with visitor.signed_in("full", site.now) as page:
        for number, path in enumerate(some(PAGES)):
            await shown(visitor, page, path)
            await visitor.looks_right(page, f"full-light-{number}")
            await looks_right_in_the_dark(page, f"full-dark-{number}")


@pytest.mark.asyncio(loop_scope="module")
async def test_the_pages_of_operators_hold_to_the_same(visitor: Visitor, site: Site) -> None:
    """In the dark, wide and on a phone."""
    async with visitor.signed_in("operator", site.now, color_scheme="dark") as page:
        for number, path in enumerate(some(DESK)):
            await page.set_viewport_size(DESKTOP)
            await shown(visitor, page, path)
            await visitor.looks_right(page, f"operator-desktop-{number}")
            await page.set_viewport_size(PHONE)
            await visitor.looks_right(page, f"operator-phone-{number}")


@pytest.mark.asyncio(loop_scope="module")
async def test_every_page_fits_on_a_phone_in_french(visitor: Visitor, site: Site) -> None:
    """The longest words of the four languages, on 390 pixels."""
    site.store.change_hub_user("sales", "test", site.now, language=Language.FRENCH)
    site.store.assign_hub_user("sales", "akasaka", "test", site.now)
    async with visitor.signed_in("sales", site.now, viewport=PHONE) as page:
        for number, path in enumerate(
            (AKASAKA, f"{AKASAKA}?tab=trials", f"{AKASAKA}?tab=timeline", "/", "/kpi", "/calling")
        ):
            await page.goto(f"{visitor.url}{path}")
            await visitor.looks_right(page, f"phone-{number}")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_very_long_name_pushes_nothing_out_of_sight(visitor: Visitor, site: Site) -> None:
    """One word, as a name of a company or an id may be."""
    called = "found => found.forEach(each => each.textContent = 'x'.repeat(160))"
    beyond = "found => found.map(each => each.scrollWidth - each.clientWidth)"
    async with visitor.signed_in("operator", site.now) as page:
        for size in (DESKTOP, PHONE):
            await page.set_viewport_size(size)
            for path, name in (("/", "th a"), ("/operations", "td.long"), (AKASAKA, "dd.id")):
                await shown(visitor, page, path)
                assert await page.locator(name).count()
                await page.locator(f"tbody {name}, dl {name}").evaluate_all(called)
                assert set(await page.locator("html, main, .scroll:has(a), .card").evaluate_all(beyond)) == {0}, path


@pytest.mark.asyncio(loop_scope="module")
async def test_the_list_is_filtered_while_one_chooses_and_the_address_follows(visitor: Visitor, site: Site) -> None:
    """HUB-30 to HUB-33; the keyboard is enough."""
    async with visitor.signed_in("full", site.now) as page:
        await page.goto(f"{visitor.url}/")
        await page.get_by_role("searchbox").fill("lumiere")
        await expect(page.locator("tbody tr")).to_have_count(1)
        assert page.url.endswith("/?q=lumiere")
        await page.get_by_role("searchbox").fill("")
        await expect(page.locator("tbody tr")).to_have_count(12)
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        await expect(page.locator("tbody th a")).to_have_text(["梅田製作所"])
        await visitor.looks_right(page, "menu")
        await page.keyboard.press("Escape")
        assert await page.evaluate("document.activeElement.textContent.trim()") == "Status1"
        await page.reload()
        await expect(page.locator("tbody th a")).to_have_text(["梅田製作所"])
        await page.get_by_role("link", name="Clear filters").click()
        await expect(page.locator("tbody tr")).to_have_count(12)
        assert not visitor.wrong


@pytest.mark.asyncio(loop_scope="module")
async def test_without_javascript_the_same_pages_do_the_same(visitor: Visitor, site: Site) -> None:
    async with visitor.signed_in("full", site.now, java_script_enabled=False) as page:
        await page.goto(f"{visitor.url}/")
        await page.get_by_role("searchbox").fill("minami")
        await page.get_by_role("button", name="Apply").click()
        await expect(page.locator("tbody th a")).to_have_text(["Minami Foods"])
        await page.goto(f"{visitor.url}/kpi")
        await page.get_by_label("As of").select_option("2026-11-22")
        await page.get_by_role("button", name="Show").click()
        await expect(page.locator(".basis")).to_contain_text("These numbers do not change any more")


@pytest.mark.asyncio(loop_scope="module")
async def test_from_a_number_to_its_rows_to_the_days_they_are_counted_from(visitor: Visitor, site: Site) -> None:
    """domain.md §6.7; as of a week that was closed."""
    async with visitor.signed_in("full", site.now) as page:
        await page.goto(f"{visitor.url}/kpi?as_of=2026-11-22")
        await page.get_by_role("link", name="Calling", exact=True).click()
        await (
            page.get_by_role("region", name="Subscriptions renewing soon").get_by_role("link", name="부산해운").click()
        )
        await expect(page.get_by_role("heading", level=1)).to_have_text("부산해운")
        assert "as_of=2026-11-22" in page.url
        await page.get_by_role("link", name=re.compile("Daily usage.*Calling")).click()
        await expect(page.locator("svg.chart")).to_be_visible()
        await visitor.looks_right(page)


# With workflows.


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(executable: str) -> AsyncIterator[tuple[LinkRoom, Visitor]]:
    """A trial that runs, of a customer of hikari; a partner's full administrator."""
    async with AsyncExitStack() as held:
        bound = free_socket()
        made = await held.enter_async_context(link_room(bound.getsockname()[1]))
        await made.start("Trial", a_paid_customer_s_trial("T-800001", customer=a_customer()), "trial-T-800001")
        await eventually(lambda: made.store.listed(Lifecycle.TRIAL, stage="trialing"))
        new = NewUser(user_id="full", partner_id="hikari", roles=("full_administrator",), name="Ken Sato")
        made.store.add_hub_user(new, "test", made.now())
        made.store.accept_hub_terms("full", made.now())
        made.world.book.catch_up(made.now())
        visitor = await held.enter_async_context(visited(executable, made.app, bound, made.store))
        yield made, visitor


def expiry(room: LinkRoom) -> datetime:
    """As the store has it."""
    (state,) = room.store.states(Lifecycle.TRIAL, ["T-800001"]).values()
    return state.expires_at  # type: ignore[attr-defined, no-any-return]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_day_of_an_administrator_from_the_list_to_signing_out(room: tuple[LinkRoom, Visitor]) -> None:
    """List, filter, tag, customer, extend the trial, KPI, its rows, sign out."""
    made, visitor = room
    before = expiry(made)
    async with visitor.signed_in("full", made.now()) as page:
        await page.goto(f"{visitor.url}/")
        await page.locator("summary", has_text="Status").click()
        await page.get_by_role("checkbox", name="Trial", exact=True).check()
        await page.get_by_role("link", name="赤坂商事").click()
        await tag(page, "a, b, c, d, e, f")
        await expect(page.locator(".error")).to_have_text("At most 5 tags")
        await visitor.looks_right(page, "tags-refused")
        await page.get_by_role("textbox", name="Tags").first.fill("VIP, pilot")
        await page.get_by_role("button", name="Save").first.click()
        await expect(page.get_by_role("status")).to_have_text("Tags saved.")
        await page.get_by_role("link", name="Trials").click()
        await page.get_by_role("link", name="Extend").click()
        await visitor.looks_right(page, "extend")
        await page.locator('[name="days"]').fill("30")
        await page.locator('[name="confirm_shorten"]').check()
        await page.locator("main form").get_by_role("button").last.click()
        await eventually(lambda: expiry(made) != before)
        made.world.book.catch_up(made.now())
        await page.goto(f"{visitor.url}{AKASAKA}?tab=timeline")
        await expect(page.locator(".timeline").last).to_contain_text("Trial extended")
        await page.get_by_role("link", name="KPI").first.click()
        await page.get_by_role("link", name="1 Nearing expiration").click()
        await expect(page.locator("tbody tr")).to_have_count(1)
        await page.goto(f"{visitor.url}/?tag=vip")
        await expect(page.locator("tbody th a")).to_have_text(["赤坂商事"])
        await page.get_by_role("button", name="Sign out").click()
        await page.goto(f"{visitor.url}{AKASAKA}")
        assert "/sign-in" in page.url
        assert not visitor.wrong


async def tag(page: Page, tags: str) -> None:
    """Of the customer."""
    await page.locator("summary", has_text="Edit tags").first.click()
    await page.get_by_role("textbox", name="Tags").first.fill(tags)
    await page.get_by_role("button", name="Save").first.click()

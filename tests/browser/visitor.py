"""Somebody who is signed in to the web room with a real browser: what pages do that they should not."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import uvicorn
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.async_api import Browser, Page, ViewportSize, async_playwright
from starlette.applications import Starlette

from adapters.sql.store import SqlStore
from adapters.tokens import digest
from domain.hub.policy import SESSION_ENDS_AFTER
from tests.browser.web_ui import FLAGS, PATIENCE
from web.session import name_of

DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 900}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
WCAG: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOURS: Final = ("color-contrast", "link-in-text-block")
"""What a page may break in the dark only: that is other colours and nothing else (tests/web/test_style.py)."""

REFUSED: Final = "a status of 422"
SHOTS: Final = os.environ.get("SCREENSHOTS")
"""A directory: what the pages look like, for people."""


@asynccontextmanager
async def served(app: Starlette, bound: socket.socket, executable: str) -> AsyncIterator[Browser]:
    """The app behind a socket, and a browser to look at it."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve([bound]))
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=executable, args=FLAGS, timeout=PATIENCE * 1000)
        yield chromium
        await chromium.close()
    server.should_exit = True
    await serving


async def looks_right(page: Page, shot: str = "", without: Collection[str] = ()) -> None:
    """Nothing sticks out of the window, and nothing speaks against WCAG; without rules that it was asked for before."""
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{shot or page.url}: the page is {wide} px wider than the window"
    await _pictured(page, shot)
    await _keeps(page, shot, WCAG, without)


async def looks_right_in_the_dark(page: Page, shot: str = "") -> None:
    """A page that looked right in the light."""
    await page.emulate_media(color_scheme="dark")
    await _pictured(page, shot)
    await _keeps(page, shot, COLOURS)
    await page.emulate_media(color_scheme="light")


async def _pictured(page: Page, shot: str) -> None:
    if SHOTS and shot:
        await page.screenshot(path=str(Path(SHOTS) / f"{shot}.png"), full_page=True)


async def _keeps(page: Page, shot: str, rules: Collection[str], without: Collection[str] = ()) -> None:
    """These rules, or those of these tags."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE_SCRIPT)
    left_out = {rule: {"enabled": False} for rule in without}
    options = {"runOnly": rules, "rules": left_out, "resultTypes": ["violations"]}
    found = AxeResults(await page.evaluate("asked => axe.run(asked).then(({violations}) => ({violations}))", options))
    assert found.violations_count == 0, f"{shot or page.url}: {found.generate_report()}"


@dataclass
class Visitor:
    """Of one address; everything that is not as it should be is in `wrong`."""

    browser: Browser
    url: str
    store: SqlStore
    wrong: list[str] = field(default_factory=list)
    visits: int = 0

    @asynccontextmanager
    async def signed_in(self, user_id: str, now: datetime, **changes: Any) -> AsyncIterator[Page]:
        """A page of a browser of its own, with that user's session."""
        self.visits += 1
        token = f"token of {user_id} for visit {self.visits}"
        self.store.begin_session(digest(token), user_id, now, now + SESSION_ENDS_AFTER)
        given: dict[str, Any] = {
            "viewport": DESKTOP,
            "locale": "en-US",
            "timezone_id": "UTC",
            "reduced_motion": "reduce",
        }
        context = await self.browser.new_context(**given | changes)
        context.set_default_timeout(PATIENCE * 1000)
        await context.add_cookies([{"name": name_of("session", https=False), "value": token, "url": self.url}])
        page = await context.new_page()
        page.on("console", lambda said: self._heard(said.type, said.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(self.url) else self.wrong.append(asked.url))
        try:
            yield page
        finally:
            await context.close()

    def _heard(self, kind: str, text: str) -> None:
        """A form that was refused is no fault, though the browser says so."""
        if kind in {"error", "warning"} and REFUSED not in text:
            self.wrong.append(text)

    async def looks_right(self, page: Page, shot: str = "") -> None:
        """As above, and nothing went wrong so far."""
        await looks_right(page, shot)
        assert not self.wrong, self.wrong

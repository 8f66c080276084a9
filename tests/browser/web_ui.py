"""Temporal's Web UI as an operator uses it: by forms, dialogs and tabs. Bounded waits only."""

import os
import re
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import Error, Locator, Page, async_playwright, expect

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")

FLAGS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
"""As root, without a screen, and without a word to anybody outside."""

PATIENCE: Final = 20.0
"""Seconds for a page, a dialog, an answer: far longer than any takes, also on a machine that does much else."""

ANSWERED: Final = 5.0
"""Seconds after which a page that shows nothing is loaded once more."""

LOOK_EVERY: Final = 250
"""Milliseconds between two looks."""

SETTLES: Final = 600
"""Milliseconds: the first click on Submit may only leave the editor, which then grows and moves the button."""


def browser() -> str | None:
    """The path of a Chromium on this machine; BROWSER_UNDER_TEST names another one."""
    return os.environ.get("BROWSER_UNDER_TEST") or next(filter(None, map(shutil.which, BROWSERS)), None)


@asynccontextmanager
async def a_page(executable: str, *, width: int = 1280, height: int = 800) -> AsyncIterator[Page]:
    """A page of a fresh headless browser, in UTC."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        try:
            size = {"width": width, "height": height}
            page = await chromium.new_page(viewport=size, locale="en-US", timezone_id="UTC")  # type: ignore[arg-type]
            page.set_default_timeout(PATIENCE * 1000)
            yield page
        finally:
            await chromium.close()


@dataclass
class WebUi:
    """What an operator does, in sentences."""

    page: Page
    lists: str
    """Where the list of workflows is."""

    async def fill_form(self, link: str, message: str) -> None:
        """Open the pre-filled form and paste the input."""
        await self.page.goto(link)
        await expect(self.page.get_by_text("Task Queue is Active")).to_be_visible(timeout=PATIENCE * 1000)
        await self._paste(self.page.locator("main"), message)

    async def start(self, link: str, message: str) -> None:
        """Start something from the form."""
        await self.fill_form(link, message)
        started = self.page.get_by_role("link", name="Workflow started successfully")
        await self._press(self.page.get_by_role("button", name="Start Workflow").last, started.count)

    async def open(self, workflow_id: str, tab: str = "User Metadata") -> None:
        """A workflow's page."""
        await self.page.goto(f"{self.lists}/{workflow_id}")
        await self.page.get_by_role("tab", name=tab).click()
        await self.page.wait_for_url(f"**/{tab.lower().replace(' ', '-')}")

    async def details(self, *shown: str) -> None:
        """Wait until the current details of the open page show all of this."""
        latest = time.monotonic() + PATIENCE
        seen = await self._details()
        while not all(text in seen for text in shown):
            assert time.monotonic() < latest, f"{shown} wanted, shown is:\n{seen}"
            await self.page.reload()
            await self.page.wait_for_timeout(LOOK_EVERY)
            seen = await self._details()

    async def _details(self) -> str:
        frame = self.page.locator("iframe").last.content_frame
        with suppress(Error, AssertionError):  # not there yet
            await expect(frame.locator("h3, p").first).to_be_visible(timeout=ANSWERED * 1000)
            return await frame.locator("body").inner_text(timeout=ANSWERED * 1000)
        return ""

    async def choose_update(self, update: str | None) -> Locator:
        """The dialog in which an update is sent; without a name the list of them is left open."""
        await self.page.get_by_role("button", name="More Actions").click()
        await self.page.get_by_role("menuitem", name="Send an Update").click()
        dialog = self.page.get_by_role("dialog", name="Send an Update")
        await dialog.get_by_role("button", name="Select an Update").click()
        if update:
            await self.page.get_by_role("option", name=re.compile(rf"^{update}\b")).click()
        return dialog

    async def tell(self, update: str, message: str) -> str:
        """Send an update by the dialog; the refusal it shows, or "" if it was taken and the dialog closed."""
        dialog = await self.choose_update(update)
        await self._paste(dialog, message)
        refusal = dialog.get_by_role("alert").locator("p")

        async def answered() -> bool:
            return not await dialog.is_visible() or bool(await refusal.count())

        await self._press(dialog.get_by_role("button", name="Submit"), answered)
        return await refusal.first.inner_text() if await dialog.is_visible() else ""

    async def close_dialog(self) -> None:
        """Leave the dialog."""
        await self.page.get_by_role("dialog").get_by_role("button", name="Cancel").last.click()
        await expect(self.page.get_by_role("dialog")).to_have_count(0)

    async def listed(self, link: str, workflow_id: str) -> None:
        """Wait until a filtered list shows this workflow."""
        latest = time.monotonic() + PATIENCE
        found = self.page.get_by_role("cell", name=workflow_id, exact=True)
        await self.page.goto(link)
        while not await found.count():
            assert time.monotonic() < latest, f"{workflow_id} is not listed by {link}"
            await self.page.wait_for_timeout(LOOK_EVERY)
            if await self.page.get_by_role("button", name="Refresh").count():
                await self.page.get_by_role("button", name="Refresh").click()

    async def picture(self, path: Path, heading: str | None = None) -> None:
        """What the operator sees, having scrolled down to a heading."""
        if heading:
            await self.page.get_by_role("heading", name=heading).evaluate("heading => heading.scrollIntoView()")
        await self.page.evaluate("document.querySelectorAll('dialog *, dialog').forEach(e => e.scrollLeft = 0)")
        await self.page.wait_for_timeout(SETTLES)
        await self.page.screenshot(path=path)

    async def _paste(self, within: Locator, message: str) -> None:
        await within.locator(".cm-content").first.click()
        await self.page.keyboard.press("Control+A")  # a dialog opened again still has what was in it
        await self.page.keyboard.insert_text(message)

    async def _press(self, button: Locator, answered: Callable[[], Awaitable[object]]) -> None:
        """Press until it is answered; while it is under way the button is disabled."""
        latest = time.monotonic() + PATIENCE
        while not await answered():
            assert time.monotonic() < latest, "no answer"
            with suppress(Error):  # it moved, or it is gone because the answer came
                if await button.is_enabled(timeout=SETTLES):
                    await button.click(timeout=SETTLES)
            await self.page.wait_for_timeout(SETTLES)

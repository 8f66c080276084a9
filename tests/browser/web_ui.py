"""Temporal's Web UI as an operator uses it: by forms, dialogs and tabs. Bounded waits only."""

import json
import os
import re
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Error, FrameLocator, Locator, Page, async_playwright, expect
from playwright.async_api import TimeoutError as PressedTooSoon

from domain.placeholder import PLACEHOLDER

ROOT: Final = Path(__file__).resolve().parents[2]
"""What the pages name files from: examples/ui/…"""

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")

FLAGS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
"""As root, without a screen, and without a word to anybody outside."""

PATIENCE: Final = 240.0
"""Seconds for a page, a dialog, an answer: far longer than any takes, also on a machine that does much else."""

ANSWERED: Final = 15.0
"""Seconds after which a page that shows nothing is loaded once more."""

LOOK_EVERY: Final = 300
"""Milliseconds between two looks."""

SETTLES: Final = 600
"""Milliseconds: the first click on Submit may only leave the editor, which then grows and moves the button."""

BLINK: Final = 50
"""Milliseconds between two looks at a dialog."""

STILL: Final = """
const style = document.createElement('style');
style.textContent = '*, *::before, *::after, ::backdrop { transition: none !important; animation: none !important;'
  + ' backdrop-filter: none !important; }';
document.head.append(style);
"""
"""Dialogs that are there at once: a blurred page costs a machine without a graphics card half a second each."""


def browser() -> str | None:
    """The path of a Chromium on this machine; BROWSER_UNDER_TEST names another one."""
    return os.environ.get("BROWSER_UNDER_TEST") or next(filter(None, map(shutil.which, BROWSERS)), None)


@asynccontextmanager
async def a_page(executable: str, *, width: int = 1280, height: int = 800, plain: bool = False) -> AsyncIterator[Page]:
    """A page of a fresh headless browser, in UTC; without what moves and blurs, if it is plain."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=executable, args=FLAGS, timeout=PATIENCE * 1000)
        try:
            size = {"width": width, "height": height}
            context = await chromium.new_context(
                viewport=size,  # type: ignore[arg-type]
                locale="en-US",
                timezone_id="UTC",
                reduced_motion="reduce",
            )
            context.set_default_timeout(PATIENCE * 1000)
            if plain:
                await context.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ {STILL} }})")
            yield await context.new_page()
        finally:
            await chromium.close()


@dataclass
class WebUi:
    """What an operator does, in sentences."""

    page: Page
    lists: str
    """Where the list of workflows is."""

    async def fill_form(self, link: str, message: str, workflow_id: str | None = None) -> None:
        """Open the pre-filled form, paste the input, and change the id if it is not the example's."""
        await self.page.goto(link, wait_until="commit")
        await expect(self.page.get_by_text("Task Queue is Active")).to_be_visible(timeout=PATIENCE * 1000)
        if workflow_id:
            await self.page.get_by_label("Workflow ID").fill(workflow_id)
        await self._paste(self.page.locator("main"), message)

    async def start(self, link: str, message: str, workflow_id: str | None = None) -> None:
        """Start something from the form."""
        await self.fill_form(link, message, workflow_id)
        await self._press(self.page.get_by_role("button", name="Start Workflow").last, self._started().count)

    async def open_started(self) -> None:
        """The green note after a start is the way to the new workflow's page."""
        await self._started().click()
        await self._tab("User Metadata")

    async def open(self, workflow_id: str, tab: str = "User Metadata") -> None:
        """A workflow's page."""
        await self.page.goto(f"{self.lists}/{workflow_id}", wait_until="commit")
        await self._tab(tab)

    async def details(self, *shown: str, gone: str | None = None) -> str:
        """Wait until the current details of the open page show all of this; R is the page's own way to see it fresh."""
        latest = time.monotonic() + PATIENCE
        again = time.monotonic() + ANSWERED
        seen = await self._details()
        while not all(text in seen for text in shown) or (gone and gone in seen):
            assert time.monotonic() < latest, f"{shown} wanted, {gone} gone, shown is:\n{seen}"
            if time.monotonic() > again:
                await self.page.reload()
                again = time.monotonic() + ANSWERED
            await self.page.keyboard.press("r")
            await self.page.wait_for_timeout(LOOK_EVERY)
            seen = await self._details()
        return seen

    async def scroll_details_to(self, heading: str) -> None:
        """The page that we write has headings of its own."""
        await self._frame().get_by_role("heading", name=heading).evaluate("heading => heading.scrollIntoView()")

    async def closed(self, status: str) -> None:
        """Wait until the open page says how the workflow ended."""
        await self.page.reload(wait_until="commit")
        await expect(self.page.locator("main").get_by_text(status).first).to_be_visible(timeout=PATIENCE * 1000)

    async def offered(self, update: str, **facts: Any) -> str:
        """What the page says to send for this: the data on it, or in the file it names, every placeholder replaced."""
        offer = self._frame().locator("li", has=self.page.locator(f"code:first-child:text-is('{update}')"))
        shown = await offer.last.locator("code").nth(1).inner_text()
        written = _written(shown)
        left = set(facts)
        message = json.loads(written, object_hook=lambda known: _replaced(known, facts, left))
        assert not left, f"{update} leaves {left} to nobody: {written}"
        return json.dumps(message, ensure_ascii=False)

    async def send(self, update: str, **facts: Any) -> None:
        """Send what the page offers; it has to be taken."""
        refused = await self.tell(update, await self.offered(update, **facts))
        assert not refused, f"{update}: {refused}"

    def _started(self) -> Locator:
        return self.page.get_by_role("link", name="Workflow started successfully")

    async def _tab(self, tab: str) -> None:
        await self.page.get_by_role("tab", name=tab).click()
        await self.page.wait_for_url(f"**/{tab.lower().replace(' ', '-')}")

    def _frame(self) -> FrameLocator:
        return self.page.locator("iframe").last.content_frame

    async def _details(self) -> str:
        frame = self._frame()
        with suppress(Error, AssertionError):  # not there yet
            await expect(frame.locator("h3, p").first).to_be_visible(timeout=ANSWERED * 1000)
            return await frame.locator("body").inner_text(timeout=ANSWERED * 1000)
        return ""

    async def choose_update(self) -> Locator:
        """The dialog in which an update is sent, with the list of them open."""
        await self.page.get_by_role("button", name="More Actions").click()
        await self.page.get_by_role("menuitem", name="Send an Update").click()
        dialog = self.page.get_by_role("dialog", name="Send an Update")
        await dialog.get_by_role("button", name="Select an Update").click()
        return dialog

    def _option(self, update: str) -> Locator:
        return self.page.get_by_role("option", name=re.compile(rf"^{update}\b"))

    async def tell(self, update: str, message: str | None = None) -> str:
        """Send an update by the dialog, as it is or as the list of messages gives it as example.

        The refusal the dialog shows, or "" if the update was taken and the dialog closed.
        """
        dialog = await self.choose_update()
        chosen = self._option(update)
        message = message or _written((await chosen.inner_text()).partition("Example:")[2].strip())
        await chosen.click()
        await self._paste(dialog, message)
        refusal = dialog.get_by_role("alert").locator("p")

        async def answered() -> bool:
            return not await dialog.is_visible() or bool(await refusal.count())

        await self._press(dialog.get_by_role("button", name="Submit", exact=True), answered)
        return await refusal.first.inner_text() if await dialog.is_visible() else ""

    async def close_dialog(self) -> None:
        """Leave the dialog."""
        await self.page.get_by_role("dialog").get_by_role("button", name="Cancel").last.click()
        await expect(self.page.get_by_role("dialog")).to_have_count(0)

    async def listed(self, link: str, workflow_id: str) -> None:
        """Wait until a filtered list shows this workflow."""
        latest = time.monotonic() + PATIENCE
        found = self.page.get_by_role("cell", name=workflow_id, exact=True)
        refresh = self.page.get_by_role("button", name="Refresh")
        await self.page.goto(link, wait_until="commit")
        while not await found.count():
            assert time.monotonic() < latest, f"{workflow_id} is not listed by {link}"
            await self.page.wait_for_timeout(LOOK_EVERY)
            if await refresh.count():
                await refresh.click()

    @asynccontextmanager
    async def another_tab(self) -> AsyncIterator["WebUi"]:
        """For a list, beside the page that stays open; a page in the background does not move."""
        page = await self.page.context.new_page()
        yield replace(self, page=page)
        await page.close()
        await self.page.bring_to_front()

    async def picture(self, path: Path, heading: str | None = None) -> None:
        """What the operator sees, having scrolled down to a heading."""
        if heading:
            await self.page.get_by_role("heading", name=heading).evaluate("heading => heading.scrollIntoView()")
        await self.page.evaluate("document.querySelectorAll('dialog *, dialog').forEach(e => e.scrollLeft = 0)")
        await self.page.wait_for_timeout(SETTLES)
        await self.page.screenshot(path=path)

    async def _paste(self, within: Locator, message: str) -> None:
        editor = within.locator(".cm-content").first
        await editor.click()
        await self.page.keyboard.press("Control+A")  # a dialog opened again still has what was in it
        await self.page.keyboard.insert_text(message)
        await editor.blur()  # or the first click on Submit does this, and no more

    async def _press(self, button: Locator, answered: Callable[[], Awaitable[object]]) -> None:
        """Press until it is answered; while it is under way the button is disabled."""
        latest = time.monotonic() + PATIENCE
        while not await answered():
            assert time.monotonic() < latest, "no answer"
            with suppress(PressedTooSoon):  # it moved, or it is gone because the answer came
                if await button.is_enabled(timeout=SETTLES):
                    await button.click(timeout=SETTLES)
            settled = time.monotonic() + SETTLES / 1000
            while time.monotonic() < settled and not await answered():
                await self.page.wait_for_timeout(BLINK)


def _written(shown: str) -> str:
    """Data, or those of the file that is named instead."""
    return (ROOT / shown).read_text(encoding="utf-8") if shown.startswith("examples/") else shown


def _replaced(known: dict[str, Any], facts: Mapping[str, Any], left: set[str]) -> dict[str, Any]:
    """One object of a message; a fact is for a placeholder only."""
    wanted = [name for name, value in known.items() if PLACEHOLDER in json.dumps(value)]
    left.difference_update(wanted)
    return known | {name: facts.get(name, known[name]) for name in wanted}

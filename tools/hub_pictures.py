"""Pictures of the Partner Hub for docs/pictures: `python -m tools.hub_pictures`, with a browser on this machine."""

import asyncio
import socket
from pathlib import Path
from typing import Final, NamedTuple

import uvicorn
from playwright.async_api import Browser, async_playwright

from domain.values import Language
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.browser.web_ui import FLAGS, browser
from tests.hub_showcase import a_showcase
from tests.postgres import an_open_store, emptied
from tests.support.web_site import Site

PICTURES: Final = Path(__file__).parents[1] / "docs" / "pictures"


class Shot(NamedTuple):
    """One picture."""

    name: str
    path: str
    language: str = "en"
    scheme: str = "light"
    phone: bool = False
    opened: str = ""
    """What is clicked on before."""


SHOTS: Final = (
    Shot("list", "/", opened="Status"),
    Shot("list-phone", "/?status=subscription", "ja", "dark", phone=True),
    Shot("subscriptions", "/customers/hikari/akasaka"),
    Shot("trials", "/customers/hikari/hanbit?tab=trials", "ko"),
    Shot("timeline", "/customers/hikari/akasaka?tab=timeline", "fr"),
    Shot("kpi", "/kpi"),
    Shot("kpi-dark", "/kpi?product=calling", "ja", "dark"),
    Shot("calling", "/calling"),
)


async def take(chromium: Browser, site: Site, url: str) -> None:
    """All of them."""
    visitor = Visitor(chromium, url, site.store)
    for shot in SHOTS:
        site.store.change_hub_user("full", "pictures", site.now, language=Language(shot.language))
        size = PHONE if shot.phone else DESKTOP
        async with visitor.signed_in("full", site.now, viewport=size, color_scheme=shot.scheme) as page:
            await page.goto(f"{url}{shot.path}")
            if shot.opened:
                await page.locator("summary", has_text=shot.opened).first.click()
            await page.screenshot(path=str(PICTURES / f"hub-{shot.name}.png"))


async def main() -> None:
    """The dozen customers of the tests, served to a browser."""
    bound = socket.create_server(("127.0.0.1", 0))
    with an_open_store("sqlite") as store:
        site = a_showcase(emptied(store))
        list(site.world.book.close_weeks(site.now))
        server = uvicorn.Server(uvicorn.Config(site.app, log_level="warning", lifespan="off"))
        serving = asyncio.create_task(server.serve([bound]))
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(executable_path=browser(), args=FLAGS)
            await take(chromium, site, f"http://127.0.0.1:{bound.getsockname()[1]}")
            await chromium.close()
        server.should_exit = True
        await serving


if __name__ == "__main__":
    asyncio.run(main())

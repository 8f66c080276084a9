"""What a web page reaches through the browser of who runs the embedded service: neither its UI nor its mails."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from adapters.loopback import LOOPBACK
from adapters.mail.catcher import MailCatcher, read_mails
from adapters.temporal.ui_proxy import BAD_PORTS
from tests.makers import some
from tests.support.environment import WITHIN

CHROMIUM = shutil.which("chromium")


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[MailCatcher]:
    with MailCatcher(tmp_path, port=0) as running:
        yield running


@pytest.mark.parametrize("method", ["POST", "PUT", "GET", "OPTIONS"])
def test_a_web_page_leaves_no_mail(catcher: MailCatcher, tmp_path: Path, method: str) -> None:
    """A script may post text to any port of this machine, and its lines would read like a mail."""
    text = (
        "HELO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\nQUIT\r\n"
    )
    answered = b""
    with socket.create_connection((LOOPBACK, catcher.port), timeout=WITHIN) as page, suppress(ConnectionError):
        page.sendall(f"{method} / HTTP/1.1\r\nHost: localhost\r\n\r\n{text}".encode())
        while piece := page.recv(4096):
            answered += piece
    assert b"354" not in answered
    assert read_mails(tmp_path) == []


async def test_no_browser_connects_to_the_port_of_the_ui_itself() -> None:
    """By the Fetch Standard; asked of a real one, for every port that we may take."""
    if not CHROMIUM:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs chromium")
    from playwright.async_api import Error, async_playwright

    async with async_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags, timeout=WITHIN * 1000)
        page = await browser.new_page()
        page.set_default_timeout(WITHIN * 1000)
        for port in some(BAD_PORTS):
            with pytest.raises(Error, match="ERR_UNSAFE_PORT"):
                await page.goto(f"http://{LOOPBACK}:{port}/")
        await browser.close()

"""The browser of this machine."""

import os

import pytest


@pytest.fixture(scope="session")
def executable() -> str:
    """A browser; without one there is nothing to test, which CI does not accept."""
    from tests.browser.web_ui import browser

    found = browser()
    if found is None:
        missing = "no Chromium on this machine: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    return str(found)

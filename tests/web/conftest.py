"""A web room for each test: see tests/support/web_site.py."""

from collections.abc import Iterator

import pytest

from adapters.setting_groups import Web
from tests.support.web_site import OUTSIDE, SECRET, Site, a_site


@pytest.fixture
def site() -> Iterator[Site]:
    """Two partners with customers, and somebody of each role."""
    with a_site() as made:
        yield made


@pytest.fixture
def over_https() -> Iterator[Site]:
    """The same, reached from outside."""
    with a_site(web=Web(url=OUTSIDE, secret=SECRET)) as made:
        yield made

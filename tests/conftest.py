"""Fixtures every room uses."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.town import Town, a_town

LONG = ("e2e", "browser", "contract", "workflows")
"""Where the files are that take longest."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those first: the short ones then fill up both processes to the end. See `make test`."""
    items.sort(key=lambda item: item.path.parent.name not in LONG)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """A fresh service on a fresh time-skipping server."""
    async with a_town(tmp_path) as fresh:
        yield fresh

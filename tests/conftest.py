"""Fixtures every room uses."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.town import Town, a_town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """A fresh service on a fresh time-skipping server."""
    async with a_town(tmp_path) as fresh:
        yield fresh

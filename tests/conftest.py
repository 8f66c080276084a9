"""Fixtures every room uses."""

import asyncio
import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.town import Town, a_town

LONG = ("e2e", "browser", "contract", "workflows")
"""Where the files are that take longest."""


LONGEST = 180
"""Seconds. No test takes a third of it: one that does waits for a server that never answers, and fails."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those first: the short ones then fill up both processes to the end. See `make test`. None waits for ever."""
    items.sort(key=lambda item: item.path.parent.name not in LONG)
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.obj = bounded(item.obj)


def bounded(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def within(*given: Any, **named: Any) -> None:
        async with asyncio.timeout(LONGEST):
            await test(*given, **named)

    return within


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """A fresh service on a fresh time-skipping server."""
    async with a_town(tmp_path) as fresh:
        yield fresh

"""Fixtures every room uses."""

import asyncio
import functools
import gc
import inspect
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.directories import in_memory

if TYPE_CHECKING:
    from tests.support.time_skipping import TimeSkipping

LONG = (
    "test_fuzz.py",
    "test_crashes.py",
    "test_wholesale_crashes.py",
    "test_hub_crashes.py",
    "test_links_in_browser.py",
    "test_hub_in_browser.py",
    "test_new_runs.py",
    "test_steps_that_fail.py",
    "test_restore_drill.py",
    "test_desk_in_browser.py",
    "test_store_contract_trials.py",
    "test_audit.py",
    "test_replay.py",
)
"""The files that take longest: fifteen seconds and more."""

LONG_ROOMS = ("e2e", "browser", "contract", "workflows")
"""Where the others are that take long."""

if memory := in_memory():  # for every database, mail and log that the tests and their processes write
    os.environ["TMPDIR"] = tempfile.tempdir = memory

LONGEST = 900
"""Seconds. No test takes a tenth of it: one that does waits for a server that never answers, and fails. Longer than any
single wait of theirs, whose failure says for what it waited."""


def pytest_configure() -> None:
    """Hypothesis goes by no clock: an example may take as long as the machine needs."""
    from hypothesis import HealthCheck, settings

    usual = settings()
    slow = {*usual.suppress_health_check, HealthCheck.too_slow}
    settings.register_profile("unhurried", usual, deadline=None, suppress_health_check=slow)
    settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those first: the short ones then fill up all processes to the end. See `make test`. None waits for ever."""
    items.sort(key=lambda item: (item.path.name not in LONG, item.path.parent.name not in LONG_ROOMS))
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.obj = bounded(item.obj)


def pytest_collectstart() -> None:
    """What is imported and collected stays to the end: no garbage to look for in it, thousands of times."""
    gc.disable()


def pytest_collection_finish() -> None:
    """All of it is there."""
    gc.freeze()
    gc.enable()


def bounded(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def within(*given: Any, **named: Any) -> None:
        async with asyncio.timeout(LONGEST):
            await test(*given, **named)

    return within


@pytest.fixture
async def env(tmp_path: Path) -> "AsyncIterator[TimeSkipping]":
    """A fresh service on a fresh time-skipping server."""
    from tests.support.time_skipping import time_skipping  # half of all imports: not for who only hands out the tests

    async with time_skipping(tmp_path) as fresh:
        yield fresh

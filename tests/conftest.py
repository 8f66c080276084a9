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
    "test_wholesale_crashes.py",
    "test_crashes.py",
    "test_fuzz.py",
    "test_hub_in_browser.py",
    "test_steps_that_fail.py",
    "test_links_in_browser.py",
    "test_hub_crashes.py",
    "test_desk_in_browser.py",
    "test_demo.py",
    "test_new_runs.py",
    "test_compliance_story.py",
    "test_hub_book.py",
    "test_sign_in_in_browser.py",
    "test_audit.py",
    "test_store_contract_trials.py",
    "test_replay.py",
    "test_hub_kept.py",
    "test_hub_weeks.py",
    "test_restore_drill.py",
    "test_option_request.py",
    "test_sql_interrupted.py",
)
"""The files that take longest, fifteen seconds of a processor and more, the longest first."""

EVERY_LIFE = ("test_details.py", "test_views.py", "test_hub_fold.py")
"""They go through all that `tests/lives.py` finds, which takes longer than they do: one process finds it."""

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
    longest = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: (longest.get(item.path.name, len(LONG)), item.path.parent.name not in LONG_ROOMS))
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.obj = bounded(item.obj)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Files as they are, but for those that share what is dear. See `make test`."""
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    if config.getvalue("dist") != "loadfile":
        return None
    by_file = LoadFileScheduling(config, log)
    by_file._split_scope = together
    return by_file


def together(nodeid: str) -> str:
    """The file whose tests one process does, or what files have in common."""
    file = nodeid.partition("::")[0]
    return "every life" if Path(file).name in EVERY_LIFE else file


def pytest_collectstart() -> None:
    """What is imported and collected stays to the end: no garbage to look for in it, thousands of times."""
    gc.disable()


def pytest_collection_finish() -> None:
    """All of it is there. What tests leave lying about is looked for now and then: usually it takes a fifth of the time
    of those that make many values."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
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

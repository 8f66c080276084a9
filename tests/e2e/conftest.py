"""What every end-to-end test has: a service of its module's own, and the proof that nothing of it is left behind."""

import os
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.support.whole_service import WholeService, whole_service

MARK = "STARTED_BY_TEST"
"""In the environment of every process a test starts, and so of all that those start."""

GONE_WITHIN = 300.0


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    """Every process the module's tests started has ended, orphans too. Set up first, so torn down last."""
    with pytest.MonkeyPatch.context() as patched:
        mark = uuid4().hex
        patched.setenv(MARK, mark)
        yield
    latest = time.monotonic() + GONE_WITHIN
    while (left := started_with(mark)) and time.monotonic() < latest:
        time.sleep(0.05)
    assert not left, f"still running: {left}"


def started_with(mark: str) -> list[str]:
    """The command lines of the processes that carry the mark. Only Linux tells."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.name != str(os.getpid()) and mark.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:120])
        except OSError:  # ended meanwhile, or another user's
            continue
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def env(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WholeService]:
    """The whole service, one for all tests of a module."""
    async with whole_service(tmp_path_factory.mktemp("service")) as running:
        yield running

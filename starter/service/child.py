"""A process of ours, beside us: it ends with us, and says what it has to say in a log."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from adapters.private import OTHERS, opened
from adapters.temporal.data_directory import CannotStart
from adapters.temporal.dev_server import die_with

STOPPED_WITHIN: Final = timedelta(seconds=30)
"""Longer than the worker's own grace. R11."""

READY_WITHIN: Final = timedelta(minutes=3)
"""Far longer than a slow machine needs, and one that ends is not waited for."""

Child = subprocess.Popen[bytes]


class DidNotStart(CannotStart):
    """It ended, or does not answer."""

    def __init__(self, what: str, log: Path) -> None:
        super().__init__(f"{what} did not start: {_last_words(log) or 'no word from it'} (log: {log})")


@contextlib.contextmanager
def child(module: str, log: Path, settings: Mapping[str, str]) -> Iterator[Child]:
    """`python -m worker`, or `web`; of Temporal's settings it knows ours alone."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
    with opened(log, "wb") as file:
        process = subprocess.Popen(  # noqa: S603 - a module of ours
            [sys.executable, "-m", module],
            env={**inherited, **settings},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
            umask=OTHERS,
            preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - no other way to be told of the parent's end
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOPPED_WITHIN.total_seconds())
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def until_ready(what: str, process: Child, log: Path, ready: Callable[[], Awaitable[bool]]) -> None:
    """Raises DidNotStart."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(READY_WITHIN.total_seconds()):
            while process.poll() is None:
                if await ready():
                    return
                await asyncio.sleep(0.1)
    raise DidNotStart(what, log)


def _last_words(log: Path) -> str:
    """The last line of its log."""
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""

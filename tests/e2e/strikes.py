"""How a process dies where a test wants it to, by kill -9, and is started again at once. Never shipped.

`DIRECTORY` is where tests arm it: a file `<whose>@<point>` there kills the process once, when it passes that point for
that one; a number in the file says how often it may pass before.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

from adapters.temporal.dev_server import die_with

STOPPED_WITHIN = 300.0
"""Seconds."""


def armed(directory: Path) -> Path:
    """Where the files are that kill, of a service in this directory."""
    return directory / "armed"


def strike(where: Path, whose: str, point: str) -> None:
    """Die here, if so wanted: the wish is taken back first, so it happens once."""
    wish = where / f"{whose}@{point}"
    try:
        passes = int(wish.read_text() or 0)
    except FileNotFoundError:
        return
    if passes:
        wish.write_text(str(passes - 1))
        return
    wish.unlink()
    os.kill(os.getpid(), signal.SIGKILL)


def strike_before(owner: Any, name: str, at: Callable[[], None]) -> None:
    """Whoever calls it dies before it does anything."""
    done = getattr(owner, name)

    @wraps(done)
    def struck(*given: Any, **named: Any) -> Any:
        at()
        return done(*given, **named)

    patch.object(owner, name, struck).start()


def strike_after(owner: Any, name: str, at: Callable[[], None]) -> None:
    """Whoever calls it dies before it hears of it."""
    done = getattr(owner, name)

    @wraps(done)
    def struck(*given: Any, **named: Any) -> Any:
        answer = done(*given, **named)
        at()
        return answer

    patch.object(owner, name, struck).start()


def keep_alive(main: Callable[[], int]) -> int:
    """Fork a process; another one whenever it was killed. SIGTERM goes on to it and ends both."""
    stopped: list[int] = []
    child = 0

    def stop(number: int, _frame: object) -> None:
        stopped.append(number)
        with suppress(ProcessLookupError):
            os.kill(child, number)

    while not stopped:
        parent = os.getpid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        child = os.fork()
        if child == 0:
            tied = die_with(parent)
            if tied:
                tied()
            return main()
        signal.signal(signal.SIGTERM, stop)
        os.waitpid(child, 0)
    return 0


@contextmanager
def killable(module: str, log: Path, settings: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m module ARMED`, for as long as the `with` lasts. Its log lies in the service's directory."""
    where = armed(log.parent)
    where.mkdir(exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
    with log.open("ab") as kept:
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(where)],
            env={**inherited, **settings},
            stdin=subprocess.DEVNULL,
            stdout=kept,
            stderr=kept,
            start_new_session=True,
            preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - no other way to be told of the parent's end
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(STOPPED_WITHIN)

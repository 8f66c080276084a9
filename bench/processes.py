"""Our child processes: they end with us, however we end."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.temporal.dev_server import die_with
from bench.consumption import cpu, most_memory

ROOT: Final = Path(__file__).parents[1]
STOPPED_WITHIN: Final = 30.0
"""Seconds from SIGTERM; then it is killed."""

LOOK_AGAIN: Final = 0.02
"""Seconds between two looks at a command that runs."""

OUR_SETTINGS: Final = ("TENURE_", "TEMPORAL_", "DBOS")
"""Of the caller's environment: a measurement does not depend on them."""


def environment(**further: str) -> dict[str, str]:
    """The caller's, without our settings, with these."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(OUR_SETTINGS) and n != "DATABASE_URL"}
    return kept | {"PYTHONPATH": str(ROOT)} | further


def start(command: Sequence[str | Path], log: Path, **settings: str) -> "subprocess.Popen[bytes]":
    """Start a child that dies with us, however we end. Call it from the main thread (see DevServer)."""
    with log.open("ab") as written:
        return subprocess.Popen(  # noqa: S603 - our own argument list, no shell
            command,
            cwd=ROOT,
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            start_new_session=True,
            preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - no other way to be told of the parent's end
        )


def module(name: str, *arguments: str) -> list[str]:
    """The command of a Python module of this tree."""
    return [sys.executable, "-m", name, *arguments]


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a child, and whatever it started: all of its session."""
    process.terminate()
    process.send_signal(signal.SIGCONT)
    try:
        process.wait(STOPPED_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def child(command: Sequence[str | Path], log: Path, **settings: str) -> "Iterator[subprocess.Popen[bytes]]":
    """A child for as long as the `with` lasts."""
    process = start(command, log, **settings)
    try:
        yield process
    finally:
        stop(process)


@dataclass(frozen=True)
class Ran:
    """A command that ended."""

    seconds: float
    cpu: float
    """Seconds."""

    megabytes: float
    """The most it had in memory."""

    code: int


async def run(command: Sequence[str | Path], log: Path, **settings: str) -> Ran:
    """Run a command to its end."""
    began = time.perf_counter()
    used = most = 0.0
    with child(command, log, **settings) as process:
        while process.poll() is None:
            with suppress(OSError, StopIteration):  # it ended between two looks
                used, most = cpu(process.pid), most_memory(process.pid)
            await asyncio.sleep(LOOK_AGAIN)
        return Ran(time.perf_counter() - began, used, most, process.returncode)


@contextmanager
def its_turn(pid: int | None) -> Iterator[None]:
    """Let a process run that polls and is stopped (SIGSTOP) at all other times, so that it costs nobody else."""
    if pid is None:
        yield
        return
    os.kill(pid, signal.SIGCONT)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGSTOP)

"""The way to Temporal and the store: where they are, and how long anybody waits for them."""

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from temporalio.client import Client
from temporalio.runtime import Runtime, TelemetryConfig

from adapters.settings import Settings, WrongSetting, load_settings
from adapters.temporal.client import ServerUnreachable, WrongConnectionSettings, connect
from starter.console.exits import Exit, Stop, bad, bad_input
from starter.console.terminal import terminal

PATIENCE: Final = timedelta(seconds=5)
"""For a server to connect, for a worker to answer a question."""

UPDATE_PATIENCE: Final = timedelta(seconds=15)
"""For a worker to take an update: it may have to replay a long history first."""


def settings() -> Settings:
    """The installation's settings, or what is wrong with them."""
    try:
        return load_settings()
    except WrongSetting as wrong:
        raise bad_input([("", line) for line in wrong.problems]) from None


async def client() -> Client:
    """A connected client."""
    try:
        with _overridden():
            return await connect(within=PATIENCE, runtime=_quiet())
    except WrongConnectionSettings as wrong:
        raise bad(str(wrong)) from None
    except ServerUnreachable as away:
        raise Stop(Exit.UNREACHABLE, f"{away}. Is it running? (tenure up)") from None


@functools.cache
def _quiet() -> Runtime:
    return Runtime(telemetry=TelemetryConfig(logging=None))


@contextmanager
def _overridden() -> Iterator[None]:
    said = {name: value for name, value in terminal.temporal.items() if value}
    before = {name: os.environ.get(name) for name in said}
    os.environ.update(said)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            os.environ.update({name: value} if value is not None else {})

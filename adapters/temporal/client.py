"""A client of the Temporal server: the embedded one by its address, any other by Temporal's own settings."""

import asyncio
import atexit
import functools
import os
import re
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from temporalio.client import Client, Interceptor
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import Runtime

from adapters.temporal.converter import data_converter

DEFAULT_ADDRESS: Final = "localhost:7233"
"""Where the `temporal` CLI looks too, when nothing says otherwise."""

PAUSE: Final = timedelta(milliseconds=50)
"""Between two attempts to reach the server."""

LAST_WORDS: Final = timedelta(milliseconds=150)
"""What the SDK's threads need to end before the interpreter does; see `_let_the_sdk_end`."""


class CannotConnect(Exception):
    """There is no client to be had; one line says why."""


class ServerUnreachable(CannotConnect):
    """Nobody answered at the address in time, or who answered did not let us in."""

    def __init__(self, address: str, waited: timedelta, reason: str) -> None:
        super().__init__(
            f"Temporal server at {address} did not answer within {waited.total_seconds():g} s: {_in_short(reason)}"
        )
        self.address = address


class WrongConnectionSettings(CannotConnect):
    """Temporal's own settings (TEMPORAL_* or its configuration file) cannot be read."""

    def __init__(self, reason: str) -> None:
        place = re.search(r"TOML parse error at (line \d+)", reason)  # the line itself may hold the API key
        what = f"the file does not parse at {place[1]}" if place else _one_line(reason)
        super().__init__(f"Temporal's connection settings (TEMPORAL_* or its file) are wrong: {what}")


async def connect(
    embedded: str | None = None,
    *,
    within: timedelta = timedelta(seconds=10),
    runtime: Runtime | None = None,
    interceptors: Sequence[Interceptor] = (),
) -> Client:
    """A connected client with our data converter.

    `embedded` is the address of our own server: plain, namespace `default`, and nothing of the environment goes there
    (no API key, no TLS). Without it Temporal's `envconfig` says address, namespace, TLS, API key and profile.
    Keeps trying for `within`: a server that is just starting is not an error.
    """
    _let_the_sdk_end()
    settings = ClientConnectConfig(target_host=embedded) if embedded else _settings()
    settings.setdefault("target_host", DEFAULT_ADDRESS)
    attempt = functools.partial(
        Client.connect, **settings, data_converter=data_converter, runtime=runtime, interceptors=interceptors
    )
    reason = "no answer"
    try:
        async with asyncio.timeout(within.total_seconds()):
            while True:
                try:
                    return await attempt()
                except (RuntimeError, OSError) as failed:
                    reason = str(failed)
                except ValueError as wrong:
                    raise WrongConnectionSettings(str(wrong)) from None
                await asyncio.sleep(PAUSE.total_seconds())
    except TimeoutError:
        raise ServerUnreachable(settings["target_host"], within, reason) from None


def _settings() -> ClientConnectConfig:
    file = os.environ.get("TEMPORAL_CONFIG_FILE")
    if file and not Path(file).is_file():  # envconfig would go on without it, to localhost
        raise WrongConnectionSettings(f"TEMPORAL_CONFIG_FILE names no file: {file}")
    try:
        return ClientConfig.load_client_connect_config()
    except (RuntimeError, OSError, ValueError, TypeError) as wrong:
        raise WrongConnectionSettings(str(wrong)) from None


@functools.cache
def _let_the_sdk_end() -> None:
    """On Python 3.11 a short process that used a client dies at exit with SIGABRT or SIGSEGV in a third of the runs
    (temporalio/sdk-python#300). A moment of sleep before the interpreter ends cures it; can go when the issue does."""
    atexit.register(time.sleep, LAST_WORDS.total_seconds())


def _in_short(reason: str) -> str:
    """What tonic, hyper and the system wrapped around each other, unwrapped."""
    inner = re.findall(r'(?:message|error): "([^"]+)"', reason)
    return inner[-1].lower() if inner else _one_line(reason.removeprefix("Failed client connect: "))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]

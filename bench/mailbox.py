"""Who waits for a mail: a customer accepts the terms when the mail that asks for it has come."""

import asyncio
import time
from pathlib import Path
from typing import Final, Self

from bench import sink

LOOK_AGAIN: Final = 0.02
"""Seconds."""

GIVE_UP: Final = 120.0
"""Seconds."""

ASKS_FOR: Final = {"accept_terms": "terms_wanted"}
"""The mail that brings somebody to send a message."""


class Mailbox:
    """Reads along what the mail server writes down, for as long as the `with` lasts."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._seen = 0
        self.arrived: dict[str, float] = {}
        """When a mail came, by its mark; the first of those with the same."""

    async def __aenter__(self) -> Self:
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reading.cancel()

    async def when_asked(self, workflow_id: str, update: str) -> None:
        """Wait for the mail that brings this message, if one does."""
        if kind := ASKS_FOR.get(update):
            await self.wait(f"{kind} {workflow_id.removeprefix('order-')}")

    async def wait(self, mark: str) -> float:
        """When that mail came."""
        give_up_at = time.monotonic() + GIVE_UP
        while mark not in self.arrived:
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"no mail: {mark}")
            await asyncio.sleep(LOOK_AGAIN)
        return self.arrived[mark]

    async def _read(self) -> None:
        while True:
            every, self._seen = sink.arrivals(self._log, self._seen)
            for arrival in every:
                self.arrived.setdefault(arrival.mark, arrival.at)
            await asyncio.sleep(LOOK_AGAIN)

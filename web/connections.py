"""Connections on which somebody has to say soon what they want: uvicorn waits for the head of a request for ever."""

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN: Final = 15.0
"""Seconds from the connection, or from the first byte of another request on it, to the end of its head."""


class Punctual(H11Protocol):
    """Uvicorn's, that hangs up on whoever sends the head of a request too slowly, or none."""

    head_within = HEAD_WITHIN
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """From here on."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """A head that is whole now is waited for no longer."""
        super().data_received(data)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def _wait(self) -> None:
        asked = self.conn.their_state is not h11.IDLE
        under_way = self.cycle is not None and not self.cycle.response_complete
        if asked or under_way:
            self._wait_no_longer()
        elif self._late is None:
            self._late = self.loop.call_later(self.head_within, self.transport.close)

    def _wait_no_longer(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

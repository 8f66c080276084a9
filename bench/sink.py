"""A mail server that takes every mail and writes down when, and which: `python -m bench.sink PORT_FILE LOG_FILE`."""

import asyncio
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from aiosmtpd.smtp import SMTP, Envelope, Session

MARKS: Final = (b"x-tenure-mail:", b"subject:")
"""Headers that say which mail it is, kind and order: our own header; the peers' subject."""

HOST: Final = "127.0.0.1"


@dataclass(frozen=True)
class Arrival:
    """A mail that was taken."""

    at: float
    """Seconds since the epoch."""

    mark: str
    """`confirmation SO-100001`"""


def arrivals(log: Path, after: int = 0) -> tuple[list[Arrival], int]:
    """Every mail written down behind that byte, oldest first; and the byte to go on from."""
    with log.open("rb") as file:
        file.seek(after)
        whole = file.read().rpartition(b"\n")[0]
    found = (line.partition(" ") for line in whole.decode().splitlines())
    return [Arrival(float(at), mark) for at, _, mark in found], after + len(whole) + bool(whole)


class _Keeper:
    """Called by aiosmtpd for each mail."""

    def __init__(self, log: TextIO) -> None:
        self._log = log

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        self._log.write(f"{time.time():.4f} {_mark(envelope.original_content or b'')}\n")
        self._log.flush()
        return "250 kept"


def _mark(content: bytes) -> str:
    headers = content.partition(b"\r\n\r\n")[0].splitlines()
    found = (line for mark in MARKS for line in headers if line.lower().startswith(mark))
    return next(found, b"").partition(b":")[2].strip().decode("ascii", "replace")


async def _serve(port_file: Path, log_file: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    with log_file.open("a", encoding="utf-8") as log:
        keeper = _Keeper(log)
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(keeper), HOST, 0)
        await asyncio.to_thread(port_file.write_text, str(server.sockets[0].getsockname()[1]))
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), Path(sys.argv[2])))

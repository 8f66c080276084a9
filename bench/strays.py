"""Workers and servers of somebody else: they would share the machine, so a run does not start beside them."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Final

from bench.consumption import PROC

Commands = Mapping[int, Sequence[str]]
"""Command lines, by process id."""

MARKERS: Final = (
    ("-m", "worker"),
    ("-m", "bench.peers.floor"),
    ("-m", "bench.peers.plain"),
    ("-m", "bench.peers.dbos_order"),
    ("-m", "tests.e2e.killable_worker"),
    ("server", "start-dev"),
)
"""Words, one after the other, that only a worker's or a server's command line has."""

SHOWN: Final = 120
"""Characters of a command line."""


class Disturbed(Exception):
    """Somebody else's worker or server is running."""

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__("\n".join(["a worker or server is running; end it first, or say --anyway:", *found]))


def refuse_beside(commands: Commands) -> None:
    """Raises Disturbed if one of these is a worker or server."""
    found = [f"  {pid}: {' '.join(words)[:SHOWN]}" for pid, words in sorted(commands.items()) if _marker(words)]
    if found:
        raise Disturbed(found)


def kinds(commands: Commands) -> list[str]:
    """The same without ids and paths, for a result that is kept: `2 × server start-dev`."""
    found = Counter(" ".join(marker) for words in commands.values() if (marker := _marker(words)))
    return [f"{count} × {what}" for what, count in sorted(found.items())]


def running() -> dict[int, list[str]]:
    """Every process of this machine but ourselves."""
    found: dict[int, list[str]] = {}
    for path in PROC.glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found[int(path.parent.name)] = path.read_text(errors="replace").rstrip("\0").split("\0")
    found.pop(os.getpid(), None)
    return found


def _marker(words: Sequence[str]) -> tuple[str, str] | None:
    pairs = set(pairwise(words))
    return next((marker for marker in MARKERS if marker in pairs), None)

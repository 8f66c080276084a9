"""An id is taken once and for ever, unless Temporal has lost whoever took it."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from activities.ports.store import Taken
from activities.ports.world import Runs

R = TypeVar("R")


async def take_once(take: Callable[[frozenset[str]], R], runs: Runs, workflow_id: str) -> R:
    """Take an id; from an open twin only if Temporal has lost its runs, as after a restore from an older backup. R9.

    `take` gets the runs that are lost, and decides in its own transaction. Raises Taken.
    """
    try:
        return await asyncio.to_thread(take, frozenset())
    except Taken as taken:
        if not taken.by or await runs.any_exists(workflow_id, taken.by):
            raise
        lost = taken.by
    return await asyncio.to_thread(take, lost)

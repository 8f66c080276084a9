"""One question to the store, for commands that need its answer."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from adapters.sql.store import SqlStore
from starter.console.exits import Exit, Stop
from starter.reach.records import Records

R = TypeVar("R")


async def answer_of(question: Callable[[SqlStore], R], nothing: Stop) -> R:
    """What the store says; `nothing` is raised if it knows nothing, another Stop if it cannot be asked."""
    records = await Records.required()
    try:
        found = await records.ask(question)
    finally:
        await asyncio.to_thread(records.close)
    if found is None:
        raise Stop(Exit.UNREACHABLE, f"store: {records.problem}") if records.problem else nothing
    return found

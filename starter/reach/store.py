"""The store, for commands that need its answer or write into it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, TypeVar

from adapters.sql.engine import DatabaseTrouble, StoreUnusable
from adapters.sql.store import SqlStore, open_store
from starter.console.exits import Exit, Stop
from starter.reach import gate
from starter.reach.records import Records

R = TypeVar("R")


@contextmanager
def opened(doing: Literal["read", "written"] = "read", otherwise: str = "") -> Iterator[SqlStore]:
    """For as long as it is needed. A Stop if there is none, or if it cannot be read or written now; `otherwise` says
    what became of the rest."""
    try:
        store = open_store(gate.settings().database_url)
        try:
            yield store
        finally:
            store.close()
    except StoreUnusable as unusable:
        raise Stop(Exit.UNREACHABLE, f"store: {unusable}. DATABASE_URL says where it is") from None
    except DatabaseTrouble as failed:
        text = f"store: cannot be {doing} now ({type(failed).__name__}){otherwise}"
        raise Stop(Exit.UNREACHABLE, text) from None


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

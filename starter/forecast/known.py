"""What a start is about and only the store knows: a forecast's own store gets a copy of it, and the real one stays."""

from functools import partial

from adapters.sql.excerpts import copy_of
from adapters.sql.store import SqlStore
from domain.values import Message
from starter.console.exits import Exit, Stop
from starter.console.ids import kind_of
from starter.reach.records import Records


async def take_over(start: Message, own: SqlStore) -> None:
    """Nothing for a start that stands by itself; then no store is opened."""
    kind = kind_of(start)
    if not (others := kind.stands_on(start)):
        return
    records = await Records.required()
    try:
        for lifecycle, subject in others:
            copied = partial(copy_of, own=own, lifecycle=lifecycle, subject=subject, but=kind.name)
            await records.ask(copied)
            if records.problem:
                raise Stop(Exit.UNREACHABLE, f"store: {records.problem}")
    finally:
        records.close()

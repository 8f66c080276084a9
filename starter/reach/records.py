"""The store, as the starter reads it: there or not, never waited for long."""

import asyncio
from collections.abc import Callable
from typing import Self, TypeVar

from activities.ports import NotKnown
from adapters.sql.engine import DatabaseTrouble, StoreUnusable
from adapters.sql.store import SqlStore, open_store
from starter.console.exits import Exit, Stop
from starter.reach.gate import settings

R = TypeVar("R")


class Records:
    """What the store knows; `problem` says why it cannot be asked."""

    def __init__(self, store: SqlStore | None, problem: str = "") -> None:
        self._store = store
        self.problem = problem

    @classmethod
    async def opened(cls) -> Self:
        """The store of the settings; without it the starter can still talk to the workflows."""
        url = settings().database_url
        try:
            return cls(await asyncio.to_thread(open_store, url))
        except StoreUnusable as unusable:
            return cls(None, str(unusable))

    @classmethod
    async def required(cls) -> Self:
        """The store, or a Stop."""
        records = await cls.opened()
        if records.problem:
            raise Stop(Exit.UNREACHABLE, f"store: {records.problem}. DATABASE_URL says where it is")
        return records

    async def ask(self, question: "Callable[[SqlStore], R]") -> R | None:
        """The answer; None when nothing is known, or nobody can be asked (then `problem` says why)."""
        if self._store is None:
            return None
        try:
            return await asyncio.to_thread(question, self._store)
        except NotKnown:
            return None
        except DatabaseTrouble as failed:
            self.problem = f"cannot be read now ({type(failed).__name__})"
            return None

    def close(self) -> None:
        """Give back its connections."""
        if self._store is not None:
            self._store.close()

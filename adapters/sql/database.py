"""Transactions: a write holds the database from its first word; a read sees one moment."""

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.orm import Session, sessionmaker

READING: Final[dict[str, dict[str, Any]]] = {
    "sqlite": {"sqlite_begin": "BEGIN"},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
"""One snapshot for all queries of a read; it never waits for a writer."""

WRITING: Final[dict[str, dict[str, Any]]] = {
    "sqlite": {"sqlite_begin": "BEGIN IMMEDIATE"},
    "postgresql": {"isolation_level": "READ COMMITTED"},
}
"""SQLite refuses to wait when a read turns into a write, so a write says so at once. R8."""


class Database:
    """What every part of the store stands on."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._readers = sessionmaker(engine.execution_options(**READING[engine.dialect.name]))
        self._writer = engine.execution_options(**WRITING[engine.dialect.name])
        self._writers = sessionmaker(self._writer)
        self._turn: AbstractContextManager[Any] = Lock() if engine.dialect.name == "sqlite" else nullcontext()
        """SQLite has one writer. Threads of one process queue here: SQLite's own waiting is sleep and try again."""

    def close(self) -> None:
        """Give back every connection; the store is not to be used afterwards."""
        self.engine.dispose()

    def ping(self) -> None:
        """The database answers; raises what it says otherwise."""
        with self._reading() as session:
            session.execute(text("SELECT 1"))

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with self._readers.begin() as session:
            yield session

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """Committed when the block ends, undone when it raises."""
        with self._turn, self._writers.begin() as session:
            yield session

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """The same without a session: for single statements that every mail needs, at half the cost."""
        with self._turn, self._writer.begin() as connection:
            yield connection


def hold(session: Session, what: str) -> None:
    """Until we are done nobody else holds it; on SQLite nobody else writes at all."""
    if session.get_bind().dialect.name == "postgresql":
        digest = hashlib.sha256(what.encode()).digest()
        session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digest[:8], signed=True))))

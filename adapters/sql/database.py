"""Transactions: a write holds the database from its first word; a read sees one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Engine
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
        self._writers = sessionmaker(engine.execution_options(**WRITING[engine.dialect.name]))

    def close(self) -> None:
        """Give back every connection; the store is not to be used afterwards."""
        self.engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with self._readers.begin() as session:
            yield session

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """Committed when the block ends, undone when it raises."""
        with self._writers.begin() as session:
            yield session

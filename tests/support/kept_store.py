"""What a store held at one moment, to put back for each test: that costs a hundredth of filling it again."""

import itertools
import sqlite3
from typing import Any

from sqlalchemy import Connection, func, select

from adapters.sql.schema import Base
from adapters.sql.store import SqlStore
from tests.postgres import emptied

_numbers = itertools.count(1)


class KeptStore:
    """As the store is now."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        if store.engine.dialect.name == "sqlite":
            self._file = sqlite3.connect(":memory:")
            with store.engine.connect() as connection:
                _file_of(connection).backup(self._file)
        else:
            self._back = self._copied(f"kept_{next(_numbers)}")

    def put_back(self) -> SqlStore:
        """The same store, as it was then."""
        if self.store.engine.dialect.name == "sqlite":
            with self.store.engine.connect() as connection:
                self._file.backup(_file_of(connection))
        else:
            with emptied(self.store).engine.begin() as connection:
                connection.exec_driver_sql(self._back)
        return self.store

    def _copied(self, schema: str) -> str:
        """Copies of what is not empty are made beside it; how they come back."""
        with self.store.engine.begin() as connection:
            filled = [
                table.name
                for table in Base.metadata.sorted_tables
                if connection.scalar(select(func.count()).select_from(table))
            ]
            connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
            for name in filled:
                connection.exec_driver_sql(f"CREATE TABLE {schema}.{name} AS TABLE {name}")
        return ";".join(f"INSERT INTO {name} SELECT * FROM {schema}.{name}" for name in filled)


def _file_of(connection: Connection) -> Any:
    return connection.connection.driver_connection

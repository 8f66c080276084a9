"""Writing a row that may be there already, in one statement on either database: safe against a concurrent twin."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from adapters.sql.schema import Base

Insert = sqlite.Insert | postgresql.Insert
INSERT: Final[dict[str, Callable[[Table], Insert]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""Both databases know ON CONFLICT; SQLAlchemy has it in each dialect, not in common."""


def insert_missing(session: Session, record: type[Base], row: dict[str, Any]) -> bool:
    """Insert the row if its primary key is not there yet, and say whether it was inserted."""
    connection = session.connection()
    table = _table(record)
    insert = _missing(connection.dialect.name, table).returning(*table.primary_key)
    return connection.execute(insert, row).first() is not None


def insert_all_missing(session: Session, record: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose primary keys are not there yet; leave the others alone."""
    if rows:
        connection = session.connection()
        connection.execute(_missing(connection.dialect.name, _table(record)), rows)


def upsert(session: Session, record: type[Base], rows: Sequence[dict[str, Any]], *, never_back: bool = False) -> None:
    """Insert or replace whole rows by primary key; `never_back`: the same run's row of a higher sequence stays."""
    if rows:
        connection = session.connection()
        connection.execute(_replacing(connection.dialect.name, _table(record), never_back), rows)


@cache
def _missing(dialect: str, table: Table) -> Insert:
    return _insert(dialect, table).on_conflict_do_nothing(index_elements=_key(table))


@cache
def _replacing(dialect: str, table: Table, never_back: bool) -> Insert:
    insert = _insert(dialect, table)
    replaced = {column.name: insert.excluded[column.name] for column in table.columns if not column.primary_key}
    counts = _newer_or_of_another_run(insert, table) if never_back else None
    return insert.on_conflict_do_update(index_elements=_key(table), set_=replaced, where=counts)


def _newer_or_of_another_run(insert: Insert, table: Table) -> ColumnElement[bool]:
    told = insert.excluded
    return or_(told["run"] != table.c.run, told["sequence"] >= table.c.sequence)


def _insert(dialect: str, table: Table) -> Insert:
    return INSERT[dialect](table)


def _table(record: type[Base]) -> Table:
    return Base.metadata.tables[record.__tablename__]


def _key(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]

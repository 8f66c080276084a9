"""Writing a row that may be there already, in one statement on either database: safe against a concurrent twin."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from adapters.sql.schema import Base

Insert = sqlite.Insert | postgresql.Insert
INSERT: Final[dict[str, Callable[[Table], Insert]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""Both databases know ON CONFLICT; SQLAlchemy has it in each dialect, not in common."""


def insert_missing(within: Session | Connection, record: type[Base], row: dict[str, Any]) -> bool:
    """Insert the row if its primary key is not there yet, and say whether it was inserted."""
    connection = within.connection() if isinstance(within, Session) else within
    table = table_of(record)
    insert = _missing_and_returned(connection.dialect.name, table)
    return connection.execute(insert, row).first() is not None


def insert_all_missing(session: Session, record: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose primary keys are not there yet; leave the others alone."""
    if rows:
        connection = session.connection()
        connection.execute(_missing(connection.dialect.name, table_of(record)), rows)


def upsert(
    session: Session,
    record: type[Base],
    rows: Sequence[dict[str, Any]],
    *,
    never_back: bool = False,
    kept: tuple[str, ...] = (),
) -> bool:
    """Insert rows or replace them by primary key but for `kept` columns, and say whether anything was written.

    `never_back`: the same run's row of a higher sequence stays, unless it was recorded earlier: the workflow task that
    told it was lost then, and what happens instead may tell less.
    """
    if not rows:
        return False
    connection = session.connection()
    return (
        connection.execute(_replacing(connection.dialect.name, table_of(record), never_back, kept), rows).rowcount > 0
    )


@cache
def _missing(dialect: str, table: Table) -> Insert:
    return _insert(dialect, table).on_conflict_do_nothing(index_elements=_key(table))


@cache
def _missing_and_returned(dialect: str, table: Table) -> ReturningInsert[Any]:
    return _missing(dialect, table).returning(*table.primary_key)


@cache
def _replacing(dialect: str, table: Table, never_back: bool, kept: tuple[str, ...]) -> Insert:
    insert = _insert(dialect, table)
    names = [column.name for column in table.columns if not column.primary_key and column.name not in kept]
    replaced = {name: insert.excluded[name] for name in names}
    counts = _newer_or_of_another_run(insert, table) if never_back else None
    update = insert.on_conflict_do_update(index_elements=_key(table), set_=replaced, where=counts)
    return update.execution_options(preserve_rowcount=True)


def _newer_or_of_another_run(insert: Insert, table: Table) -> ColumnElement[bool]:
    given = insert.excluded
    later = [given["recorded_at"] > table.c.recorded_at] if "recorded_at" in table.c else []
    return or_(given["run"] != table.c.run, given["sequence"] >= table.c.sequence, *later)


def _insert(dialect: str, table: Table) -> Insert:
    return INSERT[dialect](table)


def table_of(record: type[Base]) -> Table:
    """For statements without a session."""
    return Base.metadata.tables[record.__tablename__]


def _key(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]

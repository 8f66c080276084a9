"""Many rows in one statement on either database: they travel as one JSON text, and are rows again where they arrive."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Table, Text, bindparam, cast, column, func, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from adapters.sql.schema import Base
from adapters.sql.upsert import INSERT, Insert, table_of

PARAMETER: Final = "given"
STAMP: Final = "recorded_at"
"""When a row was written as it is now; no part of what it says."""


def rows_in(dialect: str, table: Table, names: Sequence[str]) -> tuple[FromClause, dict[str, ColumnElement[Any]]]:
    """To select from, or to join with; and its columns by name. What it holds is given by `as_text`."""
    said = bindparam(PARAMETER, type_=Text())
    if dialect == "sqlite":
        each = func.json_each(said).table_valued("value", name="given")
        return each, {name: func.json_extract(each.c.value, f"$[{place}]") for place, name in enumerate(names)}
    parts = [column(name, table.c[name].type) for name in names]
    rows = func.jsonb_to_recordset(cast(said, JSONB)).table_valued(*parts, name="given").render_derived(with_types=True)
    return rows, {name: rows.c[name] for name in names}


def as_text(dialect: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, str]:
    """The parameter: of each row the values of these columns."""
    listed: list[Any] = list(rows)
    if dialect != "sqlite":
        listed = [dict(zip(names, row, strict=True)) for row in listed]
    return {PARAMETER: json.dumps(listed, default=str)}


def replace_all(session: Session, record: type[Base], rows: Sequence[Mapping[str, Any]], now: Any) -> None:
    """Insert rows, or replace those of the same key. No key may be given twice; columns but STAMP are the rows'."""
    if not rows:
        return
    dialect, table = session.get_bind().dialect.name, table_of(record)
    names = [each.name for each in table.columns if each.name != STAMP]
    said = as_text(dialect, names, ([row[name] for name in names] for row in rows))
    session.connection().execute(_replacing(dialect, table, tuple(names)), said | {STAMP: now})


@cache
def _replacing(dialect: str, table: Table, names: tuple[str, ...]) -> Insert:
    rows, columns = rows_in(dialect, table, names)
    stamp = bindparam(STAMP, type_=table.c[STAMP].type)
    given = select(*columns.values(), stamp).select_from(rows).where(true())  # without it SQLite takes ON for a join's
    insert = INSERT[dialect](table).from_select([*names, STAMP], given)
    keys = [each.name for each in table.primary_key]
    replaced = {name: insert.excluded[name] for name in (*names, STAMP) if name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=replaced)

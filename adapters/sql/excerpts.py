"""A copy of what one store knows of a lifecycle, in another: for whoever tries something out and touches nothing."""

from typing import Final

from sqlalchemy import Connection, and_, insert, or_, select
from sqlalchemy.sql.elements import ColumnElement

from adapters.sql.schema import Base, CsmAssignment, LifecycleRecord, PaperRecord, PersonRecord
from adapters.sql.store import SqlStore
from adapters.sql.upsert import table_of
from domain.lifecycle import Lifecycle

Key = tuple[Lifecycle, str]

BESIDE: Final[tuple[type[Base], ...]] = (PersonRecord, PaperRecord)
"""What stands beside a lifecycle's row and decides what may be asked of it."""


def copy_of(real: SqlStore, own: SqlStore, lifecycle: Lifecycle, subject: str, but: Lifecycle) -> None:
    """Its row and those linked to it, with people, forms and its CSM; of `but` nothing. Nothing, if it is not known.

    `own` must not know any of it.
    """
    with real.engine.connect() as there, own.engine.begin() as here:
        of, is_it = LifecycleRecord, _is((lifecycle, subject), LifecycleRecord)
        linked = and_(of.linked_to == subject, of.lifecycle.not_in((lifecycle, but)))
        keys = _copied(there, here, LifecycleRecord, or_(is_it, linked))
        for key in keys:
            for record in BESIDE:
                _copied(there, here, record, _is(key, record))
        if lifecycle == Lifecycle.SUBSCRIPTION:
            _copied(there, here, CsmAssignment, CsmAssignment.subscription_id == subject)


def _is(key: Key, record: type[Base]) -> ColumnElement[bool]:
    table = table_of(record)
    return and_(table.c.lifecycle == key[0], table.c.subject == key[1])


def _copied(there: Connection, here: Connection, record: type[Base], which: ColumnElement[bool]) -> list[Key]:
    """The keys of lifecycles, of what has some."""
    table = table_of(record)
    rows = [dict(row) for row in there.execute(select(table).where(which)).mappings()]
    if rows:
        here.execute(insert(table), rows)
    return [(row["lifecycle"], row["subject"]) for row in rows if "lifecycle" in row]

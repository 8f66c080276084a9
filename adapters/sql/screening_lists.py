"""Lists of restricted parties in SQL: versions are added, whole, and never change. WHS-20."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from activities.ports.screening import ListEntry, ScreeningList
from adapters.sql.database import Database, hold
from adapters.sql.schema import ScreeningEntryRecord, ScreeningListRecord
from adapters.sql.upsert import table_of
from domain.construct import constructed
from domain.reasons import Reason
from domain.values import Refused

AT_ONCE: Final = 1000
"""Entries that are held and written at a time."""

ENTRY: Final = ScreeningEntryRecord
LIST: Final = ScreeningListRecord

WHOLE: Final[Select[Any]] = select(*(getattr(ENTRY, name) for name in ListEntry.model_fields))
"""An entry without its version; rows that are no objects of a session."""


class SqlScreeningLists(Database):
    """ScreeningLists on SQL."""

    def import_list(
        self, name: str, entries: Iterable[ListEntry], *, digest: str, by: str, now: datetime
    ) -> ScreeningList:
        """One import at a time. Raises Refused for an id that two different entries have; the very same entry twice
        is one."""
        with self._writing() as session:
            hold(session, "screening lists")
            newest = session.scalar(select(LIST).where(LIST.name == name).order_by(LIST.number.desc()).limit(1))
            if newest is not None and newest.digest == digest:
                return _list(newest, current=True)
            number = newest.number + 1 if newest else 1
            version = f"{name}-{number}"
            count = sum(_added(session, version, some) for some in _in_parts(entries))
            imported = {"imported_at": now, "imported_by": by, "entries": count, "digest": digest}
            added = LIST(version=version, name=name, number=number, **imported)
            session.add(added)
            return _list(added, current=True)

    def screening_lists(self, *, current_only: bool = False) -> list[ScreeningList]:
        """One query."""
        with self._reading() as session:
            lists = list(_marked(session.scalars(select(LIST).order_by(LIST.name, LIST.number.desc()))))
        return [each for each in lists if each.current or not current_only]

    def current_version(self) -> str:
        """One query."""
        return "+".join(each.version for each in self.screening_lists(current_only=True))

    def list_entries(self, version: str, after: str = "", limit: int = 5000) -> Sequence[ListEntry]:
        """One query, on the primary key."""
        wanted = WHOLE.where(ENTRY.version == version, ENTRY.entry > after).order_by(ENTRY.entry).limit(limit)
        with self._reading() as session:
            return [constructed(ListEntry, row) for row in session.execute(wanted).mappings()]


def _in_parts(entries: Iterable[ListEntry]) -> Iterator[list[ListEntry]]:
    left = iter(entries)
    while some := list(islice(left, AT_ONCE)):
        yield some


def _added(session: Session, version: str, some: Sequence[ListEntry]) -> int:
    """How many were new. A restricted party that another one hides would never be found again, so nobody hides one."""
    ids = sorted({each.entry for each in some})
    there = session.execute(WHOLE.where(ENTRY.version == version, ENTRY.entry.in_(ids))).mappings()
    known = {row["entry"]: constructed(ListEntry, row) for row in there}
    new: dict[str, dict[str, Any]] = {}
    for each in some:
        if each.entry not in known:
            new[each.entry] = each.model_dump(mode="json") | {"version": version}
        if known.setdefault(each.entry, each) != each:
            raise Refused(
                f"two different entries have the id {each.entry}: nothing was imported", code=Reason.CONTRADICTION
            )
    if new:
        session.connection().execute(insert(table_of(ENTRY)), list(new.values()))
    return len(new)


def _marked(records: Iterable[ScreeningListRecord]) -> Iterator[ScreeningList]:
    """The first one of each name is the current one."""
    names: set[str] = set()
    for record in records:
        yield _list(record, current=record.name not in names)
        names.add(record.name)


def _list(record: ScreeningListRecord, *, current: bool) -> ScreeningList:
    values = {name: getattr(record, name) for name in ScreeningList.model_fields if name != "current"}
    return constructed(ScreeningList, values | {"current": current})

"""How often rows have changed that customers and lines are read from: whoever changes some counts it."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from adapters.sql.database import Database
from adapters.sql.hub_schema import ChangesRecord, HubEntitlementRecord
from adapters.sql.upsert import INSERT, table_of

ROWS: Final = "rows"
"""Entitlements, customers and tags, licences, sign-ins and invoices. Calls and users are asked for each time."""


def count_change(session: Session) -> None:
    """Rows are changed in this transaction. Said last: whoever else changes some waits until it ends."""
    table = table_of(ChangesRecord)
    insert = INSERT[session.get_bind().dialect.name](table)
    once_more = insert.on_conflict_do_update(index_elements=["what"], set_={"number": table.c.number + 1})
    session.execute(once_more, {"what": ROWS, "number": 1})


class SqlHubChanges(Database):
    """On SQL."""

    def hub_changes(self) -> int:
        """Never the same number once something has changed."""
        with self._reading() as session:
            return session.scalar(select(ChangesRecord.number).where(ChangesRecord.what == ROWS)) or 0

    def hub_stands_until(self, at: datetime) -> datetime | None:
        """Until when the same entitlements are there as at `at`, if nothing changes; None: there is no end in sight."""
        record = HubEntitlementRecord
        coming = [select(func.min(column)).where(column > at) for column in (record.valid_from, record.valid_until)]
        with self._reading() as session:
            return min((found for found in session.scalars(union_all(*coming)) if found), default=None)

"""Weeks that get rows: whoever writes some says so in the same transaction, and the next closing looks. HUB-60."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from adapters.sql.hub_schema import LateWeekRecord
from adapters.sql.upsert import INSERT, table_of


def mark_weeks(session: Session, weeks: Iterable[date], now: datetime) -> None:
    """Rows of these weeks are in this transaction, whether the weeks are closed or not.

    A week that is being closed meanwhile read either these rows or an older mark, and then it leaves this one alone. In
    one order, so that two imports never wait for each other.
    """
    table = table_of(LateWeekRecord)
    insert = INSERT[session.get_bind().dialect.name](table)
    once_more = {"marks": table.c.marks + 1}
    marked = insert.on_conflict_do_update(index_elements=["week"], set_=once_more)
    rows = [{"week": week, "since": now, "marks": 1} for week in sorted(set(weeks))]
    if rows:
        session.execute(marked, rows)

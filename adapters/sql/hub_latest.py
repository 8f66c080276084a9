"""The newest usage of each subscription, trial and product, kept beside all of it: a list looks at no history."""

from collections.abc import Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from adapters.sql.hub_schema import LatestUsageRecord, UsageRecord
from adapters.sql.keyed import as_text, rows_in
from adapters.sql.upsert import INSERT, Insert, table_of

KEY: Final = ("lifecycle", "subject", "product")
OF_THE_DAY: Final = ("day", "assigned", "used", "used_assigned")


def keep_latest(session: Session, changed: Sequence[Mapping[str, Any]]) -> None:
    """Of what was written: derived anew from all its days, so that a late row and a corrected one come out right."""
    keys = sorted({itemgetter(*KEY)(row) for row in changed})
    if keys:
        dialect = session.get_bind().dialect.name
        session.connection().execute(_derived(dialect), as_text(dialect, KEY, keys))


@cache
def _derived(dialect: str) -> Insert:
    """The row of the newest day, and the newest word on what was purchased."""
    usage, latest = table_of(UsageRecord), table_of(LatestUsageRecord)
    keys, given = rows_in(dialect, usage, KEY)
    days, said = usage.alias("days"), usage.alias("said")
    newest = select(func.max(days.c.day)).where(*(days.c[name] == given[name] for name in KEY)).scalar_subquery()
    purchased = (
        select(said.c.purchased)
        .where(*(said.c[name] == given[name] for name in KEY), said.c.purchased.is_not(None))
        .order_by(said.c.day.desc())
        .limit(1)
        .scalar_subquery()
    )
    one = and_(*(usage.c[name] == given[name] for name in KEY), usage.c.day == newest)
    columns = [usage.c[name] for name in (*KEY, *OF_THE_DAY)]
    found = select(*columns, purchased).select_from(keys.join(usage, one)).where(usage.c.day.is_not(None))
    insert = INSERT[dialect](latest).from_select([*KEY, *OF_THE_DAY, "purchased"], found)
    replaced = {name: insert.excluded[name] for name in (*OF_THE_DAY, "purchased")}
    return insert.on_conflict_do_update(index_elements=KEY, set_=replaced)

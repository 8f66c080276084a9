"""Lives of the hub as they were at an instant."""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import JSON, Column, ColumnElement, String, Text, cast, or_, type_coerce

from adapters.sql.hub_schema import HubLifeRecord
from adapters.sql.upsert import table_of
from domain.hub.licences import last_day_at
from domain.hub.lives import Life, LifeState
from domain.lifecycle import Lifecycle

KEPT: Final = 100_000
"""Lives that a process keeps: most are the same at the next question, and reading them anew takes longest."""


@dataclass(frozen=True, slots=True)
class Lives:
    """Those that are asked for: of a partner, or of all; of a customer, or of all."""

    at: datetime
    partner_id: str | None = None
    customer_id: str | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """On HubLifeRecord."""
        record = HubLifeRecord
        found = [record.valid_from <= self.at, or_(record.valid_until.is_(None), record.valid_until > self.at)]
        if self.partner_id is not None:
            found.append(record.partner_id == self.partner_id)
        if self.customer_id is not None:
            found.append(record.customer_id == self.customer_id)
        return found

    @property
    def last_day(self) -> date:
        """Whose usage counts."""
        return last_day_at(self.at)


def as_it_came(column: Column[Any]) -> ColumnElement[Any]:
    """What the driver gives: text, or a date or an instant; JSON as text."""
    return cast(column, Text) if isinstance(column.type, JSON) else type_coerce(column, String)


LIFE: Final = [as_it_came(table_of(HubLifeRecord).c[each.name]).label(each.name) for each in fields(Life)]
"""Columns of a Life."""


@lru_cache(maxsize=KEPT)
def life_of(*came: Any) -> Life:
    """Of the values of LIFE. The same values are the same Life: nobody changes one."""
    said = dict(zip(NAMES, came, strict=True))
    return Life(**said | {name: read(said[name]) for name, read in READ.items() if said[name] is not None})


def instant(came: str | datetime) -> datetime:
    """In UTC: SQLite has text."""
    return datetime.fromisoformat(came).replace(tzinfo=UTC) if isinstance(came, str) else came.astimezone(UTC)


def day(came: str | date) -> date:
    """SQLite has text."""
    return date.fromisoformat(came) if isinstance(came, str) else came


NAMES: Final = tuple(each.name for each in fields(Life))
READ: Final[dict[str, Callable[[Any], Any]]] = {
    "lifecycle": Lifecycle,
    "state": LifeState,
    "products": json.loads,
    "added_on": day,
    "ends_at": instant,
    "suspended_for": lambda came: tuple(json.loads(came)),
    "entitled_since": day,
    "valid_from": instant,
}

"""Entitlements of the hub as they were at an instant."""

import json
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import JSON, Column, ColumnElement, String, Text, cast, or_, type_coerce

from adapters.sql.hub_schema import HubEntitlementRecord
from adapters.sql.upsert import table_of
from domain.hub.entitlements import Entitlement, EntitlementState
from domain.hub.licences import last_day_at
from domain.lifecycle import Lifecycle

KEPT: Final = 100_000
"""Entitlements, days and instants that a process keeps: most are the same at the next question."""


@dataclass(frozen=True, slots=True)
class Entitlements:
    """Those that are asked for: of a partner, or of all; of a customer, or of all; some, by their subjects, or all."""

    at: datetime
    partner_id: str | None = None
    customer_id: str | None = None
    subjects: frozenset[str] | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """On HubEntitlementRecord."""
        record = HubEntitlementRecord
        found = [record.valid_from <= self.at, or_(record.valid_until.is_(None), record.valid_until > self.at)]
        if self.partner_id is not None:
            found.append(record.partner_id == self.partner_id)
        if self.customer_id is not None:
            found.append(record.customer_id == self.customer_id)
        if self.subjects is not None:
            found.append(record.subject.in_(self.subjects))
        return found

    @property
    def last_day(self) -> date:
        """Whose usage counts."""
        return last_day_at(self.at)


def as_it_came(column: Column[Any]) -> ColumnElement[Any]:
    """What the driver gives: text, or a date or an instant; JSON as text."""
    return cast(column, Text) if isinstance(column.type, JSON) else type_coerce(column, String)


ENTITLEMENT: Final = [
    as_it_came(table_of(HubEntitlementRecord).c[each.name]).label(each.name) for each in fields(Entitlement)
]
"""Columns of an Entitlement."""


@lru_cache(maxsize=KEPT)
def entitlement_of(
    lifecycle: str,
    subject: str,
    partner_id: str,
    customer_id: str,
    state: str,
    products: str,
    added_on: str | date,
    ends_at: str | datetime | None,
    suspended_for: str,
    entitled_since: str | date | None,
    valid_from: str | datetime,
) -> Entitlement:
    """Of the values of LIFE, as they came. The same values are the same Life: nobody changes one."""
    return Entitlement(
        lifecycle=Lifecycle(lifecycle),
        subject=subject,
        partner_id=partner_id,
        customer_id=customer_id,
        state=STATES[state],
        products=_products(products),
        added_on=day(added_on),
        ends_at=None if ends_at is None else instant(ends_at),
        suspended_for=_reasons(suspended_for),
        entitled_since=None if entitled_since is None else day(entitled_since),
        valid_from=instant(valid_from),
    )


@lru_cache(maxsize=KEPT)
def instant(came: str | datetime) -> datetime:
    """In UTC: SQLite has text."""
    return datetime.fromisoformat(came).replace(tzinfo=UTC) if isinstance(came, str) else came.astimezone(UTC)


@lru_cache(maxsize=KEPT)
def day(came: str | date) -> date:
    """SQLite has text."""
    return date.fromisoformat(came) if isinstance(came, str) else came


@lru_cache(maxsize=KEPT)
def _products(came: str) -> dict[str, int]:
    found: dict[str, int] = json.loads(came)
    return found


@lru_cache(maxsize=KEPT)
def _reasons(came: str) -> tuple[str, ...]:
    return tuple(json.loads(came))


STATES: Final = {str(each): each for each in EntitlementState}

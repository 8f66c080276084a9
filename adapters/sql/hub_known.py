"""Customers of partners, derived from entitlements and starts: whoever has had something in the hub is one. HUB-30."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, fields
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from adapters.sql.hub_schema import DerivedRecord, HubCustomerRecord, HubEntitlementRecord
from adapters.sql.upsert import insert_all_missing
from domain.hub.start import HubStart, known_as

START: Final = [getattr(DerivedRecord, each.name) for each in fields(HubStart)]


def know_again(session: Session, customers: Collection[str]) -> None:
    """Derive anew what lists say of these customers, whoever's they are."""
    starts: dict[str, list[HubStart]] = defaultdict(list)
    asked = select(*START).where(DerivedRecord.customer_id.in_(customers))
    for row in session.execute(asked.order_by(DerivedRecord.lifecycle, DerivedRecord.subject)):
        starts[row.customer_id].append(HubStart(**row._asdict()))
    session.execute(delete(HubCustomerRecord).where(HubCustomerRecord.customer_id.in_(customers)))
    rows = [
        asdict(known_as(first.partner_id, first.customer_id, starts[first.customer_id])) | first._asdict()
        for first in _since_when(session, customers)
    ]
    insert_all_missing(session, HubCustomerRecord, rows)


def _since_when(session: Session, customers: Collection[str]) -> Any:
    """Each partner's first entitlement of each."""
    record = HubEntitlementRecord
    return session.execute(
        select(record.partner_id, record.customer_id, func.min(record.valid_from).label("known_since"))
        .where(record.customer_id.in_(customers))
        .group_by(record.partner_id, record.customer_id)
    )

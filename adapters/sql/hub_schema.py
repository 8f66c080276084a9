"""The hub's tables of what is derived: `tenure hub rebuild` makes them anew."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from adapters.sql.schema import Base
from domain.lifecycle import Lifecycle


class HubEntitlementRecord(Base):
    """Derived from events: how an entitlement was from one instant to another. `domain/hub/entitlements.py`."""

    __tablename__ = "hub_lives"

    lifecycle: Mapped[Lifecycle] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1, in the order of what happened."""

    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    """None: it is so now."""

    partner_id: Mapped[str]
    customer_id: Mapped[str]
    state: Mapped[str]
    products: Mapped[dict[str, Any]]
    entitled_since: Mapped[date | None] = mapped_column(Date())
    added_on: Mapped[date] = mapped_column(Date())
    ends_at: Mapped[datetime | None]
    suspended_for: Mapped[list[str]]

    __table_args__ = (
        Index("ix_hub_lives_partner_id", "partner_id", "valid_until", "customer_id"),
        Index("ix_hub_lives_customer_id", "customer_id"),
    )


class DerivedRecord(Base):
    """From what an entitlement in the hub was derived, and what its start says of the customer."""

    __tablename__ = "hub_derived"

    lifecycle: Mapped[Lifecycle] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    run: Mapped[str]
    sequence: Mapped[int]
    """Of the row in `lifecycles`: another one there, and it is derived anew."""

    rules: Mapped[str]
    """By which catalogue, and which release of the derivation: another one now, and it is derived anew."""

    partner_id: Mapped[str | None]
    """Of the start, like all below. None: a subscription has none of its own."""

    customer_id: Mapped[str | None]
    name: Mapped[str | None]
    country: Mapped[str | None]
    zone: Mapped[str | None]
    own: Mapped[bool | None]
    """Is it the partner's own organization?"""

    started_at: Mapped[datetime | None]
    derived_at: Mapped[datetime]

    __table_args__ = (Index(None, "customer_id"),)


class HubCustomerRecord(Base):
    """Derived from starts: a customer of a partner."""

    __tablename__ = "hub_customers"

    partner_id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    country: Mapped[str]
    zone: Mapped[str]
    managed: Mapped[str]
    known_since: Mapped[datetime]

    __table_args__ = (Index(None, "customer_id"),)


class ChangesRecord(Base):
    """How often rows have changed that answers are read from: who keeps some in memory looks here first."""

    __tablename__ = "hub_changes"

    what: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger())

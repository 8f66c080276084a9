"""The hub's tables of what comes by file."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from adapters.sql.schema import Base
from domain.lifecycle import Lifecycle


class UsageRecord(Base):
    """Licences of one product of one subscription or trial on one day, as the last import has it."""

    __tablename__ = "hub_usage"

    lifecycle: Mapped[Lifecycle] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    product: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date(), primary_key=True)
    assigned: Mapped[int]
    used: Mapped[int]
    used_assigned: Mapped[int]
    purchased: Mapped[int | None]
    """What the vendor says is entitled from this day on; None: what was ordered."""

    recorded_at: Mapped[datetime]

    __table_args__ = (
        Index(
            "ix_hub_usage_purchased",
            "lifecycle",
            "subject",
            "product",
            "day",
            sqlite_where=text("purchased IS NOT NULL"),
            postgresql_where=text("purchased IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},  # asked for by its key only: the days of one product lie side by side
    )


class MeasuredRecord(Base):
    """Of which products of which entitlements any usage is known: what to look for among a million days."""

    __tablename__ = "hub_measured"

    lifecycle: Mapped[Lifecycle] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    product: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = ({"sqlite_with_rowid": False},)


class SignInRecord(Base):
    """An administrator of a customer signed in on that day (UTC). HUB-14."""

    __tablename__ = "hub_sign_ins"

    customer_id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date(), primary_key=True)
    administrator: Mapped[str] = mapped_column(primary_key=True)
    """An id, no name and no address."""

    recorded_at: Mapped[datetime]


class InvoiceRecord(Base):
    """An invoice of a subscription, as the last import has it. HUB-16, HUB-40."""

    __tablename__ = "hub_invoices"

    subscription_id: Mapped[str] = mapped_column(primary_key=True)
    invoice: Mapped[str] = mapped_column(primary_key=True)
    issued_on: Mapped[date] = mapped_column(Date())
    due_on: Mapped[date] = mapped_column(Date())
    amount: Mapped[str]
    """Decimal, as text."""

    currency: Mapped[str]
    state: Mapped[str]
    """open, unpaid, paid or void."""

    paid_on: Mapped[date | None] = mapped_column(Date())
    auto_renew: Mapped[bool | None]
    """What the order desk says of the subscription with this invoice; the newest one that says it counts."""

    recorded_at: Mapped[datetime]

    __table_args__ = (
        Index(
            "ix_hub_invoices_auto_renew",
            "subscription_id",
            "issued_on",
            "invoice",
            "auto_renew",
            sqlite_where=text("auto_renew IS NOT NULL"),
            postgresql_where=text("auto_renew IS NOT NULL"),
        ),
    )


class CallsRecord(Base):
    """Calls of one customer in one week. `domain/hub/calls.py`."""

    __tablename__ = "hub_calls"

    customer_id: Mapped[str] = mapped_column(primary_key=True)
    week: Mapped[date] = mapped_column(Date(), primary_key=True)
    content: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]


class HubImportRecord(Base):
    """How far the import of one file came: the next run goes on there."""

    __tablename__ = "hub_imports"

    kind: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the file."""

    by: Mapped[str]
    """Who imported it: an id."""

    lines: Mapped[int]
    counts: Mapped[dict[str, Any]]
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

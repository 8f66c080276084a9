"""The hub's tables. What is derived can be rebuilt (`tenure hub rebuild`); the rest came by file, or from somebody."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from adapters.sql.schema import Base
from domain.lifecycle import Lifecycle


class HubLifeRecord(Base):
    """Derived from events: how a life was from one instant to another. `domain/hub/lives.py`."""

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
    """From what a life in the hub was derived, and what its start says of the customer."""

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
    """Of which products of which lives any usage is known: what to look for among a million days."""

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


class WeekRecord(Base):
    """A week that was closed; a later revision stands beside the earlier one, which stays as it is. HUB-60."""

    __tablename__ = "hub_weeks"

    week: Mapped[date] = mapped_column(Date(), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    closed_at: Mapped[datetime]
    """Later than that of everything closed before it, whatever the clock says."""

    rows: Mapped[int]
    digest: Mapped[str]
    """SHA-256 of its rows: what would say the same again is no revision."""


class WeekRowRecord(Base):
    """What a week's numbers are counted from; rows are only ever added."""

    __tablename__ = "hub_week_rows"

    week: Mapped[date] = mapped_column(Date(), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    partner_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    """line, customer or calls."""

    key: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]


class LateWeekRecord(Base):
    """A week that got rows since it was looked at last: if it is closed, the next closing revises it."""

    __tablename__ = "hub_late_weeks"

    week: Mapped[date] = mapped_column(Date(), primary_key=True)
    since: Mapped[datetime]
    marks: Mapped[int]
    """How often: a closing forgets those only that it saw before it read."""


class TagRecord(Base):
    """A tag that a partner's administrators gave. HUB-20 to HUB-22."""

    __tablename__ = "hub_tags"

    partner_id: Mapped[str] = mapped_column(primary_key=True)
    about: Mapped[str] = mapped_column(primary_key=True)
    """customer or subscription."""

    subject: Mapped[str] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)
    tagged_by: Mapped[str]
    tagged_at: Mapped[datetime]


class HubUserRecord(Base):
    """Who may sign in. The only place of their name and address."""

    __tablename__ = "hub_users"

    user_id: Mapped[str] = mapped_column(primary_key=True)
    partner_id: Mapped[str | None] = mapped_column(index=True)
    roles: Mapped[list[str]]
    name: Mapped[str]
    email: Mapped[str | None]
    """In small letters: by it a sign-in of the identity provider finds its user."""

    language: Mapped[str]
    zone: Mapped[str]
    active: Mapped[bool]
    accepted_terms_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]

    __table_args__ = (
        Index(
            "uq_hub_users_email",
            "email",
            unique=True,
            sqlite_where=text("email IS NOT NULL"),
            postgresql_where=text("email IS NOT NULL"),
        ),
    )


class AssignmentRecord(Base):
    """A partner's administrator who was assigned to a customer. HUB-42."""

    __tablename__ = "hub_assignments"

    user_id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(primary_key=True)
    assigned_by: Mapped[str]
    assigned_at: Mapped[datetime]

    __table_args__ = (Index(None, "customer_id"),)


class ActRecord(Base):
    """Who changed what in the hub itself: tags, users, assignments. Rows are only ever added."""

    __tablename__ = "hub_acts"

    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    act: Mapped[str]
    partner_id: Mapped[str | None]
    subject: Mapped[str]
    data: Mapped[dict[str, Any]]

    __table_args__ = (Index(None, "partner_id", "subject"),)

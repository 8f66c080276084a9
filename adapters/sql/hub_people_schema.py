"""The hub's tables of its users, and of what they did in it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from adapters.sql.schema import Base


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

"""Tables of the pages: who is signed in, who tried to, and what came by a link in a mail."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from adapters.sql.schema import Base
from domain.lifecycle import Lifecycle


class SessionRecord(Base):
    """Somebody who is signed in, by the digest of what their browser holds."""

    __tablename__ = "web_sessions"

    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(index=True)
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class SignInLinkRecord(Base):
    """A link by which one user signs in, once."""

    __tablename__ = "web_sign_in_links"

    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AttemptsRecord(Base):
    """How often something was tried lately, by the digest of who tried what."""

    __tablename__ = "web_attempts"

    bucket: Mapped[str] = mapped_column(primary_key=True)
    window: Mapped[datetime] = mapped_column(primary_key=True)
    """Its first instant."""

    number: Mapped[int]


class FormClaimRecord(Base):
    """A decision behind a signed link, claimed by whoever decides first."""

    __tablename__ = "web_form_claims"

    link: Mapped[str] = mapped_column(primary_key=True)
    """Digest of what the link says: no link can be made of it."""

    purpose: Mapped[str]
    lifecycle: Mapped[Lifecycle]
    subject: Mapped[str]
    claimed_at: Mapped[datetime]
    update_id: Mapped[str]
    answered_at: Mapped[datetime | None]
    """None: it is being sent, or was not taken."""

    __table_args__ = (Index(None, "lifecycle", "subject"),)


class FormDraftRecord(Base):
    """What somebody typed and did not submit yet, personal data included: gone once it was submitted."""

    __tablename__ = "web_form_drafts"

    link: Mapped[str] = mapped_column(primary_key=True)
    """Digest of form, lifecycle and reader; the link itself is another one in every mail."""

    content: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]

"""Decisions behind signed links, and drafts of forms. A link is known by its mark, which makes no link."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from adapters.sql.database import Database, hold
from adapters.sql.upsert import insert_missing, table_of, upsert
from adapters.sql.web_schema import FormClaimRecord, FormDraftRecord
from domain.lifecycle import Lifecycle
from domain.values import Model


class FormClaim(Model):
    """A decision that somebody is sending, or has sent."""

    update_id: str
    claimed_at: datetime
    answered_at: datetime | None
    """None: it is under way, or whoever sent it was interrupted. Sent again under the same id it takes effect once."""


class SqlWebForms(Database):
    """On SQL."""

    def claim_form(
        self, link: str, purpose: str, lifecycle: Lifecycle, subject: str, update_id: str, now: datetime
    ) -> FormClaim:
        """Whoever comes first decides under which id it is sent; whoever comes later is answered with that."""
        claimed = _row(link, purpose, lifecycle, subject, update_id, now)
        with self._writing() as session:
            hold(session, f"form {link}")
            insert_missing(session, FormClaimRecord, claimed)
            return _claim(session.get_one(FormClaimRecord, link))

    def release_form(self, link: str) -> None:
        """It was refused, and nothing changed: whoever decides next decides anew. What was answered stays so."""
        with self._changing() as connection:
            table = table_of(FormClaimRecord)
            connection.execute(delete(table).where(table.c.link == link, table.c.answered_at.is_(None)))

    def form_was_answered(
        self, link: str, purpose: str, lifecycle: Lifecycle, subject: str, update_id: str, now: datetime, *, draft: str
    ) -> None:
        """It was taken: the draft of that key, and with it what was typed, is gone. The first answer stays; a repeat
        changes nothing. Also if somebody who was refused at the same time has released the claim."""
        answered = _row(link, purpose, lifecycle, subject, update_id, now) | {"answered_at": now}
        with self._writing() as session:
            hold(session, f"form {link}")
            if not insert_missing(session, FormClaimRecord, answered):
                session.execute(
                    update(FormClaimRecord)
                    .where(FormClaimRecord.link == link, FormClaimRecord.answered_at.is_(None))
                    .values(answered_at=now, update_id=update_id)
                )
            session.execute(delete(FormDraftRecord).where(FormDraftRecord.link == draft))

    def form_claim(self, link: str) -> FormClaim | None:
        """Of this link."""
        with self._reading() as session:
            found = session.get(FormClaimRecord, link)
            return None if found is None else _claim(found)

    def forms_answered(self, purpose: str, lifecycle: Lifecycle, subject: str) -> list[FormClaim]:
        """By any link for that purpose, the first answer first."""
        wanted = (
            select(FormClaimRecord)
            .where(
                FormClaimRecord.purpose == purpose,
                FormClaimRecord.lifecycle == lifecycle,
                FormClaimRecord.subject == subject,
                FormClaimRecord.answered_at.is_not(None),
            )
            .order_by(FormClaimRecord.answered_at)
        )
        with self._reading() as session:
            return [_claim(found) for found in session.scalars(wanted)]

    def keep_draft(self, link: str, content: dict[str, Any], now: datetime) -> None:
        """What somebody typed and did not submit, or could not; the newest is kept."""
        with self._writing() as session:
            upsert(session, FormDraftRecord, [{"link": link, "content": content, "saved_at": now}])

    def draft(self, link: str) -> tuple[dict[str, Any], datetime] | None:
        """What was typed, and when it was saved."""
        with self._reading() as session:
            found = session.get(FormDraftRecord, link)
            return None if found is None else (dict(found.content), found.saved_at)

    def forget_draft(self, link: str) -> None:
        """It was submitted; twice does no harm."""
        with self._changing() as connection:
            table = table_of(FormDraftRecord)
            connection.execute(delete(table).where(table.c.link == link))

    def forget_drafts(self, before: datetime) -> int:
        """Personal data that nobody submitted: how many were erased."""
        with self._changing() as connection:
            table = table_of(FormDraftRecord)
            return connection.execute(delete(table).where(table.c.saved_at < before)).rowcount


def _row(
    link: str, purpose: str, lifecycle: Lifecycle, subject: str, update_id: str, claimed_at: datetime
) -> dict[str, Any]:
    """Not answered yet."""
    return {
        "link": link,
        "purpose": purpose,
        "lifecycle": lifecycle,
        "subject": subject,
        "update_id": update_id,
        "claimed_at": claimed_at,
        "answered_at": None,
    }


def _claim(found: FormClaimRecord) -> FormClaim:
    return FormClaim(update_id=found.update_id, claimed_at=found.claimed_at, answered_at=found.answered_at)

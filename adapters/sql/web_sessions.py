"""Sessions, sign-in links, and how often somebody tried. Of every token the store knows the digest only."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, update
from sqlalchemy.orm import Session

from adapters.sql.database import Database
from adapters.sql.engine import DatabaseTrouble
from adapters.sql.hub_people_schema import HubUserRecord
from adapters.sql.hub_user_rows import as_users
from adapters.sql.upsert import INSERT, table_of
from adapters.sql.web_schema import AttemptsRecord, SessionRecord, SignInLinkRecord
from domain.hub.policy import ATTEMPTS_WITHIN, SESSION_IDLES_FOR
from domain.hub.users import HubUser

SEEN_EVERY: Final = timedelta(minutes=1)
"""A session is not written for every page."""


class SqlWebSessions(Database):
    """On SQL."""

    def begin_session(self, digest: str, user_id: str, now: datetime, ends_at: datetime) -> None:
        """Of somebody who has just signed in; sessions that are over go."""
        with self._writing() as session:
            session.execute(delete(SessionRecord).where(SessionRecord.ends_at <= now))
            session.add(SessionRecord(digest=digest, user_id=user_id, begun_at=now, seen_at=now, ends_at=ends_at))

    def session_user(self, digest: str, now: datetime) -> HubUser | None:
        """Who is signed in by it: nobody, if it is over, was idle for too long, or its user is active no longer."""
        with self._reading() as session:
            found = session.get(SessionRecord, digest)
            if found is None or now >= found.ends_at or now - found.seen_at >= SESSION_IDLES_FOR:
                return None
            user = _active(session, found.user_id)
            stale = now - found.seen_at >= SEEN_EVERY
        if user is not None and stale:
            with suppress(DatabaseTrouble), self._changing() as connection:  # busy: the next page says it again
                connection.execute(update(SessionRecord).where(SessionRecord.digest == digest).values(seen_at=now))
        return user

    def end_session(self, digest: str) -> None:
        """Signed out; twice does no harm."""
        with self._changing() as connection:
            connection.execute(delete(SessionRecord).where(SessionRecord.digest == digest))

    def add_sign_in_link(self, digest: str, user_id: str, now: datetime, ends_at: datetime) -> None:
        """A newer link of a user ends the earlier ones."""
        with self._writing() as session:
            session.execute(
                delete(SignInLinkRecord).where(
                    (SignInLinkRecord.user_id == user_id) | (SignInLinkRecord.ends_at <= now)
                )
            )
            session.add(SignInLinkRecord(digest=digest, user_id=user_id, ends_at=ends_at, used_at=None))

    def sign_in_link(self, digest: str, now: datetime) -> HubUser | None:
        """Whom it would sign in; it stays as it is."""
        with self._reading() as session:
            found = session.get(SignInLinkRecord, digest)
            if found is None or found.used_at is not None or now >= found.ends_at:
                return None
            return _active(session, found.user_id)

    def use_sign_in_link(self, digest: str, now: datetime) -> HubUser | None:
        """Whom it signs in: once, whoever else has it."""
        fresh = (SignInLinkRecord.digest == digest, SignInLinkRecord.used_at.is_(None), SignInLinkRecord.ends_at > now)
        with self._writing() as session:
            used = update(SignInLinkRecord).where(*fresh).values(used_at=now).returning(SignInLinkRecord.user_id)
            user_id = session.scalar(used)
            return _active(session, user_id) if user_id else None

    def attempts(self, bucket: str, now: datetime) -> int:
        """How often lately, this one included: since the last full quarter of an hour. `bucket` is a digest."""
        seconds = ATTEMPTS_WITHIN.total_seconds()
        window = datetime.fromtimestamp(now.timestamp() // seconds * seconds, now.tzinfo)
        with self._changing() as connection:
            return _counted(connection, bucket, window)


def _counted(connection: Connection, bucket: str, window: datetime) -> int:
    table = table_of(AttemptsRecord)
    connection.execute(delete(table).where(table.c.window < window))
    insert = INSERT[connection.dialect.name](table).values(bucket=bucket, window=window, number=1)
    counted = insert.on_conflict_do_update(
        index_elements=["bucket", "window"], set_={"number": table.c.number + 1}
    ).returning(table.c.number)
    number: int = connection.execute(counted).scalar_one()
    return number


def _active(session: Session, user_id: str) -> HubUser | None:
    row = session.get(HubUserRecord, user_id)
    return as_users(session, [row])[0] if row and row.active else None

"""Connections that keep their word: what durability rests on is set, then read back, on each connection. R8."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

if TYPE_CHECKING:  # SQLAlchemy imports it for a PostgreSQL store: ten megabytes that no other process needs
    import psycopg

PATIENCE: Final = timedelta(seconds=10)
"""How long a statement may take or wait for a lock before it fails and the activity is tried again. R4."""

CONNECT_TIMEOUT: Final = timedelta(seconds=5)
"""How long PostgreSQL may take to answer a new connection."""

POOL: Final = {"pool_size": 5, "max_overflow": 5, "pool_timeout": PATIENCE.total_seconds()}
"""At most ten connections a process; who finds none free within that time fails and is tried again."""

SQLITE_SETTINGS: Final = (
    ("PRAGMA journal_mode = WAL", "PRAGMA journal_mode", "wal"),
    ("PRAGMA synchronous = FULL", "PRAGMA synchronous", 2),
    ("PRAGMA foreign_keys = ON", "PRAGMA foreign_keys", 1),
    ("PRAGMA secure_delete = ON", "PRAGMA secure_delete", 1),
)
"""To set, to read back, and what must be read. WAL with FULL is the fastest mode that loses nothing at a power cut."""

POSTGRESQL_SETTINGS: Final = {
    "synchronous_commit": ("on", "remote_apply"),
    "fsync": ("on",),
    "full_page_writes": ("on",),
}
"""What must be read, by setting: with anything else an acknowledged write can be lost."""


DatabaseTrouble = SQLAlchemyError
"""Whatever the database cannot do right now; the name for those who may not know how the store is built."""


class StoreUnusable(Exception):
    """The store cannot be used. One line, for whoever starts the service; nothing was changed."""


class UnsupportedDatabase(StoreUnusable):
    """Neither SQLite nor PostgreSQL."""

    def __init__(self) -> None:
        super().__init__("the database must be given as sqlite:///<path> or postgresql://<user>@<host>/<name>")


class UnsafeStore(StoreUnusable):
    """A setting under which acknowledged writes can be lost."""

    def __init__(self, place: str, setting: str, found: object, wanted: object) -> None:
        super().__init__(f"{place} could lose what it has acknowledged: {setting} is {found}, must be {wanted}")
        self.setting = setting


class NotAStore(StoreUnusable):
    """What is there was not written by Tenure, or is damaged."""


class StoreNotReachable(StoreUnusable):
    """It cannot be opened or does not answer."""


def engine_for(database_url: str, patience: timedelta = PATIENCE) -> Engine:
    """An engine whose every connection is safe, or is refused by UnsafeStore. Connects to nothing yet."""
    try:
        url = make_url(database_url)
    except ArgumentError:
        raise UnsupportedDatabase from None
    match url.get_backend_name():
        case "sqlite":
            return _sqlite(url, patience)
        case "postgresql" | "postgres":
            return _postgresql(url.set(drivername="postgresql+psycopg"), patience)
        case _:
            raise UnsupportedDatabase


def _sqlite(url: URL, patience: timedelta) -> Engine:
    if url.database in {None, "", ":memory:"}:
        raise UnsafeStore(place(url), "journal_mode", "memory", "wal")
    waiting = {"isolation_level": None, "timeout": patience.total_seconds()}
    engine = create_engine(url, connect_args=waiting, hide_parameters=True, **POOL)

    @event.listens_for(engine, "connect")
    def make_safe(connection: sqlite3.Connection, _record: object) -> None:
        with _closed_if_refused(connection):
            _eventually(lambda: _apply_settings(connection, place(url)), patience)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))

    return engine


def _apply_settings(connection: sqlite3.Connection, where: str) -> None:
    for setting, question, wanted in SQLITE_SETTINGS:
        connection.execute(setting)
        (found,) = connection.execute(question).fetchone()
        if found != wanted:
            raise UnsafeStore(where, question.removeprefix("PRAGMA "), found, wanted)


def _eventually(attempt: Callable[[], None], patience: timedelta) -> None:
    """SQLite does not wait when two connections switch a new file to WAL at once; so we do."""
    give_up_at = time.monotonic() + patience.total_seconds()
    while True:
        try:
            return attempt()
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)


def _postgresql(url: URL, patience: timedelta) -> Engine:
    milliseconds = int(patience.total_seconds() * 1000)
    limits = {
        "connect_timeout": int(CONNECT_TIMEOUT.total_seconds()),
        "tcp_user_timeout": milliseconds,
        "options": f"-c statement_timeout={milliseconds} -c idle_in_transaction_session_timeout={milliseconds}",
    }
    engine = create_engine(url, connect_args=limits, pool_pre_ping=True, hide_parameters=True, **POOL)

    @event.listens_for(engine, "connect")
    def check(connection: "psycopg.Connection[Any]", _record: object) -> None:
        with _closed_if_refused(connection):
            _check_settings(connection, place(url))

    return engine


def _check_settings(connection: "psycopg.Connection[Any]", where: str) -> None:
    question = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)"
    found = dict(connection.execute(question, [list(POSTGRESQL_SETTINGS)]).fetchall())
    connection.rollback()
    for setting, wanted in POSTGRESQL_SETTINGS.items():
        if found[setting] not in wanted:
            raise UnsafeStore(where, setting, found[setting], " or ".join(wanted))


@contextmanager
def _closed_if_refused(connection: "sqlite3.Connection | psycopg.Connection[Any]") -> Iterator[None]:
    try:
        yield
    except Exception:
        connection.close()
        raise


def place(url: URL) -> str:
    """Where the store is, in words without user or password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "memory"
    return f"PostgreSQL {url.host or 'on this machine'}:{url.port or 5432}/{url.database}"


def primary_code(error: BaseException | None) -> int | None:
    """SQLite's error code without its details; None for what is not SQLite's."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None


@contextmanager
def in_one_sentence(url: URL) -> Iterator[None]:
    """While starting: what the database says becomes a StoreUnusable that names the place."""
    try:
        if url.get_backend_name() == "sqlite" and not os.path.isdir(os.path.dirname(os.path.abspath(place(url)))):
            raise StoreNotReachable(f"{place(url)} cannot be opened: its directory does not exist")
        yield
    except DBAPIError as error:
        words = str(error.orig).splitlines()[0].strip()
        if primary_code(error.orig) in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            raise NotAStore(f"{place(url)} is not a store of Tenure, or it is damaged: {words}") from None
        raise StoreNotReachable(f"{place(url)} cannot be used: {words}") from None

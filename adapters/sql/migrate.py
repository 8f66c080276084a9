"""Bringing a database to this release: all of it in one transaction, by one process at a time, or nothing at all."""

from contextlib import suppress
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Connection, String, column, func, inspect, select, table

from adapters.private import private_directory, private_file, private_files
from adapters.sql.database import WRITING
from adapters.sql.engine import NotAStore, StoreUnusable, engine_for, in_one_sentence, place
from adapters.sqlite_check import damage

if TYPE_CHECKING:  # imported where something is migrated: ten megabytes that nobody else needs
    from alembic.config import Config

PATIENCE: Final = timedelta(minutes=5)
"""How long a migration may take, and how long another starter waits for it."""

MIGRATIONS: Final = Path(__file__).parent / "migrations"

VERSION_TABLE: Final = "tenure_schema_version"
"""Ours alone: another program's Alembic in the same database is not mistaken for ours."""

_LOCK: Final = 0x54656E757265
"""PostgreSQL's advisory lock of our migrations: "Tenure" in ASCII."""


class StoreFromNewerRelease(StoreUnusable):
    """A newer release wrote it; this one would not understand it."""

    def __init__(self, where: str, revision: str) -> None:
        super().__init__(
            f"{where} was written by a newer release (schema {revision}): run that one; nothing was changed"
        )
        self.revision = revision


class StoreNotMigrated(StoreUnusable):
    """It is not there yet, or an older release wrote it."""

    def __init__(self, where: str, revision: str | None = None) -> None:
        older = f"{where} was written by an older release (schema {revision})"
        there = older if revision else f"there is no store at {where} yet"
        super().__init__(f"{there}: run tenure migrate, or start a worker")


class Migrated(NamedTuple):
    """What a migration did: the schema before, none if there was no store; and now."""

    where: str
    before: str | None
    now: str


def migrate(database_url: str, *, make_directory: bool = False) -> Migrated:
    """Create or upgrade every table. Repeating it, or being killed at any point and repeating it, does no harm.

    Raises StoreUnusable: StoreFromNewerRelease, NotAStore, UnsafeStore, StoreNotReachable.
    """
    engine = engine_for(database_url, PATIENCE)
    if engine.dialect.name == "sqlite" and engine.url.database:
        if make_directory:
            _make_directory(Path(engine.url.database).parent)
        _check_file(Path(engine.url.database))
    writer = engine.execution_options(**WRITING[engine.dialect.name])
    try:
        with in_one_sentence(engine.url), writer.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            before, now = _revision(connection), known_revisions()[0]
            if before != now:
                _upgrade(connection)
        if engine.dialect.name == "sqlite" and engine.url.database:
            _close_to_others(Path(engine.url.database))
        return Migrated(place(engine.url), before, now)
    finally:
        engine.dispose()


def require_this_release(connection: Connection) -> None:
    """Raises StoreNotMigrated or StoreFromNewerRelease unless the tables are exactly this release's."""
    if (revision := _revision(connection)) != known_revisions()[0]:
        raise StoreNotMigrated(place(connection.engine.url), revision)


def _upgrade(connection: Connection) -> None:
    from alembic import command

    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection | None = None) -> "Config":
    """Alembic with our migrations, wherever we are installed, on that connection's transaction."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _make_directory(directory: Path) -> None:
    """Ours alone, if it is the last part only that is missing: the rest may be mistyped."""
    if not directory.exists() and directory.parent.is_dir():
        with suppress(OSError):  # SQLite says it better
            private_directory(directory)


def _check_file(path: Path) -> None:
    """A new one is private, for it will hold personal data; one that is there must be whole. Nothing is changed."""
    with suppress(OSError):  # SQLite says it better
        if not path.exists():
            private_file(path)
    if found := damage(path):
        raise NotAStore(f"{path} is not a store of Tenure, or it is damaged: {found}; restore a backup of it")


def _close_to_others(path: Path) -> None:
    """It is ours, as is its WAL, and copies that somebody put beside it; SQLite gives new companions its own mode."""
    with suppress(OSError):
        private_files(path.parent, beginning=path.name)


@cache
def known_revisions() -> list[str]:
    """Every migration of this release, the newest first: a number, with which its file's name begins."""
    files = (MIGRATIONS / "versions").glob("[0-9]*.py")
    return sorted((file.name.partition("_")[0] for file in files), reverse=True)


def _revision(connection: Connection) -> str | None:
    """Where the database stands; None for an empty one. Raises NotAStore, StoreFromNewerRelease."""
    where = place(connection.engine.url)
    tables = inspect(connection).get_table_names()
    if tables and VERSION_TABLE not in tables:
        raise NotAStore(f"{where} holds tables of something else: give Tenure a database of its own")
    version = select(column("version_num", String)).select_from(table(VERSION_TABLE))
    revision = connection.scalar(version) if tables else None
    if revision is not None and revision not in known_revisions():
        raise StoreFromNewerRelease(where, revision)
    return revision

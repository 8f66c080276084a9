"""Bringing a database to this release: all of it in one transaction, by one process at a time, or nothing at all."""

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, inspect, select

from adapters.sql.database import WRITING
from adapters.sql.engine import NotAStore, StoreUnusable, engine_for, in_one_sentence, place

PATIENCE: Final = timedelta(minutes=5)
"""How long a migration may take, and how long another starter waits for it."""

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

    def __init__(self, where: str) -> None:
        super().__init__(f"{where} is not ready for this release: migrate it first")


def migrate(database_url: str) -> None:
    """Create or upgrade every table. Repeating it, or being killed at any point and repeating it, does no harm.

    Raises StoreUnusable: StoreFromNewerRelease, NotAStore, UnsafeStore, StoreNotReachable.
    """
    engine = engine_for(database_url, PATIENCE)
    if engine.dialect.name == "sqlite" and engine.url.database:
        _create_private(Path(engine.url.database))
    writer = engine.execution_options(**WRITING[engine.dialect.name])
    try:
        with in_one_sentence(engine.url), writer.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            if _revision(connection) != known_revisions()[0]:
                command.upgrade(alembic_config(connection), "head")
    finally:
        engine.dispose()


def require_this_release(connection: Connection) -> None:
    """Raises StoreNotMigrated or StoreFromNewerRelease unless the tables are exactly this release's."""
    if _revision(connection) != known_revisions()[0]:
        raise StoreNotMigrated(place(connection.engine.url))


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic with our migrations, wherever we are installed, on that connection's transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _create_private(path: Path) -> None:
    """The file holds personal data: only its owner may read it; SQLite gives its companions the same mode."""
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError:
        return  # SQLite says it better


@cache
def known_revisions() -> list[str]:
    """Every migration of this release, the newest first."""
    return [script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()]


def _revision(connection: Connection) -> str | None:
    """Where the database stands; None for an empty one. Raises NotAStore, StoreFromNewerRelease."""
    where = place(connection.engine.url)
    tables = inspect(connection).get_table_names()
    if tables and VERSION_TABLE not in tables:
        raise NotAStore(f"{where} holds tables of something else: give Tenure a database of its own")
    revision = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()
    if revision is not None and revision not in known_revisions():
        raise StoreFromNewerRelease(where, revision)
    return revision

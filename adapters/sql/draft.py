"""Drafts the next migration from the models: python -m adapters.sql.draft "what changes". To be read and finished."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from adapters.sql.engine import engine_for
from adapters.sql.migrate import alembic_config, known_revisions, migrate


def draft(message: str) -> None:
    """Write a new file under migrations/versions: how the models differ from a freshly migrated database."""
    with TemporaryDirectory() as scratch:
        url = f"sqlite:///{Path(scratch) / 'scratch.db'}"
        migrate(url)
        engine = engine_for(url)
        with engine.begin() as connection:
            number = f"{len(known_revisions()) + 1:04}"
            command.revision(alembic_config(connection), message, autogenerate=True, rev_id=number)
        engine.dispose()


if __name__ == "__main__":
    draft(sys.argv[1])

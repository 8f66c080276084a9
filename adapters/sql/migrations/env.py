"""Run by Alembic, on the connection and inside the transaction that `adapters.sql.migrate` opened."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

import adapters.sql.hub_file_schema
import adapters.sql.hub_people_schema
import adapters.sql.hub_schema
import adapters.sql.hub_week_schema
import adapters.sql.web_schema  # noqa: F401 - likewise
from adapters.sql.columns import UtcInstant
from adapters.sql.migrate import VERSION_TABLE
from adapters.sql.schema import Base


def without_models(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """A drafted migration names no type of ours."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcInstant) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    render_item=without_models,
)
with context.begin_transaction():
    context.run_migrations()

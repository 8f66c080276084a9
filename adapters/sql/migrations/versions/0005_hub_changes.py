"""How often the hub's rows have changed: whoever keeps what they read in memory asks that first.

Follows 0004. A migration is a record of what was done: it names no model, which may have moved on since.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create it; nothing that is there is touched."""
    op.create_table(
        "hub_changes",
        sa.Column("what", TEXT, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_hub_changes")),
    )

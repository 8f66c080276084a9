"""Accounts: service organizations with their subscriptions, and by what they are found.

Follows 0001. A migration is a record of what was done: it names no model, which may have moved on since.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WORD = sa.String(40)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create both; nothing that is there is touched."""
    op.create_table(
        "accounts",
        sa.Column("zoid", TEXT, nullable=False),
        sa.Column("zgid", TEXT),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("region", TEXT, nullable=False),
        sa.Column("data_centre", TEXT, nullable=False),
        sa.Column("super_admin", TEXT),
        sa.Column("partner_id", TEXT),
        sa.Column("subscriptions", sa.JSON(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("changed_by", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("zoid", name=op.f("pk_accounts")),
    )
    op.create_index("ix_accounts_zgid", "accounts", ["zgid"])
    op.create_index("ix_accounts_super_admin", "accounts", ["super_admin"])
    op.create_index("ix_accounts_region_zoid", "accounts", ["region", "zoid"])
    op.create_table(
        "account_keys",
        sa.Column("zoid", TEXT, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("zoid", "kind", "value", name=op.f("pk_account_keys")),
    )
    op.create_index("ix_account_keys_kind_value", "account_keys", ["kind", "value"])

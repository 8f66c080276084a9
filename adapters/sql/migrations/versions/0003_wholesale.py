"""Users of wholesale customers, steps of their deprovisioning, and lists of restricted parties.

Follows 0002. A migration is a record of what was done: it names no model, which may have moved on since.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create them all; nothing that is there is touched."""
    _users()
    _steps()
    _lists()


def _users() -> None:
    op.create_table(
        "wholesale_users",
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("email", TEXT),
        sa.Column("first_name", TEXT),
        sa.Column("last_name", TEXT),
        sa.Column("package", TEXT),
        sa.Column("add_ons", sa.JSON(), nullable=False),
        sa.Column("administrator", sa.Boolean(), nullable=False),
        sa.Column("with_customer", sa.Boolean(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("external_id", "user_id", name=op.f("pk_wholesale_users")),
    )
    whose = ["external_id", "package", "user_id"]
    op.create_index("ix_wholesale_users_external_id_package_user_id", "wholesale_users", whose)
    op.create_table(
        "wholesale_batches",
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("batch_id", TEXT, nullable=False),
        sa.Column("users", sa.JSON()),
        sa.Column("laid_down_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT),
        sa.Column("answer", sa.JSON()),
        sa.Column("results", sa.JSON()),
        sa.PrimaryKeyConstraint("external_id", "batch_id", name=op.f("pk_wholesale_batches")),
    )


def _steps() -> None:
    op.create_table(
        "deprovisioning_steps",
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("external_id", "step", name=op.f("pk_deprovisioning_steps")),
    )


def _lists() -> None:
    op.create_table(
        "screening_lists",
        sa.Column("version", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.Column("imported_by", TEXT, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_screening_lists")),
    )
    op.create_index("uq_screening_lists_name_number", "screening_lists", ["name", "number"], unique=True)
    op.create_table(
        "screening_entries",
        sa.Column("version", TEXT, nullable=False),
        sa.Column("entry", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("countries", sa.JSON(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("begins_on", TEXT, nullable=False),
        sa.Column("ends_on", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("version", "entry", name=op.f("pk_screening_entries")),
    )

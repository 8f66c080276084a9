"""First tables: lifecycles, people, papers, events, tasks, mails, and what orders and trials keep beside.

Follows nothing. A migration is a record of what was done: it names no model, which may have moved on since.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WORD = sa.String(40)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create them all."""
    _lifecycles()
    _people()
    _beside()
    _journals()
    _mails()


def _lifecycles() -> None:
    op.create_table(
        "lifecycles",
        sa.Column("lifecycle", WORD, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("customer_id", TEXT, nullable=False),
        sa.Column("partner_id", TEXT, nullable=False),
        sa.Column("linked_to", TEXT),
        sa.Column("next_deadline", INSTANT),
        sa.Column("next_deadline_label", TEXT),
        sa.Column("attention", sa.Boolean(), nullable=False),
        sa.Column("run", TEXT, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("placed", sa.JSON()),
        sa.Column("input_hash", TEXT),
        sa.Column("first_run", TEXT),
        sa.Column("opened_at", INSTANT),
        sa.Column("answer", sa.JSON()),
        sa.PrimaryKeyConstraint("lifecycle", "subject", name=op.f("pk_lifecycles")),
    )
    op.create_index("ix_lifecycles_next_deadline", "lifecycles", ["lifecycle", "next_deadline", "subject"])
    op.create_index("ix_lifecycles_stage", "lifecycles", ["lifecycle", "stage", "next_deadline", "subject"])
    op.create_index("ix_lifecycles_customer_id", "lifecycles", ["lifecycle", "customer_id"])
    op.create_index("ix_lifecycles_linked_to", "lifecycles", ["lifecycle", "linked_to", "next_deadline", "subject"])
    op.create_index("ix_lifecycles_open", "lifecycles", ["lifecycle", "subject"], **_where("open"))
    open_renewal = _where("kind = 'order.renewal' AND open")
    op.create_index("uq_lifecycles_open_renewal", "lifecycles", ["linked_to"], unique=True, **open_renewal)


def _where(condition: str) -> dict[str, Any]:
    """For a partial index; `condition` ends with a boolean column, which SQLite keeps as 0 or 1."""
    return {"sqlite_where": sa.text(f"{condition} = 1"), "postgresql_where": sa.text(condition)}


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("lifecycle", WORD, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("first_name", TEXT, nullable=False),
        sa.Column("last_name", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("zone", TEXT, nullable=False),
        sa.Column("phone", TEXT),
        sa.PrimaryKeyConstraint("lifecycle", "subject", "role", name=op.f("pk_people")),
    )


def _beside() -> None:
    op.create_table(
        "papers",
        sa.Column("lifecycle", WORD, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("lifecycle", "subject", "name", name=op.f("pk_papers")),
    )
    op.create_table(
        "csm_assignments",
        sa.Column("subscription_id", TEXT, nullable=False),
        sa.Column("csm", TEXT, nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f("pk_csm_assignments")),
    )
    op.create_table(
        "csm_loads",
        sa.Column("csm", TEXT, nullable=False),
        sa.Column("subscriptions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("csm", name=op.f("pk_csm_loads")),
    )
    op.create_table(
        "trial_losses",
        sa.Column("trial_id", TEXT, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("lost", sa.JSON(), nullable=False),
        sa.Column("spared", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("trial_id", "step", name=op.f("pk_trial_losses")),
    )


def _journals() -> None:
    op.create_table(
        "events",
        sa.Column("lifecycle", WORD, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("source", WORD, nullable=False),
        sa.Column("reason", TEXT),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("lifecycle", "subject", "sequence", "type", name=op.f("pk_events")),
        sa.CheckConstraint(
            "source IN ('operator', 'upstream', 'portal', 'timer', 'import')", name=op.f("ck_events_source")
        ),
    )
    op.create_table(
        "tasks",
        sa.Column("lifecycle", WORD, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("assignee", TEXT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.Column("run", TEXT, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("lifecycle", "subject", "key", name=op.f("pk_tasks")),
    )


def _mails() -> None:
    op.create_table(
        "mails",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("message_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("lifecycle", WORD, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("recipient", TEXT, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("claimed_at", INSTANT, nullable=False),
        sa.Column("handed_over_at", INSTANT),
        sa.Column("settled_at", INSTANT),
        sa.Column("answer", TEXT),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_mails")),
        sa.CheckConstraint(
            "state IN ('pending', 'data', 'sent', 'unknown', 'refused', 'moot')", name=op.f("ck_mails_state")
        ),
    )
    op.create_index("ix_mails_lifecycle_subject", "mails", ["lifecycle", "subject"])
    op.create_index("ix_mails_message_id", "mails", ["message_id"])
    op.create_index("ix_mails_state", "mails", ["state"])

"""First tables: orders, subscriptions, trials, devices, people, papers, events, tasks, mails.

Follows nothing. A migration is a record of what was done: it names no model, which may have moved on since.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WORD = sa.String(40)
INSTANT = sa.DateTime(timezone=True)

STAGES = (
    "stage IN ('acknowledged', 'held', 'pending.awaiting_provisioning_details', 'in_progress.provisioning', "
    "'in_progress.service_ready', 'completed', 'rejected', 'cancelled')"
)
TRIAL_STAGES = (
    "stage IN ('acknowledged', 'pending.customer_consent', 'pending.awaiting_provisioning_details', 'provisioning', "
    "'trialing', 'expired_grace', 'converted', 'lapsed', 'lapsed.numbers_retained', 'lapsed.numbers_released', "
    "'cancelled')"
)
DEVICE_STAGES = (
    "stage IN ('shipped', 'in_use', 'return_due', 'overdue', 'return_in_transit', 'serial_mismatch', 'matched')"
)
OPEN_RENEWAL = sa.text("kind = 'renewal' AND (stage NOT IN ('cancelled', 'completed', 'rejected'))")


def upgrade() -> None:
    """Create them all."""
    _orders()
    _order_parts()
    _people()
    _subscriptions()
    _trials()
    _devices()
    _journals()
    _mails()


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("number", TEXT, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("stage", WORD, nullable=False),
        sa.Column("customer_id", TEXT, nullable=False),
        sa.Column("ordering_partner_id", TEXT, nullable=False),
        sa.Column("facing_partner_id", TEXT, nullable=False),
        sa.Column("subscription_id", TEXT, nullable=False),
        sa.Column("term_months", sa.Integer(), nullable=False),
        sa.Column("converts_trial", TEXT),
        sa.Column("placed_at", INSTANT, nullable=False),
        sa.Column("next_deadline", INSTANT),
        sa.Column("next_deadline_label", TEXT),
        sa.Column("attention", sa.Boolean(), nullable=False),
        sa.Column("renewal_date", sa.Date()),
        sa.Column("input_hash", TEXT, nullable=False),
        sa.Column("first_run", TEXT, nullable=False),
        sa.Column("run", TEXT, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("life", sa.JSON(), nullable=False),
        sa.Column("placed", sa.JSON(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_orders")),
        sa.CheckConstraint("kind IN ('new', 'renewal')", name=op.f("ck_orders_kind")),
        sa.CheckConstraint(STAGES, name=op.f("ck_orders_stage")),
    )
    op.create_index("ix_orders_subscription_id", "orders", ["subscription_id"])
    op.create_index("ix_orders_converts_trial", "orders", ["converts_trial"])
    op.create_index("ix_orders_next_deadline_number", "orders", ["next_deadline", "number"])
    op.create_index("ix_orders_stage_next_deadline_number", "orders", ["stage", "next_deadline", "number"])
    op.create_index(
        "uq_orders_open_renewal",
        "orders",
        ["subscription_id"],
        unique=True,
        sqlite_where=OPEN_RENEWAL,
        postgresql_where=OPEN_RENEWAL,
    )


def _order_parts() -> None:
    op.create_table(
        "order_items",
        sa.Column("order_number", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part_number", TEXT, nullable=False),
        sa.Column("offering", TEXT, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("order_number", "position", name=op.f("pk_order_items")),
        sa.ForeignKeyConstraint(["order_number"], ["orders.number"], name=op.f("fk_order_items_order_number_orders")),
    )
    op.create_table(
        "papers",
        sa.Column("order_number", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("order_number", "kind", name=op.f("pk_papers")),
        sa.ForeignKeyConstraint(["order_number"], ["orders.number"], name=op.f("fk_papers_order_number_orders")),
    )


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


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("subscription_id", TEXT, nullable=False),
        sa.Column("customer_id", TEXT, nullable=False),
        sa.Column("partner_id", TEXT, nullable=False),
        sa.Column("stage", WORD, nullable=False),
        sa.Column("renewal_date", sa.Date(), nullable=False),
        sa.Column("next_deadline", INSTANT),
        sa.Column("next_deadline_label", TEXT),
        sa.Column("attention", sa.Boolean(), nullable=False),
        sa.Column("run", TEXT, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("life", sa.JSON(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f("pk_subscriptions")),
        sa.CheckConstraint("stage IN ('active', 'suspended', 'terminated')", name=op.f("ck_subscriptions_stage")),
    )
    op.create_index("ix_subscriptions_customer_id", "subscriptions", ["customer_id"])
    by_deadline = ["stage", "next_deadline", "subscription_id"]
    op.create_index("ix_subscriptions_stage_next_deadline_subscription_id", "subscriptions", by_deadline)
    op.create_table(
        "csm_assignments",
        sa.Column("subscription_id", TEXT, nullable=False),
        sa.Column("csm", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f("pk_csm_assignments")),
    )
    op.create_index("ix_csm_assignments_csm", "csm_assignments", ["csm"])


def _trials() -> None:
    op.create_table(
        "trials",
        sa.Column("trial_id", TEXT, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("stage", WORD, nullable=False),
        sa.Column("customer_id", TEXT, nullable=False),
        sa.Column("partner_id", TEXT, nullable=False),
        sa.Column("expires_on", sa.Date()),
        sa.Column("next_deadline", INSTANT),
        sa.Column("next_deadline_label", TEXT),
        sa.Column("attention", sa.Boolean(), nullable=False),
        sa.Column("input_hash", TEXT, nullable=False),
        sa.Column("first_run", TEXT, nullable=False),
        sa.Column("run", TEXT, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("life", sa.JSON(), nullable=False),
        sa.Column("placed", sa.JSON(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("trial_id", name=op.f("pk_trials")),
        sa.CheckConstraint(
            "kind IN ('new_customer', 'existing_customer', 'paying_customer')", name=op.f("ck_trials_kind")
        ),
        sa.CheckConstraint(TRIAL_STAGES, name=op.f("ck_trials_stage")),
    )
    op.create_index("ix_trials_customer_id", "trials", ["customer_id"])
    op.create_index("ix_trials_next_deadline_trial_id", "trials", ["next_deadline", "trial_id"])
    op.create_index("ix_trials_stage_next_deadline_trial_id", "trials", ["stage", "next_deadline", "trial_id"])
    op.create_table(
        "trial_losses",
        sa.Column("trial_id", TEXT, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("trial_id", "step", name=op.f("pk_trial_losses")),
        sa.ForeignKeyConstraint(["trial_id"], ["trials.trial_id"], name=op.f("fk_trial_losses_trial_id_trials")),
    )


def _devices() -> None:
    op.create_table(
        "devices",
        sa.Column("device_id", TEXT, nullable=False),
        sa.Column("trial_id", TEXT, nullable=False),
        sa.Column("customer_id", TEXT, nullable=False),
        sa.Column("partner_id", TEXT, nullable=False),
        sa.Column("stage", WORD, nullable=False),
        sa.Column("return_due_at", INSTANT, nullable=False),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("next_deadline", INSTANT),
        sa.Column("next_deadline_label", TEXT),
        sa.Column("attention", sa.Boolean(), nullable=False),
        sa.Column("run", TEXT, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("life", sa.JSON(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_devices")),
        sa.CheckConstraint(DEVICE_STAGES, name=op.f("ck_devices_stage")),
    )
    op.create_index("ix_devices_trial_id", "devices", ["trial_id"])
    op.create_index("ix_devices_return_due_at_device_id", "devices", ["return_due_at", "device_id"])
    by_return = ["overdue", "return_due_at", "device_id"]
    op.create_index("ix_devices_overdue_return_due_at_device_id", "devices", by_return)


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

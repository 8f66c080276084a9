"""The Partner Hub: what it derives, what comes by file, its weeks, its people, and forms behind signed links.

Follows 0003. A migration is a record of what was done: it names no model, which may have moved on since.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create them all; nothing that is there is touched."""
    _lifecycles()
    _lives()
    _customers()
    _licences()
    _files()
    _weeks()
    _tags()
    _people()
    _web()


def _lifecycles() -> None:
    """Indexes on what is there: what is new for the hub, what operators look at."""
    op.create_index("ix_lifecycles_sequence", "lifecycles", ["lifecycle", "subject", "run", "sequence"])
    op.create_index(
        "ix_lifecycles_attention",
        "lifecycles",
        ["recorded_at", "lifecycle", "subject"],
        sqlite_where=sa.text("attention = 1"),
        postgresql_where=sa.text("attention"),
    )


def _lives() -> None:
    op.create_table(
        "hub_lives",
        sa.Column("lifecycle", sa.String(40), nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("valid_until", INSTANT),
        sa.Column("partner_id", TEXT, nullable=False),
        sa.Column("customer_id", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("products", sa.JSON(), nullable=False),
        sa.Column("entitled_since", sa.Date()),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.Column("ends_at", INSTANT),
        sa.Column("suspended_for", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("lifecycle", "subject", "number", name=op.f("pk_hub_lives")),
    )
    op.create_index("ix_hub_lives_customer_id", "hub_lives", ["customer_id"])
    op.create_index("ix_hub_lives_partner_id", "hub_lives", ["partner_id", "valid_until", "customer_id"])


def _customers() -> None:
    op.create_table(
        "hub_derived",
        sa.Column("lifecycle", sa.String(40), nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("run", TEXT, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("rules", TEXT, nullable=False),
        sa.Column("partner_id", TEXT),
        sa.Column("customer_id", TEXT),
        sa.Column("name", TEXT),
        sa.Column("country", TEXT),
        sa.Column("zone", TEXT),
        sa.Column("own", sa.Boolean()),
        sa.Column("started_at", INSTANT),
        sa.Column("derived_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("lifecycle", "subject", name=op.f("pk_hub_derived")),
    )
    op.create_index("ix_hub_derived_customer_id", "hub_derived", ["customer_id"])
    op.create_table(
        "hub_customers",
        sa.Column("partner_id", TEXT, nullable=False),
        sa.Column("customer_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("country", TEXT, nullable=False),
        sa.Column("zone", TEXT, nullable=False),
        sa.Column("managed", TEXT, nullable=False),
        sa.Column("known_since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("partner_id", "customer_id", name=op.f("pk_hub_customers")),
    )
    op.create_index("ix_hub_customers_customer_id", "hub_customers", ["customer_id"])


def _licences() -> None:
    op.create_table(
        "hub_usage",
        sa.Column("lifecycle", sa.String(40), nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("product", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("assigned", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("used_assigned", sa.Integer(), nullable=False),
        sa.Column("purchased", sa.Integer()),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("lifecycle", "subject", "product", "day", name=op.f("pk_hub_usage")),
        sqlite_with_rowid=False,
    )
    said = sa.text("purchased IS NOT NULL")
    op.create_index(
        "ix_hub_usage_purchased",
        "hub_usage",
        ["lifecycle", "subject", "product", "day"],
        sqlite_where=said,
        postgresql_where=said,
    )
    op.create_table(
        "hub_measured",
        sa.Column("lifecycle", sa.String(40), nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("product", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("lifecycle", "subject", "product", name=op.f("pk_hub_measured")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "hub_sign_ins",
        sa.Column("customer_id", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("administrator", TEXT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "day", "administrator", name=op.f("pk_hub_sign_ins")),
    )


def _files() -> None:
    op.create_table(
        "hub_invoices",
        sa.Column("subscription_id", TEXT, nullable=False),
        sa.Column("invoice", TEXT, nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount", TEXT, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("paid_on", sa.Date()),
        sa.Column("auto_renew", sa.Boolean()),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("subscription_id", "invoice", name=op.f("pk_hub_invoices")),
    )
    op.create_index(
        "ix_hub_invoices_auto_renew",
        "hub_invoices",
        ["subscription_id", "issued_on", "invoice", "auto_renew"],
        sqlite_where=sa.text("auto_renew IS NOT NULL"),
        postgresql_where=sa.text("auto_renew IS NOT NULL"),
    )
    op.create_table(
        "hub_calls",
        sa.Column("customer_id", TEXT, nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "week", name=op.f("pk_hub_calls")),
    )
    op.create_table(
        "hub_imports",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.PrimaryKeyConstraint("kind", "digest", name=op.f("pk_hub_imports")),
    )


def _weeks() -> None:
    op.create_table(
        "hub_weeks",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("week", "revision", name=op.f("pk_hub_weeks")),
    )
    op.create_table(
        "hub_week_rows",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("partner_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("week", "revision", "partner_id", "kind", "key", name=op.f("pk_hub_week_rows")),
    )
    op.create_table(
        "hub_late_weeks",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_hub_late_weeks")),
    )


def _tags() -> None:
    op.create_table(
        "hub_tags",
        sa.Column("partner_id", TEXT, nullable=False),
        sa.Column("about", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("tag", TEXT, nullable=False),
        sa.Column("tagged_by", TEXT, nullable=False),
        sa.Column("tagged_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("partner_id", "about", "subject", "tag", name=op.f("pk_hub_tags")),
    )
    op.create_table(
        "hub_acts",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("act", TEXT, nullable=False),
        sa.Column("partner_id", TEXT),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_hub_acts")),
    )
    op.create_index("ix_hub_acts_partner_id_subject", "hub_acts", ["partner_id", "subject"])


def _people() -> None:
    op.create_table(
        "hub_users",
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("partner_id", TEXT),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("email", TEXT),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("zone", TEXT, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("accepted_terms_at", INSTANT),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("changed_by", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_hub_users")),
    )
    op.create_index("ix_hub_users_partner_id", "hub_users", ["partner_id"])
    op.create_index(
        "uq_hub_users_email",
        "hub_users",
        ["email"],
        unique=True,
        sqlite_where=sa.text("email IS NOT NULL"),
        postgresql_where=sa.text("email IS NOT NULL"),
    )
    op.create_table(
        "hub_assignments",
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("customer_id", TEXT, nullable=False),
        sa.Column("assigned_by", TEXT, nullable=False),
        sa.Column("assigned_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "customer_id", name=op.f("pk_hub_assignments")),
    )
    op.create_index("ix_hub_assignments_customer_id", "hub_assignments", ["customer_id"])


def _web() -> None:
    op.create_table(
        "web_sessions",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_web_sessions")),
    )
    op.create_index("ix_web_sessions_user_id", "web_sessions", ["user_id"])
    op.create_table(
        "web_sign_in_links",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_web_sign_in_links")),
    )
    op.create_table(
        "web_attempts",
        sa.Column("bucket", TEXT, nullable=False),
        sa.Column("window", INSTANT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "window", name=op.f("pk_web_attempts")),
    )
    op.create_table(
        "web_form_claims",
        sa.Column("link", TEXT, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("lifecycle", sa.String(40), nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("claimed_at", INSTANT, nullable=False),
        sa.Column("update_id", TEXT, nullable=False),
        sa.Column("answered_at", INSTANT),
        sa.PrimaryKeyConstraint("link", name=op.f("pk_web_form_claims")),
    )
    op.create_index("ix_web_form_claims_lifecycle_subject", "web_form_claims", ["lifecycle", "subject"])
    op.create_table(
        "web_form_drafts",
        sa.Column("link", TEXT, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("link", name=op.f("pk_web_form_drafts")),
    )

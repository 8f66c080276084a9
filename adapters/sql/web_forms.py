"""Decisions behind signed links, and drafts of forms."""

from adapters.sql.database import Database


class SqlWebForms(Database):
    """On SQL."""

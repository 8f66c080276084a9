"""Weeks that were closed, as they were. HUB-60."""

from adapters.sql.database import Database


class SqlHubWeeks(Database):
    """On SQL."""

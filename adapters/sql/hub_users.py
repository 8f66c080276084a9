"""Who may sign in, and to which customers they are assigned. HUB-42, HUB-43."""

from adapters.sql.database import Database


class SqlHubUsers(Database):
    """On SQL."""

"""Sessions, sign-in links, and how often somebody tried."""

from adapters.sql.database import Database


class SqlWebSessions(Database):
    """On SQL."""

"""What the hub derives from lives: projection, customers, lines. HUB-10 to HUB-54."""

from adapters.sql.database import Database


class SqlHubLives(Database):
    """On SQL."""

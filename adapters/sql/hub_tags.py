"""Tags of customers and subscriptions. HUB-20 to HUB-22."""

from adapters.sql.database import Database


class SqlHubTags(Database):
    """On SQL."""

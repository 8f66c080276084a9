"""What comes by file: licences, sign-ins, invoices, calls."""

from adapters.sql.database import Database


class SqlHubFiles(Database):
    """On SQL."""

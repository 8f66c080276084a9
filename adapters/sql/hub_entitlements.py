"""What the hub derives from lifecycles: projection, customers, lines. HUB-10 to HUB-54."""

from adapters.sql.hub_changes import SqlHubChanges
from adapters.sql.hub_customers import SqlHubCustomers
from adapters.sql.hub_invoices import SqlHubInvoices
from adapters.sql.hub_lines import SqlHubLines
from adapters.sql.hub_projection import SqlHubProjection


class SqlHubEntitlements(SqlHubProjection, SqlHubCustomers, SqlHubLines, SqlHubInvoices, SqlHubChanges):
    """On SQL."""

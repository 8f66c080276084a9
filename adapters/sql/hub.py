"""The hub's part of the store, and the web room's."""

from adapters.sql.hub_entitlements import SqlHubEntitlements
from adapters.sql.hub_files import SqlHubFiles
from adapters.sql.hub_tags import SqlHubTags
from adapters.sql.hub_users import SqlHubUsers
from adapters.sql.hub_weeks import SqlHubWeeks
from adapters.sql.operations import SqlOperations
from adapters.sql.web_forms import SqlWebForms
from adapters.sql.web_sessions import SqlWebSessions


class SqlHub(
    SqlHubEntitlements, SqlHubFiles, SqlHubWeeks, SqlHubTags, SqlHubUsers, SqlOperations, SqlWebSessions, SqlWebForms
):
    """All of it, on one database."""

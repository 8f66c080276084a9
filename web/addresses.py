"""Where pages are: whoever links to one asks here. Ids need no quoting: they are letters, digits, `.`, `_` and `-`."""

from urllib.parse import quote, urlencode

from starlette.requests import Request

from domain.hub.users import HubUser
from domain.lifecycle import Lifecycle, workflow_id
from domain.permissions import Right
from web.world import World, world_of


def customer_page(partner_id: str, customer_id: str, *, tab: str = "", as_of: str = "", subject: str = "") -> str:
    """A part of it, as of a week, at one subscription or trial."""
    at = f"#{subject}" if subject else ""
    return f"/customers/{partner_id}/{customer_id}{query_of(tab=tab, as_of=as_of)}{at}"


def usage_page(partner_id: str, customer_id: str, lifecycle: str, subject: str, product: str) -> str:
    """The days behind the numbers of one product of one subscription or trial."""
    query = query_of(lifecycle=lifecycle, subject=subject, product=product)
    return f"{customer_page(partner_id, customer_id)}/usage{query}"


def act_page(lifecycle: str, subject: str, update: str = "", **known: str) -> str:
    """The form of one update, with what is known of it; without an update, all that may be sent."""
    return f"/act/{lifecycle}/{subject}{f'/{update}' if update else ''}{query_of(**known)}"


def start_page(lifecycle: str, **known: str) -> str:
    """The form that starts one."""
    return f"/start/{lifecycle}{query_of(**known)}"


def workflow_page(world: World, user: HubUser, lifecycle: Lifecycle, subject: str) -> str:
    """In Temporal's Web UI; empty for whoever does not operate it, and where nobody said where that is."""
    if not world.settings.ui_url or not user.may(Right.OPERATE):
        return ""
    namespace = world.client.namespace if world.client else "default"
    base = str(world.settings.ui_url).rstrip("/")
    return f"{base}/namespaces/{namespace}/workflows/{workflow_id(lifecycle, subject)}"


def here(request: Request) -> str:
    """The page that is asked for, to come back to."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def outside(request: Request) -> str:
    """How people reach us, for links that leave this browser."""
    return str(world_of(request).settings.web.url or request.base_url).rstrip("/")


def query_of(**said: str) -> str:
    """With its question mark; what is empty is left out."""
    query = urlencode({name: value for name, value in said.items() if value}, quote_via=quote, safe="/")
    return f"?{query}" if query else ""

"""Where buttons and lines lead."""

from urllib.parse import urlencode

from web.operations.board import Act, Line
from web.world import World


def act_of(line: Line, act: Act, back: str) -> str:
    """Where a button leads: the form, with what it is about filled in."""
    return f"/act/{line.lifecycle}/{line.subject}/{act.update}?{urlencode({**dict(act.known), 'next': back})}"


def ui_of(world: World, lifecycle: str, subject: str) -> str:
    """The page of a workflow in Temporal's Web UI; empty if nobody said where that is."""
    base = world.settings.ui_url
    if base is None:
        return ""
    namespace = world.client.namespace if world.client else "default"
    return f"{str(base).rstrip('/')}/namespaces/{namespace}/workflows/{lifecycle}-{subject}"

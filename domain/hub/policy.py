"""The hub's numbers: what the source leaves open. AMB-18 to AMB-27. Pure."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from domain.policy import SomeDays
from domain.values import Model

LINKS_LIVE_FOR: Final = timedelta(days=90)
"""Of a link in a mail, unless its cause ends before."""

SESSION_ENDS_AFTER: Final = timedelta(hours=12)
"""From signing in."""

LONGEST_SESSION: Final = timedelta(days=30)
LONGEST_LINK: Final = timedelta(days=3660)

WEEK: Final = timedelta(days=7)


class HubPolicy(Model):
    """Configuration of an installation: the hub's numbers are derived when they are read, and no life carries them."""

    expiring_within: SomeDays = timedelta(days=30)
    """Of *expiring soon*. HUB-12, AMB-18."""

    window: SomeDays = timedelta(days=90)
    """Of KPIs: recently added, expiring, renewing. HUB-53."""

    inactive_after: SomeDays = timedelta(days=90)
    """Without a sign-in of an administrator: no recent activity. HUB-14, AMB-20."""

    low_percentile: Annotated[int, Field(ge=1, le=99)] = 25
    """Below it among its peers, an assignment is low. AMB-22."""

    low_peers: Annotated[int, Field(ge=2, le=1000)] = 5
    """So many customers of one product make a group of peers. AMB-22."""

    low_without_peers: Annotated[int, Field(ge=1, le=100)] = 50
    """Per cent; below it an assignment is low where there are fewer. AMB-22."""

"""The numbers of the hub, and of the pages beside it, that the source leaves open. AMB-18 to AMB-27. Pure."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from domain.policy import SomeDays
from domain.values import Model

LINKS_LIVE_FOR: Final = timedelta(days=90)
"""Of a link in a mail, unless its cause ends before."""

SESSION_ENDS_AFTER: Final = timedelta(hours=12)
"""From signing in."""

SESSION_IDLES_FOR: Final = timedelta(hours=1)
"""Without a page asked for, somebody is signed out."""

SIGN_IN_LINK_LIVES: Final = timedelta(minutes=15)
"""Of a link by which somebody signs in, once."""

ATTEMPTS: Final = 30
ATTEMPTS_WITHIN: Final = timedelta(minutes=15)
"""So many wrong links one address may try to sign in by; then it waits."""

CLOSING_CATCHES_UP: Final = timedelta(days=365)
"""Sundays that were missed within it are made up for: no outage is that long. HUB-60."""

CALENDAR_BACK: Final = timedelta(days=31)
CALENDAR_AHEAD: Final = timedelta(days=400)
"""Deadlines in the feed of a calendar, from now."""

LONGEST_SESSION: Final = timedelta(days=30)
LONGEST_LINK: Final = timedelta(days=3660)

WEEK: Final = timedelta(days=7)
PER_CENT: Final = 100


class HubPolicy(Model):
    """Configuration of an installation: the hub's numbers are derived when they are read; no lifecycle carries them."""

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

    falling_by: Annotated[int, Field(ge=1, le=99)] = 10
    """Per cent. Use of Calling falls when the newer half of eight weeks lies at least so far below the older. §6.9."""

"""The hub's weeks, as a contract."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol

from domain.hub.as_of import ClosedWeek


class HubWeeks(Protocol):
    """What the hub knows of each week at its end, kept for ever. HUB-60."""

    def close_weeks(self, now: datetime, alive: Callable[[], None]) -> Iterator[ClosedWeek]:
        """Close every week that ended and is not closed, and once more each that got rows since; the oldest first.

        Each is one transaction, and is answered once it is closed. Any number of times, also several at once: what is
        closed is not closed again. `alive` is called now and then.
        """

"""Screening against the lists in the store, in this process. WHS-20 to WHS-24."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Lock
from typing import Final

from activities.ports.screening import ListEntry, ScreeningLists, ScreeningUnavailable
from adapters.screening import time_of_this_machine
from adapters.screening.prepared import Found, PreparedList
from domain.compliance.screening import MATCHES_KEPT, Match, Screened, Screening

AGREE: Final = 2.0
"""Points more where the entry names the customer's country."""

DIFFER: Final = 2.0
"""Points less where it names others only: who is looked for moves, so it is little."""

NO_LIST: Final = "no screening list was imported yet: tenure screening import FILE"


class EmbeddedScreening:
    """Keeps the current versions prepared in memory from the first screening on, and again when there are newer ones.

    Safe to share between threads. Raises ScreeningUnavailable when no list was imported.
    """

    def __init__(
        self, lists: ScreeningLists, threshold: float, now: Callable[[], datetime] = time_of_this_machine
    ) -> None:
        self._lists = lists
        self._threshold = threshold
        self._now = now
        self._prepared: dict[str, PreparedList] = {}
        self._preparing = Lock()

    async def screen(self, screened: Screened) -> Screening:
        """See port. In a thread: some milliseconds, and some seconds where a list has to be prepared first."""
        return await asyncio.to_thread(self._screen, screened)

    def _screen(self, screened: Screened) -> Screening:
        version, matches = self._all_matches(screened)
        return Screening(
            list_version=version,
            screened_at=self._now(),
            threshold=self._threshold,
            matches=tuple(matches[:MATCHES_KEPT]),
            found=len(matches),
        )

    def matches(self, screened: Screened) -> list[Match]:
        """All from the threshold on, best first; each entry of a list once. For measuring, and for whoever wonders."""
        return self._all_matches(screened)[1]

    def _all_matches(self, screened: Screened) -> tuple[str, list[Match]]:
        version = self._lists.current_version()
        best: dict[tuple[int, str], Match] = {}
        for number, one in enumerate(self._prepared_lists(version)):
            for match in _matches(one, screened):
                known = best.get((number, match.entry))
                if match.score >= self._threshold and (known is None or match.score > known.score):
                    best[number, match.entry] = match
        return version, sorted(best.values(), key=lambda match: (-match.score, match.entry))

    def _prepared_lists(self, version: str) -> list[PreparedList]:
        with self._preparing:
            versions = [one for one in version.split("+") if one]
            ready = {one: self._prepared.get(one) or PreparedList(self._entries(one)) for one in versions}
            self._prepared = ready
        if not any(map(len, ready.values())):
            raise ScreeningUnavailable(NO_LIST)
        return list(ready.values())

    def _entries(self, version: str) -> Iterator[ListEntry]:
        after = ""
        while some := self._lists.list_entries(version, after):
            yield from some
            after = some[-1].entry


def _matches(prepared: PreparedList, screened: Screened) -> Iterator[Match]:
    for name in dict.fromkeys((screened.name, *screened.aliases)):
        for found in prepared.like(name):
            points, countries = _countries(found, screened.country)
            score = round(min(max(found.likeness + points, 0.0), 100.0), 1)
            yield Match(
                entry=found.listed.entry,
                source=found.listed.source,
                listed_name=found.name,
                screened_name=name,
                score=score,
                countries=found.listed.countries,
                explained=_explained(found, name, countries),
            )


def _countries(found: Found, country: str) -> tuple[float, str]:
    """Points, and why, in words."""
    if not found.listed.countries:
        return 0.0, "the entry names no country"
    if country in found.listed.countries:
        return AGREE, f"both are in {country} ({AGREE:+g})"
    listed = ", ".join(found.listed.countries)
    return -DIFFER, f"the customer is in {country}, the entry in {listed} ({-DIFFER:+g})"


def _explained(found: Found, name: str, countries: str) -> str:
    """One sentence for whoever decides. WHS-24."""
    ended = f"; its end date is {found.listed.ends_on}" if found.listed.ends_on else ""
    return (
        f"“{name}”, read as “{found.asked.said}”, and “{found.name}”, read as “{found.read.said}”, "
        f"are {found.likeness:.0f} of 100 alike; {countries}{ended}."
    )

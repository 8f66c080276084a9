"""Lists of restricted parties, and whoever compares a customer with them. WHS-20 to WHS-28."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Protocol

from pydantic import AwareDatetime, Field

from domain.compliance.screening import Screened, Screening
from domain.values import Model


class ScreeningUnavailable(Exception):
    """Nobody could be asked now: no list was imported yet, or a service does not answer. Ask again later.

    The text is one sentence for operators: what is missing, and what to do.
    """


class Screener(Protocol):
    """Compares a customer with the list."""

    async def screen(self, screened: Screened) -> Screening:
        """What the newest list says, as of now (`screened_at` in UTC). Raises ScreeningUnavailable."""
        ...


class ListEntry(Model):
    """One restricted party."""

    entry: Annotated[str, Field(min_length=1, max_length=200)]
    """Its id: of the list if it has ids, else made from its content."""

    source: Annotated[str, Field(max_length=500)]
    """Which list it stands in, in that list's words."""

    name: Annotated[str, Field(min_length=1, max_length=1000)]
    aliases: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    """ISO 3166-1, two letters, as far as they can be told."""

    kind: str = ""
    """`Entity`, `Individual`, `Vessel`, … as the list says."""

    begins_on: str = ""
    ends_on: str = ""
    """ISO 8601 dates, or nothing."""


class ScreeningList(Model):
    """One version of a list."""

    version: str
    """`csl-3`, `dpl-1`: the list's name and a running number."""

    name: str
    """`csl`, `dpl`, or what was given at the import."""

    imported_at: AwareDatetime
    imported_by: str
    entries: int
    digest: str
    """SHA-256 of the file, in hex."""

    current: bool
    """Is it the newest of its name? Screenings use the current version of every name."""


class ScreeningLists(Protocol):
    """The lists in the store. A version is never changed; the newest of each name is the current one."""

    def import_list(
        self, name: str, entries: Iterable[ListEntry], *, digest: str, by: str, now: datetime
    ) -> ScreeningList:
        """A new version, all or nothing, written in one transaction without holding all of it in memory. A file with
        the digest of the current version makes no new one: that version is the answer, and no entry is read. The same
        entry twice counts once; raises Refused for an id that two different entries have."""
        ...

    def screening_lists(self, *, current_only: bool = False) -> list[ScreeningList]:
        """By name, the newest version first."""
        ...

    def current_version(self) -> str:
        """All current versions in one text, as a screening names it: `csl-3+dpl-1`; empty: there is none."""
        ...

    def list_entries(self, version: str, after: str = "", limit: int = 5000) -> Sequence[ListEntry]:
        """Of one version, by entry, from the first one after `after`."""
        ...

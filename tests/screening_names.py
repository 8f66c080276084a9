"""Invented names in six scripts, to measure screening by; and lists of restricted parties without a store."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from activities.ports.screening import ListEntry, ScreeningList
from adapters.screening.embedded import EmbeddedScreening
from domain.compliance.screening import Screened

HERE: Final = Path(__file__).parent
NOBODY: Final = "-"
HELD_OUT: Final = "held out: "
NOW: Final = datetime(2027, 3, 31, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Pair:
    """A customer, and the entry that it is; None: a false friend, which is nobody on the list."""

    script: str
    country: str
    name: str
    entry: str | None
    why: str

    @property
    def held_out(self) -> bool:
        """Written when everything had been chosen; the threshold and a few words were looked at once more after it."""
        return self.why.startswith(HELD_OUT)


def an_entry(entry: str = "E1", name: str = "Zorbelin Maritime Electronics", **facts: object) -> ListEntry:
    """One restricted party."""
    return ListEntry.model_validate({"entry": entry, "source": "Invented List", "name": name, **facts})


class Lists:
    """`ScreeningLists` in memory: current versions with their entries, and how often these were read."""

    def __init__(self, **versions: Iterable[ListEntry]) -> None:
        self.versions = {name.replace("_", "-"): sorted(some, key=_id) for name, some in versions.items()}
        self.read: list[str] = []

    def import_list(
        self, name: str, entries: Iterable[ListEntry], *, digest: str, by: str, now: datetime
    ) -> ScreeningList:
        """Of the port, and no part of what screening asks: lists are imported into the real store."""
        raise NotImplementedError

    def screening_lists(self, *, current_only: bool = False) -> list[ScreeningList]:
        """Of the port, and no part of what screening asks: lists are imported into the real store."""
        raise NotImplementedError

    def current_version(self) -> str:
        """See port."""
        return "+".join(sorted(self.versions))

    def list_entries(self, version: str, after: str = "", limit: int = 5000) -> Sequence[ListEntry]:
        """See port."""
        self.read.append(version)
        return [entry for entry in self.versions[version] if entry.entry > after][: min(limit, 100)]


def _id(entry: ListEntry) -> str:
    return entry.entry


@cache
def pairs() -> tuple[Pair, ...]:
    """tests/screening_names.tsv"""
    rows = _rows("screening_names.tsv")
    return tuple(
        Pair(
            row["script"], row["country"], row["screened"], None if row["entry"] == NOBODY else row["entry"], row["why"]
        )
        for row in rows
    )


@cache
def entries() -> tuple[ListEntry, ...]:
    """tests/screening_names_list.tsv"""
    return tuple(
        an_entry(row["entry"], row["name"], aliases=tuple(filter(None, [row["aliases"]])), countries=(row["country"],))
        for row in _rows("screening_names_list.tsv")
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


@cache
def scores() -> dict[Pair, dict[str, float]]:
    """What each customer scores with each entry, from 50 on."""
    screening = EmbeddedScreening(Lists(csl_1=entries()), threshold=50)
    return {
        pair: {match.entry: match.score for match in screening.matches(Screened(name=pair.name, country=pair.country))}
        for pair in pairs()
    }


@dataclass(frozen=True)
class Measured:
    """What a threshold finds: of those who are on the list, and of those who are not."""

    found: int
    missed: int
    wrong: int
    """Customers for whom somebody has to look at an entry that is not them."""

    @property
    def precision(self) -> float:
        """Of those who are reported, how many are on the list as who they are."""
        return self.found / (self.found + self.wrong)

    @property
    def recall(self) -> float:
        """Of those who are on the list, how many are reported."""
        return self.found / (self.found + self.missed)


def measured(threshold: float, some: Iterable[Pair] | None = None) -> Measured:
    """At one threshold."""
    found = missed = wrong = 0
    for pair in pairs() if some is None else some:
        reported = {entry for entry, score in scores()[pair].items() if score >= threshold}
        found += pair.entry in reported
        missed += pair.entry is not None and pair.entry not in reported
        wrong += bool(reported - {pair.entry})
    return Measured(found, missed, wrong)

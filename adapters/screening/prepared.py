"""One version of a list, ready to be searched: all names by the letters they share, so that few have to be compared."""

import heapq
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from activities.ports.screening import ListEntry
from adapters.screening.likeness import likeness
from adapters.screening.names import Reading, read, readings

COMPARED: Final = 100
"""Names that are compared word by word, for each way to read the one that is looked for: those that share most of its
pieces, of equals those with the fewest of their own."""


class Listed(NamedTuple):
    """What is kept of an entry in memory."""

    entry: str
    source: str
    countries: tuple[str, ...]
    ends_on: str


class Found(NamedTuple):
    """A listed name that is like the one that was looked for, and how both were read."""

    listed: Listed
    name: str
    likeness: float
    """0 to 100."""

    asked: Reading
    read: Reading


class PreparedList:
    """Never changed once it is made. Of 20,000 entries it takes 7 MB, and the texts of their names."""

    def __init__(self, entries: Iterable[ListEntry]) -> None:
        self._listed: list[Listed] = []
        self._names: list[str] = []
        self._owners = array("I")
        self._sizes = array("I")
        self._shared: dict[str, array[int]] = {}
        sources: dict[str, str] = {}
        for entry in entries:
            source = sources.setdefault(entry.source, entry.source)
            self._listed.append(Listed(entry.entry, source, entry.countries, entry.ends_on))
            for name in dict.fromkeys((entry.name, *entry.aliases)):
                self._add(name)

    def __len__(self) -> int:
        return len(self._listed)

    def like(self, name: str) -> Iterator[Found]:
        """The names most like it, in no order, however little they are; several of an entry are possible."""
        asked = readings(name)
        for number in {number for way in asked for number in self._sharing(way)}:
            listed = self._names[number]
            score, mine, theirs = max(
                ((likeness(mine, theirs), mine, theirs) for mine in asked for theirs in readings(listed)),
                key=lambda compared: compared[0],
            )
            yield Found(self._listed[self._owners[number]], listed, score, mine, theirs)

    def _sharing(self, way: Reading) -> Sequence[int]:
        shared: Counter[int] = Counter()
        for piece in _pieces([way]):
            shared.update(self._shared.get(piece, ()))
        sizes = self._sizes
        return heapq.nlargest(COMPARED, shared, key=lambda number: (shared[number], -sizes[number]))

    def _add(self, name: str) -> None:
        number = len(self._names)
        self._names.append(name)
        self._owners.append(len(self._listed) - 1)
        pieces = _pieces(read(name))
        self._sizes.append(len(pieces))
        for piece in pieces:
            self._shared.setdefault(piece, array("I")).append(number)


def _pieces(ways: Iterable[Reading]) -> set[str]:
    """Three consonants in a row, of each word and of all of them together, so that spaces decide nothing."""
    pieces: set[str] = set()
    for way in ways:
        words = [word.bones.replace("v", "") or word.letters for word in way.words]
        for text in (*words, "".join(words)):
            padded = f"<{text}>"
            pieces.update(padded[at : at + 3] for at in range(len(padded) - 2))
        if not words:
            pieces.update(f"={trade}" for trade in way.trades)
    return pieces

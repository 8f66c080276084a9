"""What only the store, the day and the rest of the file tell about a row. HUB-10 to HUB-17, HUB-60."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from operator import itemgetter
from typing import Any, Final, NamedTuple, cast

from adapters.sql.store import SqlStore
from domain.hub.imports import Imported
from domain.hub.imports_rows import HubRow, UsageRow
from domain.hub.products import Product
from domain.lifecycle import Lifecycle
from starter.intake.csv_rows import LineProblem
from starter.intake.files import Row
from starter.intake.first_lines import FirstLines
from starter.intake.hub_rows import RowsFile

AT_A_TIME: Final = 5_000
"""Rows of one transaction."""

REMEMBERED: Final = 200_000
"""Ids of which it is remembered whether they are known: memory has an end."""

NOBODY: Final = {
    Imported.USAGE: ("id", "is no subscription, trial or wholesale customer that is known here"),
    Imported.SIGN_INS: ("customer_id", "is no customer that is known here"),
    Imported.PAYMENTS: ("subscription_id", "is no subscription that is known here"),
    Imported.CALLING: ("customer_id", "is no customer that is known here"),
}
LATER: Final = ": once it is, import the file again"


class Judged(NamedTuple):
    """One line: what is to be stored, or what is wrong."""

    line: int
    columns: dict[str, Any] | None
    problems: Sequence[LineProblem] = ()


class Judge:
    """Of the rows of one file, in their order."""

    def __init__(self, store: SqlStore, file: RowsFile, kind: Imported, today: date, others: Collection[str]) -> None:
        self._store = store
        self._file = file
        self._kind = kind
        self._today = today
        self._products = frozenset({*Product, *others})
        self._known: dict[str, Any] = {}
        self._key = itemgetter(*cast("type[HubRow]", file.form.model).key)
        self._firsts: FirstLines | None = FirstLines()

    def all_of(self, rows: Iterable[Row]) -> Iterator[list[Judged]]:
        """So many at a time."""
        rows = iter(rows)
        while some := list(islice(rows, AT_A_TIME)):
            yield self._several(some)

    def trust(self) -> None:
        """The file was read before: no two of its rows contradict each other."""
        self.close()
        self._firsts = None

    def close(self) -> None:
        """Forget what stood where."""
        if self._firsts:
            self._firsts.close()

    def _several(self, rows: list[Row]) -> list[Judged]:
        self._look_up(rows)
        judged = [self._one(row) for row in rows]
        if self._firsts is None:
            return judged
        good = [
            ("\n".join(map(str, self._key(each.columns))), each.line, hash(repr(each.columns.values())))
            for each in judged
            if each.columns is not None
        ]
        firsts = self._firsts.contradicted(good)
        return [self._contradicting(each, firsts[each.line]) if each.line in firsts else each for each in judged]

    def _contradicting(self, judged: Judged, first: int) -> Judged:
        """Nobody can tell which of the two is meant."""
        said = f"stands on line {first} too, with other content"
        return Judged(judged.line, None, [self._file.at(NOBODY[self._kind][0], said)])

    def _one(self, row: Row) -> Judged:
        if isinstance(row.read, list):
            return Judged(row.line, None, row.read)
        read = cast("HubRow", row.read)
        columns = read.columns()
        found = [self._file.at(*problem) for problem in read.too_early(self._today)]
        found += [self._file.at(*problem) for problem in self._unknown(read, columns)]
        return Judged(row.line, None if found else columns, found)

    def _unknown(self, row: HubRow, columns: dict[str, Any]) -> Iterator[tuple[str, str]]:
        field, nobody = NOBODY[self._kind]
        named = getattr(row, field)
        known = self._known[named]
        if not known:
            yield field, f"{named} {nobody}{LATER}"
        elif isinstance(row, UsageRow):
            yield from self._whose(row, columns, known)

    def _whose(self, row: UsageRow, columns: dict[str, Any], known: set[Lifecycle]) -> Iterator[tuple[str, str]]:
        """The lifecycle is filled in where only one has this id."""
        if row.product not in self._products:
            yield "product", "is not known (TENURE_HUB__PRODUCTS): " + ", ".join(sorted(self._products))
        if columns["lifecycle"] is None:
            if len(known) > 1:
                yield "lifecycle", f"is required, for several have this id: {', '.join(sorted(known))}"
            columns["lifecycle"] = min(known)
        elif columns["lifecycle"] not in known:
            yield "lifecycle", f"has no such id: it is one of {', '.join(sorted(known))}"

    def _look_up(self, rows: list[Row]) -> None:
        """Ids that were not asked for yet, in one go."""
        field = NOBODY[self._kind][0]
        asked = {getattr(row.read, field) for row in rows if not isinstance(row.read, list)}
        if new := asked - self._known.keys():
            if len(self._known) + len(new) > REMEMBERED:
                self._known, new = {}, asked
            self._known |= self._answers(new)

    def _answers(self, ids: set[str]) -> dict[str, Any]:
        if self._kind in (Imported.SIGN_INS, Imported.CALLING):
            customers = self._store.known_customers(ids)
            return {each: each in customers for each in ids}
        found = self._store.with_licences(ids)
        if self._kind is Imported.PAYMENTS:
            return {each: Lifecycle.SUBSCRIPTION in found.get(each, ()) for each in ids}
        return {each: found.get(each) for each in ids}

"""A list of restricted parties as it was published: read row by row, never as a whole, every problem with its place."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Final

from activities.ports.screening import ListEntry
from starter.console.exits import bad
from starter.intake.csv_rows import SAID, Broken, LineProblem, cells_of, letters, separator_of
from starter.intake.files import SHEETS, lines_of, text_of
from starter.intake.first_lines import FirstLines
from starter.intake.screening_layouts import LAYOUTS, Cells, Layout

AS_PUBLISHED: Final = "import the file as it was published, whole and unchanged"


@dataclass(frozen=True)
class ListRow:
    """One party, or what is wrong with its row."""

    line: int
    read: ListEntry | list[LineProblem]


@dataclass(frozen=True)
class Header:
    """Which list it is, and where its columns stand."""

    layout: Layout
    names: Sequence[str]
    separator: str
    line: int

    def letters(self, column: str) -> str:
        """Of a column in small letters: `B`, as a spreadsheet names it."""
        return letters([name.lower() for name in self.names].index(column))

    def title(self, column: str) -> str:
        """As the header writes it."""
        return next(name for name in self.names if name.lower() == column)


@dataclass
class ListFile:
    """May be read as often as wanted."""

    name: str
    file: IO[bytes]
    unknown: Counter[str] = field(default_factory=Counter)
    """Countries that no code is known for, as of the last reading."""

    def header(self) -> Header:
        """Raises Stop if it is none of the lists we know."""
        return self._begun()[0]

    def rows(self) -> Iterator[ListRow]:
        """Every party. A file that stops making sense ends with a row that says so."""
        self.unknown.clear()
        last = 0
        with closing(FirstLines()) as firsts:
            try:
                for row in self._parties():
                    last = row.line
                    yield from _once(row, firsts)
            except Broken as broken:
                last = broken.line
                yield ListRow(last, [LineProblem("", f"{broken.what}; what follows was not read")])
        if not last:
            raise bad(f"holds no party; {AS_PUBLISHED}", self.name)

    def count(self) -> int:
        """How many rows there are; quickly, for nobody asks what they say."""
        try:
            header, lines = self._begun()
            return sum(1 for _ in cells_of(lines, header.separator, header.line))
        except Broken:
            return 0

    def _begun(self) -> tuple[Header, Iterator[str]]:
        self.file.seek(0)
        lines, number = lines_of(self.file, self.name), 1
        try:
            line = next(lines, "")
            if said := SAID.fullmatch(line):
                line, number = next(lines, ""), 2
        except Broken as broken:
            raise bad(broken.what, f"{self.name}: line {broken.line}") from None
        return _header(line, said[1] if said else separator_of(line), number, self.name), lines

    def _parties(self) -> Iterator[ListRow]:
        """Rows that follow each other and are one party's are one."""
        header, lines = self._begun()
        above: tuple[int, Cells, ListEntry] | None = None
        for line, cells in cells_of(lines, header.separator, header.line):
            if not any(cell.strip() for cell in cells):
                continue
            read = self._read(header, cells)
            if isinstance(read, list):
                yield ListRow(line, read)
                continue
            row, entry = read
            if above and header.layout.follows(row, above[1]):
                above = (*above[:2], _with_countries(above[2], entry))
                continue
            if above:
                yield ListRow(above[0], above[2])
            above = (line, row, entry)
        if above:
            yield ListRow(above[0], above[2])

    def _read(self, header: Header, cells: Sequence[str]) -> tuple[Cells, ListEntry] | list[LineProblem]:
        if wrong := list(_misfit(header, cells)):
            return wrong
        row = Cells({name.lower(): cell for name, cell in zip(header.names, cells, strict=False) if name})
        entry = header.layout.entry(row)
        if row.wrong:
            return [LineProblem(header.title(name), said, header.letters(name)) for name, said in row.wrong.items()]
        self.unknown.update(row.unknown)
        return row, entry


def _misfit(header: Header, cells: Sequence[str]) -> Iterator[LineProblem]:
    """A row that is cut off would lose names; one that is too long has moved them."""
    if len(cells) < len(header.names):
        said = f"has {len(cells)} cells, and the header {len(header.names)}: was the file cut off? {AS_PUBLISHED}"
        yield LineProblem("", said)
    for place, cell in enumerate(cells):
        if cell.strip() and (place >= len(header.names) or not header.names[place]):
            yield LineProblem("", "has a value, and the header has no name for it", letters(place))
            return


def _with_countries(entry: ListEntry, other: ListEntry) -> ListEntry:
    return entry.model_copy(update={"countries": tuple(sorted({*entry.countries, *other.countries}))})


def _once(row: ListRow, firsts: FirstLines) -> Iterator[ListRow]:
    """The same party twice is one; another one under the same id is wrong."""
    if isinstance(row.read, list):
        yield row
        return
    first = firsts.of(row.read.entry, row.line, row.read)
    if first.line == row.line:
        yield row
    elif not first.is_same:
        yield ListRow(row.line, [LineProblem("_id", f"stands on line {first.line} too, with other content")])


def _header(line: str, separator: str, number: int, file: str) -> Header:
    where = f"{file}: line {number}"
    if not line.strip():
        raise bad(f"is empty: it must name the columns of one of the lists we know: {_known()}", where)
    if "\r" in line.rstrip("\r\n"):
        raise bad("ends its lines as old Macs did: save it as CSV UTF-8", where)
    try:
        names = [cell.strip() for cell in next(csv.reader([line], delimiter=separator, strict=True), [])]
    except csv.Error:
        raise bad("cannot be read as the header of a CSV file", where) from None
    small = [name.lower() for name in names]
    layout = max(LAYOUTS, key=lambda known: len(known.marks & set(small)))
    if not layout.marks & set(small):
        raise bad(f"is the header of neither list we know: {_known()}", where)
    if missing := [column for column in layout.columns if column.lower() not in small]:
        raise bad(f"lacks {', '.join(missing)}, which the {layout.title} has; {AS_PUBLISHED}", where)
    for place, name in enumerate(small):
        if name and name in small[:place]:
            raise bad(f"column {letters(place)} has the same name as column {letters(small.index(name))}", where)
    return Header(layout, names, separator, number)


def _known() -> str:
    return "; ".join(f"the {layout.title} ({', '.join(layout.columns[:4])}, …)" for layout in LAYOUTS)


@contextmanager
def opened_list(path: Path) -> Iterator[ListFile]:
    """The file, if it is one that can hold a list."""
    if path.suffix.lower() not in SHEETS:
        raise bad(f"must end in .csv, .tsv or .txt; {AS_PUBLISHED}", str(path))
    with text_of(path) as text:
        yield ListFile(path.name, text)


def some_of(counted: Counter[str], most: int) -> str:
    """The most frequent ones, in words."""
    names = [name for name, _ in counted.most_common(most)]
    return ", ".join(chain(names, ["…"] if len(counted) > most else []))

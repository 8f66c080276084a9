"""CSV to nested JSON: a header of dotted paths, one start a row, an empty cell is absent."""

import csv
import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, NamedTuple

from domain.values import Model
from starter.console.exits import bad
from starter.console.terminal import shown as printable
from starter.intake.csv_cells import Doubtful, columns, meaning, shown, unmarked

LONGEST_FIELD: Final = 100_000
"""Characters of one cell; a quote left open swallows the rest of the file and ends up here."""

SEPARATORS: Final = ",;\t"
"""Spreadsheets write the one of their country."""

SAID: Final = re.compile(r'"?sep=([^\w"\r\n])"?[,;\t]*\s*', re.IGNORECASE)
"""A first line that only says the separator: `sep=;`."""


class Broken(Exception):
    """A row that cannot be read as cells; nor can what follows it be trusted."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what


class Misfit(Exception):
    """A row whose cells don't fit the header."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(what)
        self.field = field
        self.what = what


class Form(NamedTuple):
    """What each line of a file stands for."""

    model: type[Model]
    name: str
    """As `tenure schema` knows it: `order.start`."""

    id_field: str
    short: Mapping[str, str] = {}
    """Other names of columns: `service` for `subscriptions.0.service`."""


class LineProblem(NamedTuple):
    """What is wrong with one start of a file."""

    field: str
    what: str
    column: str = ""
    """As a spreadsheet names it: `AC`."""

    def for_machines(self) -> dict[str, Any]:
        """Its fields in the line of an answer."""
        return {"field": self.field or None, "column": self.column or None, "message": self.what}

    def in_words(self, line: int) -> str:
        """`line 3, column B: quantity: must be a whole number`."""
        place = f"line {line}, column {self.column}" if self.column else f"line {line}"
        return f"{place}: {printable(': '.join(filter(None, (self.field, self.what))))}"


@dataclass(frozen=True)
class Header:
    """What the columns of a file are, and how its cells are parted."""

    form: Form
    names: Sequence[str]
    """Empty for a column that has none, and therefore must have no values."""

    separator: str
    types: Mapping[str, Any] = field(default_factory=dict)
    """Of each column that has a name."""

    def problems(self, row: "CsvRow", found: Sequence[tuple[str, str]]) -> list[LineProblem]:
        """What is wrong with its cells, then with what they say; of one field only the first."""
        wrong = row.doubts | {column: what for where, what in found if (column := as_column(where)) not in row.doubts}
        return [self._problem(column, what, row.cells.get(column, "")) for column, what in wrong.items()]

    def _problem(self, column: str, what: str, cell: str) -> LineProblem:
        if column not in self.types:
            return LineProblem(column, what)
        type_ = self.types[column]
        said = f"{shown(cell, type_)}{what}{unmarked(cell, type_)}"
        return LineProblem(column, said, letters(self.names.index(column)))


@dataclass(frozen=True)
class CsvRow:
    """The JSON that a row stands for."""

    given: dict[str, Any]
    cells: Mapping[str, str]
    """As the file has them, by column; those that are not empty."""

    doubts: dict[str, str]
    """What is wrong with cells before anybody asks what they say, by column."""


OfRow = Callable[["Header", Sequence[str]], Any]
"""What cells under a header stand for."""


def read(
    lines: Iterable[str], form: Form, name: str, of_row: OfRow | None = None
) -> tuple[Header, Iterator[tuple[int, Any]]]:
    """The header; each row's first line, and what it stands for or why for nothing. Empty rows are left out.

    `of_row` says what a row stands for, if not `row_of`.
    """
    lines, first = iter(lines), 1
    line = next(lines, "")
    if said := SAID.fullmatch(line):
        line, first = next(lines, ""), 2
    header = _header(
        line, said[1] if said else separator_of(line), form, f"{name}: line {first}" if line.strip() else name
    )
    return header, _rows(header, lines, first, of_row or row_of)


def _rows(header: Header, lines: Iterator[str], above: int, of_row: OfRow) -> Iterator[tuple[int, Any]]:
    for line, cells in cells_of(lines, header.separator, above):
        if any(cell.strip() for cell in cells):
            yield line, of_row(header, cells)


def separator_of(header: str) -> str:
    """The one that stands there most; none of them is part of a column's name."""
    return max(SEPARATORS, key=header.count)


def _header(line: str, separator: str, form: Form, where: str) -> Header:
    if not line.strip(SEPARATORS + " \r\n"):
        raise bad(f"is empty: the first line must name the columns, such as {form.id_field}", where)
    if "\r" in line.rstrip("\r\n"):
        raise bad("ends its lines as old Macs did: save it as CSV UTF-8", where)
    try:
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=separator, strict=True))]
    except csv.Error as wrong:
        raise bad(_said(str(wrong)), where) from None
    names = [form.short.get(cell, cell) for cell in cells]
    known = columns(form.model)
    for place, column in enumerate(names):
        if column and column in names[:place]:
            raise bad(f"column {letters(place)} has the same name as column {letters(names.index(column))}", where)
        if column and _general(column) not in known:
            raise bad(f"column {letters(place)} {_unknown(column, list(known), form)}", where)
    return Header(form, names, separator, {name: known[_general(name)] for name in names if name})


def _unknown(column: str, known: list[str], form: Form) -> str:
    """Without repeating it: a file without a header has somebody's data there."""
    index = next(iter(re.findall(r"\d+", column)), "0")
    close = difflib.get_close_matches(_general(column), sorted(known), n=1)
    meant = f', did you mean "{close[0].replace("#", index)}"?' if close else ""
    return f"is not a field of {form.name}{meant}"


def _general(column: str) -> str:
    return ".".join("#" if re.fullmatch(r"0|[1-9]\d?", part) else part for part in column.split("."))


def letters(place: int) -> str:
    """A column as spreadsheets name it: A, B, … Z, AA."""
    above, here = divmod(place, 26)
    return (letters(above - 1) if above else "") + chr(ord("A") + here)


def cells_of(lines: Iterator[str], separator: str, above: int) -> Iterator[tuple[int, list[str]]]:
    """Each row after line `above`, with its first line. Raises Broken."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        while True:
            line = reader.line_num + above + 1
            try:
                yield line, next(reader)
            except StopIteration:
                return
            except csv.Error as wrong:
                raise Broken(line, _said(str(wrong))) from None
    finally:
        csv.field_size_limit(before)


def _said(wrong: str) -> str:
    if "field larger" in wrong or "end of data" in wrong:
        return "has a cell that does not end: is a quote left open?"
    if "expected after" in wrong:
        return "has text after a closing quote: a quote within a cell is written twice"
    return "cannot be read as CSV"


def row_of(header: Header, cells: Sequence[str]) -> CsvRow | Misfit:
    """A spreadsheet leaves separators out where a row ends early, and adds some where a column was emptied."""
    tree: dict[str, Any] = {}
    kept: dict[str, str] = {}
    doubts: dict[str, str] = {}
    for place, (column, cell) in enumerate(zip(chain(header.names, [""] * len(cells)), cells, strict=False)):
        if not cell.strip():
            continue
        if not column:
            return Misfit("", f"column {letters(place)} has a value, and the header has no name for it")
        kept[column] = cell
        try:
            _plant(tree, column.split("."), meaning(cell, header.types[column], header.separator))
        except Doubtful as doubt:
            _plant(tree, column.split("."), cell)
            doubts[column] = str(doubt)
    try:
        given = _listed(tree, "")
    except Misfit as misfit:
        return misfit
    assert isinstance(given, dict)  # noqa: S101 - columns never begin with a number
    return CsvRow(given, kept, doubts)


def _plant(tree: dict[str, Any], path: Sequence[str], cell: str) -> None:
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
    tree[path[-1]] = cell


def _listed(tree: Any, path: str) -> Any:
    """Objects whose names are numbers become lists, which must have no gap."""
    if not isinstance(tree, dict):
        return tree
    inner = {name: _listed(below, f"{path}.{name}".removeprefix(".")) for name, below in tree.items()}
    if not all(name.isdigit() for name in inner):
        return inner
    for place in range(len(inner)):
        if str(place) not in inner:
            raise Misfit(f"{path}.{place}", "is empty, but a later one is not")
    return [inner[str(place)] for place in range(len(inner))]


def as_column(where: str) -> str:
    """A field as the header writes it: `items[0].quantity` is `items.0.quantity`."""
    return re.sub(r"\[(\d+)]", r".\1", where)

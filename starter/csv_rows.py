"""CSV to nested JSON: a header of dotted paths, one order or trial a row, an empty cell is absent."""

import csv
import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from types import NoneType
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel

from starter.exits import bad
from starter.intake import Intake

LONGEST_FIELD: Final = 100_000
"""Characters of one cell; a quote left open swallows the rest of the file and ends up here."""


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


def rows(lines: Iterable[str], intake: Intake, name: str) -> Iterator[tuple[int, dict[str, Any] | Misfit]]:
    """Each row's first line, and the JSON it stands for or why it has none. Rows without content are left out."""
    lines = iter(lines)
    first = next(lines, "")
    header = _header(first, intake, name)
    for line, cells in _cells(lines, _separator(first)):
        if any(cell.strip() for cell in cells):
            yield line, _nested(header, cells)


def _separator(header: str) -> str:
    return ";" if header.count(";") > header.count(",") else ","


def _header(line: str, intake: Intake, name: str) -> list[str]:
    if not line.strip():
        raise bad(f"is empty: the first line must name the columns, such as {intake.key}", name)
    try:
        header = [cell.strip() for cell in next(csv.reader([line], delimiter=_separator(line), strict=True))]
    except csv.Error as wrong:
        raise bad(_said(str(wrong)), f"{name}: line 1") from None
    known = columns(intake.model)
    for place, column in enumerate(header, start=1):
        if column in header[: place - 1]:
            raise bad(f"column {place} has the same name as column {header.index(column) + 1}", f"{name}: line 1")
        if _general(column) not in known:
            raise bad(f"column {place} {_unknown(column, known, intake.one)}", f"{name}: line 1")
    return header


def _unknown(column: str, known: set[str], what: str) -> str:
    """Without repeating it: a file without a header has somebody's data there."""
    if not column:
        return "has no name"
    index = next(iter(re.findall(r"\d+", column)), "0")
    close = difflib.get_close_matches(_general(column), sorted(known), n=1)
    return f"is not a field of {what}" + (f', did you mean "{close[0].replace("#", index)}"?' if close else "")


def columns(model: type[BaseModel]) -> set[str]:
    """Every path to a single value, with # for a place in a list: `items.#.part_number`."""
    return {path for name, field in model.model_fields.items() for path in _paths(name, field.annotation)}


def _paths(path: str, annotation: Any) -> Iterator[str]:
    inner = [part for part in get_args(annotation) if part not in (NoneType, ...)]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from (f"{path}.{rest}" for rest in columns(annotation))
    elif get_origin(annotation) is tuple:
        yield from _paths(f"{path}.#", inner[0])
    elif NoneType in get_args(annotation):
        yield from _paths(path, inner[0])
    else:
        yield path


def _general(column: str) -> str:
    return ".".join("#" if re.fullmatch(r"0|[1-9]\d?", part) else part for part in column.split("."))


def _cells(lines: Iterator[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        while True:
            line = reader.line_num + 2  # the header is line 1
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


def _nested(header: Sequence[str], cells: Sequence[str]) -> dict[str, Any] | Misfit:
    if len(cells) != len(header):
        return Misfit("", f"has {len(cells)} cells, the header has {len(header)} columns")
    tree: dict[str, Any] = {}
    for column, cell in zip(header, cells, strict=True):
        if cell.strip():
            _plant(tree, column.split("."), cell)
    try:
        given = _listed(tree, "")
    except Misfit as misfit:
        return misfit
    assert isinstance(given, dict)  # noqa: S101 - columns never begin with a number
    return given


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


def as_column(field: str) -> str:
    """A field as the header writes it: `items[0].quantity` is `items.0.quantity`."""
    return re.sub(r"\[(\d+)]", r".\1", field)

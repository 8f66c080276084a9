"""CSV that spreadsheets of every language open as it is meant: text stays text, numbers stay numbers. RFC 4180."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO
from typing import Final

from domain.working_time import in_json

Cell = str | int | float | bool | date | None

MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Before the first line: without it some take UTF-8 for an old encoding of their country."""

FORMULA: Final = re.compile(
    r"""(^ | [;|\t\r\n])                         # where a cell begins, or would if another character parted cells
        ([\s\0-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]*)  # what spreadsheets leave out
        (?= [=+\-@＝＋－＠﹢﹣﹦﹫] )                 # how a formula begins, also in the width of Japanese keyboards
    """,
    re.VERBOSE,
)


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The whole file. No text of anybody's becomes a formula, wherever the spreadsheet thinks that a cell begins."""
    file = StringIO()
    file.write(MARK)
    writer = csv.writer(file, quoting=csv.QUOTE_MINIMAL)
    writer.writerow(columns)
    writer.writerows([cell_of(value) for value in row] for row in rows)
    return file.getvalue()


def cell_of(value: Cell) -> str:
    """Of a number its digits, minus included; of an instant RFC 3339 in UTC; of text the text, without formulas."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return str(value)
        case datetime():
            return in_json(value)
        case date():
            return value.isoformat()
    return harmless(value)


def harmless(text: str) -> str:
    """With an apostrophe before whatever a spreadsheet might run, and before a tab or an end of line that begins it."""
    guarded = FORMULA.sub(r"\1\2'", text)
    return f"'{guarded}" if guarded[:1] in {"\t", "\r", "\n"} else guarded

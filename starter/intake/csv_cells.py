"""What a cell says, by the type of its field: a spreadsheet writes numbers and dates as its country does."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import Annotated, Any, Final, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from starter.console.fields import plain
from starter.intake.csv_amounts import amount

BLANK_GROUPS: Final = re.compile(r"\d{1,3}(?:([ \u00a0\u2009\u202f'’])\d{3})(?:\1\d{3})*")
"""`1 000`, `1'000`: nobody has decimals like that."""

SEVERAL_GROUPS: Final = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})+")
"""`1,000,000`, `1.000.000`."""

ONE_GROUP: Final = re.compile(r"\d{1,3}([.,])\d{3}")
"""`1,000`, `1.000`: a thousand in one country, one in another."""

NO_DECIMALS: Final = re.compile(r"(\d+)[.,]0{1,2}")
SCIENTIFIC: Final = re.compile(r"\d(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE)
SHEET_ERROR: Final = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|#+)")

YEAR_FIRST: Final = re.compile(
    r"(?P<year>\d{4})[/.年-]\s?(?P<month>\d{1,2})[/.月-]\s?(?P<day>\d{1,2})[.日]?(?:\s(?P<hour>\d{1,2})(?P<rest>:\d\d.*))?"
)
"""`2026/8/1`, `2026. 8. 1.`, `2026年8月1日`: no other order has its year first."""

ISO: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].*)?")

HARMLESS: Final = re.compile(r"[\d.,:/ \u00a0\u202f'’E+-]{1,10}", re.IGNORECASE)
"""Too little to be somebody's name, address or phone number: such a cell is shown when it is wrong."""

TRUTH: Final = {"vrai": "true", "faux": "false"}
"""As a French spreadsheet writes TRUE and FALSE; Japanese and Korean ones write the English words."""

AS_TEXT: Final = "format the column as text"
UNMARKED: Final = "; a spreadsheet drops leading zeros and a leading +: " + AS_TEXT
INSTANT_LIKE: Final = "2027-03-31T09:00:00+09:00"


class Doubtful(Exception):
    """A cell that a spreadsheet has changed so that nobody can tell what was meant."""


def columns(model: type[BaseModel]) -> dict[str, Any]:
    """The type of every single value, by its path with # for a place in a list: `items.#.part_number`."""
    return {
        path: type_ for name, field in model.model_fields.items() for path, type_ in _values(name, field.annotation)
    }


def _values(path: str, annotation: Any) -> Iterator[tuple[str, Any]]:
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    inner = [part for part in get_args(annotation) if part not in (NoneType, ...)]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from ((f"{path}.{rest}", type_) for rest, type_ in columns(annotation).items())
    elif get_origin(annotation) is tuple:
        yield from _values(f"{path}.#", inner[0])
    elif NoneType in get_args(annotation):
        yield from _values(path, inner[0])
    else:
        yield path, plain(annotation)


def meaning(cell: str, type_: Any, separator: str) -> str:
    """What the field is given. `separator` is that between the file's cells: it tells of the country's numbers."""
    bare = cell.strip()
    if SHEET_ERROR.fullmatch(bare):
        raise Doubtful("is an error of the spreadsheet, no value")
    if type_ is int:
        return _whole_number(bare, separator)
    if type_ is Decimal:
        if (read := amount(bare, separator)) is None:
            raise Doubtful("must be an amount that can be read in one way only, such as 1200.50")
        return read
    if type_ in (date, datetime, AwareDatetime):
        return _date(bare, INSTANT_LIKE[:10] if type_ is date else INSTANT_LIKE)
    if type_ is bool:
        return TRUTH.get(bare.lower(), bare)
    if SCIENTIFIC.fullmatch(bare) and "+" in bare:
        raise Doubtful(f"is a long number that a spreadsheet has shortened: {AS_TEXT}")
    return bare


def _whole_number(cell: str, separator: str) -> str:
    if whole := NO_DECIMALS.fullmatch(cell):
        return whole[1]
    if BLANK_GROUPS.fullmatch(cell) or SEVERAL_GROUPS.fullmatch(cell):
        return re.sub(r"\D", "", cell)
    if one := ONE_GROUP.fullmatch(cell):
        if one[1] == "," and separator == ",":  # where lists have commas, decimals have points
            return cell.replace(",", "")
        raise Doubtful("may be thousands or decimals: write the digits alone, such as 1000")
    if SCIENTIFIC.fullmatch(cell) and not cell.isdecimal():
        raise Doubtful("is a number that a spreadsheet has shortened: write all its digits")
    if not re.fullmatch(r"[+-]?[0-9]+", cell):
        raise Doubtful("must be a whole number")
    return cell


def _date(cell: str, such_as: str) -> str:
    if ISO.fullmatch(cell):
        return cell
    if found := YEAR_FIRST.fullmatch(cell):
        day = f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}"
        return f"{day}T{int(found['hour']):02}{found['rest']}" if found["hour"] else day
    if re.fullmatch(r"\d+(?:[.,]\d+)?", cell):
        raise Doubtful(f"is a number, as a spreadsheet keeps dates: write {such_as} and {AS_TEXT}")
    if re.match(r"\d{1,2}[/. -]", cell):
        raise Doubtful(f"is a date as a spreadsheet writes it, day or month first: write {such_as} and {AS_TEXT}")
    return cell


def shown(cell: str, type_: Any) -> str:
    """`"1.000" `: of a number or a date that cannot be anybody's data; else nothing."""
    of_no_person = type_ in (int, date, datetime, AwareDatetime)
    return f'"{cell.strip()}" ' if of_no_person and HARMLESS.fullmatch(cell.strip()) else ""


def unmarked(cell: str, type_: Any) -> str:
    """Of a text that was refused and is a bare number: what may have become of it."""
    return UNMARKED if type_ is str and cell.strip().isdecimal() else ""

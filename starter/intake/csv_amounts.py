"""Amounts of money as spreadsheets of different countries write them, told by what can be read in one way only."""

import re
from typing import Final

BLANK: Final = r"[ \u00a0\u2009\u202f'’]"

CLEAR: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?P<whole>\d+)",
        r"(?P<whole>\d+)[.,](?P<part>\d{1,2}|\d{4})",
        r"(?P<whole>\d{4,})[.,](?P<part>\d{3})",
        rf"(?P<whole>\d{{1,3}}(?:{BLANK}\d{{3}})+)(?:[.,](?P<part>\d{{1,4}}))?",
        r"(?P<whole>\d{1,3}(?:,\d{3})+)\.(?P<part>\d{1,4})",
        r"(?P<whole>\d{1,3}(?:\.\d{3})+),(?P<part>\d{1,4})",
        r"(?P<whole>\d{1,3}(?:,\d{3}){2,}|\d{1,3}(?:\.\d{3}){2,})",
    )
)
"""`1200`, `12,50`, `1200.500`, `1 200,50`, `1,200.50`, `1.200,50`, `1,200,000`."""

ONE_GROUP: Final = re.compile(r"(?P<whole>\d{1,3},\d{3})|(?P<other>\d{1,3}\.\d{3})", re.ASCII)
"""`1,200`, `1.200`: thousands in one country, decimals in another."""


def amount(cell: str, separator: str) -> str | None:
    """With a point before its decimals; None if it may be read in two ways, or in none."""
    for pattern in CLEAR:
        if found := pattern.fullmatch(cell):
            part = found.groupdict().get("part")
            return _digits(found["whole"]) + (f".{part}" if part else "")
    if separator == "," and (one := ONE_GROUP.fullmatch(cell)):  # where lists have commas, decimals have points
        return _digits(one["whole"]) if one["whole"] else cell
    return None


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)

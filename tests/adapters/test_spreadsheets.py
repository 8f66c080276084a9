"""CSV for spreadsheets: text of strangers never runs, numbers stay numbers, every script stays readable."""

import csv
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.spreadsheets import MARK, Cell, as_csv, cell_of, harmless

BEGINNINGS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""Of formulas, on every keyboard."""

SEPARATORS = (",", ";", "\t", "|")
"""By which spreadsheets part cells, by country."""

RUN = [
    ('=HYPERLINK("https://evil.example")', '\'=HYPERLINK("https://evil.example")'),
    ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
    ("-2+3", "'-2+3"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1", "'\t'=1"),
    ("\r=1", "'\r'=1"),
    ("  =1", "  '=1"),
    ("\ufeff=1", "\ufeff'=1"),
    ("\u200b=1", "\u200b'=1"),
    ("＝1+1", "'＝1+1"),
    ("Akasaka;=1+1", "Akasaka;'=1+1"),
    ("Akasaka|@x", "Akasaka|'@x"),
    ("Akasaka\n=1", "Akasaka\n'=1"),
    ("\tAkasaka", "'\tAkasaka"),
]


@pytest.mark.parametrize(("text", "kept"), RUN)
def test_text_that_a_spreadsheet_might_run_gets_an_apostrophe(text: str, kept: str) -> None:
    assert harmless(text) == kept


@pytest.mark.parametrize(
    "text", ["赤坂商事", "Société Générale – Paris", "a-b", "1+1", "x=y", "user@akasaka.example.com", "", "'quoted'"]
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (-5, "-5"),
        (-0.5, "-0.5"),
        (12345678901, "12345678901"),
        ("-5", "'-5"),
        (True, "yes"),
        (False, "no"),
        (None, ""),
        (date(2026, 11, 22), "2026-11-22"),
        (datetime(2026, 11, 22, tzinfo=UTC), "2026-11-22T00:00:00Z"),
    ],
)
def test_a_number_is_a_number_also_below_nought(value: Cell, written: str) -> None:
    assert cell_of(value) == written


def test_a_file_begins_with_the_mark_of_utf_8_and_ends_its_lines_as_the_standard_says() -> None:
    assert as_csv(["name", "count"], [["赤坂, 商事", -1]]) == f'{MARK}name,count\r\n"赤坂, 商事",-1\r\n'


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=1, max_size=4))
def test_no_cell_begins_as_a_formula_in_whatever_country_it_is_opened(texts: list[str]) -> None:
    file = as_csv(["x"] * len(texts), [texts])
    for separator in SEPARATORS:
        for row in csv.reader(re.split(r"\r\n|\r|\n", file.removeprefix(MARK)), delimiter=separator):
            cells = [cell.lstrip().lstrip("\u200b\ufeff\0") for cell in row]
            assert not [cell for cell in cells if cell.startswith(BEGINNINGS)], row


def test_the_gate_sees_what_is_not_guarded() -> None:
    """Parted by semicolons, the second half of this name is a cell of its own."""
    (row,) = csv.reader(["a,b;=1"], delimiter=";")
    assert row[1].startswith(BEGINNINGS)

"""Files of orders: every way they come wrong is told with its line. D4."""

import csv
import io
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.order.messages import PlaceOrder
from starter import csv_rows
from starter.exits import Stop
from starter.order_files import opened
from tests.makers import an_order
from tests.starter.conftest import Tenure

EXAMPLES = Path(__file__).parents[2] / "examples"


def flat(value: Any, path: str = "") -> dict[str, str]:
    """A JSON document as columns and cells."""
    match value:
        case dict():
            return {name: cell for key, inner in value.items() for name, cell in flat(inner, f"{path}.{key}").items()}
        case list():
            return flat({str(place): inner for place, inner in enumerate(value)}, path)
    return {path.removeprefix("."): str(value)}


def a_row(number: str = "SO-001", **changes: str) -> dict[str, str]:
    return flat(an_order().model_dump(mode="json", exclude_defaults=True)) | {"sales_order_number": number} | changes


def a_csv(*rows: dict[str, str], separator: str = ",", end: str = "\n") -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=separator, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def checked(tenure: Tenure, directory: Path, content: str | bytes, name: str = "orders.csv") -> Any:
    file = directory / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return tenure("order", "import", file, "--dry-run")


GOOD = {
    "comma": a_csv(a_row("SO-001"), a_row("SO-002")),
    "semicolon": a_csv(a_row("SO-001"), a_row("SO-002"), separator=";"),
    "CRLF": a_csv(a_row("SO-001"), a_row("SO-002"), end="\r\n"),
    "CRLF and LF mixed": a_csv(a_row("SO-001"), a_row("SO-002")).replace("\n", "\r\n", 1),
    "byte order mark": "\ufeff" + a_csv(a_row("SO-001"), a_row("SO-002")),
    "blank lines and rows": a_csv(a_row("SO-001"))
    + "\n"
    + "," * (len(a_row()) - 1)
    + "\n"
    + a_csv(a_row("SO-002")).splitlines()[1],
    "no last line end": a_csv(a_row("SO-001"), a_row("SO-002")).rstrip(),
    "quotes and separators within": a_csv(
        a_row("SO-001", **{"customer.company": 'A "good", old; company'}), a_row("SO-002")
    ),
    "what a spreadsheet would take for a formula": a_csv(
        a_row("SO-001", **{"customer.company": "=cmd|' /C calc'!A0"}),
        a_row("SO-002", **{"customer.company": "@SUM(A1)"}),
    ),
    "the same order twice": a_csv(a_row("SO-001"), a_row("SO-001")),
    "emoji and right to left": a_csv(a_row("SO-001", **{"customer.company": "שלום 🙂"}), a_row("SO-002")),
}


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD.keys())
def test_a_file_in_any_of_the_usual_shapes_is_read(content: str, tenure: Tenure, tmp_path: Path) -> None:
    answered = checked(tenure, tmp_path, content)

    assert answered.out == "2 orders: 2 valid\n"
    assert answered.code == 0


def header_of(*columns: str) -> str:
    return ",".join(columns) + "\nx\n"


BAD = {
    "an empty file": ("", "orders.csv: is empty"),
    "a header only": (a_csv(a_row()).splitlines()[0] + "\n", "holds no order"),
    "a column twice": (header_of("by", "kind", "by"), "orders.csv: line 1: column 3 has the same name as column 1"),
    "an unknown column": (
        header_of("by", "customer.contact.emial"),
        'column 2 is not a field of an order, did you mean "customer.contact.email"?',
    ),
    "an unknown column in a list": (header_of("items.3.part"), 'did you mean "items.3.part_number"?'),
    "no header": ("SO-001,Hanako Yamada\n", "line 1: column 1 is not a field of an order"),
    "a column without a name": (header_of("by", ""), "column 2 has no name"),
    "a list too long": (header_of("items.100.part_number"), "column 1 is not a field"),
    "a wrong cell": (
        a_csv(a_row("SO-001"), a_row("SO-002", **{"items.0.quantity": "many"})),
        "line 3: items.0.quantity: must be a whole number",
    ),
    "a missing cell": (a_csv(a_row("SO-001", **{"customer.zone": " "})), "line 2: customer.zone: is required"),
    "a gap in a list": (
        a_csv(a_row(**{"items.1.part_number": "", "items.2.part_number": "B"})),
        "line 2: items.1: is empty, but a later one is not",
    ),
    "too many cells": (a_csv(a_row()).rstrip() + ",more\n", "line 2: has 22 cells, the header has 21 columns"),
    "too few cells": ("by,kind\nx\n", "line 2: has 1 cells, the header has 2 columns"),
    "a line break within a name": (
        a_csv(a_row("SO-001", **{"customer.company": "two\nlines"}), a_row("so 2")),
        "line 4: sales_order_number: must match",
    ),
    "a NUL": (
        a_csv(a_row(), a_row("SO-002", **{"customer.company": "x\0y"})).replace("x", "x" * 1000),
        "line 3: customer",
    ),
    "a quote left open": (
        a_csv(a_row("SO-001")) + '"' + "Yamada,\n" * 30_000,
        "line 3: has a cell that does not end: is a quote left open?; what follows was not read",
    ),
    "text after a quote": (a_csv(a_row("SO-001")) + '"a"b\n', "line 3: has text after a closing quote"),
    "a cell of 1 MB": (
        a_csv(a_row("SO-001", **{"customer.company": "x" * 990_000})),
        "line 2: has a cell that does not",
    ),
    "a line of 2 MB": (a_csv(a_row("SO-001", **{"customer.company": "x" * 2_000_000})), "line 2: is longer than 1 MB"),
    "Latin-1": (
        a_csv(a_row("SO-001"), a_row("SO-002", **{"customer.company": "Société"})).encode("latin-1", "replace"),
        "line 3: is not UTF-8",
    ),
    "Shift_JIS": (
        a_csv(a_row("SO-001", **{"customer.company": "赤坂商事"})).encode("shift_jis"),
        "line 2: is not UTF-8: save the file as UTF-8",
    ),
    "UTF-16": (a_csv(a_row()).encode("utf-16"), "is UTF-16"),
    "gzip named csv": (b"\x1f\x8b\x08\x00rest", "is compressed with gzip"),
    "Excel named csv": (b"PK\x03\x04rest", "an Excel workbook"),
    "tabs": (a_csv(a_row(), separator="\t"), "column 1 is not a field of an order"),
    "two orders of one number": (
        a_csv(a_row("SO-001"), a_row("SO-001", term_months="24")),
        "line 3: sales_order_number: stands on line 2 too, with other content",
    ),
}


@pytest.mark.parametrize(("content", "said"), BAD.values(), ids=BAD.keys())
def test_what_is_wrong_is_told_with_its_line(content: str | bytes, said: str, tenure: Tenure, tmp_path: Path) -> None:
    answered = checked(tenure, tmp_path, content)

    assert answered.code == 2
    assert said in answered.out + answered.err
    assert "Yamada" not in answered.out + answered.err
    assert "Traceback" not in answered.err


def test_other_things_named_like_a_file_are_refused(tenure: Tenure, tmp_path: Path) -> None:
    (tmp_path / "directory.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "orders.xlsx").write_bytes(b"PK\x03\x04")

    assert "is a directory" in tenure("order", "import", tmp_path / "directory.csv").err
    assert "must be a regular file" in tenure("order", "import", tmp_path / "pipe.csv").err
    assert "must end in .jsonl or .csv" in tenure("order", "import", tmp_path / "orders.xlsx").err
    assert "there is no such file" in tenure("order", "import", tmp_path / "none.csv").err


def test_json_lines_are_told_with_line_and_column(tenure: Tenure, tmp_path: Path) -> None:
    good = an_order("SO-001").model_dump_json(exclude_defaults=True)
    lines = ["\ufeff" + good, "", '{"by": "x"', "[]", good.replace("SO-001", "so 1"), good.replace('"by"', '"bye"')]

    answered = checked(tenure, tmp_path, "\r\n".join(lines), "orders.jsonl")

    assert answered.code == 2
    assert answered.out.splitlines() == [
        "line 3: column 11: is not valid JSON: expecting ',' delimiter",
        "line 4: must be one JSON object",
        "line 5: sales_order_number: must match the pattern ^[A-Z0-9][A-Z0-9-]{2,39}$",
        'line 6: bye: is not a known field, did you mean "by"?',
        "5 orders: 4 wrong",
    ]


def test_after_a_while_wrong_lines_are_only_counted(tenure: Tenure, tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_text("[]\n" * 300)

    answered = tenure("order", "import", file, "--max-errors", 2)

    assert answered.code == 2
    assert answered.out.splitlines() == [
        "line 1: must be one JSON object",
        "line 2: must be one JSON object",
        "… and 298 more wrong lines",
        "300 orders: 300 wrong",
    ]
    assert "nothing was started" in answered.err


def test_for_machines_every_line_is_json(tenure: Tenure, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(a_csv(a_row("so 1"), a_row("SO-002")), encoding="utf-8")

    answered = tenure("order", "import", file, "--dry-run", "--json")

    wrong, summary = answered.lines
    assert (wrong["line"], wrong["result"], wrong["field"]) == (2, "bad_input", "sales_order_number")
    assert (summary["lines"], summary["valid"], summary["bad_input"]) == (2, 1, 1)
    assert answered.error["code"] == "bad_input"


@pytest.mark.parametrize("name", ["orders.csv", "orders.jsonl", "renewals.jsonl"])
def test_the_examples_are_valid(name: str, tenure: Tenure) -> None:
    answered = tenure("order", "import", EXAMPLES / name, "--dry-run", "--json")

    assert answered.code == 0, answered.out
    assert answered.lines[-1]["valid"] >= 2


def test_a_csv_says_the_same_as_json(tmp_path: Path) -> None:
    order = an_order("SO-001", term_months=24)
    (tmp_path / "orders.csv").write_text(a_csv(flat(order.model_dump(mode="json", exclude_defaults=True))), "utf-8")

    with opened(tmp_path / "orders.csv", {}) as file:
        assert [row.read for row in file.rows()] == [order]


def test_every_value_of_an_order_has_a_column() -> None:
    columns = csv_rows.columns(PlaceOrder)

    assert {"sales_order_number", "customer.contact.email", "items.#.offering"} <= columns
    assert {"policy.graduation_reminders.#", "policy.subscription.notices_at"} <= columns
    assert not {"customer", "items", "policy"} & columns


CONTENT = a_csv(a_row("SO-001"), a_row("SO-002"), a_row("SO-003")).encode()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(CONTENT) - 1), st.binary(max_size=3)), min_size=1, max_size=6))
def test_whatever_happens_to_the_bytes_rows_are_read_or_told(tmp_path: Path, changes: list[tuple[int, bytes]]) -> None:
    content = CONTENT
    for place, change in changes:
        content = content[:place] + change + content[place + 1 :]
    path = tmp_path / "orders.csv"
    path.write_bytes(content)

    try:
        with opened(path, {}) as file:
            for row in file.rows():
                assert isinstance(row.read, PlaceOrder) or all(what for _, what in row.read)
    except Stop:
        return


def test_a_file_is_never_read_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(a_csv(*(a_row(f"SO-{number:05}") for number in range(200))), encoding="utf-8")

    with opened(path, {}) as file:
        rows = file.rows()
        assert next(rows).line == 2
        assert file.done < file.size / 50
        assert sum(1 for _ in rows) == 199
        assert file.done == file.size

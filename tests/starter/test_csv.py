"""Files of orders: every way they come wrong is told with its line. D4."""

import csv
import io
import os
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.device.kind import DEVICE
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.order.kind import ORDER
from domain.order.messages import PlaceOrder
from domain.trial.kind import TRIAL
from starter.console.exits import Stop
from starter.intake import csv_cells
from starter.intake.files import opened
from tests.makers import an_order, some
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


def with_more(content: str, more: str) -> str:
    return "".join(f"{line}{more}\n" for line in content.splitlines())


GOOD: dict[str, str | bytes] = {
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
    "tabs": a_csv(a_row("SO-001"), a_row("SO-002"), separator="\t"),
    "UTF-16": a_csv(a_row("SO-001"), a_row("SO-002"), end="\r\n").encode("utf-16"),
    "UTF-16 with the other end first": b"\xfe\xff" + a_csv(a_row("SO-001"), a_row("SO-002")).encode("utf-16-be"),
    "its separator said": "sep=;\r\n" + a_csv(a_row("SO-001"), a_row("SO-002"), separator=";"),
    "another one said": "SEP=|\n" + a_csv(a_row("SO-001"), a_row("SO-002"), separator="|"),
    "said after a byte order mark": '\ufeff"sep=,",,,\n' + a_csv(a_row("SO-001"), a_row("SO-002")),
    "said in UTF-16": ("sep=\t\n" + a_csv(a_row("SO-001"), a_row("SO-002"), separator="\t")).encode("utf-16"),
    "columns emptied at the end": with_more(a_csv(a_row("SO-001"), a_row("SO-002")), ",,, "),
    "columns emptied in the header only": a_csv(a_row("SO-001"), a_row("SO-002")).replace("\n", ",,\n", 1),
    "rows that end early": a_csv(a_row("SO-001", term_months="")).rstrip().rstrip(",")
    + "\n"
    + a_csv(a_row("SO-002")).splitlines()[1],
    "an empty column in the middle": re.sub("(?m)^([^,]*),", r"\1,,", a_csv(a_row("SO-001"), a_row("SO-002"))),
    "rows of nothing at the end": a_csv(a_row("SO-001"), a_row("SO-002")) + ",,,\n,,,,,\n",
    "a line end at the end of a cell": a_csv(
        a_row("SO-001", **{"customer.company": "Akasaka\r\n"}), a_row("SO-002"), end="\r\n"
    ),
}


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD.keys())
def test_a_file_in_any_of_the_usual_shapes_is_read(content: str | bytes, tenure: Tenure, tmp_path: Path) -> None:
    answered = checked(tenure, tmp_path, content)

    assert answered.out == "2 orders: 2 valid\n"
    assert answered.code == 0


def header_of(*columns: str) -> str:
    return ",".join(columns) + "\nx\n"


BAD = {
    "an empty file": ("", "orders.csv: is empty"),
    "a header only": (a_csv(a_row()).splitlines()[0] + "\n", "holds no order"),
    "a column twice": (header_of("by", "kind", "by"), "orders.csv: line 1: column C has the same name as column A"),
    "an unknown column": (
        header_of("by", "customer.contact.emial"),
        'column B is not a field of order.start, did you mean "customer.contact.email"?',
    ),
    "an unknown column in a list": (header_of("items.3.part"), 'did you mean "items.3.part_number"?'),
    "no header": ("SO-001,Hanako Yamada\n", "line 1: column A is not a field of order.start"),
    "a value without a column": ("by,,kind\nx,y,new\n", "line 2: column B has a value, and the header has no name"),
    "only separators": (",,,\n", "line 1: is empty: the first line must name the columns"),
    "a separator said and nothing else": ("sep=;\n", "orders.csv: is empty"),
    "line ends of an old Mac": (a_csv(a_row(), end="\r"), "line 1: ends its lines as old Macs did"),
    "a list too long": (header_of("items.100.part_number"), "column A is not a field"),
    "a wrong cell": (
        a_csv(a_row("SO-001"), a_row("SO-002", **{"items.0.quantity": "many"})),
        "line 3, column U: items.0.quantity: must be a whole number",
    ),
    "a missing cell": (
        a_csv(a_row("SO-001", **{"customer.zone": " "})),
        "line 2, column F: customer.zone: is required",
    ),
    "a gap in a list": (
        a_csv(a_row(**{"items.1.part_number": "", "items.2.part_number": "B"})),
        "line 2: items.1: is empty, but a later one is not",
    ),
    "too many cells": (
        a_csv(a_row()).rstrip() + ",more\n",
        "line 2: column V has a value, and the header has no name for it",
    ),
    "a line break within a name": (
        a_csv(a_row("SO-001", **{"customer.company": "two\nlines"}), a_row("so 2")),
        "line 4, column B: sales_order_number: must be 3 to 40 Latin capitals",
    ),
    "a line break of Windows within a cell": (
        a_csv(a_row("SO-001", reason="two\r\nlines"), a_row("so 2"), end="\r\n"),
        "line 2, column V: reason: must be a single line\n"
        "line 4, column B: sales_order_number: must be 3 to 40 Latin capitals",
    ),
    "a NUL": (
        a_csv(a_row(), a_row("SO-002", **{"customer.company": "x\0y"})).replace("x", "x" * 1000),
        "line 3, column D: customer.company: must not contain control characters",
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
    "UTF-16 cut off": (a_csv(a_row()).encode("utf-16")[:-1], "begins as UTF-16, and is not"),
    "UTF-16 without its mark": (a_csv(a_row()).encode("utf-16-le"), "is not text"),
    "gzip named csv": (b"\x1f\x8b\x08\x00rest", "is compressed with gzip"),
    "Excel named csv": (b"PK\x03\x04rest", "an Excel workbook"),
    "tabs that are blanks": (a_csv(a_row(), separator=" "), "column A is not a field of order.start"),
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


AS_IT_IS = "2026-06-01T09:00:00+09:00"

CELLS = {
    # column, as the file has it, what separates its cells, and what it says
    "thousands with a comma": ("items.0.quantity", "1,000", ",", 1000),
    "of a file with tabs": ("items.0.quantity", "1,000", "\t", None),
    "or three decimals": ("items.0.quantity", "1,000", ";", None),
    "thousands with a point, or decimals": ("items.0.quantity", "1.000", ";", None),
    "the same beside commas": ("items.0.quantity", "1.000", ",", None),
    "millions with commas": ("items.0.quantity", "1,000,000", ";", 1_000_000),
    "millions with points": ("items.0.quantity", "1.000.000", ",", 1_000_000),
    "thousands with a blank": ("items.0.quantity", "1 000", ";", 1000),
    "with one that does not break": ("items.0.quantity", "1\u00a0000", ";", 1000),
    "with a narrow one": ("items.0.quantity", "12\u202f000", ";", 12_000),
    "thousands as the Swiss write them": ("items.0.quantity", "1’000", ";", 1000),
    "groups of two": ("items.0.quantity", "1,00,000", ",", None),
    "one group marked otherwise": ("items.0.quantity", "1,000.000", ",", None),
    "no decimals": ("items.0.quantity", "25.0", ",", 25),
    "no decimals after a comma": ("items.0.quantity", "25,00", ";", 25),
    "decimals": ("items.0.quantity", "25,5", ";", None),
    "shortened": ("items.0.quantity", "1E+03", ",", None),
    "an underscore": ("items.0.quantity", "1_000", ",", None),
    "blanks around": ("items.0.quantity", " 25 ", ",", 25),
    "as it should be": ("placed_at", AS_IT_IS, ",", datetime.fromisoformat(AS_IT_IS)),
    "year first": ("placed_at", "2026/6/1 9:00+09:00", ",", datetime.fromisoformat(AS_IT_IS)),
    "as in Korea": ("placed_at", "2026. 6. 1. 9:00+09:00", ",", datetime.fromisoformat(AS_IT_IS)),
    "year first, without an offset": ("placed_at", "2026/6/1 9:00", ",", None),
    "month or day first": ("placed_at", "06/01/2026", ",", None),
    "day first with points": ("placed_at", "01.06.2026 09:00", ";", None),
    "a day that is none": ("placed_at", "2026/13/1 9:00+09:00", ",", None),
    "a number of days": ("placed_at", "46174", ",", None),
    "and of hours": ("placed_at", "46174.375", ",", None),
    "seconds since 1970": ("placed_at", "1780272000", ",", None),
    "a formula gone wrong": ("customer.company", "#NAME?", ",", None),
    "a text that only looks so": ("customer.company", "#1 Shop", ",", "#1 Shop"),
    "a long number shortened": ("items.0.part_number", "1.23E+15", ",", None),
    "a part number that looks so": ("items.0.part_number", "1E5", ",", "1E5"),
}


@pytest.mark.parametrize(("column", "cell", "separator", "says"), CELLS.values(), ids=CELLS.keys())
def test_a_number_or_a_date_is_what_it_says_in_every_country_or_it_is_refused(
    tmp_path: Path, column: str, cell: str, separator: str, says: Any
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(a_csv(a_row("SO-001", **{column: cell}), separator=separator), encoding="utf-8")

    with opened(path, {}, ORDER) as file:
        (row,) = file.rows()

    if says is None:
        assert isinstance(row.read, list)
        assert [problem.field for problem in row.read] == [column]
        assert row.read[0].column
    else:
        assert isinstance(row.read, PlaceOrder)
        item = row.read.items[0]
        found = {
            "items.0.quantity": item.quantity,
            "items.0.part_number": item.part_number,
            "placed_at": row.read.placed_at,
            "customer.company": row.read.customer.company,
        }
        assert found[column] == says


REAL = {
    "Excel in Germany": (
        "sep=;\r\nsales_order_number;items.0.quantity;placed_at;;\r\nSO-1001;1.000;01.06.2026 09:00;;\r\nSO-1002\r\n",
        [
            'line 3, column B: items.0.quantity: "1.000" may be thousands or decimals: '
            "write the digits alone, such as 1000",
            "line 3, column C: placed_at: is a date as a spreadsheet writes it, day or month first: "
            "write 2027-03-31T09:00:00+09:00 and format the column as text",
        ],
    ),
    "Excel in the United States": (
        "\ufeffsales_order_number,customer.contact.phone,items.0.quantity,placed_at\r\n"
        'SO-1001,81355500111,"1,0",6/1/26\r\n',
        [
            "line 2, column B: customer.contact.phone: must be a phone number with its country code, such as "
            "+81 3 1234 5678; a spreadsheet drops leading zeros and a leading +: format the column as text",
            'line 2, column D: placed_at: "6/1/26" is a date as a spreadsheet writes it, day or month first: '
            "write 2027-03-31T09:00:00+09:00 and format the column as text",
        ],
    ),
    "an id that lost its zeros": (
        "sales_order_number,term_months\n17,\n",
        [
            "line 2, column A: sales_order_number: must be 3 to 40 Latin capitals, digits or dashes, no dash first; "
            "a spreadsheet drops leading zeros and a leading +: format the column as text",
        ],
    ),
    "dates as numbers": (
        "sales_order_number\tplaced_at\r\nSO-1001\t46174,375\r\n",
        [
            'line 2, column B: placed_at: "46174,375" is a number, as a spreadsheet keeps dates: '
            "write 2027-03-31T09:00:00+09:00 and format the column as text",
        ],
    ),
}


@pytest.mark.parametrize(("content", "said"), REAL.values(), ids=REAL.keys())
def test_what_a_spreadsheet_made_of_a_cell_is_told_with_column_value_and_what_to_do(
    content: str, said: list[str], tenure: Tenure, tmp_path: Path
) -> None:
    answered = checked(tenure, tmp_path, content)

    assert answered.code == 2
    assert set(said) <= set(answered.out.splitlines())


def test_a_wrong_value_is_shown_only_where_it_can_be_nobodys_data(tenure: Tenure, tmp_path: Path) -> None:
    """A row that slipped by one column has a name or a telephone number where a number should be."""
    for cell in ("Yamada", "+81 3 5550 0111", "03-5550-0111"):
        answered = checked(tenure, tmp_path, a_csv(a_row("SO-001", **{"items.0.quantity": cell})))

        assert "column U: items.0.quantity: must be a whole number\n" in answered.out
        assert cell not in answered.out + answered.err


def test_a_list_is_not_called_too_short_for_an_entry_that_is_wrong(tenure: Tenure, tmp_path: Path) -> None:
    told = checked(tenure, tmp_path, a_csv(a_row("SO-001", **{"items.0.quantity": "many"}))).out
    empty = checked(tenure, tmp_path, "sales_order_number\nSO-001\n").out

    assert "entries" not in told
    assert "items: is required" in empty


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
        "line 5: sales_order_number: must be 3 to 40 Latin capitals, digits or dashes, no dash first",
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


def test_as_yaml_every_line_is_a_document_of_its_own(tenure: Tenure, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(a_csv(a_row("so 1"), a_row("so 2")), encoding="utf-8")

    answered = tenure("order", "import", file, "--dry-run", "-o", "yaml")

    *lines, summary = yaml.safe_load_all(answered.out)
    assert [(line["line"], line["column"]) for line in lines] == [(2, "B"), (3, "B")]
    assert summary["bad_input"] == 2
    assert yaml.safe_load(answered.err)["error"]["code"] == "bad_input"


@pytest.mark.parametrize("name", ["orders.csv", "orders.jsonl", "renewals.jsonl"])
def test_the_examples_are_valid(name: str, tenure: Tenure) -> None:
    answered = tenure("order", "import", EXAMPLES / name, "--dry-run", "--json")

    assert answered.code == 0, answered.out
    assert answered.lines[-1]["valid"] >= 2


def starts_of(name: str, kind: Kind[Any]) -> Iterator[Any]:
    """Of a file of examples, all of them valid."""
    if name.endswith(".json"):
        yield kind.start.model_validate_json((EXAMPLES / name).read_text(encoding="utf-8"))
        return
    with opened(EXAMPLES / name, {"by": "import"}, kind) as file:
        yield from (row.read for row in file.rows())


FILES: tuple[tuple[Kind[Any], tuple[str, ...]], ...] = (
    (ORDER, ("order.json", "trial-order.json", "orders.jsonl", "orders.csv", "renewals.jsonl")),
    (TRIAL, ("trial.json", "trials.jsonl")),
    (DEVICE, ("device.json", "devices.jsonl")),
)


def test_the_examples_do_not_contradict_each_other() -> None:
    """Whoever tries one after the other meets no conflict, and no device that is somebody else's."""
    starts: dict[Lifecycle, dict[str, Any]] = {}
    for kind, names in some(FILES):
        known = starts.setdefault(kind.name, {})
        for start in chain.from_iterable(starts_of(name, kind) for name in names):
            assert known.setdefault(getattr(start, kind.id_field), start) == start

    promised = {lent.device_id for trial in starts[Lifecycle.TRIAL].values() for lent in trial.devices}
    for device in some(starts[Lifecycle.DEVICE].values()):
        trial = starts[Lifecycle.TRIAL][device.trial_id]
        assert (device.customer_id, device.partner_id) == (trial.customer.id, trial.partner.id)
        assert device.device_id not in promised
    for kind, _ in some(FILES):
        assert kind.id_example in starts[kind.name]


def test_a_csv_says_the_same_as_json(tmp_path: Path) -> None:
    order = an_order("SO-001", term_months=24)
    (tmp_path / "orders.csv").write_text(a_csv(flat(order.model_dump(mode="json", exclude_defaults=True))), "utf-8")

    with opened(tmp_path / "orders.csv", {}, ORDER) as file:
        assert [row.read for row in file.rows()] == [order]


def test_every_value_of_an_order_has_a_column() -> None:
    columns = set(csv_cells.columns(PlaceOrder))

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
        with opened(path, {}, ORDER) as file:
            for row in file.rows():
                told = [problem.what for problem in row.read] if isinstance(row.read, list) else []
                assert all(told) if told else isinstance(row.read, PlaceOrder)
    except Stop:
        return


def test_a_file_is_never_read_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(a_csv(*(a_row(f"SO-{number:05}") for number in range(200))), encoding="utf-8")

    with opened(path, {}, ORDER) as file:
        rows = file.rows()
        assert next(rows).line == 2
        assert file.file.tell() < path.stat().st_size / 50
        assert sum(1 for _ in rows) == 199
        assert file.file.tell() == path.stat().st_size

"""One message: whatever is wrong with it is told with its place, in a line or two, and never with the value. D2."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from starter.forecast import dry_run
from tests.makers import an_order
from tests.starter.conftest import Tenure

SECRET = "Yamada-Secret"


def an_order_as_json(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = an_order().model_dump(mode="json", exclude_defaults=True)
    return given | changes


def without(field: str) -> dict[str, Any]:
    given = an_order_as_json()
    del given[field]
    return given


WRONG: dict[str, tuple[Any, str]] = {
    "a missing field": (without("items"), "items: is required"),
    "a wrong type": (
        an_order_as_json(items=[{"part_number": "A", "offering": "port", "quantity": SECRET}]),
        "items[0].quantity: must be a whole number",
    ),
    "an unknown field": (an_order_as_json(terms_months=12), 'did you mean "term_months"?'),
    "a value outside its list": (an_order_as_json(kind=SECRET), "kind: must be one of"),
    "a number that is no SO#": (
        an_order_as_json(sales_order_number=SECRET),
        "sales_order_number: must be 3 to 40 Latin capitals",
    ),
    "null": (None, "must be one JSON object"),
    "a list": ([an_order_as_json()], "must be one JSON object"),
    "text": (SECRET, "must be one JSON object"),
    "a number": (12, "must be one JSON object"),
    "no item": (an_order_as_json(items=[]), "items: must not be empty"),
    "a date without an offset": (an_order_as_json(placed_at="2026-06-01T09:00:00"), "placed_at: must say its offset"),
    "a renewal of nothing": (an_order_as_json(kind="renewal"), "subscription_id is required for a renewal"),
    "a NUL": (
        an_order_as_json(customer=an_order_as_json()["customer"] | {"company": f"{SECRET}\0"}),
        "customer.company: must not contain control characters",
    ),
    "a line break in a name": (
        an_order_as_json(customer=an_order_as_json()["customer"] | {"company": f"{SECRET}\r\nBcc: x"}),
        "customer.company: must be a single line",
    ),
    "an encoded word": (
        an_order_as_json(customer=an_order_as_json()["customer"] | {"company": f"=?utf-8?q?{SECRET}?="}),
        "customer.company: must not contain encoded words",
    ),
}


@pytest.mark.parametrize(("given", "said"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_told_with_its_field_and_without_its_value(
    given: Any, said: str, tenure: Tenure, tmp_path: Path
) -> None:
    file = tmp_path / "order.json"
    file.write_text(json.dumps(given), encoding="utf-8")

    answered = tenure("order", "start", file)

    assert answered.code == 2
    assert said in answered.err
    assert answered.err.startswith("Error: ")
    assert len(answered.err.splitlines()) <= 2
    assert SECRET not in answered.err + answered.out
    assert answered.out == ""


NO_TEXT: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\n", "is empty"),
    "cut off": (b'{"by": "x",\n "kind"', "line 2, column 8: is not valid JSON: expecting ':' delimiter"),
    "two documents": (b'{"by": "x"} {"by": "y"}', "column 13: is not valid JSON: extra data"),
    "a field twice": (b'{"by": "x", "by": "y"}', "by stands twice in one object"),
    "a value for a field, twice": (b'{"Yamada Hanako": 1, "Yamada Hanako": 2}', "a field stands twice"),
    "NaN": (b'{"term_months": NaN}', "NaN and Infinity are not JSON"),
    "a number of 5,000 digits": (b'{"term_months": ' + b"9" * 5000 + b"}", "too many digits"),
    "nested too deeply": (b'{"a":' * 100_000, "nested too deeply"),
    "Latin-1": ('{\n"company": "Société"}'.encode("latin-1"), "line 2: is not UTF-8"),
    "UTF-16 cut off": ('{"by": "x"}'.encode("utf-16")[:-1], "begins as UTF-16, and is not"),
    "gzip": (b"\x1f\x8b\x08\x00", "is compressed with gzip"),
    "Excel": (b"PK\x03\x04...", "is a ZIP archive or an Excel workbook"),
    "binary": (b"\x00\x01\x02", "is not text"),
    "2 MB": (b" " * 2_000_000, "is larger than 1 MB"),
    "a lone surrogate": (b'{"by": "\\ud800"}', "by: "),
}


@pytest.mark.parametrize(("raw", "said"), NO_TEXT.values(), ids=NO_TEXT.keys())
def test_a_file_that_is_no_json_text_is_refused_by_name(raw: bytes, said: str, tenure: Tenure, tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_bytes(raw)

    answered = tenure("order", "start", file, "--dry-run")

    assert answered.code == 2
    assert said in answered.err
    assert "Yamada" not in answered.err


def test_a_file_that_cannot_be_read_is_named(tenure: Tenure, tmp_path: Path) -> None:
    assert "there is no such file" in tenure("order", "start", tmp_path / "none.json").err
    assert "is a directory" in tenure("order", "start", tmp_path).err


@pytest.fixture
def nothing_foreseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would come of it is no matter here."""
    monkeypatch.setattr(dry_run, "planned_mails", lambda start: iter(()))


@pytest.mark.usefixtures("nothing_foreseen")
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_error(tenure: Tenure, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "order.json"
    file.write_text(json.dumps(an_order_as_json()), encoding=encoding)

    assert tenure("order", "start", file, "--dry-run").code == 0


@pytest.mark.usefixtures("nothing_foreseen")
def test_standard_input_and_inline_json_are_read_alike(tenure: Tenure, monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(an_order_as_json())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    assert tenure("order", "start", "-", "--dry-run").code == 0
    assert tenure("order", "start", text, "--dry-run").code == 0


@pytest.mark.usefixtures("nothing_foreseen")
def test_who_sends_it_is_filled_in_when_the_file_does_not_say(tenure: Tenure, tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_text(json.dumps(without("by")), encoding="utf-8")

    assert tenure("order", "start", file, "--dry-run").code == 0
    assert tenure("order", "start", file, "--dry-run", "--by", "a name").code == 2


def test_errors_are_json_for_machines(tenure: Tenure, tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_text(json.dumps(an_order_as_json(items=[], term_months=0)), encoding="utf-8")

    answered = tenure("--json", "order", "start", file)

    assert answered.out == ""
    assert answered.error == {
        "code": "bad_input",
        "field": "items",
        "message": "must not be empty",
        "others": [{"field": "term_months", "message": "must be at least 1"}],
        "problems": [
            {"code": "too_short", "field": "items", "rule": None, "message": "must not be empty"},
            {"code": "too_small", "field": "term_months", "rule": None, "message": "must be at least 1"},
        ],
    }


UPDATES = {
    "an option left out": (("accept-terms", "SO-100"), "--terms: is required"),
    "an option that is not allowed": (("accept-terms", "SO-100", "--terms", SECRET), "terms: must be one of"),
    "who, with a blank": (("clear", "SO-100", "--by", "Hanako Yamada"), "by: must be 1 to 64 Latin letters"),
    "both ways at once": (("cancel", "SO-100", "--reason", "x", "--message", "{}"), "--reason: is part of the message"),
    "a whole message that lacks a field": (("cancel", "SO-100", "--message", "{}"), "reason: is required"),
    "an empty reason": (("cancel", "SO-100", "--reason", ""), "reason: must not be empty"),
    "a form that is not there": (("submit-form", "SO-100", "--form", "no.json"), "no.json: there is no such file"),
    "a form with faults": (("submit-form", "SO-100", "--form", "{}"), "form.company_name: is required"),
    "a URL of another kind": (
        ("site-built", "SO-100", "--user-name", "x", "--password-url", "javascript:alert(1)"),
        "password_url: must be an http or https address",
    ),
    "an update id with personal data": (("clear", "SO-100", "--update-id", "a@example.com"), "--update-id: must be"),
    "an id in small letters": (("clear", "so-100"), "ID: must be in capital letters, such as SO-100001"),
    "an id of a subscription": (("clear", "sub-SO-100"), "ID: must be an id such as SO-100001, or order-SO-100001"),
    "an id that is none": (("clear", "a@example.com"), "ID: must be an id such as SO-100001, or order-SO-100001"),
}


@pytest.mark.parametrize(("words", "said"), UPDATES.values(), ids=UPDATES.keys())
def test_what_an_update_lacks_is_told_before_anything_is_sent(
    words: tuple[str, ...], said: str, tenure: Tenure
) -> None:
    answered = tenure("order", *words)

    assert answered.code == 2
    assert said in answered.err
    assert SECRET not in answered.err
    assert "example.com" not in answered.err.replace("name@example.com", "")

"""`tenure screening try`: whom on the lists a customer of that name would be like. Nothing is kept. WHS-23, WHS-24."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from adapters.sql.store import SqlStore
from starter.commands.schemas import schema_of
from tests.screening_lists import CSL, a_party
from tests.starter.conftest import Answered, Tenure

Try = Callable[..., Answered]


@pytest.fixture
def tried(store: SqlStore, tenure: Tenure, tmp_path: Path) -> Try:
    """Against a list of one company."""
    party = a_party("e-1", "Quorzath Brimmelow Exports Ltd", alt_names="卓贝林海事电子", citizenships="CN")
    (tmp_path / "list.csv").write_text("\n".join([CSL, party, ""]))
    assert tenure("screening", "import", tmp_path / "list.csv").code == 0
    return lambda *words: tenure("screening", "try", *words)


def checked(answered: Answered) -> Any:
    assert answered.code == 0, answered.err
    Draft202012Validator(schema_of("answer.screening_try")).validate(answered.json)
    return answered.json


def test_a_match_is_shown_with_its_score_and_why(tried: Try) -> None:
    said = tried("Quorzath Brimmelow Export", "--country", "CN")

    assert said.code == 0, said.err
    assert said.out.splitlines()[0].startswith("1 party is like that by csl-1, from a score of ")
    for fact in ("Quorzath Brimmelow Exports Ltd", "because", "e-1", "Entity List (EL)"):
        assert fact in said.out

    found = checked(tried("Quorzath Brimmelow Export", "--country", "CN", "--json"))
    assert (found["clean"], found["service"], found["screening"]["list_version"]) == (False, "embedded", "csl-1")
    (match,) = found["screening"]["matches"]
    assert (match["entry"], match["countries"]) == ("e-1", ["CN"])
    assert match["score"] >= found["screening"]["threshold"]
    assert match["explained"]


def test_nobody_like_that_is_said_too(tried: Try) -> None:
    """WHS-23."""
    said = tried("Akasaka Shoji", "--country", "JP", "--city", "Tokyo")
    assert said.code == 0
    assert said.out.startswith("Nobody like that by csl-1, from a score of ")
    assert said.out.endswith("such a customer would be clear.\n")
    assert checked(tried("Akasaka Shoji", "--country", "JP", "--json"))["screening"]["matches"] == []


def test_every_alias_is_looked_for_in_whatever_script(tried: Try) -> None:
    aliases = ("--alias", "Akasaka Trading", "--alias", "卓贝林海事电子")
    found = checked(tried("Akasaka Shoji", "--country", "CN", *aliases, "--json"))

    assert found["screened"]["aliases"] == ["Akasaka Trading", "卓贝林海事电子"]
    assert found["screening"]["matches"][0]["screened_name"] == "卓贝林海事电子"


def test_the_threshold_of_the_settings_counts(tried: Try, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENURE_SCREENING__THRESHOLD", "100")
    found = checked(tried("Quorzath Brimelow", "--country", "JP", "--json"))
    assert (found["clean"], found["screening"]["threshold"]) == (True, 100.0)


def test_nothing_is_kept_of_it(tried: Try, store: SqlStore) -> None:
    before = store.screening_lists()
    tried("Quorzath Brimmelow", "--country", "CN")
    assert store.screening_lists() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("A", "--country", "XX"), "country: "),
        (("A", "--country", "Japan"), "country: "),
        (("", "--country", "JP"), "name: must not be empty"),
        (("A" * 201, "--country", "JP"), "name: "),
        (("A\u202eB", "--country", "JP"), "name: "),
        (("A", "--country", "JP", "--alias", " "), "aliases[0]: must not be empty"),
        (("A",), "Missing option '--country'"),
        (("--country", "JP"), "Missing argument 'NAME'"),
    ],
)
def test_what_is_no_customer_is_told_in_a_line(tenure: Tenure, words: tuple[str, ...], told: str) -> None:
    answered = tenure("screening", "try", *words)
    assert (answered.code, answered.out) == (2, "")
    assert told in answered.err
    assert len(answered.err.splitlines()) == 1


def test_without_a_list_nobody_can_be_compared(store: SqlStore, tenure: Tenure) -> None:
    answered = tenure("screening", "try", "A", "--country", "JP")
    assert answered.code == 7
    assert "tenure screening import FILE" in answered.err


def test_without_a_store_that_is_told(tenure: Tenure) -> None:
    answered = tenure("screening", "try", "A", "--country", "JP")
    assert (answered.code, "DATABASE_URL says where it is" in answered.err) == (7, True)


def test_a_service_that_does_not_answer_is_told(
    store: SqlStore, tenure: Tenure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENURE_SCREENING__SERVICE", "watchman")
    monkeypatch.setenv("TENURE_SCREENING__URL", "http://127.0.0.1:9")
    answered = tenure("screening", "try", "A", "--country", "JP", "--json")
    assert (answered.code, answered.error["code"]) == (7, "unreachable")

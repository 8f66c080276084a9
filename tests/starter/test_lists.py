"""Lists: the same filters for every lifecycle, mails of the ledger, and lines that fit the terminal."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from adapters.sql.migrate import migrate
from adapters.sql.store import SqlStore, open_store
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.mails import MailState
from domain.order.state import OrderState
from domain.trial.state import TrialState
from starter.answers.catalogue import list_name
from starter.commands.schemas import schema_of
from starter.console.terminal import Terminal
from tests.makers import MONDAY, a_customer, a_partner, a_trial, an_order
from tests.starter.conftest import Tenure
from tests.starter.test_help import COMMANDS

LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlStore]:
    """Two orders of two customers by two partners, a trial, and a mail of each order."""
    url = f"sqlite:///{tmp_path}/lists.db"
    migrate(url)
    monkeypatch.setenv("DATABASE_URL", url)
    opened = open_store(url)
    for number, customer, partner in (("SO-801", "akasaka", "hikari"), ("SO-802", "minato", "minami")):
        placed = an_order(number, customer=a_customer(id=customer), ordering_partner=a_partner(partner))
        opened.open_order(placed, OrderState.placed(placed, MONDAY), f"run-{number}", MONDAY)
    trial = a_trial("T-801")
    opened.open_lifecycle(trial, TrialState.placed(trial, MONDAY), "run-T", MONDAY)
    for number, kind, to in (
        ("SO-801", "confirmation", "ordering_partner"),
        ("SO-802", "welcome", "site_administrator"),
    ):
        opened.claim(f"order-{number}/{kind}", kind, Lifecycle.ORDER, number, to, MONDAY)
    opened.handing_over("order-SO-802/welcome", LATER)
    opened.settle("order-SO-802/welcome", MailState.REFUSED, "550 no such mailbox", LATER)
    yield opened
    opened.close()


def ids(tenure: Tenure, *words: str) -> list[str]:
    answered = tenure("order", "list", *words, "--json")
    assert answered.code == 0, answered.err
    return [order["id"] for order in answered.json["orders"]]


@pytest.mark.parametrize("lifecycle", KINDS)
def test_every_lifecycle_is_listed_with_the_same_filters_and_by_its_own_name(
    store: SqlStore, tenure: Tenure, lifecycle: Lifecycle
) -> None:
    options = {name for option in COMMANDS[lifecycle, "list"].params for name in option.opts}
    answered = tenure(lifecycle, "list", "--json").json

    assert options >= {"--stage", "--customer", "--partner", "--due-before", "--attention", "--open", "--limit"}
    assert answered["lifecycle"] == lifecycle
    assert len(answered[f"{lifecycle}s"]) == {"order": 2, "trial": 1}.get(lifecycle, 0)
    Draft202012Validator(schema_of(f"answer.{list_name(lifecycle)}")).validate(answered)
    assert tenure(lifecycle, "list", "--customer", "nobody").out == f"No {KINDS[lifecycle].several} like that.\n"


def test_a_list_is_of_one_customer_or_of_one_partner(store: SqlStore, tenure: Tenure) -> None:
    assert ids(tenure, "--customer", "minato") == ids(tenure, "--partner", "minami") == ["SO-802"]
    assert ids(tenure, "--customer", "minato", "--partner", "hikari") == []
    assert ids(tenure, "--open") == ["SO-801", "SO-802"]
    assert "--limit" in tenure("order", "list", "--limit", "1").err


def test_what_a_line_has_beside_the_columns_of_all_comes_from_its_row_of_the_table(
    store: SqlStore, tenure: Tenure
) -> None:
    (first, _), (trial,) = (
        tenure("order", "list", "--json").json["orders"],
        tenure("trial", "list", "--json").json["trials"],
    )

    assert (first["number"], first["subscription_id"], first["kind"]) == ("SO-801", "sub-SO-801", "new")
    assert (trial["trial_id"], trial["days_left"], trial["zone"]) == ("T-801", None, "Asia/Tokyo")


def mails(tenure: Tenure, *words: str) -> list[str]:
    answered = tenure("mail", "list", *words, "--json")
    assert answered.code == 0, answered.err
    Draft202012Validator(schema_of("answer.mail_list")).validate(answered.json)
    return [mail["key"] for mail in answered.json["mails"]]


CONFIRMED, WELCOMED = "order-SO-801/confirmation", "order-SO-802/welcome"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), [CONFIRMED, WELCOMED]),
        (("--customer", "minato"), [WELCOMED]),
        (("--partner", "hikari"), [CONFIRMED]),
        (("--kind", "confirmation"), [CONFIRMED]),
        (("--state", "refused"), [WELCOMED]),
        (("--attention",), [WELCOMED]),
        (("--state", "sent"), []),
        (("--limit", "1"), [CONFIRMED]),
    ],
)
def test_mails_come_from_the_ledger_whichever_lifecycle_sends_them(
    store: SqlStore, tenure: Tenure, words: tuple[str, ...], found: list[str]
) -> None:
    assert mails(tenure, *words) == found


def test_a_list_of_mails_names_readers_by_role_and_has_no_address(store: SqlStore, tenure: Tenure) -> None:
    told, answered = tenure("mail", "list").out, tenure("mail", "list", "--json")

    assert "example.com" not in told + answered.out
    assert "550 no such mailbox" in told
    assert [mail["to"] for mail in answered.json["mails"]] == ["ordering_partner", "site_administrator"]
    assert tenure("mail", "list", "--attention", "--state", "sent").code == 2


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("words", [("order", "list"), ("trial", "list"), ("mail", "list")], ids=" ".join)
def test_on_a_terminal_of_any_width_ids_stages_and_words_stay_whole(
    store: SqlStore, tenure: Tenure, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr(Terminal, "watched", True)

    lines = tenure(*words).out.splitlines()

    assert max(map(len, lines)) <= width
    whole = {"order": ["SO-801", "acknowledged", "akasaka"], "trial": ["T-801", "acknowledged", a_trial().kind]}
    for word in whole.get(words[0], ["confirmation", "refused", "order SO-802", "ordering_partner"]):
        assert any(word in line for line in lines), word


def test_the_same_answer_as_json_and_as_yaml(store: SqlStore, tenure: Tenure) -> None:
    as_json, as_yaml = tenure("order", "list", "-o", "json"), tenure("order", "list", "--output=yaml")

    assert yaml.safe_load(as_yaml.out) == as_json.json == tenure("order", "list", "--json").json
    assert tenure("order", "-ojson", "list").out == tenure("order", "list", "-o=json").out == as_json.out
    assert tenure("-o", "table", "order", "list").out == tenure("order", "list").out
    assert "'' is not one of" in tenure("order", "list", "-o").err


def test_an_instant_has_one_form_for_programs_and_nothing_is_called_none(store: SqlStore, tenure: Tenure) -> None:
    def texts(value: Any) -> Iterator[str]:
        match value:
            case dict():
                for inner in value.values():
                    yield from texts(inner)
            case list():
                for inner in value:
                    yield from texts(inner)
            case str():
                yield value

    answers = [tenure(*words, "--json").json for words in (("order", "list"), ("trial", "list"), ("mail", "list"))]
    found = list(texts(json.loads(json.dumps(answers))))

    assert f"{MONDAY:%Y-%m-%dT%H:%M:%SZ}" in found
    assert not [text for text in found if "T" in text[10:11] and not text.endswith("Z")]
    assert not {"none", "None", "null"} & set(found)

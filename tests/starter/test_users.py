"""`tenure user …`: who may sign in, with which roles, and by which link."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from adapters.sql.store import SqlStore
from adapters.tokens import digest
from starter.commands.schemas import schema_of
from starter.service import env_file
from tests.starter.conftest import Answered, Tenure

KEN = ("user", "add", "ken", "--partner", "hikari", "--role", "full_administrator")


def checked(answered: Answered, name: str) -> Any:
    """The one document, which is as its schema says."""
    assert answered.code == 0, answered.err
    Draft202012Validator(schema_of(f"answer.{name}")).validate(answered.json)
    return answered.json


def test_a_user_is_added_once(store: SqlStore, tenure: Tenure) -> None:
    added = checked(
        tenure(*KEN, "--name", "Ken Sato", "--zone", "Asia/Tokyo", "--language", "ja", "--json"), "user_change"
    )
    assert (added["result"], added["user"]) == ("added", "ken")
    again = tenure(*KEN, "--name", "Ken Sato", "--zone", "Asia/Tokyo", "--language", "ja", "--json")
    assert again.json["result"] == "unchanged"
    other = tenure(*KEN, "--name", "Another")
    assert (other.code, "is known already" in other.err) == (4, True)
    user = store.hub_user("ken")
    assert (user.name, user.zone, user.language, user.roles) == (
        "Ken Sato",
        "Asia/Tokyo",
        "ja",
        ("full_administrator",),
    )


def test_whoever_is_of_no_partner_is_an_operator(store: SqlStore, tenure: Tenure) -> None:
    assert tenure("user", "add", "op-1").code == 0
    user = store.hub_user("op-1")
    assert (user.partner_id, user.roles, user.name) == (None, ("operator",), "op-1")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("user", "add", "ken", "--partner", "hikari"), "roles"),
        ((*KEN, "--role", "operator"), "no role of a partner"),
        (("user", "add", "op", "--role", "administrator"), "no role of the vendor"),
        ((*KEN, "--zone", "Moon/Base"), "zone"),
        ((*KEN, "--email", "nobody"), "email"),
        (("user", "add", "ken@hikari.example"), "user_id"),
        (("user", "change", "ken"), "say what to change"),
        (("user", "change", "ken", "--activate", "--deactivate"), "one of"),
    ],
)
def test_what_does_not_fit_is_said_with_its_field(
    store: SqlStore, tenure: Tenure, words: tuple[str, ...], said: str
) -> None:
    answered = tenure(*words)
    assert (answered.code, said in answered.err) == (2, True), answered.err
    assert store.all_hub_users() == []


def test_a_list_names_nobody(store: SqlStore, tenure: Tenure) -> None:
    tenure(*KEN, "--name", "Ken Sato", "--email", "ken.sato@hikari.example.com")
    tenure("user", "add", "op-1", "--name", "Olga")
    listed = tenure("user", "list")
    assert "first run" in listed.out
    for named in ("Ken", "Olga", "ken.sato"):
        assert named not in listed.out
    users = checked(tenure("user", "list", "--json"), "user_list")["users"]
    assert [(user["user"], user["partner"], user["first_run"]) for user in users] == [
        ("op-1", None, False),
        ("ken", "hikari", True),
    ]
    only = checked(tenure("user", "list", "--partner", "hikari", "--json"), "user_list")["users"]
    assert [user["user"] for user in only] == ["ken"]


def test_one_user_is_shown_with_name_and_address(store: SqlStore, tenure: Tenure) -> None:
    tenure(*KEN, "--name", "Ken Sato", "--email", "Ken.Sato@hikari.example.com")
    assert "Ken Sato" in tenure("user", "show", "ken").out
    assert checked(tenure("user", "show", "ken", "--json"), "user_show")["email"] == "ken.sato@hikari.example.com"
    assert tenure("user", "show", "nobody").code == 6


def test_the_last_full_administrator_stays_unless_that_is_meant(store: SqlStore, tenure: Tenure) -> None:
    """HUB-43."""
    tenure(*KEN)
    for words in (("change", "ken", "--role", "administrator"), ("change", "ken", "--deactivate"), ("remove", "ken")):
        refused = tenure("user", *words)
        assert (refused.code, "--last" in refused.err) == (3, True), refused.err
    assert tenure("user", "change", "ken", "--deactivate", "--last").code == 0
    assert store.hub_user("ken").active is False
    assert tenure("user", "remove", "ken", "--last").code == 0
    assert tenure("user", "show", "ken").code == 6


def test_roles_are_replaced_as_a_whole(store: SqlStore, tenure: Tenure) -> None:
    tenure(*KEN)
    changed = tenure("user", "change", "ken", "--role", "full_administrator", "--role", "sales_administrator", "--json")
    assert checked(changed, "user_change")["result"] == "changed"
    assert store.hub_user("ken").roles == ("full_administrator", "sales_administrator")
    assert tenure("user", "change", "ken", "--role", "operator").code == 2


def test_a_link_signs_in_once_where_the_pages_are(
    store: SqlStore, tenure: Tenure, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tenure("user", "add", "op-1")
    assumed = tenure("user", "sign-in", "op-1", "--json")
    assert checked(assumed, "sign_in")["warnings"]
    env_file.write(tmp_path, {env_file.WEB: "http://127.0.0.1:4711"})
    assert tenure("user", "sign-in", "op-1").out.startswith("http://127.0.0.1:4711/sign-in/")
    monkeypatch.setenv("TENURE_WEB__URL", "https://hub.example.com/")
    monkeypatch.setenv("TENURE_WEB__SECRET", "x" * 32)
    url = checked(tenure("user", "sign-in", "op-1", "--json"), "sign_in")["url"]
    base, _, token = url.rpartition("/")
    assert base == "https://hub.example.com/sign-in"
    invited = store.use_sign_in_link(digest(token), datetime.now(UTC))
    assert invited
    assert invited.user_id == "op-1"
    assert store.use_sign_in_link(digest(token), datetime.now(UTC)) is None


def test_nobody_gets_a_link_for_whoever_may_not_sign_in(store: SqlStore, tenure: Tenure) -> None:
    tenure("user", "add", "op-1")
    tenure("user", "change", "op-1", "--deactivate")
    assert tenure("user", "sign-in", "op-1").code == 3
    assert tenure("user", "sign-in", "nobody").code == 6

"""A dry run of an option request refuses what the real subscription refuses, and touches nothing. OPT-01, OPT-02."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.sql.store import SqlStore
from domain.lifecycle import Lifecycle
from domain.option.messages import OptionKind
from domain.option.state import NAME, OptionState
from tests.makers import MONDAY, a_person
from tests.options import DETAILS, SITE, SUBSCRIPTION_ID, a_request, subscribed, terminated, what_is_known
from tests.postgres import everything
from tests.starter.conftest import Tenure

K = OptionKind


@pytest.fixture
def store(store: SqlStore) -> SqlStore:
    """It has one subscription."""
    subscribed(store)
    return store


def given(kind: OptionKind = K.LANGUAGE, **changes: Any) -> str:
    """A request as JSON on the command line."""
    return json.dumps(a_request(kind, **changes).model_dump(mode="json", exclude_defaults=True))


WORK = [
    {"kind": "option_acknowledged", "to": "the requester of partner hikari"},
    {"kind": "option_completed", "to": "the requester of partner hikari"},
]
ANSWER = [{"kind": "option_answered", "to": "the requester of partner hikari"}]


@pytest.mark.parametrize("kind", [K.LANGUAGE, K.CONTACT, K.RENEWAL_DATE])
def test_it_says_which_mails_would_go_out_and_touches_nothing(
    store: SqlStore, tenure: Tenure, kind: OptionKind
) -> None:
    before = everything(store)
    answered = tenure("option", "start", given(kind), "--dry-run", "--json")
    assert answered.code == 0, answered.err
    assert answered.json["workflow_id"] == "option-OR-1"
    mails = [{"kind": mail["kind"], "to": mail["to"]} for mail in answered.json["mails"]]
    assert mails == (ANSWER if kind is K.RENEWAL_DATE else WORK)
    assert everything(store) == before


REFUSED: list[tuple[OptionKind, dict[str, Any], str]] = [
    (K.LANGUAGE, {"subscription_id": "sub-SO-9"}, "subscription_id: no subscription sub-SO-9 is known here (OPT-01)"),
    (K.LANGUAGE, {"partner_id": "rhone"}, f"partner_id: does not face the customer of subscription {SUBSCRIPTION_ID}"),
    (K.LANGUAGE, {"language": {"site": SITE, "language": "ja"}}, f"language.language: {SITE} has ja already"),
    (K.LOGO, {"logo": DETAILS[K.LOGO]["logo"] | {"site": "b.webex.example"}}, "logo.site: is no site of this"),
    (
        K.SITE_SPLIT,
        {"site_split": DETAILS[K.SITE_SPLIT]["site_split"] | {"named_users": 25}},
        f"site_split.named_users: {SITE} has 25 named users and must keep at least 1",
    ),
    (
        K.CONTACT,
        {
            "contact": {
                "contact_of": "site_administrator",
                "person": DETAILS[K.CONTACT]["contact"]["person"].model_copy(
                    update={"email": "desk@hikari.example.com"}
                ),
            },
        },
        "contact.person.email: is the address of a partner's contact",
    ),
]


@pytest.mark.parametrize(("kind", "changes", "why"), REFUSED)
def test_it_refuses_what_reality_refuses(
    store: SqlStore, tenure: Tenure, kind: OptionKind, changes: dict[str, Any], why: str
) -> None:
    answered = tenure("option", "start", given(kind, **changes), "--dry-run")
    assert answered.code == 3, answered.err
    assert f"option-OR-1 was refused: {why}" in answered.err.replace("\n", " ")


def test_it_refuses_options_of_a_terminated_subscription(store: SqlStore, tenure: Tenure) -> None:
    terminated(store)
    answered = tenure("option", "start", given(K.CSM), "--dry-run")
    assert (answered.code, "is terminated (OPT-01)" in answered.err) == (3, True)


def test_a_forecast_of_an_inquiry_is_its_answer(store: SqlStore, tenure: Tenure) -> None:
    answered = tenure("forecast", "option", given(K.CSM), "--json")
    assert answered.code == 0, answered.err
    assert ("mail", "option answered") in [(line["kind"], line["what"]) for line in answered.json]


def test_requests_there_are_already_are_no_part_of_it(store: SqlStore, tenure: Tenure) -> None:
    """Their ids are taken, and so it is with every dry run: the start itself says so."""
    placed = a_request(K.LOGO)
    state = OptionState.requested(placed, MONDAY)
    state.learn(what_is_known())
    store.open_lifecycle(placed, state, "run-1", MONDAY)
    assert tenure("option", "start", given(K.LANGUAGE), "--dry-run").code == 0
    assert store.state(NAME, "OR-1").kind == "logo"


def test_a_forecast_has_the_customers_dates_and_the_expected_day(store: SqlStore, tenure: Tenure) -> None:
    asked = given(K.LOGO, policy={"expected_within": "P2D"}, requester=a_person(zone="America/Denver"))
    answered = tenure("forecast", "option", asked, "--from", "2031-06-02T01:00:00Z")
    assert answered.code == 0, answered.err
    assert "(times in Asia/Tokyo)" in answered.out
    assert "2031-06-04 24:00" in answered.out
    assert "Outcome expected: alert if there is none" in answered.out
    assert "AMB-5" in answered.out


def test_a_what_if_completes_it(store: SqlStore, tenure: Tenure, tmp_path: Path) -> None:
    acts = tmp_path / "acts.jsonl"
    acts.write_text('{"at": "P1D", "update": "begin_work"}\n{"at": "P2D", "update": "complete"}\n')
    answered = tenure("forecast", "option", given(K.LANGUAGE), "--what-if", acts, "--json")
    assert answered.code == 0, answered.err
    assert [line["what"] for line in answered.json if line["kind"] == "mail"] == [
        "option acknowledged",
        "option completed",
    ]
    (site,) = store.state(Lifecycle.SUBSCRIPTION, SUBSCRIPTION_ID).sites
    assert site.languages == ("ja",), "nothing real was touched"


def test_without_a_store_it_says_that_it_cannot_know(tenure: Tenure) -> None:
    answered = tenure("option", "start", given(), "--dry-run")
    assert (answered.code, "DATABASE_URL says where it is" in answered.err) == (7, True)

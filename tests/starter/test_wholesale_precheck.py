"""`tenure wholesale precheck`: all that would be refused, without a start; and the start agrees. WHS-01, Form G."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from adapters.sql.store import SqlStore
from domain.lifecycle import Lifecycle
from starter.commands.schemas import schema_of
from tests.makers import MONDAY
from tests.records import recorded
from tests.starter.conftest import Answered, Tenure
from tests.support.embedded import Background
from tests.wholesale import a_customer, an_onboarding

WHOLESALE = Lifecycle("wholesale")


def asked(tenure: Tenure, *options: str, without: str = "", **changes: Any) -> Answered:
    """A precheck of a customer with some things changed, and one left out."""
    given = an_onboarding().model_dump(mode="json", exclude_defaults=True) | changes
    given.pop(without, None)
    return tenure("wholesale", "precheck", json.dumps(given), *options)


def checked(answered: Answered) -> Any:
    """The document, as its schema says."""
    Draft202012Validator(schema_of("answer.precheck")).validate(answered.json)
    return answered.json


def refused(answered: Answered) -> dict[str, str]:
    """By field, with the code; the error on stderr says the same."""
    assert answered.code == 2, answered.out
    found = {each["field"]: each["code"] for each in checked(answered)["problems"]}
    assert {each["field"]: each["code"] for each in answered.error["problems"]} == found
    return found


class TestWhatWouldFollow:
    def test_country_location_call_in_number_and_the_first_check(self, store: SqlStore, tenure: Tenure) -> None:
        """WHS-20, WHS-31 to WHS-34."""
        found = checked(asked(tenure, "--json"))

        assert (found["result"], found["workflow_id"], found["problems"]) == ("valid", "wholesale-W-1", [])
        assert found["dial_in"]["country"] == "JP"
        assert (found["dial_in"]["location"], found["dial_in"]["code"]) == ("APAC", "+65")
        assert found["created_with"] == "webex_calling"
        assert found["zone"] == "Asia/Tokyo"
        assert found["first_check"] == {"id": "W-1-1", "workflow_id": "compliance-W-1-1", "list_version": None}
        assert "no list was imported yet" in found["warnings"][0]

    def test_the_first_available_number_of_the_telephony_domain(
        self, store: SqlStore, tenure: Tenure, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """WHS-33."""
        numbers = {"JP": [{"number": "+81312345678", "code": "+81", "available": False}]}
        numbers["JP"].append({"number": "+81312345679", "code": "+81"})
        monkeypatch.setenv("TENURE_WHOLESALE__TELEPHONY", json.dumps(numbers))

        assert checked(asked(tenure, "--json"))["dial_in"]["number"] == "+81312345679"

    def test_people_read_it_line_by_line(self, store: SqlStore, tenure: Tenure) -> None:
        answered = asked(tenure)

        assert answered.code == 0
        assert answered.out.startswith("Valid; nothing was touched. Wholesale customer W-1 would run as wholesale-W-1.")
        assert "  organization country  JP" in answered.out
        assert "compliance-W-1-1, beside the provisioning (WHS-22)" in answered.out

    def test_a_partner_s_own_organization_is_said_to_be_one(self, store: SqlStore, tenure: Tenure) -> None:
        """WHS-07."""
        assert "shown in lists, without effect (WHS-07)" in asked(tenure, own_organization=True).out
        assert checked(asked(tenure, "--json", own_organization=True))["own_organization"]

    def test_nothing_is_touched(self, store: SqlStore, tenure: Tenure) -> None:
        for _ in range(2):
            assert asked(tenure).code == 0
        assert store.listed(WHOLESALE) == []


class TestWhatWouldBeRefused:
    @pytest.mark.parametrize(
        ("changes", "field", "code"),
        [
            ({"name": "100 %"}, "name", "contradiction"),
            ({"primary_email": "nobody"}, "primary_email", "wrong_form"),
            ({"external_id": "a b"}, "external_id", "wrong_form"),
            ({"packages": {}}, "packages", "too_short"),
            ({"packages": {"webex_calling": 0}}, "packages.webex_calling", "too_small"),
            ({"organization_package": "webex_suite"}, "organization_package", "contradiction"),
            ({"organization_package": None}, "organization_package", "contradiction"),
            ({"billing_address": {"city": "Minato-ku"}}, "billing_address.country", "required"),
            ({"billing_address": {"country": "XX"}}, "billing_address.country", "wrong_form"),
            ({"billing_address": {"country": "AQ"}}, "billing_address.country", "not_known"),
            ({"zone": "Mars/Phobos"}, "zone", "wrong_form"),
            ({"nmae": "A"}, "nmae", "unknown_field"),
            ({"packages": {"webex_calling": 1, "webex_none": 1}}, "packages.webex_none", "not_known"),
            ({"add_ons": {"attendant_none": 1}}, "add_ons.attendant_none", "not_known"),
        ],
    )
    def test_each_by_its_field_and_code(
        self, store: SqlStore, tenure: Tenure, changes: dict[str, Any], field: str, code: str
    ) -> None:
        assert refused(asked(tenure, "--json", **changes))[field] == code

    def test_an_add_on_without_a_package_that_it_needs(self, store: SqlStore, tenure: Tenure) -> None:
        """WHS-13, AMB-28."""
        given: dict[str, Any] = {"packages": {"webex_meetings": 5}, "organization_package": "webex_meetings"}
        answered = asked(tenure, "--json", add_ons={"attendant_console": 1, "cisco_calling_plan": 2}, **given)

        assert refused(answered) == {"add_ons.attendant_console": "missing", "add_ons.cisco_calling_plan": "missing"}
        assert "needs one of these packages: webex_calling" in answered.error["message"]

    def test_all_of_it_at_once_also_of_what_does_not_read(self, store: SqlStore, tenure: Tenure) -> None:
        """The workflow would say the first of them, then the next: whoever fills in a form wants to see them all."""
        changes: dict[str, Any] = {
            "zone": "Mars",
            "packages": {"a": 1, "webex_calling": 1, "b": 1},
            "add_ons": {"c": 1},
        }
        answered = asked(tenure, "--json", billing_address={"country": "aq"}, **changes)

        assert set(refused(answered)) == {"zone", "packages.a", "packages.b", "add_ons.c", "billing_address.country"}

    @pytest.mark.parametrize("also", [{}, {"zone": "Mars"}], ids=["reads", "does not read"])
    @pytest.mark.parametrize("chosen", [None, "webex_suite"], ids=["none chosen", "another chosen"])
    def test_rules_between_fields_are_all_said_whether_the_fields_read_or_not(
        self, store: SqlStore, tenure: Tenure, also: dict[str, Any], chosen: str | None
    ) -> None:
        """Form G, WHS-05."""
        answered = asked(tenure, "--json", name="100 %", organization_package=chosen, **also)

        assert set(refused(answered)) == {"name", "organization_package", *also}

    def test_every_problem_is_a_line_for_people(self, store: SqlStore, tenure: Tenure) -> None:
        answered = asked(tenure, name="100 %", packages={"a": 1}, organization_package=None)

        assert (answered.code, answered.out) == (2, "")
        assert answered.err.startswith("Error: ")
        assert "packages.a: no such package; there are: " in answered.err

    def test_a_catalogue_and_locations_of_the_installation_count(
        self, store: SqlStore, tenure: Tenure, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        catalogue = {"packages": [{"name": "webex_calling", "level": 1}, {"name": "own_package", "level": 2}]}
        monkeypatch.setenv("TENURE_WHOLESALE__CATALOGUE", json.dumps(catalogue))
        monkeypatch.setenv("TENURE_WHOLESALE__LOCATIONS", '{"AQ": "ANZ"}')

        given: dict[str, Any] = {
            "add_ons": {},
            "billing_address": {"country": "AQ"},
            "organization_package": "own_package",
        }
        assert asked(tenure, packages={"own_package": 1}, **given).code == 0
        assert set(refused(asked(tenure, "--json"))) == {"packages.webex_meetings", "add_ons.attendant_console"}

    @pytest.mark.parametrize("given", ["[]", "1", "{}", '{"external_id": 1, "packages": [1], "billing_address": []}'])
    def test_what_is_no_customer_at_all(self, store: SqlStore, tenure: Tenure, tmp_path: Path, given: str) -> None:
        (tmp_path / "customer.json").write_text(given)
        assert tenure("wholesale", "precheck", tmp_path / "customer.json").code == 2

    def test_a_file_that_is_not_there(self, tenure: Tenure) -> None:
        answered = tenure("wholesale", "precheck", "none.json")
        assert (answered.code, "there is no such file" in answered.err) == (2, True)


class TestItsId:
    @pytest.fixture
    def onboarded(self, store: SqlStore) -> SqlStore:
        state = a_customer()
        store.open_lifecycle(an_onboarding(), state, "run-1", MONDAY)
        recorded(store, state, state.journal.take(), "run-1", MONDAY)
        return store

    def test_the_same_customer_is_started_already_and_nothing_would_change(
        self, onboarded: SqlStore, tenure: Tenure
    ) -> None:
        """Who hands it in, and why, is no content. R9."""
        answered = asked(tenure, "--json", by="somebody-else", reason="again")

        assert answered.code == 0
        found = checked(answered)
        assert (found["result"], found["first_check"]) == ("already_started", None)
        assert "a start would change nothing" in asked(tenure).out

    def test_another_customer_of_that_id_is_refused_naming_what_differs(
        self, onboarded: SqlStore, tenure: Tenure
    ) -> None:
        answered = asked(tenure, "--json", name="Another", packages={"webex_calling": 1}, add_ons={})

        assert refused(answered) == {"external_id": "id_taken"}
        assert "with other name, packages, add_ons; that one is provisioning (R9)" in answered.error["message"]

    def test_also_if_the_rest_does_not_read(self, onboarded: SqlStore, tenure: Tenure) -> None:
        assert refused(asked(tenure, "--json", zone="Mars")) == {"zone": "wrong_form", "external_id": "id_taken"}

    def test_without_a_store_nobody_can_say_so(self, tenure: Tenure) -> None:
        answered = asked(tenure)
        assert answered.code == 7
        assert "nobody can say whether the id is free" in answered.err

    def test_without_a_store_what_is_wrong_anyway_is_said(self, tenure: Tenure) -> None:
        answered = asked(tenure, "--json", zone="Mars")
        assert refused(answered) == {"zone": "wrong_form"}
        assert "whether the id is free was not asked" in checked(answered)["warnings"][0]


@pytest.mark.parametrize(
    "changes",
    [
        {"billing_address": {"country": "AQ"}},
        {"packages": {"webex_none": 1}, "organization_package": None, "add_ons": {}},
        {"packages": {"webex_meetings": 1}, "organization_package": None, "add_ons": {"attendant_console": 1}},
    ],
)
def test_the_workflow_refuses_what_the_precheck_refuses(
    changes: dict[str, Any], service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    """Two ways of asking, one judgement."""
    external_id = f"W-{uuid4().hex[:8]}"
    given = an_onboarding(external_id).model_dump(mode="json", exclude_defaults=True) | changes
    file = tmp_path / "customer.json"
    file.write_text(json.dumps(given))

    before = tenure("wholesale", "precheck", file, "--json")
    started = tenure("wholesale", "start", file, "--json")

    assert (before.code, started.code) == (2, 3)
    assert [each["field"] for each in before.json["problems"]] == [each["field"] for each in started.error["problems"]]
    assert [each["code"] for each in before.json["problems"]] == [each["code"] for each in started.error["problems"]]

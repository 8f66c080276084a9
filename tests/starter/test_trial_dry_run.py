"""A trial's dry run says what would happen and touches nothing; what is wrong names its field and its rule."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, updates_of
from domain.order.messages import PlaceOrder
from domain.trial.mails import TrialMail
from domain.trial.messages import Service, StartTrial
from domain.values import Person
from starter.answers.lifecycle import PlannedMail
from starter.demo.acts import read_acts
from starter.forecast import dry_run
from starter.forecast.dry_run import planned_mails
from starter.intake.content import differing, digest
from tests.makers import a_consented_trial, a_customer, a_paid_customer_s_trial, a_person, a_trial, some
from tests.starter.conftest import Tenure

EXAMPLES = Path(__file__).parents[2] / "examples"
DEVICE = {
    "device_id": "D-1",
    "model": "Desk Pro",
    "serial_number": "FOC1",
    "expires_on": "2031-03-31T00:00:00+09:00",
}


@cache
def mails(trial: StartTrial) -> dict[str, str]:
    return {mail.kind: mail.to for mail in planned_mails(trial)}


def given(**changes: Any) -> str:
    """A trial as JSON on the command line, with parts of it changed."""
    return json.dumps(a_trial().model_dump(mode="json", exclude_defaults=True) | changes)


class TestDryRun:
    def test_says_what_would_happen(self, tenure: Tenure, monkeypatch: pytest.MonkeyPatch) -> None:
        answered = tenure("trial", "start", EXAMPLES / "trial.json", "--dry-run", "--json")

        assert answered.code == 0, answered.err
        assert answered.json["workflow_id"] == "trial-T-1001"
        assert answered.json["data_region"] == "APAC"
        assert answered.json["days"] == 90
        foreseen = tuple(PlannedMail(**mail) for mail in answered.json["mails"])
        assert foreseen
        monkeypatch.setattr(dry_run, "planned_mails", lambda start: iter(foreseen))
        told = tenure("trial", "start", EXAMPLES / "trial.json", "--dry-run").out
        assert "Valid; nothing was touched. Trial T-1001 (existing_customer)" in told
        assert "example.com" not in told

    def test_the_three_starts_have_different_first_mails(self) -> None:
        """TRL-17, TRL-23, TRL-43."""
        assert TrialMail.TRIAL_CONSENT not in mails(a_trial())
        assert mails(a_consented_trial())["trial_consent"] == "each customer administrator (2)"
        paying = mails(a_paid_customer_s_trial())
        assert "trial_started" in paying
        assert not {"trial_consent", "trial_welcome"} & set(paying)

    def test_a_full_administrator_is_asked_alone(self) -> None:
        """TRL-24."""
        consent = mails(a_consented_trial(contact_is_full_administrator=True))["trial_consent"]
        assert consent == "the customer administrator"

    def test_devices_are_lent_each_as_a_lifecycle_of_its_own(self, tenure: Tenure) -> None:
        planned = tenure("trial", "start", given(devices=[DEVICE]), "--dry-run", "--json").json

        assert [(lent["device"], lent["workflow_id"]) for lent in planned["devices"]] == [("D-1", "device-D-1")]
        assert "device_eula" in {mail["kind"] for mail in planned["mails"]}

    def test_nobody_is_told_of_lost_access_if_no_user_is_known(self) -> None:
        assert "trial_access_ended" not in mails(a_trial())
        assert mails(a_trial(users=(a_person("u@akasaka.example.com"),)))["trial_access_ended"] == "the user"


WRONG = {
    "no company's country with a region": (
        {"customer": a_customer(country="KP").model_dump(mode="json")},
        "no data region",
        "TRL-11",
    ),
    "location not acknowledged": ({"supported_location": False}, "supported_location", "TRL-12"),
    "a role that may not": ({"partner_role": "administrator"}, "partner_role", "TRL-02"),
    "the partner's own organization": (
        {"customer": a_customer(id="hikari").model_dump(mode="json")},
        "CUWP order on CCW",
        "TRL-03",
    ),
    "Enterprise Edition without a site": ({"services": ["meetings_enterprise"]}, "site is required", "TRL-14"),
    "a site without Enterprise Edition": (
        {"site": {"url": "a.webex.example", "zone": "Asia/Tokyo"}},
        "site must be left out",
        "TRL-14",
    ),
    "two devices of a type": (
        {"devices": [DEVICE, DEVICE | {"device_id": "D-2", "serial_number": "FOC2"}]},
        "devices: one shipment",
        "TRL-15",
    ),
    "an organization not confirmed": ({"kind": "existing_customer"}, "confirmed_organization", "TRL-22"),
    "nobody who could consent": (
        {"kind": "existing_customer", "confirmed_organization": True},
        "administrators needs a full administrator",
        "TRL-24",
    ),
}


@pytest.mark.parametrize(("changes", "said", "rule"), WRONG.values(), ids=WRONG.keys())
def test_what_a_rule_forbids_names_the_rule(changes: dict[str, Any], said: str, rule: str, tenure: Tenure) -> None:
    answered = tenure("trial", "start", given(**changes), "--dry-run")

    assert answered.code == 2
    assert said in answered.err
    assert rule in answered.err


def test_what_is_malformed_names_its_field_and_no_value(tenure: Tenure) -> None:
    answered = tenure("trial", "start", given(kind="Yamada", licences="Yamada", trial_Id="T-1"), "--json")

    fields = [answered.error["field"], *(other["field"] for other in answered.error["others"])]
    assert answered.code == 2
    assert fields == ["kind", "licences", "trial_Id"]
    assert 'did you mean \\"trial_id\\"?' in answered.err
    assert "Yamada" not in answered.err


class TestOptions:
    """What can be told before anything is sent."""

    def test_a_missing_option_is_named(self, tenure: Tenure) -> None:
        assert "--days: is required" in tenure("trial", "extend", "T-1").err
        assert "--service: is required" in tenure("trial", "services-built", "T-1").err
        assert "--confirm: is required" in tenure("trial", "cancel", "T-1", "--reason", "x").err
        assert "--tier: is required" in tenure("trial", "convert", "T-1", "--service", "calling").err

    def test_days_beyond_a_year_and_services_unknown_are_refused(self, tenure: Tenure) -> None:
        assert "days: must be at most 365" in tenure("trial", "extend", "T-1", "--days", "400").err
        assert "services[0]: must be one of" in tenure("trial", "services-built", "T-1", "--service", "fax").err

    def test_an_edit_needs_something_to_do_and_a_whole_site(self, tenure: Tenure) -> None:
        assert "add or remove must name a service (TRL-51)" in tenure("trial", "edit", "T-1").err
        url_only = tenure("trial", "edit", "T-1", "--add", "meetings_enterprise", "--site-url", "a.webex.example")
        assert "site.zone: is required" in url_only.err

    def test_a_conversion_has_one_order(self, tenure: Tenure) -> None:
        words = ("trial", "convert", "T-1", "--service", "calling", "--tier", "1")
        contact = ("--provisioning-contact", EXAMPLES / "trial-contact.json")

        neither = tenure(*words, *contact)
        both = tenure(*words, *contact, "--order", EXAMPLES / "trial-order.json", "--order-number", "SO-1")

        assert "order or order_number: give exactly one (TRL-60)" in neither.err
        assert "order or order_number: give exactly one (TRL-60)" in both.err
        assert tenure(*words, "--order", "none.json").err.startswith("Error: none.json: there is no such file")

    def test_a_device_goes_back_in_one_way_at_a_time(self, tenure: Tenure) -> None:
        assert "say one of" in tenure("trial", "return-device", "D-1").err
        assert "say one of" in tenure("trial", "return-device", "D-1", "--handed-over", "--received", "F1").err
        assert "--serial: goes with" in tenure("trial", "return-device", "D-1", "--handed-over", "--serial", "F1").err

    @pytest.mark.parametrize("group", ["trial", "device"])
    def test_an_id_that_is_none_is_refused(self, group: str, tenure: Tenure) -> None:
        answered = tenure(group, "show", "hanako@example.com", "--json")

        assert (answered.code, answered.error["field"]) == (2, "ID")


class TestSameContent:
    def test_is_not_a_matter_of_who_sent_it(self) -> None:
        again = a_trial(by="somebody-else", reason="sent twice", source="import")

        assert differing(a_trial(), again) == []
        assert digest(a_trial()) == digest(again)

    def test_is_not_a_matter_of_how_an_instant_is_written(self) -> None:
        utc = a_trial(devices=(DEVICE | {"expires_on": "2031-03-30T15:00:00Z"},))

        assert differing(utc, a_trial(devices=(DEVICE,))) == []
        assert digest(utc) == digest(a_trial(devices=(DEVICE,)))

    def test_names_the_fields_that_differ(self) -> None:
        assert differing(a_trial(), a_trial("T-1001", Service.CALLING, days=30)) == ["services", "days"]
        assert digest(a_trial()) != digest(a_trial(days=30))


class TestExamples:
    def test_the_trials_are_valid(self, tenure: Tenure) -> None:
        answered = tenure("trial", "import", EXAMPLES / "trials.jsonl", "--dry-run", "--json")

        assert answered.code == 0, answered.out
        assert answered.lines[-1]["valid"] == 5

    def test_one_by_itself_is_the_first_of_them(self) -> None:
        first = (EXAMPLES / "trials.jsonl").read_text(encoding="utf-8").splitlines()[0]

        assert json.loads((EXAMPLES / "trial.json").read_text(encoding="utf-8")) == json.loads(first)

    def test_the_order_is_of_the_customer_of_the_trial_it_converts(self) -> None:
        order = PlaceOrder.model_validate_json((EXAMPLES / "trial-order.json").read_text(encoding="utf-8"))
        trial = StartTrial.model_validate_json((EXAMPLES / "trial.json").read_text(encoding="utf-8"))

        assert order.converts_trial == trial.trial_id
        assert order.customer == trial.customer
        assert Person.model_validate_json((EXAMPLES / "trial-contact.json").read_text(encoding="utf-8"))

    def test_what_the_world_says_is_understood(self) -> None:
        for act in some(read_acts(EXAMPLES / "world.jsonl")):
            lifecycle = Lifecycle(act.to.partition("-")[0])
            if act.update:
                assert updates_of(KINDS[lifecycle])[act.update].message.model_validate(act.message), act.note

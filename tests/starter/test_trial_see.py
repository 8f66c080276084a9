"""Seeing trials and their devices over the wire: one, many, overdue, moved in time."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from domain.trial.list_line import TrialLine
from domain.trial.messages import Service, TrialDevice
from domain.trial.state import TrialState
from domain.trial.states import TrialStage
from starter.commands.schemas import schema_of
from tests.makers import MONDAY, a_customer, a_partner, a_person, a_trial, an_order
from tests.starter.conftest import Tenure
from tests.starter.test_e2e_start import saved
from tests.starter.test_trial_commands import GRACE, PENDING, TRIALING, consented, paying, stage, started, until
from tests.support.embedded import Background


class TestShow:
    def test_a_trial_is_shown_with_what_it_waits_for_and_no_address(
        self, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        trial = started(tenure, tmp_path, consented("T-6101"), PENDING)

        told, shown = tenure("trial", "show", trial), tenure("trial", "show", trial, "--json").json

        assert told.out.startswith(f"trial {trial}: {PENDING}\n")
        assert "consent, from a full administrator of the customer" in told.out
        assert "Consent lapses: cancel the trial" in told.out
        assert f"tenure trial accept {trial} [--full-administrator]" in told.out
        assert "times in Asia/Tokyo" in told.out
        assert (shown["told_by"], shown["workflow_status"]) == ("workflow", "running")
        assert "example.com" not in told.out + json.dumps(shown)
        mails = until(lambda: tenure("trial", "show", trial, "--json").json["mails"])
        assert {mail["to"].partition("/")[0] for mail in mails} == {"customer_administrator"}

    def test_what_is_over_still_says_by_role_who_got_each_mail(
        self, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        trial = started(tenure, tmp_path, consented("T-6104"), PENDING)
        until(lambda: tenure("trial", "show", trial, "--json").json["mails"])
        assert tenure("trial", "withdraw", trial).code == 0
        until(lambda: tenure("trial", "show", trial, "--json").json["told_by"] == "store")

        closed = tenure("trial", "show", trial, "--json").json
        assert closed["state"]["stage"] == "cancelled"
        assert {mail["to"].partition("/")[0] for mail in closed["mails"]} == {"customer_administrator"}
        assert "customer administrator" in tenure("trial", "show", trial).out.replace("_", " ")

    def test_licences_purchases_and_other_partners_of_the_customer_are_shown(
        self, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        """TRL-13, TRL-26, TRL-42."""
        first = paying("T-6105", licences=40)
        started(tenure, tmp_path, first, TRIALING)
        other = a_partner("minato")
        second = paying("T-6106", Service.MESSAGING, customer=first.customer, partner=other)
        trial = started(tenure, tmp_path, second, TRIALING)

        facts = tenure("trial", "show", trial, "--json").json["state"]["facts"]
        assert (facts["licences"], facts["purchased"], facts["managing_partners"]) == ("25", "meetings", "hikari")
        assert tenure("trial", "show", "T-6105", "--json").json["state"]["facts"]["licences"] == "40"

    def test_a_trial_temporal_has_lost_is_shown_from_the_store(self, service: Background, tenure: Tenure) -> None:
        placed = a_trial("T-6102", customer=a_customer(id="c-T-6102"))
        service.store.open_lifecycle(placed, TrialState.placed(placed, MONDAY), "long-gone", MONDAY)

        shown = tenure("trial", "show", "T-6102", "--json").json

        assert (shown["told_by"], shown["workflow_status"]) == ("store", None)
        assert tenure("trial", "extend", "T-6102", "--days", "3").code == 7


class TestList:
    def test_services_expiry_and_the_time_left_are_shown(
        self, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        """TRL-74."""
        trial = started(tenure, tmp_path, paying("T-6111", Service.CALLING, Service.MESSAGING, days=40), TRIALING)
        until(lambda: _of(tenure, trial)["expires_on"])

        found = _of(tenure, trial)

        assert found["services"] == ["calling", "messaging"]
        assert found["days_left"] == 40
        assert found["grace_days_left"] is None
        (row,) = [line for line in tenure("trial", "list").out.splitlines() if line.startswith(trial)]
        assert "calling, messaging" in row
        assert str(found["expires_on"]) in row
        assert " 40 days " in row

    def test_a_list_is_filtered(self, service: Background, tenure: Tenure, tmp_path: Path) -> None:
        trial = started(tenure, tmp_path, paying("T-6112"), TRIALING)
        until(lambda: _of(tenure, trial)["stage"] == TRIALING)

        assert _of(tenure, trial, "--stage", TRIALING) == _of(tenure, trial, "--due-before", "+100d")
        assert not _of(tenure, trial, "--stage", "lapsed")
        assert not _of(tenure, trial, "--due-before", "2020-01-01")
        assert not _of(tenure, trial, "--attention")
        assert tenure("trial", "list", "--stage", "held").code == 2
        assert tenure("trial", "list", "--due-before", "2020-01-01").out == "No trials like that.\n"
        assert tenure("trial", "list", "--overdue-devices", "--attention").code == 2

    @pytest.mark.parametrize(
        ("hour", "minute", "left"),
        [(14, 59, 1), (15, 0, 0)],
        ids=["the day before, to its last minute in Tokyo", "the last day"],
    )
    def test_days_left_are_days_of_the_customers_calendar(self, hour: int, minute: int, left: int) -> None:
        state = TrialState.placed(a_trial(), MONDAY).model_copy(
            update={"stage": TrialStage.TRIALING, "expires_on": date(2026, 6, 11)}
        )
        now = datetime(2026, 6, 10, hour, minute, tzinfo=UTC)

        assert TrialLine.of(state, now).days_left == left

    def test_in_grace_the_days_until_the_loss_are_shown(self) -> None:
        """TRL-76."""
        state = TrialState.placed(a_trial(), MONDAY).model_copy(
            update={"stage": TrialStage.EXPIRED_GRACE, "expires_on": date(2026, 6, 1)}
        )

        found = TrialLine.of(state, MONDAY + timedelta(days=5))

        assert (found.days_left, found.grace_days_left) == (None, 25)


class TestClock:
    def test_a_trial_is_moved_past_its_expiry_by_its_bare_id(
        self, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        """TRL-71 to TRL-73."""
        trial = started(tenure, tmp_path, paying("T-6121"), TRIALING)

        moved = tenure("forward", trial, "--days", "92", "--json")

        assert moved.code == 0, moved.err
        passed = [due["name"].partition("/")[0] for due in moved.json["passed"]]
        assert passed == ["expiring", "expires_today", "expired"]
        assert stage(moved) == GRACE

    def test_after_the_end_of_grace_the_losses_are_told(
        self, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        """TRL-77 to TRL-80; a paying organization keeps its users. AMB-48."""
        user = a_person("user@akasaka.example.com")
        trial = started(tenure, tmp_path, paying("T-6122", users=(user,)), TRIALING)

        tenure("forward", trial, "--days", "121")
        moved = tenure("forward", f"trial-{trial}", "--days", "1", "--json")
        at_last = tenure("forward", trial, "--days", "15", "--json")

        assert stage(moved) == "lapsed.numbers_retained"
        assert "licences_removed" in moved.json["state"]["facts"]["lost"]
        assert "users_moved" not in moved.json["state"]["facts"]["lost"]
        assert "users_moved" in moved.json["state"]["facts"]["spared"]
        assert stage(at_last) == "lapsed.numbers_released"
        told = tenure("trial", "show", trial).out
        assert "trial.lost" in told
        assert "trial_access_ended" in told
        assert tenure("trial", "convert", trial, "--message", "{}").code == 2

    def test_an_overdue_device_is_listed(self, service: Background, tenure: Tenure, tmp_path: Path) -> None:
        """TRL-90, TRL-93."""
        device = TrialDevice(
            device_id="D-6123",
            model="Board 55",
            serial_number="FOC6123",
            expires_on=datetime.now(UTC) + timedelta(days=30),
        )
        customer = a_customer(id="c-T-6123", country="CA", zone="America/Toronto")
        started(tenure, tmp_path, paying("T-6123", customer=customer, devices=(device,)), TRIALING)
        until(lambda: tenure("device", "show", "D-6123").code == 0)
        assert "D-6123" not in tenure("trial", "list", "--overdue-devices").out

        moved = tenure("forward", "D-6123", "--days", "46", "--json")

        assert stage(moved) == "overdue"
        answered = tenure("trial", "list", "--overdue-devices", "--json")
        Draft202012Validator(schema_of("answer.device_list")).validate(answered.json)
        (listed_device,) = [each for each in answered.json["devices"] if each["device"] == "D-6123"]
        assert (listed_device["carrier"], listed_device["stage"]) == ("DHL", "overdue")
        assert "D-6123" in tenure("trial", "list", "--overdue-devices").out
        assert stage(tenure("trial", "show", "T-6123", "--json")) == TRIALING  # its clock stayed where it was

    def test_an_id_that_means_two_things_has_to_be_said_in_full(
        self, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        started(tenure, tmp_path, a_trial("X-6124", customer=a_customer(id="c-X-6124")), "provisioning")
        tenure("order", "start", saved(tmp_path, an_order("X-6124")))

        answered = tenure("forward", "X-6124", "--days", "1")

        assert answered.code == 2
        assert "may mean order-X-6124 or trial-X-6124: say which" in answered.err
        assert tenure("forward", "trial-X-6124", "--days", "1").code == 0


def test_every_answer_has_the_keys_its_schema_tells(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    trial = saved(tmp_path, paying("T-6131"))
    answers = {
        "trial_plan": tenure("trial", "start", trial, "--dry-run", "--json"),
        "start": tenure("trial", "start", trial, "--json"),
        "update": tenure("trial", "extend", "T-6131", "--days", "5", "--confirm-shorten", "--json"),
        "show": tenure("trial", "show", "T-6131", "--json"),
        "trial_list": tenure("trial", "list", "--json"),
        "subscription_list": tenure("subscription", "list", "--json"),
    }
    for name, answered in answers.items():
        Draft202012Validator(schema_of(f"answer.{name}")).validate(answered.json)


def _of(tenure: Tenure, trial: str, *words: str) -> dict[str, object]:
    """The trial's line of the list, if it is there."""
    answered = tenure("trial", "list", *words, "--json")
    assert answered.code == 0, answered.err
    return next((each for each in answered.json["trials"] if each["trial_id"] == trial), {})

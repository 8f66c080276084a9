"""Seeing trials and their devices over the wire: one, many, overdue, moved in time."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from activities.ports import TrialSummary
from domain.trial.messages import Service, TrialDevice
from domain.trial.states import TrialStage
from domain.trial.trial import TrialLife
from starter.listing import listed
from starter.schemas import schema_of
from tests.makers import MONDAY, a_customer, a_person, a_trial, an_order
from tests.starter.conftest import Tenure
from tests.starter.service import Service as Running
from tests.starter.test_e2e_start import saved
from tests.starter.test_trial_commands import GRACE, PENDING, TRIALING, consented, paying, stage, started, until


class TestShow:
    def test_a_trial_is_shown_with_what_it_waits_for_and_no_address(
        self, service: Running, tenure: Tenure, tmp_path: Path
    ) -> None:
        trial = started(tenure, tmp_path, consented("T-6101"), PENDING)

        told, shown = tenure("trial", "show", trial), tenure("trial", "show", trial, "--json").json

        assert told.out.startswith(f"trial {trial}: {PENDING}\n")
        assert "consent, from a full administrator of the customer" in told.out
        assert "Consent lapses: cancel the trial" in told.out
        assert f"tenure trial accept {trial} --full-administrator" in told.out
        assert "times in Asia/Tokyo" in told.out
        assert (shown["told_by"], shown["workflow_status"]) == ("workflow", "running")
        assert "example.com" not in told.out + json.dumps(shown)
        mails = until(lambda: tenure("trial", "show", trial, "--json").json["mails"])
        assert {mail["to"].partition("/")[0] for mail in mails} == {"customer_administrator"}

    def test_a_trial_temporal_has_forgotten_is_shown_from_the_store(self, service: Running, tenure: Tenure) -> None:
        placed = a_trial("T-6102", customer=a_customer(id="c-T-6102"))
        service.store.open_trial(placed, TrialLife.placed(placed, MONDAY), "long-gone", MONDAY)

        shown = tenure("trial", "show", "T-6102", "--json").json

        assert (shown["told_by"], shown["workflow_status"]) == ("store", None)
        assert tenure("trial", "extend", "T-6102", "--days", "3").code == 5


class TestList:
    def test_services_expiry_and_the_time_left_are_shown(
        self, service: Running, tenure: Tenure, tmp_path: Path
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
        assert found["expires_on"] in row
        assert " 40 days " in row

    def test_a_list_is_filtered(self, service: Running, tenure: Tenure, tmp_path: Path) -> None:
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
        life = TrialLife.placed(a_trial(), MONDAY).model_copy(
            update={"stage": TrialStage.TRIALING, "expires_on": date(2026, 6, 11)}
        )
        now = datetime(2026, 6, 10, hour, minute, tzinfo=UTC)

        assert listed(_summary(life), life, now).days_left == left

    def test_in_grace_the_days_until_the_loss_are_shown(self) -> None:
        """TRL-76."""
        life = TrialLife.placed(a_trial(), MONDAY).model_copy(
            update={"stage": TrialStage.EXPIRED_GRACE, "expires_on": date(2026, 6, 1)}
        )

        found = listed(_summary(life), life, MONDAY + timedelta(days=5))

        assert (found.days_left, found.grace_days_left) == (None, 25)


class TestClock:
    def test_a_trial_is_moved_past_its_expiry_by_its_bare_id(
        self, service: Running, tenure: Tenure, tmp_path: Path
    ) -> None:
        """TRL-71 to TRL-73."""
        trial = started(tenure, tmp_path, paying("T-6121"), TRIALING)

        moved = tenure("forward", trial, "--days", "92", "--json")

        assert moved.code == 0, moved.err
        assert [due["name"].partition("/")[0] for due in moved.json["passed"]] == ["expiring", "expired"]
        assert stage(moved) == GRACE

    def test_after_the_end_of_grace_the_losses_are_told(self, service: Running, tenure: Tenure, tmp_path: Path) -> None:
        """TRL-77 to TRL-80."""
        user = a_person("user@akasaka.example.com")
        trial = started(tenure, tmp_path, paying("T-6122", users=(user,)), TRIALING)

        tenure("forward", trial, "--days", "121")
        moved = tenure("forward", f"trial-{trial}", "--days", "1", "--json")
        at_last = tenure("forward", trial, "--days", "15", "--json")

        assert stage(moved) == "lapsed.numbers_retained"
        assert "users_moved" in moved.json["state"]["facts"]["lost"]
        assert stage(at_last) == "lapsed.numbers_released"
        told = tenure("trial", "show", trial).out
        assert "trial.lost" in told
        assert "trial_access_ended" in told
        assert tenure("trial", "convert", trial, "--message", "{}").code == 2

    def test_an_overdue_device_is_listed(self, service: Running, tenure: Tenure, tmp_path: Path) -> None:
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
        self, service: Running, tenure: Tenure, tmp_path: Path
    ) -> None:
        started(tenure, tmp_path, a_trial("X-6124", customer=a_customer(id="c-X-6124")), "provisioning")
        tenure("order", "start", saved(tmp_path, an_order("X-6124")))

        answered = tenure("forward", "X-6124", "--days", "1")

        assert answered.code == 2
        assert "may mean order-X-6124 or trial-X-6124: say which" in answered.err
        assert tenure("forward", "trial-X-6124", "--days", "1").code == 0


def test_every_answer_has_the_keys_its_schema_tells(service: Running, tenure: Tenure, tmp_path: Path) -> None:
    trial = saved(tmp_path, paying("T-6131"))
    answers = {
        "trial_plan": tenure("trial", "start", trial, "--dry-run", "--json"),
        "start": tenure("trial", "start", trial, "--json"),
        "update": tenure("trial", "extend", "T-6131", "--days", "5", "--confirm-shorten", "--json"),
        "show": tenure("trial", "show", "T-6131", "--json"),
        "trial_list": tenure("trial", "list", "--json"),
    }
    for name, answered in answers.items():
        Draft202012Validator(schema_of(f"answer.{name}")).validate(answered.json)


def _of(tenure: Tenure, trial: str, *words: str) -> dict[str, object]:
    """The trial's line of the list, if it is there."""
    answered = tenure("trial", "list", *words, "--json")
    assert answered.code == 0, answered.err
    return next((each for each in answered.json["trials"] if each["trial_id"] == trial), {})


def _summary(life: TrialLife) -> TrialSummary:
    return TrialSummary(
        trial_id=life.trial_id,
        kind=life.kind,
        stage=life.stage,
        customer_id=life.customer_id,
        partner_id=life.partner_id,
        expires_on=life.expires_on,
        next_deadline=None,
        next_deadline_label=None,
        attention=False,
    )

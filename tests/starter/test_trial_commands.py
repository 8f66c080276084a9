"""Trials over the wire: each command, told once, answered in the domain's own words."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.trial.messages import Service, StartTrial, TrialDevice
from tests.makers import (
    a_consented_trial,
    a_customer,
    a_paid_customer_s_trial,
    a_partner,
    a_person,
    a_trial,
    an_order,
)
from tests.starter.conftest import IN_DOUBT, Answered, Tenure, eventually
from tests.starter.test_e2e_start import saved
from tests.support.embedded import Background

PENDING, DETAILS = "pending.customer_consent", "pending.awaiting_provisioning_details"
TRIALING, GRACE = "trialing", "expired_grace"


def started(tenure: Tenure, directory: Path, trial: StartTrial, stage: str) -> str:
    """A trial at its first stage; its id."""
    answered = tenure("trial", "start", saved(directory, trial, "trial.json"), "--json")
    assert answered.code == 0, answered.err
    assert answered.json["stage"] == stage
    return trial.trial_id


def consented(trial_id: str) -> StartTrial:
    """Of a customer of its own: no other test's trial stands in its way."""
    return a_consented_trial(trial_id, Service.CALLING, customer=a_customer(id=f"c-{trial_id}"))


def paying(trial_id: str, *services: Service, **changes: Any) -> StartTrial:
    return a_paid_customer_s_trial(trial_id, *services, **{"customer": a_customer(id=f"c-{trial_id}")} | changes)


def stage(answered: Answered) -> Any:
    assert answered.code == 0, answered.err
    return answered.json["state"]["stage"]


def facts(answered: Answered) -> Any:
    assert answered.code == 0, answered.err
    return answered.json["state"]["facts"]


def until(look: Callable[[], Any]) -> Any:
    """What comes in a moment."""
    return eventually(look)


class TestStart:
    def test_a_trial_is_started_once_and_says_where(self, service: Background, tenure: Tenure, tmp_path: Path) -> None:
        file = saved(tmp_path, a_trial("T-6001", customer=a_customer(id="c-T-6001")), "trial.json")

        answered, again = tenure("trial", "start", file, "--json"), tenure("trial", "start", file)

        assert answered.code == 0, answered.err
        assert (answered.json["trial"], answered.json["order"]) == ("T-6001", None)
        assert answered.json["stage"] == "provisioning"
        handle = service.client.get_workflow_handle("trial-T-6001")
        description = service.do(handle.describe())
        assert description.workflow_type == "Trial"
        assert service.do(description.static_summary()) == "Trial T-6001 (new_customer)"
        assert again.out == (
            "Already started: trial-T-6001; nothing was started now; it is provisioning. "
            "See it: tenure trial show T-6001\n"
        )

    def test_the_same_id_with_other_content_is_a_conflict(
        self, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        customer = a_customer(id="c-T-6002")
        started(tenure, tmp_path, a_trial("T-6002", customer=customer), "provisioning")
        other = a_trial("T-6002", Service.CALLING, customer=a_customer(id=customer.id, company="Somebody Else"))

        answered = tenure("trial", "start", saved(tmp_path, other), "--json")

        assert answered.code == 4
        assert [answered.error["field"], answered.error["others"][0]["field"]] == ["customer", "services"]
        assert "Somebody" not in answered.err

    def test_a_service_another_partner_tries_is_refused_with_its_reason_and_may_be_handed_in_again(
        self, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        """TRL-21."""
        customer = a_customer(id="c-T-6003")
        started(tenure, tmp_path, consented("T-6003"), PENDING)
        second = a_consented_trial("T-6004", Service.CALLING, customer=customer, partner=a_partner("minami"))
        file = saved(tmp_path, second)

        refused = tenure("trial", "start", file)

        assert refused.code == 3
        assert "calling: on trial with another partner" in refused.err
        assert "TRL-21" in refused.err
        tenure("trial", "withdraw", "T-6003")
        assert "--again" in tenure("trial", "start", file).err
        assert tenure("trial", "start", file, "--again").code == 0


class TestConsent:
    def test_with_the_box_the_partner_manages_users_too(
        self, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        """TRL-27, TRL-29."""
        trial = started(tenure, tmp_path, consented("T-6011"), PENDING)

        resent = tenure("trial", "resend", trial, "--json")
        accepted = tenure("trial", "accept", trial, "--full-administrator", "--by", "customer-admin-3", "--json")

        assert stage(resent) == PENDING
        assert stage(accepted) == DETAILS
        assert facts(accepted)["partner_access"] == "full_administrator"
        assert stage(tenure("trial", "give-details", trial, "--json")) == "provisioning"
        assert stage(tenure("trial", "services-built", f"trial-{trial}", "--service", "calling", "--json")) == TRIALING
        late = tenure("trial", "accept", trial)
        assert (late.code, late.err.startswith("Error: cannot accept the trial: the trial is trialing")) == (3, True)

    def test_without_the_box_it_only_provisions(self, service: Background, tenure: Tenure, tmp_path: Path) -> None:
        """TRL-28."""
        trial = started(tenure, tmp_path, consented("T-6012"), PENDING)

        assert facts(tenure("trial", "accept", trial, "--json"))["partner_access"] == "provisioning_administrator"

    @pytest.mark.parametrize("command", ["decline", "withdraw"])
    def test_declined_or_withdrawn_it_is_over(
        self, command: str, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        """TRL-30, AMB-10."""
        trial = started(tenure, tmp_path, consented(f"T-6013-{command}"), PENDING)

        told = tenure("trial", command, trial, "--update-id", "end-1", "--json")

        assert stage(told) == "cancelled"
        assert facts(told)["listed"] == "no"
        service.do(service.client.get_workflow_handle(f"trial-{trial}").result())
        assert tenure("trial", command, trial, "--update-id", "end-1", "--json").json["result"] == "repeated"
        assert tenure("trial", "resend", trial).err == f"Error: trial {trial} is over: cancelled\n"
        assert tenure("trial", "resend", trial).code == 5


class TestChange:
    def test_an_extension_counts_from_today_and_a_shorter_one_is_confirmed(
        self, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        """TRL-50, AMB-11."""
        trial = started(tenure, tmp_path, paying("T-6021"), TRIALING)
        before = facts(tenure("trial", "show", trial, "--json"))["expires_on"]

        shorter = tenure("trial", "extend", trial, "--days", "30", "--json")
        longest = tenure("trial", "extend", trial, "--days", "31", "--json")
        confirmed = tenure("trial", "extend", trial, "--days", "30", "--confirm-shorten", "--json")

        assert (shorter.code, shorter.error["field"]) == (3, "confirm_shorten")
        assert (longest.code, longest.error["field"]) == (3, "days")
        assert facts(confirmed)["expires_on"] < before

    def test_services_are_added_and_removed_by_the_rules_of_a_start(
        self, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        """TRL-51, TRL-41."""
        start = paying("T-6022", Service.CALLING, purchased=(Service.MESSAGING,))
        trial = started(tenure, tmp_path, start, TRIALING)
        site = ("--site-url", "abc.webex.example", "--site-zone", "Asia/Tokyo")

        bought = tenure("trial", "edit", trial, "--add", "messaging", "--json")
        edited = tenure("trial", "edit", trial, "--add", "meetings_enterprise", *site, "--remove", "calling", "--json")

        assert bought.code == 3
        assert "messaging: already bought" in bought.error["message"]
        assert facts(edited)["services"] == "meetings_enterprise"

    def test_a_trial_is_cancelled_with_a_confirmation(
        self, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        """TRL-52."""
        trial = started(tenure, tmp_path, paying("T-6023"), TRIALING)
        why = ("--reason", "chose another product")

        assert tenure("trial", "cancel", trial, *why).code == 2
        said_no = '{"confirm": false, "reason": "no"}'
        assert tenure("trial", "cancel", trial, "--message", said_no, "--json").error["field"] == "confirm"
        assert stage(tenure("trial", "cancel", trial, *why, "--confirm", "--json")) == "cancelled"

    def test_a_mail_in_doubt_is_settled(self, service: Background, tenure: Tenure, tmp_path: Path) -> None:
        customer = a_customer(id="c-T-6024", contact=a_person(f"{IN_DOUBT}@akasaka.example.com"))
        trial = started(tenure, tmp_path, paying("T-6024", customer=customer), TRIALING)

        def doubtful() -> Any:
            shown = tenure("trial", "show", trial, "--json").json
            return "settle_mail" in shown["state"]["desk"] and shown["mails"]

        mail = until(doubtful)[0]["key"]
        assert f"tenure trial settle-mail {trial} --mail {mail} " in tenure("trial", "show", trial).out
        settled = ("trial", "settle-mail", trial, "--mail", mail, "--outcome", "sent", "--reason", "found in the log")
        assert tenure(*settled).code == 0
        assert tenure(*settled).code == 3


class TestConvert:
    @pytest.fixture
    def contact(self, tmp_path: Path) -> Path:
        return saved(tmp_path, a_person("setup@hikari.example.com"), "contact.json")

    def test_in_grace_by_an_order_it_starts(
        self, service: Background, tenure: Tenure, tmp_path: Path, contact: Path
    ) -> None:
        """TRL-60, TRL-61, TRL-63, TRL-66."""
        trial = started(tenure, tmp_path, paying("T-6031"), TRIALING)
        assert tenure("forward", trial, "--days", "100").code == 0
        assert stage(tenure("trial", "show", trial, "--json")) == GRACE
        order = saved(tmp_path, an_order("SO-6031", customer=a_customer(id="c-T-6031"), converts_trial=trial))
        words = ("trial", "convert", trial, "--order", order, "--provisioning-contact", contact)

        tier_2 = tenure(*words, "--service", "calling", "--tier", "2", "--json")
        missing = tenure(*words, "--service", "meetings", "--tier", "1", "--json")
        done = tenure(*words, "--service", "calling", "--tier", "1", "--update-id", "convert-1", "--json")

        assert (tier_2.code, tier_2.error["field"]) == (3, "tier")
        assert "distributor" in tier_2.error["message"]
        assert (missing.code, missing.error["field"]) == (3, "services")
        assert "not in the paid order: calling" in missing.error["message"]
        assert stage(done) == "converted"
        assert facts(done)["order"] == "SO-6031"
        until(lambda: tenure("order", "show", "SO-6031").code == 0)

    def test_by_an_order_that_is_placed(
        self, service: Background, tenure: Tenure, tmp_path: Path, contact: Path
    ) -> None:
        trial = started(tenure, tmp_path, paying("T-6032"), TRIALING)
        words = ("trial", "convert", trial, "--service", "calling", "--tier", 1, "--provisioning-contact", contact)

        unknown = tenure(*words, "--order-number", "SO-6039", "--json")
        tenure("order", "start", saved(tmp_path, an_order("SO-6032", customer=a_customer(id="c-T-6032"))))
        done = tenure(*words, "--order-number", "SO-6032", "--json")

        assert (unknown.code, unknown.error["field"]) == (3, "order_number")
        assert facts(done)["order"] == "SO-6032"

    def test_of_another_customer_is_refused(
        self, service: Background, tenure: Tenure, tmp_path: Path, contact: Path
    ) -> None:
        """TRL-65."""
        trial = started(tenure, tmp_path, paying("T-6033"), TRIALING)
        order = saved(tmp_path, an_order("SO-6033"))
        words = ("trial", "convert", trial, "--service", "calling", "--tier", 1, "--provisioning-contact", contact)

        assert tenure(*words, "--order", order, "--json").error["field"] == "order.customer.id"


class TestDevices:
    def lent(self, tenure: Tenure, directory: Path, number: int) -> str:
        expires = "2041-03-31T00:00:00-06:00"
        device = TrialDevice.model_validate(
            {"device_id": f"D-{number}", "model": "Desk Pro", "serial_number": f"FOC{number}", "expires_on": expires}
        )
        trial = paying(f"T-{number}", devices=(device,))
        started(tenure, directory, trial, TRIALING)
        until(lambda: tenure("device", "show", device.device_id).code == 0)
        return device.device_id

    def test_a_device_comes_back_with_its_own_serial_number(
        self, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        """TRL-94."""
        device = self.lent(tenure, tmp_path, 6041)
        back = ("trial", "return-device", device)

        assert stage(tenure(*back, "--delivered", "--json")) == "in_use"
        assert f"tenure device hand-over {device}\n" in tenure("device", "show", device).out
        assert stage(tenure(*back, "--handed-over", "--by", "customer-17", "--json")) == "return_in_transit"
        assert stage(tenure(*back, "--received", "FOC9999", "--json")) == "serial_mismatch"
        assert stage(tenure(*back, "--handed-over", "--json")) == "return_in_transit"
        assert stage(tenure(*back, "--received", "FOC6041", "--json")) == "matched"

        at_once = ("trial", "return-device", self.lent(tenure, tmp_path, 6045))
        assert stage(tenure(*at_once, "--received", "FOC6045", "--json")) == "matched"  # nobody said it was handed over

    def test_lost_papers_are_asked_for_by_address_or_by_all_serial_numbers(
        self, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        """TRL-95."""
        device = self.lent(tenure, tmp_path, 6042)
        ask = ("trial", "return-device", f"device-{device}", "--ask-papers", "c-T-6042")

        assert tenure(*ask).code == 0
        assert tenure(*ask, "--serial", "FOC1", "--json").error["field"] == "serial_numbers"
        assert tenure(*ask, "--serial", "FOC1", "--serial", "FOC6042").code == 0
        shown = until(
            lambda: [
                mail
                for mail in tenure("device", "show", device, "--json").json["mails"]
                if mail["kind"] == "rma_lookup"
            ]
        )
        assert {mail["to"] for mail in shown} == {"trials_team"}

    def test_it_has_commands_and_a_list_as_every_lifecycle_has(
        self, service: Background, tenure: Tenure, tmp_path: Path
    ) -> None:
        device = self.lent(tenure, tmp_path, 6044)

        assert stage(tenure("device", "report-delivered", device, "--json")) == "in_use"
        assert stage(tenure("device", "hand-over", f"device-{device}", "--json")) == "return_in_transit"
        listed = until(
            lambda: [
                each
                for each in tenure("device", "list", "--stage", "return_in_transit", "--json").json["devices"]
                if each["id"] == device
            ]
        )
        assert (listed[0]["kind"], listed[0]["linked_to"]) == ("device", "T-6044")
        assert device in tenure("device", "list").out
        assert stage(tenure("device", "report-received", device, "--serial-number", "FOC6044", "--json")) == "matched"

    def test_an_operator_may_hold_a_device(self, service: Background, tenure: Tenure, tmp_path: Path) -> None:
        device = self.lent(tenure, tmp_path, 6043)

        held = tenure("device", "hold", device, "--reason", "lost in a flood", "--json")

        assert held.json["state"]["held_by_operator"]["reason"] == "lost in a flood"
        assert "tenure device resume D-6043" in tenure("device", "show", device).out


def test_whole_messages_are_taken_too(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    trial = started(tenure, tmp_path, paying("T-6051"), TRIALING)
    message = {"by": "partner-hikari", "source": "portal", "days": 20, "confirm_shorten": True}

    told = tenure("trial", "extend", trial, "--message", json.dumps(message), "--update-id", "ext-1", "--json")
    other = tenure("trial", "extend", trial, "--days", "19", "--update-id", "ext-1", "--json")

    assert told.json["result"] == "accepted"
    assert (other.code, other.error["field"]) == (4, "--update-id")


def test_nobody_knows_it(service: Background, tenure: Tenure) -> None:
    assert tenure("trial", "extend", "T-6999", "--days", "3").code == 6
    assert tenure("device", "show", "D-6999").code == 6
    assert tenure("trial", "show", "T-6999", "--json").error["field"] == "ID"

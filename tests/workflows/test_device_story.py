"""Devices on loan. domain.md §5.8."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from activities.ports import Answer
from domain.desk import ExtendDueDate, Hold, PutNote, Resume, RetryMail, SkipReminder
from domain.device.messages import AskForReturnPapers, HandOver, ReportDelivered, ReportReceived, StartDeviceLoan
from domain.device.policy import DevicePolicy
from domain.events import TaskKind
from domain.mails import Lifecycle, MailState
from domain.trial.messages import Service, TrialDevice
from domain.trial.policy import TrialPolicy
from tests.makers import a_paid_customer_s_trial, days, ended
from tests.town import MONDAY, SECOND, Town

EXPIRES = datetime(2031, 8, 1, 3, tzinfo=UTC)
"""Noon of 1 August in Tokyo: the date of the EULA mail."""

DUE = datetime(2031, 8, 15, 15, tzinfo=UTC)
"""The end of 15 August there."""

TICK = SECOND / 2


async def lent(town: Town, *more: TrialDevice, policy: TrialPolicy | None = None) -> Any:
    device = TrialDevice(device_id="D-1", model="Desk Pro", serial_number="FOC1", expires_on=EXPIRES)
    given = {"days": 200, "devices": (device, *more), "policy": policy or TrialPolicy()}
    await town.try_out(a_paid_customer_s_trial("T-1001", Service.CALLING, **given))
    await town.settled()
    return town.device("D-1")


async def refused_start(town: Town, workflow_id: str, expires_on: datetime) -> ApplicationError:
    """Start a loan that no trial lends and that must fail at once; how it failed."""
    start = StartDeviceLoan(
        by="logistics",
        device_id="D-1",
        trial_id="T-1001",
        customer_id="akasaka",
        partner_id="hikari",
        model="Desk Pro",
        serial_number="FOC1",
        expires_on=expires_on,
        country="JP",
        zone="Asia/Tokyo",
        customer_administrators=1,
        partner_administrators=1,
    )
    queue = town.settings.task_queue
    with pytest.raises(WorkflowFailureError) as failed:
        await town.client.execute_workflow("DeviceLoan", start, id=workflow_id, task_queue=queue)
    assert isinstance(failed.value.cause, ApplicationError)
    assert town.store.devices() == []
    return failed.value.cause


def overdue_list(town: Town) -> list[str]:
    return [row.life.device_id for row in town.store.devices(overdue=True)]


def last_mail(town: Town) -> str:
    """What it says."""
    body = message_from_bytes(town.wire.taken[-1].content, policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def kinds(town: Town) -> list[str]:
    return town.kinds("D-1", Lifecycle.DEVICE)


async def test_trl_90_reminders_and_the_overdue_list_two_weeks_after_the_eula_date(town: Town) -> None:
    device = await lent(town)
    assert kinds(town) == ["device_eula"]
    await town.tell(device, "report_delivered", ReportDelivered(by="logistics"))
    await town.sleep_until(DUE - TICK)
    assert (await town.state(device)).stage == "return_due"
    assert kinds(town) == ["device_eula"] + ["device_return"] * 3
    assert town.store.devices(overdue=True) == []
    await town.sleep_until(DUE + TICK)
    assert (await town.state(device)).stage == "overdue"
    assert kinds(town)[-1] == "device_overdue"
    assert [row.life.device_id for row in town.store.devices(overdue=True)] == ["D-1"]


async def test_trl_94_the_serial_number_must_match(town: Town) -> None:
    device = await lent(town)
    await town.tell(device, "hand_over", HandOver(by="customer"))
    await town.tell(device, "report_received", ReportReceived(by="logistics", serial_number="FOC9"))
    assert (await town.state(device)).stage == "serial_mismatch"
    await town.tell(device, "hand_over", HandOver(by="customer"))
    await town.tell(device, "report_received", ReportReceived(by="logistics", serial_number="FOC1"))
    assert (await device.result())["stage"] == "matched"
    await town.sleep_until(DUE + days(1))
    assert kinds(town) == ["device_eula"], "who brings it back is not reminded"


async def test_trl_67_when_the_trial_ends_its_devices_are_called_back(town: Town) -> None:
    device = await lent(town)
    trial = town.client.get_workflow_handle("trial-T-1001")
    await town.tell(trial, "cancel", ended())
    assert (await town.state(device)).stage == "return_due"
    assert kinds(town) == ["device_eula", "device_return"]


async def test_trl_94_a_wrong_device_does_not_stop_the_clock(town: Town) -> None:
    device = await lent(town)
    await town.tell(device, "hand_over", HandOver(by="customer"))
    await town.tell(device, "report_received", ReportReceived(by="logistics", serial_number="FOC9"))
    await town.sleep_until(DUE + TICK)
    assert (await town.state(device)).stage == "serial_mismatch"
    assert overdue_list(town) == ["D-1"]
    assert kinds(town) == ["device_eula"] + ["device_return"] * 3 + ["device_overdue"]


async def test_trl_90_a_parcel_that_never_arrives_is_overdue_and_only_the_partner_hears(town: Town) -> None:
    device = await lent(town)
    await town.tell(device, "hand_over", HandOver(by="customer"))
    await town.sleep_until(DUE - TICK)
    assert (kinds(town), overdue_list(town)) == (["device_eula"], [])
    await town.sleep_until(DUE + TICK)
    assert (kinds(town), overdue_list(town)) == (["device_eula", "device_overdue"], ["D-1"])
    assert town.mails("D-1", Lifecycle.DEVICE)[-1].to == "desk@hikari.example.com"
    await town.tell(device, "report_received", ReportReceived(by="logistics", serial_number="FOC1"))
    assert ((await device.result())["stage"], overdue_list(town)) == ("matched", [])


async def test_a_moved_date_moves_list_and_reminders(town: Town) -> None:
    device = await lent(town)
    await town.sleep_until(DUE - days(1) - TICK)
    assert kinds(town).count("device_return") == 2
    later = ExtendDueDate(by="ops-7", deadline="device_return_due", at=DUE + days(8), reason="on holiday")
    await town.tell(device, "extend_due_date", later)
    assert [row.life.return_due_at for row in town.store.devices()] == [DUE + days(8)]
    await town.sleep_until(DUE + TICK)
    assert (kinds(town).count("device_return"), overdue_list(town)) == (2, [])
    await town.sleep_until(DUE + days(1) + TICK)
    assert kinds(town).count("device_return") == 3
    assert "2031年8月23日(土) 24:00" in last_mail(town)
    await town.sleep_until(DUE + days(8) + TICK)
    assert overdue_list(town) == ["D-1"]


async def test_trl_67_the_return_is_a_task_until_the_right_device_is_back(town: Town) -> None:
    device = await lent(town)
    await town.sleep_until(EXPIRES + days(1))
    assert [(task.key, task.assignee) for task in (await town.state(device)).tasks] == [("return/D-1", "hikari")]
    (kept,) = town.store.tasks(Lifecycle.DEVICE, "D-1")
    assert (kept.kind, kept.closed_at) == (TaskKind.RETURN_DEVICE, None)
    await town.tell(device, "hand_over", HandOver(by="customer"))
    await town.tell(device, "report_received", ReportReceived(by="logistics", serial_number="FOC1"))
    await device.result()
    assert all(task.closed_at for task in town.store.tasks(Lifecycle.DEVICE, "D-1"))


async def test_the_trial_s_policy_sets_the_terms_of_its_devices(town: Town) -> None:
    terms = DevicePolicy(return_within=days(7), reminders=(days(2),), trials_team="team@hikari.example.com")
    device = await lent(town, policy=TrialPolicy(devices=terms))
    assert (await town.state(device)).facts["return_due_at"] == (DUE - days(7)).isoformat()
    await town.tell(device, "ask_for_papers", AskForReturnPapers(by="hikari", organization_id="akasaka"))
    assert town.wire.taken[-1].recipient == "team@hikari.example.com"
    await town.sleep_until(DUE - days(7) + TICK)
    assert kinds(town) == ["device_eula", "rma_lookup", "device_return", "device_overdue"]


async def test_trl_95_amb_17_lost_papers_ask_the_trials_team(town: Town) -> None:
    device = await lent(town)
    await town.tell(device, "ask_for_papers", AskForReturnPapers(by="hikari", organization_id="akasaka"))
    assert [mail.to for mail in town.mails("D-1", Lifecycle.DEVICE)][-1] == "trials_team"
    assert town.wire.taken[-1].recipient == "webextrials_info@cisco.com"
    assert "hanako.yamada@akasaka.example.com" in last_mail(town)
    assert "FOC1" not in last_mail(town)


async def test_trl_95_amb_17_or_by_the_serial_numbers_of_all_trial_devices(town: Town) -> None:
    device = await lent(town, TrialDevice(device_id="D-2", model="Board", serial_number="FOC2", expires_on=EXPIRES))
    asked = AskForReturnPapers(
        by="hikari", organization_id="akasaka", administrator_email_given=False, serial_numbers=("FOC1",)
    )
    refusal = await town.refusal(device, "ask_for_papers", asked)
    assert refusal == "serial_numbers: must name all trial devices; missing: FOC2 (TRL-95)"
    await town.tell(device, "ask_for_papers", asked.model_copy(update={"serial_numbers": ("FOC1", "FOC2")}))
    assert "FOC1, FOC2" in last_mail(town)
    assert "hanako.yamada" not in last_mail(town)
    other = asked.model_copy(update={"organization_id": "other-org"})
    assert (await town.refusal(device, "ask_for_papers", other)).startswith("organization_id: must be the customer's")


async def test_r7_a_loan_runs_under_the_id_everybody_looks_for_it_by(town: Town) -> None:
    failed = await refused_start(town, "D-1", EXPIRES)
    assert (failed.message, failed.type) == ("workflow id: must be device-D-1", "BadInput")


async def test_trl_90_a_loan_of_its_own_begins_before_it_is_over(town: Town) -> None:
    failed = await refused_start(town, "device-D-1", MONDAY - timedelta(days=1))
    assert (failed.message, failed.type) == (
        "expires_on: the EULA mail's date 2031-06-01 has passed: the device would be on loan no longer",
        "BadInput",
    )


async def test_cancel_in_the_web_ui_brings_no_device_back_and_is_noted(town: Town) -> None:
    device = await lent(town)
    await device.cancel(reason="pressed by mistake")
    await town.settled()
    event = town.store.events(Lifecycle.DEVICE, "D-1")[-1]
    assert (event.type, event.actor, event.reason) == ("device.cancel_refused", "web-ui", "pressed by mistake")
    await town.tell(device, "report_delivered", ReportDelivered(by="logistics"))
    assert (await town.state(device)).stage == "in_use"
    await town.sleep_until(DUE + TICK)
    assert (overdue_list(town), kinds(town)[-1]) == (["D-1"], "device_overdue"), "it went on"


async def test_what_operators_send_acts_on_a_device(town: Town) -> None:
    """Hold and resume, a reminder left out, a note; a moved date has a test of its own."""
    device = await lent(town)
    await town.tell(device, "skip_reminder", SkipReminder(by="ops-7", deadline=reminder(14), reason="told by phone"))
    await town.tell(device, "hold", Hold(by="ops-7", reason="in dispute"))
    await town.sleep_until(DUE - days(8))
    await town.tell(device, "put_note", PutNote(by="ops-7", text="What is put down wakes nothing up."))
    assert ((await town.state(device)).stage, kinds(town)) == ("shipped", ["device_eula"]), "held"
    await town.tell(device, "resume", Resume(by="ops-7", reason="settled"))
    assert ((await town.state(device)).stage, kinds(town)) == ("return_due", ["device_eula"]), "left out"
    await town.sleep_until(DUE - days(7) - TICK)
    await town.tell(device, "hold", Hold(by="ops-7", reason="in dispute again"))
    await town.sleep_until(DUE - days(6))
    assert kinds(town) == ["device_eula"]
    await town.tell(device, "resume", Resume(by="ops-7", reason="settled"))
    await town.sleep_until(DUE - days(5))
    assert kinds(town) == ["device_eula", "device_return"], "once"
    moved = ExtendDueDate(by="ops-7", deadline="device_return_due", at=DUE + days(3), reason="on holiday")
    await town.tell(device, "extend_due_date", moved)
    await town.sleep_until(DUE + days(3) - TICK)
    assert ((await town.state(device)).stage, overdue_list(town)) == ("return_due", [])
    await town.sleep_until(DUE + days(3) + TICK)
    assert overdue_list(town) == ["D-1"]
    told = town.events("D-1", Lifecycle.DEVICE)
    assert [told.count(f"device.{what}") for what in ("operator_hold", "operator_resumed", "note")] == [2, 2, 1]


def reminder(before: int) -> str:
    """The name of the reminder so many days before the return is due."""
    return f"device_reminder/2031-08-15/{before}"


async def test_a_device_s_refused_mail_is_tried_again(town: Town) -> None:
    town.wire.answers["hanako.yamada@akasaka.example.com"] = Answer.REFUSED
    device = await lent(town)
    (mail,) = (await town.state(device)).mails
    assert (mail.state, kinds(town)) == (MailState.REFUSED, [])
    town.wire.answers.clear()
    await town.tell(device, "retry_mail", RetryMail(by="ops-7", mail=mail.key, reason="the mailbox has room again"))
    assert kinds(town) == ["device_eula"]

"""Devices on loan. domain.md §5.8."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from activities.ports import Answer
from domain.device.messages import AskForReturnPapers, HandOver, ReportDelivered, ReportReceived, StartDeviceLoan
from domain.device.policy import DevicePolicy
from domain.device.state import DeviceState
from domain.events import TaskKind
from domain.lifecycle import Lifecycle
from domain.mails import MailState
from domain.operator import ExtendDueDate, Hold, PutNote, Resume, RetryMail, SkipReminder
from domain.trial.messages import Service, TrialDevice
from domain.trial.policy import TrialPolicy
from domain.working_time import in_json
from tests.makers import a_paid_customer_s_trial, a_trial, days, ended, services_built
from tests.support.time_skipping import MONDAY, TICK, TimeSkipping

EXPIRES = datetime(2031, 8, 1, 3, tzinfo=UTC)
"""Noon of 1 August in Tokyo: the date of the EULA mail."""

DUE = datetime(2031, 8, 15, 15, tzinfo=UTC)
"""The end of 15 August there."""


async def lent(env: TimeSkipping, *more: TrialDevice, policy: TrialPolicy | None = None) -> Any:
    device = TrialDevice(device_id="D-1", model="Desk Pro", serial_number="FOC1", expires_on=EXPIRES)
    given = {"days": 200, "devices": (device, *more), "policy": policy or TrialPolicy()}
    await env.start_trial(a_paid_customer_s_trial("T-1001", Service.CALLING, **given))
    await env.settled()
    return env.device("D-1")


async def refused_start(env: TimeSkipping, workflow_id: str, expires_on: datetime) -> ApplicationError:
    """Start a loan that no trial lends and that must fail at once; how it failed."""
    queue = env.settings.task_queue
    with pytest.raises(WorkflowFailureError) as failed:
        await env.client.execute_workflow("DeviceLoan", a_start(expires_on), id=workflow_id, task_queue=queue)
    assert isinstance(failed.value.cause, ApplicationError)
    assert env.store.listed(Lifecycle.DEVICE) == []
    return failed.value.cause


def a_start(expires_on: datetime) -> StartDeviceLoan:
    """A loan started by hand."""
    return StartDeviceLoan(
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


async def test_trl_15_a_loan_for_a_trial_nobody_knows_is_refused_by_its_field(env: TimeSkipping) -> None:
    refusal = await refused_start(env, "device-D-1", EXPIRES)
    assert refusal.message.startswith("trial_id: no trial T-1001 is known here")
    assert kinds(env) == []


async def test_trl_94_a_second_loan_of_one_serial_number_is_refused_and_the_first_goes_on(env: TimeSkipping) -> None:
    await lent(env)
    start = a_start(EXPIRES).model_copy(update={"device_id": "D-2"})
    with pytest.raises(WorkflowFailureError) as failed:
        await env.client.execute_workflow("DeviceLoan", start, id="device-D-2", task_queue=env.settings.task_queue)
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.message.startswith("serial_number: FOC1 is on loan already, as device D-1")
    assert [line.subject for line in env.store.listed(Lifecycle.DEVICE)] == ["D-1"]
    assert "device_eula" in kinds(env)
    assert env.mail_kinds("D-2", Lifecycle.DEVICE) == []


async def test_trl_90_a_trial_that_waited_beyond_the_eula_date_has_its_device_back_at_once(env: TimeSkipping) -> None:
    """The customer is told, the partner's task is open, somebody looks; nobody is overdue yet."""
    lent = TrialDevice(device_id="D-1", model="Desk Pro", serial_number="FOC1", expires_on=EXPIRES)
    trial = await env.start_trial(a_trial(devices=(lent,)))
    await env.sleep_until(EXPIRES + days(100))
    assert env.store.listed(Lifecycle.DEVICE) == []
    await env.send(trial, "report_services_built", services_built())
    view = await env.state(env.device("D-1"))
    assert (view.stage, view.attention) == ("return_due", True)
    assert set(kinds(env)) == {"device_eula", "device_return"}
    assert [task.kind for task in env.store.tasks(Lifecycle.DEVICE, "D-1")] == [TaskKind.RETURN_DEVICE]
    assert overdue_list(env) == []
    await env.sleep_until(EXPIRES + days(116))
    assert overdue_list(env) == ["D-1"]


def overdue_list(env: TimeSkipping) -> list[str]:
    """They stand among the open ones that need attention."""
    lines = env.store.listed(Lifecycle.DEVICE, attention=True, open_only=True)
    states = env.store.states(Lifecycle.DEVICE, [line.subject for line in lines])
    return [id_ for id_, state in states.items() if isinstance(state, DeviceState) and state.overdue]


def last_mail(env: TimeSkipping) -> str:
    """What it says."""
    body = message_from_bytes(env.transport.taken[-1].content, policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def kinds(env: TimeSkipping) -> list[str]:
    return env.mail_kinds("D-1", Lifecycle.DEVICE)


async def test_trl_90_reminders_and_the_overdue_list_two_weeks_after_the_eula_date(env: TimeSkipping) -> None:
    device = await lent(env)
    assert kinds(env) == ["device_eula"]
    await env.send(device, "report_delivered", ReportDelivered(by="logistics"))
    await env.sleep_until(DUE - TICK)
    assert (await env.state(device)).stage == "return_due"
    assert kinds(env) == ["device_eula"] + ["device_return"] * 3
    assert overdue_list(env) == []
    await env.sleep_until(DUE + TICK)
    assert (await env.state(device)).stage == "overdue"
    assert kinds(env)[-1] == "device_overdue"
    assert overdue_list(env) == ["D-1"]


async def test_trl_94_the_serial_number_must_match(env: TimeSkipping) -> None:
    device = await lent(env)
    await env.send(device, "hand_over", HandOver(by="customer"))
    await env.send(device, "report_received", ReportReceived(by="logistics", serial_number="FOC9"))
    assert (await env.state(device)).stage == "serial_mismatch"
    await env.send(device, "hand_over", HandOver(by="customer"))
    await env.send(device, "report_received", ReportReceived(by="logistics", serial_number="FOC1"))
    assert (await device.result())["stage"] == "matched"
    await env.sleep_until(DUE + days(1))
    assert kinds(env) == ["device_eula"], "who brings it back is not reminded"


async def test_trl_67_when_the_trial_ends_its_devices_are_called_back(env: TimeSkipping) -> None:
    device = await lent(env)
    trial = env.client.get_workflow_handle("trial-T-1001")
    await env.send(trial, "cancel", ended())
    assert (await env.state(device)).stage == "return_due"
    assert kinds(env) == ["device_eula", "device_return"]


async def test_trl_94_a_wrong_device_does_not_stop_the_clock(env: TimeSkipping) -> None:
    device = await lent(env)
    await env.send(device, "hand_over", HandOver(by="customer"))
    await env.send(device, "report_received", ReportReceived(by="logistics", serial_number="FOC9"))
    await env.sleep_until(DUE + TICK)
    assert (await env.state(device)).stage == "serial_mismatch"
    assert overdue_list(env) == ["D-1"]
    assert kinds(env) == ["device_eula"] + ["device_return"] * 3 + ["device_overdue"]


async def test_trl_90_a_parcel_that_never_arrives_is_overdue_and_only_the_partner_hears(env: TimeSkipping) -> None:
    device = await lent(env)
    await env.send(device, "hand_over", HandOver(by="customer"))
    await env.sleep_until(DUE - TICK)
    assert (kinds(env), overdue_list(env)) == (["device_eula"], [])
    await env.sleep_until(DUE + TICK)
    assert (kinds(env), overdue_list(env)) == (["device_eula", "device_overdue"], ["D-1"])
    assert env.mails("D-1", Lifecycle.DEVICE)[-1].to == "desk@hikari.example.com"
    await env.send(device, "report_received", ReportReceived(by="logistics", serial_number="FOC1"))
    assert ((await device.result())["stage"], overdue_list(env)) == ("matched", [])


async def test_a_moved_date_moves_list_and_reminders(env: TimeSkipping) -> None:
    device = await lent(env)
    await env.sleep_until(DUE - days(2))
    assert kinds(env).count("device_return") == 2
    later = ExtendDueDate(by="ops-7", deadline="device_return_due", at=DUE + days(8), reason="on holiday")
    await env.send(device, "extend_due_date", later)
    assert env.store.row(Lifecycle.DEVICE, "D-1").state.return_due_at == DUE + days(8)
    await env.sleep_until(DUE + TICK)
    assert (kinds(env).count("device_return"), overdue_list(env)) == (2, [])
    await env.sleep_until(DUE + days(1) + TICK)
    assert kinds(env).count("device_return") == 3
    assert "2031年8月23日(土) 24:00" in last_mail(env)
    await env.sleep_until(DUE + days(8) + TICK)
    assert overdue_list(env) == ["D-1"]


async def test_trl_67_the_return_is_a_task_until_the_right_device_is_back(env: TimeSkipping) -> None:
    device = await lent(env)
    await env.sleep_until(EXPIRES + days(1))
    assert [(task.key, task.assignee) for task in (await env.state(device)).tasks] == [("return/D-1", "hikari")]
    (kept,) = env.store.tasks(Lifecycle.DEVICE, "D-1")
    assert (kept.kind, kept.closed_at) == (TaskKind.RETURN_DEVICE, None)
    await env.send(device, "hand_over", HandOver(by="customer"))
    await env.send(device, "report_received", ReportReceived(by="logistics", serial_number="FOC1"))
    await device.result()
    assert all(task.closed_at for task in env.store.tasks(Lifecycle.DEVICE, "D-1"))


async def test_the_trial_s_policy_sets_the_terms_of_its_devices(env: TimeSkipping) -> None:
    terms = DevicePolicy(return_within=days(7), reminders=(days(2),), trials_team="team@hikari.example.com")
    device = await lent(env, policy=TrialPolicy(devices=terms))
    assert (await env.state(device)).facts["return_due_at"] == in_json(DUE - days(7))
    await env.send(device, "ask_for_papers", AskForReturnPapers(by="hikari", organization_id="akasaka"))
    assert env.transport.taken[-1].recipient == "team@hikari.example.com"
    await env.sleep_until(DUE - days(7) + TICK)
    assert kinds(env) == ["device_eula", "rma_lookup", "device_return", "device_overdue"]


async def test_trl_95_amb_17_lost_papers_ask_the_trials_team(env: TimeSkipping) -> None:
    device = await lent(env)
    await env.send(device, "ask_for_papers", AskForReturnPapers(by="hikari", organization_id="akasaka"))
    assert [mail.to for mail in env.mails("D-1", Lifecycle.DEVICE)][-1] == "trials_team"
    assert env.transport.taken[-1].recipient == "webextrials_info@cisco.com"
    assert "hanako.yamada@akasaka.example.com" in last_mail(env)
    assert "FOC1" not in last_mail(env)


async def test_trl_95_amb_17_or_by_the_serial_numbers_of_all_trial_devices(env: TimeSkipping) -> None:
    device = await lent(env, TrialDevice(device_id="D-2", model="Board", serial_number="FOC2", expires_on=EXPIRES))
    asked = AskForReturnPapers(
        by="hikari", organization_id="akasaka", administrator_email_given=False, serial_numbers=("FOC1",)
    )
    refusal = await env.refusal(device, "ask_for_papers", asked)
    assert refusal == "serial_numbers: must name all trial devices; missing: FOC2 (TRL-95)"
    await env.send(device, "ask_for_papers", asked.model_copy(update={"serial_numbers": ("FOC1", "FOC2")}))
    assert "FOC1, FOC2" in last_mail(env)
    assert "hanako.yamada" not in last_mail(env)
    other = asked.model_copy(update={"organization_id": "other-org"})
    assert (await env.refusal(device, "ask_for_papers", other)).startswith("organization_id: must be the customer's")


async def test_r7_a_loan_runs_under_the_id_everybody_looks_for_it_by(env: TimeSkipping) -> None:
    failed = await refused_start(env, "D-1", EXPIRES)
    assert (failed.message, failed.type) == ("workflow id: must be device-D-1", "BadInput")


async def test_trl_90_a_loan_of_its_own_begins_before_it_is_over(env: TimeSkipping) -> None:
    failed = await refused_start(env, "device-D-1", MONDAY - timedelta(days=1))
    assert (failed.message, failed.type) == (
        "expires_on: the EULA mail's date 2031-06-01 has passed: the device would be on loan no longer",
        "Refused",
    )


async def test_cancel_in_the_web_ui_brings_no_device_back_and_is_noted(env: TimeSkipping) -> None:
    device = await lent(env)
    await device.cancel(reason="pressed by mistake")
    await env.settled()
    event = env.store.events(Lifecycle.DEVICE, "D-1")[-1]
    assert (event.type, event.actor, event.reason) == ("device.cancel_refused", "web-ui", "pressed by mistake")
    await env.send(device, "report_delivered", ReportDelivered(by="logistics"))
    assert (await env.state(device)).stage == "in_use"
    await env.sleep_until(DUE + TICK)
    assert (overdue_list(env), kinds(env)[-1]) == (["D-1"], "device_overdue"), "it went on"


async def test_what_operators_send_acts_on_a_device(env: TimeSkipping) -> None:
    """Hold and resume, a reminder left out, a note; a moved date has a test of its own."""
    device = await lent(env)
    await env.send(device, "skip_reminder", SkipReminder(by="ops-7", deadline=reminder(14), reason="told by phone"))
    await env.send(device, "hold", Hold(by="ops-7", reason="in dispute"))
    await env.sleep_until(DUE - days(8))
    await env.send(device, "put_note", PutNote(by="ops-7", text="What is put down wakes nothing up."))
    assert ((await env.state(device)).stage, kinds(env)) == ("shipped", ["device_eula"]), "held"
    await env.send(device, "resume", Resume(by="ops-7", reason="settled"))
    assert ((await env.state(device)).stage, kinds(env)) == ("return_due", ["device_eula"]), "left out"
    await env.sleep_until(DUE - days(7) - timedelta(hours=15) - TICK)
    await env.send(device, "hold", Hold(by="ops-7", reason="in dispute again"))
    await env.sleep_until(DUE - days(6))
    assert kinds(env) == ["device_eula"]
    await env.send(device, "resume", Resume(by="ops-7", reason="settled"))
    await env.sleep_until(DUE - days(5))
    assert kinds(env) == ["device_eula", "device_return"], "once"
    moved = ExtendDueDate(by="ops-7", deadline="device_return_due", at=DUE + days(3), reason="on holiday")
    await env.send(device, "extend_due_date", moved)
    await env.sleep_until(DUE + days(3) - TICK)
    assert ((await env.state(device)).stage, overdue_list(env)) == ("return_due", [])
    await env.sleep_until(DUE + days(3) + TICK)
    assert overdue_list(env) == ["D-1"]
    told = env.events("D-1", Lifecycle.DEVICE)
    assert [told.count(f"device.{what}") for what in ("operator_hold", "operator_resumed", "note")] == [2, 2, 1]


def reminder(before: int) -> str:
    """The name of the reminder so many days before the return is due."""
    return f"device_reminder/2031-08-15/{before}"


async def test_a_device_s_refused_mail_is_tried_again(env: TimeSkipping) -> None:
    env.transport.answers["hanako.yamada@akasaka.example.com"] = Answer.REFUSED
    device = await lent(env)
    (mail,) = (await env.state(device)).mails
    assert (mail.state, kinds(env)) == (MailState.REFUSED, [])
    env.transport.answers.clear()
    await env.send(device, "retry_mail", RetryMail(by="ops-7", mail=mail.key, reason="the mailbox has room again"))
    assert kinds(env) == ["device_eula"]

"""Devices on loan. domain.md §5.8."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.device.carriers import return_way
from domain.device.messages import AskForReturnPapers, HandOver, ReportDelivered, ReportReceived
from domain.mails import Lifecycle
from domain.trial.messages import Service, TrialDevice
from domain.trial.regions import data_region
from tests.makers import a_paid_customer_s_trial, days, ended
from tests.town import MONDAY, SECOND, Town

EXPIRES = datetime(2031, 8, 1, 3, tzinfo=UTC)
"""Noon of 1 August in Tokyo: the date of the EULA mail."""

DUE = datetime(2031, 8, 15, 15, tzinfo=UTC)
"""The end of 15 August there."""

TICK = SECOND / 2


async def lent(town: Town) -> Any:
    device = TrialDevice(device_id="D-1", model="Desk Pro", serial_number="FOC1", expires_on=EXPIRES)
    await town.try_out(a_paid_customer_s_trial("T-1001", Service.CALLING, days=200, devices=(device,)))
    await town.settled()
    return town.device("D-1")


def kinds(town: Town) -> list[str]:
    return town.kinds("D-1", Lifecycle.DEVICE)


@pytest.mark.parametrize(
    ("country", "carrier", "label"),
    [
        ("US", "UPS", True),
        ("CA", "DHL", False),
        ("DE", "DHL", False),
        ("AE", "DHL", False),
        ("AU", "Expeditors", False),
    ],
)
def test_trl_91_93_the_carrier_by_country(country: str, carrier: str, label: bool) -> None:
    way = return_way(country, data_region(country))
    assert (way.carrier, way.label_in_box, way.new_label_possible) == (carrier, label, label)


def test_amb_16_elsewhere_the_trials_team_is_asked() -> None:
    assert return_way("JP", data_region("JP")).carrier == "the trials team"


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


async def test_trl_95_amb_17_lost_papers_ask_the_trials_team(town: Town) -> None:
    device = await lent(town)
    wrong = AskForReturnPapers(by="hikari", organization_id="akasaka", administrator_email_given=False)
    assert (await town.refusal(device, "ask_for_papers", wrong)).startswith("serial_numbers: must name all")
    await town.tell(device, "ask_for_papers", AskForReturnPapers(by="hikari", organization_id="akasaka"))
    assert [mail.to for mail in town.mails("D-1", Lifecycle.DEVICE)][-1] == "trials_team"
    assert town.wire.taken[-1].recipient == "webextrials_info@cisco.com"
    await town.sleep_until(MONDAY + days(1))

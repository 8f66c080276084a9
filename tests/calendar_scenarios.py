"""Lives to record that take days or years, played on the time-skipping server: what the calendar does."""

from datetime import timedelta
from typing import Final

import pytest
from temporalio.client import WorkflowUpdateStage

from adapters import calendars
from domain.device.messages import HandOver, ReportDelivered, ReportReceived
from domain.operator import Hold, PutNote, Resume, SettleStep
from domain.order.messages import CompleteTask
from domain.order.state import RELAY
from domain.recompute import RecomputeDates
from domain.trial.messages import Service
from tests.makers import (
    a_consented_trial,
    a_customer,
    a_paid_customer_s_trial,
    a_partner,
    a_person,
    a_trial,
    an_administrator,
    an_order,
    built,
    cleared,
    converted,
    days,
    extended,
    graduated,
    services_built,
    submitted,
)
from tests.support.environment import Handle
from tests.support.time_skipping import MONDAY, TICK, TimeSkipping
from tests.support.transport import Trouble
from tests.trial_scenarios import lent
from tests.zones import changed

SEEN_WITHIN: Final = timedelta(minutes=3)
"""A step that keeps failing has raised attention by then; it has recovered so soon after its cause is gone."""


async def service_ready(env: TimeSkipping) -> Handle:
    """Open, by a Tier-2, the password link over."""
    order = await env.place(an_order(reselling_partner=a_partner("midori", "みどり商会")))
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "complete_task", CompleteTask(by="partner-hikari", task=RELAY))
    await env.send(order, "submit_provisioning_form", submitted())
    await env.send(order, "report_site_built", built())
    await passing(env, 4)
    return order


async def steps_fail(env: TimeSkipping) -> Handle:
    """No subscription can be started for minutes, and nobody be assigned at all: one recovers, one is left out."""
    order = await env.place(an_order())
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "submit_provisioning_form", submitted())
    env.faults.broken["start_subscription"] = env.faults.broken["assign_csm"] = Trouble("the disk is full")
    await env.send(order, "report_site_built", built())
    await env.sleep_until(await env.now() + SEEN_WITHIN)
    await env.send(order, "put_note", PutNote(by="ops-7", text="the disk is being enlarged"))
    del env.faults.broken["start_subscription"]
    await env.sleep_until(await env.now() + SEEN_WITHIN)
    await order.start_update("graduate", graduated(), wait_for_stage=WorkflowUpdateStage.ACCEPTED)
    await env.sleep_until(await env.now() + SEEN_WITHIN)
    decision = SettleStep(by="ops-7", step="assign_csm", outcome="leave_out", reason="the desk knows them")
    await env.send(order, "settle_step", decision)
    return order


async def dates_recomputed(env: TimeSkipping) -> Handle:
    """Almaty proclaims another time; an operator lets the trial take it. ADR 5."""
    trial = await env.start_trial(a_paid_customer_s_trial(days=20, customer=a_customer(zone="Asia/Almaty")))
    rules, known = changed("Asia/Almaty", MONDAY + days(1), "<+06>-6"), calendars._rules_of
    with pytest.MonkeyPatch.context() as release:
        release.setattr(calendars, "_rules_of", lambda zone: rules if zone == rules.name else known(zone))
        for dry_run in (True, False):
            message = RecomputeDates(by="ops-7", reason="new rules were proclaimed", dry_run=dry_run)
            await env.send(trial, "recompute_dates", message)
    await passing(env, 12, 22)
    return trial


async def consent_lapses(env: TimeSkipping) -> Handle:
    """Nobody answers for ten days."""
    trial = await env.start_trial(a_consented_trial())
    await env.sleep_until(MONDAY + days(12))
    return trial


async def lost_with_numbers(env: TimeSkipping) -> Handle:
    """A customer who has nothing else. To everybody there is; the numbers are kept fifteen days more."""
    start = a_trial(
        "T-1001",
        Service.CALLING,
        days=20,
        administrators=(an_administrator("second@akasaka.example.com"),),
        partner_administrators=(a_person("other@hikari.example.com"),),
        users=(a_person("user1@akasaka.example.com"), a_person("user2@akasaka.example.com")),
    )
    trial = await env.start_trial(start)
    await env.send(trial, "report_services_built", services_built(Service.CALLING))
    await passing(env, 12, 14, 22, 40, 60, 90)
    return trial


async def add_on_lost(env: TimeSkipping) -> Handle:
    """A paying customer keeps users, roles and what it pays for: Calling goes. AMB-48."""
    trial = await env.start_trial(a_paid_customer_s_trial(days=20, users=(a_person("user1@akasaka.example.com"),)))
    await passing(env, 14, 22, 45, 51, 70)
    return trial


async def held_across_the_end_of_grace(env: TimeSkipping) -> Handle:
    """Announced, held, resumed: announced afresh, and lost a day later. AMB-51."""
    trial = await env.start_trial(a_paid_customer_s_trial(days=1))
    await passing(env, 28)
    await env.send(trial, "hold", Hold(by="ops-7", reason="in dispute"))
    await passing(env, 40)
    await env.send(trial, "resume", Resume(by="ops-7"))
    await passing(env, 43, 60)
    return trial


async def converted_when_its_order_ships(env: TimeSkipping) -> Handle:
    """Nobody is warned any more; the order tells the trial. AMB-53."""
    trial = await env.start_trial(a_paid_customer_s_trial(days=10))
    order = await env.place(an_order("SO-300001", converts_trial="T-1001"))
    await passing(env, 5)
    await env.send(order, "clear_compliance", cleared())
    return trial


async def lost_without_calling(env: TimeSkipping) -> Handle:
    """Extended after its warning, and so warned of again; then it lapses."""
    trial = await env.start_trial(a_trial())
    await env.send(trial, "report_services_built", services_built())
    await passing(env, 85)
    await env.send(trial, "extend", extended(30))
    await passing(env, 110, 120, 150)
    return trial


async def converted_in_grace(env: TimeSkipping) -> Handle:
    """By an order placed already."""
    trial = await env.start_trial(a_paid_customer_s_trial(days=1))
    await passing(env, 10)
    await env.place(an_order("SO-300001"))
    await env.send(trial, "convert", converted())
    return trial


async def saved_by_the_last_look(env: TimeSkipping) -> Handle:
    """The paid order is there, but nobody told the trial."""
    trial = await env.start_trial(a_paid_customer_s_trial(days=1))
    await passing(env, 10)
    await env.place(an_order("SO-300001", converts_trial="T-1001"))
    await passing(env, 40)
    return trial


async def device_overdue(env: TimeSkipping) -> Handle:
    """Reminded, overdue, back after all."""
    start = a_paid_customer_s_trial(days=200, devices=(lent("D-1", MONDAY + days(30)),))
    await env.start_trial(start)
    device = env.device("D-1")
    await env.send(device, "report_delivered", ReportDelivered(by="logistics"))
    await passing(env, 25, 32, 40, 44, 46)
    await env.send(device, "hand_over", HandOver(by="admin-1"))
    await env.send(device, "report_received", ReportReceived(by="logistics", serial_number="FOC1"))
    return device


async def passing(env: TimeSkipping, *after: float) -> None:
    """Let so many days pass since the beginning, one stop after another."""
    for number in after:
        await env.sleep_until(MONDAY + days(number) + TICK)

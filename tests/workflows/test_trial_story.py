"""Whole lives of trials on the time-skipping server. domain.md §5, §10.2."""

import asyncio
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from temporalio.api.enums.v1 import EventType
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WithStartWorkflowOperation, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy

from activities.ports import Answer
from domain.lifecycle import Lifecycle
from domain.mails import MailState
from domain.operator import ExtendDueDate, Hold, PutNote, Resume, RetryMail, SettleMail, SkipReminder
from domain.trial.messages import (
    AcceptTrial,
    DeclineTrial,
    EditServices,
    GiveDetails,
    PaidOrderNews,
    Service,
    StartTrial,
    TrialDevice,
    WithdrawTrial,
)
from domain.trial.policy import TrialPolicy
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
    cancelled,
    cleared,
    converted,
    days,
    ended,
    extended,
    services_built,
    submitted,
)
from tests.support.environment import WITHIN, Handle
from tests.support.time_skipping import MONDAY, TICK, TimeSkipping
from workflows.steps import ON_THE_SPOT
from workflows.trial import Trial


def sent(env: TimeSkipping, trial: str = "T-1001") -> list[tuple[str, str]]:
    return [(mail.kind, mail.to.split("@")[0]) for mail in env.mails(trial, Lifecycle.TRIAL)]


def kinds(env: TimeSkipping, trial: str = "T-1001") -> list[str]:
    return env.mail_kinds(trial, Lifecycle.TRIAL)


async def expiry(env: TimeSkipping, handle: Any) -> datetime:
    return datetime.fromisoformat((await env.state(handle)).facts["expires_at"])


async def test_a_trial_that_nobody_converts_to_the_release_of_its_numbers(env: TimeSkipping) -> None:
    """TRL-10 to TRL-18, TRL-71 to TRL-80: every mail to everybody it is for, and to nobody else."""
    start = a_trial(
        "T-1001",
        Service.CALLING,
        administrators=(an_administrator("second@akasaka.example.com"),),
        partner_administrators=(a_person("other@hikari.example.com"),),
        users=(a_person("user1@akasaka.example.com"), a_person("user2@akasaka.example.com")),
    )
    trial = await env.start_trial(start)
    await env.send(trial, "report_services_built", services_built(Service.CALLING))
    e = await expiry(env, trial)
    await env.sleep_until(e + days(45) + TICK)
    outcome = await trial.result()
    assert outcome["stage"] == "lapsed.numbers_released"
    customers, partners = ["hanako.yamada", "second"], ["desk", "other"]
    assert sent(env) == sorted_by_time(
        [("trial_welcome", "hanako.yamada")],
        [("trial_expiring", who) for who in customers] + [("trial_expiring_partner", who) for who in partners],
        [("trial_expired", who) for who in customers] + [("trial_expired_partner", who) for who in partners],
        [("trial_last_call", who) for who in customers + partners],
        [("trial_last_call", who) for who in customers + partners],
        [("trial_access_ended", "user1"), ("trial_access_ended", "user2")],
        actual=sent(env),
    )
    losses = env.store.losses("T-1001")
    assert list(losses) == [
        "users_moved",
        "licences_removed",
        "roles_removed",
        "calling_configuration_removed",
        "numbers_released",
    ]
    assert all(e + days(30) <= at < e + days(31) for step, at in losses.items() if step != "numbers_released")
    assert e + days(45) <= losses["numbers_released"] < e + days(46)


def sorted_by_time(*groups: list[tuple[str, str]], actual: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The groups in order; within a group mails leave together, so their order there is the actual one."""
    ordered: list[tuple[str, str]] = []
    for group in groups:
        ordered += sorted(group, key=lambda mail: actual.index(mail) if mail in actual else -1)
    return ordered


async def test_amb_46_the_partner_is_told_of_lapsed_consent_if_the_policy_says_so(env: TimeSkipping) -> None:
    await env.start_trial(a_consented_trial(policy=TrialPolicy(tell_partner_of_lapsed_consent=True)))
    await env.sleep_until(MONDAY + days(12))
    assert kinds(env)[-1] == "trial_consent_lapsed"


async def test_trl_25_to_29_consent_details_provisioning(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_consented_trial())
    await env.send(trial, "accept", AcceptTrial(by="admin", full_administrator=True))
    assert (await env.state(trial)).stage == "pending.awaiting_provisioning_details"
    await env.sleep_until(MONDAY + days(30))
    assert (await env.state(trial)).stage == "pending.awaiting_provisioning_details", "the ten days are over and done"
    await env.send(trial, "give_details", GiveDetails(by="hikari"))
    await env.send(trial, "report_services_built", services_built())
    assert (await env.state(trial)).facts["partner_access"] == "full_administrator"
    assert (await env.state(trial)).stage == "trialing"


@pytest.mark.parametrize(
    ("update", "message"), [("decline", DeclineTrial(by="admin")), ("withdraw", WithdrawTrial(by="hikari"))]
)
async def test_a_request_declined_or_withdrawn_is_cancelled_at_once(
    env: TimeSkipping, update: str, message: Any
) -> None:
    trial = await env.start_trial(a_consented_trial())
    await env.send(trial, update, message)
    assert (await trial.result())["stage"] == "cancelled"
    assert set(kinds(env)) == {"trial_consent"}


async def test_trl_21_services_bought_or_tried_elsewhere_fail_the_start_with_a_reason_each(env: TimeSkipping) -> None:
    await env.start_trial(a_consented_trial("T-1", Service.CALLING))
    other = a_partner("midori", "みどり商会")
    start = a_consented_trial("T-2", Service.CALLING, Service.MESSAGING, partner=other, purchased=(Service.MESSAGING,))
    refused = await env.start_trial(start)
    with pytest.raises(WorkflowFailureError) as failure:
        await refused.result()
    told = str(failure.value.cause)
    assert "calling" in told
    assert "messaging" in told
    allowed = await env.start_trial(a_consented_trial("T-3", Service.MEETINGS, partner=other))
    assert (await env.state(allowed)).stage == "pending.customer_consent"


async def test_trl_41_a_paying_customer_tries_only_what_it_has_not_bought(env: TimeSkipping) -> None:
    order = await env.place(an_order())
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "submit_provisioning_form", submitted())
    await env.send(order, "report_site_built", built())
    refused = await env.start_trial(a_paid_customer_s_trial("T-1", Service.MEETINGS))
    with pytest.raises(WorkflowFailureError) as failure:
        await refused.result()
    assert "meetings" in str(failure.value.cause)
    allowed = await env.start_trial(a_paid_customer_s_trial("T-2", Service.CALLING))
    assert (await env.state(allowed)).stage == "trialing"


async def test_trl_51_an_added_service_follows_the_rules_of_a_start(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial(purchased=(Service.MESSAGING,)))
    refusal = await env.refusal(trial, "edit_services", EditServices(by="hikari", add=(Service.MESSAGING,)))
    assert refusal.startswith("add: messaging")
    assert (await env.state(trial)).facts["services"] == "calling"
    await env.send(trial, "edit_services", EditServices(by="hikari", add=(Service.CONTACT_CENTER,)))
    assert (await env.state(trial)).facts["services"] == "calling, contact_center"


async def test_amb_43_a_trial_shorter_than_seven_days_warns_at_once_and_once(env: TimeSkipping) -> None:
    await env.start_trial(a_paid_customer_s_trial(days=3))
    assert kinds(env).count("trial_expiring") == 1
    await env.sleep_until(MONDAY + days(5))
    assert kinds(env).count("trial_expiring") == 1
    assert kinds(env).count("trial_expired") == 1


async def test_amb_11_43_extended_twice_each_e_is_warned_of_once_and_no_old_one(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial(days=20))
    await env.sleep_until(MONDAY + days(15))
    assert kinds(env).count("trial_expiring") == 1
    await env.send(trial, "extend", extended(30))
    await env.sleep_until(MONDAY + days(30))
    assert kinds(env).count("trial_expired") == 0, "the old E means nothing any more"
    refusal = await env.refusal(trial, "extend", extended(5))
    assert refusal.startswith("confirm_shorten")
    await env.send(trial, "extend", extended(5, shorten=True))
    assert kinds(env).count("trial_expiring") == 2, "less than seven days: at once"
    await env.sleep_until(MONDAY + days(37))
    assert kinds(env).count("trial_expiring") == 2
    assert kinds(env).count("trial_expired") == 1
    assert (await env.state(trial)).stage == "expired_grace"
    assert "cannot extend" in await env.refusal(trial, "extend", extended(30))


async def test_trl_66_converted_in_grace_starts_the_order_and_loses_nothing(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial(days=10))
    e = await expiry(env, trial)
    await env.sleep_until(e + days(20))
    order = an_order("SO-300001", converts_trial="T-1001")
    await env.send(trial, "convert", converted(order=order))
    assert (await trial.result())["order_number"] == "SO-300001"
    await env.settled()
    assert env.store.row(Lifecycle.ORDER, "SO-300001").state.stage == "held"
    assert kinds(env)[-1] == "trial_setup", "M-19"
    await env.sleep_until(e + days(50))
    assert env.store.losses("T-1001") == {}
    assert "trial_access_ended" not in kinds(env)


async def test_trl_60_an_order_nobody_knows_is_refused_by_its_field(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial())
    refusal = await env.refusal(trial, "convert", converted())
    assert refusal.startswith("order_number: no order with that SO# is known")
    assert (await env.state(trial)).stage == "trialing"


async def test_the_last_look_finds_a_paid_order_and_nothing_is_lost(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial(days=1))
    e = await expiry(env, trial)
    await env.place(an_order("SO-300001", converts_trial="T-1001"))
    await env.sleep_until(e + days(30) + TICK)
    assert (await trial.result())["stage"] == "converted"
    assert env.store.losses("T-1001") == {}


@pytest.mark.parametrize("offset", [-1.0, -0.25, 0.25, 1.0])
async def test_convert_against_the_end_of_grace_exactly_one_wins(env: TimeSkipping, offset: float) -> None:
    """Seconds before and after; whichever it is. E6."""
    trial = await env.start_trial(a_paid_customer_s_trial(days=1))
    e = await expiry(env, trial)
    await env.place(an_order("SO-300001"))
    await env.sleep_until(e + days(29))
    moment = e + days(30) + timedelta(seconds=offset)
    passing = asyncio.create_task(env.server.sleep(moment - await env.now()))
    await passing
    try:
        await env.send(trial, "convert", converted())
        accepted = True
    except Exception:
        accepted = False
    await env.sleep_until(e + days(31))
    stage = env.store.row(Lifecycle.TRIAL, "T-1001").state.stage
    assert stage == ("converted" if accepted else "lapsed.numbers_retained")
    assert bool(env.store.losses("T-1001")) is not accepted
    events = env.events("T-1001", Lifecycle.TRIAL)
    assert events.count("trial.converted") + events.count("trial.grace_ended") == 1


async def test_trl_52_a_cancelled_trial_ends_at_once_without_grace_or_further_mail(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial())
    await env.send(trial, "cancel", ended())
    assert (await trial.result())["stage"] == "cancelled"
    await env.sleep_until(MONDAY + days(200))
    assert kinds(env) == ["trial_started"]


async def test_the_same_trial_id_again_is_refused(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial())
    await env.send(trial, "cancel", ended())
    await trial.result()
    again = await env.start_trial(a_paid_customer_s_trial())
    with pytest.raises(WorkflowFailureError):
        await again.result()


# What the store is asked before a trial starts, changes or becomes paid.


async def why_not(env: TimeSkipping, start: StartTrial) -> str:
    """What the start of a trial was refused with."""
    trial = await env.start_trial(start)
    with pytest.raises(WorkflowFailureError) as failure:
        await trial.result()
    return str(failure.value.cause)


async def test_trl_60_65_only_an_order_that_can_convert_a_trial_converts_it(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial())
    await env.place(an_order("SO-300001", customer=a_customer(id="roppongi")))
    await env.start_trial(a_paid_customer_s_trial("T-2", Service.MESSAGING))
    await env.place(an_order("SO-300003", converts_trial="T-2"))
    ended_order = await env.place(an_order("SO-300002"))
    await env.send(ended_order, "cancel", cancelled())
    for number, why in {
        "SO-300001": "is another customer's (TRL-65)",
        "SO-300002": "was cancelled",
        "SO-300003": "says that it converts another trial",
    }.items():
        refusal = await env.refusal(trial, "convert", converted(order_number=number))
        assert refusal.startswith(f"order_number: {number} {why}")
    assert (await env.state(trial)).stage == "trialing"
    await env.place(an_order("SO-300004"))
    await env.send(trial, "convert", converted(order_number="SO-300004"))
    assert (await trial.result())["order_number"] == "SO-300004"
    other = env.client.get_workflow_handle("trial-T-2")
    refusal = await env.refusal(other, "convert", converted(Service.MESSAGING, order_number="SO-300004"))
    assert refusal.startswith("order_number: SO-300004 converts trial T-1001 already")
    assert (await env.state(other)).stage == "trialing"


async def test_a_start_that_fails_is_not_held_up_by_a_signal_that_came_with_it(env: TimeSkipping) -> None:
    """One life's word to another waits until that one is ready; a start refused by its own first step never is."""
    trial = await env.client.start_workflow(
        Trial.run,
        a_paid_customer_s_trial(),
        id="trial-T-other",
        task_queue=env.settings.task_queue,
        start_signal="paid_order",
        start_signal_args=[PaidOrderNews(order_number="SO-300001")],
    )
    with pytest.raises(WorkflowFailureError) as failure:
        await trial.result()
    assert "workflow id: must be trial-T-1001" in str(failure.value.cause)


async def test_r9_a_trial_is_not_converted_by_an_so_that_is_somebody_else_s(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial())
    await env.place(an_order("SO-300001", customer=a_customer(id="roppongi")))
    refusal = await env.refusal(trial, "convert", converted(order=an_order("SO-300001")))
    assert refusal.startswith("order.sales_order_number: SO-300001 was already taken")
    refusal = await env.refusal(trial, "convert", converted(order=an_order("SO-300002", converts_trial="T-2")))
    assert refusal.startswith("order.converts_trial: names another trial")
    assert (await env.state(trial)).stage == "trialing"


async def test_trl_60_a_trial_is_not_converted_by_an_order_whose_own_start_would_be_refused(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial())
    later = an_order("SO-300001", placed_at=MONDAY + days(30))
    refusal = await env.refusal(trial, "convert", converted(order=later))
    assert refusal.startswith("order.placed_at: must not lie in the future")
    assert (await env.state(trial)).stage == "trialing"
    assert env.store.listed(Lifecycle.ORDER) == []


async def test_trl_60_an_order_started_by_a_trial_says_that_it_converts_it(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial())
    await env.send(trial, "convert", converted(order=an_order("SO-300001")))
    assert (await trial.result())["stage"] == "converted"
    await env.settled()
    assert env.store.row(Lifecycle.ORDER, "SO-300001").placed.converts_trial == "T-1001"


async def test_r9_a_trial_is_converted_by_a_repeat_of_its_own_order(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial())
    order = an_order("SO-300001", converts_trial="T-1001")
    await env.place(order)
    await env.send(trial, "convert", converted(order=order))
    assert (await trial.result())["order_number"] == "SO-300001"


async def test_trl_65_the_last_look_passes_over_another_customer_s_order(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial(days=1))
    e = await expiry(env, trial)
    await env.place(an_order("SO-300001", converts_trial="T-1001", customer=a_customer(id="roppongi")))
    await env.sleep_until(e + days(30) + TICK)
    assert (await env.state(trial)).stage == "lapsed.numbers_retained"


async def test_trl_41_bought_calling_is_not_tried_again_on_the_same_customer_account(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial("T-1", Service.CALLING))
    await env.send(trial, "convert", converted(order=an_order("SO-300001")))
    again = a_paid_customer_s_trial("T-2", Service.CALLING)
    assert "calling: already bought" in await why_not(env, again)
    order = env.order("SO-300001")
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "submit_provisioning_form", submitted())
    await env.send(order, "report_site_built", built())
    elsewhere = a_consented_trial("T-3", Service.CALLING, partner=a_partner("midori", "みどり商会"))
    assert "calling: already bought" in await why_not(env, elsewhere)


async def test_trl_20_40_a_kind_is_not_claimed_to_get_round_the_rules(env: TimeSkipping) -> None:
    midori = a_partner("midori", "みどり商会")
    await env.start_trial(a_paid_customer_s_trial("T-1", Service.CALLING))
    assert "kind: " in await why_not(env, a_trial("T-2", Service.CALLING, partner=midori))
    roppongi = a_customer(id="roppongi")
    assert "kind: " in await why_not(env, a_paid_customer_s_trial("T-3", customer=roppongi, purchased=()))
    second = await env.start_trial(a_consented_trial("T-4", Service.MESSAGING, partner=midori))
    assert (await env.state(second)).stage == "pending.customer_consent"


async def test_trl_79_kept_numbers_do_not_keep_other_services_from_being_tried(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial("T-1", Service.CALLING, Service.MESSAGING, days=1))
    e = await expiry(env, trial)
    await env.sleep_until(e + days(30) + TICK)
    assert env.store.row(Lifecycle.TRIAL, "T-1").state.stage == "lapsed.numbers_retained"
    midori = a_partner("midori", "みどり商会")
    allowed = await env.start_trial(a_consented_trial("T-2", Service.MESSAGING, partner=midori))
    assert (await env.state(allowed)).stage == "pending.customer_consent"
    assert "calling" in await why_not(env, a_consented_trial("T-3", Service.CALLING, partner=midori))


@pytest.fixture
def soon_on_a_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in production: what is slow on the spot lets go of the workflow task. ADR 16."""
    monkeypatch.setitem(ON_THE_SPOT, "schedule_to_close_timeout", timedelta(seconds=2))


class SlowReservation:
    """The store takes its time to answer a reservation: before it writes, or after."""

    def __init__(self, env: TimeSkipping, *, before: bool) -> None:
        self.asked, self.go = threading.Event(), threading.Event()
        self._reserve, self._before = env.store.reserve_services, before
        env.store.reserve_services = self  # type: ignore[method-assign]  # the same, slower

    def __call__(self, trial_id: str, services: tuple[Service, ...]) -> None:
        if not self._before:
            self._reserve(trial_id, services)
        self.asked.set()
        assert self.go.wait(WITHIN)
        if self._before:
            self._reserve(trial_id, services)


@pytest.mark.parametrize("before", [True, False], ids=["before the reservation", "after the reservation"])
@pytest.mark.usefixtures("soon_on_a_queue")
async def test_trl_51_cancelled_while_a_service_is_added_the_row_is_put_right(env: TimeSkipping, before: bool) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial())
    slow = SlowReservation(env, before=before)
    adding = EditServices(by="hikari", add=(Service.MESSAGING,))
    edit = asyncio.create_task(env.refusal(trial, "edit_services", adding))
    assert await asyncio.to_thread(slow.asked.wait, WITHIN)
    await trial.execute_update("cancel", ended())
    slow.go.set()
    assert "the trial is cancelled" in await edit
    assert (await trial.result())["stage"] == "cancelled"
    assert env.store.row(Lifecycle.TRIAL, "T-1001").state.services == (Service.CALLING,)


@pytest.mark.usefixtures("soon_on_a_queue")
async def test_trl_51_of_two_edits_at_once_the_one_refused_gives_back_what_it_reserved(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial("T-1001", Service.CALLING, Service.MESSAGING))
    slow = SlowReservation(env, before=True)
    instead = EditServices(by="hikari", add=(Service.CONTACT_CENTER,), remove=(Service.CALLING,))
    edit = asyncio.create_task(env.refusal(trial, "edit_services", instead))
    assert await asyncio.to_thread(slow.asked.wait, WITHIN)
    await trial.execute_update("edit_services", EditServices(by="hikari", remove=(Service.CALLING,)))
    slow.go.set()
    assert "remove: calling is not part of this trial" in await edit
    await env.settled()
    assert env.events("T-1001", Lifecycle.TRIAL)[-1] == "trial.edit_refused"
    assert env.store.row(Lifecycle.TRIAL, "T-1001").state.services == (Service.MESSAGING,)


def a_device(device_id: str = "D-1", **changes: object) -> TrialDevice:
    given = {"device_id": device_id, "model": "Desk Pro", "serial_number": "FOC1", "expires_on": MONDAY + days(300)}
    return TrialDevice.model_validate(given | changes)


def test_trl_15_devices_of_one_trial_have_ids_of_their_own() -> None:
    with pytest.raises(ValidationError, match="device ids must differ"):
        a_trial(devices=(a_device(), a_device(model="Board 55", serial_number="FOC2")))


async def test_trl_15_a_device_that_is_lent_is_not_lent_for_another_trial(env: TimeSkipping) -> None:
    await env.start_trial(a_paid_customer_s_trial("T-1", Service.CALLING, devices=(a_device(),)))
    other = a_paid_customer_s_trial("T-2", customer=a_customer(id="roppongi"))
    assert "devices: " in await why_not(env, other.model_copy(update={"devices": (a_device(),)}))
    assert env.store.row(Lifecycle.DEVICE, "D-1").state.trial_id == "T-1"


# Cancel in the Web UI.


def noted(env: TimeSkipping, type_: str, trial: str = "T-1001") -> tuple[str, str | None]:
    """By whom and why, as the record has it once."""
    (event,) = [event for event in env.store.events(Lifecycle.TRIAL, trial) if event.type == type_]
    return event.actor, event.reason


async def test_cancel_in_the_web_ui_withdraws_a_request_and_cancels_a_trial(env: TimeSkipping) -> None:
    asked = await env.start_trial(a_consented_trial("T-1"))
    running = await env.start_trial(a_paid_customer_s_trial("T-2", customer=a_customer(id="roppongi")))
    for trial in (asked, running):
        await trial.cancel(reason="pressed by mistake")
        assert (await trial.result())["stage"] == "cancelled"
    assert noted(env, "trial.withdrawn", "T-1") == ("web-ui", "pressed by mistake")
    assert noted(env, "trial.cancelled", "T-2") == ("web-ui", "pressed by mistake")
    await env.sleep_until(MONDAY + days(120))
    assert (set(kinds(env, "T-1")), kinds(env, "T-2")) == ({"trial_consent"}, ["trial_started"])


async def test_cancel_in_the_web_ui_ends_no_grace_and_is_noted(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial(days=1))
    e = await expiry(env, trial)
    await env.sleep_until(e + days(1))
    await trial.cancel(reason="too late")
    await env.settled()
    assert (await env.state(trial)).stage == "expired_grace"
    assert noted(env, "trial.cancel_refused") == ("web-ui", "too late")
    await env.sleep_until(e + days(30) + TICK)
    assert (await env.state(trial)).stage == "lapsed.numbers_retained", "it went on"


# What operators may do at every gate.


async def test_hold_stops_warning_and_expiry_and_resume_does_each_once(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial(days=20))
    e = await expiry(env, trial)
    for due, mail, stage in (
        (e - days(7), "trial_expiring", "trialing"),
        (e, "trial_expired", "expired_grace"),
    ):
        await env.send(trial, "hold", Hold(by="ops-7", reason="in dispute"))
        await env.sleep_until(due + days(1))
        await env.send(trial, "put_note", PutNote(by="ops-7", text="What is put down wakes nothing up."))
        assert not {mail, f"{mail}_partner"} & set(kinds(env)), "held"
        assert (await env.state(trial)).stage == "trialing"
        await env.send(trial, "resume", Resume(by="ops-7", reason="settled"))
        assert (await env.state(trial)).stage == stage
    await env.sleep_until(e + days(10))
    assert sorted(kinds(env)) == sorted(
        ["trial_started", "trial_expiring", "trial_expiring_partner", "trial_expired", "trial_expired_partner"]
    )


async def in_trouble(env: TimeSkipping, trial: Handle, state: MailState) -> str:
    """The key of the one mail in that state."""
    (mail,) = [mail for mail in (await env.state(trial)).mails if mail.state is state]
    return mail.key


async def test_a_trial_s_mails_are_tried_again_or_settled_and_its_notes_kept(env: TimeSkipping) -> None:
    env.transport.answers["hanako.yamada@akasaka.example.com"] = Answer.REFUSED
    trial = await env.start_trial(a_paid_customer_s_trial(days=20))
    refused = await in_trouble(env, trial, MailState.REFUSED)
    env.transport.answers["right@akasaka.example.com"] = Answer.UNKNOWN
    again = RetryMail(by="ops-7", mail=refused, email="right@akasaka.example.com", reason="a typing error")
    await env.send(trial, "retry_mail", again)
    assert await in_trouble(env, trial, MailState.UNKNOWN) == refused
    env.transport.answers.clear()
    await env.send(trial, "settle_mail", SettleMail(by="ops-7", mail=refused, outcome="resend", reason="they say no"))
    assert sent(env) == [("trial_started", "right")]
    await env.send(trial, "put_note", PutNote(by="ops-7", text="They call on Friday."))
    assert noted(env, "trial.note")[0] == "ops-7"


async def test_nothing_of_a_trial_is_moved_or_left_out(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial())
    (warning, *_) = (deadline.name for deadline in (await env.state(trial)).deadlines)
    moved = ExtendDueDate(by="ops-7", deadline=warning, at=MONDAY + days(99), reason="on holiday")
    left_out = SkipReminder(by="ops-7", deadline=warning, reason="told by phone")
    refusal = await env.refusal(trial, "extend_due_date", moved)
    assert refusal == "deadline: no such deadline can be moved; these can: none"
    refusal = await env.refusal(trial, "skip_reminder", left_out)
    assert refusal == "deadline: no such deadline can be left out; these can: none"


async def test_an_update_there_is_not_is_answered_also_before_the_trial_has_begun(env: TimeSkipping) -> None:
    """What reaches it before that is judged later, but for this: accepted, it would be in the history for ever."""
    starting: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        "Trial",
        a_paid_customer_s_trial(),
        id="trial-T-1001",
        task_queue=env.settings.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
    )
    env.started.append("trial-T-1001")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        async with asyncio.timeout(WITHIN):
            await env.client.execute_update_with_start_workflow("nope", ended(), start_workflow_operation=starting)
    assert "there is no such update; there are: accept, " in str(refused.value.cause)
    await env.settled()
    assert (await env.state(await starting.workflow_handle())).stage == "trialing"


async def test_an_update_there_is_not_is_answered_with_those_there_are(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial())
    refusal = await env.refusal(trial, "nope", ended())
    assert refusal == (
        "there is no such update; there are: accept, acknowledge, cancel, convert, decline, edit_services, extend, "
        "extend_due_date, give_details, hold, put_note, recompute_dates, report_services_built, resend, resume, "
        "retry_mail, send_again, settle_mail, settle_step, skip_reminder, withdraw"
    )
    accepted = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
    assert not [event async for event in trial.fetch_history_events() if event.event_type == accepted]
    metadata = await trial.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    to_choose = [update.name for update in metadata.definition.update_definitions]
    assert to_choose == refusal.partition("there are: ")[2].split(", "), "what answers the unknown is not to choose"

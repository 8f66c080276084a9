"""Wholesale customers, lived through: provisioned, changed, screened in the background, deprovisioned. domain.md §7."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError, WorkflowUpdateStage
from temporalio.exceptions import ApplicationError

from domain.compliance.messages import CustomerNews
from domain.compliance.standing import NAME as COMPLIANCE
from domain.lifecycle import workflow_id
from domain.operator import Hold, Resume, SettleStep
from domain.wholesale.certificate import Certificate, digest_of
from domain.wholesale.list_line import WholesaleLine
from domain.wholesale.messages import CheckNews, OnboardCustomer
from domain.wholesale.standing import STEPS
from domain.wholesale.state import NAME
from domain.wholesale.users import UserChange
from tests.compliance import confirmed
from tests.makers import a_partner, days
from tests.support.environment import Handle
from tests.support.time_skipping import MONDAY, TICK, TimeSkipping
from tests.support.transport import Trouble
from tests.wholesale import (
    BERLIN,
    CALLING,
    CONSOLE,
    ID,
    MEETINGS,
    a_list,
    a_user,
    an_onboarding,
    assignment,
    batch,
    departure,
    new_address,
    new_list,
    other_package,
    quantities,
    removal,
    report,
    retry,
)

EVERYTHING = (CALLING, MEETINGS, CONSOLE)

NAMED = "Akasaka Shoji"
"""As the customer is called."""


async def onboarded(env: TimeSkipping, start: OnboardCustomer | None = None) -> Handle:
    """Taken, or refused; its checks are waited for as well."""
    start = start or an_onboarding()
    env.started += [workflow_id(COMPLIANCE, f"{start.external_id}-{number}") for number in range(1, 4)]
    handle = await env.start("WholesaleCustomer", start, workflow_id(NAME, start.external_id))
    await env.settled()
    return handle


async def in_service(env: TimeSkipping, *failed: str, start: OnboardCustomer | None = None) -> Handle:
    """Everything is reported; of these, that they failed."""
    handle = await onboarded(env, start)
    for name in EVERYTHING:
        await env.send(handle, "report_package", report(name, fails=name in failed))
    return handle


async def refused(env: TimeSkipping, start: OnboardCustomer, id_: str = "") -> ApplicationError:
    """How a start failed that had to."""
    handle = await env.start("WholesaleCustomer", start, id_ or workflow_id(NAME, start.external_id))
    with pytest.raises(WorkflowFailureError) as failed:
        await handle.result()
    assert isinstance(failed.value.cause, ApplicationError)
    return failed.value.cause


def check(env: TimeSkipping, number: int = 1) -> Handle:
    return env.client.get_workflow_handle(workflow_id(COMPLIANCE, f"{ID}-{number}"))


def stage_of(env: TimeSkipping, number: int = 1) -> str:
    """Of a check, as the store has it."""
    return env.store.columns(COMPLIANCE, f"{ID}-{number}").stage


def events(env: TimeSkipping) -> list[str]:
    return [event.removeprefix("wholesale.") for event in env.events(ID, NAME) if not event.startswith("mail.")]


async def facts_of(env: TimeSkipping, handle: Handle) -> dict[str, str]:
    return (await env.state(handle)).facts


def certificate(env: TimeSkipping) -> Certificate:
    """As it was filed."""
    return Certificate.model_validate(env.store.row(NAME, ID).forms["certificate"])


# The start.


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"packages": {"x": 1}, "add_ons": {}, "organization_package": None}, "packages.x", "WHS-10"),
        ({"add_ons": {"x": 1}}, "add_ons.x", "WHS-10"),
        ({"packages": {MEETINGS: 1}, "organization_package": None}, f"add_ons.{CONSOLE}", "WHS-13"),
        ({"billing_address": {"country": "AQ"}}, "billing_address.country", "AMB-31"),
    ],
)
async def test_what_the_catalogue_or_the_locations_have_not_is_refused_by_its_field(
    env: TimeSkipping, changes: dict[str, Any], field: str, rule: str
) -> None:
    failed = await refused(env, an_onboarding(**changes))
    detail = failed.details[0]
    assert (failed.type, detail["field"], detail["rule"]) == ("Refused", field, rule)
    assert env.store.listed(NAME) == env.store.listed(COMPLIANCE) == []


async def test_r7_and_r9_it_runs_under_its_id_which_is_taken_once(env: TimeSkipping) -> None:
    assert (await refused(env, an_onboarding(), ID)).message == f"workflow id: must be wholesale-{ID}"
    handle = await in_service(env)
    await env.send(handle, "deprovision", removal())
    await handle.result()
    again = await refused(env, an_onboarding(name="Another"))
    assert again.message.startswith(f"external_id: {ID} was already taken by a wholesale with other content")


async def test_whs_31_to_34_its_country_its_location_and_its_call_in_number_are_recorded(env: TimeSkipping) -> None:
    facts = await facts_of(env, await onboarded(env))
    assert (facts["country"], facts["location"], facts["dial_in"]) == ("JP", "APAC", "+65")
    row = env.store.row(NAME, ID)
    assert row.state.onboarded.dial_in == row.state.dial_in
    assert (row.placed.name, row.placed.partner.contact.email) == ("Akasaka Shoji", "desk@hikari.example.com")


# Both axes.


async def test_whs_22_it_is_provisioned_while_nobody_can_be_asked_about_it(env: TimeSkipping) -> None:
    """The check hangs: provisioning ends as if there were none, no mail goes out, and the check is made once somebody
    can be asked."""
    handle = await in_service(env)
    await env.sleep_until(MONDAY + timedelta(hours=2))
    view = await env.state(handle)
    assert (view.stage, view.attention, view.facts["compliance"]) == ("provisioned", False, f"{ID}-1 checking")
    hanging = await env.state(check(env))
    assert (hanging.stage, hanging.attention) == ("checking", True)
    assert hanging.failing[0].step == "screen_customer"
    await env.send(handle, "assign", assignment())
    assert env.transport.taken == []
    a_list(env.store)
    await env.sleep_until(MONDAY + timedelta(hours=9))
    assert stage_of(env) == "clear"
    assert (await facts_of(env, handle))["compliance"] == f"{ID}-1 clear"
    assert env.transport.taken == [], "clean: no further action (WHS-23)"


async def test_whs_22_it_goes_on_while_a_check_cannot_even_be_started(env: TimeSkipping) -> None:
    """Nobody can do without the check: it is tried on, and somebody is called."""
    env.faults.broken["start_check"] = Trouble("the server is busy")
    handle = await in_service(env)
    await env.sleep_until(MONDAY + timedelta(hours=1))
    view = await env.state(handle)
    assert (view.stage, view.failing[0].step, view.failing[0].may_be_left_out) == ("provisioned", "start_check", False)
    await env.send(handle, "assign", assignment())
    leave_out = SettleStep(by="ops-7", step="start_check", outcome="leave_out", reason="no time")
    assert "nothing can go on without this step" in await env.refusal(handle, "settle_step", leave_out)
    env.faults.broken.clear()
    await env.send(handle, "settle_step", leave_out.model_copy(update={"outcome": "retry"}))
    assert (stage_of(env), (await env.state(handle)).attention) == ("checking", False)


async def test_a_deprovisioning_does_not_wait_for_a_check_that_cannot_be_started(env: TimeSkipping) -> None:
    env.faults.broken["start_check"] = Trouble("the server is busy")
    handle = await in_service(env)
    await env.sleep_until(MONDAY + timedelta(hours=1))
    await env.send(handle, "deprovision", removal())
    assert (await handle.result())["stage"] == "deprovisioned"
    assert env.store.listed(COMPLIANCE) == []


async def test_errors_and_a_retry(env: TimeSkipping) -> None:
    handle = await in_service(env, MEETINGS)
    view = await env.state(handle)
    assert (view.stage, view.attention, view.awaiting[0].update) == ("provisioned_with_errors", True, "retry_package")
    await env.send(handle, "retry_package", retry())
    await env.send(handle, "report_package", report(MEETINGS))
    assert (await env.state(handle)).stage == "provisioned"
    assert events(env)[-3:] == ["provisioned_with_errors", "update_begun", "provisioned"]


async def test_late_provisioning_is_an_alert_and_no_failure(env: TimeSkipping) -> None:
    a_list(env.store)
    handle = await onboarded(env)
    await env.sleep_until(MONDAY + days(1) - TICK)
    assert (await env.state(handle)).jeopardy == ()
    await env.sleep_until(MONDAY + days(1) + TICK)
    view = await env.state(handle)
    assert (view.stage, view.jeopardy) == ("provisioning", ("provisioned_late",))


async def test_whs_20_another_address_is_screened_anew_and_moves_the_country(env: TimeSkipping) -> None:
    """The check in review gives way to the new one; what it found stays."""
    a_list(env.store, NAMED)
    handle = await in_service(env)
    assert stage_of(env) == "in_review"
    a_list(env.store)
    await env.send(handle, "update_billing_address", new_address(), check(env), check(env, 2))
    assert (stage_of(env, 1), stage_of(env, 2)) == ("superseded", "clear")
    screened = [env.store.row(COMPLIANCE, f"{ID}-{number}").placed.screened for number in (1, 2)]
    assert [each.country for each in screened] == ["JP", "DE"]
    facts = await facts_of(env, handle)
    assert (facts["country"], facts["location"], facts["dial_in"]) == ("DE", "EURO", "+49")
    assert env.store.state(COMPLIANCE, f"{ID}-1").screening.matches
    row = env.store.row(NAME, ID)
    assert (row.address, row.placed.billing_address.country) == (BERLIN, "JP")
    same = await env.refusal(handle, "update_billing_address", new_address())
    assert same == "billing_address: is the billing address there is"


async def test_amb_31_an_address_in_a_country_that_no_location_serves_is_refused(env: TimeSkipping) -> None:
    handle = await in_service(env)
    nowhere = new_address(BERLIN.model_copy(update={"country": "AQ"}))
    said = await env.refusal(handle, "update_billing_address", nowhere)
    assert said.startswith("billing_address.country: no location serves AQ")
    assert (await facts_of(env, handle))["country"] == "JP"
    assert [row.subject for row in env.store.listed(COMPLIANCE)] == [f"{ID}-1"]


async def test_a_new_list_screens_once(env: TimeSkipping) -> None:
    a_list(env.store)
    handle = await in_service(env)
    assert "was made by this version" in await env.refusal(handle, "screen_again", new_list("irp-1"))
    a_list(env.store)
    await env.send(handle, "screen_again", new_list("irp-2"), check(env, 2))
    assert (await facts_of(env, handle))["compliance_list"] == "irp-2"
    assert "was made by this version" in await env.refusal(handle, "screen_again", new_list("irp-2"))


async def test_a_signal_claims_nothing(env: TimeSkipping) -> None:
    """Anybody can send one: only the store says where a check stands, and whose it is."""
    handle = await in_service(env)
    await in_service(env, start=an_onboarding("W-2"))
    for number in (f"{ID}-1", f"{ID}-7", "W-2-1"):
        await handle.signal("check_changed", CheckNews(check_id=number))
    await env.settled()
    view = await env.state(handle)
    assert (view.stage, view.facts["compliance"]) == ("provisioned", f"{ID}-1 checking")
    ignored = [event.data for event in env.store.events(NAME, ID) if event.type.endswith("check_report_ignored")]
    whys = {f"no compliance {ID}-7 is known here", "check W-2-1 is about another customer"}
    assert {each["why"] for each in ignored} == whys, "in whatever order they came"


# Users and quantities.


async def test_whs_11_and_12_users_are_assigned_changed_and_removed(env: TimeSkipping) -> None:
    handle = await in_service(env)
    await env.send(handle, "assign", assignment(add_ons=(CONSOLE,)))
    await env.send(handle, "assign", assignment(add_ons=(CONSOLE,)))
    await env.send(handle, "assign", assignment("U-2", None, administrator=True))
    facts = await facts_of(env, handle)
    assert (facts["users"], facts["administrators"]) == ("2", "1")
    assert facts["packages"] == f"{CALLING} 2/10 provisioned, {MEETINGS} 0/5 provisioned"
    assert facts["add_ons"] == f"{CONSOLE} 1/2 provisioned"
    await env.send(handle, "change_package", other_package(add_ons=()))
    said = await env.refusal(handle, "change_package", other_package("U-2"))
    assert "an administrator has at least the level of webex_calling" in said
    await env.send(handle, "remove_user", departure())
    await env.send(handle, "remove_user", departure())
    assert [user.user_id for user in env.store.users(ID)] == ["U-2"]
    assert (await facts_of(env, handle))["users"] == "1"
    assert events(env)[-4:] == ["user_assigned", "user_assigned", "user_changed", "user_removed"], "what changed, once"


async def test_whs_12_never_above_the_quantity_and_quantities_never_below_what_is_assigned(env: TimeSkipping) -> None:
    handle = await in_service(env)
    for number in range(5):
        await env.send(handle, "assign", assignment(f"U-{number}", MEETINGS))
    said = await env.refusal(handle, "assign", assignment("U-5", MEETINGS))
    assert said == "user.package: all 5 of webex_meetings are assigned; change_quantities allows more (WHS-12)"
    lower = quantities(packages={MEETINGS: 4})
    assert "5 of webex_meetings are assigned" in await env.refusal(handle, "change_quantities", lower)
    await env.send(handle, "change_quantities", quantities(packages={MEETINGS: 6, "webex_suite": 1}))
    await env.send(handle, "assign", assignment("U-5", MEETINGS))
    pending = await env.refusal(handle, "assign", assignment("U-6", "webex_suite"))
    assert pending == "user.package: webex_suite is not provisioned"
    await env.send(handle, "report_package", report("webex_suite"))
    await env.send(handle, "assign", assignment("U-6", "webex_suite"))
    stale = await env.refusal(handle, "change_quantities", quantities(packages={MEETINGS: 9}))
    assert stale.startswith("version: the quantities are at version 2 by now")
    view = await env.state(handle)
    assert (view.stage, view.facts["users"], view.facts["quantities_version"]) == ("provisioned", "7", "2")


async def test_a_batch_gives_each_user_a_result_and_the_history_stays_small(env: TimeSkipping) -> None:
    """One update for all of them; a repeat gets the first results, and changes nothing."""
    handle = await in_service(env)
    users = [a_user(f"U-{number:03}") for number in range(300)]
    env.store.lay_down(ID, "B-1", users, MONDAY)
    before = (await env.history(handle)).events
    await env.send(handle, "assign_batch", batch())
    after = (await env.history(handle)).events
    assert len(after) - len(before) < 15
    assert sum(event.ByteSize() for event in after[len(before) :]) < 20_000
    results = env.store.batch_results(ID, "B-1") or ()
    assert [each.change for each in results] == [UserChange.ASSIGNED] * 10 + [UserChange.REFUSED] * 290
    await env.send(handle, "remove_user", departure("U-000"))
    await env.send(handle, "assign_batch", batch())
    assert (await facts_of(env, handle))["users"] == "9", "counted anew, and nobody was assigned once more"
    assert (await env.refusal(handle, "assign_batch", batch("B-2"))).startswith("batch_id: ")


async def test_an_operator_may_give_up_a_change_that_the_store_does_not_take(env: TimeSkipping) -> None:
    """Others wait for it: they come one after the other."""
    handle = await in_service(env)
    env.faults.broken["assign_user"] = Trouble("the database is locked")
    asked = await handle.start_update("assign", assignment(), wait_for_stage=WorkflowUpdateStage.ACCEPTED)
    await env.sleep_until(MONDAY + timedelta(minutes=10))
    assert (await env.state(handle)).failing[0].step == "assign_user"
    leave_out = SettleStep(by="ops-7", step="assign_user", outcome="leave_out", reason="asked again tomorrow")
    await env.send(handle, "settle_step", leave_out)
    with pytest.raises(WorkflowUpdateFailedError):
        await asked.result()
    env.faults.broken.clear()
    await env.send(handle, "assign", assignment())
    assert (await facts_of(env, handle))["users"] == "1"


# The end.


async def with_users(env: TimeSkipping, start: OnboardCustomer | None = None) -> Handle:
    """Three of them."""
    handle = await in_service(env, start=start)
    for number in range(3):
        await env.send(handle, "assign", assignment(f"U-{number}"))
    return handle


async def test_whs_27_step_by_step_with_a_certificate_and_one_mail(env: TimeSkipping) -> None:
    a_list(env.store)
    handle = await with_users(env)
    said = await env.refusal(handle, "deprovision", removal(confirm=False))
    assert said.startswith("confirm: must be true")
    await env.send(handle, "deprovision", removal())
    assert await handle.result() == {"external_id": ID, "stage": "deprovisioned", "certificate": f"C-{ID}"}
    assert events(env)[-6:] == ["deprovisioning", *STEPS, "deprovisioned"]
    assert env.store.users(ID) == []
    filed = certificate(env)
    assert (filed.number, filed.asked_by, filed.users, filed.check_id) == (f"C-{ID}", "partner-hikari", 3, None)
    assert [(step.step, step.removed) for step in filed.steps] == list(zip(STEPS, (3, 1, 2, 1), strict=True))
    assert digest_of(filed) == filed.digest
    assert env.mail_kinds(ID, NAME) == ["wholesale_deprovisioned"]
    assert env.mails(ID, NAME)[0].to == "desk@hikari.example.com"


async def test_a_hold_stops_it_between_two_steps(env: TimeSkipping) -> None:
    handle = await with_users(env)
    env.faults.broken["take_deprovisioning_step"] = Trouble("the database is locked")
    await env.send(handle, "deprovision", removal())
    await env.sleep_until(MONDAY + timedelta(minutes=10))
    await env.send(handle, "hold", Hold(by="ops-7", reason="the partner calls"))
    env.faults.broken.clear()
    await env.sleep_until(MONDAY + days(3))
    assert [step.step for step in env.store.steps(ID)] == ["users_removed"], "what was under way is done, and no more"
    view = await env.state(handle)
    assert (view.stage, "hold" in view.facts) == ("deprovisioning", True)
    await env.send(handle, "resume", Resume(by="ops-7"))
    assert (await handle.result())["stage"] == "deprovisioned"
    assert len(env.mail_kinds(ID, NAME)) == 1


async def test_a_hold_stops_it_before_the_first_step(env: TimeSkipping) -> None:
    handle = await with_users(env)
    await env.send(handle, "hold", Hold(by="ops-7", reason="the partner calls"))
    await env.send(handle, "deprovision", removal())
    await env.sleep_until(MONDAY + days(3))
    assert (len(env.store.users(ID)), env.store.steps(ID)) == (3, ())
    refusal = await env.refusal(handle, "assign", assignment("U-9"))
    assert refusal.startswith("cannot change users: the customer is deprovisioning")
    await env.send(handle, "resume", Resume(by="ops-7"))
    assert (await handle.result())["stage"] == "deprovisioned"


async def test_a_check_under_way_is_withdrawn(env: TimeSkipping) -> None:
    """Nobody could be asked yet: nobody has to be any more."""
    handle = await with_users(env)
    await env.send(handle, "deprovision", removal(), check(env))
    await handle.result()
    assert (stage_of(env), (await check(env).result())["stage"]) == ("withdrawn", "withdrawn")


async def test_whs_27_a_check_that_is_not_resolved_deprovisions_customer_and_users(env: TimeSkipping) -> None:
    """From the potential match to the certificate: three contacts, no answer, one last look."""
    a_list(env.store, NAMED)
    handle = await with_users(env)
    await env.send(check(env), "confirm_match", confirmed(), handle)
    assert (await facts_of(env, handle))["compliance"] == f"{ID}-1 non_compliant"
    await env.sleep_until(MONDAY + days(9))
    assert (await env.state(handle)).stage == "provisioned", "nothing is taken before its time"
    await env.sleep_until(MONDAY + days(20))
    assert (await handle.result())["certificate"] == f"C-{ID}"
    assert (await check(env).result())["stage"] == "deprovisioned"
    filed = certificate(env)
    assert (filed.check_id, filed.list_version, filed.users, filed.asked_by) == (f"{ID}-1", "irp-1", 3, "tenure")
    assert len(filed.contacts) == 3
    assert env.store.users(ID) == []
    assert env.mail_kinds(ID, NAME) == ["wholesale_deprovisioned"]


async def test_a_user_who_is_assigned_in_that_very_moment_is_removed_or_refused(env: TimeSkipping) -> None:
    """Whoever is taken before the deprovisioning goes with it, and is counted: nobody is left behind."""
    a_list(env.store)
    for number in range(10):
        subject = f"R-{number}"
        handle = await in_service(env, start=an_onboarding(subject))
        both = [
            handle.execute_update("assign", assignment()),
            handle.execute_update("deprovision", removal()),
            handle.execute_update("assign", assignment("U-2")),
        ]
        outcomes = await asyncio.gather(*(both if number % 2 else reversed(both)), return_exceptions=True)
        taken = 2 - sum(isinstance(outcome, WorkflowUpdateFailedError) for outcome in outcomes)
        await handle.result()
        assert env.store.users(subject) == []
        filed = Certificate.model_validate(env.store.row(NAME, subject).forms["certificate"])
        assert filed.users == taken, outcomes


async def test_whs_07_the_partner_s_own_organization_leaves_the_list_with_its_end(env: TimeSkipping) -> None:
    handle = await onboarded(env, an_onboarding(own_organization=True))
    state = env.store.state(NAME, ID)
    assert (env.store.columns(NAME, ID).kind, WholesaleLine.of(state, MONDAY).is_listed) == ("wholesale.own", True)
    assert "without effect" in (await facts_of(env, handle))["without_effect"]
    await env.send(handle, "deprovision", removal())
    await handle.result()
    assert not WholesaleLine.of(env.store.state(NAME, ID), MONDAY).is_listed
    assert env.mail_kinds(ID, NAME) == ["wholesale_deprovisioned"]


async def test_a_cancel_in_the_web_ui_removes_nobody(env: TimeSkipping) -> None:
    handle = await in_service(env)
    await handle.cancel()
    await env.settled()
    view = await env.state(handle)
    assert view.stage == "provisioned"
    assert view.last_refusal is not None
    assert "send the update deprovision" in view.last_refusal
    assert events(env)[-1] == "cancel_refused"


async def test_the_checks_of_another_customer_hear_nothing(env: TimeSkipping) -> None:
    handle = await in_service(env)
    other = await in_service(env, start=an_onboarding("W-2", partner=a_partner("namdaemun")))
    await check(env).signal("customer_changed", CustomerNews(external_id="W-2"))
    await env.send(other, "deprovision", removal())
    await other.result()
    assert (stage_of(env), (await env.state(handle)).stage) == ("checking", "provisioned")

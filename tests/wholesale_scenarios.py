"""Wholesale customers and their checks to record, by people in real time: what the calendar does with them is in
tests/compliance_scenarios.py."""

from typing import Any, Final

import pytest
from temporalio.client import WorkflowFailureError

from activities.ports.screening import ListEntry
from domain.compliance.standing import NAME as COMPLIANCE
from domain.lifecycle import workflow_id
from domain.operator import Hold, Resume
from domain.wholesale.state import NAME
from tests.compliance import approved, confirmed, replied
from tests.support.embedded import Embedded
from tests.support.environment import Environment, Handle, Recordings
from tests.support.time_skipping import MONDAY, TimeSkipping
from tests.wholesale import (
    CALLING,
    CONSOLE,
    MEETINGS,
    TOKYO,
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

LISTED: Final = "Zaribon Dynamics"
"""Invented, and on the list that all of them are screened by."""

OFTEN: Final = 4
"""Users who come and go, until the customer goes on in a second run."""


async def provisioned(env: Embedded) -> Recordings:
    """Step by step, with something that failed at first; its check finds nobody. Then more, and less. WHS-12"""
    customer = await onboarded(env, "W-1")
    await env.send(customer, "report_package", report())
    await env.send(customer, "report_package", report(MEETINGS, fails=True))
    await env.send(customer, "report_package", report(CONSOLE))
    await env.send(customer, "retry_package", retry())
    await env.send(customer, "report_package", report(MEETINGS))
    await env.send(customer, "change_quantities", quantities(packages={"webex_suite": 3}))
    await env.send(customer, "report_package", report("webex_suite"))
    await env.send(customer, "change_quantities", quantities(2, packages={CALLING: 12}, remove=(MEETINGS,)))
    return {"wholesale_provisioned": customer, "compliance_clear": check(env, "W-1")}


async def nothing_provisioned(env: Embedded) -> Recordings:
    """The partner's own organization: all of it failed, and it goes, with nobody in it. WHS-07."""
    customer = await onboarded(env, "W-5", own_organization=True, packages={CALLING: 1}, add_ons={})
    await env.send(customer, "report_package", report(fails=True))
    await env.send(customer, "deprovision", removal())
    return {"wholesale_own_with_error": customer}


async def used(env: Embedded) -> Recordings:
    """Users one by one and in a batch, so many that the customer goes on in a second run; removed at its end, with a
    hold before."""
    first = await env.present_run(await in_service(env, "W-2"))
    customer = env.client.get_workflow_handle(first.id)
    env.store.lay_down("W-2", "B-1", [a_user(f"U-{number}") for number in range(3)], MONDAY)
    await env.send(customer, "assign_batch", batch())
    for _ in range(OFTEN):
        await env.send(customer, "assign", assignment("U-9"))
        await env.send(customer, "change_package", other_package("U-9"))
        await env.send(customer, "remove_user", departure("U-9"))
    second = await env.next_run(first)
    await env.send(second, "hold", Hold(by="ops-7", reason="the partner calls"))
    await env.send(second, "deprovision", removal())
    await env.send(second, "resume", Resume(by="ops-7"))
    return {"wholesale_used_1": first, "wholesale_used_2": second}


async def screened_again(env: Embedded) -> Recordings:
    """A match in review gives way to the check of another address, which is approved; then a new list, and the
    customer goes while that check is not resolved. WHS-20, WHS-24."""
    customer = await onboarded(env, "W-3", name=LISTED)
    await env.send(customer, "update_billing_address", new_address(), *checks(env, "W-3"))
    await env.send(check(env, "W-3", 2), "approve", approved(), customer)
    await env.send(customer, "screen_again", new_list(), *checks(env, "W-3"))
    await env.send(check(env, "W-3", 3), "confirm_match", confirmed(), customer)
    await env.send(check(env, "W-3", 3), "partner_replied", replied(), customer)
    await env.send(customer, "hold", Hold(by="ops-7", reason="its check is to be over first"))
    await env.send(customer, "deprovision", removal(), *checks(env, "W-3"))
    await env.send(customer, "resume", Resume(by="ops-7"))
    return {
        "wholesale_screened_again": customer,
        "compliance_superseded": check(env, "W-3"),
        "compliance_approved": check(env, "W-3", 2),
        "compliance_withdrawn": check(env, "W-3", 3),
    }


async def moved(env: Embedded) -> Recordings:
    """Its match is confirmed, and it moves twice: the first check waits for what the second one says, which goes on
    with its thirty days; the third one is approved. WHS-20, WHS-27."""
    customer = await onboarded(env, "W-6", name=LISTED)
    every = checks(env, "W-6")
    await env.send(check(env, "W-6"), "confirm_match", confirmed(), *every, customer)
    await env.send(customer, "update_billing_address", new_address(), *every)
    await env.send(check(env, "W-6", 2), "confirm_match", confirmed(), *every, customer)
    await env.send(customer, "update_billing_address", new_address(TOKYO), *every)
    await env.send(check(env, "W-6", 3), "approve", approved(), *every, customer)
    return {
        "wholesale_moved": customer,
        "compliance_carried_on": check(env, "W-6"),
        "compliance_carried": check(env, "W-6", 2),
        "compliance_approved_for_others": check(env, "W-6", 3),
    }


async def refused(env: Embedded) -> Recordings:
    """No location serves the country; the catalogue has no such package. AMB-31, WHS-10."""
    nowhere = await onboarded(env, "W-4", billing_address={"country": "AQ"})
    unknown = await onboarded(env, "W-7", packages={"telex": 1}, add_ons={}, organization_package=None)
    for customer in (nowhere, unknown):
        with pytest.raises(WorkflowFailureError):
            await customer.result()
    return {"wholesale_start_refused": nowhere, "wholesale_package_unknown": unknown}


async def in_service(env: Environment, external_id: str, **changes: Any) -> Handle:
    """All is provisioned."""
    customer = await onboarded(env, external_id, **changes)
    for name in (CALLING, MEETINGS, CONSOLE):
        await env.send(customer, "report_package", report(name))
    return customer


async def onboarded(env: Environment, external_id: str, **changes: Any) -> Handle:
    """Taken, or refused; its check has found whom it finds. All are screened by one list, whoever imports it first."""
    entries = [ListEntry(entry="E-1", source="Invented List", name=LISTED)]
    env.store.import_list("irp", entries, digest="0" * 64, by="ops-7", now=MONDAY)
    if isinstance(env, TimeSkipping):
        env.started += [workflow_id(COMPLIANCE, f"{external_id}-{number}") for number in (1, 2)]
    start = an_onboarding(external_id, **changes)
    customer = await env.start("WholesaleCustomer", start, workflow_id(NAME, external_id))
    await env.settled(customer, check(env, external_id))
    return customer


def check(env: Environment, external_id: str, number: int = 1) -> Handle:
    """One of a customer's."""
    return env.client.get_workflow_handle(workflow_id(COMPLIANCE, f"{external_id}-{number}"))


def checks(env: Environment, external_id: str) -> tuple[Handle, ...]:
    """Those that there are by then, and the next."""
    return tuple(check(env, external_id, number) for number in range(1, 4))

"""Wholesale customers and their checks to record, on skipped time: what the calendar brings about."""

from datetime import datetime, timedelta
from typing import Any, Final

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateStage

from domain.compliance.policy import CompliancePolicy
from domain.compliance.standing import NAME
from domain.operator import Hold, Resume
from domain.wholesale.policy import WholesalePolicy
from tests.compliance import TEAM, approved, confirmed, replied
from tests.makers import days
from tests.support.environment import Handle
from tests.support.time_skipping import MONDAY, TICK, TimeSkipping
from tests.support.transport import Trouble
from tests.wholesale import a_list, assignment, removal, report
from tests.wholesale_scenarios import LISTED, check, in_service, onboarded

BROKEN: Final = Trouble("the database is locked")

SEEN_WITHIN: Final = timedelta(minutes=10)
"""A step that keeps failing has raised attention by then."""


async def unresolved(env: TimeSkipping) -> Handle:
    """The partner never answers: three contacts, a last call, a last look; customer and users are removed. The last
    mail waits until the check is over: what comes first is no matter of chance. WHS-27."""
    customer = await in_service(env, "W-1", name=LISTED)
    await env.send(customer, "assign", assignment())
    await env.send(check(env, "W-1"), "confirm_match", confirmed(), customer)
    await env.sleep_until(MONDAY + days(10))
    env.transport.again_in = TICK
    await env.sleep_until(await the_end(env) + TICK)
    env.transport.again_in = None
    await env.sleep_until(MONDAY + days(20))
    return customer


async def never_answered(env: TimeSkipping) -> Handle:
    """The same, as its check sees it."""
    await unresolved(env)
    return check(env, "W-1")


async def replied_in_vain(env: TimeSkipping) -> Handle:
    """The review takes long; the partner replies at once, and nothing comes of it in thirty days. WHS-25, WHS-27."""
    terms = WholesalePolicy(compliance=CompliancePolicy(team=TEAM))
    customer = await in_service(env, "W-1", name=LISTED, policy=terms)
    await env.sleep_until(MONDAY + days(1))
    await env.send(check(env, "W-1"), "confirm_match", confirmed(), customer)
    await env.send(check(env, "W-1"), "partner_replied", replied())
    await env.sleep_until(MONDAY + days(40))
    return check(env, "W-1")


async def saved_by_the_last_look(env: TimeSkipping) -> Handle:
    """Nobody answers, and the newest list has nobody like it any more."""
    await confirmed_long_ago(env)
    a_list(env.store)
    await env.sleep_until(await the_end(env) + TICK)
    return check(env, "W-1")


async def held_across_its_end(env: TimeSkipping) -> Handle:
    """Announced anew at resume, and carried out then."""
    await confirmed_long_ago(env)
    await env.send(check(env, "W-1"), "hold", Hold(by="ops-7", reason="asked by counsel"))
    await env.sleep_until(await the_end(env) + days(5))
    await env.send(check(env, "W-1"), "resume", Resume(by="ops-7"))
    await env.sleep_until(await env.now() + days(5))
    return check(env, "W-1")


async def approved_in_time(env: TimeSkipping) -> Handle:
    """While the last look cannot be taken: the approval wins."""
    await confirmed_long_ago(env)
    env.faults.broken["screen_customer"] = BROKEN
    await env.sleep_until(await the_end(env) + TICK)
    await env.send(check(env, "W-1"), "approve", approved())
    env.faults.broken.clear()
    await env.sleep_until(await env.now() + TICK)
    return check(env, "W-1")


async def approved_too_late(env: TimeSkipping) -> Handle:
    """While the customer's workflow cannot be asked: the deprovisioning has begun."""
    await confirmed_long_ago(env)
    env.faults.broken["ask_for_deprovisioning"] = BROKEN
    await env.sleep_until(await the_end(env) + TICK)
    assert "the deprovisioning has begun" in await env.refusal(check(env, "W-1"), "approve", approved())
    env.faults.broken.clear()
    await env.sleep_until(await env.now() + TICK)
    return check(env, "W-1")


async def screened_late(env: TimeSkipping) -> Handle:
    """There is no list at first: somebody is called, and it is screened once there is one. WHS-20, WHS-22."""
    env.faults.broken["screen_customer"] = BROKEN
    await onboarded(env, "W-1")
    await env.sleep_until(MONDAY + SEEN_WITHIN)
    env.faults.broken.clear()
    await env.sleep_until(MONDAY + SEEN_WITHIN + TICK)
    return check(env, "W-1")


async def late(env: TimeSkipping) -> Handle:
    """Something is not reported within a day."""
    customer = await onboarded(env, "W-1")
    await env.sleep_until(MONDAY + days(2))
    await env.send(customer, "report_package", report())
    return customer


async def held_between_two_steps(env: TimeSkipping) -> Handle:
    """A step of its end fails for a while; a hold comes meanwhile, and stops it after that step. WHS-27."""
    customer = await in_service(env, "W-1")
    await env.send(customer, "assign", assignment())
    env.faults.broken["take_deprovisioning_step"] = BROKEN
    await env.send(customer, "deprovision", removal())
    await env.send(customer, "hold", Hold(by="ops-7", reason="the partner calls"))
    env.faults.broken.clear()
    await env.sleep_until(MONDAY + days(1))
    await env.send(customer, "resume", Resume(by="ops-7"))
    return customer


async def user_given_up(env: TimeSkipping) -> Handle:
    """The store does not take a user, and the customer goes meanwhile: nobody waits for the user any more."""
    customer = await in_service(env, "W-1")
    env.faults.broken["assign_user"] = BROKEN
    asked = await customer.start_update("assign", assignment(), wait_for_stage=WorkflowUpdateStage.ACCEPTED)
    await env.sleep_until(MONDAY + SEEN_WITHIN)
    await env.send(customer, "deprovision", removal())
    try:
        await asked.result()
    except WorkflowUpdateFailedError:
        return customer
    raise AssertionError("a user was assigned to a customer on its way out")


async def confirmed_long_ago(env: TimeSkipping) -> None:
    """Three contacts are out."""
    customer = await onboarded(env, "W-1", name=LISTED)
    await env.send(check(env, "W-1"), "confirm_match", confirmed(), customer)
    await env.sleep_until(MONDAY + days(7.5))


async def the_end(env: TimeSkipping) -> datetime:
    """When the deprovisioning is due, as things stand."""
    state: Any = env.store.state(NAME, "W-1-1")
    found: datetime = state.deprovision_at
    return found

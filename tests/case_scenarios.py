"""Support cases to record: what people do in real time, and what clocks bring about on skipped time."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from domain.account.channels import Channel
from domain.case.policy import CasePolicy
from domain.case.standing import NAME
from domain.lifecycle import workflow_id
from domain.sla import ServiceHours, Target
from tests.cases import (
    HOUR,
    MANAGER,
    an_account,
    an_opening,
    another_service,
    answered,
    asked,
    assigned,
    closed,
    identified,
    main_email,
    other_policy,
    reopened,
    resolved,
    responded,
    status,
)
from tests.makers import days
from tests.support.embedded import Embedded
from tests.support.environment import Environment, Handle, Recordings
from tests.support.time_skipping import MONDAY, TimeSkipping

LATELY: Final = timedelta(minutes=10, seconds=20)
"""A case came in so long ago: no timer of its clocks is nearly an hour or a day, each time it has the same scale."""

SMALL: Final = an_account("700100300", subscriptions=[], super_admin=None, domains=[])
ACCOUNTS: Final = (an_account(), SMALL)


async def worked_on(env: Embedded) -> Recordings:
    """Asked and answered again and again, so often that the case goes on in a second run; solved and closed."""
    first = await env.present_run(await received(env, "C-1"))
    case = env.client.get_workflow_handle(first.id)
    await env.send(case, "assign", assigned())
    await env.send(case, "respond", responded())
    await asked_and_answered(env, case)
    await env.send(case, "identify", identified())
    for _ in range(2):
        await env.send(case, "post_status", status())
        await asked_and_answered(env, case)
    second = await env.next_run(first)
    await env.send(second, "resolve", resolved())
    await env.send(second, "close", closed())
    return {"case_worked_on_1": first, "case_worked_on_2": second}


async def asked_and_answered(env: Environment, case: Handle) -> None:
    """The clocks pause."""
    await env.send(case, "ask_partner", asked())
    await env.send(case, "partner_answered", answered())


async def found_late(env: Embedded) -> Recordings:
    """Nobody could tell whose account it is, an agent answered, then it is S1 from its receipt. SUP-13, AMB-33."""
    nothing: dict[str, Any] = {"channel": Channel.EMAIL, "main_email": None, "organization_id": None}
    case = await received(env, "C-2", LATELY + 4 * HOUR, **nothing)
    await env.send(case, "respond", responded())
    await env.send(case, "set_main_email", main_email())
    return {"case_found_late": case}


async def solved_twice(env: Embedded) -> Recordings:
    """A normal one, without clocks."""
    case = await received(env, "C-3", organization_id=SMALL.zoid, main_email=None)
    await env.send(case, "resolve", resolved())
    await env.send(case, "reopen", reopened())
    await env.send(case, "resolve", resolved())
    return {"case_solved_twice": case}


async def changed(env: Embedded) -> Recordings:
    """About a service that is not covered, about one that is, under other terms. SUP-04, AMB-35."""
    case = await received(env, "C-4")
    await env.send(case, "change_service", another_service("Zoho Campaigns"))
    await env.send(case, "change_service", another_service("Zoho Mail"))
    longer = {"warn_after": 2 * HOUR, "breach_after": 6 * HOUR}
    await env.send(case, "change_policy", other_policy(first_response=longer))
    await env.send(case, "respond", responded())
    return {"case_changed": case}


async def closes_by_itself(env: TimeSkipping) -> Handle:
    """Worked on in time, and nobody reopens it."""
    case = await received(env, "C-1")
    await env.send(case, "respond", responded())
    await env.send(case, "identify", identified())
    await env.send(case, "resolve", resolved())
    await env.sleep_until(MONDAY + days(8))
    return case


async def missed(env: TimeSkipping) -> Handle:
    """Warned of and breached one after the other, the goal too; then told and solved. SUP-20, AMB-34, AMB-37."""
    soon = Target(warn_after=12 * HOUR, breach_after=26 * HOUR)
    case = await received(env, "C-1", policy=CasePolicy(duty_manager=MANAGER, goal=soon))
    await env.sleep_until(MONDAY + HOUR)
    await env.send(case, "assign", assigned())
    await env.sleep_until(MONDAY + 9 * HOUR)
    await env.send(case, "respond", responded())
    await env.send(case, "identify", identified())
    await env.sleep_until(MONDAY + 29 * HOUR)
    await env.send(case, "post_status", status())
    await env.send(case, "resolve", resolved())
    return case


async def in_hours_of_service(env: TimeSkipping) -> Handle:
    """Clocks stand still by night, and while the partner owes an answer. AMB-35."""
    case = await received(env, "C-1")
    await env.send(case, "change_policy", other_policy(hours=ServiceHours(zone="Asia/Tokyo", holidays_of="JP")))
    await env.send(case, "respond", responded())
    await env.send(case, "ask_partner", asked())
    await env.sleep_until(MONDAY + days(2))
    await env.send(case, "partner_answered", answered())
    await env.sleep_until(MONDAY + days(4))
    return case


async def received(env: Environment, case_id: str, ago: timedelta = LATELY, **changes: Any) -> Handle:
    """By the widget, lately."""
    now = await env.now() if isinstance(env, TimeSkipping) else datetime.now(UTC)
    env.store.upsert_accounts(ACCOUNTS, now)
    start = an_opening(case_id, **{"received_at": now - ago} | changes)
    handle = await env.start("SupportCase", start, workflow_id(NAME, case_id))
    await env.settled(handle)
    return handle

"""What kill -9 of the worker does to wholesale customers and their checks: nothing is lost, nothing is done twice. A1,
A2, WHS-27."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest
import pytest_asyncio

from activities.compliance import ComplianceActivities
from activities.ports.screening import ListEntry
from activities.wholesale import WholesaleActivities
from activities.wholesale_users import WholesaleUserActivities
from domain.compliance.policy import CompliancePolicy
from domain.compliance.standing import NAME as COMPLIANCE
from domain.lifecycle import workflow_id
from domain.wholesale.certificate import Certificate, digest_of
from domain.wholesale.messages import CheckNews
from domain.wholesale.policy import WholesalePolicy
from domain.wholesale.standing import STEPS, USERS_REMOVED
from domain.wholesale.state import NAME
from tests.compliance import confirmed
from tests.e2e.strikes import armed
from tests.e2e.test_crashes import a_mortal_service, an_operator, arm, names_of, struck
from tests.makers import MONDAY, days
from tests.support.environment import Handle, eventually
from tests.support.whole_service import WholeService
from tests.wholesale import (
    CALLING,
    CONSOLE,
    MEETINGS,
    a_user,
    an_onboarding,
    assignment,
    batch,
    departure,
    new_address,
    other_package,
    quantities,
    removal,
    report,
)
from tests.wholesale_scenarios import LISTED

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def env(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WholeService]:
    """The service with a worker that dies on demand, one for all tests of the module."""
    async with a_mortal_service(tmp_path_factory.mktemp("service")) as running:
        yield running


SHORT: Final = WholesalePolicy(
    compliance=CompliancePolicy(contacts=(days(0),), answer_within=days(1), last_call=(days(1),))
)
"""One contact, and it ends with the day after."""

CUSTOMER, OLDER, NEWER = "wholesale-W-4100", "compliance-W-4100-1", "compliance-W-4100-2"

KILLED_IN: Final = {
    "open_wholesale": CUSTOMER,
    "start_check": CUSTOMER,
    "look_at_check": CUSTOMER,
    "assign_user": CUSTOMER,
    "change_user_package": CUSTOMER,
    "remove_one_user": CUSTOMER,
    "assign_users": CUSTOMER,
    "count_users": CUSTOMER,
    "locate": CUSTOMER,
    "remove_users": CUSTOMER,
    "take_deprovisioning_step": CUSTOMER,
    "open_check": OLDER,
    "screen_customer": OLDER,
    "tell_customer": OLDER,
    "look_at_customer": OLDER,
    "ask_for_deprovisioning": NEWER,
    "record": NEWER,
}
"""The first of each."""


async def test_a2_a_worker_killed_in_every_activity_of_a_customer_and_its_checks_does_each_thing_once(
    env: WholeService,
) -> None:
    """From creation until a check that is not resolved has it deprovisioned."""
    activities = (WholesaleActivities, WholesaleUserActivities, ComplianceActivities)
    assert {*KILLED_IN} == {"record", *(name for each in activities for name in names_of(each))}
    async with an_operator(env):
        for activity, workflow in KILLED_IN.items():
            arm(env, workflow, f"{activity}:done")
        customer = await in_service(env, "W-4100", name=LISTED)
        await used(env, customer)
        await env.send(customer, "update_billing_address", new_address(), check(env, 1), check(env, 2))
        await eventually(lambda: env.events("W-4100", NAME).count("wholesale.check_started") == 2)
        await env.send(check(env, 2), "confirm_match", confirmed(), customer)
        await eventually(lambda: "compliance.partner_contacted" in env.events("W-4100-2", COMPLIANCE))
        await env.pass_time(check(env, 2), timedelta(days=3))
        assert (await check(env, 2).result())["stage"] == "deprovisioned"
        assert (await customer.result())["stage"] == "deprovisioned"
        assert not [*armed(env.directory).iterdir()], "every one was struck"
        assert_each_once(env)


async def in_service(env: WholeService, external_id: str, **changes: Any) -> Handle:
    """All is provisioned, and it was screened."""
    entries = [ListEntry(entry="E-1", source="Invented List", name=LISTED)]
    env.store.import_list("irp", entries, digest="0" * 64, by="ops-7", now=MONDAY)
    start = an_onboarding(external_id, **{"policy": SHORT} | changes)
    customer = await env.start("WholesaleCustomer", start, workflow_id(NAME, external_id))
    for name in (CALLING, MEETINGS, CONSOLE):
        await env.send(customer, "report_package", report(name))
    return customer


async def used(env: WholeService, customer: Handle) -> None:
    """Users of every sort; three are left."""
    env.store.lay_down("W-4100", "B-1", [a_user("U-1"), a_user("U-2")], MONDAY)
    await env.send(customer, "assign_batch", batch())
    await env.send(customer, "assign", assignment("U-3"))
    await env.send(customer, "assign", assignment("U-4"))
    await env.send(customer, "change_package", other_package("U-3"))
    await env.send(customer, "remove_user", departure("U-4"))
    await env.send(customer, "change_quantities", quantities(packages={CALLING: 11}))


def check(env: WholeService, number: int, of: str = "W-4100") -> Handle:
    return env.client.get_workflow_handle(workflow_id(COMPLIANCE, f"{of}-{number}"))


ONCE: Final = {
    "wholesale.onboarded",
    "wholesale.users_imported",
    "wholesale.user_changed",
    "wholesale.user_removed",
    "wholesale.quantities_changed",
    "wholesale.address_changed",
    "wholesale.deprovisioning",
    *(f"wholesale.{step}" for step in STEPS),
    "wholesale.deprovisioned",
    "compliance.match_confirmed",
    "compliance.partner_contacted",
    "compliance.end_reached",
    "compliance.deprovisioning",
    "compliance.deprovisioned",
}
"""What the customer's record, and that of its second check, have once; two users were assigned one by one."""


def assert_each_once(env: WholeService) -> None:
    told = Counter([*env.events("W-4100", NAME), *env.events("W-4100-2", COMPLIANCE)])
    assert {event: told[event] for event in ONCE} == dict.fromkeys(ONCE, 1)
    assert (told["wholesale.user_assigned"], told["wholesale.check_started"]) == (2, 2)
    assert Counter(env.events("W-4100-1", COMPLIANCE))["compliance.superseded"] == 1
    assert_whole_end(env, "W-4100", users=3)
    sent = [*env.store.mails(NAME, "W-4100"), *env.store.mails(COMPLIANCE, "W-4100-2")]
    assert {mail.state for mail in sent} == {"sent"}
    arrived = [*env.arrived("W-4100"), *env.arrived("W-4100-2")]
    assert sorted(mail.kind for mail in sent) == sorted(arrived)
    assert arrived.count("wholesale_deprovisioned") == arrived.count("compliance_contact") == 1


def assert_whole_end(env: WholeService, external_id: str, users: int) -> None:
    """Nobody is left; steps, certificate and record say the same."""
    filed = Certificate.model_validate(env.store.row(NAME, external_id).forms["certificate"])
    assert env.store.users(external_id) == []
    assert [step.step for step in filed.steps] == list(STEPS)
    taken = [(step.step, step.removed, step.taken_at, step.digest) for step in env.store.steps(external_id)]
    assert [(step.step, step.removed, step.at, step.digest) for step in filed.steps] == taken
    assert (filed.steps[0].step, filed.steps[0].removed, filed.users) == (USERS_REMOVED, users, users)
    (end,) = (event for event in env.store.events(NAME, external_id) if event.type == "wholesale.deprovisioned")
    assert end.data["digest"] == filed.digest == digest_of(filed)


STRUCK_AT: Final = {
    **{f"W-421{number}": {"take_deprovisioning_step": number, "record": number} for number in range(len(STEPS))},
    "W-4220": {"remove_users": 0, "record": len(STEPS)},
}
"""After what the worker is killed, and how often it passes before: each step, and each time that is recorded; the
last record has the certificate."""


async def test_whs_27_a_worker_killed_at_any_step_of_a_deprovisioning_removes_everything_once(
    env: WholeService,
) -> None:
    async with an_operator(env):
        customers = {name: await in_service(env, name) for name in STRUCK_AT}
        for name, customer in customers.items():
            for number in range(3):
                await env.send(customer, "assign", assignment(f"U-{number}"))
            for activity, passes in STRUCK_AT[name].items():
                arm(env, customer.id, f"{activity}:done", passes)
        await asyncio.gather(*(end(customer) for customer in customers.values()))
        assert not [*armed(env.directory).iterdir()], "every one was struck"
        for name in STRUCK_AT:
            assert_whole_end(env, name, users=3)
            told = Counter(env.events(name, NAME))
            assert {told[f"wholesale.{step}"] for step in STEPS} == {told["wholesale.deprovisioned"]} == {1}
            await eventually(partial(was_told_once, env, name))


IGNORED: Final = "wholesale.check_report_ignored"


async def test_a2_what_a_killed_worker_recorded_is_told_once_though_something_came_before_it_is_told_again(
    env: WholeService,
) -> None:
    """Whoever takes over hears of a check first: the fact of one number has another one now."""
    async with an_operator(env):
        customer = await in_service(env, "W-4300")
        await env.send(customer, "assign", assignment("U-1"), check(env, 1, "W-4300"))
        arm(env, customer.id, "record:done", passes=1)
        ending = asyncio.create_task(end(customer))
        await struck(env, customer.id, "record:done")
        recorded = env.events("W-4300", NAME)
        await customer.signal("check_changed", CheckNews(check_id="W-4300-7"))
        await ending
        told = env.events("W-4300", NAME)
        assert (recorded[-1], IGNORED in recorded) == (f"wholesale.{USERS_REMOVED}", False)
        assert told[: len(recorded)] == [*recorded[:-1], IGNORED], "it was told again, under the next number"
        assert Counter(told) == Counter({*told}) + Counter(["wholesale.reported"])
        assert env.numbers("W-4300", NAME) == [*range(1, len(told))], "all but the mail's"
        assert_whole_end(env, "W-4300", users=1)


def was_told_once(env: WholeService, external_id: str) -> bool:
    """The partner, of the end."""
    return env.arrived(external_id) == ["wholesale_deprovisioned"]


async def end(customer: Handle) -> None:
    """One after the other, as its workflow is killed in between."""
    await customer.execute_update("deprovision", removal(), id=f"end-{customer.id}")
    assert (await customer.result())["stage"] == "deprovisioned"

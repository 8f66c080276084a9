"""A wholesale customer's runs: Reset by an operator, and continued as new in good time. R9, G4, WHS-27."""

from collections.abc import AsyncIterator
from typing import Final
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

from adapters.temporal.dev_server import TIME_TRAVEL
from domain.compliance.standing import NAME as COMPLIANCE
from domain.lifecycle import workflow_id
from domain.wholesale.certificate import Certificate
from domain.wholesale.standing import STEPS
from domain.wholesale.state import NAME
from tests.support.embedded import Embedded, embedded
from tests.support.environment import Handle, eventually
from tests.wholesale import CALLING, CONSOLE, MEETINGS, an_onboarding, assignment, departure, removal, report

pytestmark = pytest.mark.asyncio(loop_scope="module")

UPDATES: Final = 16
"""A run takes so many and no more; it is told at half of them."""

LOWERED: Final = {
    "history.maxTotalUpdates": str(UPDATES),
    "history.maxTotalUpdates.suggestContinueAsNewThreshold": "0.5",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def env() -> AsyncIterator[Embedded]:
    """A server with low limits, for all tests here."""
    async with embedded({**LOWERED, **TIME_TRAVEL}) as running:
        yield running


async def in_service(env: Embedded, external_id: str) -> Handle:
    """Everything is provisioned; its check waits for a list."""
    handle = await env.start("WholesaleCustomer", an_onboarding(external_id), workflow_id(NAME, external_id))
    for name in (CALLING, MEETINGS, CONSOLE):
        await env.send(handle, "report_package", report(name))
    return handle


async def test_r9_a_reset_after_the_end_repeats_nothing(env: Embedded) -> None:
    """To its first task: what was removed stays so, the certificate has the steps as they were taken first, and no
    second mail goes out."""
    handle = await in_service(env, "W-1")
    await env.send(handle, "assign", assignment())
    await env.send(handle, "assign", assignment("U-2"))
    await env.send(handle, "deprovision", removal())
    first = await handle.result()
    before, taken = _filed(env, "W-1"), env.store.steps("W-1")
    await reset(env, handle)
    latest = env.client.get_workflow_handle(handle.id)
    assert await latest.result() == first
    after = _filed(env, "W-1")
    assert (env.store.steps("W-1"), [step.step for step in taken]) == (taken, list(STEPS))
    assert (after.steps, after.users, after.number) == (before.steps, before.users, before.number)
    assert env.store.users("W-1") == []
    assert [mail.state for mail in env.store.mails(NAME, "W-1")] == ["sent"]
    assert [row.subject for row in env.store.listed(COMPLIANCE, linked_to="W-1")] == ["W-1-1"], "screened once"


async def test_g4_it_goes_on_in_another_run_with_its_users_and_its_lock(env: Embedded) -> None:
    handle = await in_service(env, "W-2")
    run = (await handle.describe()).run_id
    for number in range(UPDATES):
        await env.send(handle, "assign", assignment("U-1"))
        await env.send(handle, "remove_user", departure("U-1"))
        await env.send(handle, "assign", assignment(f"U-{number % 3 + 2}"))
    assert (await env.client.get_workflow_handle(handle.id).describe()).run_id != run
    view = await env.state(env.client.get_workflow_handle(handle.id))
    assert (view.stage, view.facts["users"], view.facts["compliance"]) == ("provisioned", "3", "W-2-1 checking")
    assert sorted(user.user_id for user in env.store.users("W-2")) == ["U-2", "U-3", "U-4"]


def _filed(env: Embedded, external_id: str) -> Certificate:
    return Certificate.model_validate(env.store.row(NAME, external_id).forms["certificate"])


async def reset(env: Embedded, handle: Handle) -> None:
    """As an operator does it in the Web UI, to the first task; updates that came later are applied again."""
    history = await handle.fetch_history()
    done = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    point = next(event.event_id for event in history.events if event.event_type == done)
    await env.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=env.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=handle.id, run_id=history.run_id),
            reason="a test",
            workflow_task_finish_event_id=point,
            request_id=str(uuid4()),
        )
    )
    await eventually(lambda: _is_another(env, handle, history.run_id))


async def _is_another(env: Embedded, handle: Handle, run: str) -> bool:
    return (await env.client.get_workflow_handle(handle.id).describe()).run_id != run

"""What Temporal itself knows about a workflow: whether it runs, what it was started with, how it ended."""

from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import ApplicationError

from starter.exits import Exit, Stop
from starter.gate import asking

Existing = tuple[WorkflowExecutionStatus | None, str]
"""Status and run id of a workflow's newest run."""


async def described(client: Client, workflow_id: str) -> Existing | None:
    """The newest run; None if Temporal knows none."""
    try:
        async with asking(workflow_id):
            found = await client.get_workflow_handle(workflow_id).describe()
    except Stop as stop:
        if stop.exit is Exit.NOT_FOUND:
            return None
        raise
    return found.status, found.run_id


async def first_input(client: Client, workflow_id: str) -> dict[str, Any]:
    """The JSON a workflow's newest run was started with."""
    events = client.get_workflow_handle(workflow_id).fetch_history_events(page_size=1)
    async for event in events:
        payloads = event.workflow_execution_started_event_attributes.input.payloads
        found = await client.data_converter.decode(list(payloads))
        return found[0] if found and isinstance(found[0], dict) else {}
    return {}


async def outcome(handle: WorkflowHandle[Any, Any], status: WorkflowExecutionStatus | None) -> str:
    """How a closed workflow ended: `completed`, `rejected`, `failed: …`, `terminated`."""
    if status is WorkflowExecutionStatus.COMPLETED:
        result = await handle.result()
        return str(result.get("stage", "completed")) if isinstance(result, dict) else "completed"
    if status is WorkflowExecutionStatus.FAILED:
        cause = await failure(handle)
        return f"failed: {cause.message if isinstance(cause, ApplicationError) else 'a fault of Tenure'}"
    return status.name.lower().replace("_", " ") if status else "ended"


async def failure(handle: WorkflowHandle[Any, Any]) -> BaseException | None:
    """Why a workflow failed."""
    try:
        await handle.result()
    except WorkflowFailureError as failed:
        return failed.cause
    return None

"""Where other lifecycles run: on the same Temporal server, as workflows of their own."""

from datetime import timedelta
from typing import Any, Final

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.kind import Kind
from domain.lifecycle import Lifecycle, workflow_id
from domain.values import Message, Model

ANSWERED_WITHIN: Final = timedelta(seconds=5)

NO_SUCH_RUN: Final = frozenset({RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT})
"""It is not there, or its id is none that Temporal ever gave: a row written by `tenure audit` bears such a one."""


async def any_exists(client: Client, workflow_id: str, runs: frozenset[str]) -> bool:
    """Does Temporal know one of these runs, open or closed? Any other trouble is raised: ask again later."""
    for run in sorted(runs):
        try:
            await client.get_workflow_handle(workflow_id, run_id=run).describe(rpc_timeout=ANSWERED_WITHIN)
        except RPCError as failed:
            if failed.status not in NO_SUCH_RUN:
                raise
        else:
            return True
    return False


class TemporalLifecycles:
    """Starts workflows for workflows. Not as children: an open child would hold its parent's test clock."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def any_exists(self, workflow_id: str, runs: frozenset[str]) -> bool:
        """See `any_exists`."""
        return await any_exists(self._client, workflow_id, runs)

    async def start(self, kind: Kind[Any], request: Message) -> None:
        """One workflow for each id, ever."""
        subject = getattr(request, kind.id_field)
        try:
            await self._client.start_workflow(
                kind.workflow,
                request,
                id=kind.workflow_id(subject),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=f"{kind.name.replace('_', ' ').capitalize()} {subject}",
            )
        except WorkflowAlreadyStartedError:
            return

    async def signal(self, lifecycle: Lifecycle, subject: str, name: str, message: Model | None = None) -> bool:
        """False when no such workflow is open."""
        target = self._client.get_workflow_handle(workflow_id(lifecycle, subject))
        arguments = [] if message is None else [message]
        try:
            await target.signal(name, args=arguments, rpc_timeout=ANSWERED_WITHIN)
        except RPCError as failed:
            if failed.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

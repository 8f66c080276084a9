"""The lifecycles of a forecast as they show themselves, and whether all of them are at rest."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle, WorkflowQueryFailedError
from temporalio.service import RPCError

from domain.deadlines import Deadline
from domain.view import LifecycleView
from starter.console.exits import Exit, Stop
from starter.reach.executions import failure, problems_of

ANSWERED_WITHIN: Final = timedelta(seconds=1)
LOOK_EVERY: Final = timedelta(milliseconds=10)

AT_REST_WITHIN: Final = timedelta(seconds=60)
"""In real time. A lifecycle needs a fraction of a second for what happens at one moment."""

GONE_WRONG: Final = (
    WorkflowExecutionStatus.FAILED,
    WorkflowExecutionStatus.TERMINATED,
    WorkflowExecutionStatus.TIMED_OUT,
    WorkflowExecutionStatus.CANCELED,
)


class Views:
    """Of all that were begun; `open` holds those that go on, as of the last time everything was at rest."""

    def __init__(self, client: Client, what: str, begun: list[str]) -> None:
        self.open: dict[str, LifecycleView] = {}
        self._client = client
        self._what = what
        self._begun = begun

    def due(self, at: datetime) -> dict[tuple[str, str], Deadline]:
        """Deadlines reached and not acted on yet, by workflow id and name."""
        return {
            (name, deadline.name): deadline
            for name, view in self.open.items()
            for deadline in view.deadlines
            if deadline.at <= at
        }

    async def settled(self) -> None:
        """Wait until two looks in a row find every lifecycle at rest and unchanged.

        A query waits for the task that a finished activity has caused, so what that task started shows in the next
        look.
        """
        async with self.patience():
            before, now = None, await self._look()
            while before != now or any(busy for busy, _ in now.values()):
                await asyncio.sleep(LOOK_EVERY.total_seconds())
                before, now = now, await self._look()

    @asynccontextmanager
    async def patience(self) -> AsyncIterator[None]:
        """So long, and then it is said that there is no forecast."""
        try:
            async with asyncio.timeout(AT_REST_WITHIN.total_seconds()):
                yield
        except TimeoutError:
            raise Stop(Exit.UNEXPECTED, f"{self._what} does not come to rest: no forecast") from None

    async def _look(self) -> dict[str, tuple[bool, str]]:
        return {name: await self._look_at(name) for name in self._begun}

    async def _look_at(self, name: str) -> tuple[bool, str]:
        execution = WorkflowExecution(workflow_id=name)
        request = DescribeWorkflowExecutionRequest(namespace=self._client.namespace, execution=execution)
        # raw: the SDK's describe() cannot read what this server says of an unset date
        raw = await self._client.workflow_service.describe_workflow_execution(request)
        handle = self._client.get_workflow_handle(name)
        status = WorkflowExecutionStatus(raw.workflow_execution_info.status)
        if status is not WorkflowExecutionStatus.RUNNING:
            self.open.pop(name, None)
            if status in GONE_WRONG:
                raise await _failed(name, handle)
            return False, "closed"
        try:  # this server never answers a query that meets the end of a run
            view = await handle.query("state", result_type=LifecycleView, rpc_timeout=ANSWERED_WITHIN)
        except (RPCError, WorkflowQueryFailedError):
            return True, "no answer"
        self.open[name] = view
        busy = bool(raw.pending_activities)
        return busy, f"{raw.workflow_execution_info.history_length} {view.model_dump_json()}"


async def _failed(name: str, handle: WorkflowHandle[Any, Any]) -> Stop:
    """A start that is refused ends its workflow at once: there is nothing to forecast."""
    cause = await failure(handle)
    while cause is not None and cause.__cause__ is not None:
        cause = cause.__cause__
    why = getattr(cause, "message", None) or "it came to a bad end"
    return Stop(Exit.REFUSED, f"{name} was refused: {why}", problems=problems_of(cause))

"""The story of a start that names no story of ours: it fails at once, saying so."""

from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError


@workflow.defn(dynamic=True)
class UnknownWorkflow:
    """Takes every workflow type the worker does not know; without it such a start would stay open for ever, unheard."""

    @workflow.run
    async def run(self, _inputs: Sequence[RawValue]) -> None:
        """Fail, naming the types this worker knows (the interceptor of adapters/temporal tells them)."""
        known = workflow.extern_functions().get("tenure.known_workflow_types", tuple)()
        message = "this workflow type is not known" + (f"; known are {', '.join(known)}" if known else "")
        raise ApplicationError(message, type="UnknownWorkflowType", non_retryable=True)

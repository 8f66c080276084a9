"""A start that names no workflow of ours: it fails at once, saying so."""

from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue

with workflow.unsafe.imports_passed_through():
    from activities.errors import refusal_of
    from domain.reasons import Reason
    from domain.values import Refused


@workflow.defn(dynamic=True)
class UnknownWorkflow:
    """Takes every workflow type the worker does not know; without it such a start would stay open for ever, unheard."""

    @workflow.run
    async def run(self, _inputs: Sequence[RawValue]) -> None:
        """Fail, naming the types this worker knows (they come from the interceptor of adapters/temporal)."""
        known = workflow.extern_functions().get("tenure.known_workflow_types", tuple)()
        message = "this workflow type is not known" + (f"; known are {', '.join(known)}" if known else "")
        raise refusal_of(Refused(message, code=Reason.UNKNOWN_WORKFLOW_TYPE), "UnknownWorkflowType")

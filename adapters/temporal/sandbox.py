"""The sandbox that workflows run in: the same for a worker and for a replay before a deploy."""

from typing import Final

from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import SandboxImportNotificationPolicy

from adapters.temporal.guard import Guarded

LET_THROUGH: Final = ("email_validator", "idna", "phonenumbers", "pycountry", "pydantic_extra_types", "rich", "tzdata")
"""Libraries behind our models' field types that import parts of themselves only when first used."""


class GuardedSandbox(SandboxedWorkflowRunner):
    """The sandbox, with a guard around each workflow."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """See base class."""
        return Guarded(super().create_instance(det), det)


class GuardedRunner(UnsandboxedWorkflowRunner):
    """The same without the sandbox: for stand-ins in tests."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """See base class."""
        return Guarded(super().create_instance(det), det)


OURS: Final = ("workflows", "domain", "activities")
"""Loaded once for all workflows, not once for each: there is no state in a module. `tests/test_house_rules.py` sees to
it that no module of these rooms reads a clock, draws a number or opens a file."""


def sandbox() -> SandboxedWorkflowRunner:
    """The sandbox stays on; what reaches a workflow without having been let through on purpose is an error."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*LET_THROUGH, *OURS)
    policy = SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
    return GuardedSandbox(restrictions=restrictions.with_import_notification_policy(policy))

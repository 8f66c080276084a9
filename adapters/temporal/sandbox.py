"""The sandbox stories run in: the same for a worker and for a replay before a deploy."""

from typing import Final

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import SandboxImportNotificationPolicy

LET_THROUGH: Final = ("email_validator", "idna", "phonenumbers", "pycountry", "pydantic_extra_types", "rich", "tzdata")
"""Libraries behind our models' field types that import parts of themselves only when first used."""


def sandbox() -> SandboxedWorkflowRunner:
    """The sandbox stays on; what reaches a workflow without having been let through on purpose is an error."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*LET_THROUGH)
    policy = SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
    return SandboxedWorkflowRunner(restrictions=restrictions.with_import_notification_policy(policy))

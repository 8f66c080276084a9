"""Where subscriptions run: on the same Temporal server, as workflows of their own."""

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from domain.mails import Lifecycle, workflow_id
from domain.subscription.messages import StartSubscription


class TemporalSubscriptions:
    """Starts `Subscription` workflows. Not as children: an open child would hold its parent's test clock."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def start(self, request: StartSubscription) -> None:
        """One workflow for each subscription id, ever: a running or ended one is left alone."""
        try:
            await self._client.start_workflow(
                "Subscription",
                request,
                id=workflow_id(Lifecycle.SUBSCRIPTION, request.subscription_id),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=f"Subscription {request.subscription_id}",
            )
        except WorkflowAlreadyStartedError:
            return

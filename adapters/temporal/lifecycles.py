"""Where other lifecycles run: on the same Temporal server, as workflows of their own."""

from pydantic import BaseModel
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from domain.device.messages import StartDeviceLoan
from domain.mails import Lifecycle, workflow_id
from domain.order.messages import PlaceOrder
from domain.subscription.messages import StartSubscription


class TemporalLifecycles:
    """Starts workflows for workflows. Not as children: an open child would hold its parent's test clock."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def start_subscription(self, request: StartSubscription) -> None:
        """One workflow for each subscription id, ever."""
        await self._start("Subscription", Lifecycle.SUBSCRIPTION, request.subscription_id, request)

    async def start_order(self, order: PlaceOrder) -> None:
        """One workflow for each SO#, ever."""
        await self._start("Order", Lifecycle.ORDER, order.sales_order_number, order)

    async def start_device(self, request: StartDeviceLoan) -> None:
        """One workflow for each device on loan, ever."""
        await self._start("DeviceLoan", Lifecycle.DEVICE, request.device_id, request)

    async def _start(self, type_: str, lifecycle: Lifecycle, subject: str, request: BaseModel) -> None:
        try:
            await self._client.start_workflow(
                type_,
                request,
                id=workflow_id(lifecycle, subject),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=f"{lifecycle.capitalize()} {subject}",
            )
        except WorkflowAlreadyStartedError:
            return

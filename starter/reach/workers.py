"""Is there a worker that takes up what we start?"""

from datetime import UTC, datetime, timedelta
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from starter.reach import gate
from starter.reach.executions import asking

LAST_SEEN: Final = timedelta(minutes=2)
"""A worker polls once a minute at least; one that was not seen for two is gone."""


async def nobody_polls(connected: Client, task_queue: str) -> bool:
    request = DescribeTaskQueueRequest(
        namespace=connected.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    async with asking(task_queue):
        found = await connected.workflow_service.describe_task_queue(request, timeout=gate.PATIENCE)
    return not any(_seen_lately(poller.last_access_time) for poller in found.pollers)


def nobody_there(task_queue: str) -> str:
    """A warning: what was started waits."""
    return f"no worker polls task queue {task_queue}: nothing happens until one does (tenure up)"


def _seen_lately(at: Timestamp) -> bool:
    return datetime.now(UTC) - at.ToDatetime(UTC) < LAST_SEEN

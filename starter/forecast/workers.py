"""The workers of a forecast: the very workflows, in an imagined world."""

from concurrent.futures import Executor
from typing import Final

from temporalio.client import Client
from temporalio.worker import Worker

from adapters.temporal.interceptor import PlainRefusals
from adapters.temporal.preload import preload
from adapters.temporal.sandbox import sandbox
from starter.forecast.world import ImaginedWorld
from workflows.registry import WORKFLOWS
from workflows.steps import MAIL_TASK_QUEUE_SUFFIX

TASK_QUEUE: Final = "forecast"


def workers(client: Client, world: ImaginedWorld, threads: Executor) -> tuple[Worker, Worker]:
    """One for the lifecycles, one for the mails, as in worker.py."""
    preload(WORKFLOWS)
    lifecycles = Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=WORKFLOWS,
        activities=world.activities(),
        activity_executor=threads,
        workflow_runner=sandbox(),
        interceptors=[PlainRefusals([each.__name__ for each in WORKFLOWS])],
    )
    post = Worker(
        client,
        task_queue=TASK_QUEUE + MAIL_TASK_QUEUE_SUFFIX,
        activities=world.activities(),
        activity_executor=threads,
    )
    return lifecycles, post

"""The floor: an order's messages and steps on Temporal, with activities that do nothing."""

import asyncio
import signal
import sys
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

Json = dict[str, Any]
HOLD = timedelta(days=5)
TERM = timedelta(days=365)
SHORT = timedelta(seconds=30)
UPDATES = ("accept_terms", "clear_compliance", "submit_provisioning_form", "report_site_built", "graduate")
STEPS = {
    "": ("open", "mail terms"),
    "clear_compliance": ("record shipped", "mail confirmation"),
    "submit_provisioning_form": ("mail form copy",),
    "report_site_built": ("mail welcome",),
    "graduate": ("record graduated", "mail graduation copy"),
}
"""By the message that brings them."""


class Steps:
    """The activities."""

    def __init__(self, client: Client, queue: str) -> None:
        self._client = client
        self._queue = queue

    @activity.defn
    async def nothing(self, _step: str) -> None:
        """What this measures has no work in it."""

    @activity.defn
    async def start_subscription(self, number: str) -> None:
        id_ = f"subscription-sub-{number}"
        await self._client.start_workflow(FloorSubscription.run, number, id=id_, task_queue=self._queue)


@workflow.defn
class FloorSubscription:
    """An activity, then a timer: what stays open behind an order."""

    @workflow.run
    async def run(self, _number: str) -> None:
        await workflow.execute_activity_method(Steps.nothing, "open", start_to_close_timeout=SHORT)
        await workflow.sleep(TERM)


@workflow.defn
class FloorOrder:
    """Steps and messages of an order."""

    def __init__(self) -> None:
        self.heard: set[str] = set()

    @workflow.run
    async def run(self, order: Json) -> None:
        number: str = order["sales_order_number"]
        await self.steps("")
        try:
            await workflow.wait_condition(lambda: set(UPDATES[:2]) <= self.heard, timeout=HOLD)
        except TimeoutError:
            await self.until(*UPDATES[:2])
        for update in UPDATES[1:]:
            await self.until(update)
            if update == "report_site_built":
                await workflow.execute_activity_method(Steps.start_subscription, number, start_to_close_timeout=SHORT)
            await self.steps(update)

    async def until(self, *updates: str) -> None:
        await workflow.wait_condition(lambda: set(updates) <= self.heard)

    async def steps(self, after: str) -> None:
        for step in STEPS[after]:
            await workflow.execute_activity_method(Steps.nothing, step, start_to_close_timeout=SHORT)

    @workflow.update
    def accept_terms(self, _message: Json) -> str:
        return self.hear("accept_terms")

    @workflow.update
    def clear_compliance(self, _message: Json) -> str:
        return self.hear("clear_compliance")

    @workflow.update
    def submit_provisioning_form(self, _message: Json) -> str:
        return self.hear("submit_provisioning_form")

    @workflow.update
    def report_site_built(self, _message: Json) -> str:
        return self.hear("report_site_built")

    @workflow.update
    def graduate(self, _message: Json) -> str:
        return self.hear("graduate")

    @workflow.update
    async def put_note(self, _message: Json) -> str:
        """A note is recorded, so an activity follows; the answer does not wait for it."""
        self.notes = asyncio.create_task(self.note())
        return self.hear("put_note")

    async def note(self) -> None:
        await workflow.execute_activity_method(Steps.nothing, "record note", start_to_close_timeout=SHORT)

    def hear(self, update: str) -> str:
        self.heard.add(update)
        return update


async def main(address: str, queue: str) -> None:
    """Work until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    client = await Client.connect(address)
    steps = Steps(client, queue)
    async with Worker(
        client,
        task_queue=queue,
        workflows=[FloorOrder, FloorSubscription],
        activities=[steps.nothing, steps.start_subscription],
    ):
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))

"""Where scenarios are played to be recorded: a plain server in real time, or the town's where months have to pass."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle

import worker
from adapters.settings import Settings
from adapters.sql.migrate import migrate
from adapters.sql.store import SqlStore, open_store
from adapters.temporal.bootstrap import prepare_namespace
from adapters.temporal.converter import data_converter
from adapters.temporal.dev_server import DevServer
from domain.mails import Lifecycle, workflow_id
from domain.order.messages import PlaceOrder
from domain.trial.messages import StartTrial
from tests.town import Wire
from workflows import attributes

QUEUE: Final = "tenure"
LOOK_EVERY: Final = 0.02
SIGNED: Final = "recorder"
"""What histories name as client and worker: they tell of no machine."""

Handle = WorkflowHandle[Any, Any]
Recordings = dict[str, Handle]


@dataclass
class Studio:
    """Where scenarios are played: each step is over before the next begins, so that it runs the same each time."""

    client: Client
    store: SqlStore
    wire: Wire

    async def place(self, order: PlaceOrder) -> Handle:
        """Start an order and wait until it is held, or refused."""
        return await self.start("Order", order, workflow_id(Lifecycle.ORDER, order.sales_order_number))

    async def try_out(self, trial: StartTrial) -> Handle:
        """Start a trial and wait until it has begun, or is refused."""
        return await self.start("Trial", trial, workflow_id(Lifecycle.TRIAL, trial.trial_id))

    async def start(self, story: str, placed: BaseModel, id_: str) -> Handle:
        """Start a story and wait until it has nothing in hand."""
        started = await self.client.start_workflow(story, placed, id=id_, task_queue=QUEUE)
        await self.quiet(started)
        return self.run_of(started)

    async def device(self, device_id: str) -> Handle:
        """A device's only run."""
        handle = self.client.get_workflow_handle(workflow_id(Lifecycle.DEVICE, device_id))
        await self.quiet(handle)
        return self.client.get_workflow_handle(handle.id, run_id=(await handle.describe()).run_id)

    def run_of(self, started: Handle) -> Handle:
        """This very run, whatever follows it."""
        return self.client.get_workflow_handle(started.id, run_id=started.result_run_id)

    async def subscription(self, subscription_id: str) -> Handle:
        """The present run of a subscription."""
        handle = self.client.get_workflow_handle(workflow_id(Lifecycle.SUBSCRIPTION, subscription_id))
        return self.client.get_workflow_handle(handle.id, run_id=(await handle.describe()).run_id)

    async def next_run(self, run: Handle) -> Handle:
        """The run that follows, once it is there and has nothing in hand."""
        while True:
            latest = await self.subscription(run.id.removeprefix("subscription-"))
            if latest.run_id != run.run_id:
                await self.quiet(latest)
                return latest
            await asyncio.sleep(LOOK_EVERY)

    async def tell(self, handle: Handle, update: str, message: BaseModel, *also: Handle) -> None:
        """Send an update and wait for what follows from it, there and elsewhere."""
        await handle.execute_update(update, message)
        for each in (handle, *also):
            await self.quiet(each)

    async def quiet(self, handle: Handle) -> None:
        """Wait until nothing is in hand there: no task, no activity, no signal on its way."""
        while True:
            raw = (await handle.describe()).raw_description
            events = (await handle.fetch_history()).events
            in_hand = raw.pending_activities or raw.HasField("pending_workflow_task") or signals_under_way(events)
            if not in_hand and raw.workflow_execution_info.history_length == len(events):
                return
            await asyncio.sleep(LOOK_EVERY)

    async def fired(self, handle: Handle) -> None:
        """Wait until a timer has fired, and for what follows from it."""
        async for event in handle.fetch_history_events(wait_new_event=True):
            if event.event_type == EventType.EVENT_TYPE_TIMER_FIRED:
                break
        await self.quiet(handle)


def signals_under_way(events: Sequence[HistoryEvent]) -> bool:
    """Has a signal to another workflow been sent whose delivery is not known yet? `describe` does not tell."""
    kinds = [event.event_type for event in events]
    sent = kinds.count(EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED)
    return sent > kinds.count(EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED)


@asynccontextmanager
async def a_studio() -> AsyncIterator[Studio]:
    """Server, store and worker of today's code; mail goes nowhere."""
    with tempfile.TemporaryDirectory() as directory, ExitStack() as threads:
        url = f"sqlite:///{directory}/tenure.db"
        await asyncio.to_thread(migrate, url)
        given = {"DATABASE_URL": url, "documents_dir": f"{directory}/documents", "csm_roster": ["csm-1"]}
        settings = Settings.model_validate({**given, "task_queue": QUEUE})
        async with DevServer(Path(directory) / "temporal", port=0, ui_port=0) as server:
            client = await Client.connect(server.address, data_converter=data_converter, identity=SIGNED)
            await prepare_namespace(client, attributes.ALL, settings.retention)
            studio = Studio(client, open_store(url), Wire())
            stories, post = worker.workers(client, settings, studio.store, studio.wire, threads)
            async with stories, post:
                yield studio

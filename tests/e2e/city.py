"""The service as it is run, in one test: real server, a worker process, real SMTP, real SQL; every clock is ours."""

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from adapters.mail.catcher import CaughtMail, read_mails
from adapters.sql.store import SqlStore, open_store
from adapters.temporal.clock import current_time, forward
from adapters.temporal.dev_server import DevServer
from domain.mails import Lifecycle, workflow_id
from domain.order.messages import PlaceOrder
from domain.view import LifeView
from starter.service import Ports, Service, service

WITHIN = 20.0
"""Seconds: far longer than anything here takes, also on a machine that does much else."""

AT_FIRST, CALMLY = 0.02, 0.3
"""Seconds between two looks: the machine has better things to do than to be looked at."""

ANY_PORTS = Ports(temporal=0, ui=0, mail=0)

SECOND = timedelta(seconds=1)

QuickServer = partial(DevServer, settings={"history.defaultWorkflowTaskTimeout": '"2s"'})
"""A workflow task that died with its worker, or with the server, is given again after 2 s instead of 10."""


async def eventually(look: Callable[[], Any], within: float = WITHIN, calmly: float = CALMLY) -> Any:
    """Look until there is something to see, more and more calmly; what was seen."""
    latest = time.monotonic() + within
    pause = AT_FIRST
    while not (seen := await found if inspect.isawaitable(found := look()) else found):
        assert time.monotonic() < latest, f"after {within} s still {seen!r}"
        await asyncio.sleep(min(pause, calmly))
        pause *= 1.5
    return seen


async def said_no(asked: Any) -> ApplicationError | None:
    """Wait for an update: None if it was done, else the refusal."""
    try:
        await asked
    except WorkflowUpdateFailedError as refused:
        return refused.cause if isinstance(refused.cause, ApplicationError) else ApplicationError(repr(refused.cause))
    return None


@dataclass
class City:
    """Handles for a test's sentences."""

    service: Service
    store: SqlStore

    @property
    def client(self) -> Client:
        """A client of its server."""
        return self.service.client

    @property
    def directory(self) -> Path:
        """Where it keeps everything."""
        return self.service.directory

    async def place(self, order: PlaceOrder) -> WorkflowHandle[Any, Any]:
        """Start an order's story and wait until it is held."""
        handle = await self.start(order)
        await self.settled(handle)
        return handle

    async def start(self, order: PlaceOrder) -> WorkflowHandle[Any, Any]:
        """Start an order's story."""
        return await self.client.start_workflow(
            "Order",
            order,
            id=workflow_id(Lifecycle.ORDER, order.sales_order_number),
            task_queue=self.service.task_queue,
        )

    def order(self, number: str) -> WorkflowHandle[Any, Any]:
        """An order's handle: of its latest run."""
        return self.client.get_workflow_handle(workflow_id(Lifecycle.ORDER, number))

    def subscription(self, subscription_id: str) -> WorkflowHandle[Any, Any]:
        """A subscription's handle: of its latest run."""
        return self.client.get_workflow_handle(workflow_id(Lifecycle.SUBSCRIPTION, subscription_id))

    async def tell(self, handle: WorkflowHandle[Any, Any], update: str, message: BaseModel) -> None:
        """Send an update and let its consequences happen."""
        await handle.execute_update(update, message)
        await self.settled(handle)

    async def state(self, handle: WorkflowHandle[Any, Any]) -> LifeView:
        """The story's own account."""
        return await handle.query("state", result_type=LifeView)

    async def settled(self, handle: WorkflowHandle[Any, Any]) -> None:
        """Wait until it has nothing in hand: no task to do, no activity under way."""
        await eventually(lambda: at_rest(handle))

    async def move(self, handle: WorkflowHandle[Any, Any], by: timedelta) -> None:
        """Let time pass for this one, and everything due by then happen."""
        await forward(self.client, handle.id, by)
        await self.settled(handle)

    async def move_past(self, handle: WorkflowHandle[Any, Any], deadline: str) -> None:
        """Let time pass for this one until a second after that deadline."""
        due = next(known.at for known in (await self.state(handle)).deadlines if known.name == deadline)
        await self.move(handle, due + SECOND - await current_time(self.client, handle.id))

    async def found(self, query: str) -> set[str]:
        """The ids that a list query finds: what an operator's filter in the Web UI shows."""
        return {found.id async for found in self.client.list_workflows(query)}

    def mails(self) -> list[CaughtMail]:
        """The mails that arrived, oldest first."""
        return read_mails(self.service.mails)

    def arrived(self, number: str) -> list[str]:
        """The kinds of the mails that arrived for an order, oldest first; by the catcher's file names, unread."""
        return [kept.name.split("-", 2)[1] for kept in sorted(self.service.mails.glob(f"*-{number}.eml"))]

    def told(self, subject: str, lifecycle: Lifecycle = Lifecycle.ORDER) -> list[str]:
        """What the store says happened, by type."""
        return [event.type for event in self.store.events(lifecycle, subject)]


async def at_rest(handle: WorkflowHandle[Any, Any]) -> bool:
    """Has the story nothing in hand? The server knows of every step between two of its tasks."""
    raw = (await handle.describe()).raw_description
    return not raw.pending_activities and not raw.HasField("pending_workflow_task")


async def history(handle: WorkflowHandle[Any, Any], *kinds: str) -> list[HistoryEvent]:
    """The events of a run, only of these kinds (`TIMER_STARTED`) if any are given."""
    wanted = {EventType.Value(f"EVENT_TYPE_{kind}") for kind in kinds}
    return [event for event in (await handle.fetch_history()).events if not wanted or event.event_type in wanted]


@asynccontextmanager
async def a_city(directory: Path, *, time_travel: bool = True) -> AsyncIterator[City]:
    """The embedded service as `tenure up` runs it, on free ports."""
    async with service(directory, ANY_PORTS, time_travel=time_travel) as running:
        yield City(running, open_store(running.database_url))


MAILS = ("confirmation", "provisioning_copy", "welcome", "graduation_copy")
"""Of a straight life, in this order."""

STEPS = (
    "order.acknowledged",
    "order.held",
    "order.compliance_cleared",
    "order.shipped",
    "order.form_submitted",
    "order.site_built",
    "order.welcome_sent",
    "order.graduated",
    "order.csm_assigned",
)


def assert_whole(city: City, number: str) -> None:
    """A straight life: each step happened once, each mail went once, nothing is missing."""
    events = city.store.events(Lifecycle.ORDER, number)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert sorted(event.type for event in events if event.type in STEPS) == sorted(STEPS)
    assert sorted(city.arrived(number)) == sorted(MAILS)
    ledger = city.store.mails(Lifecycle.ORDER, number)
    assert sorted((mail.kind, mail.state) for mail in ledger) == sorted((kind, "sent") for kind in MAILS)

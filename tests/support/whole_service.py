"""The service as it is run: real server, worker process, SMTP and SQL; single workflows move forward in time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from adapters.mail.catcher import CaughtMail, read_mails
from adapters.sql.store import open_store
from adapters.temporal.clock import current_time
from adapters.temporal.dev_server import DevServer
from domain.lifecycle import Lifecycle, workflow_id
from domain.order.messages import PlaceOrder
from starter.service.service import Ports, Service, service
from tests.support.clock import forward
from tests.support.environment import Environment, Handle

ANY_PORTS: Final = Ports(temporal=0, ui=0, mail=0)

SECOND: Final = timedelta(seconds=1)

QuickServer = partial(DevServer, settings={"history.defaultWorkflowTaskTimeout": '"2s"'})
"""A workflow task that died with its worker, or with the server, is given again after 2 s instead of 10."""


@dataclass
class WholeService(Environment):
    """An environment of several processes."""

    service: Service

    @property
    def directory(self) -> Path:
        """Where it keeps everything."""
        return self.service.directory

    async def place_at(self, begins: datetime, order: PlaceOrder) -> Handle:
        """Place an order by another life's clock, which is ahead of this one: whoever places it lives then."""
        id_ = workflow_id(Lifecycle.ORDER, order.sales_order_number)
        handle = await self.start("Order", order, id_, begins - datetime.now(UTC))
        first_task = (await handle.describe()).execution_time or begins
        await self.pass_time(handle, first_task + SECOND - await current_time(self.client, handle.id))
        return handle

    async def pass_time(self, handle: Handle, by: timedelta) -> None:
        """Let time pass for this one, and everything due by then happen."""
        await forward(self.client, handle.id, by)
        await self.settled(handle)

    async def pass_deadline(self, handle: Handle, deadline: str) -> None:
        """Let time pass for this one until a second after that deadline."""
        due = next(known.at for known in (await self.state(handle)).deadlines if known.name == deadline)
        await self.pass_time(handle, due + SECOND - await current_time(self.client, handle.id))

    async def found(self, query: str) -> set[str]:
        """The ids that a list query finds: what an operator's filter in the Web UI shows."""
        return {found.id async for found in self.client.list_workflows(query)}

    def mails(self, named: str = "*") -> list[CaughtMail]:
        """The mails that arrived, oldest first; or those whose file is named like this."""
        return read_mails(self.service.mails, named)

    def arrived(self, number: str) -> list[str]:
        """The kinds of the mails that arrived for an order, oldest first; by the catcher's file names, unread."""
        return [kept.name.split("-", 2)[1] for kept in sorted(self.service.mails.glob(f"*-{number}.eml"))]


async def history(handle: Handle, *kinds: str) -> list[HistoryEvent]:
    """The events of a run, only of these kinds (`TIMER_STARTED`) if any are given."""
    wanted = {EventType.Value(f"EVENT_TYPE_{kind}") for kind in kinds}
    return [event for event in (await handle.fetch_history()).events if not wanted or event.event_type in wanted]


@asynccontextmanager
async def whole_service(
    directory: Path, *, time_travel: bool = True, ports: Ports = ANY_PORTS
) -> AsyncIterator[WholeService]:
    """The embedded service as `tenure up` runs it, on free ports."""
    async with service(directory, ports, time_travel=time_travel) as running:
        yield WholeService(running.client, open_store(running.database_url), running.task_queue, running)


MAILS: Final = ("confirmation", "provisioning_copy", "welcome", "graduation_copy")
"""Of a straight life, in this order."""

STEPS: Final = (
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


def assert_whole(env: WholeService, number: str, *, disturbed: bool = False) -> None:
    """A straight life: each step happened once, each mail went once, nothing is missing.

    A workflow task that is lost (its server was killed, its worker took too long for it) may have been written down by
    then: what came meanwhile happens first when it is done again, and two facts of different types have one number.
    """
    numbers = env.numbers(number)
    counted = sorted(set(numbers)) if disturbed else numbers
    assert counted == list(range(1, len(counted) + 1)), numbers
    assert sorted(event for event in env.events(number) if event in STEPS) == sorted(STEPS)
    assert sorted(env.arrived(number)) == sorted(MAILS)
    ledger = env.store.mails(Lifecycle.ORDER, number)
    assert sorted((mail.kind, mail.state) for mail in ledger) == sorted((kind, "sent") for kind in MAILS)

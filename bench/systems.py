"""Every system that lives the same lives, ready to be measured side by side."""

import asyncio
import itertools
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from temporalio.client import Client

from adapters.temporal.clock import forward
from bench import lives, plan
from bench.consumption import cpu, cpu_with_children
from bench.histories import at_rest
from bench.mailbox import Mailbox
from bench.peers.dbos_driver import DbosOrders, dbos_orders
from bench.postgres import Postgres, postgres
from bench.processes import its_turn
from bench.stack import Stack, Worker, stack

WHOLE_TRIAL: Final = timedelta(days=100)
Meters = Mapping[str, Callable[[], float]]
"""CPU seconds used so far, by process: `server`, `worker`, `store`, `driver`."""


@dataclass
class System:
    """One that can be told to live a life."""

    name: str
    live: Callable[[str], Awaitable[None]]
    """A whole life under this number."""

    meters: Meters
    prepare: Callable[[int], Awaitable[None]] | None = None
    """What so many lives need to be there."""

    polls: int | None = None
    """A process that works even when there is nothing to do: it is stopped while others have their turn."""

    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def numbers(self, wanted: int) -> list[str]:
        """Order numbers nobody had."""
        prefix = self.name.upper().replace("_", "-")
        return [f"{prefix}-{next(self._numbers):05}" for _ in range(wanted)]


@dataclass
class Place:
    """What the systems run on."""

    stack: Stack
    mailbox: Mailbox
    postgres: Postgres | None
    held: AsyncExitStack
    directory: Path
    systems: dict[str, System] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    """Numbers of orders whose subscription a renewal may continue."""

    travelling: Stack | None = None
    """Where trials live."""

    async def add(self, name: str) -> None:
        """Start what this one needs."""
        self.systems[name] = await _MAKERS[name](self, name)

    def pg(self) -> Postgres:
        """It was asked for."""
        if self.postgres is None:
            raise RuntimeError("PostgreSQL was not started")
        return self.postgres

    async def orders(self, name: str) -> System:
        """Our orders, with terms or without, on a SQLite store."""
        return self.ours(name, await self.sqlite_worker(), terms=name == plan.ORDER)

    async def orders_pg(self, name: str) -> System:
        """The same with terms, on a PostgreSQL store."""
        worker = await self.stack.tenure(name, self.pg().create(name))
        found = self.ours(name, worker, terms=True)
        found.meters = {**found.meters, "store": partial(cpu_with_children, self.pg().pid)}
        return found

    async def renewals(self, name: str) -> System:
        """Each continues the subscription of an order that was done before."""
        worker = await self.sqlite_worker()

        async def live(number: str) -> None:
            await lives.lived(
                self.stack.client, worker.queue, lives.renewal(number, self.done.pop()), self.mailbox.when_asked
            )

        return System(name, live, self.meters(worker), self._subscriptions)

    async def trials(self, name: str) -> System:
        """On a server of their own, on which the test clock may move them: `tenure demo`'s settings."""
        travelling = await self.held.enter_async_context(stack(self.directory / "travel", time_travel=True))
        self.travelling = travelling
        worker = await travelling.tenure("travel", travelling.store("tenure"))
        live = partial(lived_trial, travelling.client, worker.queue)
        meters = {"server": partial(cpu, travelling.server_pid), "worker": partial(cpu, worker.pid)}
        return System(name, live, meters | {"driver": partial(cpu, os.getpid())})

    async def floor(self, name: str) -> System:
        """The same messages and steps, without any work in them."""
        worker = await self.stack.peer(name, "bench.peers.floor", "")
        return self.theirs(name, worker, "FloorOrder", lives.at_once)

    async def reference(self, name: str) -> System:
        """The plain life."""
        worker = await self.stack.peer(name, "bench.peers.plain", self.stack.store("plain"))
        return self.theirs(name, worker, "PlainOrder", self.mailbox.when_asked)

    async def dbos(self, name: str) -> System:
        """The plain life on DBOS."""
        url = self.pg().create(name)
        orders: DbosOrders = await self.held.enter_async_context(
            dbos_orders(url, self.stack.mail_port, self.directory / "dbos.log")
        )

        async def live(number: str) -> None:
            await orders.lived(lives.order(number), self.mailbox.when_asked)

        with its_turn(orders.pid):
            pass
        meters = {"worker": partial(cpu, orders.pid), "store": partial(cpu_with_children, self.pg().pid)}
        return System(name, live, meters | {"driver": partial(cpu, os.getpid())}, polls=orders.pid)

    async def sqlite_worker(self) -> Worker:
        """One for all that live on the SQLite store."""
        return self.stack.workers.get("tenure") or await self.stack.tenure("tenure", self.stack.store("tenure"))

    def ours(self, name: str, worker: Worker, *, terms: bool) -> System:
        """An order of the product, remembered when done."""

        async def live(number: str) -> None:
            life = lives.order(number, terms=terms)
            await lives.lived(self.stack.client, worker.queue, life, self.mailbox.when_asked)
            if name != plan.ORDER_PG:
                self.done.append(number)

        return System(name, live, self.meters(worker))

    def theirs(self, name: str, worker: Worker, workflow: str, pause: lives.Pause) -> System:
        """The same order, told to a peer's workflow."""

        async def live(number: str) -> None:
            await lives.lived(self.stack.client, worker.queue, lives.order(number, workflow=workflow), pause)

        return System(name, live, self.meters(worker))

    def meters(self, worker: Worker) -> dict[str, Callable[[], float]]:
        """Server, this worker, and ourselves who send the messages."""
        server, driver = partial(cpu, self.stack.server_pid), partial(cpu, os.getpid())
        return {"server": server, "worker": partial(cpu, worker.pid), "driver": driver}

    async def _subscriptions(self, wanted: int) -> None:
        """Enough of them, and open: an order begins its subscription, which then opens by itself."""
        missing = wanted - len(self.done)
        if missing > 0:
            worker = await self.sqlite_worker()
            spare = self.ours(plan.ORDER_PLAIN, worker, terms=False)
            numbers = [f"SPARE-{time.time_ns()}-{each}" for each in range(missing)]
            await lives.several([partial(spare.live, number) for number in numbers], plan.QUICK.in_flight)
        for number in self.done[-wanted:]:
            await at_rest(self.stack.client.get_workflow_handle(f"subscription-sub-{number}"))


async def lived_trial(client: Client, queue: str, number: str) -> None:
    """Built, used, never converted; the test clock brings it to the release of its numbers."""
    life = lives.trial(number)
    handle = await lives.start(client, queue, life)
    await lives.told(handle, life, lives.at_once)
    await forward(client, life.id, WHOLE_TRIAL)
    await handle.result()


_MAKERS: Final[Mapping[str, Callable[[Place, str], Awaitable[System]]]] = {
    plan.ORDER: Place.orders,
    plan.ORDER_PLAIN: Place.orders,
    plan.ORDER_PG: Place.orders_pg,
    plan.RENEWAL: Place.renewals,
    plan.TRIAL: Place.trials,
    plan.FLOOR: Place.floor,
    plan.REFERENCE: Place.reference,
    plan.DBOS: Place.dbos,
}


@asynccontextmanager
async def systems(wanted: list[str], directory: Path) -> AsyncIterator[Place]:
    """All of these, started; they end with the `with`."""
    async with AsyncExitStack() as held:
        server = held.enter_context(postgres()) if {plan.ORDER_PG, plan.DBOS} & set(wanted) else None
        shared = await held.enter_async_context(stack(directory / "shared"))
        mailbox = await held.enter_async_context(Mailbox(shared.mail_log))
        place = Place(shared, mailbox, server, held, directory)
        for name in wanted:
            await place.add(name)
        await asyncio.sleep(1)
        yield place

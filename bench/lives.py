"""What upstream sends to a life, from start to end; the messages are those of tools/ui_examples.py."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDReusePolicy

from tools import ui_examples

Json = dict[str, Any]
Handle = WorkflowHandle[Any, Any]
Pause = Callable[[str, str], Awaitable[None]]
"""Waited for before each message: of this workflow id, this update."""

USED_FOR: Final = 40
"""Days of the trial; with grace and the time its numbers are kept its life takes 85."""


@dataclass(frozen=True)
class Life:
    """A start, and what people send afterwards."""

    workflow: str
    id: str
    start: Json
    updates: tuple[tuple[str, Json], ...]


@dataclass(frozen=True)
class Heard:
    """A message, by the sender's clock: seconds since the epoch."""

    workflow_id: str
    update: str
    sent: float
    answered: float


def order(number: str, *, terms: bool = True, workflow: str = "Order") -> Life:
    """A new order to its graduation: five updates with port terms, four without."""
    start = _of_its_own(example("order.start.new"), number)
    if not terms:
        start["items"] = [item for item in start["items"] if item["offering"] != "port"]
    accepted = [("accept_terms", example("order.accept_terms"))] if terms else []
    rest = ("clear_compliance", "submit_provisioning_form", "report_site_built", "graduate")
    updates = (*accepted, *((name, example(f"order.{name}")) for name in rest))
    return Life(workflow, f"order-{number}", start, updates)


def renewal(number: str, renewed: str) -> Life:
    """A renewal of the subscription that the order `renewed` began: three updates."""
    start = _of_its_own(example("order.start.renewal"), renewed)
    start |= {"sales_order_number": number, "subscription_id": f"sub-{renewed}"}
    start["items"] = [item for item in start["items"] if item["offering"] != "port"]
    updates = (
        ("clear_compliance", example("order.clear_compliance")),
        ("submit_provisioning_form", example("order.submit_provisioning_form.renewal")),
        ("report_site_built", {"by": "vendor-build"}),
    )
    return Life("Order", f"order-{number}", start, updates)


def trial(number: str) -> Life:
    """A trial that nobody converts, with ten mails to the release of its numbers: one update, the rest is time."""
    start = example("trial.start.new_customer") | {"trial_id": number, "services": ["calling"], "days": USED_FOR}
    start |= {"devices": [], "users": [_person("kenji.mori")]}
    start["customer"] = start["customer"] | {"id": f"customer-{number.lower()}"}
    built = example("trial.report_services_built") | {"services": ["calling"]}
    return Life("Trial", f"trial-{number}", start, (("report_services_built", built),))


async def start(client: Client, queue: str, life: Life) -> Handle:
    """As the contract asks upstream to start one."""
    return await client.start_workflow(
        life.workflow,
        life.start,
        id=life.id,
        task_queue=queue,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
    )


async def told(handle: Handle, life: Life, pause: Pause) -> list[Heard]:
    """Every message, one after the other."""
    heard = []
    for name, message in life.updates:
        await pause(life.id, name)
        sent = time.time()
        await handle.execute_update(name, message, id=f"{life.id}-{name}")
        heard.append(Heard(life.id, name, sent, time.time()))
    return heard


async def lived(client: Client, queue: str, life: Life, pause: Pause) -> list[Heard]:
    """A whole life that ends by what people send."""
    handle = await start(client, queue, life)
    heard = await told(handle, life, pause)
    await handle.result()
    return heard


async def at_once(_workflow_id: str, _update: str) -> None:
    """No pause."""


async def several(lives: list[Callable[[], Awaitable[Any]]], in_flight: int) -> list[Any]:
    """All of them, so many at a time: the next begins when one ends."""
    turnstile = asyncio.Semaphore(in_flight)

    async def one(live: Callable[[], Awaitable[Any]]) -> Any:
        async with turnstile:
            return await live()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(live)) for live in lives]
    return [task.result() for task in tasks]


def _of_its_own(example: Json, number: str) -> Json:
    """An order of a customer who has no other."""
    customer = example["customer"] | {"id": f"customer-{number.lower()}"}
    return example | {"by": "upstream-ccw", "source": "upstream", "sales_order_number": number, "customer": customer}


def _person(name: str) -> Json:
    first, last = name.split(".")
    mail = f"{name}@umi.example.com"
    return {"first_name": first.title(), "last_name": last.title(), "email": mail, "language": "en", "zone": "UTC"}


def example(name: str) -> Json:
    """A message that tools/ui_examples.py has, to be changed as one likes."""
    return deepcopy(_read(name))


@cache
def _read(name: str) -> Json:
    found: Json = json.loads(ui_examples.written(ui_examples.messages()[name]))
    return found

"""An order alone: from the answer to a message until it is in the store, in the lists, and its mail is out."""

import asyncio
import time
from typing import Final

from temporalio.client import Client

from bench import lives
from bench.outcome import Outcome, once
from bench.parts.saturated import StoreWatch
from bench.plan import Plan
from bench.spread import quantile
from bench.systems import Place

STAGE: Final = "pending.awaiting_provisioning_details"
"""After clearance."""

LOOK_AGAIN: Final = 0.005
GIVE_UP: Final = 30.0
MEDIAN: Final = 0.5


async def light(place: Place, how: Plan) -> Outcome:
    """One order at a time, cleared and watched; the rest of its life is then told."""
    client, queue = place.stack.client, (await place.sqlite_worker()).queue
    found: dict[str, list[float]] = {"store": [], "lists": [], "mail": []}
    for number in range(how.alone):
        life = lives.order(f"ALONE-{number:05}", terms=False)
        async with StoreWatch(place.stack.store("tenure")) as store:
            handle = await lives.start(client, queue, life)
            answered = (await lives.told(handle, _only(life, "clear_compliance"), lives.at_once))[0].answered
            found["lists"].append(await _listed(client, life.id) - answered)
            found["mail"].append(await place.mailbox.wait(f"confirmation ALONE-{number:05}") - answered)
            found["store"].append(store.seen[f"ALONE-{number:05}", "order.compliance_cleared"] - answered)
    figures = {f"alone.accepted_to_{name}_p50_s": once(max(0, quantile(s, MEDIAN))) for name, s in found.items()}
    return Outcome(figures, {"alone": {"orders": how.alone}})


def _only(life: lives.Life, update: str) -> lives.Life:
    return lives.Life(life.workflow, life.id, life.start, tuple(each for each in life.updates if each[0] == update))


async def _listed(client: Client, workflow_id: str) -> float:
    """When a list query by stage finds it."""
    give_up_at = time.monotonic() + GIVE_UP
    query = f'WorkflowId = "{workflow_id}" AND TenureStage = "{STAGE}"'
    while time.monotonic() < give_up_at:
        if (await client.count_workflows(query)).count:
            return time.time()
        await asyncio.sleep(LOOK_AGAIN)
    raise TimeoutError(f"{workflow_id} is not in the lists")

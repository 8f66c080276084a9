"""The outside world of the demo: what customers, partners and the vendor do, each on a clock of its own lifecycle."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from pydantic import Field, model_validator
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal.clock import current_time, forward
from domain.mails import Lifecycle, workflow_id
from domain.order.messages import PlaceOrder
from domain.subscription.subscription import RENEWAL_DATE
from domain.values import Line, Model
from domain.view import LifeView

SECOND: Final = timedelta(seconds=1)


class Act(Model):
    """One thing somebody outside does. A line of examples/world.jsonl."""

    at: timedelta
    """After the order was placed; for a subscription, after its renewal date (negative: before)."""

    to: Line = Field(description="A workflow id.")
    update: Line | None = None
    message: dict[str, Any] = {}
    place: Line | None = Field(default=None, description="The SO# of a renewal order to start.")
    note: Line

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.update is None) == (self.place is None):
            raise ValueError("an act either sends an update or places an order")
        return self


@dataclass(frozen=True)
class Happening:
    """Something the demo shows."""

    workflow_id: str
    at: datetime
    """On the lifecycle's own clock."""

    text: str
    refused: bool = False


@dataclass
class World:
    """Plays acts on lifecycles, each on its own clock; tells `show` what happened."""

    client: Client
    task_queue: str
    acts: list[Act]
    renewals: dict[str, PlaceOrder]
    show: Callable[[Happening], Awaitable[None]]

    async def play(self, order: PlaceOrder) -> None:
        """A whole life: the order's, then its subscription's up to and past the renewal."""
        await self.place(order)
        await self.live(workflow_id(Lifecycle.ORDER, order.sales_order_number))
        subscription = workflow_id(Lifecycle.SUBSCRIPTION, order.subscription)
        if await self.exists(subscription):
            await self.live_as_subscription(subscription)

    async def place(self, order: PlaceOrder) -> None:
        """Start an order."""
        number = order.sales_order_number
        await self.client.start_workflow(
            "Order",
            order,
            id=workflow_id(Lifecycle.ORDER, number),
            task_queue=self.task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            static_summary=f"Order {number} ({order.kind})",
        )
        await self.tell(workflow_id(Lifecycle.ORDER, number), f"{order.kind} order placed")

    async def live(self, target: str) -> None:
        """Play the acts for one order, moving its clock from one to the next."""
        placed_at = await current_time(self.client, target)
        for act in self.of(target):
            await self.move(target, placed_at + act.at)
            await self.send(target, act)

    async def live_as_subscription(self, target: str) -> None:
        """Play the acts around the renewal date, and let the date pass."""
        ends_at = await self.renewal_date_ends(target)
        for act in self.of(target):
            await self.move(target, ends_at + act.at)
            if act.place is None:
                await self.send(target, act)
            else:
                await self.renew(target, self.renewals[act.place])
        await self.move(target, ends_at + SECOND)
        await self.tell(target, "the renewal date has passed")

    async def renew(self, subscription: str, renewal: PlaceOrder) -> None:
        """A renewal order starts at the subscription's time, and the subscription keeps up with it."""
        target = workflow_id(Lifecycle.ORDER, renewal.sales_order_number)
        now = await current_time(self.client, subscription)
        await self.place(renewal.model_copy(update={"placed_at": now}))
        await self.move(target, now)
        for act in self.of(target):
            await self.move(target, now + act.at)
            await self.move(subscription, now + act.at)
            await self.send(target, act)

    def of(self, target: str) -> list[Act]:
        """The acts meant for one workflow, in time order."""
        return sorted((act for act in self.acts if act.to == target), key=lambda act: act.at)

    async def move(self, target: str, to: datetime) -> None:
        """Forward a lifecycle's clock to an instant; one already past is left."""
        ahead = to - await current_time(self.client, target)
        if ahead > timedelta(0):
            await forward(self.client, target, ahead)

    async def send(self, target: str, act: Act) -> None:
        """Send an act's update; a refusal is part of the story."""
        handle = self.client.get_workflow_handle(target)
        try:
            await handle.execute_update(act.update or "", act.message)
        except WorkflowUpdateFailedError as refusal:
            words = str(refusal.cause).splitlines()[0]
            await self.tell(target, f"{act.note}: refused, {words}", refused=True)
        else:
            await self.tell(target, act.note)

    async def tell(self, target: str, text: str, *, refused: bool = False) -> None:
        """Show what happened, with the lifecycle's own time."""
        await self.show(Happening(target, await current_time(self.client, target), text, refused))

    async def view(self, target: str) -> LifeView:
        """A lifecycle's own account of itself."""
        return await self.client.get_workflow_handle(target).query("state", result_type=LifeView)

    async def renewal_date_ends(self, target: str) -> datetime:
        """When the renewal date is over in the customer's zone."""
        deadlines = (await self.view(target)).deadlines
        return next(deadline.at for deadline in deadlines if deadline.name == RENEWAL_DATE)

    async def exists(self, target: str) -> bool:
        """Is there such a workflow? A cancelled or rejected order starts no subscription."""
        try:
            await self.client.get_workflow_handle(target).describe()
        except RPCError as missing:
            if missing.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True


def read_acts(path: Path) -> list[Act]:
    """The acts of a file, one JSON object a line."""
    return [Act.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]

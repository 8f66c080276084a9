"""The outside world of the demo: what customers, partners and the vendor do, each on a clock of its own lifecycle."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from pydantic import Field, model_validator
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
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
        target = await self.place(order)
        await self.tell(target, "the partner places an order")
        await self.live(target)
        subscription = workflow_id(Lifecycle.SUBSCRIPTION, order.subscription)
        if await self.exists(subscription):
            await self.live_as_subscription(subscription)

    async def place(self, order: PlaceOrder) -> str:
        """Start an order; its workflow id."""
        number = order.sales_order_number
        target = workflow_id(Lifecycle.ORDER, number)
        with contextlib.suppress(WorkflowAlreadyStartedError):  # an earlier demo did
            await self.client.start_workflow(
                "Order",
                order,
                id=target,
                task_queue=self.task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                static_summary=f"Order {number} ({order.kind})",
            )
        return target

    async def live(self, target: str) -> None:
        """Play the acts for one order, moving its clock from one to the next."""
        placed_at = datetime.fromisoformat((await self.view(target)).facts["placed_at"])
        now = await current_time(self.client, target)
        for act in self.of(target):
            if placed_at + act.at > now:
                await self.move(target, placed_at + act.at)
                await self.send(target, act)

    async def live_as_subscription(self, target: str) -> None:
        """Play the acts around the renewal date, and let the date pass."""
        ends_at = await self.renewal_date_ends(target)
        before = [act for act in self.of(target) if act.at < timedelta(0)]
        await self.play_around(target, ends_at, before)
        await self.move(target, ends_at + SECOND)
        await self.tell(target, f"the renewal date is over: {(await self.view(target)).stage}")
        await self.play_around(target, ends_at, [act for act in self.of(target) if act not in before])

    async def play_around(self, target: str, ends_at: datetime, acts: list[Act]) -> None:
        """Each act at its time from the renewal date; an order placed lives its whole life there."""
        for act in acts:
            await self.move(target, ends_at + act.at)
            if act.place is None:
                await self.send(target, act)
            else:
                await self.renew(target, act, self.renewals[act.place])

    async def renew(self, subscription: str, act: Act, renewal: PlaceOrder) -> None:
        """A renewal order starts at the subscription's time, and the subscription keeps up with it."""
        now = await current_time(self.client, subscription)
        target = await self.place(renewal.model_copy(update={"placed_at": now}))
        await self.move(target, now)
        await self.tell(target, act.note)
        for step in self.of(target):
            await self.move(target, now + step.at)
            await self.move(subscription, now + step.at)
            await self.send(target, step)
        await self.tell(subscription, f"renewed: {(await self.view(subscription)).stage}")

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
            words = getattr(refusal.cause, "message", str(refusal.cause)).splitlines()[0]
            await self.tell(target, f"{act.note} – refused: {words}", refused=True)
        else:
            await self.tell(target, act.note)

    async def tell(self, target: str, text: str, *, refused: bool = False) -> None:
        """Show what happened, with the lifecycle's own time."""
        await self.show(Happening(target, await current_time(self.client, target), text, refused))

    async def view(self, target: str) -> LifeView:
        """A lifecycle's own account of itself."""
        view: LifeView = await self.client.get_workflow_handle(target).query("state", result_type=LifeView)
        return view

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

"""The outside world of the demo: what customers, partners and the vendor do, each on a clock of its own lifecycle."""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from adapters.temporal.clock import current_time
from domain.mails import Lifecycle, workflow_id
from domain.order.messages import PlaceOrder
from domain.subscription.subscription import RENEWAL_DATE
from domain.trial.messages import StartTrial
from domain.trial.trial import GRACE_END
from starter.acts import Act, Happening
from starter.clocks import Clocks
from starter.intake import Start, intake_of

SECOND: Final = timedelta(seconds=1)
FAR: Final = datetime.max.replace(tzinfo=UTC)


@dataclass
class World(Clocks):
    """Plays acts on lifecycles, each on its own clock; tells `show` what happened."""

    task_queue: str
    acts: list[Act]
    to_come: dict[str, PlaceOrder]
    """Orders that are placed by acts: renewals, and those that convert a trial."""

    show: Callable[[Happening], Awaitable[None]]

    async def play(self, start: Start) -> None:
        """A whole life, with those that follow from it."""
        start = _dated(start, datetime.now(UTC))
        target = await self.place(start)
        await self.settled(target)
        if isinstance(start, StartTrial):
            await self.tell(target, f"the partner starts a trial ({start.kind.replace('_', ' ')})")
            lives = [target, *(workflow_id(Lifecycle.DEVICE, device.device_id) for device in start.devices)]
            await self.live(lives, await self.began(target))
            await self.pass_deadlines(lives, FAR)
            return
        await self.tell(target, "the partner places an order")
        await self.live([target], await self.began(target))
        subscription = workflow_id(Lifecycle.SUBSCRIPTION, start.subscription)
        if await self.exists(subscription):
            await self.live_as_subscription(subscription)

    async def place(self, start: Start) -> str:
        """Start an order or a trial; its workflow id."""
        intake = intake_of(start)
        subject = intake.subject(start)
        with contextlib.suppress(WorkflowAlreadyStartedError):  # an earlier demo did
            await self.client.start_workflow(
                intake.workflow,
                start,
                id=subject.workflow_id,
                task_queue=self.task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                static_summary=f"{intake.workflow} {subject.id} ({start.kind})",
            )
        return subject.workflow_id

    async def live(self, lives: Sequence[str], began: datetime) -> None:
        """Play the acts for lives that belong together: each has its own clock, and none is left behind."""
        now = await current_time(self.client, lives[0])
        for act in self.of(*lives):
            if began + act.at > now:
                await self.born(act.to)
                await self.pass_time(lives, began + act.at)
                await self.send(act.to, act)

    async def pass_time(self, lives: Sequence[str], to: datetime) -> None:
        """Move all clocks to an instant."""
        await self.pass_deadlines(lives, to)
        for each in lives:
            await self.move(each, to)

    async def pass_deadlines(self, lives: Sequence[str], to: datetime) -> None:
        """From deadline to deadline, whosever it is; each is told as it passes."""
        while due := await self.next_due(lives, to):
            target, deadline = due
            for each in lives:
                await self.move(each, deadline.at + (SECOND if each == target else -SECOND))
            await self.tell(target, deadline.label)
            if deadline.name == GRACE_END and (lost := (await self.settled(target)).facts.get("lost")):
                await self.tell(target, f"lost for good: {lost.replace('_', ' ')}")

    async def live_as_subscription(self, target: str) -> None:
        """Play the acts around the renewal date, and let the date pass."""
        ends_at = await self.renewal_date_ends(target)
        if ends_at is None:
            await self.tell(target, f"nothing more to come: {(await self.view(target)).stage}")
            return
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
                await self.renew(target, act, self.to_come[act.place])

    async def renew(self, subscription: str, act: Act, renewal: PlaceOrder) -> None:
        """A renewal order starts at the subscription's time, and the subscription keeps up with it."""
        there = workflow_id(Lifecycle.ORDER, renewal.sales_order_number)
        if await self.exists(there) and not await self.is_open(there):  # an earlier demo renewed it
            return
        now = await current_time(self.client, subscription)
        target = await self.place(renewal.model_copy(update={"placed_at": now}))
        await self.move(target, now)
        await self.tell(target, act.note)
        for step in self.of(target):
            await self.move(target, now + step.at)
            await self.move(subscription, now + step.at)
            await self.send(target, step)
        await self.tell(subscription, f"renewed: {(await self.view(subscription)).stage}")

    def of(self, *targets: str) -> list[Act]:
        """The acts meant for these workflows, in time order."""
        return sorted((act for act in self.acts if act.to in targets), key=lambda act: act.at)

    async def send(self, target: str, act: Act) -> None:
        """Send an act's update, with the order it places if there is one; a refusal is part of the story."""
        if not await self.is_open(target):  # an earlier demo lived it to its end
            return
        handle = self.client.get_workflow_handle(target)
        now = await current_time(self.client, target)
        order = self.to_come[act.place].model_copy(update={"placed_at": now}) if act.place else None
        placed = {"order": order.model_dump(mode="json")} if order else {}
        try:
            await handle.execute_update(act.update or "", act.message | placed)
        except WorkflowUpdateFailedError as refusal:
            words = getattr(refusal.cause, "message", str(refusal.cause)).splitlines()[0]
            await self.tell(target, f"{act.note} – refused: {words}", refused=True)
            return
        await self.tell(target, act.note)
        if order:
            await self.follow(order, now)

    async def follow(self, order: PlaceOrder, now: datetime) -> None:
        """An order that another life places lives on from there."""
        target = workflow_id(Lifecycle.ORDER, order.sales_order_number)
        await self.born(target)
        await self.move(target, now)
        await self.tell(target, "the paid order begins")
        await self.live([target], now)
        subscription = workflow_id(Lifecycle.SUBSCRIPTION, order.subscription)
        if await self.exists(subscription):
            await self.move(subscription, await current_time(self.client, target))
            await self.tell(subscription, "the trial is a subscription now")

    async def tell(self, target: str, text: str, *, refused: bool = False) -> None:
        """Show what happened, with the lifecycle's own time."""
        await self.show(Happening(target, await current_time(self.client, target), text, refused))

    async def renewal_date_ends(self, target: str) -> datetime | None:
        """When the renewal date is over in the customer's zone; None when an earlier demo has passed it."""
        deadlines = (await self.view(target)).deadlines
        return next((deadline.at for deadline in deadlines if deadline.name == RENEWAL_DATE), None)


def _dated(start: Start, now: datetime) -> Start:
    """The examples are played as of today: so the devices of a trial expire with it, not on the day in the file."""
    if isinstance(start, PlaceOrder) or not start.devices:
        return start
    expires_on = now + timedelta(days=start.days or start.policy.length.days)
    devices = tuple(device.model_copy(update={"expires_on": expires_on}) for device in start.devices)
    return start.model_copy(update={"devices": devices})

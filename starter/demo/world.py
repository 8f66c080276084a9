"""The outside world of the demo: what customers, partners and the vendor do, each on a clock of its own lifecycle."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from adapters.temporal.clock import current_time
from domain.case.messages import OpenCase
from domain.compliance.standing import NAME as COMPLIANCE
from domain.lifecycle import Lifecycle, workflow_id
from domain.option.messages import RequestOption
from domain.order.messages import PlaceOrder
from domain.subscription.state import RENEWAL_DATE
from domain.trial.messages import StartTrial
from domain.trial.state import GRACE_END
from domain.view import LifecycleView
from domain.wholesale.checks import DEPROVISIONING, check_id
from domain.wholesale.messages import OnboardCustomer
from starter.console.ids import kind_of, subject_of
from starter.demo.acts import Act, Happening
from starter.demo.clocks import LOOK_AGAIN, Clocks
from starter.demo.tables import Start

MOMENT: Final = timedelta(milliseconds=50)
"""Just before or after a deadline."""
FAR: Final = datetime.max.replace(tzinfo=UTC)


@dataclass
class World(Clocks):
    """Plays acts on lifecycles, each on its own clock; tells `show` what happened."""

    task_queue: str
    acts: list[Act]
    to_come: dict[str, PlaceOrder | RequestOption]
    """What acts start, by its id: renewals, orders that convert a trial, option requests."""

    show: Callable[[Happening], Awaitable[None]]

    async def play(self, start: Start) -> None:
        """From start to end, with those that follow from it."""
        start = _dated(start, datetime.now(UTC))
        target = await self.place(start)
        await self.settled(target)
        match start:
            case StartTrial():
                await self.show_that(target, f"the partner starts a trial ({sort_of(start)})")
                await self.play_out(
                    [target, *(workflow_id(Lifecycle.DEVICE, lent.device_id) for lent in start.devices)]
                )
            case OpenCase():
                await self.show_that(target, f"the partner needs help ({sort_of(start)})")
                await self.play_out([target])
            case OnboardCustomer():
                await self.show_that(target, f"the partner onboards {sort_of(start)}")
                await self.play_customer(target, first_check_of(start))
            case PlaceOrder():
                await self.show_that(target, "the partner places an order")
                await self.play_together([target], await self.began(target))
                subscription = workflow_id(Lifecycle.SUBSCRIPTION, start.subscription)
                if await self.exists(subscription):
                    await self.play_subscription(subscription)

    async def play_out(self, targets: Sequence[str]) -> None:
        """The acts of those that belong together, then whatever falls due."""
        await self.play_together(targets, await self.began(targets[0]))
        await self.pass_deadlines(targets, FAR)

    async def play_customer(self, target: str, check: str) -> None:
        """It is screened beside all else, by a check that has a clock of its own. WHS-20, WHS-22."""
        await self.begun(check)
        found = await self.settled(check)
        await self.show_that(
            check, f"screened by {found.facts.get('list_version', 'nobody yet')}: {found.stage.replace('_', ' ')}"
        )
        await self.play_out([target, check])
        while (await self.view(check)).stage == DEPROVISIONING:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(LOOK_AGAIN.total_seconds())
        if certificate := (await self.settled(target)).facts.get("certificate"):
            await self.show_that(target, f"deprovisioned, step by step: certificate {certificate}")

    async def place(self, start: Start, begins: datetime | None = None) -> str:
        """Start it; its workflow id. `begins`: when, on another one's clock. Nothing is placed in its own future."""
        workflow, subject = kind_of(start).workflow, subject_of(start)
        with contextlib.suppress(WorkflowAlreadyStartedError):  # an earlier demo did
            await self.client.start_workflow(
                workflow,
                start,
                id=subject.workflow_id,
                task_queue=self.task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                static_summary=f"{workflow} {subject.id} ({sort_of(start)})",
                start_delay=begins - datetime.now(UTC) if begins else None,
            )
        if begins:
            first_task = (await self.client.get_workflow_handle(subject.workflow_id).describe()).execution_time
            await self.move(subject.workflow_id, (first_task or begins) + MOMENT)
        return subject.workflow_id

    async def play_together(self, targets: Sequence[str], began: datetime) -> None:
        """Play the acts of those that belong together: each has its own clock, and none is left behind."""
        now = await current_time(self.client, targets[0])
        for act in self.of(*targets):
            if began + act.at > now:
                await self.begun(act.to)
                await self.pass_time(targets, began + act.at)
                await self.send(act.to, act)

    async def pass_time(self, targets: Sequence[str], to: datetime) -> None:
        """Move all clocks to an instant."""
        await self.pass_deadlines(targets, to)
        for each in targets:
            await self.move(each, to)

    async def pass_deadlines(self, targets: Sequence[str], to: datetime) -> None:
        """From deadline to deadline, whosever it is; each is told as it passes."""
        while due := await self.next_due(targets, to):
            target, deadline = due
            for each in targets:
                await self.move(each, deadline.at + (MOMENT if each == target else -MOMENT))
            await self.acted(target, deadline)
            await self.show_that(target, deadline.label)
            view = await self.settled(target)
            if deadline.name == GRACE_END and (lost := view.facts.get("lost")):
                await self.show_that(target, f"lost for good: {lost.replace('_', ' ')}")

    async def play_subscription(self, target: str) -> None:
        """Play the acts around the renewal date, and let the date pass."""
        ends_at = await self.renewal_date_ends(target)
        if ends_at is None:
            await self.show_that(target, f"nothing more to come: {(await self.view(target)).stage}")
            return
        before = [act for act in self.of(target) if act.at < timedelta(0)]
        await self.play_around(target, ends_at, before)
        await self.move(target, ends_at + MOMENT)
        await self.show_that(target, f"the renewal date is over: {(await self.view(target)).stage}")
        await self.play_around(target, ends_at, [act for act in self.of(target) if act not in before])

    async def play_around(self, target: str, ends_at: datetime, acts: list[Act]) -> None:
        """Each act at its time from the renewal date; what it starts goes its whole way there."""
        for act in acts:
            await self.move(target, ends_at + act.at)
            if act.place is None:
                await self.send(target, act)
            else:
                await self.change(target, act, self.to_come[act.place])

    async def change(self, subscription: str, act: Act, start: PlaceOrder | RequestOption) -> None:
        """A renewal or an option request starts at the subscription's time, and the subscription keeps up with it."""
        there = subject_of(start).workflow_id
        if await self.exists(there) and not await self.is_open(there):  # an earlier demo had it
            return
        now = await current_time(self.client, subscription)
        target = await self.place(start, now)
        await self.settled(target)
        await self.show_that(target, act.note)
        for step in self.of(target):
            await self.move(target, now + step.at)
            await self.move(subscription, now + step.at)
            await self.send(target, step)
        answer = (await self.settled(target)).facts.get("answer")
        await self.closed(target)
        if answer:
            await self.show_that(target, f"answered at once: {answer}")
        else:
            await self.show_that(subscription, _what_came_of_it(await self.settled(subscription), start))

    def of(self, *targets: str) -> list[Act]:
        """The acts meant for these workflows, in time order."""
        return sorted((act for act in self.acts if act.to in targets), key=lambda act: act.at)

    async def send(self, target: str, act: Act) -> None:
        """Send an act's update, with the order it places if there is one; a refusal is part of the play."""
        if not await self.is_open(target):  # an earlier demo played it to its end
            return
        handle = self.client.get_workflow_handle(target)
        now = await current_time(self.client, target)
        order = self.to_come[act.place] if act.place else None
        if isinstance(order, PlaceOrder):
            await self.settled(await self.place(order, now))
        try:
            await handle.execute_update(act.update or "", act.message)
        except WorkflowUpdateFailedError as refusal:
            words = getattr(refusal.cause, "message", str(refusal.cause)).splitlines()[0]
            await self.show_that(target, f"{act.note} – refused: {words}", refused=True)
            return
        await self.show_that(target, act.note)
        await self.settled(target)  # what falls due next may depend on a mail that goes out
        if isinstance(order, PlaceOrder):
            await self.follow(order, now)

    async def follow(self, order: PlaceOrder, now: datetime) -> None:
        """The order that a trial is converted by goes on from there."""
        target = workflow_id(Lifecycle.ORDER, order.sales_order_number)
        await self.show_that(target, "the paid order begins")
        await self.play_together([target], now)
        subscription = workflow_id(Lifecycle.SUBSCRIPTION, order.subscription)
        if await self.exists(subscription):
            await self.move(subscription, await current_time(self.client, target))
            await self.show_that(subscription, "the trial is a subscription now")

    async def show_that(self, target: str, text: str, *, refused: bool = False) -> None:
        """Show what happened, with the lifecycle's own time."""
        await self.show(Happening(target, await current_time(self.client, target), text, refused))

    async def renewal_date_ends(self, target: str) -> datetime | None:
        """When the renewal date is over in the customer's zone; None when an earlier demo has passed it."""
        deadlines = (await self.view(target)).deadlines
        return next((deadline.at for deadline in deadlines if deadline.name == RENEWAL_DATE), None)


def sort_of(start: Start) -> str:
    """`new customer`, `language`; of a case, how it came in; of a wholesale customer, whose it is."""
    match start:
        case OpenCase():
            return start.channel
        case OnboardCustomer():
            return "its own organization" if start.own_organization else "a customer"
    return start.kind.replace("_", " ")


def first_check_of(start: OnboardCustomer) -> str:
    """The workflow id of the compliance check that it begins with."""
    return workflow_id(COMPLIANCE, check_id(start.external_id, 1))


def _what_came_of_it(subscription: LifecycleView, start: PlaceOrder | RequestOption) -> str:
    if isinstance(start, PlaceOrder):
        return f"renewed: {subscription.stage}"
    return f"has from now on: {subscription.facts.get('sites', 'no site')}"


def _dated(start: Start, now: datetime) -> Start:
    """The examples are played as of today: so the devices of a trial expire with it, not on the day in the file."""
    if not isinstance(start, StartTrial) or not start.devices:
        return start
    expires_on = now + timedelta(days=start.days or start.policy.length.days)
    devices = tuple(device.model_copy(update={"expires_on": expires_on}) for device in start.devices)
    return start.model_copy(update={"devices": devices})

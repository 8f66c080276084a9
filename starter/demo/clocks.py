"""Lifecycles on clocks of their own: observed, waited for, moved in time."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal.clock import NothingToMove, current_time, forward
from domain.deadlines import Deadline
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.view import LifecycleView
from starter.reach.clock import quiet

LOOK_AGAIN: Final = timedelta(milliseconds=50)
PATIENCE: Final = timedelta(minutes=10)
"""How long a clock may be held: a busy machine is slow, and that is no fault."""

TOO_SLOW: Final = "TMPRL1101"
"""A worker that was given no processor for two seconds says that a workflow did not yield; asked again, it answers."""


@dataclass
class Clocks:
    """Every workflow has one of its own."""

    client: Client

    async def move(self, target: str, to: datetime) -> None:
        """Forward a lifecycle's clock to an instant; one already past or closed is left, as is one still to begin."""
        with contextlib.suppress(NothingToMove):
            ahead = to - await current_time(self.client, target)
            if ahead > timedelta(0):
                await forward(self.client, target, ahead, patience=PATIENCE)

    async def next_due(self, targets: Sequence[str], to: datetime) -> tuple[str, Deadline] | None:
        """The first deadline that falls due until then, and whose it is."""
        views = {target: await self.view(target) for target in targets if await self.is_open(target)}
        found = [
            (target, deadline)
            for target, view in views.items()
            if view.held_by_operator is None
            for deadline in view.deadlines[:1]
            if deadline.at < to
        ]
        return min(found, key=lambda due: due[1].at, default=None)

    async def acted(self, target: str, deadline: Deadline) -> None:
        """Wait until a deadline that has passed is pending no more."""
        while await self.is_open(target) and deadline in (await self.view(target)).deadlines:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(LOOK_AGAIN.total_seconds())

    async def view(self, target: str) -> LifecycleView:
        """A lifecycle's own view of itself."""
        handle = self.client.get_workflow_handle(target)
        give_up_at = monotonic() + PATIENCE.total_seconds()
        while True:
            try:
                view: LifecycleView = await handle.query("state", result_type=LifecycleView)
            except WorkflowQueryFailedError as failed:
                if TOO_SLOW not in str(failed) or monotonic() > give_up_at:
                    raise
                await asyncio.sleep(LOOK_AGAIN.total_seconds())
            else:
                return view

    async def settled(self, target: str) -> LifecycleView:
        """Its view when nothing is under way any more."""
        before, now = None, await self.view(target)
        while before != now:
            await quiet(self.client, target)
            before, now = now, await self.view(target)
        return now

    async def closed(self, target: str) -> None:
        """Wait until one that has ended has told the others, and is closed."""
        view = await self.view(target)
        while view.stage in KINDS[Lifecycle(view.lifecycle)].closed and await self.is_open(target):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(LOOK_AGAIN.total_seconds())

    async def began(self, target: str) -> datetime:
        """When it began."""
        return (await self.client.get_workflow_handle(target).describe()).start_time

    async def begun(self, target: str) -> None:
        """Wait for one that another one starts."""
        while not await self.exists(target):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(LOOK_AGAIN.total_seconds())

    async def exists(self, target: str) -> bool:
        """Is there such a workflow? A cancelled or rejected order starts no subscription."""
        return await self._status(target) is not None

    async def is_open(self, target: str) -> bool:
        """Does it run? A device does not before its trial is active."""
        return await self._status(target) is WorkflowExecutionStatus.RUNNING

    async def _status(self, target: str) -> WorkflowExecutionStatus | None:
        try:
            return (await self.client.get_workflow_handle(target).describe()).status
        except RPCError as missing:
            if missing.status is RPCStatusCode.NOT_FOUND:
                return None
            raise

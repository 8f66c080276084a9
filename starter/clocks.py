"""Lives on clocks of their own: looked at, waited for, moved in time."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal.clock import NothingToMove, current_time, forward
from domain.agenda import Deadline
from domain.view import LifeView
from starter.moving import quiet

LOOK_AGAIN: Final = timedelta(milliseconds=50)


@dataclass
class Clocks:
    """Every workflow has one of its own."""

    client: Client

    async def move(self, target: str, to: datetime) -> None:
        """Forward a lifecycle's clock to an instant; one already past or closed is left, as is one still to begin."""
        with contextlib.suppress(NothingToMove):
            ahead = to - await current_time(self.client, target)
            if ahead > timedelta(0):
                await forward(self.client, target, ahead)

    async def next_due(self, lives: Sequence[str], to: datetime) -> tuple[str, Deadline] | None:
        """The first deadline that falls due until then, and whose it is."""
        views = {target: await self.view(target) for target in lives if await self.is_open(target)}
        found = [
            (target, deadline)
            for target, view in views.items()
            if view.held_by_operator is None
            for deadline in view.deadlines[:1]
            if deadline.at < to
        ]
        return min(found, key=lambda due: due[1].at, default=None)

    async def view(self, target: str) -> LifeView:
        """A lifecycle's own account of itself."""
        view: LifeView = await self.client.get_workflow_handle(target).query("state", result_type=LifeView)
        return view

    async def settled(self, target: str) -> LifeView:
        """Its account when nothing is under way any more."""
        before, now = None, await self.view(target)
        while before != now:
            await quiet(self.client, target)
            before, now = now, await self.view(target)
        return now

    async def began(self, target: str) -> datetime:
        """When its life began."""
        return (await self.client.get_workflow_handle(target).describe()).start_time

    async def born(self, target: str) -> None:
        """Wait for a life that another one starts."""
        while not await self.exists(target):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(LOOK_AGAIN.total_seconds())

    async def exists(self, target: str) -> bool:
        """Is there such a workflow? A cancelled or rejected order starts no subscription."""
        return await self._status(target) is not None

    async def is_open(self, target: str) -> bool:
        """Does it live? A device does not before its trial is active."""
        return await self._status(target) is WorkflowExecutionStatus.RUNNING

    async def _status(self, target: str) -> WorkflowExecutionStatus | None:
        try:
            return (await self.client.get_workflow_handle(target).describe()).status
        except RPCError as missing:
            if missing.status is RPCStatusCode.NOT_FOUND:
                return None
            raise

"""What the workers of this process have in hand: who waits for a workflow need not ask the server meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from temporalio.worker._activity import _ActivityWorker
from temporalio.worker._workflow import _WorkflowWorker

MOMENT: Final = 0.01
MOMENTS: Final = 10
"""Not for longer: something may be meant to hang."""


class _Hands:
    def __init__(self) -> None:
        self.busy = self.done = 0

    def counted(self, does: Callable[..., Awaitable[None]]) -> Any:
        async def counted(*given: Any, **named: Any) -> None:
            self.busy += 1
            try:
                await does(*given, **named)
            finally:
                self.busy -= 1
                self.done += 1

        return counted


_HANDS: Final = _Hands()
_WorkflowWorker._handle_activation = _HANDS.counted(_WorkflowWorker._handle_activation)  # type: ignore[method-assign]
_ActivityWorker._handle_start_activity_task = _HANDS.counted(  # type: ignore[method-assign]
    _ActivityWorker._handle_start_activity_task
)


async def quiet() -> None:
    """Wait until for a moment no workflow task and no activity was in hand here; a hint only, the server knows."""
    for _ in range(MOMENTS):
        before = _HANDS.done
        await asyncio.sleep(MOMENT)
        if not _HANDS.busy and _HANDS.done == before:
            return

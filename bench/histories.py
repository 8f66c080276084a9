"""What a life leaves in Temporal: events by kind, billable actions, bytes."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from bench.lives import Handle

CLOCK: Final = ("WORKFLOW_EXECUTION_OPTIONS_UPDATED", "WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED")
"""Events of the test clock, in no life of a production server: they are not counted."""

ACTIONS: Final = {
    "WORKFLOW_EXECUTION_STARTED": 1,
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED": 1,
    "WORKFLOW_EXECUTION_SIGNALED": 1,
    "ACTIVITY_TASK_SCHEDULED": 1,
    "TIMER_STARTED": 1,
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": 1,
    "START_CHILD_WORKFLOW_EXECUTION_INITIATED": 1,
    "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED": 1,
}
"""Temporal Cloud bills these; the local activities of one workflow task are one action together."""

LOCAL: Final = "MARKER_RECORDED"
REST: Final = 0.15
"""Seconds in which nothing happens: it has settled."""

LOOK_AGAIN: Final = 0.02
GIVE_UP: Final = 60.0


@dataclass(frozen=True)
class Trace:
    """A workflow's history, counted."""

    events: int
    actions: int
    bytes: int
    kinds: dict[str, int]


def trace(history: Iterable[HistoryEvent]) -> Trace:
    """Count what is there."""
    named = [(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_"), event) for event in history]
    counted = [(name, event) for name, event in named if name not in CLOCK]
    kinds = Counter(name for name, _ in counted)
    tasks = {e.marker_recorded_event_attributes.workflow_task_completed_event_id for n, e in counted if n == LOCAL}
    actions = sum(ACTIONS.get(name, 0) * times for name, times in kinds.items()) + len(tasks)
    return Trace(len(counted), actions, sum(event.ByteSize() for _, event in counted), dict(kinds.most_common()))


async def at_rest(handle: Handle) -> None:
    """Wait until the workflow has nothing in hand and has had nothing for a moment."""
    give_up_at = time.monotonic() + GIVE_UP
    events = -1
    while True:
        raw = (await handle.describe()).raw_description
        length = raw.workflow_execution_info.history_length
        busy = raw.pending_activities or raw.HasField("pending_workflow_task")
        if not busy and length == events:
            return
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"{handle.id} does not come to rest")
        events = -1 if busy else length
        await asyncio.sleep(LOOK_AGAIN if busy else REST)

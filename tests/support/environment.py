"""A Temporal server with our worker and store, and the sentences that tests say to it."""

import asyncio
import inspect
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, ClassVar, Final, TypeVar
from uuid import uuid4

import pytest
from pydantic import BaseModel
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse
from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowHistory,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker._workflow import _WorkflowWorker

from activities import mail, option
from adapters.sql.store import SqlStore
from domain.lifecycle import Lifecycle, workflow_id
from domain.order.messages import PlaceOrder
from domain.trial.messages import StartTrial
from domain.view import LifecycleView
from tests.support.own_workers import quiet
from workflows.steps import LAST_WORDS, MAIL_ON_THE_SPOT, ON_THE_SPOT

ON_THE_SPOT["schedule_to_close_timeout"] = timedelta(minutes=1)
"""Else what a workflow does would depend on how much this machine has to do: steps ran in a task of their own then."""

MAIL_ON_THE_SPOT["schedule_to_close_timeout"] = timedelta(minutes=2)
mail.ON_THE_SPOT = 60.0  # type: ignore[misc]
"""Likewise for mails, whose server answers at once here."""

option.LOOKS += (0.5,) * 60  # type: ignore[misc, assignment]
"""Likewise for what another workflow makes of it meanwhile: half a minute instead of a second."""


@contextmanager
def nobody_looks_twice() -> Iterator[None]:
    """At what a subscription made of an option request: it cannot say for now, and no look finds anything."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(option, "LOOKS", (0,))
        yield


_begins = _WorkflowWorker.__init__


def _without_hurry(self: Any, *given: Any, **named: Any) -> None:
    """The SDK's deadlock detector goes by the clock on the wall: where a machine stands still for two seconds, it takes
    a workflow task for one that hangs. What computes for so long is found by tests/test_preload.py and tests/fuzz."""
    _begins(self, *given, **named)
    self._deadlock_timeout_seconds = None


_WorkflowWorker.__init__ = _without_hurry  # type: ignore[method-assign]

Handle = WorkflowHandle[Any, Any]
Recordings = dict[str, Handle]
"""Workflows to record, by the name of the recording."""

T = TypeVar("T")

WITHIN: Final = 300.0
"""Seconds of the wall clock: far longer than anything here takes, also on a machine that does much else."""

AT_FIRST, AT_LAST = 0.01, 0.2
"""Seconds between two looks: the machine has better things to do than to be looked at."""

ANSWER: Final = timedelta(seconds=5)
ATTEMPTS: Final = 12
"""The time-skipping server now and then breaks a connection or never answers: what may be repeated is asked again."""

PASSING: Final = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.ABORTED,
        RPCStatusCode.FAILED_PRECONDITION,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.UNKNOWN,
        RPCStatusCode.INTERNAL,
    }
)
"""What a server says, or its connection, that is busy, not there, or has just come back: ask again."""


async def eventually(look: Callable[[], Any], within: float = WITHIN) -> Any:
    """Look until there is something to see, more and more calmly; what was seen."""
    latest = time.monotonic() + within
    pause = AT_FIRST
    while not (found := await looked if inspect.isawaitable(looked := look()) else looked):
        assert time.monotonic() < latest, f"after {within} s still {found!r}"
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, AT_LAST)
    return found


async def answered(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask again what the server does not answer, more and more calmly; so often at least, whatever it says."""
    latest, pause = time.monotonic() + WITHIN, AT_FIRST
    for attempt in count(1):
        try:
            return await ask()
        except (RPCError, RPCTimeoutOrCancelledError) as unanswered:
            lasts = isinstance(unanswered, RPCError) and unanswered.status not in PASSING
            if attempt >= ATTEMPTS and (lasts or time.monotonic() > latest):
                raise AssertionError(f"the server does not answer: {unanswered}") from unanswered
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, AT_LAST)
    raise AssertionError("the last attempt answered or raised")


async def refusal_of(asked: Awaitable[Any]) -> ApplicationError | None:
    """Wait for an update: None if it was done, else the refusal."""
    try:
        await asked
    except WorkflowUpdateFailedError as refusal:
        return refusal.cause if isinstance(refusal.cause, ApplicationError) else ApplicationError(repr(refusal.cause))
    return None


@dataclass
class Environment:
    """Handles for a test's sentences; how time passes is each server's own affair."""

    client: Client
    store: SqlStore
    task_queue: str

    patience: ClassVar = WITHIN
    at_rest_at: dict[str, tuple[str, int]] = field(default_factory=dict, kw_only=True)
    """By workflow id: a run and how many events it had when nothing of it was in hand; those need no second reading."""

    async def start(self, workflow: str, start: BaseModel, id_: str, delay: timedelta | None = None) -> Handle:
        """Start a workflow, and don't wait for anything."""
        return await self.client.start_workflow(workflow, start, id=id_, task_queue=self.task_queue, start_delay=delay)

    async def start_order(self, order: PlaceOrder) -> Handle:
        """Start an order, and don't wait for anything."""
        return await self.start("Order", order, workflow_id(Lifecycle.ORDER, order.sales_order_number))

    async def place(self, order: PlaceOrder) -> Handle:
        """Start an order and wait until it is held, or refused."""
        handle = await self.start_order(order)
        await self.settled(handle)
        return handle

    async def start_trial(self, trial: StartTrial) -> Handle:
        """Start a trial and wait until it has begun, or is refused."""
        handle = await self.start("Trial", trial, workflow_id(Lifecycle.TRIAL, trial.trial_id))
        await self.settled(handle)
        return handle

    def order(self, number: str = "SO-100001") -> Handle:
        """An order's handle: of its latest run, like the others."""
        return self.client.get_workflow_handle(workflow_id(Lifecycle.ORDER, number))

    def subscription(self, subscription_id: str = "sub-SO-100001") -> Handle:
        """A subscription's handle."""
        return self.client.get_workflow_handle(workflow_id(Lifecycle.SUBSCRIPTION, subscription_id))

    def trial(self, trial_id: str = "T-1001") -> Handle:
        """A trial's handle."""
        return self.client.get_workflow_handle(workflow_id(Lifecycle.TRIAL, trial_id))

    def device(self, device_id: str) -> Handle:
        """A device's handle."""
        return self.client.get_workflow_handle(workflow_id(Lifecycle.DEVICE, device_id))

    async def send(self, handle: Handle, update: str, message: BaseModel, *also: Handle) -> None:
        """Send an update and let its consequences happen, there and elsewhere."""
        key = str(uuid4())
        await answered(lambda: handle.execute_update(update, message, id=key, rpc_timeout=ANSWER * 2))
        await self.settled(handle, *also)

    async def refusal(self, handle: Handle, update: str, message: BaseModel) -> str:
        """Send an update that must be refused; what was said."""
        key = str(uuid4())
        refusal = await answered(
            lambda: refusal_of(handle.execute_update(update, message, id=key, rpc_timeout=ANSWER * 2))
        )
        assert refusal is not None, f"{update} was not refused"
        return refusal.message

    async def state(self, handle: Handle) -> LifecycleView:
        """The workflow's own account."""
        return await answered(lambda: handle.query("state", result_type=LifecycleView, rpc_timeout=ANSWER))

    async def history(self, handle: Handle) -> WorkflowHistory:
        """What happened in a run."""
        return await answered(lambda: handle.fetch_history(rpc_timeout=ANSWER * 2))

    def events(self, subject: str = "SO-100001", lifecycle: Lifecycle = Lifecycle.ORDER) -> list[str]:
        """What the store says happened, by type."""
        return [event.type for event in self.store.events(lifecycle, subject)]

    def numbers(self, subject: str, lifecycle: Lifecycle = Lifecycle.ORDER) -> list[int]:
        """The numbers of the record's events; what the ledger of mails tells has none."""
        return [event.sequence for event in self.store.events(lifecycle, subject) if event.sequence]

    async def settled(self, *handles: Handle) -> None:
        """Wait until all of them have nothing in hand: no task, no activity, no signal on its way.

        Two looks in a row must find all at rest and unchanged: what one does meanwhile may have woken another.
        """
        seen: list[int | None] = []

        async def at_rest() -> bool:
            nonlocal seen
            await quiet()
            seen = [await self.look(handle) for handle in handles]
            return None not in seen and seen == [await self.look(handle) for handle in handles]

        try:
            await eventually(at_rest, self.patience)
        except AssertionError:
            busy = [handle.id for handle, found in zip(handles, seen, strict=True) if found is None]
            raise AssertionError(f"not at rest after {self.patience} s: {busy}") from None

    async def look(self, handle: Handle) -> int | None:
        """How many events there are in a workflow that has nothing in hand; None if it has, or does not answer."""
        try:
            raw = await self._described(handle)
            if raw.workflow_execution_info.status != WorkflowExecutionStatus.RUNNING.value:
                return raw.workflow_execution_info.history_length
            if raw.HasField("pending_workflow_task") or any(map(self.under_way, raw.pending_activities)):
                return None
            now = (raw.workflow_execution_info.execution.run_id, raw.workflow_execution_info.history_length)
            if self.at_rest_at.get(handle.id) == now:
                return now[1]
            events = (await handle.fetch_history(rpc_timeout=ANSWER)).events
        except RPCError as failed:
            return 0 if failed.status is RPCStatusCode.NOT_FOUND else None
        if in_hand(events) or len(events) != now[1]:
            return None
        self.at_rest_at[handle.id] = now
        return len(events)

    def under_way(self, activity: PendingActivityInfo) -> bool:
        """Will this activity go on without anybody's help?"""
        return activity.attempt > 0

    async def _described(self, handle: Handle) -> DescribeWorkflowExecutionResponse:
        """Raw: the SDK's describe() cannot read what the time-skipping server says of an unset date."""
        execution = WorkflowExecution(workflow_id=handle.id, run_id=handle.run_id or "")
        request = DescribeWorkflowExecutionRequest(namespace=self.client.namespace, execution=execution)
        return await self.client.workflow_service.describe_workflow_execution(request, timeout=ANSWER)


OPENED: Final = ("WORKFLOW_TASK_SCHEDULED", "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED")
"""Events of what is in hand until an event says how it ended."""

CLOSED: Final = (
    "WORKFLOW_TASK_COMPLETED",
    "WORKFLOW_TASK_FAILED",
    "WORKFLOW_TASK_TIMED_OUT",
    "EXTERNAL_WORKFLOW_EXECUTION_SIGNALED",
    "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED",
)


def in_hand(events: Sequence[HistoryEvent]) -> bool:
    """Is a workflow task, a signal to another workflow or the last timer of a lifecycle under way? `describe` does not
    tell of them everywhere."""
    kinds = Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in events)
    return ends_in_a_moment(events) or sum(kinds[kind] for kind in OPENED) > sum(kinds[kind] for kind in CLOSED)


def ends_in_a_moment(events: Sequence[HistoryEvent]) -> bool:
    """The timer that makes the end a task of its own still runs."""
    last = max((e.event_id for e in events if e.timer_started_event_attributes.timer_id and _is_short(e)), default=0)
    return bool(last) and not any(event.timer_fired_event_attributes.started_event_id == last for event in events)


def _is_short(event: HistoryEvent) -> bool:
    return event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta() <= LAST_WORDS * 10


def steps(events: Sequence[HistoryEvent]) -> Counter[str]:
    """How often each activity was done: in a task of its own, or as a part of the workflow's."""
    found: Counter[str] = Counter()
    for event in events:
        if event.HasField("activity_task_scheduled_event_attributes"):
            found[event.activity_task_scheduled_event_attributes.activity_type.name] += 1
        elif event.marker_recorded_event_attributes.marker_name == "core_local_activity":
            (said,) = event.marker_recorded_event_attributes.details["data"].payloads
            found[json.loads(said.data)["activity_type"]] += 1
    return found

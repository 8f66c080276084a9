"""What a lifecycle brought to the store, record by record, found by replaying its history.

Records are local activities: their input is in no history. But the code computes it again, to the letter, whenever the
history is replayed; so what it hands over is kept on the way.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.worker import (
    Interceptor,
    StartActivityInput,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.workflow import ActivityHandle

from activities.ports import RecordRequest
from adapters.temporal.sandbox import GuardedRunner
from domain.events import Journal
from domain.kind import Kind
from domain.lifecycle import LifecycleState
from domain.lifecycles import KINDS
from starter.history.replay import a_replayer

RECORD: Final = "record"
"""The activity that brings news to the store."""


async def records_of(history: WorkflowHistory) -> list[RecordRequest] | None:
    """What the code on disk brings to the store when it replays this run; None if it cannot replay it."""
    decided = decided_events(history.events)
    if not decided:
        return []
    kept = KeptRecords()
    replayer = a_replayer(GuardedRunner(), kept)
    run = WorkflowHistory(history.workflow_id, decided)
    replayed = await replayer.replay_workflow(run, raise_on_replay_failure=False)
    return None if replayed.replay_failure else kept.records


def decided_events(events: Sequence[HistoryEvent]) -> Sequence[HistoryEvent]:
    """Up to its last completed task and what that set going: what comes next the workflow itself decides."""
    completed, scheduled = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED
    ends = [at for at, event in enumerate(events) if event.event_type == completed]
    if not ends:
        return ()
    next_task = (at for at in range(ends[-1], len(events)) if events[at].event_type == scheduled)
    return events[: next(next_task, len(events))]


class KeptRecords(Interceptor):
    """Keeps what a workflow hands to the store, in order."""

    def __init__(self) -> None:
        self.records: list[RecordRequest] = []

    def workflow_interceptor_class(self, _: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        """See base class."""
        records = self.records

        class _Inbound(WorkflowInboundInterceptor):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                super().init(_Outbound(outbound, records))

        return _Inbound


class _Outbound(WorkflowOutboundInterceptor):
    """Whether a record is tried on the spot or on a queue, it is the same."""

    def __init__(self, outbound: WorkflowOutboundInterceptor, records: list[RecordRequest]) -> None:
        super().__init__(outbound)
        self._records = records

    def start_activity(self, input: StartActivityInput) -> ActivityHandle[Any]:  # noqa: A002 - the SDK's name
        """See base class."""
        return self._kept(input.activity, input.args, super().start_activity(input))

    def start_local_activity(self, input: StartLocalActivityInput) -> ActivityHandle[Any]:  # noqa: A002 - the SDK's name
        """See base class."""
        return self._kept(input.activity, input.args, super().start_local_activity(input))

    def _kept(self, activity: str, args: Sequence[Any], handle: ActivityHandle[Any]) -> ActivityHandle[Any]:
        if activity == RECORD:
            self._records.append(args[0])
        elif kind := opened_by(activity):
            handle.add_done_callback(lambda done: self._opened(kind, args[0], done))
        return handle

    def _opened(self, kind: Kind[Any], request: Any, done: Any) -> None:
        if not done.cancelled() and done.exception() is None:
            self._records.append(first_record(kind, request, done.result().state))


def opened_by(activity: str) -> Kind[Any] | None:
    """The lifecycle whose first state this activity writes by itself."""
    openings = {f"open_{kind.name}": kind for kind in KINDS.values() if kind.repair.first_state is not None}
    return openings.get(activity)


def first_record(kind: Kind[Any], request: Any, opened: LifecycleState) -> RecordRequest:
    """What the opening itself wrote: counted again, by the zone's rules of that day.

    One that went on where the store had it brought nothing that is not there.
    """
    assert kind.repair.first_state is not None  # noqa: S101 - see opened_by
    state = kind.repair.first_state(request.start, request.opened_at, opened.zone_rules)
    journal = state.journal.take()
    if opened.journal.sequence > journal.sequence:
        state, journal = opened, Journal(sequence=opened.journal.sequence, changed_tasks=opened.journal.tasks)
    return a_record(state, journal, request.opened_at)


def a_record(state: LifecycleState, journal: Journal, at: datetime) -> RecordRequest:
    """As the workflow itself would bring it."""
    return RecordRequest(
        lifecycle=state.lifecycle,
        subject=state.subject,
        state=state.for_the_store().model_dump(mode="json"),
        journal=journal,
        at=at,
    )

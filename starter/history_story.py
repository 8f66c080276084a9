"""A workflow's history as people tell it: when, what, by whom, until when. Of payloads only names, `by` and stages."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent

from domain.mails import RECIPIENT
from starter.existing import zone_in
from starter.tool_answers import HistoryEntry, HistoryKind, Run

MAIL: Final = "send_mail"
"""The activity whose result says what became of a mail."""

NO_FAULT: Final = frozenset(
    {
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND,
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW,
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_STICKY_TASK_QUEUE,
    }
)
"""Why a workflow task may fail without anything being wrong."""


def zone_of(events: Sequence[HistoryEvent]) -> str:
    """Of the customer it was started for."""
    return zone_in(_first(started(events).input.payloads)) or "UTC"


def started(events: Sequence[HistoryEvent]) -> Any:
    """How a run began: the attributes of its first event."""
    return events[0].workflow_execution_started_event_attributes


def told(events: Sequence[HistoryEvent]) -> Run:
    """One run's story."""
    story = Story()
    entries = [entry for event in events for entry in story.entries(event)]
    return Run(run_id=started(events).original_execution_run_id, entries=(*entries, *story.under_way()))


class Story:
    """Reads the events of one run in order. Remembers what later events refer to by number."""

    def __init__(self) -> None:
        self._events: dict[int, HistoryEvent] = {}
        self._attempts: dict[int, str] = {}
        self._updates: dict[str, str] = {}
        self._open: dict[int, HistoryEvent] = {}
        self._awaited: tuple[str, datetime] | None = None
        self._stage = ""

    def entries(self, event: HistoryEvent) -> Iterator[HistoryEntry]:
        """What one event has to tell: usually one thing, often nothing."""
        self._events[event.event_id] = event
        tell: Callable[[HistoryEvent, Any], Iterator[HistoryEntry]] | None = getattr(self, f"_{_type(event)}", None)
        of = event.WhichOneof("attributes")
        if tell is not None and of is not None:
            yield from tell(event, getattr(event, of))

    def under_way(self) -> Iterator[HistoryEntry]:
        """What was begun and has not ended."""
        for event in self._open.values():
            yield _entry(event, "step", f"{_named(event)}: under way")

    # How it began and ended.

    def _workflow_execution_started(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        by = _by(of.input.payloads)
        self._stage = _stage_in(of.search_attributes) or ""
        goes_on = ", goes on from the run before" if of.continued_execution_run_id else ""
        yield _entry(event, "start", f"{of.workflow_type.name} started{by}{goes_on}")

    def _workflow_execution_completed(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        stage = _first(of.result.payloads).get("stage")
        yield _entry(event, "end", "completed" + (f": {stage}" if isinstance(stage, str) else ""))

    def _workflow_execution_failed(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        yield _entry(event, "end", f"failed: {_why(of.failure)}")

    def _workflow_execution_continued_as_new(self, event: HistoryEvent, _of: Any) -> Iterator[HistoryEntry]:
        yield _entry(event, "end", "this run is over, a new one goes on")

    def _workflow_execution_terminated(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        yield _entry(event, "end", f"terminated: {of.reason or 'no reason given'}")

    def _workflow_execution_timed_out(self, event: HistoryEvent, _of: Any) -> Iterator[HistoryEntry]:
        yield _entry(event, "end", "timed out")

    def _workflow_execution_canceled(self, event: HistoryEvent, _of: Any) -> Iterator[HistoryEntry]:
        yield _entry(event, "end", "cancelled")

    def _workflow_execution_cancel_requested(self, event: HistoryEvent, _of: Any) -> Iterator[HistoryEntry]:
        yield _entry(event, "signal", "Cancel was asked for")

    def _workflow_task_failed(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        if of.cause not in NO_FAULT:
            yield _entry(event, "fault", f"the code could not go on: {_cause(of.cause)}; tried again")

    # What people and other workflows told it.

    def _workflow_execution_update_accepted(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        said = of.accepted_request
        self._updates[of.protocol_instance_id] = said.input.name
        yield _entry(event, "update", f"{said.input.name}{_by(said.input.args.payloads)}")

    def _workflow_execution_update_completed(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        if of.outcome.HasField("failure"):
            name = self._updates.get(of.meta.update_id, "an update")
            yield _entry(event, "update", f"{name} was refused: {_why(of.outcome.failure)}")

    def _workflow_execution_signaled(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        sender = of.external_workflow_execution.workflow_id
        yield _entry(event, "signal", f"{of.signal_name}{_by(of.input.payloads)}{f', from {sender}' if sender else ''}")

    def _signal_external_workflow_execution_initiated(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        yield _entry(event, "signal", f"{of.signal_name} sent to {of.workflow_execution.workflow_id}")

    def _signal_external_workflow_execution_failed(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        yield _entry(event, "fault", f"{of.workflow_execution.workflow_id} could not be told: it is not open")

    # What it waited for.

    def _timer_started(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        due = _to_the_second(self._now_for(of) + of.start_to_fire_timeout.ToTimedelta())
        waits = _summary(event) or "waits", due
        if waits != self._awaited:  # every wake-up starts the same wait anew
            self._awaited = waits
            yield _entry(event, "wait", *waits)

    def _now_for(self, of: Any) -> datetime:
        """What time it was for the code that asked for this: when its task was begun, not when its answer came."""
        answered = self._events[of.workflow_task_completed_event_id].workflow_task_completed_event_attributes
        return _at(self._events[answered.started_event_id])

    def _timer_fired(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        self._awaited = None
        yield _entry(event, "due", f"due: {_summary(self._events.get(of.started_event_id)) or 'the end of a wait'}")

    def _workflow_execution_time_skipping_transitioned(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        if of.HasField("target_time"):
            yield _entry(event, "clock", "a test clock moved it", of.target_time.ToDatetime(UTC))

    # What it did.

    def _activity_task_scheduled(self, event: HistoryEvent, _of: Any) -> Iterator[HistoryEntry]:
        self._open[event.event_id] = event
        yield from ()

    def _activity_task_started(self, _event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        if of.attempt > 1:
            before = _innermost(of.last_failure).application_failure_info.type
            self._attempts[of.scheduled_event_id] = f" (attempt {of.attempt}{f'; before: {before}' if before else ''})"
        yield from ()

    def _activity_task_completed(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        began = self._events[of.scheduled_event_id]
        is_mail = began.activity_task_scheduled_event_attributes.activity_type.name == MAIL
        became = _first(of.result.payloads).get("state") if is_mail else None
        yield self._ended(event, of, f": {became}" if became else "", "mail" if is_mail else "step")

    def _activity_task_failed(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        yield self._ended(event, of, f" failed: {_why(of.failure)}", "fault")

    def _activity_task_timed_out(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        yield self._ended(event, of, " timed out", "fault")

    def _activity_task_canceled(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        yield self._ended(event, of, " was cancelled", "step")

    def _ended(self, event: HistoryEvent, of: Any, how: str, kind: HistoryKind) -> HistoryEntry:
        began = self._open.pop(of.scheduled_event_id)
        return _entry(event, kind, _named(began) + how + self._attempts.get(of.scheduled_event_id, ""))

    def _upsert_workflow_search_attributes(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        fields = {name: _json(payload) for name, payload in of.search_attributes.indexed_fields.items()}
        stage, awaiting = _stage_in(of.search_attributes), fields.get("TenureAwaiting")
        self._stage = stage or self._stage
        said = [self._stage] if self._stage and (stage or awaiting) else []
        if isinstance(awaiting, list):
            said.append(f"awaits {', '.join(map(str, awaiting))}")
        if fields.get("TenureAttention") is True:
            said.append("somebody should look")
        if said:
            yield _entry(event, "stage", "; ".join(said))

    def _marker_recorded(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        yield _entry(event, "step", f"marker {of.marker_name}{patch(of)}")


def patch(of: Any) -> str:
    """Which `workflow.patched` a marker is of."""
    found = _first(of.details["patch-data"].payloads) if "patch-data" in of.details else {}
    return f" {found['id']}" if "id" in found else ""


def _type(event: HistoryEvent) -> str:
    """`timer_started`; a newer server's events that this SDK does not know have no name and nothing to tell."""
    known = event.event_type in EventType.values()
    return EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower() if known else ""


def _cause(of: Any) -> str:
    known = of in WorkflowTaskFailedCause.values()
    name = WorkflowTaskFailedCause.Name(of).removeprefix("WORKFLOW_TASK_FAILED_CAUSE_") if known else "unknown cause"
    return name.lower().replace("_", " ")


def _entry(event: HistoryEvent, kind: HistoryKind, text: str, due: datetime | None = None) -> HistoryEntry:
    return HistoryEntry(at=_at(event), event=event.event_id, kind=kind, text=text, due=due)


def _at(event: HistoryEvent) -> datetime:
    return event.event_time.ToDatetime(UTC)


def _to_the_second(instant: datetime) -> datetime:
    """A timer's length went through a float: midnight is midnight again."""
    return (instant + timedelta(seconds=0.5)).replace(microsecond=0)


def _named(scheduled: HistoryEvent) -> str:
    of = scheduled.activity_task_scheduled_event_attributes
    return (_summary(scheduled) or of.activity_type.name) + (_reader(of) if of.activity_type.name == MAIL else "")


def _reader(of: Any) -> str:
    """` to customer administrator`: whom a mail is for, by role."""
    mail = _first(of.input.payloads).get("mail")
    role = (mail.get("to") or RECIPIENT.get(mail.get("kind", ""))) if isinstance(mail, dict) else None
    return f" to {str(role).partition('/')[0].replace('_', ' ')}" if role else ""


def _stage_in(attributes: Any) -> str | None:
    """The stage among search attributes, if it is there."""
    fields = attributes.indexed_fields
    stage = _json(fields["TenureStage"]) if "TenureStage" in fields else None
    return stage if isinstance(stage, str) else None


def _summary(event: HistoryEvent | None) -> str:
    found = _json(event.user_metadata.summary) if event is not None else None
    return found if isinstance(found, str) else ""


def _by(payloads: Sequence[Payload]) -> str:
    """Who said so: an id, never a name."""
    by = _first(payloads).get("by")
    return f", by {by}" if isinstance(by, str) else ""


def _why(failure: Failure) -> str:
    """In words if they were meant for people: what is final is said to them; other texts may hold anything."""
    inner = _innermost(failure)
    info = inner.application_failure_info
    return inner.message.partition("\n")[0] if info.non_retryable and inner.message else info.type or "no reason given"


def _innermost(failure: Failure) -> Failure:
    """Temporal wraps what an activity raised; what was raised is inside."""
    wrapped = failure.HasField("cause") and not failure.HasField("application_failure_info")
    return _innermost(failure.cause) if wrapped else failure


def _first(payloads: Sequence[Payload]) -> dict[str, Any]:
    found = _json(payloads[0]) if payloads else None
    return found if isinstance(found, dict) else {}


def _json(payload: Payload) -> Any:
    """What does not read as JSON is none of ours and has nothing to tell here."""
    try:
        return json.loads(payload.data) if payload.metadata.get("encoding") == b"json/plain" else None
    except ValueError:
        return None

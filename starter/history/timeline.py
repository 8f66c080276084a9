"""A workflow's history as people read it: when, what, by whom, until when. Of payloads only names, `by` and stages."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent

from adapters.temporal.guard import REFUSED_ON_ARRIVAL
from starter.answers.tools import HistoryEntry, HistoryKind, Run
from starter.history.events import (
    MAIL,
    MAIL_ON_THE_SPOT,
    MAILS,
    as_json,
    first,
    innermost,
    mails,
    named,
    patch,
    sent_by,
    stage_in,
    started,
    summary,
    why,
)
from starter.reach.executions import zone_in
from workflows.steps import LAST_WORDS

LOCAL: Final = "core_local_activity"
"""The SDK's marker: an activity that was part of the workflow's own task. Its input is not kept."""

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
    return zone_in(first(started(events).input.payloads)) or "UTC"


def run_of(events: Sequence[HistoryEvent], run_id: str = "") -> Run:
    """One run, from its start on. A Reset keeps the beginning of another run, and what stands there of its id."""
    timeline = Timeline()
    entries = [entry for event in events for entry in timeline.entries(event)]
    return Run(run_id=run_id or started(events).original_execution_run_id, entries=(*entries, *timeline.under_way()))


class Timeline:
    """Reads the events of one run in order. Remembers what later events refer to by number."""

    def __init__(self) -> None:
        self._events: dict[int, HistoryEvent] = {}
        self._attempts: dict[int, str] = {}
        self._updates: dict[str, str] = {}
        self._open: dict[int, HistoryEvent] = {}
        self._awaited: tuple[str, datetime] | None = None
        self._stage = ""
        self._attention = False
        self._now = datetime.min.replace(tzinfo=UTC)

    def entries(self, event: HistoryEvent) -> Iterator[HistoryEntry]:
        """What one event says: usually one thing, often nothing."""
        self._events[event.event_id] = event
        read: Callable[[HistoryEvent, Any], Iterator[HistoryEntry]] | None = getattr(self, f"_{_type(event)}", None)
        of = event.WhichOneof("attributes")
        if read is not None and of is not None:
            yield from read(event, getattr(event, of))

    def under_way(self) -> Iterator[HistoryEntry]:
        """What was begun and has not ended."""
        for event in self._open.values():
            yield _entry(event, "step", f"{named(event)}: under way")

    # How it began and ended.

    def _workflow_execution_started(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        by = sent_by(of.input.payloads)
        self._stage = stage_in(of.search_attributes) or ""
        goes_on = ", goes on from the run before" if of.continued_execution_run_id else ""
        yield _entry(event, "start", f"{of.workflow_type.name} started{by}{goes_on}")

    def _workflow_execution_completed(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        stage = first(of.result.payloads).get("stage")
        yield _entry(event, "end", "completed" + (f": {stage}" if isinstance(stage, str) else ""))

    def _workflow_execution_failed(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        yield _entry(event, "end", f"failed: {why(of.failure)}")

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

    # What people and other workflows sent it.

    def _workflow_execution_update_accepted(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        said = of.accepted_request
        self._updates[of.protocol_instance_id] = said.input.name
        yield _entry(event, "update", f"{said.input.name}{sent_by(said.input.args.payloads)}")

    def _workflow_execution_update_completed(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        if of.outcome.HasField("failure"):
            name = self._updates.get(of.meta.update_id, "an update")
            yield _entry(event, "update", f"{name} was refused: {why(of.outcome.failure)}")

    def _workflow_execution_signaled(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        sender = of.external_workflow_execution.workflow_id
        yield _entry(
            event, "signal", f"{of.signal_name}{sent_by(of.input.payloads)}{f', from {sender}' if sender else ''}"
        )

    def _signal_external_workflow_execution_initiated(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        yield _entry(event, "signal", f"{of.signal_name} sent to {of.workflow_execution.workflow_id}")

    def _signal_external_workflow_execution_failed(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        yield _entry(event, "fault", f"{of.workflow_execution.workflow_id} could not be told: it is not open")

    # What it waited for.

    def _workflow_task_started(self, event: HistoryEvent, _of: Any) -> Iterator[HistoryEntry]:
        """What time it is for the code from here on: what it asks for is written down when its answer comes."""
        self._now = _at(event)
        yield from ()

    def _timer_started(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        if _only_ends_a_task(of):
            return
        due = _to_the_second(self._now + of.start_to_fire_timeout.ToTimedelta())
        waits = summary(event) or "waits", due
        if waits != self._awaited:  # every wake-up starts the same wait anew
            self._awaited = waits
            yield _entry(event, "wait", *waits)

    def _timer_fired(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        began = self._events.get(of.started_event_id)
        if began and _only_ends_a_task(began.timer_started_event_attributes):
            return
        self._awaited = None
        yield _entry(event, "due", f"due: {summary(began) or 'the end of a wait'}")

    def _workflow_execution_time_skipping_transitioned(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        if of.HasField("target_time"):
            yield _entry(event, "clock", "a test clock moved it", of.target_time.ToDatetime(UTC))

    # What it did.

    def _activity_task_scheduled(self, event: HistoryEvent, _of: Any) -> Iterator[HistoryEntry]:
        self._open[event.event_id] = event
        yield from ()

    def _activity_task_started(self, _event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        if of.attempt > 1:
            before = innermost(of.last_failure).application_failure_info.type
            self._attempts[of.scheduled_event_id] = f" (attempt {of.attempt}{f'; before: {before}' if before else ''})"
        yield from ()

    def _activity_task_completed(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        began = self._events[of.scheduled_event_id].activity_task_scheduled_event_attributes
        name, result = began.activity_type.name, first(of.result.payloads)
        if name == MAILS:
            self._open.pop(of.scheduled_event_id)
            yield from (_entry(event, "mail", text) for text in mails(began, result))
            return
        became = result.get("state") if name == MAIL else None
        yield self._ended(event, of, f": {became}" if became else "", "mail" if name == MAIL else "step")

    def _activity_task_failed(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        yield self._ended(event, of, f" failed: {why(of.failure)}", "fault")

    def _activity_task_timed_out(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        yield self._ended(event, of, " timed out", "fault")

    def _activity_task_canceled(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        yield self._ended(event, of, " was cancelled", "step")

    def _ended(self, event: HistoryEvent, of: Any, how: str, kind: HistoryKind) -> HistoryEntry:
        began = self._open.pop(of.scheduled_event_id)
        return _entry(event, kind, named(began) + how + self._attempts.get(of.scheduled_event_id, ""))

    def _upsert_workflow_search_attributes(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        fields = {name: as_json(payload) for name, payload in of.search_attributes.indexed_fields.items()}
        stage, awaiting = stage_in(of.search_attributes), fields.get("TenureAwaiting")
        self._stage = stage or self._stage
        said = [self._stage] if self._stage and (stage or awaiting) else []
        if isinstance(awaiting, list):
            said.append(f"awaits {', '.join(map(str, awaiting))}")
        if "TenureAttention" in fields:
            said += self._news_of_attention(fields["TenureAttention"] is True)
        if said:
            yield _entry(event, "stage", "; ".join(said))

    def _news_of_attention(self, wanted: bool) -> list[str]:
        before, self._attention = self._attention, wanted
        return ["somebody should look"] if wanted else ["nobody has to look any more"] if before else []

    def _marker_recorded(self, event: HistoryEvent, of: Any) -> Iterator[HistoryEntry]:
        if patch(of).strip() == REFUSED_ON_ARRIVAL:
            yield _entry(event, "fault", "refused on arrival")
        elif of.marker_name == LOCAL:
            data = first(of.details["data"].payloads)
            self._now = _completed(data) or self._now
            step = summary(event) or str(data.get("activity_type", "a step"))
            if of.HasField("failure"):
                yield _entry(event, "fault", f"{step} failed: {why(of.failure)}")
            elif data.get("activity_type") == MAIL_ON_THE_SPOT:
                yield _entry(event, "mail", f"{step}: {first(of.details['result'].payloads).get('state')}")
            else:
                yield _entry(event, "step", step)
        else:
            yield _entry(event, "step", f"marker {of.marker_name}{patch(of)}")


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


def _only_ends_a_task(timer: Any) -> bool:
    """Nothing is waited for."""
    length: timedelta = timer.start_to_fire_timeout.ToTimedelta()
    return length <= LAST_WORDS


def _completed(marker: dict[str, Any]) -> datetime | None:
    """A local activity takes the workflow's time with it: what is awaited next is counted from its end."""
    at = marker.get("complete_time")
    return datetime.fromtimestamp(at["seconds"] + at["nanos"] / 1e9, UTC) if at else None


def _at(event: HistoryEvent) -> datetime:
    return event.event_time.ToDatetime(UTC)


def _to_the_second(instant: datetime) -> datetime:
    """A timer's length went through a float: midnight is midnight again."""
    return (instant + timedelta(seconds=0.5)).replace(microsecond=0)

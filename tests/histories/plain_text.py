"""A history as text that people can read and compare: what was commanded and what came back, without times and ids.

The replayer notices another order of commands. It does not notice another argument, another result, another time-out
or a timer of another length: this text does.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from starter.history.events import patch
from starter.history.timeline import LOCAL

INSTANT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( UTC|Z|[+-]\d{2}:\d{2})?|\b\d{8}T\d{6}Z\b"
)
"""The last one as it stands in the name of a mail."""

DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
RULES: Final = re.compile(r'("tzif": )"[^"]*"')
HOLIDAYS: Final = re.compile(r'("holidays": )\[[^\]]*\]')
RUN: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

CERTIFIED: Final = re.compile(r'("(?:certificate|country)": "[^"]*", "digest": ")[0-9a-f]{64}')
"""Over a certificate, which has instants in it: in the record, and where it is filed. That over users is the same each
time."""

SCALES: Final = ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (0, "seconds"))
"""How long a timer runs depends on the day it is started on: only the scale is told."""

Lines = Iterator[str]


def told(history: WorkflowHistory) -> str:
    """Everything but the bookkeeping of tasks; of what was told before under one heading only the differences."""
    text = _Text()
    lines = [line for event in history.events for line in text.of(event)]
    return "\n".join(lines) + "\n"


class _Text:
    def __init__(self) -> None:
        self._known: dict[str, dict[str, str]] = {}
        self._names: dict[int, str] = {}
        self._updates: dict[str, str] = {}

    def of(self, event: HistoryEvent) -> Lines:
        kind = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower()
        if kind.startswith("workflow_task_") or kind == "activity_task_started":
            return
        tell: Callable[[Any, HistoryEvent], Lines] | None = getattr(self, f"_{kind}", None)
        attributes = getattr(event, str(event.WhichOneof("attributes")))
        yield from tell(attributes, event) if tell else iter([kind])

    def _workflow_execution_started(self, started: Any, _event: HistoryEvent) -> Lines:
        yield f"start {started.workflow_type.name}"
        yield from self._said("start", started.input.payloads)

    def _workflow_execution_completed(self, completed: Any, _event: HistoryEvent) -> Lines:
        yield "complete"
        yield from self._said("result", completed.result.payloads)

    def _workflow_execution_failed(self, failed: Any, _event: HistoryEvent) -> Lines:
        yield f"fail {failed.failure.application_failure_info.type}: {scrubbed(failed.failure.message)}"

    def _workflow_execution_continued_as_new(self, continued: Any, _event: HistoryEvent) -> Lines:
        yield f"continue as new {continued.workflow_type.name}"
        yield from self._said("start", continued.input.payloads)

    def _activity_task_scheduled(self, scheduled: Any, event: HistoryEvent) -> Lines:
        name, queue, retry = scheduled.activity_type.name, scheduled.task_queue.name, scheduled.retry_policy
        self._names[event.event_id] = name
        yield (
            f"activity {name}{' by mail' if queue.endswith('-mail') else ''} {_summary(event)}, "
            f"{scheduled.start_to_close_timeout.seconds} s each, again after {retry.initial_interval.seconds} to "
            f"{retry.maximum_interval.seconds} s, {retry.maximum_attempts or 'any number of'} times"
        )
        yield from self._said(f"to {name}", scheduled.input.payloads)

    def _activity_task_completed(self, completed: Any, _event: HistoryEvent) -> Lines:
        name = self._names[completed.scheduled_event_id]
        yield f"done {name}"
        yield from self._said(f"from {name}", completed.result.payloads)

    def _activity_task_failed(self, failed: Any, _event: HistoryEvent) -> Lines:
        name, failure = self._names[failed.scheduled_event_id], failed.failure
        yield f"failed {name}, {failure.application_failure_info.type}: {scrubbed(failure.message)}"

    def _activity_task_cancel_requested(self, asked: Any, _event: HistoryEvent) -> Lines:
        yield f"given up {self._names[asked.scheduled_event_id]}"

    def _activity_task_canceled(self, cancelled: Any, _event: HistoryEvent) -> Lines:
        yield f"cancelled {self._names[cancelled.scheduled_event_id]}"

    def _marker_recorded(self, marker: Any, event: HistoryEvent) -> Lines:
        if marker.marker_name != LOCAL:
            yield f"marker {marker.marker_name}{patch(marker)}"
            return
        name = json.loads(marker.details["data"].payloads[0].data)["activity_type"]
        failure = marker.failure.application_failure_info.type
        yield f"step {name} {_summary(event)}" + (f", failed: {failure or 'no answer'}" if _failed(marker) else "")
        yield from self._said(f"from {name}", marker.details["result"].payloads)

    def _timer_started(self, timer: Any, event: HistoryEvent) -> Lines:
        seconds = timer.start_to_fire_timeout.seconds
        self._names[event.event_id] = _summary(event)
        yield f"timer {_summary(event)}, {next(scale for least, scale in SCALES if seconds >= least)}"

    def _timer_fired(self, timer: Any, _event: HistoryEvent) -> Lines:
        yield f"fired {self._names[timer.started_event_id]}"

    def _timer_canceled(self, timer: Any, _event: HistoryEvent) -> Lines:
        yield f"stopped {self._names[timer.started_event_id]}"

    def _upsert_workflow_search_attributes(self, upserted: Any, _event: HistoryEvent) -> Lines:
        yield "attributes"
        for name, payload in sorted(upserted.search_attributes.indexed_fields.items()):
            yield f"    {name} = {scrubbed(json.dumps(_value(payload)))}"

    def _workflow_execution_update_accepted(self, accepted: Any, _event: HistoryEvent) -> Lines:
        request = accepted.accepted_request
        self._updates[request.meta.update_id] = request.input.name
        yield f"update {request.input.name}"
        yield from self._said(f"update {request.input.name}", request.input.args.payloads)

    def _workflow_execution_update_completed(self, completed: Any, _event: HistoryEvent) -> Lines:
        yield f"answer {self._updates[completed.meta.update_id]}"
        yield from self._said("view", completed.outcome.success.payloads)

    def _workflow_execution_signaled(self, signalled: Any, _event: HistoryEvent) -> Lines:
        yield f"signalled {signalled.signal_name}"
        yield from self._said(f"signal {signalled.signal_name}", signalled.input.payloads)

    def _signal_external_workflow_execution_initiated(self, signal: Any, event: HistoryEvent) -> Lines:
        self._names[event.event_id] = signal.signal_name
        yield f"signal {signal.signal_name} to {signal.workflow_execution.workflow_id}"
        yield from self._said(f"signal {signal.signal_name}", signal.input.payloads)

    def _external_workflow_execution_signaled(self, signalled: Any, _event: HistoryEvent) -> Lines:
        yield f"delivered {self._names[signalled.initiated_event_id]}"

    def _said(self, heading: str, payloads: Any) -> Lines:
        for payload in payloads:
            said = _value(payload)
            if isinstance(said, dict) and "state" in said:
                yield from self._news("state", said.pop("state"), "state")
            yield from self._news(heading, said)

    def _news(self, heading: str, said: Any, path: str = "") -> Lines:
        now = dict(_flat(said, path))
        before, self._known[heading] = self._known.get(heading, {}), now
        yield from (f"    {where} = {what}" for where, what in now.items() if before.get(where) != what)
        yield from (f"    {where} is gone" for where in before if where not in now)


def _failed(marker: Any) -> bool:
    return bool(marker.HasField("failure"))


def _summary(event: HistoryEvent) -> str:
    data = event.user_metadata.summary.data
    return f'"{json.loads(data)}"' if data else "without a label"


def _value(payload: Payload) -> Any:
    return json.loads(payload.data) if payload.data else None


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """`form.sites[0].url`, value; a list of holidays is as long as the season wants, zone rules are the release's."""
    match value:
        case dict() if value:
            for name, inner in value.items():
                yield from _flat(inner, f"{path}.{scrubbed(name)}" if path else scrubbed(name))
        case list() if path.endswith("holidays"):
            yield path, "<dates>"
        case str() if path.endswith("tzif"):
            yield path, "<rules>"
        case list() if value:
            for place, inner in enumerate(value):
                yield from _flat(inner, f"{path}[{place}]")
        case _:
            yield path or "value", scrubbed(json.dumps(value, ensure_ascii=False))


def scrubbed(text: str) -> str:
    """Without what is another one each time."""
    text = CERTIFIED.sub(r"\1<digest>", RULES.sub(r"\1<rules>", HOLIDAYS.sub(r"\1<dates>", text)))
    return DATE.sub("<date>", INSTANT.sub("<instant>", RUN.sub("<run>", text)))

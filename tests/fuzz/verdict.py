"""What must hold when all is sent: nothing wedged, deaf, echoed, or retried without anybody being shown it."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from google.protobuf.message import Message
from temporalio.api.enums.v1 import EventType, TimeoutType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError

from adapters.temporal.clock import CannotMoveClock, forward
from domain.reasons import Reason
from tests.fuzz.hostile import plain
from tests.fuzz.report import Fault, Report
from tests.fuzz.wire import Answer, Fate, Kind, Shot, Wire

CANARY: Final = re.compile(r"cnry([0-9a-f]{4})[0-9a-f]{4}q")
LEAKS: Final = ("input_value", "input_type=")
"""How pydantic shows what it was given."""

BAD_INPUT: Final = "BadInput"
ID: Final = "id-"
"""How every generated identifier begins."""

ID_WANTED: Final = ("workflow id: must be ", f'{{"code":"{Reason.WRONG_WORKFLOW_ID}"')
"""How the failure of such a start begins, and its details."""

OVER: Final = frozenset({WorkflowExecutionStatus.COMPLETED, WorkflowExecutionStatus.FAILED})
AT_ONCE: Final = 12
POISON: Final = 10
"""Attempts after which somebody has to be shown a step that fails."""

SLOW: Final = "a slow workflow task"
DEADLOCK: Final = "Potential deadlock"
"""The SDK's words for a task that computes for more than two seconds."""

HARMLESS: Final = frozenset(
    {
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND,
    }
)

LATER: Final = timedelta(minutes=15)
"""So much later by the life's own clock, which skips the pauses between attempts: some fifty of them."""

INPUTS: Final = (
    "workflow_execution_started_event_attributes.input",
    "workflow_execution_signaled_event_attributes.input",
    "workflow_execution_update_accepted_event_attributes.accepted_request",
    "workflow_execution_update_admitted_event_attributes.request",
    "workflow_execution_cancel_requested_event_attributes.cause",
)
"""Where what was sent has to stand, for it is what was sent."""


async def judge(wire: Wire, report: Report, logs: Iterable[Path]) -> None:
    """Look at every run, every open life and every log."""
    runs = [run async for run in _all_runs(wire)]
    report.workflows = len(runs)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(run: WorkflowExecution) -> None:
        async with gate:
            if run.status is WorkflowExecutionStatus.RUNNING:
                await _still_hears(wire, report, run.id)
            await _history(wire, report, run)

    await asyncio.gather(*(one(run) for run in runs))
    for log in logs:
        _echoes_in(report, log.read_text(errors="replace").splitlines(), f"in the log {log.name}", "")


async def _all_runs(wire: Wire) -> AsyncIterator[WorkflowExecution]:
    """Of every workflow, once the lists know what just began."""
    before = -1
    while before != (now := (await wire.client.count_workflows()).count):
        before = now
        await asyncio.sleep(1)
    async for run in wire.client.list_workflows():
        yield run


async def _still_hears(wire: Wire, report: Report, name: str) -> None:
    """An open life answers, and takes a note or says why not."""
    cast = _cast_of(name)
    asked = await wire.state(name)
    told = Shot(Kind.UPDATE, "put_note", name, plain({"by": "ops-7", "text": "still there?"}), "", "valid")
    note = await wire.send(told)
    for what, answer in (("state", asked), ("put_note", note)):
        if answer.fate not in {Fate.DONE, Fate.REFUSED, Fate.CLOSED}:
            report.find(Fault.DEAF, cast, f"{name.partition('-')[0]}: {what} {answer.fate}: {answer.words}", name)
    try:
        described = await wire.handle(name).describe()
    except RPCError:
        return
    problems = [str(pair.value) for pair in described.typed_search_attributes if "ReportedProblems" in pair.key.name]
    if problems:
        report.find(Fault.WEDGED, cast, f"{name.partition('-')[0]}: reported problems {problems}", name)
    await _retries(wire, report, name)


async def _retries(wire: Wire, report: Report, name: str) -> None:
    """A step that fails is tried for some minutes of the life's own time; by then somebody has to be shown it."""
    pending = await wire.failing_steps(name)
    if not pending:
        return
    try:
        async with asyncio.timeout(30):
            await forward(wire.client, name, LATER, patience=timedelta(seconds=10))
    except (CannotMoveClock, TimeoutError) as held:
        report.notes.append(repr(held))
    pending = await wire.failing_steps(name)
    state = (await wire.state(name)).result or {}
    for failing in pending:
        report.notes.append(f"{name}, attempt {failing.attempts}: {failing.words}")
        if failing.attempts > POISON and not state.get("attention"):
            what = f"{name.partition('-')[0]}: {failing.words}"
            report.find(Fault.UNSEEN, _cast_of(name), what, f"{name}, attempt {failing.attempts}")


async def _history(wire: Wire, report: Report, run: WorkflowExecution) -> None:
    handle = wire.client.get_workflow_handle(run.id, run_id=run.run_id)
    accepted: set[int] = set()
    failures: list[str] = []
    async for event in handle.fetch_history_events():
        if event.HasField("workflow_execution_update_accepted_event_attributes"):
            accepted.add(event.event_id)
        accepted.discard(event.workflow_execution_update_completed_event_attributes.accepted_event_id)
        if failure := failed_task(event):
            failures.append(failure)
        begun = event.workflow_execution_started_event_attributes
        inputs = () if begun.continued_execution_run_id and not begun.cron_schedule else INPUTS
        where = f"in {EventType.Name(event.event_type).removeprefix('EVENT_TYPE_')} of a {run.workflow_type}"
        _echoes_in(report, _texts(event, inputs), where, f"{run.id} {run.run_id}")
    _tasks_that_failed(report, run, failures)
    if accepted and run.status in OVER:
        what = f"{run.workflow_type}: {len(accepted)} updates accepted, and never answered"
        report.find(Fault.UNTRUE, _cast_of(run.id), what, f"{run.id} {run.run_id}")


def failed_task(event: HistoryEvent) -> str:
    """Why a workflow task failed, if this event says so; not that a message came just before the end, nor a Terminate
    of ours, nor that the worker was too busy to fetch it in time."""
    timed_out = event.workflow_task_timed_out_event_attributes.timeout_type
    if timed_out == TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE:
        return f"{SLOW}: timed out"
    failed = event.workflow_task_failed_event_attributes
    if not event.HasField("workflow_task_failed_event_attributes") or failed.cause in HARMLESS:
        return ""
    said = failed.failure.message or WorkflowTaskFailedCause.Name(failed.cause)
    return f"{SLOW}: {said}" if DEADLOCK in said else said


def _tasks_that_failed(report: Report, run: WorkflowExecution, failures: list[str]) -> None:
    """One slow task is a busy machine, and is tried again; what is slow twice hangs somewhere."""
    if len(failures) == 1 and failures[0].startswith(SLOW):
        report.notes.append(f"{run.id}: {failures[0]}, once")
        return
    for failure in failures:
        report.find(Fault.WEDGED, _cast_of(run.id), f"{run.workflow_type}: {failure}", f"{run.id} {run.run_id}")


def _echoes_in(report: Report, texts: Iterable[str], where: str, about: str) -> None:
    """Canaries of what was refused in any place, of all else in logs and failures; and pydantic's own way to echo."""
    for text in texts:
        for found in CANARY.finditer(text):
            cast, shot, answer = report.shots.get(found[0], (0, None, None))
            if shot and answer and _is_echo(answer, text, found.start(), where):
                detail = f"{about}\n  {_around(text, found[0])}\n  {shot.shown()}"
                report.find(Fault.ECHOED, cast, f"a value of {shot.kind} {shot.name} ({answer.fate}) {where}", detail)
        for leak in LEAKS:
            if leak in text:
                report.find(Fault.ECHOED, _cast_of(about), f"{leak} {where}", f"{about}\n  {_around(text, leak)}")


def _is_echo(answer: Answer, text: str, at: int, where: str) -> bool:
    """What was refused stands nowhere, but that people are told which workflow id it calls for; what was taken is no
    part of what is said to have happened, but for ids."""
    if answer.type == BAD_INPUT:
        return not text.startswith(ID_WANTED)
    said = " log" in where or "FAILED" in where
    return said and not _in_an_id(text, at) and not text.startswith(ID_WANTED)


def _in_an_id(text: str, at: int) -> bool:
    """Ids are named to people; a mutation may have lengthened one."""
    word = re.search(r"[A-Za-z0-9._-]*$", text[:at])
    return word is not None and word[0].startswith(ID)


def _around(text: str, word: str) -> str:
    at = text.find(word)
    return text[max(0, at - 200) : at + 200]


def _texts(message: Message, inputs: tuple[str, ...], way: str = "") -> Iterator[str]:
    """Every text and payload in an event, but for what was sent."""
    for field, value in message.ListFields():
        here = f"{way}.{field.name}".removeprefix(".")
        if here in inputs:
            continue
        for each in _each(value):
            if isinstance(each, Message):
                yield from _texts(each, inputs, here)
            elif isinstance(each, bytes):
                yield each.decode(errors="replace")
            elif isinstance(each, str):
                yield each


def _each(value: Any) -> Iterable[Any]:
    """One, or all of a list or a map."""
    if isinstance(value, Message | str | bytes | int | float):
        return (value,)
    return (*value.values(),) if hasattr(value, "values") else (*value,)


def _cast_of(name: str) -> int:
    """From a workflow id; every id of a campaign has its cast's number in five digits."""
    found = re.search(r"\d{5}", name)
    return int(found[0]) if found else 0

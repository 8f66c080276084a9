"""Recorded or running histories against the code on disk: which of them a deploy would break, and why."""

import re
from collections import deque
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

from temporalio.client import Client, WorkflowHistory
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.worker import Interceptor, Replayer, WorkflowReplayResult, WorkflowRunner
from temporalio.workflow import NondeterminismError

from adapters.temporal.converter import data_converter
from adapters.temporal.interceptor import PlainRefusals
from adapters.temporal.preload import preload
from adapters.temporal.sandbox import sandbox
from domain.lifecycles import KINDS
from starter.answers.tools import ReplayAnswer, Verdict
from starter.console.exits import Exit, Stop, bad
from starter.console.terminal import shown, terminal
from starter.history.events import started
from starter.reach import gate
from starter.reach.executions import asking
from workflows.registry import BESIDE, WORKFLOWS
from workflows.unknown import UnknownWorkflow

T = TypeVar("T")

SAID: Final = re.compile(r'message: "((?:[^"\\\\]|\\\\.)*)"')
PREFIX: Final = "[TMPRL1100] Nondeterminism error: "
FAULT: Final = re.compile(r'r#type: "(\w+)"')
"""Where the SDK's core has hidden what went wrong."""

AS_MANY: Final = 10_000
"""Workflows of one type that a list is read for; a sample is taken of these."""

WHAT_TO_DO: Final = (
    'Do not deploy. Put the new behaviour behind `if workflow.patched("name"):` and keep the old one in the else, '
    "then replay again: docs/versioning.md"
)

NOTHING_PROVED: Final = (
    "nothing was replayed: no running workflow fits. Nothing is proved; is the filter as you meant it?"
)


async def replay(files: Sequence[Path], query: str | None, sample: int) -> None:
    """Replay them all and say which would break; exit code 3 if one does, 6 if a query finds none."""
    replayer = a_replayer()
    histories = _read(files) if files else _running(await gate.client(), query, sample)
    verdicts = []
    async for verdict in judged(replayer, histories):
        verdicts.append(verdict)
        _show(verdict)
    if not verdicts and query is None:
        terminal.warn(f"nothing was replayed: none is running there of {', '.join(KINDS)}")
    broken = [verdict for verdict in verdicts if verdict.breaks]
    terminal.say(f"{len(verdicts)} replayed, {len(broken)} would break")
    terminal.answer(ReplayAnswer(replayed=len(verdicts), broken=len(broken), verdicts=tuple(verdicts)))
    if broken:
        raise Stop(Exit.REFUSED, f"{len(broken)} of {len(verdicts)} would break. {WHAT_TO_DO}")
    if not verdicts and query is not None:
        raise Stop(Exit.NOT_FOUND, NOTHING_PROVED, "--query")


def a_replayer(runner: WorkflowRunner | None = None, *interceptors: Interceptor) -> Replayer:
    """As a worker would run them: same converter, same interceptor, same sandbox, nothing read from disk on the way."""
    preload([*WORKFLOWS, *BESIDE])
    return Replayer(
        workflows=[*WORKFLOWS, *BESIDE, UnknownWorkflow],
        data_converter=data_converter,
        interceptors=[PlainRefusals([each.__name__ for each in WORKFLOWS]), *interceptors],
        workflow_runner=runner or sandbox(),
        runtime=Runtime(telemetry=TelemetryConfig(logging=None)),
    )


async def judged(replayer: Replayer, histories: AsyncIterator[tuple[str, WorkflowHistory]]) -> AsyncIterator[Verdict]:
    """Which would break? One worker replays them all, in turn: when it starts, it checks every workflow class."""
    sources = deque[str]()

    async def in_turn() -> AsyncIterator[WorkflowHistory]:
        async for source, history in histories:
            sources.append(source)
            yield history

    async with replayer.workflow_replay_iterator(in_turn()) as replayed:
        async for each in replayed:
            yield judge(sources.popleft(), each)


def judge(source: str, replayed: WorkflowReplayResult) -> Verdict:
    """Would it break?"""
    failure, events = replayed.replay_failure, replayed.history.events
    return Verdict(
        source=source,
        workflow_type=started(events).workflow_type.name,
        events=len(events),
        breaks=None if failure is None else in_a_line(failure),
    )


def in_a_line(failure: Exception) -> str:
    """The reason, taken out of Rust's account of it. Of a fault of ours only its type: its text may hold anything."""
    text = " ".join(str(failure).split()).replace(PREFIX, "")
    if isinstance(failure, NondeterminismError):
        told = SAID.search(text)
        return f"the code does other things than the history: {told[1] if told else text}"
    kind = FAULT.search(text)
    return f"the code fails{f' with {kind[1]}' if kind else ''}: see it in a test that replays this history"


async def _read(files: Sequence[Path]) -> AsyncIterator[tuple[str, WorkflowHistory]]:
    for file in files:
        yield str(file), read(file)


def read(file: Path) -> WorkflowHistory:
    """A history from a file, as `tenure history --save`, the Web UI or the `temporal` CLI write it."""
    try:
        found = WorkflowHistory.from_json(file.stem, file.read_text(encoding="utf-8"))
    except OSError as failed:
        raise bad(f"{file} cannot be read: {failed.strerror}", "FILES") from None
    except Exception:  # whatever protobuf's JSON reader says, also in its own types
        raise bad(f"{file} is not a workflow's history", "FILES") from None
    if not found.events or not found.events[0].HasField("workflow_execution_started_event_attributes"):
        raise bad(f"{file} is not a workflow's history from its start", "FILES")
    return WorkflowHistory(started(found.events).workflow_id or file.stem, found.events)


async def _running(client: Client, query: str | None, sample: int) -> AsyncIterator[tuple[str, WorkflowHistory]]:
    for workflow_type in (*(kind.workflow for kind in KINDS.values()), *(each.__name__ for each in BESIDE)):
        wanted = f"WorkflowType = '{workflow_type}' AND ExecutionStatus = 'Running'"
        async with asking("the list"):
            listed = client.list_workflows(f"({query}) AND {wanted}" if query else wanted, limit=AS_MANY)
            found = [(each.id, each.run_id) async for each in listed]
        for id_, run_id in spread(found, sample):
            async with asking(id_):
                yield f"{id_}/{run_id}", await client.get_workflow_handle(id_, run_id=run_id).fetch_history()


def spread(found: Sequence[T], sample: int) -> list[T]:
    """So many of them: the newest, the oldest (the code of longest ago), and evenly between."""
    if len(found) <= sample:
        return list(found)
    if sample == 1:
        return [found[-1]]
    return [found[round(place * (len(found) - 1) / (sample - 1))] for place in range(sample)]


def _show(verdict: Verdict) -> None:
    said = f"would break: {verdict.breaks}" if verdict.breaks else "replays"
    terminal.say(f"{verdict.source} ({verdict.workflow_type}, {verdict.events} events): {shown(said)}")

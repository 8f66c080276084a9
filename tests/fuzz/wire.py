"""Sending as the Web UI sends, and what became of it: every request has an answer, or that is the finding."""

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from temporalio.client import (
    Client,
    WorkflowContinuedAsNewError,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError, FailureError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from tests.fuzz.hostile import Raw
from workflows.attributes import STAGE

ANSWERED_WITHIN: Final = 120.0
"""Seconds: far longer than anything takes, also on a machine that does much else."""

LOOK_AFTER: Final = 2.0
"""Seconds without an answer after which it is looked whether the workflow can go on at all."""

SOON: Final = timedelta(seconds=5)
"""A question that takes longer is asked again."""

REFUSED_WITHIN: Final = 0.2
"""Seconds after which a start is asked where it stands, again and again."""

SUSPECT: Final = 2
"""Attempts from which a step is watched."""

WEDGED_AT: Final = 3
"""A workflow task tried that often does not go on by itself."""

INTERRUPTED: Final = "unexpected workflow task failure"
"""What the server says to an update that came in the task in which a run wanted to end and a signal came, too."""

FOR_PEOPLE: Final = frozenset({"BadInput", "Refused", "UnknownWorkflowType"})
ENDED: Final = frozenset({"AcceptedUpdateCompletedWorkflow"})
TOO_LARGE: Final = frozenset({RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.RESOURCE_EXHAUSTED})


CRON: Final = "cron_schedule"


class Kind(StrEnum):
    """How a message is sent."""

    START = "start"
    UPDATE = "update"
    QUERY = "query"
    SIGNAL = "signal"


class Fate(StrEnum):
    """What became of a message."""

    DONE = "done"
    REFUSED = "refused"
    CLOSED = "closed"
    """There is no such open workflow, or it is started already."""

    NOT_TAKEN = "not taken by the server"
    """Larger than the server takes: it never reached us."""

    FAILED = "failed"
    WEDGED = "wedged"
    HUNG = "hung"


class Answer(NamedTuple):
    """A fate, and the words that came with it."""

    fate: Fate
    words: str = ""
    type: str = ""
    result: Any = None


class Failing(NamedTuple):
    """A step that is tried again and again."""

    step: str
    attempts: int
    failure: str

    @property
    def words(self) -> str:
        """The kind of it: without how often."""
        return f"{self.step} fails: {self.failure}"


@dataclass(frozen=True)
class Shot:
    """One message on its way to one workflow."""

    kind: Kind
    name: str
    to: str
    payloads: tuple[Raw, ...]
    canary: str
    form: str
    """How it was made: valid, extreme, mutated, raw."""

    in_order: bool | None = None
    """By its model's own account; None where no model says."""

    update_id: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def shown(self) -> str:
        """For people: all that is needed to send it again."""
        given = ", ".join(raw.shown() for raw in self.payloads) or "nothing"
        options = f" {dict(self.options)}" if self.options else ""
        return f"{self.kind} {self.name} ({self.form}){options} to {self.to}: {given}"


@dataclass
class Wire:
    """A client with the default converter: nothing of ours judges what it sends."""

    client: Client
    task_queue: str

    def handle(self, to: str) -> WorkflowHandle[Any, Any]:
        """Of the latest run."""
        return self.client.get_workflow_handle(to)

    async def send(self, shot: Shot) -> Answer:
        """Send it and wait for what becomes of it."""
        given = [raw.value() for raw in shot.payloads]
        handle = self.handle(shot.to)
        match shot.kind:
            case Kind.UPDATE:
                return await self._update(shot, given)
            case Kind.QUERY:
                return await self._query(shot.to, shot.name, *given)
            case Kind.SIGNAL if shot.name == "(cancel)":
                return await self.answered(shot.to, handle.cancel(**shot.options))
            case Kind.SIGNAL:
                return await self.answered(shot.to, handle.signal(shot.name, args=given))
        answer = await self.answered(shot.to, self._start(shot, given))
        if answer.fate is Fate.HUNG:  # or our own waiting was lost with a connection: does it stand still by now?
            answer = await self.answered(shot.to, self._under_way(handle))
        return answer

    async def _start(self, shot: Shot, given: list[Any]) -> Any:
        """Until it has failed, or has told where it stands; what would come again by a schedule is ended."""
        started = await self.client.start_workflow(
            shot.name, args=given, id=shot.to, task_queue=self.task_queue, **shot.options
        )
        run = self.client.get_workflow_handle(shot.to, run_id=started.result_run_id)
        try:
            return await self._under_way(run)
        finally:
            if CRON in shot.options:
                with suppress(RPCError):
                    await self.handle(shot.to).terminate("not to come again")

    async def _under_way(self, run: WorkflowHandle[Any, Any]) -> Any:
        try:  # most starts are refused, and the server says so by itself
            async with asyncio.timeout(REFUSED_WITHIN):
                return await self._ended(run)
        except TimeoutError:
            pass
        while (described := await run.describe()).status is WorkflowExecutionStatus.RUNNING:
            try:
                state = await run.query("state", rpc_timeout=SOON)
            except (WorkflowQueryFailedError, RPCError):
                state = {}
            under_way = described.typed_search_attributes.get(STAGE) is not None
            if under_way or state.get("stage", "acknowledged") != "acknowledged" or state.get("attention"):
                return state
            await asyncio.sleep(0.05)
        return await self._ended(run)

    async def _ended(self, run: WorkflowHandle[Any, Any]) -> Any:
        try:
            return await run.result(follow_runs=False)
        except WorkflowContinuedAsNewError:  # what the client says of every run that a schedule follows
            cause = await self._failure_of(run)
            raise WorkflowFailureError(cause=cause) from cause

    async def _failure_of(self, run: WorkflowHandle[Any, Any]) -> BaseException:
        """How the run itself ended."""
        last = [event async for event in run.fetch_history_events()][-1]
        failure = last.workflow_execution_failed_event_attributes.failure
        converter = self.client.data_converter
        return converter.failure_converter.from_failure(failure, converter.payload_converter)

    async def state(self, to: str) -> Answer:
        """Where it stands, by its own account."""
        return await self._query(to, "state")

    async def _query(self, to: str, name: str, *given: Any) -> Answer:
        """Once more if it was lost, as can happen to any workflow's: the SDK's core drops those that come while it puts
        a closed run away ("leftover buffered tasks")."""
        for _ in range(2):
            answer = await self.answered(to, self.handle(to).query(name, args=given))
            if answer.fate is not Fate.HUNG:
                break
        return answer

    async def _update(self, shot: Shot, given: list[Any]) -> Answer:
        """Once more if the server says that it was interrupted: nobody has heard it."""
        for _ in range(2):
            asked = self.handle(shot.to).execute_update(shot.name, args=given, id=shot.update_id)
            answer = await self.answered(shot.to, asked)
            if INTERRUPTED not in answer.words:
                break
        return answer

    async def answered(self, to: str, asked: Coroutine[Any, Any, Any]) -> Answer:
        """What becomes of a request; wedged as soon as that can be seen, hung if there is no answer at all."""
        asking = asyncio.create_task(asked)
        waited = 0.0
        try:
            while not (await asyncio.wait({asking}, timeout=LOOK_AFTER))[0]:
                waited += LOOK_AFTER
                if await self.is_wedged(to):
                    return Answer(Fate.WEDGED)
                if waited >= ANSWERED_WITHIN:
                    failing = await self.failing_steps(to)
                    return Answer(Fate.HUNG, "; ".join(step.words for step in failing) or "no answer")
            answer = _read(asking)
            if answer.fate in {Fate.HUNG, Fate.FAILED} and await self.is_wedged(to):
                return Answer(Fate.WEDGED)
            return answer
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async def failing_steps(self, name: str) -> list[Failing]:
        """Activities that failed and are tried again."""
        try:
            raw = (await self.handle(name).describe()).raw_description
        except RPCError:
            return []
        return [
            Failing(known.activity_type.name, known.attempt, known.last_failure.message)
            for known in raw.pending_activities
            if known.attempt >= SUSPECT
        ]

    async def is_wedged(self, to: str) -> bool:
        """Is a workflow task tried again and again?"""
        try:
            raw = (await self.handle(to).describe()).raw_description
        except RPCError:
            return False
        return raw.HasField("pending_workflow_task") and raw.pending_workflow_task.attempt >= WEDGED_AT


def _read(asking: asyncio.Task[Any]) -> Answer:
    match asking.exception():
        case None:
            return Answer(Fate.DONE, result=asking.result())
        case WorkflowUpdateFailedError(cause=cause) | WorkflowFailureError(cause=cause):
            return _refusal(cause)
        case WorkflowQueryFailedError() as refused:
            return Answer(Fate.REFUSED, refused.message)
        case WorkflowAlreadyStartedError():
            return Answer(Fate.CLOSED, "started already")
        case RPCError() as refused:
            return _of_the_server(refused)
        case other:
            return Answer(Fate.FAILED, repr(other))


def _refusal(cause: BaseException) -> Answer:
    if not isinstance(cause, ApplicationError):
        words = cause.message if isinstance(cause, FailureError) else repr(cause)
        return Answer(Fate.FAILED, words, type(cause).__name__)
    said, kind = cause.message, cause.type or ""
    if kind in ENDED:
        return Answer(Fate.CLOSED, said, kind)
    return Answer(Fate.REFUSED if kind in FOR_PEOPLE else Fate.FAILED, said, kind)


def _of_the_server(refused: RPCError) -> Answer:
    if refused.status is RPCStatusCode.NOT_FOUND:
        return Answer(Fate.CLOSED, refused.message)
    if refused.status in TOO_LARGE:
        return Answer(Fate.NOT_TAKEN, refused.message)
    hung = refused.status in {RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}
    return Answer(Fate.HUNG if hung else Fate.FAILED, f"{refused.status.name}: {refused.message}")

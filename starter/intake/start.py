"""Starting something once: the same id with the same content is the same, with other content a conflict. R9"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from domain.values import Message
from starter.answers.catalogue import group_of
from starter.answers.lifecycle import StartAnswer, names
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject, kind_of, subject_of
from starter.console.terminal import terminal
from starter.intake.content import differing
from starter.intake.continued import must_go_on
from starter.intake.existing import Existing, in_store, in_temporal, refused_at_birth
from starter.reach import gate
from starter.reach.executions import asking, first_stage
from starter.reach.records import Records
from starter.reach.workers import nobody_polls, nobody_there

FROM_THE_BEGINNING: Final = (
    ", from the beginning: the store had it open and Temporal had lost it; what people told it has to be told again"
)


class Result(StrEnum):
    """What became of a start."""

    STARTED = "started"
    ALREADY_STARTED = "already_started"
    CLOSED = "closed"
    CONFLICT = "conflict"


EXIT: Final = {Result.CLOSED: Exit.CLOSED, Result.CONFLICT: Exit.CONFLICT}
"""Of those that end a command."""


@dataclass(frozen=True)
class Started:
    """What became of one start, in words."""

    result: Result
    run_id: str
    text: str
    differing: tuple[str, ...] = ()

    def stop(self) -> Stop:
        """As an end of the command."""
        fields = self.differing or ("",)
        return Stop(EXIT[self.result], self.text, fields[0], [(field, "differs too") for field in fields[1:]])


async def hand_in(start: Message, *, again: bool, immaterial: Collection[str] = ()) -> None:
    """Start it, wait a moment for its first stage, and say so; or a Stop."""
    task_queue = gate.settings().task_queue
    client, records = await gate.client(), await Records.opened()
    try:
        started = await Desk(client, task_queue, records, immaterial).start(start, again=again)
    finally:
        records.close()
    if started.result in EXIT:
        raise started.stop()
    subject, stage = subject_of(start), None
    if await nobody_polls(client, task_queue):
        terminal.warn(nobody_there(task_queue))
    else:
        stage = await first_stage(client, subject)
    now = f"; it is {stage}" if stage else ""
    said = f"{started.text[0].upper()}{started.text[1:]}{now}"
    terminal.say(f"{said}. See it: tenure {group_of(subject.lifecycle)} show {subject.id}")
    answer = StartAnswer(
        result="started" if started.result is Result.STARTED else "already_started",
        workflow_id=subject.workflow_id,
        run_id=started.run_id,
        stage=stage,
        **names(*subject),
    )
    terminal.answer(answer)


@dataclass(frozen=True)
class Desk:
    """Where things are handed in."""

    client: Client
    task_queue: str
    records: Records
    immaterial: Collection[str] = ()
    """Fields that may differ in a repetition: of a mail, when it came in."""

    async def start(self, start: Message, *, again: bool = False, known: bool = True) -> Started:
        """Start it, or say what is there under its id. `known`: may the store have it? It is not asked otherwise."""
        subject, place = subject_of(start), (self.client, self.records)
        async with asking(subject.workflow_id):
            there = await in_store(*place, subject) if known else None
            if there:
                found = self._compared(subject, start, there)
                if found.result is Result.CONFLICT or not there.lost:
                    return found
            await must_go_on(start, self.records)
            anew = there is not None or (again and await refused_at_birth(*place, subject))
            try:
                handle = await self._start(subject, start, anew=anew)
            except WorkflowAlreadyStartedError:
                return self._compared(subject, start, await in_temporal(*place, subject))
        text = f"started {subject.workflow_id}{sort_of(start)}{FROM_THE_BEGINNING if there else ''}"
        return Started(Result.STARTED, handle.result_run_id or "", text)

    async def _start(self, subject: Subject, start: Message, *, anew: bool) -> WorkflowHandle[Any, Any]:
        reuse, workflow = WorkflowIDReusePolicy, kind_of(start).workflow
        return await self.client.start_workflow(
            workflow,
            start,
            id=subject.workflow_id,
            task_queue=self.task_queue,
            id_reuse_policy=reuse.ALLOW_DUPLICATE_FAILED_ONLY if anew else reuse.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            static_summary=f"{workflow} {subject.id}{sort_of(start)}",
        )

    def _compared(self, subject: Subject, start: Message, there: Existing) -> Started:
        """What is there is the same, open or over, or another one."""
        found = differing(start, there.start) if there.start is not None else []
        fields = [field for field in found if field not in self.immaterial]
        workflow = subject.workflow_id
        if fields:
            text = f"differs from what {workflow} was started with ({there.ended or 'it is running'})"
            return Started(Result.CONFLICT, there.run_id, text, tuple(fields))
        if there.ended:
            return Started(Result.CLOSED, there.run_id, f"{workflow} is over: {there.ended}; nothing was started")
        return Started(Result.ALREADY_STARTED, there.run_id, f"already started: {workflow}; nothing was started now")


def sort_of(start: Message) -> str:
    """` (renewal)`, where there are several."""
    return f" ({sort})" if (sort := getattr(start, "kind", "")) else ""

"""One order or trial, handed in: started and seen off, or told what is there under its id."""

import asyncio
from datetime import timedelta
from typing import Final

from temporalio.client import Client, WorkflowExecutionStatus

from starter import gate
from starter.answers import StartAnswer
from starter.existing import described, outcome
from starter.exits import Exit, Stop
from starter.ids import Subject
from starter.intake import ORDERS, TRIALS, Start, subject_of
from starter.looking import asked
from starter.records import Records
from starter.starting import Desk, Result, Started
from starter.terminal import terminal

LOOK_AGAIN: Final = timedelta(milliseconds=50)

BORN: Final = frozenset({ORDERS.born, TRIALS.born})


async def hand_in(start: Start, *, again: bool) -> None:
    """Start it and say so, or a Stop."""
    task_queue = gate.settings().task_queue
    client, records = await gate.client(), await Records.opened()
    try:
        started = await Desk(client, task_queue, records).start(start, again=again)
    finally:
        records.close()
    if started.result in {Result.CLOSED, Result.CONFLICT}:
        raise started.stop()
    subject, stage = subject_of(start), None
    if await gate.nobody_polls(client, task_queue):
        terminal.warn(gate.nobody_there(task_queue))
    else:
        stage = await begun(client, subject)
    _tell(subject, started, stage)


async def begun(client: Client, subject: Subject) -> str | None:
    """The stage it came to; None if that takes longer than we wait. A start that its workflow refuses is a Stop."""
    try:
        async with asyncio.timeout(gate.PATIENCE.total_seconds()):
            while True:
                status, _ = await described(client, subject.workflow_id) or (None, "")
                if status is WorkflowExecutionStatus.FAILED:
                    ended = await outcome(client.get_workflow_handle(subject.workflow_id), status)
                    raise Stop(Exit.REFUSED, f"{subject} was refused: {ended.removeprefix('failed: ')}")
                view = await asked(client, subject) if status is WorkflowExecutionStatus.RUNNING else None
                if view is None or view.stage not in BORN:
                    return view.stage if view else None
                await asyncio.sleep(LOOK_AGAIN.total_seconds())
    except TimeoutError:
        return None


def _tell(subject: Subject, started: Started, stage: str | None) -> None:
    now = f"; it is {stage}" if stage else ""
    said = f"{started.text[0].upper()}{started.text[1:]}{now}"
    terminal.say(f"{said}. See it: tenure {subject.lifecycle} show {subject.id}")
    told = StartAnswer(
        result="started" if started.result is Result.STARTED else "already_started",
        workflow_id=subject.workflow_id,
        run_id=started.run_id,
        stage=stage,
    )
    terminal.answer(told.model_copy(update={subject.lifecycle.value: subject.id}))

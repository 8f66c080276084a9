"""One order, handed in: started and seen off, or told what is there under its number."""

import asyncio
from datetime import timedelta
from typing import Final

from temporalio.client import Client, WorkflowExecutionStatus

from domain.mails import Lifecycle
from domain.order.messages import PlaceOrder
from domain.order.states import Stage
from starter import gate
from starter.answers import StartAnswer
from starter.existing import described, outcome
from starter.exits import Exit, Stop
from starter.ids import Subject
from starter.looking import asked
from starter.records import Records
from starter.starting import Desk, Result, Started
from starter.terminal import terminal

LOOK_AGAIN: Final = timedelta(milliseconds=50)


async def hand_in(order: PlaceOrder, *, again: bool) -> None:
    """Start it and say so, or a Stop."""
    task_queue = gate.settings().task_queue
    client, records = await gate.client(), await Records.opened()
    try:
        started = await Desk(client, task_queue, records).start(order, again=again)
    finally:
        records.close()
    if started.result in {Result.CLOSED, Result.CONFLICT}:
        raise started.stop()
    subject, stage = Subject(Lifecycle.ORDER, order.sales_order_number), None
    if await gate.nobody_polls(client, task_queue):
        terminal.warn(gate.nobody_there(task_queue))
    else:
        stage = await _begun(client, subject)
    _tell(subject, started, stage)


async def _begun(client: Client, subject: Subject) -> str | None:
    """The stage it came to; None if that takes longer than we wait. A start that its workflow refuses is a Stop."""
    try:
        async with asyncio.timeout(gate.PATIENCE.total_seconds()):
            while True:
                status, _ = await described(client, subject.workflow_id) or (None, "")
                if status is WorkflowExecutionStatus.FAILED:
                    ended = await outcome(client.get_workflow_handle(subject.workflow_id), status)
                    raise Stop(Exit.REFUSED, f"{subject} was refused: {ended.removeprefix('failed: ')}")
                view = await asked(client, subject) if status is WorkflowExecutionStatus.RUNNING else None
                if view is None or view.stage != Stage.ACKNOWLEDGED:
                    return view.stage if view else None
                await asyncio.sleep(LOOK_AGAIN.total_seconds())
    except TimeoutError:
        return None


def _tell(subject: Subject, started: Started, stage: str | None) -> None:
    now = f"; it is {stage}" if stage else ""
    terminal.say(f"{started.text[0].upper()}{started.text[1:]}{now}. See it: tenure order show {subject.id}")
    terminal.answer(
        StartAnswer(
            result="started" if started.result is Result.STARTED else "already_started",
            order=subject.id,
            workflow_id=subject.workflow_id,
            run_id=started.run_id,
            stage=stage,
        )
    )

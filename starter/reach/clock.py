"""The test clock: one lifecycle is moved forward, and we see what that brings about."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from temporalio.client import Client

from adapters.temporal import clock
from starter.answers.tools import ForwardAnswer
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.reach import gate
from starter.reach.executions import asking, the_one_there_is
from starter.reach.snapshot import from_store, from_temporal

LOOK_AGAIN: Final = timedelta(milliseconds=100)


async def forward(candidates: Sequence[Subject], duration: timedelta) -> ForwardAnswer:
    """Move the one of them that exists, and compare before and after."""
    client = await gate.client()
    subject = await the_one_there_is(client, candidates)
    before, known = await from_temporal(subject), await from_store(subject)
    was, now = await _moved(client, subject, duration)
    after, stored = await from_temporal(subject), await from_store(subject)
    deadlines = before.view.deadlines if before.view else ()
    return ForwardAnswer(
        workflow_id=subject.workflow_id,
        was=was,
        now=now,
        zone=before.zone or "UTC",
        passed=tuple(due for due in deadlines if due.at <= now),
        events=tuple(event for event in stored.events if event not in known.events),
        state=after.view or stored.view,
        warnings=(f"events are not shown, for the store cannot be asked: {stored.problem}",) if stored.problem else (),
    )


async def _moved(client: Client, subject: Subject, duration: timedelta) -> tuple[datetime, datetime]:
    try:
        async with asking(subject.workflow_id):
            was = await clock.current_time(client, subject.workflow_id)
            now = await clock.forward(client, subject.workflow_id, duration)
            await quiet(client, subject.workflow_id)
    except clock.TimeTravelNotAllowed as refused:
        raise Stop(Exit.REFUSED, f"{refused} (tenure up --time-travel)") from None
    except clock.NothingToMove as closed:
        raise Stop(Exit.CLOSED, str(closed)) from None
    except clock.CannotMoveClock as held:
        raise Stop(Exit.UNREACHABLE, str(held)) from None
    return was, now


async def quiet(client: Client, workflow_id: str) -> None:
    """What the last deadline set going is written down and sent, or tried at least."""
    give_up_at = monotonic() + gate.PATIENCE.total_seconds()
    handle = client.get_workflow_handle(workflow_id)
    while (await handle.describe()).raw_description.pending_activities and monotonic() < give_up_at:  # noqa: ASYNC110 - no event tells
        await asyncio.sleep(LOOK_AGAIN.total_seconds())

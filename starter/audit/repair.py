"""What `tenure audit --repair` does about a difference; nothing here guesses, and every step may be repeated."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Final

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from adapters.sql.store import SqlStore
from domain.lifecycles import KINDS
from domain.operator import PutNote
from domain.repair import News, Other
from domain.values import Refused
from starter.answers.tools import Difference, Finding
from starter.audit.compare import DEAD, ahead, kinds, lags, repair_of
from starter.audit.compare_mails import ledger_lags
from starter.audit.observer import Observer
from starter.audit.repair_store import AUDITOR, fill_ledger, write_closed, write_from_history
from starter.audit.restart import Restart, news_of, obstacle, readable, start
from starter.audit.snapshot import COMPLETED, GONE, RUNNING, Snapshot
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.reach import gate
from starter.reach.executions import asking, described, outcome

WRITTEN_AGAIN: Final = frozenset(
    {
        Difference.NO_ROW,
        Difference.STORE_BEHIND,
        Difference.EVENTS_MISSING,
        Difference.TASKS_DIFFER,
        Difference.LACKING,
        Difference.LOSSES_DIFFER,
        Difference.PEOPLE_DIFFER,
    }
)
"""What a lifecycle's own account puts right."""

LOOK_AGAIN: Final = 0.1
"""Seconds between two looks at what was started."""


async def repair(observer: Observer, snapshot: Snapshot, findings: Sequence[Finding]) -> str:
    """Put right what can be; the words of what stood in the way, if anything did."""
    found = kinds(findings)
    if snapshot.subject is None or Difference.STRANGE_NAME in found:
        return ""
    try:
        if snapshot.status == GONE:
            await _start_again(observer, snapshot.subject, snapshot)
        elif snapshot.status in DEAD:
            await _close(observer, snapshot.subject, snapshot)
        elif snapshot.status == COMPLETED:
            await write_from_history(observer, snapshot)
            await observer.ask(lambda store: fill_ledger(store, snapshot))
        elif snapshot.status == RUNNING and snapshot.view:
            await _repair_running(observer, snapshot.subject, snapshot, found)
    except Stop as stop:
        return stop.message
    except Refused as refused:
        return str(refused)
    except RPCError as failed:
        return f"the Temporal server answered {failed.status.name.lower().replace('_', ' ')}"
    return ""


async def _repair_running(
    observer: Observer, subject: Subject, snapshot: Snapshot, found: frozenset[Difference]
) -> None:
    helped = repairable(snapshot, found)
    heard = await observer.ask(lambda store: _heard_of(store, subject)) if ahead(snapshot) else ()
    if helped & WRITTEN_AGAIN and not await write_from_history(observer, snapshot):
        if Difference.NO_ROW in found:
            return  # nobody opened its row, so nobody can write into it
        helped -= WRITTEN_AGAIN - {Difference.STORE_BEHIND}
    if helped & {Difference.MAILS_DIFFER, Difference.NO_ROW}:
        await observer.ask(lambda store: fill_ledger(store, snapshot))
    others = list(heard or ())
    if Difference.WAITS_IN_VAIN in helped and (awaited := _awaited(snapshot)):
        others.append(awaited)
    for other in others:
        await _tell(observer, await observer.ask(partial(news_of, other=other)) or ())
    if helped - {Difference.LACKING, Difference.LOSSES_DIFFER, Difference.PEOPLE_DIFFER}:
        await leave_note(observer.client, subject, helped)


def _heard_of(store: SqlStore, subject: Subject) -> Sequence[Other]:
    """Those whose end the store has and the workflow may not: they tell nobody again. Known ones change nothing."""
    state = store.row(*subject).state
    return KINDS[subject.lifecycle].repair.hears_of(state)


def _awaited(snapshot: Snapshot) -> Other | None:
    return repair_of(snapshot).waits_for(snapshot.view) if snapshot.view else None


def repairable(snapshot: Snapshot, found: frozenset[Difference]) -> frozenset[Difference]:
    """What help there is for; without any no note is left either, however often somebody tries."""
    helpless = {Difference.STRANGE_NAME, Difference.NO_ANSWER, Difference.NOT_RUNNING}
    helpless |= {Difference.STEP_FAILING, Difference.TASK_FAILING}
    if not lags(snapshot):
        helpless |= {Difference.ATTRIBUTES_BEHIND}
    known = snapshot.stored.mails if snapshot.stored else {}
    if snapshot.view and not any(ledger_lags(mail, known.get(mail.key)) for mail in snapshot.view.mails):
        helpless |= {Difference.MAILS_DIFFER}
    return found - helpless


async def leave_note(client: Client, subject: Subject, repaired: frozenset[Difference]) -> None:
    """A trace of the repair; with it the workflow writes row and search attributes anew. Nobody waits for ever."""
    differing = ", ".join(sorted(difference.replace("_", " ") for difference in repaired))
    note = PutNote(by=AUDITOR, text=f"tenure audit --repair found and repaired: {differing}.")
    async with asking(subject.workflow_id), asyncio.timeout(gate.UPDATE_PATIENCE.total_seconds()):
        await client.get_workflow_handle(subject.workflow_id).execute_update("put_note", note)


async def _start_again(observer: Observer, subject: Subject, snapshot: Snapshot) -> None:
    """From its stored input, and until its row is its own: R9 yields to the same content whose runs are lost."""
    if (stands := obstacle(snapshot)) or not snapshot.stored:
        raise Stop(Exit.REFUSED, stands)
    restart = await observer.ask(lambda store: readable(store, subject))
    if not isinstance(restart, Restart):
        raise Stop(Exit.REFUSED, restart or "the store has it no more")
    if await start(observer.client, subject, restart):
        await _its_own(observer, subject, snapshot.stored.columns.run)
        await write_from_history(
            observer, await observer.observe(subject.workflow_id)
        )  # tasks of the lost run are closed


async def _its_own(observer: Observer, subject: Subject, lost_run: str) -> None:
    """Its new run told the store of itself; why not, if it was refused."""
    give_up_at = monotonic() + gate.UPDATE_PATIENCE.total_seconds()
    while monotonic() < give_up_at:
        columns = await observer.ask(lambda store: store.columns(*subject))
        if columns and columns.run != lost_run:
            return
        status, _ = await described(observer.client, subject.workflow_id) or (None, "")
        if status is WorkflowExecutionStatus.FAILED:
            handle = observer.client.get_workflow_handle(subject.workflow_id)
            raise Stop(Exit.REFUSED, await outcome(handle, status))
        await asyncio.sleep(LOOK_AGAIN)
    raise Stop(Exit.UNREACHABLE, "it was started, and nobody took it up in time: is a worker running?")


async def _close(observer: Observer, subject: Subject, snapshot: Snapshot) -> None:
    """Closed first: those who wait for it look into the store whether what they hear is so."""
    if KINDS[subject.lifecycle].repair.give_up is None:
        return
    await write_from_history(observer, snapshot)
    if await observer.ask(lambda store: write_closed(store, subject, datetime.now(UTC))):
        await _tell(observer, await observer.ask(partial(news_of, other=subject)) or ())


async def _tell(observer: Observer, news: Sequence[News]) -> None:
    """One that is over, or never began, need not hear it."""
    for each in news:
        said = () if each.content is None else (dict(each.content),)
        handle = observer.client.get_workflow_handle(each.to)
        try:
            await handle.signal(each.signal, args=said, rpc_timeout=gate.PATIENCE)
        except RPCError as failed:
            if failed.status is not RPCStatusCode.NOT_FOUND:
                raise

"""`tenure audit`: do the store, the search attributes and the workflows themselves tell the same?"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.ports import OrderPapers, People
from adapters.sql.store import SqlStore
from domain.desk import PutNote
from domain.mails import Lifecycle
from domain.order.states import CLOSED as CLOSED_ORDERS
from domain.order.states import Stage
from domain.trial.states import CLOSED as CLOSED_TRIALS
from domain.trial.states import TrialStage
from domain.values import Model
from domain.view import LifeView
from starter import gate, ids
from starter.answers import Answer
from starter.exits import Exit, Stop
from starter.ids import Subject
from starter.listing import EVERYTHING
from starter.records import Records, Row, row_of
from starter.terminal import terminal
from workflows import attributes

OPEN: Final = 'WorkflowType IN ("Order", "Subscription", "Trial", "DeviceLoan") AND ExecutionStatus = "Running"'
LOOKS: Final = 3
"""Search attributes lag behind by moments: a difference counts when it is still there at the third look."""

BETWEEN_LOOKS: Final = 1.0
AUDITOR: Final = "tenure-audit"


class Difference(StrEnum):
    """What may be wrong."""

    NO_ROW = "no_row"
    """A running workflow the store does not know."""

    STORE_BEHIND = "store_behind"
    """The store's stage or number of events is not the workflow's."""

    ATTRIBUTES_BEHIND = "attributes_behind"
    """Lists and filters show another stage, due date or attention than the workflow."""

    NO_ANSWER = "no_answer"
    """The workflow runs and does not answer: no worker, or its task fails."""

    NOT_RUNNING = "not_running"
    """Open in the store, and no workflow runs: terminated, deleted or failed."""


class Finding(Model):
    """One difference."""

    workflow_id: str
    difference: Difference
    told: str
    repaired: bool = False


class AuditAnswer(Answer):
    """`audit`: how many lifecycles were compared, and what differs."""

    compared: int
    findings: tuple[Finding, ...]


async def audit(*, repair: bool) -> None:
    """Compare everything that is open; stop with exit code 3 if differences remain."""
    client, records = await gate.client(), await Records.required()
    try:
        findings, compared = await _compare(client, records)
        if repair:
            findings = [await _repaired(client, records, finding) for finding in findings]
    finally:
        await asyncio.to_thread(records.close)
    for finding in findings:
        mended = "mended" if finding.repaired else "open"
        terminal.say(f"{finding.workflow_id}: {finding.difference.replace('_', ' ')}: {finding.told} ({mended})")
    terminal.say(f"{compared} open lifecycles compared, {len(findings)} differences.")
    terminal.answer(AuditAnswer(compared=compared, findings=tuple(findings)))
    if any(not finding.repaired for finding in findings):
        raise Stop(Exit.REFUSED, "differences remain: tenure audit --repair mends what can be mended")


async def _compare(client: Client, records: Records) -> tuple[list[Finding], int]:
    findings: list[Finding] = []
    running: set[str] = set()
    async for execution in client.list_workflows(OPEN):
        running.add(execution.id)
        if finding := await _look_at(client, records, execution):
            findings.append(finding)
    findings += [found async for found in _without_workflow(client, records, running)]
    return findings, len(running)


async def _look_at(client: Client, records: Records, execution: WorkflowExecution) -> Finding | None:
    finding = None
    for _ in range(LOOKS):
        finding = await _difference(client, records, execution.id)
        if finding is None:
            return None
        await asyncio.sleep(BETWEEN_LOOKS)
    return finding


async def _difference(client: Client, records: Records, workflow_id: str) -> Finding | None:
    view = await _view(client, workflow_id)
    if view is None:
        told = "it runs and did not answer: is a worker up? TemporalReportedProblems tells if it is wedged"
        return Finding(workflow_id=workflow_id, difference=Difference.NO_ANSWER, told=told)
    row = await _row(records, ids.any_of(workflow_id)[0])
    if row is None:
        return Finding(workflow_id=workflow_id, difference=Difference.NO_ROW, told=f"the workflow is {view.stage}")
    if (row.life.stage, row.life.journal.sequence) != (view.stage, view.events):
        told = f"store {row.life.stage}, {row.life.journal.sequence} events; workflow {view.stage}, {view.events}"
        return Finding(workflow_id=workflow_id, difference=Difference.STORE_BEHIND, told=told)
    return await _attributes_of(client, workflow_id, view)


async def _attributes_of(client: Client, workflow_id: str, view: LifeView) -> Finding | None:
    known = (await client.get_workflow_handle(workflow_id).describe()).typed_search_attributes
    behind = [update.key.name for update in attributes.changed(known, view)]
    if not behind:
        return None
    told = ", ".join(behind)
    return Finding(workflow_id=workflow_id, difference=Difference.ATTRIBUTES_BEHIND, told=told)


async def _row(records: Records, subject: Subject) -> Row | None:
    return await records.ask(lambda store: row_of(store, subject))


async def _view(client: Client, workflow_id: str) -> LifeView | None:
    try:
        view: LifeView = await client.get_workflow_handle(workflow_id).query(
            "state", result_type=LifeView, rpc_timeout=gate.PATIENCE
        )
    except RPCError:
        return None
    return view


async def _without_workflow(client: Client, records: Records, running: set[str]) -> AsyncIterator[Finding]:
    """Open in the store, and nobody lives it."""
    open_rows = await records.ask(_open_in_the_store) or []
    for subject in open_rows:
        if subject.workflow_id in running:
            continue
        status = await _status(client, subject.workflow_id)
        if status != WorkflowExecutionStatus.RUNNING.name:
            told = f"open in the store, its workflow is {status.lower().replace('_', ' ')}"
            yield Finding(workflow_id=subject.workflow_id, difference=Difference.NOT_RUNNING, told=told)


def _open_in_the_store(store: SqlStore) -> list[Subject]:
    orders = [row for row in store.orders(limit=EVERYTHING) if row.stage not in CLOSED_ORDERS]
    trials = [row for row in store.trials(limit=EVERYTHING) if row.stage not in CLOSED_TRIALS]
    return [Subject(Lifecycle.ORDER, row.number) for row in orders] + [
        Subject(Lifecycle.TRIAL, row.trial_id) for row in trials
    ]


async def _status(client: Client, workflow_id: str) -> str:
    try:
        status = (await client.get_workflow_handle(workflow_id).describe()).status
    except RPCError as missing:
        if missing.status is RPCStatusCode.NOT_FOUND:
            return "gone"
        raise
    return status.name if status else "unknown"


async def _repaired(client: Client, records: Records, finding: Finding) -> Finding:
    """A running workflow writes itself down anew; one that is gone is closed in the store."""
    if finding.difference in {Difference.STORE_BEHIND, Difference.ATTRIBUTES_BEHIND, Difference.NO_ROW}:
        note = PutNote(by=AUDITOR, text=f"audit: {finding.difference.replace('_', ' ')}")
        await client.get_workflow_handle(finding.workflow_id).execute_update("put_note", note)
        await asyncio.sleep(BETWEEN_LOOKS)
        mended = await _difference(client, records, finding.workflow_id) is None
        return finding.model_copy(update={"repaired": mended})
    if finding.difference is Difference.NOT_RUNNING:
        subject = ids.any_of(finding.workflow_id)[0]
        closed = await records.ask(lambda store: _close(store, subject, finding.told))
        return finding.model_copy(update={"repaired": bool(closed)})
    return finding


def _close(store: SqlStore, subject: Subject, told: str) -> bool:
    """The store says what happened: cancelled, by the audit, because nobody lives it any more. K6, F2."""
    now = datetime.now(UTC)
    note = PutNote(by=AUDITOR, text=told, reason="its workflow is gone")
    if subject.lifecycle is Lifecycle.ORDER:
        order = store.order(subject.id).life
        order.stage, order.closed_at, order.closing_reason = Stage.CANCELLED, now, told
        order.agenda.disarm(*(deadline.name for deadline in order.agenda.pending))
        order.journal.note("order.found_without_workflow", now, note)
        store.record_order(order, order.journal.take(), OrderPapers(), AUDITOR, now)
        return True
    if subject.lifecycle is Lifecycle.TRIAL:
        trial = store.trial(subject.id).life
        trial.stage, trial.closed_at, trial.closing_reason = TrialStage.CANCELLED, now, told
        trial.agenda.disarm(*(deadline.name for deadline in trial.agenda.pending))
        trial.journal.note("trial.found_without_workflow", now, note)
        store.record_trial(trial, trial.journal.take(), People(), AUDITOR, now)
        return True
    return False

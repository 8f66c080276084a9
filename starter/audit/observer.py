"""Takes snapshots of lifecycles: asks the lists, the workflow itself and the store."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Concatenate, Final, ParamSpec, TypeVar

from pydantic import ValidationError
from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
)
from temporalio.common import SearchAttributeKey, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from adapters.sql.store import SqlStore
from adapters.temporal.lifecycles import any_exists
from domain.events import SYSTEM, Event
from domain.lifecycles import KINDS
from domain.values import Person, Source
from domain.view import LifecycleView
from starter.audit.account import account_of
from starter.audit.named import differing_people, people_named
from starter.audit.snapshot import COMPLETED, CONTINUED, GONE, RUNNING, Retried, Snapshot, Stored
from starter.console import ids
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.console.terminal import terminal
from starter.intake.content import erased
from starter.reach import gate
from starter.reach.executions import quoted, running
from starter.reach.records import Records
from starter.reach.workers import nobody_polls, nobody_there

PROBLEMS: Final = SearchAttributeKey.for_keyword_list("TemporalReportedProblems")

ONLY_RECORDED: Final = (
    ".note",
    "mail.settled",
    "mail.retried",
    "mail.sent_again",
    "step.settled",
    ".cancel_refused",
    ".started_again",
)
"""Ends of event types: nothing that a workflow would have to be told again."""

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Run:
    """One run of a workflow, as Temporal has it."""

    status: str
    id: str
    queue: str = ""
    own: TypedSearchAttributes | None = None
    retried: tuple[Retried, ...] = ()

    @classmethod
    def of(cls, described: WorkflowExecutionDescription) -> "Run":
        """With what its own page shows."""
        return cls(
            status_of(described.status),
            described.run_id,
            described.task_queue,
            described.typed_search_attributes,
            tuple(_retried(described)),
        )


class Observer:
    """Takes snapshots."""

    def __init__(self, client: Client, records: Records, *, thorough: bool = False) -> None:
        """`thorough`: also replay each history, for what it was told of people."""
        self.client = client
        self.records = records
        self.thorough = thorough
        self._unattended: dict[str, bool] = {}

    async def observe(self, workflow_id: str) -> Snapshot:
        """From every side."""
        at, execution = datetime.now(UTC), await self._listed(workflow_id)
        subject = subject_of(workflow_id, execution)
        if subject is None:
            return Snapshot(workflow_id, at)
        stored = await self.ask(lambda store: _stored(store, subject, at))
        run = await self._run(workflow_id, stored)
        if stored and self.thorough and run.status in {RUNNING, COMPLETED}:
            stored = replace(stored, others=await self._others(workflow_id, run.id, subject))
        view, silent = await self._view(workflow_id, run)
        return Snapshot(
            workflow_id=workflow_id,
            at=at,
            subject=subject,
            status=run.status,
            run_id=run.id,
            silent=silent,
            view=view,
            listed=execution.typed_search_attributes if execution else None,
            own=run.own,
            stored=stored,
            awaited_stage=await self._awaited_stage(subject, view),
            retried=run.retried,
            problems=tuple(run.own.get(PROBLEMS, ())) if run.own else (),
        )

    async def ask(self, question: Callable[Concatenate[SqlStore, P], R], *args: P.args, **named: P.kwargs) -> R | None:
        """The store's answer; None when it knows nothing. One that cannot be asked ends the audit: Stop."""
        answer = await self.records.ask(lambda store: question(store, *args, **named))
        if self.records.problem:
            raise Stop(Exit.UNREACHABLE, f"store: {self.records.problem}")
        return answer

    async def unattended(self, queue: str) -> bool:
        """Does nobody poll it? Asked, and said, once for each task queue."""
        if queue not in self._unattended:
            self._unattended[queue] = await nobody_polls(self.client, queue)
            if self._unattended[queue]:
                terminal.warn(nobody_there(queue))
        return self._unattended[queue]

    async def _listed(self, workflow_id: str) -> WorkflowExecution | None:
        wanted = f"WorkflowId = {quoted(workflow_id)} AND {running()}"
        return next(iter([each async for each in self.client.list_workflows(wanted, limit=1)]), None)

    async def _run(self, workflow_id: str, stored: Stored | None) -> Run:
        """The newest run; of several that are over the one that counts."""
        try:
            newest = await self.client.get_workflow_handle(workflow_id).describe(rpc_timeout=gate.PATIENCE)
        except RPCError as missing:
            if missing.status is RPCStatusCode.NOT_FOUND:
                return Run(GONE, "")
            raise
        described = Run.of(newest)
        if described.status in {RUNNING, COMPLETED} or stored is None or stored.columns.run == described.id:
            return described
        if decides := deciding(await self._earlier(workflow_id), stored.columns.run):
            return decides
        known = await any_exists(self.client, workflow_id, frozenset({stored.columns.run}))
        return described if known or not stored.columns.open else Run(GONE, "")

    async def _earlier(self, workflow_id: str) -> list[Run]:
        """All runs of an id, newest first."""
        found = [each async for each in self.client.list_workflows(f"WorkflowId = {quoted(workflow_id)}")]
        found.sort(key=lambda each: each.start_time, reverse=True)
        return [Run(status_of(each.status), each.run_id, each.task_queue) for each in found]

    async def _view(self, workflow_id: str, run: Run) -> tuple[LifecycleView | None, str]:
        """Its own view, and why there is none. One that was torn off has nothing to say."""
        if run.status not in {RUNNING, COMPLETED}:
            return None, ""
        if run.queue and await self.unattended(run.queue):
            return None, f"nobody answers: no worker polls task queue {run.queue}"
        handle = self.client.get_workflow_handle(workflow_id, run_id=run.id)
        try:
            view: LifecycleView = await handle.query("state", result_type=LifecycleView, rpc_timeout=gate.PATIENCE)
        except (WorkflowQueryFailedError, ValidationError):
            return None, "its answer was an error: is its worker of this release? TemporalReportedProblems tells more"
        except RPCError:
            return None, "it runs and did not answer: is a worker up? TemporalReportedProblems tells if it is wedged"
        return view, ""

    async def _others(self, workflow_id: str, run_id: str, subject: Subject) -> dict[str, Person]:
        """Who stands in the store otherwise than they were named."""
        account = await account_of(self.client, workflow_id, run_id)
        named = await people_named(self.client, account) if account else {}
        return await self.ask(lambda store: differing_people(store, subject, named)) or {}

    async def _awaited_stage(self, subject: Subject, view: LifecycleView | None) -> str | None:
        other = KINDS[subject.lifecycle].repair.waits_for(view) if view else None
        if other is None:
            return None
        columns = await self.ask(lambda store: store.columns(*other))
        return columns.stage if columns else None


def deciding(runs: Iterable[Run], writer: str) -> Run | None:
    """The run that says how it ended: not a later start of the same id, which was refused.

    Newest first, it is one that runs or completed, or the one that wrote to the store last. None if no run is either.
    """
    for run in runs:
        if run.status in {RUNNING, COMPLETED} or (run.id == writer and run.status != CONTINUED):
            return run
    return None


def subject_of(workflow_id: str, execution: WorkflowExecution | None) -> Subject | None:
    """Whose workflow it is, if the id says so and is of the type it says."""
    try:
        (subject,) = ids.any_of(workflow_id)
    except (Stop, ValueError):
        return None
    if subject.workflow_id != workflow_id:
        return None
    fits = execution is None or execution.workflow_type == KINDS[subject.lifecycle].workflow
    return subject if fits else None


def status_of(status: WorkflowExecutionStatus | None) -> str:
    """`running`, `completed`, …"""
    return status.name.lower() if status else GONE


def _stored(store: SqlStore, subject: Subject, now: datetime) -> Stored:
    kind, stored = KINDS[subject.lifecycle], store.stored(*subject)
    try:
        row = store.row(*subject)
        state, view = row.state, kind.view(row.state, now)
    except ValidationError:
        row, state, view = None, None, None
    kept = {*store.losses(subject.id), *store.spared(subject.id)} if kind.repair.decided else ()
    needed = kind.repair.people(state) | kind.repair.forms(state) if state else frozenset()
    return Stored(
        columns=stored.columns,
        state=state,
        view=view,
        news=tuple(event for event in store.events(*subject) if _is_news(event, kind.repair.follows)),
        erased=tuple(erased(dict(row).get("placed"))) if row else (),
        lacks=tuple(sorted(needed - stored.roles - stored.forms)),
        losses=frozenset(kept),
        events=stored.events,
        tasks=stored.open_tasks,
        mails={mail.key: mail for mail in stored.mails},
    )


def _is_news(event: Event, follows: tuple[str, ...]) -> bool:
    """Told by somebody, and not known from the start, the ledger or the record itself."""
    told = event.source is not Source.TIMER and event.actor != SYSTEM and event.sequence > 1
    return told and not event.type.endswith(ONLY_RECORDED) and not event.type.startswith(follows)


def _retried(described: WorkflowExecutionDescription) -> Iterator[Retried]:
    for each in described.raw_description.pending_activities:
        if each.attempt > 1:
            failure = each.last_failure.application_failure_info.type or "a time-out or a lost worker"
            yield Retried(each.activity_type.name, each.attempt, failure)

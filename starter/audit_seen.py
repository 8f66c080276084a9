"""One lifecycle seen from every side that knows it: the lists, the workflow itself, the store."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from pydantic import ValidationError
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.common import TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from activities.ports import LifeColumns, RecordedMail
from adapters.sql.store import SqlStore
from domain.device.device import DeviceLife
from domain.device.view import device_view
from domain.mails import Lifecycle
from domain.order.order import OrderLife
from domain.order.view import order_view
from domain.subscription.subscription import SubscriptionLife
from domain.subscription.view import subscription_view
from domain.trial.trial import TrialLife
from domain.trial.view import trial_view
from domain.view import LifeView
from starter import gate, ids
from starter.audit_account import AnyLife
from starter.exits import Exit, Stop
from starter.ids import Subject
from starter.records import Records, row_of

OPEN: Final = 'WorkflowType IN ("Order", "Subscription", "Trial", "DeviceLoan") AND ExecutionStatus = "Running"'

TYPES: Final = {
    "Order": Lifecycle.ORDER,
    "Subscription": Lifecycle.SUBSCRIPTION,
    "Trial": Lifecycle.TRIAL,
    "DeviceLoan": Lifecycle.DEVICE,
}

GONE: Final = "gone"
"""What Temporal says of a workflow it does not know, in place of a status."""

RUNNING: Final = "running"
COMPLETED: Final = "completed"
CONTINUED: Final = "continued_as_new"

R = TypeVar("R")


@dataclass(frozen=True)
class Stored:
    """What the store knows of one lifecycle."""

    columns: LifeColumns
    told: LifeView | None
    """Its row, shown as the workflow shows itself; None when it cannot be read."""

    events: frozenset[int]
    tasks: frozenset[str]
    """The open ones."""

    mails: Mapping[str, RecordedMail]


@dataclass(frozen=True)
class Seen:
    """One lifecycle, and what everybody says about it."""

    workflow_id: str
    at: datetime
    subject: Subject | None = None
    """None if the id is not one that Tenure gives."""

    status: str = RUNNING
    """Of the run that counts, in lower case, or `gone`."""

    run_id: str = ""
    silent: str = ""
    """Why the workflow did not answer, if it should have."""

    view: LifeView | None = None
    listed: TypedSearchAttributes | None = None
    """As lists have it; None if no list of what runs shows it."""

    own: TypedSearchAttributes | None = None
    """As the workflow's own page has it, which does not lag behind."""

    stored: Stored | None = None
    renewal: str | None = None
    """The stage in the store of the renewal order that a subscription waits for."""


@dataclass(frozen=True)
class _Run:
    status: str
    id: str
    queue: str = ""
    own: TypedSearchAttributes | None = None


class Lookout:
    """Looks at lifecycles. What lists show is looked up once for all of them, by `refresh`."""

    def __init__(self, client: Client, records: Records) -> None:
        self.client = client
        self.records = records
        self._listed: dict[str, WorkflowExecution] = {}
        self.unattended: dict[str, bool] = {}
        """Task queues of what runs: does nobody poll them?"""

    async def everything_open(self) -> list[str]:
        """Ids of all that runs, or is open in the store."""
        await self.refresh()
        known = await self.ask(lambda store: store.open_lives()) or []
        return list(dict.fromkeys([*self._listed, *(Subject(*each).workflow_id for each in known)]))

    async def refresh(self) -> None:
        """What lists show now."""
        self._listed = {execution.id: execution async for execution in self.client.list_workflows(OPEN)}
        queues = {gate.settings().task_queue, *(execution.task_queue for execution in self._listed.values())}
        for queue in sorted(queues - self.unattended.keys()):
            self.unattended[queue] = await gate.nobody_polls(self.client, queue)

    async def look(self, workflow_id: str) -> Seen:
        """From every side."""
        at, execution = datetime.now(UTC), self._listed.get(workflow_id)
        subject = _subject(workflow_id, execution)
        if subject is None:
            return Seen(workflow_id, at)
        stored = await self.ask(lambda store: _stored(store, subject, at))
        run = await self._run(workflow_id, stored)
        view, silent = await self._view(workflow_id, run)
        return Seen(
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
            renewal=await self._renewal(view),
        )

    async def ask(self, question: Callable[[SqlStore], R]) -> R | None:
        """The store's answer; None when it knows nothing. One that cannot be asked ends the audit: Stop."""
        answer = await self.records.ask(question)
        if self.records.problem:
            raise Stop(Exit.UNREACHABLE, f"store: {self.records.problem}")
        return answer

    async def _run(self, workflow_id: str, stored: Stored | None) -> _Run:
        """The newest run; of several that are over the one that counts."""
        try:
            newest = await self.client.get_workflow_handle(workflow_id).describe(rpc_timeout=gate.PATIENCE)
        except RPCError as missing:
            if missing.status is RPCStatusCode.NOT_FOUND:
                return _Run(GONE, "")
            raise
        described = _Run(_word(newest.status), newest.run_id, newest.task_queue, newest.typed_search_attributes)
        if described.status in {RUNNING, COMPLETED} or stored is None or stored.columns.run == described.id:
            return described
        return deciding(await self._earlier(workflow_id), stored.columns.run) or described

    async def _earlier(self, workflow_id: str) -> list[_Run]:
        """All runs of an id, newest first."""
        found = [each async for each in self.client.list_workflows(f"WorkflowId = '{workflow_id}'")]
        found.sort(key=lambda each: each.start_time, reverse=True)
        return [_Run(_word(each.status), each.run_id, each.task_queue) for each in found]

    async def _view(self, workflow_id: str, run: _Run) -> tuple[LifeView | None, str]:
        """Its own account, and why there is none. One that was torn off has nothing to say."""
        if run.status not in {RUNNING, COMPLETED}:
            return None, ""
        if self.unattended.get(run.queue):
            return None, f"nobody answers: no worker polls task queue {run.queue}"
        handle = self.client.get_workflow_handle(workflow_id, run_id=run.id)
        try:
            view: LifeView = await handle.query("state", result_type=LifeView, rpc_timeout=gate.PATIENCE)
        except (WorkflowQueryFailedError, ValidationError):
            return None, "its answer was an error: is its worker of this release? TemporalReportedProblems tells more"
        except RPCError:
            return None, "it runs and did not answer: is a worker up? TemporalReportedProblems tells if it is wedged"
        return view, ""

    async def _renewal(self, view: LifeView | None) -> str | None:
        order = view.facts.get("renewal_order") if view and view.lifecycle == Lifecycle.SUBSCRIPTION else None
        if order is None:
            return None
        columns = await self.ask(lambda store: store.columns(Lifecycle.ORDER, order))
        return columns.stage if columns else None


def deciding(runs: Iterable[_Run], teller: str) -> _Run | None:
    """The run that says how it ended: not a later start of the same id, which was refused.

    Newest first, it is one that runs or completed, or the one that told the store last. None if no run is either.
    """
    for run in runs:
        if run.status in {RUNNING, COMPLETED} or (run.id == teller and run.status != CONTINUED):
            return run
    return None


def view_of_row(life: AnyLife, now: datetime) -> LifeView:
    """As the workflow would show itself if it stood where the row says."""
    match life:
        case OrderLife():
            return order_view(life, now)
        case SubscriptionLife():
            return subscription_view(life, now)
        case TrialLife():
            return trial_view(life, now)
        case DeviceLife():
            return device_view(life, now)


def _stored(store: SqlStore, subject: Subject, now: datetime) -> Stored:
    columns = store.columns(*subject)
    try:
        told = view_of_row(row_of(store, subject).life, now)
    except ValidationError:
        told = None
    return Stored(
        columns=columns,
        told=told,
        events=frozenset(event.sequence for event in store.events(*subject)),
        tasks=frozenset(task.key for task in store.tasks(*subject) if task.closed_at is None),
        mails={mail.key: mail for mail in store.mails(*subject)},
    )


def _subject(workflow_id: str, execution: WorkflowExecution | None) -> Subject | None:
    """Whose workflow it is, if the id says so and is of the type it says."""
    try:
        (subject,) = ids.any_of(workflow_id)
    except (Stop, ValueError):
        return None
    if subject.workflow_id != workflow_id:
        return None
    return subject if execution is None or TYPES.get(execution.workflow_type) is subject.lifecycle else None


def _word(status: WorkflowExecutionStatus | None) -> str:
    return status.name.lower() if status else GONE

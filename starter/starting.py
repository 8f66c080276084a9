"""Starting an order or trial once: the same id with the same content is the same, with other content a conflict. R9"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

from activities.ports import OrderRow, TrialRow
from adapters.temporal.converter import BAD_INPUT, REFUSED
from domain.order.messages import OrderKind, PlaceOrder
from domain.subscription.subscription import SubscriptionStage
from starter.content import differing
from starter.existing import Existing, described, failure, first_input, outcome
from starter.exits import Exit, Stop
from starter.gate import asking
from starter.ids import Subject
from starter.intake import Start, intake_of
from starter.records import Records, row_of
from starter.terminal import terminal


class Result(StrEnum):
    """What became of a start."""

    STARTED = "started"
    ALREADY_STARTED = "already_started"
    CLOSED = "closed"
    CONFLICT = "conflict"


EXIT: Final = {
    Result.STARTED: Exit.OK,
    Result.ALREADY_STARTED: Exit.OK,
    Result.CLOSED: Exit.CLOSED,
    Result.CONFLICT: Exit.CONFLICT,
}


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


@dataclass(frozen=True)
class Desk:
    """Where orders and trials are handed in."""

    client: Client
    task_queue: str
    records: Records

    async def start(self, start: Start, *, again: bool = False) -> Started:
        """Start it, or say what is there under its id."""
        subject = intake_of(start).subject(start)
        async with asking(subject.workflow_id):
            if known := await self._known(subject, start):
                return known
            if isinstance(start, PlaceOrder) and start.kind is OrderKind.RENEWAL:
                await self._renewable(start)
            anew = again and await self._was_refused_at_birth(subject)
            try:
                handle = await self._start(subject, start, anew=anew)
            except WorkflowAlreadyStartedError:
                return await self._found(subject, start, await described(self.client, subject.workflow_id))
        return Started(Result.STARTED, handle.result_run_id or "", f"started {subject.workflow_id} ({start.kind})")

    async def _start(self, subject: Subject, start: Start, *, anew: bool) -> WorkflowHandle[Any, Any]:
        reuse, workflow = WorkflowIDReusePolicy, intake_of(start).workflow
        return await self.client.start_workflow(
            workflow,
            start,
            id=subject.workflow_id,
            task_queue=self.task_queue,
            id_reuse_policy=reuse.ALLOW_DUPLICATE_FAILED_ONLY if anew else reuse.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            static_summary=f"{workflow} {subject.id} ({start.kind})",
        )

    async def _renewable(self, order: PlaceOrder) -> None:
        """Said at once rather than by a workflow that fails: the subscription is there and is this customer's."""
        row = await self.records.ask(lambda store: store.subscription(order.subscription))
        if self.records.problem:
            terminal.warn_once(
                f"the subscription is not checked, for the store cannot be asked: {self.records.problem}"
            )
        if row is None and not self.records.problem:
            text = "no subscription of that id is known here (REN-01)"
            raise Stop(Exit.NOT_FOUND, text, "subscription_id")
        if row and row.life.customer_id != order.customer.id:
            raise Stop(Exit.REFUSED, "is another customer's subscription (REN-01)", "subscription_id")
        if row and row.life.stage is SubscriptionStage.TERMINATED:
            raise Stop(Exit.REFUSED, "is a terminated subscription (REN-01)", "subscription_id")

    async def _known(self, subject: Subject, start: Start) -> Started | None:
        """What is in the store was started before, even if Temporal has forgotten it since."""
        row = await self.records.ask(lambda store: row_of(store, subject))
        if not isinstance(row, OrderRow | TrialRow):
            return None
        there = await described(self.client, subject.workflow_id)
        return await self._found(subject, start, there) if there else _compared(start, row.placed, row.life.stage)

    async def _found(self, subject: Subject, start: Start, there: Existing | None) -> Started:
        handle = self.client.get_workflow_handle(subject.workflow_id)
        status, run_id = there or (None, "")
        earlier = await first_input(self.client, subject.workflow_id)
        if status is WorkflowExecutionStatus.RUNNING:
            return _compared(start, earlier, run_id=run_id)
        ended = await outcome(handle, status)
        if await self._was_refused_at_birth(subject):
            ended += ". It never began: to hand it in once more, add --again"
        return _compared(start, earlier, ended, run_id)

    async def _was_refused_at_birth(self, subject: Subject) -> bool:
        """Its workflow failed because its start was refused, so its id was never taken."""
        status, _ = await described(self.client, subject.workflow_id) or (None, "")
        if status is not WorkflowExecutionStatus.FAILED:
            return False
        if await self.records.ask(lambda store: row_of(store, subject)) is not None:
            return False
        cause = await failure(self.client.get_workflow_handle(subject.workflow_id))
        return isinstance(cause, ApplicationError) and cause.type in {REFUSED, BAD_INPUT}


def _compared(start: Start, earlier: Any, ended: str = "", run_id: str = "") -> Started:
    """What is there under the id is the same, open or over, or another one."""
    fields = differing(start, earlier)
    workflow = intake_of(start).subject(start).workflow_id
    if fields:
        text = f"differs from what {workflow} was started with ({ended or 'it is running'})"
        return Started(Result.CONFLICT, run_id, text, tuple(fields))
    if ended:
        return Started(Result.CLOSED, run_id, f"{workflow} is over: {ended}; nothing was started")
    return Started(Result.ALREADY_STARTED, run_id, f"already started: {workflow}; nothing was started now")

"""Runs the very workflow on the time-skipping server, from deadline to deadline, in a world where nothing is real."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle, WorkflowQueryFailedError
from temporalio.service import RPCError
from temporalio.worker import Worker

from adapters.calendars import LibraryCalendars
from adapters.temporal.interceptor import PlainRefusals
from adapters.temporal.lifecycles import TemporalLifecycles
from adapters.temporal.sandbox import sandbox
from domain.agenda import Deadline
from domain.mails import Lifecycle
from domain.order.messages import PlaceOrder
from domain.subscription.messages import StartSubscription
from domain.trial.messages import StartTrial
from domain.view import LifeView
from starter.existing import failure
from starter.exits import Exit, Stop
from starter.forecast_acts import Act
from starter.forecast_notes import Notebook
from starter.forecast_rules import of_deadline
from starter.forecast_server import SkippingServer, skipping_server
from starter.forecast_world import ImaginedWorld
from starter.gate import asking
from starter.ids import Subject
from starter.replay import STORIES
from starter.tool_answers import ForecastEntry
from workflows.steps import MAIL_TASK_QUEUE_SUFFIX

TASK_QUEUE: Final = "forecast"

ANSWERED_WITHIN: Final = timedelta(seconds=1)
LOOK_EVERY: Final = timedelta(milliseconds=10)

AT_REST_WITHIN: Final = timedelta(seconds=60)
"""In real time. A story needs a fraction of a second for what happens at one moment."""

FIRES_LATE: Final = timedelta(milliseconds=50)
"""A timer is set a moment after its deadline was computed, and fires that much late."""

LATEST: Final = timedelta(seconds=1)
"""A deadline that nobody meets by then is not acted on: an operator holds the story."""

GONE_WRONG: Final = (
    WorkflowExecutionStatus.FAILED,
    WorkflowExecutionStatus.TERMINATED,
    WorkflowExecutionStatus.TIMED_OUT,
    WorkflowExecutionStatus.CANCELED,
)
REFUSALS: Final = (Exit.REFUSED, Exit.BAD_INPUT, Exit.CLOSED, Exit.NOT_FOUND)
"""How a what-if act may fail without spoiling the forecast."""


@dataclass(frozen=True)
class Question:
    """What is to be forecast."""

    subject: Subject
    start: PlaceOrder | StartTrial
    zone: str
    """The customer's."""

    begins_at: datetime
    horizon: timedelta
    acts: tuple[Act, ...] = ()
    renews: StartSubscription | None = None
    """The subscription a renewal order continues: it was there before."""

    @property
    def supposing(self) -> str:
        """On what it rests."""
        return "with the acts of the what-if file" if self.acts else "if nobody acts"


@dataclass(frozen=True)
class Forecast:
    """What is to come."""

    question: Question
    entries: tuple[ForecastEntry, ...]
    standing: tuple[str, ...]
    """Where every lifecycle stands at the end, one sentence each."""

    cut: bool
    """More is due after the horizon."""


async def forecast(question: Question) -> Forecast:
    """The whole of it, in a few seconds."""
    async with skipping_server() as server:
        notebook = Notebook(question.subject.id, question.begins_at)
        world = ImaginedWorld(notebook, LibraryCalendars(), TemporalLifecycles(server.client, TASK_QUEUE))
        stories, post = _workers(server.client, world)
        async with stories, post:
            return await _Run(server, world, notebook, question).to_the_end()


@dataclass
class _Run:
    """One forecast under way."""

    server: SkippingServer
    world: ImaginedWorld
    notebook: Notebook
    question: Question

    def __post_init__(self) -> None:
        self.views: dict[str, LifeView] = {}
        """Stories that are open, by workflow id, as of the last time everything was at rest."""

    async def to_the_end(self) -> Forecast:
        """Until nothing more is due, or the horizon."""
        await self._begin()
        ends_at = self.question.begins_at + self.question.horizon
        acts = deque(self.question.acts)
        while (at := self._next(acts)) and at <= ends_at:
            await self._let_time_pass(at)
            while acts and acts[0].at <= at:
                await self._perform(acts.popleft())
        entries, standing = tuple(self.notebook.entries()), tuple(self._standing())
        return Forecast(self.question, entries, standing, cut=at is not None)

    async def _begin(self) -> None:
        if self.question.begins_at > await self.server.now():
            await self.server.sleep(self.question.begins_at - await self.server.now())
        if self.question.renews is not None:
            await self._start("Subscription", Lifecycle.SUBSCRIPTION, self.question.renews.subscription_id)
            self.notebook.forget()
        await self._start(
            "Order" if self.question.subject.lifecycle is Lifecycle.ORDER else "Trial", *self.question.subject
        )

    async def _start(self, type_: str, lifecycle: Lifecycle, id_: str) -> None:
        start = self.question.renews if lifecycle is Lifecycle.SUBSCRIPTION else self.question.start
        name = Subject(lifecycle, id_).workflow_id
        await self.server.client.start_workflow(type_, start, id=name, task_queue=TASK_QUEUE)
        self.world.begun.append(name)
        await self._settled()

    def _next(self, acts: deque[Act]) -> datetime | None:
        """When something happens next."""
        due = [deadline.at for view in self.views.values() for deadline in view.deadlines]
        later = [at for at in due if at > self.notebook.at]
        return min([*later, *(act.at for act in acts)], default=None)

    async def _let_time_pass(self, until: datetime) -> None:
        """To that instant; what is due by then happens, each timer a moment late."""
        self.notebook.turn(until)
        waiting = self._due()
        wait = max(until - await self.server.now(), timedelta())
        while wait:
            async with self._patience():
                await self.server.sleep(wait)
            await self._settled()
            late = self._due() and await self.server.now() < until + LATEST
            wait = FIRES_LATE if late else timedelta()
        self._note_met(waiting)

    async def _perform(self, act: Act) -> None:
        """Somebody acts; a refusal is told and the forecast goes on."""
        self.notebook.turn(max(act.at, self.notebook.at))
        waiting = self._due()
        try:
            await self._send(act)
        except Stop as stop:
            if stop.exit not in REFUSALS:
                raise
            self.notebook.act(act.to.id, f"refused: {act.update}: {'; '.join(stop.lines)}")
        else:
            self.notebook.act(act.to.id, f"what if: {act.update}")
        await self._settled()
        self._note_met(waiting)

    async def _send(self, act: Act) -> None:
        name = act.to.workflow_id  # asked for one that is not there, or closed, this server answers misleading words
        if name not in self.world.begun:
            raise Stop(Exit.NOT_FOUND, f"there is no {name}")
        if name not in self.views:
            raise Stop(Exit.CLOSED, f"{name} is closed already")
        async with asking(name):
            handle = self.server.client.get_workflow_handle(name)
            await handle.execute_update(act.update, act.message, rpc_timeout=AT_REST_WITHIN)

    def _due(self) -> dict[tuple[str, str], Deadline]:
        """Deadlines reached and not acted on yet, by workflow id and name."""
        return {
            (name, deadline.name): deadline
            for name, view in self.views.items()
            for deadline in view.deadlines
            if deadline.at <= self.notebook.at
        }

    def _note_met(self, waiting: dict[tuple[str, str], Deadline]) -> None:
        for (name, deadline_name), deadline in _without(waiting, self._due()).items():
            life = self.world.lives[name]
            overtaken = "overtaken, not done: " if (name, deadline_name) in self.world.skipped else ""
            self.notebook.deadline(life.subject, overtaken + deadline.label, of_deadline(life.lifecycle, deadline))

    # Is everything at rest?

    async def _settled(self) -> None:
        """Wait until two looks in a row find every story at rest and unchanged.

        A query waits for the task that a finished activity has caused, so what that task started shows in the next
        look.
        """
        async with self._patience():
            before, now = None, await self._look()
            while before != now or any(busy for busy, _ in now.values()):
                await asyncio.sleep(LOOK_EVERY.total_seconds())
                before, now = now, await self._look()

    @asynccontextmanager
    async def _patience(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(AT_REST_WITHIN.total_seconds()):
                yield
        except TimeoutError:
            raise Stop(Exit.UNEXPECTED, f"{self.question.subject} does not come to rest: no forecast") from None

    async def _look(self) -> dict[str, tuple[bool, str]]:
        return {name: await self._look_at(name) for name in self.world.begun}

    async def _look_at(self, name: str) -> tuple[bool, str]:
        execution = WorkflowExecution(workflow_id=name)
        request = DescribeWorkflowExecutionRequest(namespace=self.server.client.namespace, execution=execution)
        # raw: the SDK's describe() cannot read what this server says of an unset date
        raw = await self.server.client.workflow_service.describe_workflow_execution(request)
        handle = self.server.client.get_workflow_handle(name)
        status = WorkflowExecutionStatus(raw.workflow_execution_info.status)
        if status is not WorkflowExecutionStatus.RUNNING:
            self.views.pop(name, None)
            if status in GONE_WRONG:
                raise await _failed(name, handle)
            return False, "closed"
        try:  # this server never answers a query that meets the end of a run
            view = await handle.query("state", result_type=LifeView, rpc_timeout=ANSWERED_WITHIN)
        except (RPCError, WorkflowQueryFailedError):
            return True, "no answer"
        self.views[name] = view
        busy = bool(raw.pending_activities)
        return busy, f"{raw.workflow_execution_info.history_length} {view.model_dump_json()}"

    def _standing(self) -> list[str]:
        return [
            f"{life.lifecycle} {life.subject}: {_stands(self.views.get(name), life.stage)}"
            for name, life in self.world.lives.items()
        ]


def _without(some: dict[Any, Deadline], others: dict[Any, Deadline]) -> dict[Any, Deadline]:
    left = {key: deadline for key, deadline in some.items() if key not in others}
    return dict(sorted(left.items(), key=lambda item: item[1].at))


def _stands(view: LifeView | None, stage: str) -> str:
    if view is None:
        return f"{stage}; it is over"
    waits = " and ".join(f"{awaited.what} from {awaited.from_whom}" for awaited in view.awaiting)
    return f"{stage}; it waits for {waits}" if waits else stage


async def _failed(name: str, handle: WorkflowHandle[Any, Any]) -> Stop:
    """A start that is refused ends its workflow at once: there is nothing to forecast."""
    cause = await failure(handle)
    while cause is not None and cause.__cause__ is not None:
        cause = cause.__cause__
    return Stop(Exit.REFUSED, f"{name} was refused: {getattr(cause, 'message', None) or 'it came to a bad end'}")


def _workers(client: Client, world: ImaginedWorld) -> tuple[Worker, Worker]:
    """One for the stories, one for the post, as in worker.py."""
    stories = Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=STORIES,
        activities=world.activities(),
        workflow_runner=sandbox(),
        interceptors=[PlainRefusals([story.__name__ for story in STORIES])],
    )
    post = Worker(client, task_queue=TASK_QUEUE + MAIL_TASK_QUEUE_SUFFIX, activities=world.activities())
    return stories, post

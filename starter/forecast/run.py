"""Runs the very workflow on the time-skipping server, from deadline to deadline, in a world where nothing is real."""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError

from adapters.calendars import LibraryCalendars
from adapters.temporal.lifecycles import TemporalLifecycles
from domain.deadlines import Deadline
from domain.lifecycles import KINDS
from domain.reasons import Problem
from domain.values import Message
from domain.view import LifecycleView
from starter.console.exits import Exit, Stop
from starter.console.ids import kind_of, subject_of
from starter.forecast.acts import Act
from starter.forecast.known import own_store, take_over, take_over_running
from starter.forecast.notes import Notebook
from starter.forecast.question import Forecast, Question
from starter.forecast.server import SkippingServer, skipping_server
from starter.forecast.views import Views
from starter.forecast.walk import Walk
from starter.forecast.workers import TASK_QUEUE, workers
from starter.forecast.world import ImaginedWorld
from starter.reach.executions import asking

SQL_THREADS: Final = 2
"""For what the real activities ask of the forecast's store."""

FIRES_LATE: Final = timedelta(milliseconds=50)
"""A timer is set a moment after its deadline was computed, and fires that much late."""

LATEST: Final = timedelta(seconds=1)
"""A deadline that nothing has come of by then is not acted on: an operator holds the lifecycle."""

HEARD_WITHIN: Final = timedelta(seconds=10)
"""In real time: what was not answered by then is sent again."""

REFUSALS: Final = (Exit.REFUSED, Exit.BAD_INPUT, Exit.CLOSED, Exit.NOT_FOUND)
"""How an act may fail without spoiling the forecast."""


async def forecast(question: Question) -> Forecast:
    """The whole of it, in a few seconds."""
    with own_store() as store, ThreadPoolExecutor(SQL_THREADS, "forecast") as threads:
        runs = (question.start, *question.before, *question.beside)
        had_left = await (take_over_running(runs, store) if question.goes_on else take_over(question.start, store))
        async with skipping_server() as server:
            notebook = Notebook(question.subject.id, question.begins_at)
            started_by = TemporalLifecycles(server.client, TASK_QUEUE)
            world = ImaginedWorld(notebook, LibraryCalendars(), started_by, store)
            world.had_left = had_left
            world.suppose(question)
            lifecycles, post = workers(server.client, world, threads)
            async with lifecycles, post:
                return await _Run(server, world, question).to_the_end()


class _Run:
    """One forecast under way."""

    def __init__(self, server: SkippingServer, world: ImaginedWorld, question: Question) -> None:
        self.server = server
        self.world = world
        self.notebook = world.notebook
        self.question = question
        self.views = Views(server.client, str(question.subject), world.begun)
        self.refusals: list[Problem] = []
        self.walk = Walk() if question.everybody_acts else None

    async def to_the_end(self) -> Forecast:
        """Until nothing more is due, or the horizon."""
        await self._begin()
        ends_at = self.question.begins_at + self.question.horizon
        acts = deque(self.question.acts)
        await self._walk_on()
        while (at := self._next(acts)) and at <= ends_at:
            await self._let_time_pass(at)
            while acts and acts[0].at <= at:
                await self._perform(acts.popleft())
            await self._walk_on()
        book = self.notebook
        return Forecast(
            self._dated(),
            tuple(book.entries()),
            tuple(self._standing()),
            cut=at is not None,
            mails=tuple(book.mails()),
            refusals=tuple(self.refusals),
        )

    async def _begin(self) -> None:
        if self.question.begins_at > await self.server.now():
            await self.server.sleep(self.question.begins_at - await self.server.now())
        for start in self.question.before:
            await self._start(start)
        self.notebook.forget()
        for start in (self.question.start, *self.question.beside):
            await self._start(start)

    async def _start(self, start: Message) -> None:
        name = subject_of(start).workflow_id
        await self.server.client.start_workflow(kind_of(start).workflow, start, id=name, task_queue=TASK_QUEUE)
        self.world.begun.append(name)
        await self.views.settled()

    async def _walk_on(self) -> None:
        while self.walk and (act := self.walk.next(self.views.open, self.world.states, self.notebook.at)):
            await self._perform(act)

    def _next(self, acts: Sequence[Act]) -> datetime | None:
        """When something happens next."""
        due = [deadline.at for view in self.views.open.values() for deadline in view.deadlines]
        later = [at for at in due if at > self.notebook.at]
        return min([*later, *(act.at for act in acts)], default=None)

    async def _let_time_pass(self, until: datetime) -> None:
        """To that instant; what is due by then happens, each timer a moment late."""
        self.notebook.turn(until)
        waiting = self._due()
        wait = max(until - await self.server.now(), timedelta())
        while wait:
            async with self.views.patience():
                await self.server.sleep(wait)
            await self.views.settled()
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
            self.refusals += stop.problems
            self.notebook.act(act.to.id, f"refused: {act.update}: {'; '.join(stop.lines)}", act.update)
        else:
            self.notebook.act(act.to.id, f"what if: {act.update}", act.update)
        await self.views.settled()
        self._note_met(waiting)

    async def _send(self, act: Act) -> None:
        key = str(uuid4())
        name = act.to.workflow_id  # asked for one that is not there, or closed, this server answers misleading words
        if name not in self.world.begun:
            raise Stop(Exit.NOT_FOUND, f"there is no {name}")
        if name not in self.views.open:
            raise Stop(Exit.CLOSED, f"{name} is closed already")
        async with asking(name), self.views.patience():
            while not await self._is_heard(name, act, key):
                pass

    async def _is_heard(self, name: str, act: Act, key: str) -> bool:
        """This server now and then never answers an update: the same one, sent again, is not done twice."""
        handle = self.server.client.get_workflow_handle(name)
        try:
            await handle.execute_update(act.update, act.message, id=key, rpc_timeout=HEARD_WITHIN)
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            return False
        return True

    def _due(self) -> dict[tuple[str, str], Deadline]:
        return self.views.due(self.notebook.at)

    def _note_met(self, waiting: dict[tuple[str, str], Deadline]) -> None:
        for (name, deadline_name), deadline in _without(waiting, self._due()).items():
            state = self.world.states[name]
            overtaken = "overtaken, not done: " if (name, deadline_name) in self.world.skipped else ""
            rule = KINDS[state.lifecycle].rules.of_deadline(deadline)
            self.notebook.deadline(state.subject, overtaken + deadline.label, rule)

    def _dated(self) -> Question:
        """A start that names no zone has its dates in that of whatever it is about."""
        known = self.world.states.get(self.question.subject.workflow_id)
        return self.question if self.question.zone or not known else replace(self.question, zone=known.zone)

    def _standing(self) -> list[str]:
        return [
            f"{state.lifecycle} {state.subject}: {_stands(self.views.open.get(name), str(state.stage))}"
            for name, state in self.world.states.items()
        ]


def _without(some: dict[Any, Deadline], others: dict[Any, Deadline]) -> dict[Any, Deadline]:
    left = {key: deadline for key, deadline in some.items() if key not in others}
    return dict(sorted(left.items(), key=lambda item: item[1].at))


def _stands(view: LifecycleView | None, stage: str) -> str:
    if view is None:
        return f"{stage}; it is over"
    waits = " and ".join(f"{awaited.what} from {awaited.from_whom}" for awaited in view.awaiting)
    return f"{stage}; it waits for {waits}" if waits else stage

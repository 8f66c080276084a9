"""What every workflow does between its steps: wait, act on deadlines, show where it stands, begin a new run."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.errors import refusal_of
    from domain.deadlines import Deadline
    from domain.lifecycle import workflow_id
    from domain.lifecycles import KINDS
    from domain.offers import Offers, operator_offers
    from domain.reasons import Reason
    from domain.values import BAD_INPUT, Refused
    from domain.view import LifecycleView
    from workflows.attempts import L
    from workflows.attributes import changed
    from workflows.details import local, markdown
    from workflows.records import Records
    from workflows.steps import LAST_WORDS

R = TypeVar("R")


@contextmanager
def as_bad_input() -> Iterator[None]:
    """What the domain refuses about a start fails it at once."""
    try:
        yield
    except Refused as refused:
        raise refusal_of(refused, BAD_INPUT) from None


@dataclass
class _Alarm:
    """A deadline and the timer that runs for it."""

    deadline: Deadline
    ringing: asyncio.Task[None]

    @classmethod
    def set_for(cls, deadline: Deadline) -> Self:
        """From now until the deadline."""
        left = deadline.at - workflow.now()
        return cls(deadline, asyncio.create_task(workflow.sleep(left, summary=deadline.label)))


class NewRunDue(Exception):
    """Nothing is under way and the history grows long, or a new term begins: the next run takes over."""


class LifecycleWorkflow(Records[L]):
    """One lifecycle. A subclass says what happens, in order; this class keeps its promises in between.

    Handlers change `state` in one step and return; `until` notices, records it and goes on.
    """

    def __init__(self) -> None:
        super().__init__()
        self._narrative: asyncio.Task[Any] | None = None
        self._writing = False
        self._alarm: _Alarm | None = None
        self._heard_at = 0
        """How long the history was when an update was taken last: which workflow task that was."""

        self._last_refusal: str | None = None

    # What a subclass says about itself.

    def view(self) -> LifecycleView:
        return KINDS[self.state.lifecycle].view(self.state, workflow.now())

    def offers(self) -> Offers:
        """What to paste for each update, as things are now."""
        return KINDS[self.state.lifecycle].offers(self.state, workflow.now())

    @abstractmethod
    def on_due(self, deadline: Deadline) -> None:
        """A deadline is due: do what it is there for."""

    def ready(self) -> bool:
        """May people's messages be judged already? One that comes before waits: a Reset puts all of them here."""
        return True

    def wants_a_new_run(self) -> bool:
        """Every lifecycle continues as new in good time: a run hears 2,000 messages and no more. G4."""
        return workflow.info().is_continue_as_new_suggested()

    @abstractmethod
    def asked_to_stop(self, reason: str) -> None:
        """Somebody pressed Cancel in the Web UI: end in good order, or note why not."""

    # What a subclass calls.

    def expect_its_id(self) -> None:
        """It runs under the id that everybody looks for it by; another one fails the start at once. R7."""
        expected = workflow_id(self.state.lifecycle, self.state.subject)
        if workflow.info().workflow_id != expected:
            raise refusal_of(Refused(f"workflow id: must be {expected}", code=Reason.WRONG_WORKFLOW_ID), BAD_INPUT)

    async def through(self, narrative: Coroutine[Any, Any, R]) -> R:
        """Run to the end, in as many runs as it takes. A Cancel from outside is a request put to it, not an
        axe."""
        self._narrative = running = asyncio.create_task(narrative)
        while True:
            try:
                return await asyncio.shield(running)
            except NewRunDue:
                workflow.continue_as_new(args=[self.start, self.state])
            except asyncio.CancelledError:
                if running.cancelled():
                    raise
                self.asked_to_stop(workflow.cancellation_reason() or "no reason given")

    async def until(self, done: Callable[[], bool], *, written: bool = True) -> None:
        """Wait until `done`, acting on every deadline in between, each once and at once if it is past already.

        When it returns, the store knows everything that has happened; if that may wait for what a short step adds at
        once (`written=False`), one record tells both.
        """
        while True:
            self._meet_what_is_due()
            if done() and not written:
                return
            if self.state.journal.dirty:
                await self._write()
                continue
            if self._passes_on() and not done():
                raise NewRunDue
            self._send_what_waits()
            if done():
                return
            self.show()
            await self._something_happens(done)

    async def written(self) -> None:
        """Wait until the store knows everything that has happened so far."""
        await self.until(lambda: True)

    async def at_rest(self) -> None:
        """Wait until nothing is left, all in one instant: every message answered, no mail under way, nothing that an
        operator has to settle, the store up to date. Decision 8, ADR 21."""
        await self.until(self._is_settled)
        while self._heard_at == workflow.info().get_current_history_length():
            await workflow.sleep(LAST_WORDS, summary="Answer whoever wrote at the same time")
            await self.until(self._is_settled)
        self.show()

    async def nobody_holds_it(self) -> None:
        """What cannot be undone waits for as long as an operator holds it, unless it is over before."""
        await self.until(lambda: self.state.closed or self.state.held_by_operator is None)

    def show(self) -> None:
        """Search attributes, as they are now: what lists and filters see."""
        updates = changed(workflow.info().typed_search_attributes, self.view())
        if updates:
            workflow.upsert_search_attributes(updates)

    def details(self) -> str:
        """The page the Web UI shows, written when it is looked at: see adapters/temporal/interceptor.py."""
        offers = {**operator_offers(self.state, workflow.now()), **self.offers()}
        return markdown(self.view(), offers, self.state.rules, self._last_refusal)

    def was_refused(self, update: str, why: str) -> None:
        """Remember what was refused last, for the state query and the details.

        A refusal leaves no trace in the history: nothing may depend on it, and it is forgotten with the worker.
        """
        self._last_refusal = f"`{update}` at {local(workflow.now(), self.state.rules)}: {why}"

    def was_applied(self, update_id: str) -> bool:
        """By this run or one before it: what is under way when a run ends is sent again to the next."""
        return update_id in self.state.applied

    def update_applied(self, update_id: str) -> None:
        """Somebody was heard: what was refused before is forgotten."""
        self._last_refusal = None
        self._heard_at = workflow.info().get_current_history_length()
        self.state.remember_update(update_id)

    # How.

    def _is_settled(self) -> bool:
        return self._is_quiet() and self.state.settled

    def _is_quiet(self) -> bool:
        return not self._posting and workflow.all_handlers_finished()

    def _passes_on(self) -> bool:
        """A mail in doubt, still to be sent or failing goes with the state; one under way is waited for."""
        under_way = self._posting.keys() - self.state.failing.keys()
        return self.wants_a_new_run() and self.ready() and not under_way and workflow.all_handlers_finished()

    def _meet_what_is_due(self) -> None:
        if self.state.held_by_operator is not None:
            return
        due = self.state.agenda.take_due(workflow.now())
        for deadline in due.skipped:
            self.state.journal.note("deadline.skipped", workflow.now(), deadline=deadline.name, due_at=deadline.at)
        for deadline in due.act:
            self.on_due(deadline)

    async def _write(self) -> None:
        self._writing = True
        try:
            await self.record()
        finally:
            self._writing = False

    async def before_the_queue(self) -> None:
        """What has happened is not kept waiting by a step that takes longer."""
        if self.ready() and self.state.journal.dirty and not self._writing:
            await self._write()

    async def meanwhile(self, settled: Callable[[], bool]) -> None:
        """While a step of the narrative keeps failing, everything else goes on: deadlines, mail, record, new runs. Only
        the record itself, and the opening, are waited for by everything."""
        if asyncio.current_task() is self._narrative and self.ready() and not self._writing:
            await self.until(settled)
        else:
            await super().meanwhile(settled)

    async def _something_happens(self, done: Callable[[], bool]) -> None:
        self._set_alarm()
        await workflow.wait_condition(lambda: done() or self._has_work() or self._alarm_is_over() or self._passes_on())

    def _set_alarm(self) -> None:
        """One timer, for the next deadline: it runs on while mails and messages come and go."""
        deadline = self._next_deadline()
        if self._alarm is not None:
            if self._alarm.deadline == deadline and not self._alarm.ringing.done():
                return
            self._alarm.ringing.cancel()
        self._alarm = None if deadline is None else _Alarm.set_for(deadline)

    def _alarm_is_over(self) -> bool:
        """It rang, or another deadline is the next one now."""
        if self._alarm is None:
            return self._next_deadline() is not None
        return self._alarm.ringing.done() or self._alarm.deadline != self._next_deadline()

    def _next_deadline(self) -> Deadline | None:
        """None while an operator holds the clock."""
        return None if self.state.held_by_operator is not None else self.state.agenda.next()

    def _has_work(self) -> bool:
        return self.state.journal.dirty or bool(self._waiting())

    # What operators may do at every gate, and what everybody may ask.

    @workflow.query(
        name="state", description="Where it stands: tracker, what is awaited from whom, deadlines, tasks, mails."
    )
    def snapshot(self) -> LifecycleView:
        """Everything it knows about itself, without personal data."""
        return self.view().model_copy(update={"last_refusal": self._last_refusal})

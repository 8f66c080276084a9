"""Work for the world outside: tried until it succeeds, seen by people when it does not, with a way out. R5, K5."""

import asyncio
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar, overload

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from activities.errors import refused_by
    from domain.lifecycle import LifecycleState
    from domain.operator import SettleStep
    from domain.reasons import Reason
    from domain.values import Refused, as_line
    from domain.view import LifecycleView
    from workflows.steps import LAST_WORDS, MAIL, MAIL_TASK_QUEUE_SUFFIX, ON_THE_SPOT, RECORD, Tries

L = TypeVar("L", bound=LifecycleState)
Q = TypeVar("Q")
R = TypeVar("R")

Try = Callable[..., Awaitable[Any]]
"""One try of a step."""

TIMED_OUT = "it did not answer in time"


class LeftOut(Exception):
    """An operator decided to go on without this step."""


@contextmanager
def as_refused(given_up: str = "") -> Iterator[None]:
    """Around a step that an update asks for before it changes anything: what the world refuses, or an operator gives
    up (then in these words), is refused to the person who asked."""
    try:
        yield
    except LeftOut:
        raise Refused(given_up, code=Reason.GIVEN_UP) from None
    except ApplicationError as refused:
        raise refused_by(refused) from None


class Attempts(ABC, Generic[L]):
    """Carries steps out. One that keeps failing stands in the state, raises attention and is tried on."""

    state: L

    heard_before_ready: ClassVar = frozenset({"settle_step"})
    """The opening itself may keep failing: what is about that cannot wait for its end."""

    def __init__(self) -> None:
        self._decided: dict[str, str] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @abstractmethod
    def show(self) -> None:
        """Lists and filters shall see it as it is now."""

    @abstractmethod
    def view(self) -> LifecycleView:
        """Where it stands, for people."""

    @overload
    async def carry_out(
        self,
        activity: Callable[[Any, Q], Awaitable[R]],
        request: Q,
        *,
        summary: str,
        step: str = "",
        optional: bool = False,
        mail: bool = False,
        first: Callable[[], Awaitable[R]] | None = None,
    ) -> R: ...

    @overload
    async def carry_out(
        self,
        activity: Callable[[Any, Q], R],
        request: Q,
        *,
        summary: str,
        step: str = "",
        optional: bool = False,
        mail: bool = False,
        first: Callable[[], Awaitable[R]] | None = None,
    ) -> R: ...

    async def carry_out(
        self,
        activity: Callable[[Any, Any], Any],
        request: Any,
        *,
        summary: str,
        step: str = "",
        optional: bool = False,
        mail: bool = False,
        first: Callable[[], Awaitable[Any]] | None = None,
    ) -> Any:
        """What the activity answers. `step` names it if its activity's name does not.

        Tried on the spot first: as a local activity, part of the workflow task (ADR 16); a `mail` as `first` says, if
        at all (ADR 31).

        Raises ApplicationError when the world refuses for good, in its words, and LeftOut, which only an `optional`
        step can be. Two of one name (the same update, sent twice) go one after the other: an operator decides about a
        name.
        """
        step = step or activity.__name__
        if not mail:
            first = partial(workflow.execute_local_activity_method, activity, request, summary=summary, **ON_THE_SPOT)
        queue = workflow.info().task_queue + (MAIL_TASK_QUEUE_SUFFIX if mail else "")
        then = partial(workflow.execute_activity_method, activity, request, summary=summary, task_queue=queue)
        async with self._turns[step]:
            return await self._tried(step, first, then, MAIL if mail else RECORD, optional=optional)

    async def _tried(self, step: str, first: Try | None, then: Try, tries: Tries, *, optional: bool) -> Any:
        """Until it succeeds, is refused for good, or is left out."""
        while True:
            attempt = asyncio.create_task(self._attempt(step, first, then, tries))
            if not await self._is_done(attempt, step):
                await self._give_up(attempt, step)
                continue
            try:
                answer = attempt.result()
            except ApplicationError:
                self._over(step)
                raise
            except ActivityError as failure:
                self.state.step_fails(step, reason_of(failure), workflow.now(), may_be_left_out=optional)
                self.show()
            else:
                self._over(step)
                return answer

    async def _attempt(self, step: str, first: Try | None, then: Try, tries: Tries) -> Any:
        if first is not None and step not in self.state.failing:
            try:
                return await first()
            except FailureError as failure:
                raise_if_final(failure)
            if tries is RECORD:
                await self.before_the_queue()
        try:
            return await then(**tries.options(failing=step in self.state.failing))
        except ActivityError as failure:
            raise_if_final(failure)
            raise

    async def beyond_recall(self, summary: str) -> None:
        """Temporal knows what has happened before anybody else does: else a worker that dies now would do it once
        more, and a message that came meanwhile might win against what others have heard of already."""
        await workflow.sleep(LAST_WORDS, summary=summary)

    async def before_the_queue(self) -> None:
        """It did not succeed on the spot, and from now on it takes its time."""

    async def _is_done(self, attempt: asyncio.Task[Any], step: str) -> bool:
        """False if an operator decided about the step first."""

        def settled() -> bool:
            return attempt.done() or step in self._decided

        await (self.meanwhile(settled) if step in self.state.failing else workflow.wait_condition(settled))
        return attempt.done()

    async def meanwhile(self, settled: Callable[[], bool]) -> None:
        """Wait for the next news of a step that keeps failing."""
        await workflow.wait_condition(settled)

    async def _give_up(self, attempt: asyncio.Task[Any], step: str) -> None:
        """An operator decided meanwhile: try at once, or go on without it."""
        attempt.cancel()
        with suppress(FailureError, asyncio.CancelledError):
            await attempt
        if self._decided.pop(step) == "leave_out":
            self.state.step_is_left_out(step, workflow.now())
            raise LeftOut(step)

    def no_longer_wanted(self, step: str) -> None:
        """What a step was for is over: one that is under way ends as one that is left out."""
        if self._turns[step].locked():
            self._decided[step] = "leave_out"

    def _over(self, step: str) -> None:
        self._decided.pop(step, None)
        self.state.step_is_over(step, workflow.now())

    def settle_step(self, message: SettleStep) -> LifecycleView:
        """Tried again at once, or left out for good where it can be done without."""
        self.state.settle_step(message, workflow.now())
        self._decided[message.step] = message.outcome
        return self.view()


def raise_if_final(failure: FailureError) -> None:
    """What the world refuses for good, in its words. A local activity raises it bare, any other as a cause."""
    refusal = failure.cause if isinstance(failure, ActivityError) else failure
    if isinstance(refusal, ApplicationError) and refusal.non_retryable:
        raise ApplicationError(refusal.message, *refusal.details, type=refusal.type, non_retryable=True) from None


def reason_of(failure: ActivityError) -> str:
    """What went wrong last, in one line without the values that went with it."""
    cause: BaseException | None = failure
    while cause is not None and not isinstance(cause, ApplicationError):
        cause = cause.__cause__
    if cause is None:
        return TIMED_OUT
    return as_line(f"{cause.type or 'error'}: {cause.message.partition(chr(10))[0]}")

"""What a worker adds around every workflow: refusals that read well, wrong numbers of arguments refused, details."""

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Final, NoReturn, Protocol, cast, runtime_checkable

from temporalio import workflow
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ExecuteWorkflowInput,
    HandleQueryInput,
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from activities.errors import refusal_of
from adapters.temporal.converter import bad_input
from domain.reasons import Reason
from domain.values import Refused

KNOWN_WORKFLOW_TYPES: Final = "tenure.known_workflow_types"
"""The extern function by which `workflows/unknown.py` learns what this worker does know."""


@runtime_checkable
class TakesUpdates(Protocol):
    """What is asked of a workflow that people send updates to; another workflow is asked nothing."""

    heard_before_ready: ClassVar[frozenset[str]]
    """Updates and signals that do not wait until it is ready."""

    def ready(self) -> bool:
        """May updates be judged already?"""

    def details(self) -> str:
        """The page that the Web UI shows."""

    def view(self) -> object:
        """What every update is answered with."""

    def was_refused(self, update: str, why: str) -> None: ...

    def was_applied(self, update_id: str) -> bool:
        """By an earlier run: within a run the server knows."""

    def update_applied(self, update_id: str) -> None: ...


def asked() -> TakesUpdates | None:
    """The workflow in whose task this runs."""
    instance = workflow.instance()
    return cast(TakesUpdates, instance) if _takes_updates(instance.__class__) else None


@functools.cache
def _takes_updates(kind: type[Any]) -> bool:
    """Once for each class: to compare with a protocol costs as much as a small view, and every message asks."""
    return isinstance(object.__new__(kind), TakesUpdates)


class PlainRefusals(Interceptor):
    """Answers what a workflow refuses as a failure of the request, never of the workflow.

    Without it an update handler that raises `Refused` after its acceptance fails the workflow task again and again: the
    whole workflow stands still and the person who asked hangs. Faults of ours still do that: a fault must not end a
    year-old order.
    """

    def __init__(self, known_workflow_types: Sequence[str] = ()) -> None:
        """`known_workflow_types`: what to name to somebody who started a workflow of an unknown type."""
        self._known = tuple(sorted(known_workflow_types))

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002 - the SDK's name
        """See base class."""
        known = self._known
        input.unsafe_extern_functions[KNOWN_WORKFLOW_TYPES] = lambda: known
        return _PlainRefusals


class _PlainRefusals(WorkflowInboundInterceptor):
    _failure: ApplicationError | None = None
    """Why the workflow failed while it opened, if it did."""

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        """An update nobody knows is answered by us, not by the SDK."""
        super().init(outbound)
        workflow.set_dynamic_update_handler(_was_an_update_once, validator=_no_such_update)

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002 - the SDK's name
        """One that fails while it opens (a wrong id, an id that is taken) first answers whoever waits for it."""
        _expect_arguments(input.run_fn, workflow.instance(), *input.args)
        try:
            return await super().execute_workflow(input)
        except ApplicationError as failure:
            self._failure = failure
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002 - the SDK's name
        """A signal cannot be refused: one with a wrong number of arguments is dropped, as the SDK drops one that does
        not decode, instead of failing the workflow task for ever. It waits until the workflow is ready, too."""
        try:
            _expect_arguments(workflow.get_signal_handler(input.signal), *input.args)
        except ApplicationError as refused:
            workflow.logger.warning("signal %s dropped: %s", input.signal, refused.message)
        else:
            await workflow.wait_condition(lambda: self._failure is not None or _is_ready(input.signal))
            if self._failure is None:  # else the run must not wait for it
                await super().handle_signal(input)

    async def handle_query(self, input: HandleQueryInput) -> Any:  # noqa: A002 - the SDK's name
        """The Web UI asks for the current details by a query of the SDK's own: they are written then and there, so
        that they also tell what was refused last. A validator could not set them."""
        _expect_arguments(workflow.get_query_handler(input.query), *input.args)
        with _refusals_answered():
            answer = await super().handle_query(input)
        if isinstance(answer, WorkflowMetadata):
            _take_out_the_nameless(answer)
            if (instance := asked()) is not None:
                answer.current_details = instance.details()
        return answer

    def handle_update_validator(self, input: HandleUpdateInput) -> None:  # noqa: A002 - the SDK's name
        handler = workflow.get_update_handler(input.update)
        _expect_arguments(handler, *input.args)
        if handler is not None and (_earlier(input.id) or not _is_ready(input.update)):
            return
        with _refusals_answered(input.update):
            super().handle_update_validator(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002 - the SDK's name
        """An update that comes before the workflow is ready (at once after a start, or put back by a Reset) waits, and
        its handler judges it then. One that an earlier run has done is answered, and not done again. ADR 7."""
        _expect_arguments(workflow.get_update_handler(input.update), *input.args)
        if (done := _earlier(input.id)) is not None:
            return done.view()
        if not _is_ready(input.update):
            await workflow.wait_condition(lambda: self._failure is not None or _is_ready(input.update))
        if self._failure is not None:
            raise self._failure
        with _refusals_answered(input.update):
            answer = await super().handle_update_handler(input)
        if (instance := asked()) is not None:
            instance.update_applied(input.id)
        return answer


def _no_such_update(_name: str, _args: Sequence[RawValue]) -> NoReturn:
    """Refused before it is accepted: it leaves no trace in the history. Which there are, is said in one line."""
    known = [name for name in dir(workflow.instance()) if workflow.get_update_handler(name)]
    raise bad_input(f"there is no such update; there are: {', '.join(known) or 'none'}", Reason.UNKNOWN_UPDATE)


async def _was_an_update_once(name: str, _args: Sequence[RawValue]) -> NoReturn:
    """Only a replay comes here, of a history that accepted it: a fault of ours, no refusal. Updates are never removed,
    see docs/versioning.md."""
    raise RuntimeError(f"the update {name} is in the history and no longer in the code")


def _take_out_the_nameless(shown: WorkflowMetadata) -> None:
    """The handler of what is unknown is nothing to choose in the Web UI."""
    named = [update for update in shown.definition.update_definitions if update.name]
    del shown.definition.update_definitions[:]
    shown.definition.update_definitions.extend(named)


def _is_ready(name: str) -> bool:
    """May this update or signal be judged already? What is about the opening itself may at any time."""
    instance = asked()
    return instance is None or name in instance.heard_before_ready or instance.ready()


def _earlier(update_id: str) -> TakesUpdates | None:
    """The workflow, if an earlier run of it has done this update."""
    instance = asked()
    return instance if instance is not None and instance.was_applied(update_id) else None


@contextmanager
def _refusals_answered(update: str | None = None) -> Iterator[None]:
    """`update` names the request to show as refused, if the workflow shows such things."""
    try:
        yield
    except Refused as refused:
        if update and (instance := asked()) is not None:
            instance.was_refused(update, str(refused))
        raise refusal_of(refused) from None


def _expect_arguments(handler: Callable[..., Any] | None, *arguments: Any) -> None:
    """Refuse a call without the one input the handler needs. More than one the converter has refused already."""
    if handler is None:
        return
    function, bound = _unbound(handler)
    signature = _signature_of_a_class(function) if bound else inspect.signature(function)
    try:
        signature.bind(*bound, *arguments)
    except TypeError:
        raise bad_input("expected one JSON object, got none") from None


_signature_of_a_class = functools.cache(inspect.signature)
"""Of a function that a class has, once; what belongs to one workflow would stay in memory with it."""


def _unbound(handler: Callable[..., Any]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The function that says what it takes, and the workflow the SDK has bound to it: an async one by a closure."""
    if isinstance(handler, functools.partial):
        return handler.func, handler.args
    inside = inspect.getclosurevars(handler).nonlocals if inspect.isfunction(handler) else {}
    return (inside["fn"], (inside["obj"],)) if {"fn", "obj"} <= inside.keys() else (handler, ())

"""What a worker adds around every story: refusals that read well, wrong numbers of arguments refused, details."""

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NoReturn

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

from adapters.temporal.converter import REFUSED, bad_input
from domain.values import Refused

KNOWN_WORKFLOW_TYPES: Final = "tenure.known_workflow_types"
"""The extern function by which `workflows/unknown.py` learns what this worker does know."""


class PlainRefusals(Interceptor):
    """Answers what a story refuses as a failure of the request, never of the story.

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
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        """An update nobody knows is answered by us, not by the SDK."""
        super().init(outbound)
        workflow.set_dynamic_update_handler(_was_an_update_once, validator=_no_such_update)

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002 - the SDK's name
        _expect_arguments(input.run_fn, workflow.instance(), *input.args)
        return await super().execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002 - the SDK's name
        """A signal cannot be refused: one with a wrong number of arguments is dropped, as the SDK drops one that does
        not decode, instead of failing the workflow task for ever."""
        try:
            _expect_arguments(workflow.get_signal_handler(input.signal), *input.args)
        except ApplicationError as refused:
            workflow.logger.warning("signal %s dropped: %s", input.signal, refused.message)
        else:
            await super().handle_signal(input)

    async def handle_query(self, input: HandleQueryInput) -> Any:  # noqa: A002 - the SDK's name
        """The Web UI asks for the current details by a query of the SDK's own: they are written then and there, so
        that they also tell what was refused last. A validator could not set them."""
        _expect_arguments(workflow.get_query_handler(input.query), *input.args)
        with _refusals_answered():
            answer = await super().handle_query(input)
        story = workflow.instance()
        if isinstance(answer, WorkflowMetadata):
            _take_out_the_nameless(answer)
        if isinstance(answer, WorkflowMetadata) and hasattr(story, "details"):
            answer.current_details = story.details()
            for update in answer.definition.update_definitions:
                update.description = story.description(update.name, update.description)
        return answer

    def handle_update_validator(self, input: HandleUpdateInput) -> None:  # noqa: A002 - the SDK's name
        handler = workflow.get_update_handler(input.update)
        _expect_arguments(handler, *input.args)
        if handler is not None and not _is_ready():
            return
        with _refusals_answered(input.update):
            super().handle_update_validator(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002 - the SDK's name
        """An update that comes before the story is ready (at once after a start, or put back by a Reset) waits, and is
        judged by its handler then."""
        _expect_arguments(workflow.get_update_handler(input.update), *input.args)
        if not _is_ready():
            await workflow.wait_condition(_is_ready)
        with _refusals_answered(input.update):
            answer = await super().handle_update_handler(input)
        if forget := getattr(workflow.instance(), "forget_refusal", None):
            forget()
        return answer


def _no_such_update(_name: str, _args: Sequence[RawValue]) -> NoReturn:
    """Refused before it is accepted: it leaves no trace in the history. Which there are, is said in one line."""
    known = [name for name in dir(workflow.instance()) if workflow.get_update_handler(name)]
    raise bad_input(f"there is no such update; there are: {', '.join(known) or 'none'}")


async def _was_an_update_once(name: str, _args: Sequence[RawValue]) -> NoReturn:
    """Only a replay comes here, of a history that accepted it: a fault of ours, no refusal. Updates are never removed,
    see docs/versioning.md."""
    raise RuntimeError(f"the update {name} is in the history and no longer in the code")


def _take_out_the_nameless(shown: WorkflowMetadata) -> None:
    """The handler of what is unknown is nothing to choose in the Web UI."""
    named = [update for update in shown.definition.update_definitions if update.name]
    del shown.definition.update_definitions[:]
    shown.definition.update_definitions.extend(named)


def _is_ready() -> bool:
    ready = getattr(workflow.instance(), "ready", None)
    return ready is None or bool(ready())


@contextmanager
def _refusals_answered(update: str | None = None) -> Iterator[None]:
    """`update` names the request to show as refused, if the story shows such things."""
    try:
        yield
    except Refused as refused:
        show = getattr(workflow.instance(), "was_refused", None)
        if update and show:
            show(update, str(refused))
        raise ApplicationError(str(refused), type=REFUSED, non_retryable=True) from None


def _expect_arguments(handler: Callable[..., Any] | None, *arguments: Any) -> None:
    """Refuse a call without the one input the handler needs. More than one the converter has refused already."""
    if handler is None:
        return
    try:
        inspect.signature(_unbound(handler)).bind(*arguments)
    except TypeError:
        raise bad_input("expected one JSON object, got none") from None


def _unbound(handler: Callable[..., Any]) -> Callable[..., Any]:
    """The SDK binds an async handler to its workflow by a closure that takes anything; inside is the one that says."""
    inside = inspect.getclosurevars(handler).nonlocals if inspect.isfunction(handler) else {}
    return functools.partial(inside["fn"], inside["obj"]) if {"fn", "obj"} <= inside.keys() else handler

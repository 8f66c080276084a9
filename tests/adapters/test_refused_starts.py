"""A start that was refused: the run fails at once, and whoever asks it is answered, on both servers and for good."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, ClassVar
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer, Worker

from adapters.temporal.client import connect
from adapters.temporal.converter import bad_input, data_converter
from adapters.temporal.dev_server import DevServer
from adapters.temporal.guard import REFUSED_ON_ARRIVAL, WAS_REFUSED
from adapters.temporal.interceptor import PlainRefusals
from adapters.temporal.sandbox import GuardedRunner, sandbox
from domain.values import Identifier, Message
from tests.makers import some
from tests.support.time_skipping import skipping_server
from workflows.unknown import UnknownWorkflow

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    # The SDK makes the run's coroutine before the workflow, whose constructor refuses here.
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
]

QUEUE = "refused"
QUERIES = ("state", "__temporal_workflow_metadata", "no_such_query")

SOON = 300
"""Seconds: a task that timed out and was tried again would still be inside, so histories are looked at too."""

A_TASK = timedelta(seconds=60)
"""Which a loaded machine may need longer for than the ten seconds that are usual."""


class Begin(Message):
    number: Identifier


class Rename(Message):
    name: Identifier


@workflow.defn(name="Waits", sandboxed=False)
class Waits:
    """Starts as it is told: well, or refused by its own first step."""

    @workflow.init
    def __init__(self, begin: Begin) -> None:
        if begin.number == "never-made":
            raise bad_input("number: is no number of ours")

    @workflow.run
    async def run(self, begin: Begin) -> None:
        if begin.number == "refused-at-once":
            raise bad_input("workflow id: must be another")
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def rename(self, to: Rename) -> str:
        return to.name

    @workflow.signal
    def nudge(self) -> None:
        """Nothing follows."""

    @workflow.query
    def state(self) -> str:
        return "open"


@workflow.defn(name="Opens", sandboxed=False)
class Opens:
    """Takes a while to find out that it cannot be; nobody is heard before."""

    @workflow.run
    async def run(self, _begin: Begin) -> None:
        await workflow.sleep(1)
        raise bad_input("number: is taken")

    heard_before_ready: ClassVar[frozenset[str]] = frozenset()

    def ready(self) -> bool:
        return False

    def details(self) -> str:
        return ""

    def view(self) -> object:
        return None

    def was_refused(self, update: str, why: str) -> None:
        """Nobody is shown it."""

    def was_applied(self, update_id: str) -> bool:
        return False

    def update_applied(self, update_id: str) -> None:
        """Nobody asks."""

    @workflow.update
    async def rename(self, to: Rename) -> str:
        return to.name

    @rename.validator
    def check_rename(self, to: Rename) -> None:
        """Always."""


def a_worker(client: Client) -> Worker:
    return Worker(
        client,
        task_queue=QUEUE,
        workflows=[Waits, Opens, UnknownWorkflow],
        interceptors=[PlainRefusals(["Waits"])],
        workflow_runner=sandbox(),
        unsandboxed_workflow_runner=GuardedRunner(),
    )


@pytest_asyncio.fixture(params=["embedded", "time-skipping"], scope="module", loop_scope="module")
async def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    async with AsyncExitStack() as held:
        if request.param == "embedded":
            directory = tmp_path_factory.mktemp("server")
            server = await held.enter_async_context(DevServer(directory, port=0, ui_port=0))
            connected = await connect(server.address)
        else:
            skipping = await skipping_server(data_converter=data_converter)
            connected = (await held.enter_async_context(skipping)).client
        async with a_worker(connected):
            yield connected


RIGHT = {"by": "ops-7", "number": "n-1"}

REFUSED: dict[str, tuple[list[Any], str]] = {
    "nothing": ([], "expected one JSON object, got none"),
    "null": ([None], "expected one JSON object, got null"),
    "two": ([RIGHT, RIGHT], "expected one JSON object, got 2"),
    "three": ([RIGHT, None, RIGHT], "expected one JSON object, got 3"),
    "a field is missing": ([{"by": "ops-7"}], "number: is required"),
    "by its constructor": ([RIGHT | {"number": "never-made"}], "number: is no number of ours"),
    "by its first step": ([RIGHT | {"number": "refused-at-once"}], "workflow id: must be another"),
}


async def started(client: Client, *given: Any, kind: str = "Waits", **how: Any) -> WorkflowHandle[Any, Any]:
    patient = {"task_timeout": A_TASK} | how
    return await client.start_workflow(kind, args=given, id=f"w-{uuid4()}", task_queue=QUEUE, **patient)


async def answer(handle: WorkflowHandle[Any, Any], query: str) -> str:
    """Asked again when the question is lost: the SDK's core drops some of those that come while it puts a closed run
    away ("leftover buffered tasks"), of any workflow."""
    async with asyncio.timeout(SOON):
        while True:
            try:
                said = await handle.query(query, rpc_timeout=timedelta(seconds=8))
            except WorkflowQueryFailedError as refused:
                return refused.message
            except RPCError as lost:
                if lost.status not in {RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}:
                    raise
            else:
                raise AssertionError(said)


async def failure(handle: WorkflowHandle[Any, Any]) -> str:
    with pytest.raises(WorkflowFailureError) as failed:
        await asyncio.wait_for(handle.result(), SOON)
    assert isinstance(failed.value.cause, ApplicationError)
    return failed.value.cause.message


async def events(handle: WorkflowHandle[Any, Any]) -> list[str]:
    return [
        EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") async for event in handle.fetch_history_events()
    ]


async def assert_no_task_failed(handle: WorkflowHandle[Any, Any]) -> None:
    seen = await events(handle)
    assert "WORKFLOW_TASK_FAILED" not in seen
    assert "WORKFLOW_TASK_TIMED_OUT" not in seen
    assert seen[-1] == "WORKFLOW_EXECUTION_FAILED"


@pytest.mark.parametrize("client", ["embedded"], indirect=True, scope="module")
@pytest.mark.parametrize("case", ["nothing", "by its constructor", "by its first step"])
async def test_many_who_ask_at_once_are_told_that_the_start_was_refused(client: Client, case: str) -> None:
    """N1, N2: an instance without a workflow must not be asked; its task would fail, or never end. Not on the
    time-skipping server, where nearly every question that comes at once is lost, of any workflow."""
    given, said = REFUSED[case]
    handle = await started(client, *given)
    answers = await asyncio.gather(*(answer(handle, query) for query in QUERIES * 4))
    assert set(answers) == {WAS_REFUSED}
    assert await failure(handle) == said
    await assert_no_task_failed(handle)


@pytest.mark.parametrize("case", REFUSED)
async def test_a_closed_run_says_to_every_query_that_its_start_was_refused(client: Client, case: str) -> None:
    given, said = REFUSED[case]
    handle = await started(client, *given)
    assert await failure(handle) == said
    for query in QUERIES:
        assert await answer(handle, query) == WAS_REFUSED
    await assert_no_task_failed(handle)


async def test_a_start_of_no_type_of_ours_is_answered_for_too(client: Client) -> None:
    handle = await started(client, kind="Wiats")
    assert (await failure(handle)).startswith("this workflow type is not known")
    assert await answer(handle, "state") == WAS_REFUSED
    await assert_no_task_failed(handle)


@pytest.mark.parametrize("case", ["nothing", "two", "a field is missing"])
async def test_a_signal_that_comes_with_a_refused_start_changes_nothing(client: Client, case: str) -> None:
    given, said = REFUSED[case]
    handle = await started(client, *given, start_signal="nudge")
    assert await failure(handle) == said
    assert await answer(handle, "state") == WAS_REFUSED
    await assert_no_task_failed(handle)


@pytest.mark.parametrize("case", ["nothing", "null", "two", "a field is missing"])
async def test_an_update_that_comes_with_a_refused_start_is_refused_with_it(client: Client, case: str) -> None:
    given, said = REFUSED[case]
    start = WithStartWorkflowOperation[Any, Any](
        "Waits", args=given, id=f"w-{uuid4()}", task_queue=QUEUE, id_conflict_policy=WorkflowIDConflictPolicy.FAIL
    )
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await asyncio.wait_for(
            client.execute_update_with_start_workflow(
                "rename", {"by": "ops-7", "name": "x"}, start_workflow_operation=start
            ),
            SOON,
        )
    assert isinstance(refused.value.cause, ApplicationError)
    assert (refused.value.cause.type, refused.value.cause.message) == ("BadInput", said)
    await assert_no_task_failed(await start.workflow_handle())


async def test_an_update_that_waits_for_an_opening_that_fails_is_told_why(client: Client) -> None:
    """Accepted, and then lost with the run: nobody would know what became of it."""
    handle = await started(client, RIGHT, kind="Opens")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await asyncio.wait_for(handle.execute_update("rename", {"by": "ops-7", "name": "x"}), SOON)
    assert isinstance(refused.value.cause, ApplicationError)
    assert (refused.value.cause.type, refused.value.cause.message) == ("BadInput", "number: is taken")
    assert await failure(handle) == "number: is taken"
    seen = await events(handle)
    assert seen.count("WORKFLOW_EXECUTION_UPDATE_ACCEPTED") == seen.count("WORKFLOW_EXECUTION_UPDATE_COMPLETED") == 1


@pytest.mark.parametrize("case", REFUSED)
async def test_a_refused_start_replays_as_one(client: Client, case: str) -> None:
    given, said = REFUSED[case]
    handle = await started(client, *given)
    assert await failure(handle) == said
    replayer = Replayer(
        workflows=[Waits],
        data_converter=data_converter,
        interceptors=[PlainRefusals(["Waits"])],
        unsandboxed_workflow_runner=GuardedRunner(),
    )
    history = await handle.fetch_history()
    assert (await replayer.replay_workflow(history)).replay_failure is None
    at_the_door = case not in {"by its constructor", "by its first step"}
    assert any(REFUSED_ON_ARRIVAL in str(event) for event in history.events) == at_the_door


async def test_a_start_that_was_taken_answers_as_ever(client: Client) -> None:
    handle = await started(client, RIGHT)
    assert await handle.query("state") == "open"
    assert await handle.execute_update("rename", {"by": "ops-7", "name": "x"}) == "x"
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    await handle.terminate()


async def test_after_a_restart_a_closed_run_still_says_that_it_was_refused(tmp_path: Any) -> None:
    """Its replay has no judge: the mark in the history tells."""
    async with DevServer(tmp_path, port=0, ui_port=0) as server:
        client = await connect(server.address)
        async with a_worker(client):
            handles = {case: await started(client, *given) for case, (given, _) in REFUSED.items()}
            for case, handle in some(handles.items()):
                assert await failure(handle) == REFUSED[case][1]
        async with a_worker(client):
            for handle in some(handles.values()):
                assert await answer(handle, "state") == WAS_REFUSED
                await assert_no_task_failed(handle)

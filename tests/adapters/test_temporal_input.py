"""What people send by hand, right and wrong: through the real server, by CLI and client."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from pydantic import AwareDatetime, Field
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import RawValue, RetryPolicy
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import Replayer, Worker

from adapters.temporal.client import connect
from adapters.temporal.converter import data_converter, judge_start
from adapters.temporal.dev_server import DevServer
from adapters.temporal.interceptor import PlainRefusals
from adapters.temporal.sandbox import GuardedRunner
from domain.checks import Judged
from domain.values import Email, Identifier, Language, Line, Message, Model, Refused, Signal
from tests.support.environment import WITHIN
from workflows.unknown import UnknownWorkflow

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUEUE = "stand-ins"
VALUE = "hunter2-hunter2"
TEMPORAL = shutil.which("temporal", path=str(Path(sys.executable).parent)) or "temporal"
DAY = timedelta(days=1)


class Site(Model):
    name: Line
    contact: Email | None = None


class Begin(Message):
    number: Identifier
    seats: int = Field(ge=1)
    language: Language = Language.ENGLISH
    due: AwareDatetime | None = None
    sites: list[Site] = []


class Rename(Message):
    name: Line


NME = 'nme: is not a known field, did you mean "name"?'
RIGHT = '{"by": "ops-7", "number": "n-1", "seats": 2}'


@workflow.defn(name="Story", sandboxed=False)
class LifecycleWorkflow:
    """A stand-in with every kind of handler."""

    @workflow.init
    def __init__(self, _begin: Begin) -> None:
        self.names: list[str] = []

    @workflow.run
    async def run(self, _begin: Begin) -> list[str]:
        await workflow.wait_condition(lambda: "end" in self.names)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.names

    @workflow.update
    async def rename(self, to: Rename) -> int:
        if to.name == "taken since":
            raise Refused("is taken since", field="name")
        self.names.append(to.name)
        return len(self.names)

    @rename.validator
    def check_rename(self, to: Rename) -> None:
        if to.name == "taken":
            raise Refused("is taken", field="name")

    @workflow.update
    async def unchecked(self, to: Rename) -> str:
        return to.name

    @workflow.signal
    def nudge(self, to: Rename) -> None:
        self.names.append(to.name)

    @workflow.query
    def has(self, to: Rename) -> bool:
        return to.name in self.names


@activity.defn
async def answer_of_another_release() -> dict[str, int]:
    return {"renamed": 1}


@activity.defn
async def fail_with_details() -> None:
    raise ApplicationError("no", "first", "second", non_retryable=True)


class Answer(Model):
    count: int


class Told(Signal):
    name: Identifier


class Handed(Model):
    """What one run gives to the next."""

    turns: int = 0


@workflow.defn(name="Turns", sandboxed=False)
class Turns:
    """Hands over to itself twice, with the start nobody judges again and what it carries."""

    @workflow.init
    def __init__(self, begin: Begin, handed: Handed | None = None) -> None:
        self.begin, self.handed = begin, handed or Handed()

    @workflow.run
    async def run(self, _begin: Begin, _handed: Handed | None = None) -> int:
        if self.handed.turns < 2:
            begin = self.begin.model_copy(update={"seats": -1})
            workflow.continue_as_new(args=[begin, Handed(turns=self.handed.turns + 1)])
        return self.handed.turns


@workflow.defn(name="Hears", sandboxed=False)
class Hears:
    """Goes on when it is told something that reads, or nudged."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    @workflow.run
    async def run(self) -> list[str]:
        await workflow.wait_condition(lambda: "end" in self.heard)
        return self.heard

    @workflow.signal
    def told(self, what: Told) -> None:
        self.heard.append(what.name)


@workflow.defn(sandboxed=False)
class Asks:
    @workflow.run
    async def run(self) -> int:
        call = workflow.execute_activity("answer_of_another_release", result_type=Answer, schedule_to_close_timeout=DAY)
        answer: Answer = await call
        return answer.count


@workflow.defn(sandboxed=False)
class Catches:
    @workflow.run
    async def run(self) -> list[str]:
        try:
            await workflow.execute_activity(fail_with_details, schedule_to_close_timeout=DAY)
        except ActivityError as failed:
            return list(failed.cause.details) if isinstance(failed.cause, ApplicationError) else []
        return []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DevServer]:
    async with DevServer(tmp_path_factory.mktemp("server"), port=0, ui_port=0) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(server: DevServer) -> AsyncIterator[Client]:
    connected = await connect(server.address)
    async with Worker(
        connected,
        task_queue=QUEUE,
        workflows=[LifecycleWorkflow, Asks, Catches, Turns, Hears, UnknownWorkflow],
        activities=[answer_of_another_release, fail_with_details],
        interceptors=[PlainRefusals(["Story", "Asks"])],
        unsandboxed_workflow_runner=GuardedRunner(),
    ):
        yield connected


async def started(client: Client, workflow_type: str, *inputs: Any) -> WorkflowHandle[Any, Any]:
    return await client.start_workflow(workflow_type, args=inputs, id=f"w-{uuid4()}", task_queue=QUEUE)


@pytest_asyncio.fixture(loop_scope="module")
async def story(client: Client) -> WorkflowHandle[Any, Any]:
    return await started(client, "Story", Begin(by="ops-7", number="n-1", seats=2))


async def cli(server: DevServer, *words: str, inputs: tuple[str, ...] = ()) -> tuple[int, str]:
    """What the `temporal` command returns and prints, which never holds a value that was sent."""
    words += tuple(word for given in inputs for word in ("--input", given))
    command = await asyncio.create_subprocess_exec(
        *(TEMPORAL, *words, "--address", server.address),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed = (await command.communicate())[0].decode()
    assert VALUE not in printed
    assert command.returncode is not None
    return command.returncode, printed


async def cli_start(server: DevServer, *inputs: str, kind: str = "Story", extra: tuple[str, ...] = ()) -> str:
    code, printed = await cli(
        server,
        "workflow",
        "execute",
        "--type",
        kind,
        "--task-queue",
        QUEUE,
        "-w",
        f"w-{uuid4()}",
        *extra,
        inputs=inputs,
    )
    assert code == 1
    assert "FAILED" in printed
    return printed.partition("Message:")[2]


# A malformed start fails at once.


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (['{"by": "ops-7", "number": "n-1"}'], "seats: is required"),
        (['{"by": "ops-7", "number": "n-1", "seats": "hunter2-hunter2"}'], "seats: must be a whole number"),
        ([RIGHT[:-1] + ', "seat": "hunter2-hunter2"}'], 'seat: is not a known field, did you mean "seats"?'),
        (['{"by": "ops-7", "number": "n-1", "seats": null}'], "seats: must be a whole number"),
        (['{"by": "ops-7", "number": "n-1\\u0000", "seats": 1}'], "number: must not contain control characters"),
        (["null"], "expected one JSON object, got null"),
        ([], "expected one JSON object, got none"),
        (['["hunter2-hunter2"]'], "expected one JSON object, got a list"),
        (['"hunter2-hunter2"'], "expected one JSON object, got text"),
        ([RIGHT, RIGHT], "expected one JSON object, got 2"),
    ],
)  # fmt: skip
async def test_a_malformed_start_fails_at_once_naming_field_and_rule(
    server: DevServer, client: Client, inputs: list[str], said: str
) -> None:
    assert (await cli_start(server, *inputs)).splitlines()[0].strip() == said


@pytest.mark.parametrize("encoding", ["binary/plain", "json/protobuf", "binary/encrypted", "nonsense"])
async def test_bytes_are_never_handed_to_a_story(server: DevServer, client: Client, encoding: str) -> None:
    printed = await cli_start(server, RIGHT, extra=("--input-meta", f"encoding={encoding}"))
    assert "expected one JSON object with the encoding json/plain" in printed


async def test_a_start_of_an_unknown_type_fails_at_once_naming_the_known_ones(
    server: DevServer, client: Client
) -> None:
    printed = await cli_start(server, RIGHT, kind="Storry")
    assert "this workflow type is not known; known are Asks, Story" in printed


async def test_a_failed_start_has_a_type_and_no_stack_trace(client: Client) -> None:
    with pytest.raises(WorkflowFailureError) as failed:
        await (await started(client, "Story", {"by": 1})).result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert (failed.value.cause.type, failed.value.cause.non_retryable) == ("BadInput", True)
    assert failed.value.cause.failure is not None
    assert failed.value.cause.failure.stack_trace == ""


# A refused update changes nothing.


@pytest.mark.parametrize("update", ["rename", "unchecked"])
@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (['{"by": "ops-7", "nme": "hunter2-hunter2"}'], f"name: is required\n{NME}"),
        (['{"by": "ops-7", "name": ["hunter2-hunter2"]}'], "name: must be text"),
        (["null"], "expected one JSON object, got null"),
        ([], "expected one JSON object, got none"),
        ([RIGHT, RIGHT], "expected one JSON object, got 2"),
    ],
)  # fmt: skip
async def test_a_malformed_update_is_refused_and_the_story_goes_on(
    server: DevServer, client: Client, story: WorkflowHandle[Any, Any], update: str, inputs: list[str], said: str
) -> None:
    code, printed = await cli(
        server, "workflow", "update", "execute", "--name", update, "-w", story.id, inputs=tuple(inputs)
    )
    assert (code, printed.strip()) == (
        1,
        f"Error: unable to update workflow: {said} (type: BadInput, retryable: false)",
    )
    assert await story.execute_update("rename", Rename(by="ops-7", name="end")) == 1
    assert await story.result() == ["end"]


@pytest.mark.parametrize("name", ["taken", "taken since"])
async def test_a_refusal_reads_the_same_before_and_after_acceptance(
    server: DevServer, client: Client, story: WorkflowHandle[Any, Any], name: str
) -> None:
    given = f'{{"by": "ops-7", "name": "{name}"}}'
    code, printed = await cli(
        server, "workflow", "update", "execute", "--name", "rename", "-w", story.id, inputs=(given,)
    )
    assert (code, printed.strip()) == (
        1,
        f"Error: unable to update workflow: name: is {name} (type: Refused, retryable: false)",
    )
    assert await story.execute_update("rename", Rename(by="ops-7", name="end")) == 1


async def test_a_query_is_refused_like_an_update(
    server: DevServer, client: Client, story: WorkflowHandle[Any, Any]
) -> None:
    asking = ("workflow", "query", "--name", "has", "-w", story.id)
    assert "expected one JSON object, got none" in (await cli(server, *asking))[1]
    assert "name: is required" in (await cli(server, *asking, inputs=('{"by": "ops-7"}',)))[1]
    assert (await cli(server, *asking, inputs=('{"by": "ops-7", "name": "x"}',)))[0] == 0


async def test_a_mistyped_signal_is_dropped_and_wedges_nothing(
    server: DevServer, client: Client, story: WorkflowHandle[Any, Any]
) -> None:
    nudging = ("workflow", "signal", "--name", "nudge", "-w", story.id)
    right = '{"by": "ops-7", "name": "end"}'
    wrong: list[tuple[str, ...]] = [(), ("null",), (RIGHT, RIGHT), ("{}",)]
    for inputs in (*wrong, (right,)):
        assert (await cli(server, *nudging, inputs=inputs))[0] == 0
    assert await story.result() == ["end"]


# A fault of ours holds the story; it never ends it.


async def first(handle: WorkflowHandle[Any, Any], kind: "EventType.ValueType") -> None:
    async for event in handle.fetch_history_events(wait_new_event=True):
        if event.event_type == kind:
            return


async def test_an_activity_result_that_does_not_decode_holds_the_story(client: Client) -> None:
    held = await started(client, "Asks")
    await asyncio.wait_for(first(held, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED), WITHIN)
    assert (await held.describe()).status == WorkflowExecutionStatus.RUNNING


async def test_a_run_takes_what_an_own_run_hands_over_unjudged(client: Client) -> None:
    assert await (await started(client, "Turns", Begin(by="ops-7", number="n-1", seats=2))).result() == 2


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ([RIGHT, '{"turns": 2}'], "expected one JSON object, got 2"),
        ([RIGHT, RIGHT, RIGHT], "expected one JSON object, got 3"),
        (['{"turns": 2}'], "by: is required"),
        ([], "expected one JSON object, got none"),
    ],
)
async def test_nobody_outside_hands_a_run_anything_but_its_start(
    server: DevServer, client: Client, inputs: list[str], said: str
) -> None:
    assert (await cli_start(server, *inputs, kind="Turns")).splitlines()[0].strip() == said


async def refusal_of(handle: WorkflowHandle[Any, Any]) -> str:
    with pytest.raises(WorkflowFailureError) as failed:
        await asyncio.wait_for(handle.result(), WITHIN)
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == "BadInput"
    return failed.value.cause.message


@pytest.mark.parametrize("given", ["{}", '{"by": "ops-7", "number": "n-1", "seats": "hunter2-hunter2"}'])
async def test_forged_metadata_switches_no_judge_off(client: Client, given: str) -> None:
    """What a payload says about itself proves nothing."""
    forged = Payload(
        metadata={"encoding": b"json/plain", "tenure-written-by": b"workflow", "judged": b"yes"}, data=given.encode()
    )
    said = await refusal_of(await started(client, "Story", RawValue(forged)))
    assert "seats: " in said
    assert VALUE not in said


LIMITS: dict[str, dict[str, Any]] = {
    "a cron schedule": {"cron_schedule": "@every 1s"},
    "a retry policy": {"retry_policy": RetryPolicy(maximum_attempts=3)},
    "a run time-out": {"run_timeout": DAY},
    "an execution time-out": {"execution_timeout": DAY},
}


@pytest.mark.parametrize("named", LIMITS)
@pytest.mark.parametrize("given", [RIGHT, '{"by": "ops-7"}'])
async def test_a_start_that_temporal_would_repeat_or_end_is_refused(client: Client, named: str, given: str) -> None:
    """A cron start lives a cancelled order again; a time-out ends a life without a word."""
    payload = RawValue(Payload(metadata={"encoding": b"json/plain"}, data=given.encode()))
    handle: WorkflowHandle[Any, Any] = await client.start_workflow(
        "Story", payload, id=f"w-{uuid4()}", task_queue=QUEUE, **LIMITS[named]
    )
    events = client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id).fetch_history_events(
        wait_new_event=True
    )
    last = [event async for event in events][-1]
    assert named in last.workflow_execution_failed_event_attributes.failure.message
    if "cron" in named:
        await client.get_workflow_handle(handle.id).terminate()


async def test_a_message_of_more_than_256_kb_is_refused(client: Client) -> None:
    """What is made of it would outgrow what Temporal takes, and the life would stand still."""
    sites = [{"name": "x" * 200}] * 1300
    big = {"by": "ops-7", "number": "n-1", "seats": 1, "sites": sites}
    assert await refusal_of(await started(client, "Story", big)) == "must have at most 256 KB"


@pytest.mark.parametrize(
    "given", [{"by": "ops-7"}, {"by": "ops-7", "number": "n-1", "seats": 0}, {"by": "ops-7", "sites": "hunter2"}]
)
async def test_a_refused_start_replays_as_one_without_a_judge(
    client: Client, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = await started(client, "Story", given)
    assert await refusal_of(handle)
    replayer = Replayer(
        workflows=[LifecycleWorkflow],
        data_converter=data_converter,
        interceptors=[PlainRefusals(["Story"])],
        unsandboxed_workflow_runner=GuardedRunner(),
    )
    monkeypatch.setattr("adapters.temporal.converter._judged", no_judge)
    assert (await replayer.replay_workflow(await handle.fetch_history())).replay_failure is None


def no_judge(*_: Any) -> Any:
    raise AssertionError("a replay has no judge")


async def test_an_update_that_was_taken_is_not_judged_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    handle = await started(client, "Story", Begin(by="ops-7", number="n-1", seats=2))
    assert await handle.execute_update("rename", Rename(by="ops-7", name="end")) == 1
    assert await handle.result() == ["end"]
    replayer = Replayer(
        workflows=[LifecycleWorkflow],
        data_converter=data_converter,
        interceptors=[PlainRefusals(["Story"])],
        unsandboxed_workflow_runner=GuardedRunner(),
    )
    monkeypatch.setattr("adapters.temporal.converter._judged", no_judge)
    monkeypatch.setattr(Judged, "__call__", no_judge)
    assert (await replayer.replay_workflow(await handle.fetch_history())).replay_failure is None


async def test_a_signal_reads_the_same_at_every_replay(client: Client) -> None:
    """One that was dropped stands in the history: a replay drops it again."""
    handle = await started(client, "Hears")
    for given in ({"name": "a b"}, {"nme": "x"}, {"name": "one"}, {"name": "end"}):
        await handle.signal("told", given)
    assert await handle.result() == ["one", "end"]
    replayer = Replayer(workflows=[Hears], data_converter=data_converter, unsandboxed_workflow_runner=GuardedRunner())
    assert (await replayer.replay_workflow(await handle.fetch_history())).replay_failure is None


async def test_an_errors_details_are_nobodys_input(client: Client) -> None:
    assert await (await started(client, "Catches")).result() == ["first", "second"]


# The wording.


def sent(given: str) -> list[Payload]:
    return [Payload(metadata={"encoding": b"json/plain"}, data=given.encode())]


def refusal(given: str) -> list[str]:
    with pytest.raises(ApplicationError) as refused:
        judge_start(sent(given), Begin)
    assert VALUE not in str(refused.value)
    return refused.value.message.splitlines()


async def test_every_problem_is_on_a_line_of_its_own_the_first_one_first() -> None:
    assert refusal(
        '{"by": "ops 7", "seats": 0, "language": "hunter2-hunter2", "due": "2027-01-01T00:00:00",'
        ' "sites": [{"name": ""}, {"name": "x", "contact": "hunter2-hunter2"}, {"name": "x", "naem": 1}]}'
    ) == [
        "by: must be 1 to 64 Latin letters, digits, dots, dashes or underscores, a letter or digit first",
        "number: is required",
        "seats: must be at least 1",
        "language: must be one of 'ja', 'ko', 'fr' or 'en'",
        "due: must say its offset, such as 2027-03-31T09:00:00+09:00",
        "sites[0].name: must not be empty",
        "sites[1].contact: must be a mail address such as name@example.com",
        'sites[2].naem: is not a known field, did you mean "name"?',
    ]


async def test_no_more_than_eight_problems_are_told() -> None:
    told = refusal("{" + ", ".join(f'"x{n}": 1' for n in range(20)) + "}")
    assert len(told) == 9
    assert told[-1] == "and 15 more"


async def test_a_field_name_that_may_be_a_value_is_not_repeated() -> None:
    (told,) = refusal('{"by": "o", "number": "n", "seats": 1, "hunter2-hunter2@example.com": 1}')
    assert told == "(a name that is not a field's): is not a known field"


async def test_text_that_is_no_json_is_said_so() -> None:
    assert refusal('{"by": hunter2-hunter2') == ["expected one JSON object, got text that is not valid JSON"]


IN_AN_ACTIVITY = ActivitySerializationContext("default", None, None, None, "w", "Story", False)


@pytest.mark.parametrize("context", [IN_AN_ACTIVITY, WorkflowSerializationContext("default", "w")])
async def test_outside_a_workflow_values_are_constructed_and_never_judged(context: Any) -> None:
    """Also the start, which the guard has judged by then."""
    converter = data_converter.payload_converter.with_context(context)  # type: ignore[attr-defined]
    unjudged = '{"by": "ops 7", "number": "n-1", "seats": 0, "seat": 1}'
    (begin,) = converter.from_payloads(sent(unjudged), [Begin | None])
    assert (begin.by, begin.seats) == ("ops 7", 0)
    (raw,) = converter.from_payloads(sent(RIGHT), [RawValue])
    assert raw.payload.data == RIGHT.encode()
    with pytest.raises(ValueError, match="validation error"):
        converter.from_payloads(sent("{}"), [Site])


# What programs branch on.

NAME_IS_TAKEN = {"code": "not_possible", "field": "name", "rule": None, "message": "is taken"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"number": "n-1"}, [("required", "by"), ("required", "seats")]),
        ({"sites": [{"name": "a"}, {"nme": "b"}]}, [("required", "sites[1].name"), ("unknown_field", "sites[1].nme")]),
        ({"sites": [{"name": "a", "contact": "nobody"}]}, [("wrong_form", "sites[0].contact")]),
        ({"seats": 0, "language": "tlh"}, [("too_small", "seats"), ("not_one_of", "language")]),
        ({"seats": "two", "due": "2030-01-01T00:00:00"}, [("wrong_form", "seats"), ("wrong_form", "due")]),
        ({"number": {}, "sites": {}}, [("wrong_type", "number"), ("wrong_type", "sites")]),
        ({"number": "n\u0000"}, [("wrong_form", "number")]),
        ({"sites": [{"name": "REPLACE-ME"}]}, [("placeholder", "sites[0].name")]),
    ],
)  # fmt: skip
async def test_a_failed_start_says_each_field_and_a_code_in_its_details(
    client: Client, given: dict[str, Any], said: list[tuple[str, str]]
) -> None:
    whole = {"by": "ops-7", "number": "n-1", "seats": 2} | given
    begin = given if said[0] == ("required", "by") else whole
    with pytest.raises(WorkflowFailureError) as failed:
        await (await started(client, "Story", begin)).result()
    assert isinstance(failed.value.cause, ApplicationError)
    details = failed.value.cause.details
    assert [(each["code"], each["field"]) for each in details] == said
    assert failed.value.cause.message.splitlines() == [f"{each['field']}: {each['message']}" for each in details]


async def test_a_start_that_reads_as_no_message_has_a_code_too(client: Client) -> None:
    for kind, inputs, code in (
        ("Story", (), "not_one_object"),
        ("Story", ({"by": "x" * 300_000},), "too_big"),
        ("Storry", (RIGHT,), "unknown_workflow_type"),
    ):
        with pytest.raises(WorkflowFailureError) as failed:
            await (await started(client, kind, *inputs)).result()
        assert isinstance(failed.value.cause, ApplicationError)
        (detail,) = failed.value.cause.details
        assert (detail["code"], detail["field"], detail["message"]) == (code, None, failed.value.cause.message)


@pytest.mark.parametrize(
    ("update", "given", "said"),
    [
        ("rename", {"by": "ops-7", "name": "taken"}, NAME_IS_TAKEN),
        ("rename", {"by": "ops-7", "name": "taken since"}, NAME_IS_TAKEN | {"message": "is taken since"}),
        (
            "unchecked",
            {"by": "ops-7", "name": "a", "nam": "b"},
            {
                "code": "unknown_field",
                "field": "nam",
                "rule": None,
                "message": 'is not a known field, did you mean "name"?',
            },
        ),
    ],
)
async def test_a_refused_update_says_field_and_code_in_its_first_detail(
    story: WorkflowHandle[Any, Any], update: str, given: dict[str, Any], said: dict[str, Any]
) -> None:
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await story.execute_update(update, given)
    assert isinstance(failed.value.cause, ApplicationError)
    assert list(failed.value.cause.details) == [said]


async def test_an_update_that_nobody_knows_has_a_code(story: WorkflowHandle[Any, Any]) -> None:
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await story.execute_update("renam", {"by": "ops-7"})
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.details[0]["code"] == "unknown_update"

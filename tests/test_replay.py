"""What was recorded once is replayed for ever, and runs today as it ran then. H1, H2, H3."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import ValidationError
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, Worker

import worker
from activities.order import OrderOpening
from adapters.temporal.converter import data_converter
from adapters.temporal.interceptor import PlainRefusals
from adapters.temporal.sandbox import GuardedRunner, sandbox
from domain.order.mails import OrderMail
from domain.order.messages import PlaceOrder
from domain.order.state import OrderState
from domain.order.states import Stage
from domain.working_time import start_of_day
from starter.history.events import started
from tests.histories.plain_text import told
from tests.makers import a_person
from tests.recorder import HISTORIES, IN_ANY_ORDER, LONG, MANIFEST, SCENARIOS, digest, listed, read, recorded
from tests.support.another_release import Asked, another_release, nobody_to_ask
from tests.support.arguments import asked, asked_as_text, in_history
from workflows.order import Order, OrderOutcome
from workflows.registry import BESIDE, WORKFLOWS
from workflows.unknown import UnknownWorkflow

RECORDED = sorted(HISTORIES.glob("*/*.json"))
LATEST = {path.stem: path for path in listed()}
"""By name of recording: the newest of each, which is how the story runs today."""


def names(paths: list[Path]) -> Iterator[str]:
    return (f"{path.parent.name}/{path.stem}" for path in paths)


@cache
def recording(path: Path) -> WorkflowHistory:
    """Read once; who changes it reads it anew."""
    return read(path)


# The recordings themselves.


def test_nothing_recorded_is_ever_changed_or_removed() -> None:
    """An order placed under an old release still runs: its history is not ours to edit. Add; never change."""
    now = {path: digest(path) if path.exists() else "removed" for path in listed()}
    assert now == listed(), f"record a changed story under another release: {MANIFEST.name} keeps what was"


def test_everything_recorded_is_listed() -> None:
    assert sorted(listed()) == RECORDED
    assert RECORDED


@pytest.mark.parametrize("path", RECORDED, ids=names(RECORDED))
def test_a_recording_has_its_text_beside_it_and_names_no_machine(path: Path) -> None:
    assert path.with_suffix(".txt").read_text(encoding="utf-8") == told(recording(path))
    signed = [line for line in path.read_text(encoding="utf-8").splitlines() if '"identity": "' in line]
    assert all('"identity": "recorder"' in line or '"identity": "history-service"' in line for line in signed)
    assert b"stackTrace" not in path.read_bytes(), "it would tell of files on somebody's disk"


# H1: the present code replays every history there ever was.


@cache
def replayer(*stories: type) -> Replayer:
    """As the worker runs them: sandbox, data converter, interceptors."""
    return Replayer(
        workflows=[*(stories or WORKFLOWS), *BESIDE, UnknownWorkflow],
        data_converter=data_converter,
        workflow_runner=sandbox(),
        unsandboxed_workflow_runner=GuardedRunner(),
        interceptors=[PlainRefusals([story.__name__ for story in WORKFLOWS])],
    )


async def failure(replaying: Replayer, history: WorkflowHistory) -> Exception | None:
    return (await replaying.replay_workflow(history, raise_on_replay_failure=False)).replay_failure


@pytest.mark.parametrize("path", RECORDED, ids=names(RECORDED))
async def test_h1_a_recorded_history_replays_and_asks_the_same_under_any_release(path: Path) -> None:
    """As the worker runs it, though every zone and holiday is another and every check would refuse. ADR 5, issue 8."""
    history = recording(path)
    here = sorted(await asked(history))
    assert path.stem.startswith("hub_") or {*in_history(history)} <= {*here}, "of lives: a week of the hub has none"
    with another_release(), nobody_to_ask():
        assert sorted(await asked(history, replayer())) == here


def test_h1_the_other_release_is_another_one_and_those_who_must_not_be_asked_would_have_refused() -> None:
    with another_release():
        assert start_of_day(date(2031, 7, 1), "Europe/Paris") == datetime(2031, 6, 30, 11, tzinfo=UTC)
    with nobody_to_ask(), pytest.raises((Asked, ValidationError)):
        a_person()


def renamed(history: WorkflowHistory, update: str, to: str) -> WorkflowHistory:
    for event in history.events:
        said = event.workflow_execution_update_accepted_event_attributes.accepted_request
        if event.HasField("workflow_execution_update_accepted_event_attributes") and said.input.name == update:
            said.input.name = to
    return history


async def test_h1_an_update_that_was_taken_once_is_never_unknown() -> None:
    """What the interceptor says of unknown updates is said to people, not to a history that has one."""
    history = renamed(read(COMPLETED), "clear_compliance", "clear")
    assert "the update clear is in the history and no longer in the code" in str(await failure(replayer(), history))


LABELLED = ("TIMER_STARTED", "ACTIVITY_TASK_SCHEDULED", "START_CHILD_WORKFLOW_EXECUTION_INITIATED")
"""What the Web UI's timeline shows, each with its summary."""


def unlabelled(events: Sequence[HistoryEvent]) -> list[int]:
    shown = [event for event in events if kind(event) in LABELLED]
    return [event.event_id for event in shown if not event.user_metadata.summary.data]


def kind(event: HistoryEvent) -> str:
    return EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")


@pytest.mark.parametrize("path", RECORDED, ids=names(RECORDED))
def test_every_timer_activity_and_child_has_a_label(path: Path) -> None:
    assert not unlabelled(recording(path).events)


@pytest.mark.parametrize("story", [each.__name__ for each in WORKFLOWS])
def test_a_label_that_is_missing_is_seen_in_every_story(story: str) -> None:
    of_it = [each for each in map(recording, RECORDED) if started(each.events).workflow_type.name == story]
    found = {kind(event): event for each in of_it for event in each.events if kind(event) in LABELLED}
    assert {"TIMER_STARTED", "ACTIVITY_TASK_SCHEDULED"} <= found.keys()
    for event in found.values():
        bare = HistoryEvent()
        bare.CopyFrom(event)
        bare.ClearField("user_metadata")
        assert unlabelled([bare]) == [event.event_id]


# H2: the present code commands the same, with the same arguments, and gets the same answers.


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def today() -> dict[str, str]:
    """Every scenario of real time, played now. What months bring about, tests/test_fingerprints.py compares."""
    played = (await recorded(*SCENARIOS)).items()
    return {name: told(history) + await asked_as_text(history) for name, history in played}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", sorted(set(LATEST) - IN_ANY_ORDER - set(LONG)))
async def test_h2_a_scenario_runs_today_as_it_was_recorded(today: dict[str, str], name: str) -> None:
    """If it was meant to change: record it anew, `python -m tests.recorder --release …`, and say why in the commit."""
    assert today[name] == of_then(LATEST[name])


def of_then(path: Path) -> str:
    """What was commanded and answered, and what was asked with which arguments."""
    return "".join(path.with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".txt", ".asked.txt"))


@pytest.mark.asyncio(loop_scope="module")
async def test_h2_every_scenario_has_been_recorded(today: dict[str, str]) -> None:
    assert set(today) | set(LONG) == set(LATEST)


# H3: a test of the tests. Stories gone wrong, each caught by one of the two.


@workflow.defn(name="Order", sandboxed=False)
class WithoutCsm(Order):
    """An activity was removed."""

    @workflow.run
    async def run(self, _placed: PlaceOrder | None = None, _carried: OrderState | None = None) -> OrderOutcome:
        return await super().run()

    async def assign_csm(self) -> None:
        self.state.csm = "nobody"


@workflow.defn(name="Order", sandboxed=False)
class WithConfirmationLater(Order):
    """A mail is posted in another order: the document only after the form."""

    @workflow.run
    async def run(self, _placed: PlaceOrder | None = None, _carried: OrderState | None = None) -> OrderOutcome:
        return await super().run()

    async def provisioned(self) -> None:
        await self.until(self.past(Stage.AWAITING_DETAILS))
        self.post(OrderMail.CONFIRMATION)
        await super().provisioned()


@workflow.defn(name="Order", sandboxed=False)
class WithLongerGuides(Order):
    """Arguments and deadlines changed: the replayer is blind to that."""

    @workflow.run
    async def run(self, _placed: PlaceOrder | None = None, _carried: OrderState | None = None) -> OrderOutcome:
        return await super().run()

    async def register(self) -> OrderOpening:
        opened = await super().register()
        longer = {"hold_overdue": self.state.policy.hold_overdue + 1}
        self.state.policy = self.state.policy.model_copy(update=longer)
        return opened


@workflow.defn(name="Order", sandboxed=False)
class WithShortGuides(Order):
    """A timer runs minutes instead of days: the replayer is blind to that, too."""

    @workflow.run
    async def run(self, _placed: PlaceOrder | None = None, _carried: OrderState | None = None) -> OrderOutcome:
        return await super().run()

    async def open(self) -> None:
        await super().open()
        soon = self.state.agenda.pending[0].model_copy(update={"at": workflow.now() + timedelta(minutes=5)})
        self.state.agenda.arm(soon)


@workflow.defn(name="Order", sandboxed=False)
class Unchanged(Order):
    """What a change must not be mistaken for: the same story, told by a subclass outside the sandbox."""

    @workflow.run
    async def run(self, _placed: PlaceOrder | None = None, _carried: OrderState | None = None) -> OrderOutcome:
        return await super().run()


COMPLETED = LATEST.get("order_completed", HISTORIES)


@pytest.mark.parametrize("mutant", [WithoutCsm, WithConfirmationLater])
async def test_h3_another_order_of_commands_is_caught_by_the_replay(mutant: type) -> None:
    """Or what was answered to the step that is gone does not fit the one in its place."""
    caught = str(await failure(replayer(mutant), read(COMPLETED)))
    assert "Nondeterminism" in caught or "Failed decoding arguments" in caught


@pytest.mark.parametrize(("story", "caught"), [(WithLongerGuides, True), (WithShortGuides, True), (Unchanged, False)])
async def test_h3_other_arguments_and_timers_are_caught_by_the_text_alone(
    story: type, caught: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await failure(replayer(story), read(COMPLETED)) is None
    monkeypatch.setattr(worker, "WORKFLOWS", [story, *WORKFLOWS[1:]])
    monkeypatch.setattr(worker, "Worker", partial(Worker, unsandboxed_workflow_runner=GuardedRunner()))
    played = (await recorded("held"))["order_held"]
    assert (told(played) + await asked_as_text(played, replayer(story)) != of_then(LATEST["order_held"])) is caught

"""`tenure audit`: K6, F2. Differences are made by hand on a real server and store, found, and mended if they can be."""

import asyncio
import io
import json
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import closing, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from pydantic import BaseModel
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from activities.ports import LifeColumns, NotKnown, RecordedMail
from adapters.sql.store import SqlStore, open_store
from domain.desk import Hold
from domain.events import Event
from domain.life import PostedMail
from domain.mails import Lifecycle, MailKind, MailState
from domain.order.messages import PlaceOrder
from domain.order.order import OrderLife
from domain.order.view import order_view
from domain.subscription.messages import TerminateSubscription
from domain.trial.messages import TrialDevice
from domain.view import LifeView
from starter import audit as auditing
from starter import gate, ids
from starter.audit_compare import FROM_STORY, JUST_NOW, LISTS_REMEDY, differences, kinds, lists, mails
from starter.audit_mend import _mendable, leave_note
from starter.audit_seen import Seen, Stored, _Run, deciding
from starter.exits import Exit, Stop
from starter.ids import Subject
from starter.service import Ports, Service, service
from starter.terminal import terminal
from starter.tool_answers import Difference
from tests.makers import (
    a_paid_customer_s_trial,
    a_partner,
    a_renewal,
    an_order,
    built,
    cancelled,
    cleared,
    graduated,
    submitted,
)
from workflows import attributes
from workflows.attributes import changed

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
VIEW = order_view(OrderLife.placed(an_order("SO-1"), NOW), NOW)
NOTHING = TypedSearchAttributes.empty

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOBODY_HERE = "nobody-here"
"""A task queue without a worker."""

Handle = WorkflowHandle[Any, Any]


@dataclass(frozen=True)
class Town:
    """A running service, its store, and what tests do there."""

    service: Service
    store: SqlStore

    async def started(self, type_: str, start: BaseModel, id_: str, queue: str = "") -> Handle:
        """A workflow, whatever it is called."""
        queue = queue or self.service.task_queue
        return await self.service.client.start_workflow(type_, start, id=id_, task_queue=queue)

    async def placed(self, order: PlaceOrder) -> Handle:
        """Started, held and written down."""
        handle = await self.started("Order", order, f"order-{order.sales_order_number}")
        return await self.settled(handle, "held")

    async def shipped(self, order: PlaceOrder) -> Handle:
        """With its confirmation sent."""
        handle = await self.placed(order)
        await handle.execute_update("clear_compliance", cleared())
        return await self.settled(handle, "pending.awaiting_provisioning_details", mails=1)

    async def in_service(self, number: str) -> Handle:
        """Shipped and built: its subscription runs."""
        handle = await self.shipped(an_order(number))
        await handle.execute_update("submit_provisioning_form", submitted())
        await handle.execute_update("report_site_built", built())
        await self.settled(handle, "in_progress.service_ready", mails=3)
        await self.settled(self.life(f"subscription-sub-{number}"), "active")
        return handle

    async def graduated(self, number: str) -> None:
        """The order is over, its subscription goes on."""
        order = self.life(f"order-{number}")
        await order.execute_update("graduate", graduated())
        await order.result()

    async def on_trial(self, trial_id: str, *devices: str) -> Handle:
        """Active, its devices lent."""
        lent = tuple(
            TrialDevice(
                device_id=device,
                model=f"Model {device}",
                serial_number=f"SN-{device}",
                expires_on=datetime.now(UTC) + timedelta(days=60),
            )
            for device in devices
        )
        handle = await self.started("Trial", a_paid_customer_s_trial(trial_id, devices=lent), f"trial-{trial_id}")
        for device in devices:
            await self.settled(self.life(f"device-{device}"), "shipped")
        return await self.settled(handle, "trialing")

    def life(self, workflow_id: str) -> Handle:
        """One that is there."""
        return self.service.client.get_workflow_handle(workflow_id)

    async def settled(self, handle: Handle, stage: str, mails: int = 0) -> Handle:
        """There, with so many mails out, none under way, and everything written down."""

        async def done() -> bool:
            if not self.written(handle.id, stage, mails):
                return False
            view = await told_by(handle)
            if view is None or any(mail.state == MailState.PENDING for mail in view.mails):
                return False
            return self.store.columns(Lifecycle(view.lifecycle), view.id).sequence == view.events

        await until(done)
        return handle

    def written(self, workflow_id: str, stage: str, mails: int) -> bool:
        """Does the store say so? It is asked first, for it answers faster."""
        (subject,) = ids.any_of(workflow_id)
        sent = [mail for mail in self.store.mails(*subject) if mail.state is MailState.SENT]
        try:
            return self.store.columns(*subject).stage == stage and len(sent) >= mails
        except NotKnown:
            return False

    def tamper(self, file: str, statement: str) -> None:
        """Behind everybody's back."""
        with closing(sqlite3.connect(self.service.directory / file, timeout=10)) as database, database:
            assert database.execute(statement).rowcount > 0, statement

    async def reset(self, handle: Handle, *, to_first: bool = False) -> None:
        """As a developer does it in the Web UI."""
        history = await handle.fetch_history()
        done = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
        points = [event.event_id for event in history.events if event.event_type == done]
        await self.service.client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=self.service.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=handle.id, run_id=history.run_id),
                reason="as the audit advises",
                workflow_task_finish_event_id=points[0 if to_first else -1],
                request_id=str(uuid4()),
            )
        )


async def told_by(handle: Handle) -> LifeView | None:
    """None while it cannot say yet."""
    try:
        view: LifeView = await handle.query("state", result_type=LifeView)
    except Exception:
        return None
    return view


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    """Soon."""
    give_up_at = time.monotonic() + 20
    while not await done():
        assert time.monotonic() < give_up_at, "did not happen in time"
        await asyncio.sleep(0.1)


@dataclass(frozen=True)
class Audited:
    """What one audit said."""

    exit: Exit
    compared: int
    findings: list[dict[str, Any]]

    def of(self, *workflow_ids: str) -> dict[str, dict[str, Any]]:
        """By difference."""
        return {each["difference"]: each for each in self.findings if each["workflow_id"] in workflow_ids}

    def one(self, workflow_id: str, difference: str) -> dict[str, Any]:
        """The only one there is of it."""
        found = self.of(workflow_id)
        assert list(found) == [difference]
        return found[difference]


async def audit(*, repair: bool = False) -> Audited:
    """`tenure audit --json`, with --repair or without."""
    terminal.begin(as_json=True)
    exit_, printed = Exit.OK, io.StringIO()
    with redirect_stdout(printed):
        try:
            await auditing.audit(repair=repair)
        except Stop as stop:
            exit_ = stop.exit
    answer = json.loads(printed.getvalue())
    return Audited(exit_, answer["compared"], answer["findings"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """The one service, with the starter's settings pointing there, and little patience."""
    async with service(tmp_path_factory.mktemp("audit") / "service", Ports(0, 0, 0)) as running:
        store = open_store(running.database_url)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(auditing, "BETWEEN_LOOKS", 0.15)
            yield Town(running, store)
        store.close()


@pytest.fixture(autouse=True)
def _settings(town: Town, _no_settings_of_this_machine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in town.service.environment.items():
        monkeypatch.setenv(name, value)


@dataclass(frozen=True)
class Told:
    """What was said of a town: while it was healthy, with all of it broken, at its repair, and then."""

    healthy: Audited
    found: Audited
    mended: Audited
    after: Audited
    done: OrderLife
    """A completed order, before somebody touched it."""

    record: list[Event]
    mail: RecordedMail


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(town: Town) -> Told:
    """All differences at once, for each audit takes its time."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in town.service.environment.items():
            patched.setenv(name, value)
        await build(town)
        healthy = await audit()
        before = town.store.order("SO-DONE").life
        record = town.store.events(Lifecycle.ORDER, "SO-RECORD")
        (mail,) = town.store.mails(Lifecycle.ORDER, "SO-RECORD")
        await tear_off(town)
        break_rows(town)
        found, mended, after = await audit(), await audit(repair=True), await audit()
    return Told(healthy, found, mended, after, before, record, mail)


async def build(town: Town) -> None:
    """Side by side."""
    held = ("SO-COLUMN", "SO-CONTENT", "SO-STRAY", "SO-NOROW", "SO-LIST", "SO-END", "SO-TORN")
    await asyncio.gather(
        *(town.placed(an_order(number)) for number in held),
        town.shipped(an_order("SO-RECORD", reselling_partner=a_partner("kumo", "クモ"))),
        *(town.in_service(number) for number in ("SO-DONE", "SO-TWICE", "SO-OTHER")),
        town.on_trial("T-TORN", "D-TORN", "D-LOST"),
    )
    await asyncio.gather(
        town.placed(a_renewal("SO-RENEWAL", "sub-SO-DONE")),
        town.placed(a_renewal("SO-IN-VAIN", "sub-SO-TWICE")),
        *(town.graduated(number) for number in ("SO-DONE", "SO-TWICE")),
    )
    await town.life("order-SO-END").execute_update("cancel", cancelled("ordered twice"))
    await town.life("order-SO-END").result()
    again = await town.started("Order", an_order("SO-TWICE"), "order-SO-TWICE")
    with pytest.raises(WorkflowFailureError):
        await again.result()


async def tear_off(town: Town) -> None:
    """By mistake; and what was never right."""
    torn = ("order-SO-TORN", "order-SO-RENEWAL", "order-SO-IN-VAIN", "trial-T-TORN", "device-D-LOST")
    for each in (*torn, "subscription-sub-SO-OTHER"):
        await town.life(each).terminate(reason="by mistake")
    await town.started("DeviceLoan", an_order("SO-X1"), "my device", NOBODY_HERE)
    await town.started("Order", an_order("SO-X2"), "trial-T-X2", NOBODY_HERE)
    await town.started("Order", an_order("SO-SILENT"), "order-SO-SILENT", NOBODY_HERE)


def left_open(number: str) -> str:
    """A task of a run that was Reset."""
    return (
        "INSERT INTO tasks (lifecycle, subject, key, kind, assignee, opened_at, run, sequence) "
        f"VALUES ('order', '{number}', 'left', 'settle_mail', 'operations', '2026-01-01 00:00:00', 'a reset run', 1)"
    )


def break_rows(town: Town) -> None:
    """As a restored backup would, or a hand that slipped."""
    for statement in (
        "UPDATE orders SET next_deadline = NULL, attention = 1, facing_partner_id = 'x' WHERE number = 'SO-COLUMN'",
        "UPDATE orders SET life = replace(life, '\"held\"', '\"completed\"') WHERE number = 'SO-CONTENT'",
        "DELETE FROM events WHERE subject = 'SO-RECORD' AND sequence IN (2, 3)",
        "DELETE FROM tasks WHERE subject = 'SO-RECORD'",
        left_open("SO-STRAY"),
        left_open("SO-TORN"),
        "DELETE FROM orders WHERE number = 'SO-NOROW'",
        "DELETE FROM subscriptions WHERE subscription_id = 'sub-SO-DONE'",
        "DELETE FROM events WHERE subject = 'sub-SO-DONE'",
        "UPDATE orders SET stage = 'in_progress.service_ready' WHERE number = 'SO-DONE'",
        "UPDATE orders SET stage = 'held', life = replace(life, '\"completed\"', '\"held\"') WHERE number = 'SO-TWICE'",
        "UPDATE orders SET stage = 'held', life = replace(life, 'ordered twice', 'x') WHERE number = 'SO-END'",
        "UPDATE orders SET stage = 'cancelled' WHERE number = 'SO-IN-VAIN'",
        "DELETE FROM mails WHERE subject = 'SO-RECORD'",
        "UPDATE mails SET state = 'data' WHERE key = 'order-SO-DONE/confirmation'",
    ):
        town.tamper("tenure.db", statement)
    town.tamper(
        "temporal/temporal.db",
        "UPDATE executions_visibility SET search_attributes = replace(search_attributes, '\"held\"', '\"completed\"') "
        "WHERE workflow_id = 'order-SO-LIST'",
    )


async def test_nothing_is_said_of_a_healthy_town_of_all_four_kinds(told: Told) -> None:
    assert (told.healthy.exit, told.healthy.findings) == (Exit.OK, [])
    assert told.healthy.compared == 16


async def test_what_differs_is_mended_or_the_exit_code_tells(told: Told) -> None:
    assert told.found.exit is told.mended.exit is told.after.exit is Exit.REFUSED
    left = {(each["workflow_id"], each["difference"]) for each in told.after.findings}
    assert left == {(each["workflow_id"], each["difference"]) for each in told.mended.findings if not each["repaired"]}
    assert left == {
        ("order-SO-NOROW", "no_row"),
        ("order-SO-LIST", "attributes_behind"),
        ("subscription-sub-SO-OTHER", "not_running"),
        ("device-D-LOST", "not_running"),
        ("my device", "strange_name"),
        ("trial-T-X2", "strange_name"),
        ("order-SO-SILENT", "no_answer"),
    }
    assert all("not by this command" in each["remedy"] for each in told.after.findings)


# Rows.


async def test_columns_of_a_row_are_compared(told: Told, town: Town) -> None:
    said = told.found.one("order-SO-COLUMN", "store_behind")["told"]
    assert "partner: the store has x, the workflow hikari" in said
    assert "attention: the store has yes, the workflow no" in said
    assert "next deadline: the store has none" in said
    note = town.store.events(Lifecycle.ORDER, "SO-COLUMN")[-1]
    assert (note.actor, note.data["text"]) == ("tenure-audit", "tenure audit --repair found and mended: store behind.")


async def test_the_content_of_a_row_is_compared(told: Told) -> None:
    said = told.found.one("order-SO-CONTENT", "store_behind")["told"]
    assert "stage: the store has completed, the workflow held" in said


async def test_events_and_tasks_are_told_again_from_the_history(told: Told, town: Town) -> None:
    found = told.found.of("order-SO-RECORD")
    assert "missing from the store's record: 2, 3" in found["events_missing"]["told"]
    assert "relay_confirmation: open in the workflow, not in the store" in found["tasks_differ"]["told"]
    assert town.store.events(Lifecycle.ORDER, "SO-RECORD")[: len(told.record)] == told.record
    assert [task.closed_at for task in town.store.tasks(Lifecycle.ORDER, "SO-RECORD")] == [None]


async def test_a_task_that_only_the_store_knows_is_closed(told: Told, town: Town) -> None:
    assert told.found.one("order-SO-STRAY", "tasks_differ")["told"] == "left: open in the store, not in the workflow"
    assert [task.closed_at is None for task in town.store.tasks(Lifecycle.ORDER, "SO-STRAY")] == [False]


async def test_an_order_without_a_row_gets_no_note_and_a_reset_helps(told: Told, town: Town) -> None:
    assert "restore the store from its backup" in told.mended.one("order-SO-NOROW", "no_row")["remedy"]
    order = town.life("order-SO-NOROW")
    view = await told_by(order)
    assert view is not None
    assert view.events == len(town.store.events(Lifecycle.ORDER, "SO-NOROW"))
    await town.reset(order, to_first=True)
    await town.settled(town.life(order.id), "held")
    assert not (await audit()).of(order.id)


async def test_a_subscription_without_a_row_is_told_again(told: Told, town: Town) -> None:
    assert set(told.found.of("subscription-sub-SO-DONE")) == {"no_row"}
    kinds = [event.type for event in town.store.events(Lifecycle.SUBSCRIPTION, "sub-SO-DONE")]
    assert kinds[0] == "subscription.activated"


# Those that are over.


async def test_a_completed_order_is_never_cancelled(told: Told, town: Town) -> None:
    assert "its workflow is completed" in told.found.of("order-SO-DONE")["not_running"]["told"]
    assert town.store.columns(Lifecycle.ORDER, "SO-DONE").stage == "completed"
    assert town.store.order("SO-DONE").life == told.done


async def test_a_second_start_that_failed_hides_no_completed_order(told: Told, town: Town) -> None:
    assert told.mended.of("order-SO-TWICE")["not_running"]["repaired"]
    assert town.store.order("SO-TWICE").life.stage == "completed"


async def test_a_cancelled_order_keeps_its_own_end(told: Told, town: Town) -> None:
    assert told.mended.of("order-SO-END")["not_running"]["repaired"]
    assert town.store.order("SO-END").life.closing_reason == "ordered twice"


@pytest.mark.parametrize(
    ("runs", "teller", "expected"),
    [
        (["b failed", "a completed"], "a", "a"),
        (["b failed", "a completed"], "?", "a"),
        (["b terminated", "a completed"], "b", "b"),
        (["b completed", "a terminated"], "a", "b"),
        (["c failed", "b terminated", "a continued_as_new"], "b", "b"),
        (["b terminated", "a continued_as_new"], "a", None),
    ],
)
async def test_of_several_runs_one_counts(runs: Sequence[str], teller: str, expected: str | None) -> None:
    found = deciding([_Run(status=run.split()[1], id=run.split()[0]) for run in runs], teller)
    assert (found and found.id) == expected


# Those that were torn off.


async def test_a_terminated_order_is_closed_with_its_tasks(told: Told, town: Town) -> None:
    assert told.found.one("order-SO-TORN", "not_running")["told"].endswith("its workflow is terminated")
    life = town.store.order("SO-TORN").life
    assert (life.stage, life.agenda.pending) == ("cancelled", [])
    assert all(task.closed_at for task in town.store.tasks(Lifecycle.ORDER, "SO-TORN"))
    assert town.store.events(Lifecycle.ORDER, "SO-TORN")[-1].type == "order.found_without_workflow"


async def test_a_terminated_renewal_frees_its_subscription(told: Told, town: Town) -> None:
    assert "tells its subscription" in told.found.one("order-SO-RENEWAL", "not_running")["remedy"]
    subscription = town.life("subscription-sub-SO-DONE")
    view = await told_by(subscription)
    assert view is not None
    assert "renewal_order" not in view.facts
    await subscription.execute_update("terminate", TerminateSubscription(by="ops-7", reason="moved away"))


async def test_a_subscription_that_waits_in_vain_is_told(told: Told, town: Town) -> None:
    """An older audit closed the renewal order and told nobody."""
    said = told.found.one("subscription-sub-SO-TWICE", "waits_in_vain")["told"]
    assert said == "it waits for renewal order SO-IN-VAIN, which is cancelled"
    assert told.mended.one("subscription-sub-SO-TWICE", "waits_in_vain")["repaired"]


async def test_a_terminated_trial_calls_its_devices_back(told: Told, town: Town) -> None:
    assert "calls its devices back" in told.found.one("trial-T-TORN", "not_running")["remedy"]
    assert town.store.trial("T-TORN").life.stage == "cancelled"
    await town.settled(town.life("device-D-TORN"), "return_due")


async def test_a_terminated_subscription_or_device_is_said_and_a_reset_helps(told: Told, town: Town) -> None:
    lost = {"subscription-sub-SO-OTHER": "active", "device-D-LOST": "shipped"}
    for id_ in lost:
        assert "Reset to its last workflow task" in told.mended.one(id_, "not_running")["remedy"]
        await town.reset(town.life(id_))
    for id_, stage in lost.items():
        await town.settled(town.life(id_), stage)
    assert not (await audit()).of(*lost)


# Lists.


async def test_what_lists_show_is_compared_and_who_mends_it_is_said(told: Told, town: Town) -> None:
    said = told.mended.one("order-SO-LIST", "attributes_behind")
    assert said["told"] == "TenureStage: lists have completed, the workflow held"
    order = town.life("order-SO-LIST")
    await order.execute_update("hold", Hold(by="ops-7", reason="as the audit advises"))
    await town.settled(order, "held")
    assert not (await audit()).of(order.id)


async def test_attributes_that_the_workflow_itself_never_set_are_mended_by_a_note() -> None:
    """As after a release that shows more: the workflow says so with the next thing that happens to it."""
    right = TypedSearchAttributes([SearchAttributePair(u.key, u.value) for u in changed(NOTHING, VIEW) if u.value])
    quiet = [SearchAttributePair(key, False) for key in (attributes.ATTENTION, attributes.JEOPARDY)]
    flagged = right.updated(*quiet)
    subject = Subject(Lifecycle.ORDER, "SO-1")
    by_itself = lists(Seen("order-SO-1", NOW, subject, view=VIEW, listed=NOTHING, own=NOTHING))
    by_the_server = lists(Seen("order-SO-1", NOW, subject, view=VIEW, listed=NOTHING, own=flagged))
    assert by_itself
    assert by_itself.remedy == FROM_STORY
    assert by_the_server
    assert by_the_server.remedy == LISTS_REMEDY
    assert lists(Seen("order-SO-1", NOW, subject, view=VIEW, listed=flagged, own=flagged)) is None


# Mails.


async def test_the_ledger_learns_from_the_workflow_what_went_out(told: Told, town: Town) -> None:
    said = told.found.of("order-SO-RECORD")["mails_differ"]["told"]
    assert said == "order-SO-RECORD/confirmation: sent in the workflow, not in the ledger"
    (known,) = town.store.mails(Lifecycle.ORDER, "SO-RECORD")
    assert known.state is MailState.SENT
    assert (known.key, known.message_id, known.recipient) == (told.mail.key, told.mail.message_id, told.mail.recipient)
    assert {mail.state for mail in town.store.mails(Lifecycle.ORDER, "SO-DONE")} == {MailState.SENT}


def seen_with_mail(story: MailState, ledger: MailState | None, settled: timedelta) -> Seen:
    """An order with one mail, as the story and the ledger know it."""
    key = "order-SO-1/confirmation"
    mail = PostedMail(key=key, kind=MailKind.CONFIRMATION, state=story)
    known = RecordedMail(
        key=key,
        message_id="<1@tenure.example>",
        kind="confirmation",
        recipient="ordering_partner",
        state=ledger or MailState.PENDING,
        claimed_at=NOW - settled,
        settled_at=NOW - settled,
        answer=None,
    )
    view = VIEW.model_copy(update={"mails": (mail,)})
    columns = LifeColumns(
        open=True,
        kind=view.kind,
        stage=view.stage,
        customer_id=view.customer_id,
        partner_id=view.partner_id,
        next_deadline=None,
        attention=False,
        run="a run",
        sequence=view.events,
    )
    stored = Stored(columns, view, frozenset({1}), frozenset(), {key: known} if ledger else {})
    return Seen("order-SO-1", NOW, Subject(Lifecycle.ORDER, "SO-1"), view=view, stored=stored)


async def test_what_nobody_can_help_gets_no_note() -> None:
    waiting = seen_with_mail(MailState.PENDING, MailState.SENT, JUST_NOW)
    known = seen_with_mail(MailState.SENT, None, JUST_NOW)
    assert _mendable(waiting, kinds(differences(waiting))) == set()
    assert _mendable(known, frozenset({Difference.MAILS_DIFFER})) == {Difference.MAILS_DIFFER}
    assert waiting.stored
    ahead = replace(waiting.stored, columns=waiting.stored.columns.model_copy(update={"sequence": 9}))
    assert _mendable(replace(waiting, stored=ahead), frozenset({Difference.STORE_BEHIND})) == set()


@pytest.mark.parametrize(
    ("story", "ledger", "settled", "differs"),
    [
        (MailState.PENDING, None, JUST_NOW, False),
        (MailState.PENDING, MailState.DATA, JUST_NOW, False),
        (MailState.PENDING, MailState.SENT, JUST_NOW - timedelta(seconds=1), False),
        (MailState.PENDING, MailState.SENT, JUST_NOW, True),
        (MailState.SENT, MailState.SENT, JUST_NOW, False),
        (MailState.SENT, MailState.PENDING, JUST_NOW, True),
        (MailState.SENT, None, JUST_NOW, True),
        (MailState.UNKNOWN, MailState.SENT, JUST_NOW, True),
    ],
)
async def test_a_story_may_hear_of_a_mail_a_moment_late(
    story: MailState, ledger: MailState | None, settled: timedelta, differs: bool
) -> None:
    assert (mails(seen_with_mail(story, ledger, settled)) is not None) is differs


# Nobody answers, nobody knows the name.


async def test_a_strange_name_is_a_finding_among_others(told: Told) -> None:
    assert "no id that Tenure gives" in told.found.one("my device", "strange_name")["told"]


async def test_where_no_worker_polls_nobody_is_asked(told: Told) -> None:
    said = told.found.one("order-SO-SILENT", "no_answer")["told"]
    assert said == f"nobody answers: no worker polls task queue {NOBODY_HERE}"


async def test_a_worker_that_stands_still_holds_nothing_up(
    told: Told, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "UPDATE_PATIENCE", timedelta(seconds=0.3))
    os.kill(town.service.worker.pid, signal.SIGSTOP)
    try:
        with pytest.raises(Stop, match="no answer from order-SO-STRAY in time"):
            await leave_note(
                town.service.client, Subject(Lifecycle.ORDER, "SO-STRAY"), frozenset({Difference.STORE_BEHIND})
            )
    finally:
        os.kill(town.service.worker.pid, signal.SIGCONT)

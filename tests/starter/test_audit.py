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
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from pydantic import BaseModel
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError

from activities.ports import NotKnown, RecordedMail, RowColumns
from adapters.sql.store import SqlStore, open_store
from adapters.temporal.lifecycles import any_exists
from domain.events import Event, Journal
from domain.lifecycle import Lifecycle, PostedMail
from domain.mails import MailState
from domain.operator import Hold
from domain.option.messages import OptionKind
from domain.order.mails import OrderMail
from domain.order.messages import PlaceOrder
from domain.order.state import OrderState
from domain.order.states import Stage
from domain.order.view import order_view
from domain.subscription.messages import (
    RenewalFacts,
    RenewalNews,
    RenewalStep,
    StartSubscription,
    TerminateSubscription,
)
from domain.subscription.state import SubscriptionState
from domain.trial.losses import Fate
from domain.trial.messages import TrialDevice
from domain.trial.state import TrialState
from domain.trial.states import TrialStage
from domain.view import LifecycleView
from starter.answers.tools import Difference, Finding
from starter.audit.account import Account, write_again
from starter.audit.compare import OFTEN, differences, kinds, lacking, lists, losses, step_failing, task_failing
from starter.audit.compare_mails import JUST_NOW, mails
from starter.audit.observer import Observer, Run, deciding
from starter.audit.records import a_record
from starter.audit.remedies import FROM_HISTORY, FROM_WORKFLOW, LISTS_REMEDY
from starter.audit.repair import leave_note, repairable
from starter.audit.snapshot import Retried, Snapshot, Stored
from starter.commands import audit as auditing
from starter.console import ids
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.console.terminal import Output, terminal
from starter.intake.start import Desk, Result
from starter.reach import gate
from starter.reach.records import Records
from starter.service.service import Ports, Service, service
from tests.makers import (
    a_customer,
    a_paid_customer_s_trial,
    a_partner,
    a_person,
    a_renewal,
    an_order,
    built,
    cancelled,
    cleared,
    graduated,
    submitted,
)
from tests.options import a_request, begun, done
from tests.starter.conftest import PATIENCES
from tests.support.environment import WITHIN
from workflows import attributes
from workflows.attributes import changed

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
VIEW = order_view(OrderState.placed(an_order("SO-1"), NOW), NOW)
NOTHING = TypedSearchAttributes.empty

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOBODY_HERE = "nobody-here"
"""A task queue without a worker."""

Handle = WorkflowHandle[Any, Any]


@dataclass(frozen=True)
class Installation:
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

    async def provisioning(self, number: str) -> Handle:
        """Its form came in."""
        handle = await self.shipped(an_order(number))
        await handle.execute_update("submit_provisioning_form", submitted())
        return await self.settled(handle, "in_progress.provisioning", mails=2)

    async def in_service(self, number: str) -> Handle:
        """Shipped and built: its subscription runs."""
        handle = await self.provisioning(number)
        await handle.execute_update("report_site_built", built())
        await self.settled(handle, "in_progress.service_ready", mails=3)
        await self.settled(self.state(f"subscription-sub-{number}"), "active")
        return handle

    async def graduated(self, number: str) -> None:
        """The order is over, its subscription goes on."""
        order = self.state(f"order-{number}")
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
            await self.settled(self.state(f"device-{device}"), "shipped")
        return await self.settled(handle, "trialing")

    def state(self, workflow_id: str) -> Handle:
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
        with closing(sqlite3.connect(self.service.directory / file, timeout=60)) as database, database:
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


async def told_by(handle: Handle) -> LifecycleView | None:
    """None while it cannot say yet."""
    try:
        view: LifecycleView = await handle.query("state", result_type=LifecycleView)
    except Exception:
        return None
    return view


async def at_rest(handle: Handle) -> bool:
    """Has it nothing in hand? The server knows of every step between two of its tasks."""
    raw = (await handle.describe()).raw_description
    return not raw.pending_activities and not raw.HasField("pending_workflow_task")


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    """Soon."""
    give_up_at = time.monotonic() + WITHIN
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


async def audit(*, repair: bool = False, thorough: bool = False) -> Audited:
    """`tenure audit --json`, with --repair or without."""
    terminal.begin(Output.JSON)
    exit_, printed = Exit.OK, io.StringIO()
    with redirect_stdout(printed):
        try:
            await auditing.audit(repair=repair, thorough=thorough)
        except Stop as stop:
            exit_ = stop.exit
    answer = json.loads(printed.getvalue())
    return Audited(exit_, answer["compared"], answer["findings"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def installation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """The one service, with the starter's settings pointing there, and more patience than people have."""
    async with service(tmp_path_factory.mktemp("audit") / "service", Ports(0, 0, 0)) as running:
        store = open_store(running.database_url)
        with pytest.MonkeyPatch.context() as patched:
            for patience in PATIENCES:
                patched.setattr(gate, patience, timedelta(seconds=WITHIN))
            yield Installation(running, store)
        store.close()


@pytest.fixture(autouse=True)
def _settings(installation: Installation, _no_settings_of_this_machine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in installation.service.environment.items():
        monkeypatch.setenv(name, value)


@dataclass(frozen=True)
class Told:
    """What was said of an installation: while it was healthy, with all of it broken, at its repair, and then."""

    healthy: Audited
    found: Audited
    mended: Audited
    after: Audited
    done: OrderState
    """A completed order, before somebody touched it."""

    record: list[Event]
    mail: RecordedMail


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(installation: Installation) -> Told:
    """All differences at once, for each audit takes its time."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in installation.service.environment.items():
            patched.setenv(name, value)
        await build(installation)
        healthy = await audit()
        before = installation.store.row(Lifecycle.ORDER, "SO-DONE").state
        record = installation.store.events(Lifecycle.ORDER, "SO-RECORD")
        (mail,) = installation.store.mails(Lifecycle.ORDER, "SO-RECORD")
        await tear_off(installation)
        break_rows(installation)
        await lose(installation)
        found, mended, after = await audit(), await audit(repair=True), await audit()
    return Told(healthy, found, mended, after, before, record, mail)


async def build(installation: Installation) -> None:
    """Side by side."""
    held = ("SO-COLUMN", "SO-CONTENT", "SO-STRAY", "SO-NOROW", "SO-LIST", "SO-END", "SO-TORN", "SO-PAST")
    await asyncio.gather(
        *(installation.placed(an_order(number)) for number in held),
        installation.shipped(an_order("SO-RECORD", reselling_partner=a_partner("kumo", "クモ"))),
        installation.provisioning("SO-OLDER"),
        *(installation.in_service(number) for number in ("SO-DONE", "SO-TWICE", "SO-OTHER")),
        installation.on_trial("T-TORN", "D-TORN", "D-LOST"),
    )
    await asyncio.gather(
        installation.placed(a_renewal("SO-RENEWAL", "sub-SO-DONE")),
        installation.placed(a_renewal("SO-IN-VAIN", "sub-SO-TWICE")),
        *(installation.graduated(number) for number in ("SO-DONE", "SO-TWICE")),
    )
    for number in ("SO-END", "SO-PAST"):
        await installation.state(f"order-{number}").execute_update("cancel", cancelled("ordered twice"))
        await installation.state(f"order-{number}").result()
    again = await installation.started("Order", an_order("SO-TWICE"), "order-SO-TWICE")
    with pytest.raises(WorkflowFailureError):
        await again.result()


async def tear_off(installation: Installation) -> None:
    """By mistake; and what was never right."""
    torn = ("order-SO-TORN", "order-SO-RENEWAL", "order-SO-IN-VAIN", "trial-T-TORN", "device-D-LOST")
    for each in (*torn, "subscription-sub-SO-OTHER"):
        await installation.state(each).terminate(reason="by mistake")
    await installation.started("DeviceLoan", an_order("SO-X1"), "my device", NOBODY_HERE)
    await installation.started("Order", an_order("SO-X2"), "trial-T-X2", NOBODY_HERE)
    await installation.started("Order", an_order("SO-SILENT"), "order-SO-SILENT", NOBODY_HERE)


def left_open(number: str) -> str:
    """A task of a run that was Reset."""
    return (
        "INSERT INTO tasks (lifecycle, subject, key, kind, assignee, opened_at, run, sequence) "
        f"VALUES ('order', '{number}', 'left', 'settle_mail', 'operations', '2026-01-01 00:00:00', 'a reset run', 1)"
    )


def changed_row(subject: str, stage: str, more: str) -> str:
    """Its columns, and something of its content."""
    return f"UPDATE lifecycles SET stage = '{stage}', open = {stage == 'held'}, {more} WHERE subject = '{subject}'"


def break_rows(installation: Installation) -> None:
    """As a restored backup would, or a hand that slipped."""
    for statement in (
        "UPDATE lifecycles SET next_deadline = NULL, attention = 1, partner_id = 'x' WHERE subject = 'SO-COLUMN'",
        "UPDATE lifecycles SET state = replace(state, '\"held\"', '\"completed\"') WHERE subject = 'SO-CONTENT'",
        "DELETE FROM events WHERE subject = 'SO-RECORD' AND sequence IN (2, 3)",
        "DELETE FROM tasks WHERE subject = 'SO-RECORD'",
        left_open("SO-STRAY"),
        left_open("SO-TORN"),
        "DELETE FROM lifecycles WHERE subject IN ('SO-NOROW', 'SO-OLDER', 'SO-PAST')",
        *(f"DELETE FROM {table} WHERE subject = 'SO-OLDER'" for table in ("papers", "people", "events", "mails")),
        *(f"DELETE FROM {table} WHERE subject = 'SO-PAST'" for table in ("people", "events")),
        "DELETE FROM lifecycles WHERE subject = 'sub-SO-DONE'",
        "DELETE FROM events WHERE subject = 'sub-SO-DONE'",
        "UPDATE lifecycles SET stage = 'in_progress.service_ready', open = 1 WHERE subject = 'SO-DONE'",
        changed_row("SO-TWICE", "held", "state = replace(state, '\"completed\"', '\"held\"')"),
        changed_row("SO-END", "held", "state = replace(state, 'ordered twice', 'x')"),
        changed_row("SO-IN-VAIN", "cancelled", "state = replace(state, '\"held\"', '\"cancelled\"')"),
        "DELETE FROM mails WHERE subject = 'SO-RECORD'",
        "UPDATE mails SET state = 'data' WHERE key = 'order-SO-DONE/confirmation'",
    ):
        installation.tamper("tenure.db", statement)
    installation.tamper(
        "temporal/temporal.db",
        "UPDATE executions_visibility SET search_attributes = replace(search_attributes, '\"held\"', '\"completed\"') "
        "WHERE workflow_id = 'order-SO-LIST'",
    )


YOUNG = Subject(Lifecycle.SUBSCRIPTION, "sub-SO-YOUNG")

LOST_DAY = NOW - timedelta(days=400)
"""A term and some weeks ago."""


async def lose(installation: Installation) -> None:
    """Temporal was restored from an older backup: the store knows of runs that nobody else knows."""
    known_then(installation, an_order("SO-LOST"))
    known_then(installation, an_order("SO-ERASED"))
    installation.tamper("tenure.db", "DELETE FROM people WHERE subject = 'SO-ERASED' AND role = 'customer'")
    bought = SubscriptionState.started(a_lost_subscription(), LOST_DAY)
    facts = RenewalFacts(term_months=24, partner_id="asahi")
    bought.renewal_reported(RenewalNews(order_number="SO-R1", step=RenewalStep.COMPLETED), facts, NOW)
    bought.renewal_reported(RenewalNews(order_number="SO-R2", step=RenewalStep.PLACED), facts, NOW)
    installation.store.record(a_record(bought, bought.journal.take(), NOW), str(uuid4()))
    known_then(installation, a_renewal("SO-R1", "sub-LOST"), Stage.COMPLETED)
    known_then(installation, a_renewal("SO-R2", "sub-LOST"))
    trial = TrialState.placed(a_paid_customer_s_trial("T-LAPSED", customer=a_customer(id="shibuya")), NOW)
    start = a_paid_customer_s_trial("T-LAPSED", customer=a_customer(id="shibuya"))
    installation.store.open_lifecycle(start, trial, run := str(uuid4()), NOW)
    trial.stage = TrialStage.NUMBERS_RETAINED
    installation.store.record(a_record(trial, trial.journal.take(), NOW), run)
    refused = await installation.started("Order", a_renewal("SO-AGAIN", "sub-nobody-knows"), "order-SO-AGAIN")
    with pytest.raises(WorkflowFailureError):
        await refused.result()
    known_then(installation, an_order("SO-AGAIN"))


def known_then(installation: Installation, placed: PlaceOrder, stage: Stage | None = None) -> None:
    """Held, and cleared by somebody; or as far as `stage`."""
    state, run = OrderState.placed(placed, NOW), str(uuid4())
    installation.store.open_order(placed, state, run, NOW)
    state.hold_for_compliance(NOW, NOW + timedelta(days=4), None)
    state.clear_compliance(cleared(), NOW)
    if stage:
        state.stage, state.closed_at = stage, NOW
    installation.store.record(a_record(state, state.journal.take(), NOW), run)


def a_lost_subscription() -> StartSubscription:
    return StartSubscription(
        by="tenure",
        subscription_id="sub-LOST",
        order_number="SO-R0",
        customer_id="akasaka",
        partner_id="hikari",
        zone="Asia/Tokyo",
        service_start_at=LOST_DAY,
        term_months=120,
    )


async def test_nothing_is_said_of_a_healthy_installation_of_all_four_kinds(told: Told) -> None:
    assert (told.healthy.exit, told.healthy.findings) == (Exit.OK, [])
    assert told.healthy.compared == 17


async def test_what_differs_is_mended_or_the_exit_code_tells(told: Told) -> None:
    assert told.found.exit is told.mended.exit is told.after.exit is Exit.REFUSED
    left = {(each["workflow_id"], each["difference"]) for each in told.after.findings}
    assert left == {(each["workflow_id"], each["difference"]) for each in told.mended.findings if not each["repaired"]}
    assert left == {
        ("order-SO-ERASED", "not_running"),
        ("trial-T-LAPSED", "not_running"),
        ("order-SO-LIST", "attributes_behind"),
        ("subscription-sub-SO-OTHER", "not_running"),
        ("device-D-LOST", "not_running"),
        ("my device", "strange_name"),
        ("trial-T-X2", "strange_name"),
        ("order-SO-SILENT", "no_answer"),
    }
    assert all("not by this command" in each["remedy"] for each in told.after.findings)


# Rows.


async def test_columns_of_a_row_are_compared(told: Told, installation: Installation) -> None:
    said = told.found.one("order-SO-COLUMN", "store_behind")["told"]
    assert "partner: the store has x, the workflow hikari" in said
    assert "attention: the store has yes, the workflow no" in said
    assert "next deadline: the store has none" in said
    note = installation.store.events(Lifecycle.ORDER, "SO-COLUMN")[-1]
    assert (note.actor, note.data["text"]) == (
        "tenure-audit",
        "tenure audit --repair found and repaired: store behind.",
    )


async def test_the_content_of_a_row_is_compared(told: Told) -> None:
    said = told.found.one("order-SO-CONTENT", "store_behind")["told"]
    assert "stage: the store has completed, the workflow held" in said


async def test_events_and_tasks_are_told_again_from_the_history(told: Told, installation: Installation) -> None:
    found = told.found.of("order-SO-RECORD")
    assert "missing from the store's record: 2, 3" in found["events_missing"]["told"]
    assert "relay_confirmation: open in the workflow, not in the store" in found["tasks_differ"]["told"]
    assert installation.store.events(Lifecycle.ORDER, "SO-RECORD")[: len(told.record)] == told.record
    assert [task.closed_at for task in installation.store.tasks(Lifecycle.ORDER, "SO-RECORD")] == [None]


async def test_a_task_that_only_the_store_knows_is_closed(told: Told, installation: Installation) -> None:
    assert told.found.one("order-SO-STRAY", "tasks_differ")["told"] == "left: open in the store, not in the workflow"
    assert [task.closed_at is None for task in installation.store.tasks(Lifecycle.ORDER, "SO-STRAY")] == [False]


async def test_an_order_without_a_row_is_opened_again_from_its_history(told: Told, installation: Installation) -> None:
    assert "--repair writes it anew" in told.found.one("order-SO-NOROW", "no_row")["remedy"]
    await installation.settled(installation.state("order-SO-NOROW"), "held")
    assert installation.store.row(Lifecycle.ORDER, "SO-NOROW").placed == an_order("SO-NOROW")
    await installation.reset(installation.state("order-SO-NOROW"), to_first=True)
    await installation.settled(installation.state("order-SO-NOROW"), "held")
    assert not (await audit()).of("order-SO-NOROW")


async def test_an_older_store_gets_back_people_forms_and_mails_and_the_order_goes_on(
    told: Told, installation: Installation
) -> None:
    assert set(told.found.of("order-SO-OLDER")) == {"no_row"}
    row = installation.store.row(Lifecycle.ORDER, "SO-OLDER")
    assert (row.placed, row.provisioning_form) == (an_order("SO-OLDER"), submitted().form)
    assert {mail.kind for mail in installation.store.mails(Lifecycle.ORDER, "SO-OLDER")} == {
        "confirmation",
        "provisioning_copy",
    }
    await installation.state("order-SO-OLDER").execute_update("report_site_built", built())
    await installation.settled(installation.state("order-SO-OLDER"), "in_progress.service_ready", mails=3)


async def test_what_is_over_and_unknown_to_an_older_store_gets_its_row_so_that_its_number_stays_taken(
    told: Told, installation: Installation
) -> None:
    assert set(told.found.of("order-SO-PAST")) == {"no_row"}
    assert told.mended.one("order-SO-PAST", "no_row")["repaired"]
    row = installation.store.row(Lifecycle.ORDER, "SO-PAST")
    assert (row.state.stage, row.state.closing_reason, row.placed) == (
        "cancelled",
        "ordered twice",
        an_order("SO-PAST"),
    )
    again = await installation.started("Order", an_order("SO-PAST"), "order-SO-PAST")
    with pytest.raises(WorkflowFailureError) as refused:
        await again.result()
    assert "that is cancelled (R9)" in str(refused.value.cause)


async def test_a_subscription_without_a_row_is_told_again(told: Told, installation: Installation) -> None:
    assert set(told.found.of("subscription-sub-SO-DONE")) == {"no_row"}
    kinds = [event.type for event in installation.store.events(Lifecycle.SUBSCRIPTION, "sub-SO-DONE")]
    assert kinds[0] == "subscription.activated"


async def test_an_older_store_hears_again_who_looks_after_a_subscription_and_what_a_trial_lost(
    installation: Installation,
) -> None:
    order = OrderState.placed(an_order("SO-CARED"), NOW)
    start = a_paid_customer_s_trial("T-GONE", customer=a_customer(id="ueno"))
    trial = TrialState.placed(start, NOW)
    installation.store.open_order(an_order("SO-CARED"), order, "run", NOW)
    installation.store.open_lifecycle(start, trial, "run", NOW)
    order.csm = "csm-9"
    trial.begin(NOW)
    trial.stage = TrialStage.NUMBERS_RETAINED
    fate = Fate(step="licences_removed", lost=("calling",), spared={"meetings": "paid order SO-CARED"})
    trial.step_taken(fate, NOW)
    for state in (order, trial):
        account = Account.of([a_record(state, state.journal.take(), NOW)], "run")
        assert write_again(installation.store, account, NOW + timedelta(days=1), "run")
    assert installation.store.assign_csm("sub-SO-CARED", ("csm-1",)) == "csm-9"
    assert installation.store.losses("T-GONE") == {"licences_removed": NOW}
    assert installation.store.spared("T-GONE") == {"licences_removed": "meetings: paid order SO-CARED"}
    installation.tamper("tenure.db", "UPDATE lifecycles SET stage = 'cancelled', open = 0 WHERE run = 'run'")


# Those that are over.


async def test_a_completed_order_is_never_cancelled(told: Told, installation: Installation) -> None:
    assert "its workflow is completed" in told.found.of("order-SO-DONE")["not_running"]["told"]
    assert installation.store.columns(Lifecycle.ORDER, "SO-DONE").stage == "completed"
    assert installation.store.row(Lifecycle.ORDER, "SO-DONE").state == told.done


async def test_a_second_start_that_failed_hides_no_completed_order(told: Told, installation: Installation) -> None:
    assert told.mended.of("order-SO-TWICE")["not_running"]["repaired"]
    assert installation.store.row(Lifecycle.ORDER, "SO-TWICE").state.stage == "completed"


async def test_a_cancelled_order_keeps_its_own_end(told: Told, installation: Installation) -> None:
    assert told.mended.of("order-SO-END")["not_running"]["repaired"]
    assert installation.store.row(Lifecycle.ORDER, "SO-END").state.closing_reason == "ordered twice"


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
    found = deciding([Run(status=run.split()[1], id=run.split()[0]) for run in runs], teller)
    assert (found and found.id) == expected


# Those that were torn off.


async def test_a_terminated_order_is_closed_with_its_tasks(told: Told, installation: Installation) -> None:
    assert told.found.one("order-SO-TORN", "not_running")["told"].endswith("its workflow is terminated")
    state = installation.store.row(Lifecycle.ORDER, "SO-TORN").state
    assert (state.stage, state.agenda.pending) == ("cancelled", [])
    assert all(task.closed_at for task in installation.store.tasks(Lifecycle.ORDER, "SO-TORN"))
    assert installation.store.events(Lifecycle.ORDER, "SO-TORN")[-1].type == "order.found_without_workflow"


async def test_a_terminated_renewal_frees_its_subscription(told: Told, installation: Installation) -> None:
    assert "tells subscription-sub-SO-DONE" in told.found.one("order-SO-RENEWAL", "not_running")["remedy"]
    subscription = installation.state("subscription-sub-SO-DONE")
    view = await told_by(subscription)
    assert view is not None
    assert "renewal_order" not in view.facts
    await subscription.execute_update("terminate", TerminateSubscription(by="ops-7", reason="moved away"))


async def test_a_subscription_that_waits_in_vain_is_told(told: Told, installation: Installation) -> None:
    """An older audit closed the renewal order and told nobody."""
    said = told.found.one("subscription-sub-SO-TWICE", "waits_in_vain")["told"]
    assert said == "it waits for order SO-IN-VAIN, which is cancelled"
    assert told.mended.one("subscription-sub-SO-TWICE", "waits_in_vain")["repaired"]


async def test_a_terminated_trial_calls_its_devices_back(told: Told, installation: Installation) -> None:
    assert "tells device-D-TORN, device-D-LOST" in told.found.one("trial-T-TORN", "not_running")["remedy"]
    assert installation.store.row(Lifecycle.TRIAL, "T-TORN").state.stage == "cancelled"
    await installation.settled(installation.state("device-D-TORN"), "return_due")


async def test_a_terminated_subscription_or_device_is_said_and_a_reset_helps(
    told: Told, installation: Installation
) -> None:
    lost = {"subscription-sub-SO-OTHER": "active", "device-D-LOST": "shipped"}
    for id_ in lost:
        assert "Reset to its last workflow task" in told.mended.one(id_, "not_running")["remedy"]
        await installation.reset(installation.state(id_))
    for id_, stage in lost.items():
        await installation.settled(installation.state(id_), stage)
    assert not (await audit()).of(*lost)


# Those that Temporal lost.


async def test_a_lost_order_is_started_again_and_what_people_told_it_is_said(
    told: Told, installation: Installation
) -> None:
    said = told.mended.one("order-SO-LOST", "not_running")
    assert said["repaired"]
    assert said["tell_again"] == ["order.compliance_cleared, by vendor-desk at 2026-06-01 09:00 UTC"]
    await installation.settled(installation.state("order-SO-LOST"), "held")
    assert installation.store.row(Lifecycle.ORDER, "SO-LOST").state.cleared_at is None


async def test_a_start_that_failed_before_hides_no_lost_order(told: Installation, installation: Installation) -> None:
    """Handed in wrongly first, then rightly; Temporal's backup knows the first only: never closed as cancelled."""
    await installation.settled(installation.state("order-SO-AGAIN"), "held")


async def test_a_lost_subscription_goes_on_where_the_store_has_it(told: Told, installation: Installation) -> None:
    """Terms, renewals, partner, tasks: after twelve years no start could tell them."""
    said = told.mended.one("subscription-sub-LOST", "not_running")
    assert said["repaired"]
    assert (said["tell_again"], "goes on where the store has it" in said["remedy"]) == ([], True)
    subscription = installation.state("subscription-sub-LOST")
    await installation.settled(subscription, "active")
    state = installation.store.row(Lifecycle.SUBSCRIPTION, "sub-LOST").state
    assert (state.first_day, state.months, state.term) == (date(2025, 4, 27), 144, 2)
    assert (state.renewals, state.renewal_order, state.partner_id) == (["SO-R1"], "SO-R2", "asahi")
    assert state.unverified == ("SO-R1",)
    assert [task.closed_at for task in installation.store.tasks(Lifecycle.SUBSCRIPTION, "sub-LOST")] == [None]
    assert not installation.store.mails(Lifecycle.SUBSCRIPTION, "sub-LOST")
    kinds = [event.type for event in installation.store.events(Lifecycle.SUBSCRIPTION, "sub-LOST")]
    assert kinds.count("subscription.started_again") == 1


async def test_a_renewal_told_once_more_to_a_subscription_started_again_counts_once(
    told: Told, installation: Installation
) -> None:
    subscription = installation.state("subscription-sub-LOST")
    was = await told_by(subscription)
    await subscription.signal("renewal", RenewalNews(order_number="SO-R1", step=RenewalStep.COMPLETED))
    await until(lambda: at_rest(subscription))
    now = await told_by(subscription)
    assert was
    assert now
    assert now.facts == was.facts


async def test_a_subscription_older_than_the_store_hears_again_of_its_renewals(
    told: Told, installation: Installation
) -> None:
    """Placed and completed between the two backups: that order is over and tells nobody again."""
    await installation.in_service("SO-YOUNG")
    subscription = installation.state("subscription-sub-SO-YOUNG")
    await installation.settled(subscription, "active")
    state, run = (
        installation.store.row(Lifecycle.SUBSCRIPTION, "sub-SO-YOUNG").state,
        installation.store.columns(*YOUNG).run,
    )
    known_then(installation, a_renewal("SO-R3", "sub-SO-YOUNG"), Stage.COMPLETED)
    facts = RenewalFacts(term_months=12, partner_id="hikari")
    state.renewal_reported(RenewalNews(order_number="SO-R3", step=RenewalStep.COMPLETED), facts, NOW)
    installation.store.record(a_record(state, state.journal.take(), NOW), run)
    mended = (await audit(repair=True)).of("subscription-sub-SO-YOUNG")
    assert {difference: each["repaired"] for difference, each in mended.items()} == {
        "store_behind": True,
        "tasks_differ": True,
    }
    await installation.settled(subscription, "active")
    assert installation.store.row(Lifecycle.SUBSCRIPTION, "sub-SO-YOUNG").state.renewals == ["SO-R3"]
    assert not (await audit()).of("subscription-sub-SO-YOUNG")


async def test_erased_people_are_named_and_the_order_can_be_handed_in_with_others(
    told: Told, installation: Installation
) -> None:
    said = told.mended.one("order-SO-ERASED", "not_running")["remedy"]
    assert "customer.contact" in said
    assert "tenure order start FILE" in said
    other = an_order("SO-ERASED", customer=a_customer(contact=a_person("taro@akasaka.example.com")))
    desk = Desk(installation.service.client, installation.service.task_queue, Records(installation.store))
    assert (await desk.start(other.model_copy(update={"term_months": 24}))).result is Result.CONFLICT
    assert (await desk.start(other)).result is Result.STARTED
    await installation.settled(installation.state("order-SO-ERASED"), "held")
    assert installation.store.row(Lifecycle.ORDER, "SO-ERASED").placed == other


async def test_a_run_exists_open_or_closed_and_none_does_that_temporal_never_gave(
    told: Told, installation: Installation
) -> None:
    client, order = installation.service.client, "order-SO-END"
    closed_run = (await installation.state(order).describe()).run_id
    assert await any_exists(client, order, frozenset({str(uuid4()), closed_run}))
    assert not await any_exists(client, order, frozenset({str(uuid4()), "tenure-audit"}))
    nobody = await Client.connect("127.0.0.1:9", lazy=True)
    with pytest.raises((RPCError, RuntimeError)):
        await any_exists(nobody, order, frozenset({closed_run}))


async def test_a_lapsed_trial_is_never_started_again(told: Told, installation: Installation) -> None:
    assert "TRL-78" in told.mended.one("trial-T-LAPSED", "not_running")["remedy"]
    assert installation.store.columns(Lifecycle.TRIAL, "T-LAPSED").stage == "lapsed.numbers_retained"


# What Temporal sees failing.


async def test_a_step_tried_again_and_again_is_said_though_the_workflow_does_not_show_it() -> None:
    seen = seen_with_mail(MailState.SENT, MailState.SENT, JUST_NOW)
    often = replace(seen, retried=(Retried("record_order", OFTEN, "OperationalError"),))
    said = step_failing(often)
    assert said
    assert said.told == "record_order, 10 attempts, the last ended by OperationalError"
    assert step_failing(replace(seen, retried=(Retried("record_order", OFTEN - 1, "OperationalError"),))) is None


async def test_what_temporal_itself_reports_is_said() -> None:
    seen = replace(seen_with_mail(MailState.SENT, MailState.SENT, JUST_NOW), problems=("cause=NonDeterministicError",))
    said = task_failing(seen)
    assert said
    assert said.told == "Temporal reports cause=NonDeterministicError"
    assert repairable(seen, frozenset({Difference.TASK_FAILING, Difference.STEP_FAILING})) == set()
    assert task_failing(replace(seen, problems=())) is None


async def test_people_and_papers_that_are_not_there_are_said() -> None:
    seen = seen_with_mail(MailState.SENT, MailState.SENT, JUST_NOW)
    assert seen.view
    assert seen.stored
    built_view = seen.view.model_copy(update={"stage": "in_progress.service_ready"})
    stored = replace(seen.stored, lacks=("customer", "provisioning_form"))
    found = lacking(replace(seen, view=built_view, stored=stored))
    assert found
    assert found.told == "the store does not have customer, provisioning form"
    assert lacking(seen) is None


async def test_steps_of_an_end_are_compared_with_those_that_the_store_keeps() -> None:
    """TRL-78: what cannot be undone is kept by itself, beside the row."""
    trial = TrialState.placed(a_paid_customer_s_trial("T-GONE"), NOW)
    trial.lost, trial.spared = ("users_moved",), {"licences_removed": "meetings: subscription sub-1"}
    seen = seen_with_mail(MailState.SENT, MailState.SENT, JUST_NOW)
    assert seen.stored
    stored, kept = replace(seen.stored, state=trial), {"users_moved", "licences_removed"}

    def found(*steps: str) -> Finding | None:
        return losses(replace(seen, stored=replace(stored, losses=frozenset(steps))))

    assert found(*kept) is None
    assert losses(seen) is None, "an order loses nothing"
    lacks, more = found("licences_removed"), found(*kept, "numbers_released")
    assert lacks
    assert (lacks.told, lacks.remedy) == ("users_moved: taken by the trial, not kept in the store", FROM_HISTORY)
    assert more
    assert more.told == "numbers_released: kept in the store, not taken by the trial"
    assert more.remedy.startswith("not by this command")


async def test_somebody_who_stands_otherwise_in_the_store_is_said_by_role_and_put_right(
    installation: Installation,
) -> None:
    changed_order, corrected = (
        await installation.placed(an_order("SO-READ-ANEW")),
        await installation.placed(an_order("SO-CORRECTED-ONCE")),
    )
    erased = await installation.placed(an_order("SO-NOBODY-THERE"))
    was = installation.store.person(Lifecycle.ORDER, "SO-READ-ANEW", "customer")
    for statement in (
        "UPDATE people SET email = 'other@example.com' WHERE subject = 'SO-READ-ANEW' AND role = 'customer'",
        "UPDATE people SET email = 'new@example.com' WHERE subject = 'SO-CORRECTED-ONCE' AND role = 'customer'",
        "DELETE FROM people WHERE subject = 'SO-NOBODY-THERE' AND role = 'customer'",
    ):
        installation.tamper("tenure.db", statement)
    note = Event(sequence=99, type="mail.retried", occurred_at=NOW)
    state = installation.store.row(Lifecycle.ORDER, "SO-CORRECTED-ONCE").state
    run = installation.store.columns(Lifecycle.ORDER, "SO-CORRECTED-ONCE").run
    installation.store.record(a_record(state, Journal(sequence=state.journal.sequence, unrecorded=[note]), NOW), run)

    said = await audit(repair=True)

    assert said.of(changed_order.id)["people_differ"]["told"] == "the store has others than it was told: customer"
    assert said.of(changed_order.id)["people_differ"]["repaired"]
    assert "example.com" not in str(said.findings)
    assert installation.store.person(Lifecycle.ORDER, "SO-READ-ANEW", "customer") == was
    assert "people_differ" not in {**said.of(corrected.id), **said.of(erased.id)}
    assert installation.store.person(Lifecycle.ORDER, "SO-CORRECTED-ONCE", "customer").email == "new@example.com"
    with pytest.raises(NotKnown):
        installation.store.person(Lifecycle.ORDER, "SO-NOBODY-THERE", "customer")


async def test_whom_an_option_request_put_in_somebody_s_place_stays_there(installation: Installation) -> None:
    """OPT-02 (c): the history of the order names who was there before."""
    order = await installation.in_service("SO-OTHER-CONTACT")
    request = a_request(OptionKind.CONTACT, "OR-CONTACT", subscription_id="sub-SO-OTHER-CONTACT")
    await installation.settled(installation.state("subscription-sub-SO-OTHER-CONTACT"), "active")
    option = await installation.started("OptionRequest", request, "option-OR-CONTACT")
    await installation.settled(option, "acknowledged", mails=1)
    await option.execute_update("begin_work", begun())
    await option.execute_update("complete", done())
    await option.result()

    said = await audit(repair=True, thorough=True)

    assert not said.of(order.id)
    assert not said.of(option.id)
    to = installation.store.person(Lifecycle.ORDER, "SO-OTHER-CONTACT", "customer")
    assert to.email == "taro.suzuki@akasaka.example.com"


# Lists.


async def test_what_lists_show_is_compared_and_who_mends_it_is_said(told: Told, installation: Installation) -> None:
    said = told.mended.one("order-SO-LIST", "attributes_behind")
    assert said["told"] == "TenureStage: lists have completed, the workflow held"
    order = installation.state("order-SO-LIST")
    await order.execute_update("hold", Hold(by="ops-7", reason="as the audit advises"))
    await installation.settled(order, "held")
    assert not (await audit()).of(order.id)


async def test_attributes_that_the_workflow_itself_never_set_are_mended_by_a_note() -> None:
    """As after a release that shows more: the workflow says so with the next thing that happens to it."""
    right = TypedSearchAttributes([SearchAttributePair(u.key, u.value) for u in changed(NOTHING, VIEW) if u.value])
    quiet = [SearchAttributePair(key, False) for key in (attributes.ATTENTION, attributes.JEOPARDY)]
    flagged = right.updated(*quiet)
    subject = Subject(Lifecycle.ORDER, "SO-1")
    by_itself = lists(Snapshot("order-SO-1", NOW, subject, view=VIEW, listed=NOTHING, own=NOTHING))
    by_the_server = lists(Snapshot("order-SO-1", NOW, subject, view=VIEW, listed=NOTHING, own=flagged))
    assert by_itself
    assert by_itself.remedy == FROM_WORKFLOW
    assert by_the_server
    assert by_the_server.remedy == LISTS_REMEDY
    assert lists(Snapshot("order-SO-1", NOW, subject, view=VIEW, listed=flagged, own=flagged)) is None


# Mails.


async def test_the_ledger_learns_from_the_workflow_what_went_out(told: Told, installation: Installation) -> None:
    said = told.found.of("order-SO-RECORD")["mails_differ"]["told"]
    assert said == "order-SO-RECORD/confirmation: sent in the workflow, not in the ledger"
    (known,) = installation.store.mails(Lifecycle.ORDER, "SO-RECORD")
    assert known.state is MailState.SENT
    assert (known.key, known.message_id, known.recipient) == (told.mail.key, told.mail.message_id, told.mail.recipient)
    assert {mail.state for mail in installation.store.mails(Lifecycle.ORDER, "SO-DONE")} == {MailState.SENT}


def seen_with_mail(story: MailState, ledger: MailState | None, settled: timedelta) -> Snapshot:
    """An order with one mail, as the story and the ledger know it."""
    key = "order-SO-1/confirmation"
    mail = PostedMail(key=key, kind=OrderMail.CONFIRMATION, state=story)
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
    columns = RowColumns(
        lifecycle=Lifecycle.ORDER,
        subject="SO-1",
        linked_to=None,
        next_deadline_label=None,
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
    stored = Stored(columns, None, view, frozenset({1}), frozenset(), {key: known} if ledger else {})
    return Snapshot("order-SO-1", NOW, Subject(Lifecycle.ORDER, "SO-1"), view=view, stored=stored)


async def test_what_nobody_can_help_gets_no_note() -> None:
    waiting = seen_with_mail(MailState.PENDING, MailState.SENT, JUST_NOW)
    known = seen_with_mail(MailState.SENT, None, JUST_NOW)
    assert repairable(waiting, kinds(differences(waiting))) == set()
    assert repairable(known, frozenset({Difference.MAILS_DIFFER})) == {Difference.MAILS_DIFFER}
    assert waiting.stored
    ahead = replace(waiting.stored, columns=waiting.stored.columns.model_copy(update={"sequence": 9}))
    assert "takes the workflow's word" in differences(replace(waiting, stored=ahead))[0].remedy


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
        (MailState.MOOT, None, JUST_NOW, False),
        (MailState.MOOT, MailState.PENDING, JUST_NOW, True),
        (MailState.REFUSED, None, JUST_NOW, True),
    ],
)
async def test_a_story_may_hear_of_a_mail_a_moment_late_and_the_ledger_never_of_one_left_out(
    story: MailState, ledger: MailState | None, settled: timedelta, differs: bool
) -> None:
    assert (mails(seen_with_mail(story, ledger, settled)) is not None) is differs


# Nobody answers, nobody knows the name.


async def test_a_strange_name_is_a_finding_among_others(told: Told) -> None:
    assert "no id that Tenure gives" in told.found.one("my device", "strange_name")["told"]


async def test_where_no_worker_polls_nobody_is_asked(told: Told) -> None:
    said = told.found.one("order-SO-SILENT", "no_answer")["told"]
    assert said == f"nobody answers: no worker polls task queue {NOBODY_HERE}"


async def test_only_those_are_asked_about_which_lists_and_store_differ(
    told: Told, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    observe = Observer.observe

    async def counted(self: Observer, workflow_id: str) -> Snapshot:
        asked.append(workflow_id)
        return await observe(self, workflow_id)

    monkeypatch.setattr(Observer, "observe", counted)
    compared = (await audit()).compared
    healthy = {"order-SO-STRAY", "order-SO-COLUMN", "order-SO-CONTENT", "device-D-TORN"}
    assert "order-SO-SILENT" in asked
    assert not healthy & set(asked)
    asked.clear()
    await audit(thorough=True)
    assert healthy <= set(asked)
    assert len(set(asked)) >= compared


async def test_a_worker_that_stands_still_holds_nothing_up(
    told: Told, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "UPDATE_PATIENCE", timedelta(seconds=0.3))  # in vain in any case
    os.kill(installation.service.worker.pid, signal.SIGSTOP)
    try:
        with pytest.raises(Stop, match="no answer from order-SO-STRAY in time"):
            await leave_note(
                installation.service.client, Subject(Lifecycle.ORDER, "SO-STRAY"), frozenset({Difference.STORE_BEHIND})
            )
    finally:
        os.kill(installation.service.worker.pid, signal.SIGCONT)

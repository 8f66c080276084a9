"""The whole service in one test: time-skipping server, real stories, SQL and mails; only the wire is ours."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from pydantic import BaseModel
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowHistory,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

import worker
from activities.ports import Answer, Delivery, Envelope
from adapters.settings import Settings
from adapters.sql.migrate import migrate
from adapters.sql.store import SqlStore, open_store
from adapters.temporal.converter import data_converter
from domain.mails import Lifecycle, Role, workflow_id
from domain.order.messages import PlaceOrder
from domain.trial.messages import StartTrial
from domain.view import LifeView
from workflows import attributes
from workflows.order import Order
from workflows.trial import Trial

T = TypeVar("T")

MONDAY = datetime(2031, 6, 2, 1, 0, tzinfo=UTC)
"""A Monday far ahead, 10:00 in Tokyo, no Japanese holiday in the weeks after: every test begins here."""

SECOND = timedelta(seconds=1)

ANSWERED_WITHIN = timedelta(seconds=1)
ANSWERS_ASKED = 5

DEAF = 12
"""Looks in a row, of a second each, after which a story is taken to be at rest that this server never answers for: it
forgets queries that meet the end of a run."""

LOOK_EVERY = 0.03
"""Seconds between two looks at whether a story has something in hand."""


def program(name: str) -> str:
    """A program beside this Python."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    assert found, f"{name} is not installed beside {sys.executable}"
    return found


@dataclass
class Sent:
    """One mail that left."""

    kind: str
    key: str
    to: str
    at: datetime


@dataclass
class Wire:
    """A mail server of the test: takes everything unless told otherwise for a recipient."""

    answers: dict[str, Answer] = field(default_factory=dict)
    taken: list[Envelope] = field(default_factory=list)

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> Delivery:
        """See Transport."""
        handing_over()
        answer = self.answers.get(envelope.recipient, Answer.ACCEPTED)
        if answer is Answer.ACCEPTED:
            self.taken.append(envelope)
        return Delivery(answer=answer, words="said the test")


@dataclass
class Town:
    """Handles for a test's sentences."""

    env: WorkflowEnvironment
    store: SqlStore
    wire: Wire
    settings: Settings
    started: list[str] = field(default_factory=list)

    @property
    def client(self) -> Client:
        """The client of the environment."""
        return self.env.client

    async def place(self, order: PlaceOrder) -> WorkflowHandle[Any, Any]:
        """Start an order's story and wait until it is registered."""
        handle = await self.client.start_workflow(
            Order.run,
            order,
            id=workflow_id(Lifecycle.ORDER, order.sales_order_number),
            task_queue=self.settings.task_queue,
        )
        self.started.append(handle.id)
        await self.settled()
        return handle

    def order(self, number: str = "SO-100001") -> WorkflowHandle[Any, Any]:
        """An order's handle."""
        return self.client.get_workflow_handle(workflow_id(Lifecycle.ORDER, number))

    def subscription(self, subscription_id: str = "sub-SO-100001") -> WorkflowHandle[Any, Any]:
        """A subscription's handle."""
        return self.client.get_workflow_handle(workflow_id(Lifecycle.SUBSCRIPTION, subscription_id))

    async def try_out(self, trial: StartTrial) -> WorkflowHandle[Any, Any]:
        """Start a trial's story and wait until it is registered."""
        handle = await self.client.start_workflow(
            Trial.run,
            trial,
            id=workflow_id(Lifecycle.TRIAL, trial.trial_id),
            task_queue=self.settings.task_queue,
        )
        self.started.append(handle.id)
        self.started += [workflow_id(Lifecycle.DEVICE, device.device_id) for device in trial.devices]
        await self.settled()
        return handle

    def device(self, device_id: str) -> WorkflowHandle[Any, Any]:
        """A device's handle."""
        return self.client.get_workflow_handle(workflow_id(Lifecycle.DEVICE, device_id))

    async def tell(self, handle: WorkflowHandle[Any, Any], update: str, message: BaseModel) -> None:
        """Send an update and let its consequences happen."""
        key = str(uuid4())
        await self.asked_again(lambda: handle.execute_update(update, message, id=key, rpc_timeout=ANSWERED_WITHIN * 10))
        await self.settled()

    async def history(self, handle: WorkflowHandle[Any, Any]) -> WorkflowHistory:
        """What happened in a run."""
        return await self.asked_again(lambda: handle.fetch_history(rpc_timeout=ANSWERED_WITHIN * 10))

    async def asked_again(self, ask: Callable[[], Awaitable[T]]) -> T:
        """This server now and then breaks a connection or never answers: what may be repeated is asked again."""
        for _ in range(ANSWERS_ASKED):
            with suppress(RPCError, WorkflowUpdateRPCTimeoutOrCancelledError):
                return await ask()
        raise AssertionError("the test server does not answer")

    async def refusal(self, handle: WorkflowHandle[Any, Any], update: str, message: BaseModel) -> str:
        """Send an update that must be refused; what was said."""
        try:
            await handle.execute_update(update, message)
        except WorkflowUpdateFailedError as refused:
            return refused.cause.message if isinstance(refused.cause, ApplicationError) else repr(refused.cause)
        raise AssertionError(f"{update} was not refused")

    async def state(self, handle: WorkflowHandle[Any, Any]) -> LifeView:
        """The story's own account; asked again if the question meets the end of a run, which this server forgets."""
        for _ in range(ANSWERS_ASKED):
            with suppress(RPCError):
                return await handle.query("state", result_type=LifeView, rpc_timeout=ANSWERED_WITHIN * 5)
        raise AssertionError(f"{handle.id} does not answer")

    async def now(self) -> datetime:
        """The environment's time."""
        return (await self.env.get_current_time()).astimezone(UTC)

    async def sleep_until(self, instant: datetime) -> None:
        """Let time pass until that instant, and everything due by then happen."""
        for attempt in range(1, ANSWERS_ASKED + 1):
            try:  # this server now and then breaks a connection; where to is absolute, so trying again is safe
                await self.env.sleep(instant - await self.now())
                break
            except RPCError:
                if attempt == ANSWERS_ASKED:
                    raise
        await self.settled()

    async def settled(self) -> None:
        """Wait until two looks in a row find every story at rest and unchanged.

        A query waits for the task a finished activity has caused, so what that task started shows in the next look.
        """
        before, now, deaf = None, await self._look(), 0
        while (before != now or any(busy for busy, _ in now.values())) and deaf < DEAF:
            await asyncio.sleep(LOOK_EVERY)
            before, now = now, await self._look()
            deaf = deaf + 1 if (True, "no answer") in now.values() else 0

    async def _look(self) -> dict[str, tuple[bool, str]]:
        orders = self.store.orders()
        known = [workflow_id(Lifecycle.ORDER, order.number) for order in orders]
        known += [workflow_id(Lifecycle.SUBSCRIPTION, order.subscription_id) for order in orders]
        return {name: await self._look_at(name) for name in dict.fromkeys([*self.started, *known])}

    async def _look_at(self, name: str) -> tuple[bool, str]:
        execution = WorkflowExecution(workflow_id=name)
        request = DescribeWorkflowExecutionRequest(namespace=self.client.namespace, execution=execution)
        try:  # raw: the SDK's describe() cannot read what this server says of an unset date
            raw = await self.client.workflow_service.describe_workflow_execution(request, timeout=ANSWERED_WITHIN * 5)
        except RPCError as missing:
            return (False, "unknown") if missing.status is RPCStatusCode.NOT_FOUND else (True, "no answer")
        if raw.workflow_execution_info.status != WorkflowExecutionStatus.RUNNING:
            return False, "closed"
        under_way = any(activity.attempt == 1 for activity in raw.pending_activities)
        try:  # this server never answers a query that meets the end of a run
            handle = self.client.get_workflow_handle(name)
            view = await handle.query("state", result_type=LifeView, rpc_timeout=ANSWERED_WITHIN)
        except RPCError:
            return True, "no answer"
        return under_way, f"{raw.workflow_execution_info.history_length} {view.model_dump_json()}"

    def mails(self, subject: str = "SO-100001", lifecycle: Lifecycle = Lifecycle.ORDER) -> list[Sent]:
        """The mails of a lifecycle that left, in order."""
        return [
            Sent(
                mail.kind,
                mail.key,
                self._address(lifecycle, subject, mail.recipient),
                mail.settled_at or mail.claimed_at,
            )
            for mail in self.store.mails(lifecycle, subject)
            if mail.state == "sent"
        ]

    def _address(self, lifecycle: Lifecycle, subject: str, role: str) -> str:
        return self.store.person(lifecycle, subject, role).email if role != Role.TRIALS_TEAM else role

    def kinds(self, subject: str = "SO-100001", lifecycle: Lifecycle = Lifecycle.ORDER) -> list[str]:
        """Their kinds only."""
        return [mail.kind for mail in self.mails(subject, lifecycle)]

    def events(self, subject: str = "SO-100001", lifecycle: Lifecycle = Lifecycle.ORDER) -> list[str]:
        """What happened, by type."""
        return [event.type for event in self.store.events(lifecycle, subject)]


@asynccontextmanager
async def a_town(directory: Path, identity: str | None = None) -> AsyncIterator[Town]:
    """A fresh time-skipping server, store and worker. The one fixture that knows the Java test server."""
    url = f"sqlite:///{directory / 'tenure.db'}"
    migrate(url)
    settings = Settings.model_validate(
        {"DATABASE_URL": url, "documents_dir": directory / "documents", "csm_roster": ["csm-1", "csm-2"]}
    )
    async with AsyncExitStack() as held:
        env = await held.enter_async_context(
            await WorkflowEnvironment.start_time_skipping(
                data_converter=data_converter,
                identity=identity,
                test_server_existing_path=program("temporal-test-server"),
            )
        )
        await _register(env.client)
        await env.sleep(MONDAY - await env.get_current_time())
        town = Town(env, open_store(url), Wire(), settings)
        threads = held.enter_context(ExitStack())
        for each in worker.workers(env.client, settings, town.store, town.wire, threads):
            await held.enter_async_context(each)
        yield town


async def _register(client: Client) -> None:
    wanted = {key.name: int(key.indexed_value_type) for key in attributes.ALL}
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace=client.namespace, search_attributes=wanted)
    )

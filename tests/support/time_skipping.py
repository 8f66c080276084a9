"""Months in a moment: the time-skipping test server, with our worker in this process. One clock for everybody on it."""

import atexit
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

import worker
from adapters.settings import Settings
from adapters.sql.store import SqlStore, open_store
from adapters.temporal.converter import data_converter
from domain.case.mails import DUTY_MANAGER
from domain.compliance.mails import COMPLIANCE_TEAM
from domain.lifecycle import Lifecycle, workflow_id
from domain.mails import Role
from domain.trial.messages import StartTrial
from tests.postgres import emptied, migrated_file
from tests.support.environment import Environment, Handle, answered
from tests.support.lost_answers import LostAnswers
from tests.support.transport import FakeTransport, Faults, Sent
from workflows import attributes

MONDAY: Final = datetime(2031, 6, 2, 1, 0, tzinfo=UTC)
"""A Monday far ahead, 10:00 in Tokyo, no Japanese holiday in the weeks after: every test begins here."""

TICK: Final = timedelta(minutes=2)
"""How far before and after a deadline a test looks: on a loaded machine this server's clock runs seconds ahead. Exact
instants are tested in tests/domain."""

PAST: Final = timedelta(seconds=30)
"""How far beyond an instant time passes: who began some seconds after another has its deadlines as much later. A timer
that rings while a workflow task which cancels it is under way strands its workflow on this server for good
(temporalio/sdk-java#3088)."""


@dataclass
class TimeSkipping(Environment):
    """An environment with one clock, which the test moves."""

    server: WorkflowEnvironment
    settings: Settings
    transport: FakeTransport
    faults: Faults
    started: list[str] = field(default_factory=list)
    """Workflow ids that `settled` waits for, beside what the store knows."""

    async def start(self, workflow: str, start: BaseModel, id_: str, delay: timedelta | None = None) -> Handle:
        """See base class."""
        self.started.append(id_)
        if isinstance(start, StartTrial):
            self.started += [workflow_id(Lifecycle.DEVICE, device.device_id) for device in start.devices]
        return await super().start(workflow, start, id_, delay)

    async def now(self) -> datetime:
        """The environment's time."""
        return (await answered(self.server.get_current_time)).astimezone(UTC)

    async def sleep_until(self, instant: datetime) -> None:
        """Let time pass until that instant and a little longer, and everything due by then happen."""

        async def skip() -> None:  # where to is absolute, so trying again is safe
            await self.server.sleep(instant + PAST - await self.now())

        await answered(skip)
        await self.settled()

    async def settled(self, *handles: Handle) -> None:
        """Wait until every workflow there is has nothing in hand."""
        orders = self.store.listed(Lifecycle.ORDER)
        known = [workflow_id(Lifecycle.ORDER, order.subject) for order in orders]
        known += [workflow_id(Lifecycle.SUBSCRIPTION, order.linked_to or order.subject) for order in orders]
        names = dict.fromkeys([*self.started, *known, *(handle.id for handle in handles)])
        await super().settled(*map(self.client.get_workflow_handle, names))

    def under_way(self, activity: PendingActivityInfo) -> bool:
        """What has failed already waits for time to pass, which is the test's to let."""
        return activity.attempt == 1

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
        in_the_policy = {Role.TRIALS_TEAM, DUTY_MANAGER, COMPLIANCE_TEAM}
        return self.store.person(lifecycle, subject, role).email if role not in in_the_policy else role

    def mail_kinds(self, subject: str = "SO-100001", lifecycle: Lifecycle = Lifecycle.ORDER) -> list[str]:
        """Their kinds only."""
        return [mail.kind for mail in self.mails(subject, lifecycle)]


STARTS: Final = 24
"""Of a server: the SDK waits five seconds for one, and a loaded machine may need longer."""


async def skipping_server(**options: Any) -> WorkflowEnvironment:
    """A time-skipping server. One that was not up in time is started anew: no test has asked anything of it yet."""
    for left in reversed(range(STARTS)):
        try:
            return await WorkflowEnvironment.start_time_skipping(
                test_server_existing_path=program("temporal-test-server"), **options
            )
        except RuntimeError as failed:
            if not left or "did not start within" not in str(failed):
                raise
    raise AssertionError("the last start answered or raised")


@asynccontextmanager
async def time_skipping(directory: Path, identity: str | None = None) -> AsyncIterator[TimeSkipping]:
    """A fresh server and worker with an empty store: a tenth of a second, and a clock of its own."""
    store = emptied(_the_store())
    settings = Settings.model_validate(
        {
            "DATABASE_URL": str(store.engine.url),
            "documents_dir": directory / "documents",
            "csm_roster": ["csm-1", "csm-2"],
            "large_user_thresholds": {"JP": 1000},
        }
    )
    faults, transport = Faults(), FakeTransport()
    async with AsyncExitStack() as held:
        env = await held.enter_async_context(
            await skipping_server(
                data_converter=data_converter,
                identity=identity,
                interceptors=[faults, LostAnswers()],
            )
        )
        held.enter_context(env.auto_time_skipping_disabled())  # else waiting for a result lets any time pass
        await answered(lambda: _register(env.client))
        await answered(lambda: _begin_on_monday(env))
        threads = held.enter_context(ExitStack())
        for each in worker.workers(env.client, settings, store, transport, threads):
            await held.enter_async_context(each)
        yield TimeSkipping(env.client, store, settings.task_queue, env, settings, transport, faults)


@cache
def _the_store() -> SqlStore:
    """One for all servers of a process, one after another: it has seen every statement, and need not compile it."""
    directory = tempfile.mkdtemp(prefix="tenure-store-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    database = Path(directory) / "tenure.db"
    database.write_bytes(migrated_file())
    return open_store(f"sqlite:///{database}")


def program(name: str) -> str:
    """A program beside this Python."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    assert found, f"{name} is not installed beside {sys.executable}"
    return found


async def _begin_on_monday(env: WorkflowEnvironment) -> None:
    if (left := MONDAY - await env.get_current_time()) > timedelta():  # asked again, it may be there already
        await env.sleep(left)


async def _register(client: Client) -> None:
    wanted = {key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in attributes.ALL}
    try:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=wanted)
        )
    except RPCError as refused:
        if refused.status is not RPCStatusCode.ALREADY_EXISTS:  # asked again, for only the answer was lost
            raise

"""The server is killed under load; a worker is stopped in the midst of its work, as every deploy does. A4, A6, R11."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from subprocess import Popen
from typing import Any, TypeVar

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, Envelope, Session
from temporalio.client import RPCTimeoutOrCancelledError, WorkflowHandle
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from adapters.mail.catcher import MailCatcher
from domain.lifecycle import Lifecycle
from domain.operator import ExtendDueDate, PutNote
from domain.order.messages import Offering, PlaceOrder
from domain.order.state import GRADUATION_DUE
from domain.values import Message
from starter.service import service
from tests.makers import an_order, built, cleared, graduated, submitted
from tests.support.environment import AT_FIRST, PASSING, eventually, refusal_of
from tests.support.whole_service import QuickServer, WholeService, assert_whole, whole_service
from worker import MAIL_THREADS

T = TypeVar("T")

pytestmark = pytest.mark.asyncio(loop_scope="module")

GRACE = 300
"""Seconds a worker has to end what it has in hand."""

PATIENT = {"TENURE_SMTP_DEADLINE": "24", "TENURE_GRACEFUL_SHUTDOWN": "28"}
"""A mail that its server holds up waits until a worker has begun to stop: on a busy machine, too."""


class SlowCatcher(MailCatcher):
    """A mail server that can take its time over a mail."""

    waits = False
    """Take each mail, and answer only when this is over."""

    under_way = 0

    def __init__(self, directory: Path, port: int) -> None:
        super().__init__(directory, port)
        self._keep = self.handler.handle_DATA
        self.handler.handle_DATA = self._slowly

    async def _slowly(self, server: SMTP, session: Session, received: Envelope) -> str:
        SlowCatcher.under_way += 1
        await eventually(lambda: not self.waits)
        SlowCatcher.under_way -= 1
        return str(await self._keep(server, session, received))


class Deploys(ExitStack):
    """Starts workers as the service does, the next with the settings of the first; all end with it."""

    def __init__(self) -> None:
        super().__init__()
        self._start = service._worker
        self._with: tuple[Path, Mapping[str, str]] | None = None

    def __call__(self, directory: Path, settings: Mapping[str, str]) -> AbstractContextManager["Popen[bytes]"]:
        self._with = (directory, settings)
        return self._start(directory, settings)

    def again(self) -> None:
        """The next release's worker."""
        assert self._with
        self.enter_context(self._start(*self._with))


@pytest.fixture(scope="module")
def deploys() -> Iterator[Deploys]:
    """One for the module."""
    with Deploys() as begun:
        yield begun


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def env(tmp_path_factory: pytest.TempPathFactory, deploys: Deploys) -> AsyncIterator[WholeService]:
    """The service with a mail server that can be slow."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("starter.service.service.DevServer", QuickServer)
        patched.setattr("starter.service.service._worker", deploys)
        patched.setattr("starter.service.service.MailCatcher", SlowCatcher)
        for name, value in PATIENT.items():
            patched.setenv(name, value)
        async with whole_service(tmp_path_factory.mktemp("service"), time_travel=False) as running:
            yield running


LIVES = 6
SOON = timedelta(seconds=1)
"""A timer that falls due while the server is down, or while it comes back."""


async def test_a4_a_server_killed_under_load_loses_nothing_it_has_acknowledged(env: WholeService) -> None:
    ledger: list[tuple[str, str]] = []
    numbers = [f"SO-3200{n:02}" for n in range(LIVES)]
    lives = [asyncio.create_task(live(env, number, ledger)) for number in numbers]
    await eventually(lambda: len(ledger) > LIVES or any(each.done() for each in lives))
    acknowledged = len(ledger)
    server = env.service.server
    os.kill(server.pid or 0, signal.SIGKILL)
    await server.stop()
    await server.__aenter__()
    await asyncio.gather(*lives)
    assert acknowledged < len(ledger) == LIVES * 6
    for number in numbers:
        assert_whole(env, number, disturbed=True)
        assert env.events(number).count("order.graduation_overdue") == 1


def is_told(env: WholeService, number: str, event: str) -> bool:
    return event in env.events(number)


async def live(env: WholeService, number: str, ledger: list[tuple[str, str]]) -> None:
    """A straight life, told by somebody who tries again until there is an answer, and notes what was acknowledged."""
    order = await insistently(lambda: started(env, an_order(number)))
    ledger.append((number, "start"))
    for stored, update, message in (
        ("order.held", "clear_compliance", cleared()),
        ("order.shipped", "submit_provisioning_form", submitted()),
        ("order.form_submitted", "report_site_built", built()),
        ("order.welcome_sent", "extend_due_date", None),
        ("order.graduation_overdue", "graduate", graduated()),
    ):
        await eventually(partial(is_told, env, number, stored))
        await insistently(partial(accepted, order, update, message or due_soon()))
        ledger.append((number, update))
    assert (await insistently(order.result))["stage"] == "completed"


async def accepted(order: WorkflowHandle[Any, Any], update: str, message: Message, soon: timedelta = SOON) -> None:
    """Each once, however often it is asked for. A time that came too late for its deadline is asked for anew: later."""
    if refused := await refusal_of(order.execute_update(update, message, id=f"{order.id}-{update}")):
        assert "must lie in the future" in refused.message
        await accepted(order, update, due_soon(soon * 2), soon * 2)


def due_soon(soon: timedelta = SOON) -> ExtendDueDate:
    """The only deadline of a straight life that sends no mail."""
    at = datetime.now(UTC) + soon
    return ExtendDueDate(by="ops-7", deadline=GRADUATION_DUE, at=at, reason="to see a timer of a server that is down")


async def started(env: WholeService, placed: PlaceOrder) -> WorkflowHandle[Any, Any]:
    try:
        return await env.start_order(placed)
    except WorkflowAlreadyStartedError:  # the answer was lost, not the start
        return env.order(placed.sales_order_number)


async def insistently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until the server answers, with the same update id; what it refuses stays refused."""
    while True:
        try:
            return await ask()
        except RPCTimeoutOrCancelledError:
            await asyncio.sleep(AT_FIRST)
        except RPCError as unreachable:
            if unreachable.status not in PASSING:
                raise
            await asyncio.sleep(AT_FIRST)


LOCKED = 6
"""Seconds."""


async def test_a_store_that_is_locked_for_a_while_loses_nothing_and_troubles_nobody(env: WholeService) -> None:
    order = await env.place(an_order("SO-340001"))
    file = env.service.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, timeout=60, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        await order.execute_update("put_note", PutNote(by="ops-7", text="while it was locked"))
        await asyncio.sleep(LOCKED)
        holder.execute("ROLLBACK")
    await eventually(lambda: "order.note" in env.events("SO-340001"))
    view = await env.state(order)
    assert (view.attention, view.failing) == (False, ())
    assert "step.failing" not in env.events("SO-340001")


async def test_a6_a_worker_stopped_in_the_midst_of_its_mails_repeats_none(env: WholeService, deploys: Deploys) -> None:
    SlowCatcher.waits = True
    orders = {
        f"SO-33000{n}": await env.start_order(an_order(f"SO-33000{n}", Offering.PORT)) for n in range(MAIL_THREADS)
    }
    await eventually(lambda: SlowCatcher.under_way == len(orders))
    assert not [number for number in orders if env.arrived(number)], "all are under way"
    env.service.worker.terminate()
    await eventually(lambda: b"worker.stopping" in (env.directory / "worker.log").read_bytes())
    SlowCatcher.waits = False
    assert await asyncio.to_thread(env.service.worker.wait, GRACE) == 0
    for number in orders:
        assert len(env.arrived(number)) == 1
        assert [mail.state for mail in env.store.mails(Lifecycle.ORDER, number)] == ["sent"]
    deploys.again()
    for number in orders:
        await eventually(partial(is_told, env, number, "mail.sent"))
        assert len(env.arrived(number)) == 1

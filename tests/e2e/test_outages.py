"""The server is killed under load; a worker is stopped in the midst of its work, as every deploy does. A4, A6, R11."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta
from pathlib import Path
from subprocess import Popen
from typing import Any, TypeVar

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, Envelope, Session
from temporalio.client import RPCTimeoutOrCancelledError, WorkflowHandle
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from adapters.mail.catcher import MailCatcher
from domain.mails import Lifecycle
from domain.order.messages import Offering, PlaceOrder
from domain.order.policy import OrderPolicy
from starter import service
from tests.e2e.city import AT_FIRST, City, QuickServer, a_city, assert_whole, eventually, history
from tests.makers import an_order, built, cleared, graduated, submitted
from worker import MAIL_THREADS

T = TypeVar("T")

pytestmark = pytest.mark.asyncio(loop_scope="module")

GRACE = 20
"""Seconds a worker has to end what it has in hand."""


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
async def city(tmp_path_factory: pytest.TempPathFactory, deploys: Deploys) -> AsyncIterator[City]:
    """The service with a mail server that can be slow."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("starter.service.DevServer", QuickServer)
        patched.setattr("starter.service._worker", deploys)
        patched.setattr("starter.service.MailCatcher", SlowCatcher)
        async with a_city(tmp_path_factory.mktemp("city"), time_travel=False) as running:
            yield running


LIVES = 10
LINK = timedelta(seconds=1)
"""A timer that falls due while the server is down, or while it comes back."""

PASSING = {
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.FAILED_PRECONDITION,
}
"""What a server says that is not there, or has just come back: ask again, with the same update id."""


async def test_a4_a_server_killed_under_load_loses_nothing_it_has_acknowledged(city: City) -> None:
    ledger: list[tuple[str, str]] = []
    numbers = [f"SO-3200{n:02}" for n in range(LIVES)]
    lives = [asyncio.create_task(live(city, number, ledger)) for number in numbers]
    await eventually(lambda: len(ledger) > LIVES)
    acknowledged = len(ledger)
    server = city.service.server
    os.kill(server.pid or 0, signal.SIGKILL)
    await server.stop()
    await server.__aenter__()
    await asyncio.gather(*lives)
    assert acknowledged < len(ledger) == LIVES * 5
    for number in numbers:
        assert_whole(city, number)
        assert "order.password_link_ended" in city.told(number)


async def live(city: City, number: str, ledger: list[tuple[str, str]]) -> None:
    """A straight life, told by somebody who tries again until there is an answer, and notes what was acknowledged."""
    placed = an_order(number, policy=OrderPolicy(password_link_life=LINK))
    order = await insistently(lambda: started(city, placed))
    ledger.append((number, "start"))
    for stored, update, message in (
        ("order.held", "clear_compliance", cleared()),
        ("order.shipped", "submit_provisioning_form", submitted()),
        ("order.form_submitted", "report_site_built", built()),
        ("order.password_link_ended", "graduate", graduated()),
    ):
        await eventually(lambda wanted=stored: wanted in city.told(number), within=60)
        await insistently(lambda told=update, words=message: order.execute_update(told, words, id=f"{number}-{told}"))
        ledger.append((number, update))
    assert (await insistently(order.result))["stage"] == "completed"


async def started(city: City, placed: PlaceOrder) -> WorkflowHandle[Any, Any]:
    try:
        return await city.start(placed)
    except WorkflowAlreadyStartedError:  # the answer was lost, not the start
        return city.order(placed.sales_order_number)


async def insistently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until the server answers; what it refuses stays refused."""
    while True:
        try:
            return await ask()
        except RPCTimeoutOrCancelledError:
            await asyncio.sleep(AT_FIRST)
        except RPCError as unreachable:
            if unreachable.status not in PASSING:
                raise
            await asyncio.sleep(AT_FIRST)


async def test_a6_a_worker_stopped_in_the_midst_of_its_mails_repeats_none(city: City, deploys: Deploys) -> None:
    SlowCatcher.waits = True
    orders = {f"SO-33000{n}": await city.start(an_order(f"SO-33000{n}", Offering.PORT)) for n in range(MAIL_THREADS)}
    await eventually(lambda: SlowCatcher.under_way == len(orders))
    assert not [number for number in orders if city.arrived(number)], "all are under way"
    city.service.worker.terminate()
    await asyncio.sleep(0.3)  # the worker knows by now that it has to end; if not, this proves a little less
    SlowCatcher.waits = False
    assert await asyncio.to_thread(city.service.worker.wait, GRACE) == 0
    for number, order in orders.items():
        assert len(city.arrived(number)) == 1
        assert [mail.state for mail in city.store.mails(Lifecycle.ORDER, number)] == ["sent"]
        assert await attempts_at_mail(order) == [1], "Temporal was told before the worker ended"
    deploys.again()
    for number, order in orders.items():
        await eventually(lambda known=number: "mail.sent" in city.told(known))
        assert await attempts_at_mail(order) == [1]
        assert len(city.arrived(number)) == 1


async def attempts_at_mail(order: WorkflowHandle[Any, Any]) -> list[int]:
    """The attempt of each mail that was completed."""
    scheduled = {
        event.event_id
        for event in await history(order, "ACTIVITY_TASK_SCHEDULED")
        if event.activity_task_scheduled_event_attributes.activity_type.name == "send_mail"
    }
    began = [event.activity_task_started_event_attributes for event in await history(order, "ACTIVITY_TASK_STARTED")]
    done = [event.activity_task_completed_event_attributes for event in await history(order, "ACTIVITY_TASK_COMPLETED")]
    finished = scheduled & {event.scheduled_event_id for event in done}
    return [event.attempt for event in began if event.scheduled_event_id in finished]

"""A worker is stopped in the midst of its work, as every deploy does: nothing is done twice. A6, R11."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, Envelope, Session
from temporalio.client import WorkflowHandle

from adapters.mail.catcher import MailCatcher
from domain.mails import Lifecycle
from domain.order.messages import Offering
from starter import service
from tests.e2e.city import City, a_city, eventually, history
from tests.makers import an_order
from worker import MAIL_THREADS

pytestmark = pytest.mark.asyncio(loop_scope="module")

GRACE = 20
"""Seconds a worker has to end what it has in hand."""


class SlowCatcher(MailCatcher):
    """A mail server that takes its time over each mail."""

    takes = 1.0
    under_way = 0

    def __init__(self, directory: Path, port: int) -> None:
        super().__init__(directory, port)
        self._keep = self.handler.handle_DATA
        self.handler.handle_DATA = self._slowly

    async def _slowly(self, server: SMTP, session: Session, received: Envelope) -> str:
        SlowCatcher.under_way += 1
        await asyncio.sleep(self.takes)
        return str(await self._keep(server, session, received))


class Deploys:
    """Starts workers as the service does, the next with the settings of the first."""

    def __init__(self) -> None:
        self._start = service._worker
        self._with: tuple[Path, Mapping[str, str]] | None = None

    def __call__(self, directory: Path, settings: Mapping[str, str]) -> AbstractContextManager["Popen[bytes]"]:
        self._with = (directory, settings)
        return self._start(directory, settings)

    def again(self) -> AbstractContextManager["Popen[bytes]"]:
        """The next release's worker."""
        assert self._with
        return self._start(*self._with)


@pytest.fixture(scope="module")
def deploys() -> Deploys:
    """One for the module."""
    return Deploys()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory, deploys: Deploys) -> AsyncIterator[City]:
    """The service with a slow mail server."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("starter.service._worker", deploys)
        patched.setattr("starter.service.MailCatcher", SlowCatcher)
        async with a_city(tmp_path_factory.mktemp("city"), time_travel=False) as running:
            yield running


async def test_a6_a_worker_stopped_in_the_midst_of_its_mails_repeats_none(city: City, deploys: Deploys) -> None:
    orders = {f"SO-33000{n}": await city.start(an_order(f"SO-33000{n}", Offering.PORT)) for n in range(MAIL_THREADS)}
    await eventually(lambda: SlowCatcher.under_way == len(orders))
    assert not city.mails(), "all are under way"
    city.service.worker.terminate()
    assert await asyncio.to_thread(city.service.worker.wait, GRACE) == 0
    for number, order in orders.items():
        assert len(city.mails(number)) == 1
        assert [mail.state for mail in city.store.mails(Lifecycle.ORDER, number)] == ["sent"]
        assert await attempts_at_mail(order) == [1], "Temporal was told before the worker ended"
    with deploys.again():
        for number, order in orders.items():
            await eventually(lambda known=number: "mail.sent" in city.told(known))
            assert await attempts_at_mail(order) == [1]
    assert len(city.mails()) == len(orders)


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

"""Temporal's dev server, a worker with the real stories over the real store, and a post office that only nods."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.mail import MailActivities
from activities.order import OrderActivities
from activities.ports import Answer, Attachment, Delivery, Envelope
from activities.subscription import SubscriptionActivities
from adapters.calendars import LibraryCalendars
from adapters.sql.migrate import migrate
from adapters.sql.store import SqlStore, open_store
from adapters.temporal.converter import data_converter
from adapters.temporal.dev_server import TIME_TRAVEL
from adapters.temporal.interceptor import PlainRefusals
from adapters.temporal.subscriptions import TemporalSubscriptions
from domain.mails import Letter, LetterFacts
from domain.values import Person
from workflows import attributes
from workflows.order import Order
from workflows.subscription import Subscription
from workflows.unknown import UnknownWorkflow

TEMPORAL = Path(__file__).parents[2] / ".venv/bin/temporal"
TASK_QUEUE = "starter-tests"
IN_DOUBT = "doubt"
"""How an address begins whose mails nobody knows the fate of."""

R = TypeVar("R")


class NoddingPost:
    """Composes nothing, delivers everything; documents are empty."""

    def compose(self, letter: Letter, message_id: str, attachments: tuple[Attachment, ...] = ()) -> Envelope:
        return Envelope(sender="no-reply@example.com", recipient=letter.to.email, content=message_id.encode())

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> Delivery:
        handing_over()
        if envelope.recipient.startswith(IN_DOUBT):
            return Delivery(answer=Answer.UNKNOWN, words="connection lost after the final dot")
        return Delivery(answer=Answer.ACCEPTED, words="250 kept")

    def confirmation(self, facts: LetterFacts, reader: Person) -> Attachment:
        return Attachment(name="confirmation.pdf", media_type="application/pdf", content=b"")


@dataclass(frozen=True)
class Service:
    """What the tests reach: by the starter's settings, or directly."""

    client: Client
    store: SqlStore
    environment: Mapping[str, str]
    loop: asyncio.AbstractEventLoop

    def do(self, asked: Coroutine[Any, Any, R]) -> R:
        """Something asynchronous, where the service runs."""
        return asyncio.run_coroutine_threadsafe(asked, self.loop).result(30)


@contextmanager
def running_service(directory: Path) -> Iterator[Service]:
    """In a thread with a loop of its own, for the starter brings its own loop too."""
    url = f"sqlite:///{directory / 'tenure.db'}"
    migrate(url)
    store = open_store(url)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    held = AsyncExitStack()
    try:
        client = asyncio.run_coroutine_threadsafe(_start(held, store), loop).result(30)
        address = client.service_client.config.target_host
        reach = {"TEMPORAL_ADDRESS": address, "DATABASE_URL": url, "TENURE_TASK_QUEUE": TASK_QUEUE}
        yield Service(client, store, reach, loop)
    finally:
        asyncio.run_coroutine_threadsafe(held.aclose(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
        store.close()


async def _start(held: AsyncExitStack, store: SqlStore) -> Client:
    flags = [f"{key}={value}" for key, value in TIME_TRAVEL.items()]
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(TEMPORAL),
        data_converter=data_converter,
        search_attributes=list(attributes.ALL),
        dev_server_log_level="error",
        dev_server_extra_args=[word for flag in flags for word in ("--dynamic-config-value", flag)],
    )
    await held.enter_async_context(environment)
    for worker in _workers(environment.client, store, held.enter_context(ThreadPoolExecutor(8))):
        await held.enter_async_context(worker)
    return environment.client


def _workers(client: Client, store: SqlStore, threads: ThreadPoolExecutor) -> list[Worker]:
    post = NoddingPost()
    subscriptions = TemporalSubscriptions(client, TASK_QUEUE)
    orders = OrderActivities(store, LibraryCalendars(), ("csm-1", "csm-2"), subscriptions)
    mail = MailActivities(store, post, post, post)
    records = SubscriptionActivities(store)
    stories = Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=[Order, Subscription, UnknownWorkflow],
        activities=[
            orders.open_order,
            orders.record_order,
            orders.working_calendar,
            orders.assign_csm,
            orders.start_subscription,
            records.record_subscription,
        ],
        activity_executor=threads,
        max_concurrent_activities=8,
        workflow_runner=UnsandboxedWorkflowRunner(),
        interceptors=[PlainRefusals(["Order", "Subscription"])],
    )
    post_office = Worker(
        client,
        task_queue=f"{TASK_QUEUE}-mail",
        activities=[mail.send_mail, mail.settle_mail],
        activity_executor=threads,
        max_concurrent_activities=8,
    )
    return [stories, post_office]

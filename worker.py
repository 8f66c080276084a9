"""The one place that knows every room: settings → adapters → activities → workers. `python -m worker` runs one."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path
from time import monotonic
from typing import Any, Final

import structlog
import uvloop
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.case import CaseActivities
from activities.compliance import ComplianceActivities
from activities.context import now as activity_time
from activities.hub import HubActivities
from activities.mail import MailActivities
from activities.open_lifecycle import OpeningActivities
from activities.option import OptionActivities
from activities.order import OrderActivities
from activities.ports import Transport
from activities.record import RecordActivities
from activities.rules import RulesActivities
from activities.subscription import SubscriptionActivities
from activities.trial import TrialActivities
from activities.wholesale import WholesaleActivities
from activities.wholesale_users import WholesaleUserActivities
from adapters.calendars import LibraryCalendars
from adapters.documents.desk import DocumentDesk
from adapters.documents.library import DocumentLibrary
from adapters.hub_book import HubBook
from adapters.logs import configure_logs
from adapters.mail.composer import JinjaComposer
from adapters.mail.links import MailLinks
from adapters.mail.signed_links import SignedLinks
from adapters.mail.transport import SmtpTransport
from adapters.screening.chosen import screener
from adapters.settings import Settings, WrongSetting, check_paths, load_settings
from adapters.sql.engine import StoreUnusable
from adapters.sql.migrate import migrate
from adapters.sql.store import SqlStore, open_store
from adapters.temporal.bootstrap import NamespaceNotPrepared, prepare_namespace
from adapters.temporal.client import CannotConnect, connect
from adapters.temporal.hub_schedule import keep_schedule
from adapters.temporal.interceptor import PlainRefusals
from adapters.temporal.lifecycles import TemporalLifecycles
from adapters.temporal.preload import preload
from adapters.temporal.sandbox import sandbox
from workflows import attributes
from workflows.registry import BESIDE, WORKFLOWS
from workflows.steps import MAIL_TASK_QUEUE_SUFFIX
from workflows.unknown import UnknownWorkflow

SQL_THREADS: Final = 4
MAIL_THREADS: Final = 2
"""Few: they write one after the other anyway, and more of them only wait for each other. See bench/README.md."""
SPOT_THREADS: Final = 8
"""More: whoever writes to a workflow waits for its mail, and what comes to no thread in time goes to the queue."""

CACHED: Final = 2_000
"""Workflows a worker keeps in memory, at about 150 KB each. One that is not there is replayed when it is asked."""

BEAT: Final = 10
"""Seconds between two signs of life."""

ANSWERED_WITHIN: Final = timedelta(seconds=5)

log = structlog.get_logger("tenure.worker")


def workers(client: Client, settings: Settings, store: SqlStore, transport: Transport, held: ExitStack) -> list[Worker]:
    """The worker of the workflows and the worker of the mails, each with threads of its own. R4."""
    preload([*WORKFLOWS, *BESIDE])
    lifecycles = TemporalLifecycles(client, settings.task_queue)
    mails = post(settings, store, transport, held.enter_context(ThreadPoolExecutor(SPOT_THREADS, "mail on the spot")))
    return [
        Worker(
            client,
            task_queue=settings.task_queue,
            workflows=[*WORKFLOWS, *BESIDE, UnknownWorkflow],
            activities=[*activities_of(*world(settings, store, lifecycles, mails)), mails.send_mail_on_the_spot],
            activity_executor=held.enter_context(ThreadPoolExecutor(SQL_THREADS, "sql")),
            max_concurrent_activities=SQL_THREADS,
            max_cached_workflows=CACHED,
            workflow_runner=sandbox(),
            graceful_shutdown_timeout=settings.graceful_shutdown,
            interceptors=[PlainRefusals([kind.__name__ for kind in WORKFLOWS])],
        ),
        Worker(
            client,
            task_queue=settings.task_queue + MAIL_TASK_QUEUE_SUFFIX,
            activities=activities_of(mails),
            activity_executor=held.enter_context(ThreadPoolExecutor(MAIL_THREADS, "mail")),
            max_concurrent_activities=MAIL_THREADS,
            graceful_shutdown_timeout=settings.graceful_shutdown,
        ),
    ]


def activities_of(*objects: object) -> list[Callable[..., Any]]:
    """Every activity method of these objects: one that is written is registered."""
    methods = [getattr(each, name) for each in objects for name in dir(each)]
    return [method for method in methods if hasattr(method, "__temporal_activity_definition")]


def world(
    settings: Settings, store: SqlStore, lifecycles: TemporalLifecycles, mails: MailActivities
) -> tuple[object, ...]:
    """All that workflows ask for but mail."""
    calendars = LibraryCalendars()
    return (
        RecordActivities(store, mails.flows),
        OpeningActivities(store, calendars, lifecycles),
        OrderActivities(store, calendars, tuple(settings.csm_roster), lifecycles),
        SubscriptionActivities(store, calendars, lifecycles),
        TrialActivities(store, calendars, lifecycles),
        OptionActivities(store, calendars, lifecycles),
        CaseActivities(store, calendars, lifecycles, settings.large_user_thresholds, settings.support_doors),
        *wholesale(settings, store, calendars, lifecycles),
        RulesActivities(calendars),
        HubActivities(HubBook(store, settings.hub.policy, settings.hub.products)),
    )


def post(settings: Settings, store: SqlStore, transport: Transport, on_the_spot: Executor) -> MailActivities:
    """What mails say, and who takes them."""
    links, signed = settings.links, SignedLinks.of(settings)
    documents = DocumentDesk(DocumentLibrary(settings.documents_dir), str(links.provisioning_form), signed)
    sender = Address(settings.mail_from.name, addr_spec=settings.mail_from.email)
    composer = JinjaComposer(sender, MailLinks(**links.model_dump(mode="json")), signed)
    return MailActivities(store, composer, transport, documents, monotonic, on_the_spot=on_the_spot)


def wholesale(
    settings: Settings, store: SqlStore, calendars: LibraryCalendars, lifecycles: TemporalLifecycles
) -> tuple[object, ...]:
    """The world of wholesale customers and of their compliance checks."""
    offered = settings.wholesale
    return (
        WholesaleActivities(store, calendars, lifecycles, offered.catalogue, offered.locations, offered.telephony),
        WholesaleUserActivities(store),
        ComplianceActivities(store, calendars, lifecycles, screener(settings, store, activity_time)),
    )


def smtp(settings: Settings) -> SmtpTransport:
    """The mail relay of the settings."""
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
    return SmtpTransport(
        clock=activity_time,
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=password,
        deadline=settings.smtp_deadline,
        ehlo_name=settings.smtp_ehlo_name,
    )


async def serve(settings: Settings) -> None:
    """Migrate, connect, prepare the namespace, work until SIGTERM or SIGINT, end in good order. R11."""
    runtime = configure_logs(settings.log_format, settings.log_level)
    await asyncio.to_thread(check_paths, settings)
    await asyncio.to_thread(migrate, settings.database_url)
    mail_domain = settings.mail_from.email.rpartition("@")[2]
    store = await asyncio.to_thread(open_store, settings.database_url, mail_domain)
    client = await connect(runtime=runtime)
    await prepare_namespace(client, attributes.ALL, settings.retention)
    await keep_schedule(client, settings.task_queue)
    stop = asyncio.Event()
    for received in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(received, stop.set)
    with ExitStack() as held:
        relay = smtp(settings)
        life = Heartbeat(settings.heartbeat_file, lambda: relay.alarm.problem)
        await run(workers(client, settings, store, relay, held), stop, life)


@dataclass(frozen=True)
class Heartbeat:
    """What a health check looks at."""

    file: Path | None
    problem: Callable[[], str]
    """What an operator has to mend, though the worker works; empty when nothing is."""


async def run(every: list[Worker], stop: asyncio.Event, heartbeat: Heartbeat) -> None:
    """Until `stop`, or until one of the workers fails: then all end and the failure is raised."""
    log.info("worker.started", queues=[worker.task_queue for worker in every])
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(worker.run()) for worker in every]
        beating = group.create_task(beat(heartbeat, every))
        await stop.wait()
        log.info("worker.stopping")
        beating.cancel()
        await asyncio.gather(*(worker.shutdown() for worker in every))
        await asyncio.gather(*running)
    log.info("worker.stopped")


async def beat(heartbeat: Heartbeat, every: list[Worker]) -> None:
    """A sign of life for a health check: the file is written anew while every worker runs and the server answers.

    A process whose connection is gone is alive and useless: its file grows old. What the file says is for people.
    """
    while heartbeat.file is not None:
        if all(worker.is_running for worker in every):
            with suppress(RPCError, OSError):
                await every[0].client.service_client.check_health(timeout=ANSWERED_WITHIN)
                heartbeat.file.write_text(f"{heartbeat.problem() or 'working'}\n", encoding="utf-8")
        await asyncio.sleep(BEAT)


def main(arguments: list[str] | None = None) -> int:
    """Run a worker against the Temporal, store and mail relay of the environment; 2 if something there is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m worker",
        description="Tenure's worker. Temporal by TEMPORAL_* (address, namespace, TLS, API key, profile), "
        "store by DATABASE_URL, everything else by TENURE_*: see docs/deployment.md.",
    )
    parser.parse_args(arguments)
    try:
        settings = load_settings()
        uvloop.run(serve(settings))
    except (WrongSetting, StoreUnusable, CannotConnect, NamespaceNotPrepared) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

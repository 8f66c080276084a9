"""`tenure demo`: the examples from start to end in under a minute, before your eyes: every lifecycle."""

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final, TypeVar

from rich.console import Console
from rich.live import Live
from temporalio.client import Client

from activities.ports.screening import ListEntry
from adapters.mail.catcher import read_mails
from adapters.sql.store import SqlStore, open_store
from adapters.temporal.data_directory import CannotStart, usable
from domain.account.account import RegisterAccount
from domain.case.messages import OpenCase
from domain.compliance.standing import NAME as COMPLIANCE
from domain.lifecycle import Lifecycle
from domain.mails import MailState
from domain.option.messages import RequestOption
from domain.order.messages import PlaceOrder
from domain.trial.messages import StartTrial
from domain.values import Message
from domain.wholesale.checks import check_id
from domain.wholesale.messages import OnboardCustomer
from starter.console.ids import Subject, any_of, subject_of
from starter.demo.acts import Happening, read_acts
from starter.demo.hub import closed_weeks, hub_table, import_files, suspensions, the_end
from starter.demo.screen import Screen
from starter.demo.tables import Ended, Start
from starter.demo.world import World
from starter.intake.files import digest_of
from starter.intake.screening_files import opened_list
from starter.service.service import KEPT, Ports, Service, service
from starter.service.up import say_who_signs_in

M = TypeVar("M", bound=Message)
R = TypeVar("R")

REFRESH = 0.4
"""Seconds between two looks at the mail catcher."""

THRESHOLDS: Final = {"JP": 1000}
"""From how many licences on an account is large, in the demo: nothing of the kind is built in. AMB-32."""


def _make_room(directory: Path) -> None:
    """Remove what an earlier demo left, and nothing else: a directory of anything but a demo's is refused."""
    with usable(directory):
        left = {path.name for path in directory.iterdir()} if directory.is_dir() else set()
    if left - KEPT:
        raise CannotStart(f"{directory} holds something else than a demo: choose a directory of its own (--directory)")
    shutil.rmtree(directory, ignore_errors=True)


async def demo(directory: Path, ports: Ports, examples: Path, console: Console, *, keep: bool, again: bool) -> int:
    """Play the examples. `again` continues with what an earlier demo left; otherwise it starts fresh."""
    if not again:
        _make_room(directory)
    began = monotonic()
    console.print("starting Temporal, the store, the mail catcher, the worker and the pages …")
    async with service(directory, ports, time_travel=True, thresholds=THRESHOLDS) as running:
        await _ask(running, lambda store: prepare(store, examples, datetime.now(UTC)))
        screen, world, starts = stage(running.client, running.task_queue, examples, console)
        ready = monotonic() - began
        with Live(screen.picture(), console=console, refresh_per_second=8, transient=True) as live:
            screen.live = live if console.is_terminal else None
            await _play(running, screen, world, starts)
            now = await _newest(running)
            await _take_in_files(running, world, examples, now)
        sent = await _ask(running, lambda store: sent_mails(store, list(screen.views)))
        for table in Ended(screen.views, sent).tables([*starts, *world.to_come.values()]):
            console.print(table)
        console.print(hub_table(await _ask(running, lambda store: the_end(store, now))))
        _say_where(running, console, ready, monotonic() - began, keep=keep)
        if keep:
            await _stay(running, console, now)
    return 0


async def _newest(running: Service) -> datetime:
    """How far the clocks of all that was played have got: the pages go by it, too."""
    return await _ask(running, lambda store: store.newest_event_at()) or datetime.now(UTC)


async def _take_in_files(running: Service, world: World, examples: Path, now: datetime) -> None:
    """What comes to the hub by file, and what follows from it."""
    for act in suspensions(await _ask(running, lambda store: import_files(store, examples / "hub" / "demo", now))):
        await world.send(act.to, act)


async def _stay(running: Service, console: Console, now: datetime) -> None:
    """Until somebody stops it. Weeks of the hub are closed meanwhile: they are many, and their pages are looked at
    last."""
    say_who_signs_in(running, console)
    console.print("Ctrl-C stops it.")
    store = await asyncio.to_thread(open_store, running.database_url)
    try:
        weeks = closed_weeks(store, now)
        while await asyncio.to_thread(next, weeks, None):
            pass
    finally:
        await asyncio.to_thread(store.close)
    await asyncio.Event().wait()


def stage(client: Client, task_queue: str, examples: Path, console: Console) -> tuple[Screen, World, list[Start]]:
    """What is shown, the world around it, and what it starts with."""
    starts: list[Start] = [
        *read(examples / "orders.jsonl", PlaceOrder),
        *read(examples / "trials.jsonl", StartTrial),
        *read(examples / "cases.jsonl", OpenCase),
        *read(examples / "wholesales.jsonl", OnboardCustomer),
    ]
    later: list[PlaceOrder | RequestOption] = [
        *read(examples / "renewals.jsonl", PlaceOrder),
        *read(examples / "trial-order.json", PlaceOrder),
        *read(examples / "options.jsonl", RequestOption),
    ]
    to_come = {subject_of(start).id: start for start in later}
    screen = Screen(console, {name: zone for start in (*starts, *later) for name, zone in _zones(start)})

    async def show(happening: Happening) -> None:
        screen.happened(happening, await world.view(happening.workflow_id))

    world = World(client, task_queue, read_acts(examples / "world.jsonl"), to_come, show)
    return screen, world, starts


def read(path: Path, model: type[M]) -> list[M]:
    """What a file of examples holds; a directory of one's own examples may have orders only."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    documents = text.splitlines() if path.suffix == ".jsonl" else [text]
    return [model.model_validate_json(document) for document in documents if document.strip()]


def _zones(start: Start) -> Iterator[tuple[str, str]]:
    match start:
        case PlaceOrder():
            zone, more = start.customer.zone, [Subject(Lifecycle.SUBSCRIPTION, start.subscription)]
        case StartTrial():
            zone, more = start.customer.zone, [Subject(Lifecycle.DEVICE, lent.device_id) for lent in start.devices]
        case RequestOption():
            zone, more = start.requester.zone, []
        case OpenCase():
            zone, more = start.partner_contact.zone, []
        case OnboardCustomer():
            zone = start.zone or start.partner.contact.zone
            more = [Subject(COMPLIANCE, check_id(start.external_id, 1))]
    yield from ((subject.workflow_id, zone) for subject in (subject_of(start), *more))


async def _play(running: Service, screen: Screen, world: World, starts: list[Start]) -> None:
    post = asyncio.create_task(_watch_the_post(running.mails, screen))
    try:
        await play(screen, world, starts)
        await asyncio.sleep(REFRESH * 2)
    finally:
        post.cancel()


async def play(screen: Screen, world: World, starts: Iterable[Start]) -> None:
    """Every start to its end, and where all of it stands then."""
    await _all(world.play(start) for start in starts)
    for name in list(screen.views):
        screen.views[name] = await world.view(name)


async def _all(acts: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Side by side; the first that fails ends them, and is what is raised."""
    try:
        async with asyncio.TaskGroup() as playing:
            for act in acts:
                playing.create_task(act)
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _ask(running: Service, question: Callable[[SqlStore], R]) -> R:
    """The store, beside what goes on."""

    def asked() -> R:
        store = open_store(running.database_url)
        try:
            return question(store)
        finally:
            store.close()

    return await asyncio.to_thread(asked)


def prepare(store: SqlStore, examples: Path, now: datetime) -> None:
    """Whose case it is and how bad, the registry says; whom nobody may serve, the lists. SUP-03, WHS-20."""
    store.upsert_accounts(read(examples / "accounts.jsonl", RegisterAccount), now)
    for path in sorted((examples / "screening").glob("*")):
        with opened_list(path) as file:
            entries = (row.read for row in file.rows() if isinstance(row.read, ListEntry))
            store.import_list(file.header().layout.name, entries, digest=digest_of(path), by="demo", now=now)


def sent_mails(store: SqlStore, workflow_ids: Sequence[str]) -> dict[str, int]:
    """How many mails went out, by workflow id."""
    mails = {id_: store.mails(*subject) for id_ in workflow_ids for subject in any_of(id_)}
    return {id_: sum(mail.state is MailState.SENT for mail in known) for id_, known in mails.items()}


async def _watch_the_post(directory: Path, screen: Screen) -> None:
    shown: set[Path] = set()
    while True:
        for mail in await asyncio.to_thread(read_mails, directory):
            if mail.path not in shown:
                shown.add(mail.path)
                screen.mailed(mail)
        await asyncio.sleep(REFRESH)


def _say_where(running: Service, console: Console, ready: float, took: float, *, keep: bool) -> None:
    while_it_runs = "" if keep else "  (while it runs: --keep)"
    console.print(f"[bold]{took:.0f} s[/] in all, {ready:.0f} s of them to start the service.")
    for what, where in (
        ("mails", running.mails),
        ("documents", running.documents),
        *([("pages", f"{running.web.url}{while_it_runs}")] if running.web and not keep else []),
        ("Web UI", f"{running.server.ui_url}{while_it_runs}"),
        ("one order", running.workflow_url("order-SO-100001")),
    ):
        console.print(f"  {what:<9}  {where}", soft_wrap=True)

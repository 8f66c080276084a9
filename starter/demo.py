"""`tenure demo`: every order and trial of examples/ lives its whole life in under a minute, before your eyes."""

import asyncio
import shutil
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TypeVar
from zoneinfo import ZoneInfo

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from adapters.mail.catcher import CaughtMail, read_mails
from adapters.temporal.data_directory import CannotStart
from domain.mails import Lifecycle
from domain.order.messages import PlaceOrder
from domain.trial.messages import StartTrial
from domain.view import LifeView
from starter.acts import Happening, read_acts
from starter.demo_tables import COLOURS, Ended
from starter.ids import Subject
from starter.intake import Start, subject_of
from starter.service import Ports, Service, service
from starter.world import World

LEFT_BY_A_DEMO = frozenset(
    {"temporal", "mails", "documents", "worker.log", "tenure.db", "tenure.db-wal", "tenure.db-shm"}
)

LINES = 16
"""Happenings shown at a time."""

WIDTHS = {"lifecycle": 16, "progress": 9}
"""Columns that would be of no use if they were narrower."""

FEWEST = 5
"""If the terminal is low."""

M = TypeVar("M", PlaceOrder, StartTrial)

REFRESH = 0.4
"""Seconds between two looks at the mail catcher."""


@dataclass
class Screen:
    """What the demo shows: one row for each lifecycle, the latest happenings below."""

    console: Console
    zones: dict[str, str]
    views: dict[str, LifeView] = field(default_factory=dict)
    latest: deque[str] = field(default_factory=lambda: deque(maxlen=LINES))
    mails: int = 0
    live: Live | None = None

    def happened(self, happening: Happening, view: LifeView) -> None:
        """Show a happening and where its lifecycle stands now."""
        self.views[happening.workflow_id] = view
        colour = "yellow" if happening.refused else "default"
        at = self.local(happening.at, happening.workflow_id)
        self.say(f"[dim]{at}[/] [bold]{happening.workflow_id}[/] [{colour}]{escape(happening.text)}[/]")

    def mailed(self, mail: CaughtMail) -> None:
        """Show a mail that went out."""
        self.mails += 1
        self.say(f"[cyan]  mail → {escape(mail.to)}[/]  {escape(mail.subject)}")

    def say(self, line: str) -> None:
        """One more line; without a terminal it is simply printed."""
        self.latest.append(line)
        if self.live is not None:
            self.live.update(self.picture())
        else:
            self.console.print(line, soft_wrap=True)

    def local(self, at: datetime, workflow_id: str) -> str:
        """A date in the customer's zone."""
        return f"{at.astimezone(ZoneInfo(self.zones.get(workflow_id, 'UTC'))):%Y-%m-%d %H:%M}"

    def picture(self) -> Group:
        """The whole screen."""
        table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
        for column in ("lifecycle", "stage", "progress", "next deadline", "waits for"):
            table.add_column(column, overflow="ellipsis", no_wrap=True, min_width=WIDTHS.get(column))
        for name, view in sorted(self.views.items()):
            table.add_row(name, *self._row(name, view))
        lines = max(FEWEST, min(LINES, self.console.height - len(self.views) - 4))
        news = "\n".join(list(self.latest)[-lines:])
        title = f"what happens ({self.mails} mails)"
        return Group(table, Panel(news, title=title, title_align="left", height=lines + 2))

    def _row(self, name: str, view: LifeView) -> tuple[str, str, str, str]:
        colour = COLOURS.get(view.stage, "red" if view.attention else "default")
        due = view.deadlines[0] if view.deadlines else None
        waits = ", ".join(f"{awaited.what} ({awaited.from_whom})" for awaited in view.awaiting)
        return (
            f"[{colour}]{view.stage}[/]",
            " ".join(step.mark for step in view.steps),
            f"{self.local(due.at, name)} {due.label}" if due else "–",
            escape(waits or "–"),
        )


def _make_room(directory: Path) -> None:
    """Remove what an earlier demo left, and nothing else: a directory of anything but a demo's is refused."""
    left = {path.name for path in directory.iterdir()} if directory.is_dir() else set()
    if left - LEFT_BY_A_DEMO:
        raise CannotStart(f"{directory} holds something else than a demo: choose a directory of its own (--directory)")
    shutil.rmtree(directory, ignore_errors=True)


async def demo(directory: Path, ports: Ports, examples: Path, console: Console, *, keep: bool, again: bool) -> int:
    """Play the examples. `again` continues with what an earlier demo left; otherwise it starts fresh."""
    if not again:
        _make_room(directory)
    began = monotonic()
    console.print("starting Temporal, the store, the mail catcher and the worker …")
    async with service(directory, ports, time_travel=True) as running:
        screen, world, starts = _stage(running, examples, console)
        ready = monotonic() - began
        with Live(screen.picture(), console=console, refresh_per_second=8, transient=True) as live:
            screen.live = live if console.is_terminal else None
            await _play(running, screen, world, starts)
        converting = [order for order in world.to_come.values() if order.converts_trial]
        for table in Ended(screen.views).tables([*starts, *converting]):
            console.print(table)
        _say_where(running, console, ready, monotonic() - began)
        if keep:
            console.print("Ctrl-C stops it.")
            await asyncio.Event().wait()
    return 0


def _stage(running: Service, examples: Path, console: Console) -> tuple[Screen, World, list[Start]]:
    starts: list[Start] = [*_read(examples / "orders.jsonl", PlaceOrder), *_read(examples / "trials.jsonl", StartTrial)]
    later = [*_read(examples / "renewals.jsonl", PlaceOrder), *_read(examples / "trial-order.json", PlaceOrder)]
    to_come = {order.sales_order_number: order for order in later}
    screen = Screen(console, {name: zone for start in (*starts, *later) for name, zone in _zones(start)})

    async def show(happening: Happening) -> None:
        screen.happened(happening, await world.view(happening.workflow_id))

    world = World(running.client, running.task_queue, read_acts(examples / "world.jsonl"), to_come, show)
    return screen, world, starts


def _read(path: Path, model: type[M]) -> list[M]:
    """A directory of one's own examples may have orders only."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    documents = text.splitlines() if path.suffix == ".jsonl" else [text]
    return [model.model_validate_json(document) for document in documents if document.strip()]


def _zones(start: Start) -> Iterator[tuple[str, str]]:
    zone = start.customer.zone
    yield subject_of(start).workflow_id, zone
    if isinstance(start, PlaceOrder):
        yield Subject(Lifecycle.SUBSCRIPTION, start.subscription).workflow_id, zone
    else:
        yield from ((Subject(Lifecycle.DEVICE, lent.device_id).workflow_id, zone) for lent in start.devices)


async def _play(running: Service, screen: Screen, world: World, starts: list[Start]) -> None:
    post = asyncio.create_task(_watch_the_post(running.mails, screen))
    try:
        async with asyncio.TaskGroup() as lives:
            for start in starts:
                lives.create_task(world.play(start))
        for name in list(screen.views):
            screen.views[name] = await world.view(name)
        await asyncio.sleep(REFRESH * 2)
    finally:
        post.cancel()


async def _watch_the_post(directory: Path, screen: Screen) -> None:
    seen: set[Path] = set()
    while True:
        for mail in await asyncio.to_thread(read_mails, directory):
            if mail.path not in seen:
                seen.add(mail.path)
                screen.mailed(mail)
        await asyncio.sleep(REFRESH)


def _say_where(running: Service, console: Console, ready: float, took: float) -> None:
    console.print(f"[bold]{took:.0f} s[/] in all, {ready:.0f} s of them to start the service.")
    console.print(f"  mails      {running.mails}")
    console.print(f"  documents  {running.documents}")
    console.print(f"  Web UI     {running.server.ui_url}  (while it runs: --keep)")
    console.print(f"  one order  {running.workflow_url('order-SO-100001')}", soft_wrap=True)

"""`tenure demo`: every order of examples/ lives its whole life in under a minute, before your eyes."""

import asyncio
import shutil
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from adapters.mail.catcher import CaughtMail, read_mails
from domain.order.messages import PlaceOrder
from domain.view import LifeView
from starter.service import Ports, Service, service
from starter.world import Happening, World, read_acts

LINES = 16
"""Happenings shown at a time."""

REFRESH = 0.4
"""Seconds between two looks at the mail catcher."""

COLOURS = {"completed": "green", "active": "green", "suspended": "red", "rejected": "red", "cancelled": "yellow"}


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
            table.add_column(column, overflow="ellipsis", no_wrap=True)
        for name, view in sorted(self.views.items()):
            table.add_row(name, *self._row(name, view))
        news = "\n".join(self.latest)
        return Group(
            table, Panel(news, title=f"what happens ({self.mails} mails)", title_align="left", height=LINES + 2)
        )

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


async def demo(directory: Path, ports: Ports, examples: Path, console: Console, *, keep: bool, again: bool) -> int:
    """Play the examples. `again` continues with what an earlier demo left; otherwise it starts fresh."""
    if not again:
        await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)
    began = monotonic()
    console.print("starting Temporal, the store, the mail catcher and the worker …")
    async with service(directory, ports, time_travel=True) as running:
        screen, world, orders = _stage(running, examples, console)
        ready = monotonic() - began
        with Live(screen.picture(), console=console, refresh_per_second=8, transient=True) as live:
            screen.live = live if console.is_terminal else None
            await _play(running, screen, world, orders)
        console.print(_summary(screen, orders, read_mails(running.mails)))
        _say_where(running, console, ready, monotonic() - began)
        if keep:
            console.print("Ctrl-C stops it.")
            await asyncio.Event().wait()
    return 0


def _stage(running: Service, examples: Path, console: Console) -> tuple[Screen, World, list[PlaceOrder]]:
    orders = _orders(examples / "orders.jsonl")
    renewals = {order.sales_order_number: order for order in _orders(examples / "renewals.jsonl")}
    screen = Screen(console, _zones([*orders, *renewals.values()]))

    async def show(happening: Happening) -> None:
        screen.happened(happening, await world.view(happening.workflow_id))

    acts = read_acts(examples / "world.jsonl")
    world = World(running.client, running.task_queue, acts, renewals, show)
    return screen, world, orders


def _orders(path: Path) -> list[PlaceOrder]:
    return [PlaceOrder.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _zones(orders: list[PlaceOrder]) -> dict[str, str]:
    return {
        name: order.customer.zone
        for order in orders
        for name in (f"order-{order.sales_order_number}", f"subscription-{order.subscription}")
    }


async def _play(running: Service, screen: Screen, world: World, orders: list[PlaceOrder]) -> None:
    post = asyncio.create_task(_watch_the_post(running.mails, screen))
    try:
        async with asyncio.TaskGroup() as lives:
            for order in orders:
                lives.create_task(world.play(order))
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


def _summary(screen: Screen, orders: list[PlaceOrder], mails: list[CaughtMail]) -> Table:
    table = Table(title="What happened", title_justify="left", header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for column in ("order", "customer", "ended as", "service from", "subscription", "renews", "mails"):
        table.add_column(column, no_wrap=column != "customer")
    for order in orders:
        table.add_row(*_line(screen, order, mails))
    return table


def _line(screen: Screen, order: PlaceOrder, mails: list[CaughtMail]) -> tuple[str, ...]:
    name = f"order-{order.sales_order_number}"
    life, subscription = screen.views[name], screen.views.get(f"subscription-{order.subscription}")
    built = life.facts.get("built_at")
    about = sum(1 for mail in mails if order.sales_order_number in mail.path.name)
    return (
        order.sales_order_number,
        escape(order.customer.company),
        _coloured(life.stage),
        screen.local(datetime.fromisoformat(built), name)[:10] if built else "–",
        _coloured(subscription.stage) if subscription else "–",
        subscription.facts["renewal_date"] if subscription else "–",
        str(about),
    )


def _coloured(stage: str) -> str:
    return f"[{COLOURS.get(stage, 'default')}]{stage}[/]"


def _say_where(running: Service, console: Console, ready: float, took: float) -> None:
    console.print(f"[bold]{took:.0f} s[/] in all, {ready:.0f} s of them to start the service.")
    console.print(f"  mails      {running.mails}")
    console.print(f"  documents  {running.documents}")
    console.print(f"  Web UI     {running.server.ui_url}  (while it runs: --keep)")
    console.print(f"  one order  {running.workflow_url('order-SO-100001')}", soft_wrap=True)

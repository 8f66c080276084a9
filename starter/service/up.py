"""`tenure up`: the service in real time, until it is stopped."""

import asyncio
import contextlib
import shlex
import signal
from pathlib import Path

from rich.console import Console

from starter.service import env_file
from starter.service.service import Ports, Service, service


async def up(directory: Path, ports: Ports, *, time_travel: bool, console: Console) -> int:
    """Run until SIGINT or SIGTERM; returns 1 if the server or the worker ended by itself."""
    stop = asyncio.Event()
    for received in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(received, stop.set)
    async with service(directory, ports, time_travel=time_travel) as running:
        _say_where(running, console)
        failed = await _until(stop, running)
        console.print(f"[red]{failed}[/]" if failed else "stopping …")
    return 1 if failed else 0


def _say_where(running: Service, console: Console) -> None:
    console.print("[bold]Tenure is up.[/] Ctrl-C stops it; what it knows stays.")
    console.print(f"  Web UI     {running.server.ui_url}")
    console.print(f"  Temporal   {running.server.address}")
    console.print(f"  store      {running.directory / 'tenure.db'}")
    console.print(f"  mails      {running.mails}")
    console.print(f"  documents  {running.documents}")
    say_who_signs_in(running, console)
    console.print("To use it from another terminal:")
    console.print(f"  source {shlex.quote(_short(running.directory / env_file.NAME))}", soft_wrap=True, markup=False)
    console.print("  tenure order start examples/order.json")


def say_who_signs_in(running: Service, console: Console) -> None:
    """Where the pages are, and by which links."""
    if running.web is None:
        return
    console.print(f"  pages      {running.web.url}")
    if running.web.links:
        console.print("Sign in, once and within a quarter of an hour (later: tenure user sign-in USER):")
    for user_id, link in running.web.links.items():
        console.print(f"  {user_id:<13}{link}", soft_wrap=True, markup=False)


def _short(path: Path) -> str:
    """As somebody would type it here."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


async def _until(stop: asyncio.Event, running: Service) -> str | None:
    """None when asked to stop, else who ended by itself."""
    asked = asyncio.create_task(stop.wait())
    ends = {
        asyncio.create_task(running.server.wait()): "the Temporal server ended by itself",
        asyncio.create_task(asyncio.to_thread(running.worker.wait)): "the worker ended by itself",
    }
    if running.web:
        ends[asyncio.create_task(asyncio.to_thread(running.web.process.wait))] = "the pages ended by themselves"
    done, _ = await asyncio.wait([asked, *ends], return_when=asyncio.FIRST_COMPLETED)
    if asked in done:
        return None
    asked.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asked
    return next(why for task, why in ends.items() if task in done) + f" (log: {running.directory})"

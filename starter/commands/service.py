"""`tenure up` and `tenure demo`: their options. What they do is in up.py and demo.py, imported when they run."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from starter.console.exits import Exit, Stop, bad
from starter.console.options import examples, flag
from starter.console.terminal import terminal

app = typer.Typer()

Directory = Annotated[Path, typer.Option(metavar="DIR", help="Where everything is kept.")]
Port = Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="Temporal; 0 for any free one.")]
UiPort = Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="Temporal's Web UI.")]
MailPort = Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="Mail catcher.")]
WebPort = Annotated[int, typer.Option("--web-port", metavar="PORT", min=0, max=65535, help="The pages.")]
NoWeb = Annotated[bool, flag("--no-web", "Without the pages.")]
TimeTravel = Annotated[bool, flag("--time-travel", "Allow `tenure forward`. For tests only.")]
Examples = Annotated[Path, typer.Option(metavar="DIR", help="Where the examples are that are played.")]
Keep = Annotated[bool, flag("--keep", "Leave it running at the end, to look around.")]
Again = Annotated[bool, flag("--again", "Go on with what an earlier demo left.")]


@app.command(rich_help_panel="Service", epilog=examples("tenure up", "tenure up --time-travel --directory /tmp/tenure"))
def up(
    directory: Directory = Path(".tenure"),
    port: Port = 7233,
    ui_port: UiPort = 8233,
    mail_port: MailPort = 1025,
    web_port: WebPort = 8080,
    no_web: NoWeb = False,
    time_travel: TimeTravel = False,
) -> None:
    """The whole service on this machine; Ctrl-C stops it.

    Temporal with its Web UI, the store, the worker, the pages, and a catcher for
    mails. One node, on the loopback address only: for trying and for small use.
    The pages have logins: links to sign in are printed at the start.
    """
    from starter.service.service import Ports
    from starter.service.up import up as run

    ports = Ports(port, ui_port, mail_port, None if no_web else web_port)
    _serve(run(directory, ports, time_travel=time_travel, console=terminal.err))


@app.command(rich_help_panel="Service", epilog=examples("tenure demo", "tenure demo --keep"))
def demo(
    directory: Directory = Path(".tenure-demo"),
    port: Port = 7233,
    ui_port: UiPort = 8233,
    mail_port: MailPort = 1025,
    web_port: WebPort = 8080,
    no_web: NoWeb = False,
    orders: Examples = Path("examples"),
    keep: Keep = False,
    again: Again = False,
) -> None:
    """Runs all that is in examples/ from start to end, before your eyes."""
    from starter.demo.demo import demo as run
    from starter.service.service import Ports

    if not (orders / "orders.jsonl").is_file():
        raise bad("has no orders.jsonl; stand in the clone of Tenure, or say where orders to play are", "--orders")
    ports = Ports(port, ui_port, mail_port, None if no_web else web_port)
    _serve(run(directory, ports, orders, terminal.out, keep=keep, again=again))


def _serve(service: Coroutine[Any, Any, int]) -> None:
    """Run it; whatever keeps it from starting is one line."""
    from temporalio.service import RPCError

    from adapters.mail.catcher import PortTaken
    from adapters.temporal.client import CannotConnect
    from adapters.temporal.clock import CannotMoveClock
    from adapters.temporal.data_directory import CannotStart

    try:
        code = asyncio.run(service)
    except (CannotStart, CannotConnect, PortTaken, CannotMoveClock) as unable:
        raise Stop(Exit.UNREACHABLE, str(unable)) from None
    except RPCError as failed:
        words = f"the Temporal server failed: {failed.message} ({failed.status.name}); its log is in the directory"
        raise Stop(Exit.UNREACHABLE, words) from None
    if code:
        raise typer.Exit(code)

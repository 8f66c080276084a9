"""Options that several commands have."""

import getpass
import re
from typing import Annotated, Any, Final

import typer

from starter.exits import bad
from starter.ids import IDENTIFIER

OrderId = Annotated[str, typer.Argument(metavar="ID", help="SO#, or the workflow's id.", show_default=False)]
SubscriptionId = Annotated[
    str, typer.Argument(metavar="ID", help="Subscription's id, or the workflow's.", show_default=False)
]
TrialId = Annotated[str, typer.Argument(metavar="ID", help="Trial's id, or the workflow's.", show_default=False)]
DeviceId = Annotated[str, typer.Argument(metavar="ID", help="Device's id, or the workflow's.", show_default=False)]
By = Annotated[
    str | None,
    typer.Option(metavar="WHO", help="Who asks: an id, never a name. \\[default: cli-<you>]", show_default=False),
]
Reason = Annotated[str | None, typer.Option(metavar="TEXT", help="Why, for the audit trail.", show_default=False)]
Source = Annotated[
    str | None,
    typer.Option(
        metavar="WHERE", help="Where it comes from: operator (default), upstream, portal, import.", show_default=False
    ),
]
UpdateId = Annotated[
    str | None,
    typer.Option(
        "--update-id",
        metavar="KEY",
        help="Makes a repeat harmless: the same key gets the same answer.",
        show_default=False,
    ),
]
Message = Annotated[
    str | None,
    typer.Option(
        "--message",
        "-m",
        metavar="JSON",
        help="The whole message: a file, - for standard input, or '{…}'. Instead of the options above.",
        show_default=False,
    ),
]

ANYWHERE: Final = "[dim]Anywhere: --json, --address, --namespace. Exit codes: tenure --help[/]"


def told(what: str, metavar: str) -> Any:
    """An option for one field of a message."""
    return typer.Option(metavar=metavar, help=what, show_default=False)


def flag(name: str, what: str) -> Any:
    """An option without a value."""
    return typer.Option(name, metavar="", help=what)


def you() -> str:
    """Who asks when nobody says: `cli-` and the name of the operating system's user, made safe."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return "cli-" + (re.sub(r"[^A-Za-z0-9._-]+", "-", user).strip("-.") or "unknown")[:60]


def sender(by: str | None, source: str | None = None) -> dict[str, Any]:
    """What a message says about its sending unless it says so itself."""
    return {"by": by or you()} | ({"source": source} if source else {})


def update_key(key: str | None) -> str | None:
    """An update id is seen in the Web UI and in logs: like every id it carries no personal data."""
    if key is not None and not IDENTIFIER.fullmatch(key):
        raise bad("must be 1 to 64 letters, digits, dots, dashes or underscores", "--update-id")
    return key


def examples(*lines: str) -> str:
    """The end of a command's help: how it is used, one example a line."""
    return "\n".join(["[bold]Examples[/]" if len(lines) > 1 else "[bold]Example[/]", *lines, "", ANYWHERE])

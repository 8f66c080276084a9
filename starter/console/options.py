"""Options that several commands have."""

import getpass
import re
from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from starter.console.commands import ids_of


def flag(name: str, what: str) -> Any:
    """An option without a value."""
    return typer.Option(name, metavar="", help=what)


class ErrorPolicy(StrEnum):
    """What an import does about lines that are wrong."""

    REJECT_ALL = "reject-all"
    SKIP = "skip"


DryRun = Annotated[bool, flag("--dry-run", "Check, say what would happen, touch nothing.")]
MostBad = Annotated[
    int, typer.Option("--max-errors", metavar="N", min=1, help="Wrong lines to show; the rest is counted.")
]
Id = Annotated[
    str, typer.Argument(metavar="ID", help="Its id, or the workflow's.", show_default=False, autocompletion=ids_of())
]
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
WholeMessage = Annotated[
    str | None,
    typer.Option(
        "--message",
        "-m",
        metavar="JSON",
        help="The whole message: a file, - for standard input, or '{…}'. Instead of the options above.",
        show_default=False,
    ),
]
Stage = Annotated[
    str | None, typer.Option(metavar="STAGE", help="Only this stage, such as pending.", show_default=False)
]
DueBefore = Annotated[
    str | None,
    typer.Option("--due-before", metavar="WHEN", help="Next deadline before a date, or +7d.", show_default=False),
]
Customer = Annotated[str | None, typer.Option(metavar="ID", help="Only this customer's.", show_default=False)]
Partner = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Only those of which this partner faces the customer.", show_default=False),
]
OpenOnly = Annotated[bool, flag("--open", "Only those that are not over.")]
Attention = Annotated[bool, typer.Option("--attention", metavar="", help="Only those somebody should look at.")]
Limit = Annotated[int, typer.Option(metavar="N", min=1, help="How many at most.")]

ANYWHERE: Final = "[dim]Anywhere: -o json|yaml, --address, --namespace. Exit codes: tenure --help[/]"


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


def examples(*lines: str) -> str:
    """The end of a command's help: how it is used, one example a line."""
    return "\n".join(["[bold]Examples[/]" if len(lines) > 1 else "[bold]Example[/]", *lines, "", ANYWHERE])

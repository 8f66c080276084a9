"""Options that the commands of the Partner Hub share, and the hub as they ask for it."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated

import typer

from starter.console.exits import bad
from starter.console.options import flag
from starter.console.terminal import terminal

if TYPE_CHECKING:
    from starter.commands.hub_asked import Asked

User = Annotated[
    str | None,
    typer.Option(
        "--as", metavar="USER", help="As this user of the hub sees it. \\[default: everything in the store]",
        show_default=False,
    ),
]  # fmt: skip
Partner = Annotated[str | None, typer.Option(metavar="ID", help="Only this partner's customers.", show_default=False)]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="As of the week that had ended on that day; it answers the same for ever. \\[default: now]",
        show_default=False,
    ),
]
Revision = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Of that week, this revision. \\[default: the newest]", show_default=False),
]
Csv = Annotated[bool, flag("--csv", "As CSV for spreadsheets, safe against formulas.")]


def asking_hub(
    user: str | None = None,
    partner: str | None = None,
    as_of: str | None = None,
    revision: int | None = None,
    *,
    csv: bool = False,
    by: str | None = None,
) -> "AbstractContextManager[Asked]":
    from starter.commands.hub_asked import asking

    if csv and terminal.for_machines:
        raise bad("stands instead of --json and --output", "--csv")
    return asking(user, partner, as_of, revision, by=by)

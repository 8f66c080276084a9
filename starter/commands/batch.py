"""`tenure hold`, `resume`, `skip`: what operators may do to one lifecycle, for all that fit a list query."""

import asyncio
from typing import Annotated

import typer

from starter.console.options import Reason, examples, flag

app = typer.Typer()

Query = Annotated[
    str, typer.Option(metavar="QUERY", help="Which open ones: a list filter, as the Web UI has it.", show_default=False)
]
Who = Annotated[
    str | None, typer.Option("--by", metavar="WHO", help="Who asks: an id, never a name.", show_default=False)
]
Batch = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Go on with this one: nobody is asked twice. \\[default: a new one]"),
]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="Of more, nothing is done.")]
DryRun = Annotated[bool, flag("--dry-run", "Only say what would be done.")]
Yes = Annotated[bool, flag("--yes", "Do not ask first.")]

PANEL = "Many at once"
HELD = "--query \"TenurePartner = 'hikari'\" --reason 'in dispute with the partner' --by ops-7"
OVER = "--query \"TenurePartner = 'hikari'\" --reason 'the dispute is over' --by ops-7"
AWAY = "--query \"TenureCustomer = 'akasaka'\" --reason 'closed for the holidays' --by ops-7"

HOW = """
Counts those that fit, looks at each, shows how many there are and the first
of them, and asks. Then each is sent the update of that name, with a line for
each. Interrupted, the same command with --batch NAME does the rest: the name
is said at the beginning, and nobody is acted on twice. What is closed is not
asked. Exit code 3 if one refused, 6 if none fits, 7 if some did not answer.
"""


@app.command(
    rich_help_panel=PANEL,
    help=f"Stop deadlines and mails of all that fit, until resume.\n{HOW}",
    epilog=examples(f"tenure hold {HELD} --dry-run", f"tenure hold {HELD}"),
)
def hold(
    query: Query,
    reason: Reason = None,
    by: Who = None,
    batch: Batch = None,
    limit: Limit = 500,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    _run("hold", query, reason, by, batch, limit, dry_run=dry_run, yes=yes)


@app.command(
    rich_help_panel=PANEL,
    help=f"Let all that fit go on after a hold: what fell due is done at once.\n{HOW}",
    epilog=examples(
        f"tenure resume {OVER} --held-for 'in dispute with the partner' --dry-run",
        f"tenure resume {OVER} --held-for 'in dispute with the partner'",
    ),
)
def resume(
    query: Query,
    reason: Reason = None,
    by: Who = None,
    held_for: Annotated[
        str,
        typer.Option(metavar="TEXT", help="Only those held for this very reason, not for others.", show_default=False),
    ] = "",
    batch: Batch = None,
    limit: Limit = 500,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    _run("resume", query, reason, by, batch, limit, only=held_for, dry_run=dry_run, yes=yes)


@app.command(
    rich_help_panel=PANEL,
    help=f"Leave out the next courtesy mail of all that fit.\n{HOW}",
    epilog=examples(f"tenure skip {AWAY} --dry-run", f"tenure skip {AWAY} --reminder graduation_reminder"),
)
def skip(
    query: Query,
    reason: Reason = None,
    by: Who = None,
    reminder: Annotated[
        str,
        typer.Option(metavar="NAME", help="Only if it is the next one: graduation_reminder.", show_default=False),
    ] = "",
    batch: Batch = None,
    limit: Limit = 500,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    _run("skip_reminder", query, reason, by, batch, limit, only=reminder, dry_run=dry_run, yes=yes)


def _run(
    update: str,
    query: str,
    reason: str | None,
    by: str | None,
    batch: str | None,
    limit: int,
    *,
    only: str = "",
    dry_run: bool,
    yes: bool,
) -> None:
    from starter.reach.batch import carry_out
    from starter.reach.batch_wanted import Wanted

    wanted = Wanted.checked(update, query, reason=reason, by=by, batch=batch, limit=limit, only=only)
    asyncio.run(carry_out(wanted, dry_run=dry_run, yes=yes))

"""`tenure recompute`: after new rules of zones or holidays, for many lives at once."""

import asyncio
from typing import Annotated

import typer

from starter.console.options import By, Reason, examples, flag

app = typer.Typer()


@app.command(
    rich_help_panel="Tools",
    epilog=examples(
        "tenure recompute --query \"WorkflowType = 'Trial'\" --dry-run",
        "tenure recompute --query \"TenureStage = 'held'\" --reason 'tzdata 2026g'",
        "tenure recompute --query \"TenureCustomer = 'akasaka'\" --reason 'tzdata 2026g' --yes --json",
    ),
)
def recompute(
    query: Annotated[str, typer.Option(metavar="QUERY", help="Which running ones: a list filter.", show_default=False)],
    reason: Reason = None,
    by: By = None,
    dry_run: Annotated[bool, flag("--dry-run", "Only show what would move.")] = False,
    yes: Annotated[bool, flag("--yes", "Do not ask first.")] = False,
) -> None:
    """Count the dates still to come anew, by today's rules of zones and holidays.

    Every lifecycle keeps the rules it was opened with: no release moves a date.
    Those that fit take the rules of the worker
    that runs now. Calendar days of a contract stay, their midnights move. What
    was acted on, or moved by an operator, stays. What cannot be undone never
    comes earlier than was announced. Old and new dates are in the record.

    Shows first what would move, and asks. Repeat it after an interruption:
    nothing moves twice. Exit code 3 if one refused, 6 if none fits, 7 if some
    did not answer.
    """
    from starter.reach import recompute as recomputing

    asyncio.run(recomputing.recompute(query, by=by, reason=reason, dry_run=dry_run, yes=yes))

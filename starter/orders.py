"""`tenure order …`: start, import, show and list. What a command needs is imported when it runs, so help is fast."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from starter.options import By, OrderId, examples, flag, sender
from starter.terminal import terminal

app = typer.Typer(no_args_is_help=True, help="Orders: start them, tell them what happened, see where they stand.")


class ErrorPolicy(StrEnum):
    """What an import does about lines that are wrong."""

    REJECT_ALL = "reject-all"
    SKIP = "skip"


Source = Annotated[
    str, typer.Argument(metavar="FILE", help="One PlaceOrder as JSON; - for standard input.", show_default=False)
]
OrderFile = Annotated[Path, typer.Argument(metavar="FILE", help="Orders as .jsonl or .csv.", show_default=False)]
DryRun = Annotated[bool, flag("--dry-run", "Check, say what would happen, touch nothing.")]
Again = Annotated[bool, flag("--again", "Hand in once more an order whose start was refused.")]
Policy = Annotated[ErrorPolicy, typer.Option("--error-policy", help="One wrong line: start nothing, or the others.")]
MostBad = Annotated[int, typer.Option("--max-errors", min=1, help="Wrong lines to show; the rest is counted.")]
Stage = Annotated[
    str | None,
    typer.Option(metavar="STAGE", help="Only this stage: held, pending, in_progress, completed, …", show_default=False),
]
DueBefore = Annotated[
    str | None,
    typer.Option("--due-before", metavar="WHEN", help="Next deadline before a date, or +7d.", show_default=False),
]
Attention = Annotated[bool, flag("--attention", "Only those somebody should look at.")]
Limit = Annotated[int, typer.Option(min=1, help="How many at most.")]


@app.command(
    rich_help_panel="Start and see",
    epilog=examples(
        "tenure order start examples/order.json --dry-run",
        "tenure order start examples/order.json",
        "cat order.json | tenure order start -",
    ),
)
def start(file: Source, dry_run: DryRun = False, by: By = None, again: Again = False) -> None:
    """Start an order: workflow Order, id order-<SO#>.

    Repeating it is harmless: the same content is the same order (exit 0, or 5 if
    it is over), other content under the same SO# is a conflict (exit 4); neither
    changes anything. Who sends it and why (by, source, reason) is no content; of
    a policy only what the file states is compared.
    """
    from domain.order.messages import PlaceOrder
    from starter.reading import message

    order = message(file, PlaceOrder, sender(by))
    if dry_run:
        from starter.plan import plan, tell

        tell(planned := plan(order))
        terminal.answer(planned)
    else:
        from starter.handing_in import hand_in

        asyncio.run(hand_in(order, again=again))


@app.command(
    "import",
    rich_help_panel="Start and see",
    epilog=examples(
        "tenure order import examples/orders.jsonl --dry-run",
        "tenure order import examples/orders.csv",
        "tenure order import big.csv --error-policy skip --json > result.jsonl",
    ),
)
def import_(
    file: OrderFile,
    dry_run: DryRun = False,
    error_policy: Policy = ErrorPolicy.REJECT_ALL,
    max_errors: MostBad = 50,
    by: By = None,
) -> None:
    """Start every order of a file. Interrupted or repeated, it starts nothing twice.

    JSON Lines: one PlaceOrder a line. CSV: UTF-8, comma or semicolon; the header
    has dotted paths (sales_order_number, customer.contact.email,
    items.0.part_number, …), an empty cell is absent. With reject-all the whole
    file is checked before anything is started.
    """
    from starter.importing import import_file

    import_file(file, by, skip_bad=error_policy is ErrorPolicy.SKIP, dry_run=dry_run, most_bad=max_errors)


@app.command(
    rich_help_panel="Start and see",
    epilog=examples("tenure order show SO-100001", "tenure order show SO-100001 --json"),
)
def show(id_: OrderId) -> None:
    """Where an order stands: tracker, what is awaited, deadlines, tasks, events, mails.

    From the workflow itself while it runs, otherwise from the store. Dates are in
    the customer's zone.
    """
    from starter.ids import order
    from starter.seeing import see

    asyncio.run(see(order(id_)))


@app.command(
    "list",
    rich_help_panel="Start and see",
    epilog=examples("tenure order list --stage held --due-before +7d", "tenure order list --attention --json"),
)
def list_(stage: Stage = None, due_before: DueBefore = None, attention: Attention = False, limit: Limit = 500) -> None:
    """Orders by next deadline, from the store."""
    from starter.listing import list_orders

    asyncio.run(list_orders(stage, due_before, attention=attention, limit=limit))

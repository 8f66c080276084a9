"""`tenure mail list`: the mail ledger of all lifecycles."""

import asyncio
from typing import Annotated

import typer

from domain.lifecycles import mail_kinds
from domain.mails import MailState
from starter.console.options import Customer, Limit, Partner, examples, flag


def _kinds(incomplete: str) -> list[str]:
    return [kind for kind in mail_kinds() if kind.startswith(incomplete)]


app = typer.Typer(no_args_is_help=True, help="Mails: what became of each.")

Kind = Annotated[
    str | None,
    typer.Option(metavar="MAIL", help="Only this mail, such as welcome.", show_default=False, autocompletion=_kinds),
]
State = Annotated[
    MailState | None,
    typer.Option(metavar="STATE", help=f"One of {', '.join(MailState)}.", show_default=False),
]
Attention = Annotated[bool, flag("--attention", "Only those in doubt or refused.")]


@app.callback()
def mails() -> None:
    """One command by itself would be taken for the whole group."""


@app.command(
    "list",
    rich_help_panel="See",
    epilog=examples(
        "tenure mail list --attention", "tenure mail list --customer akasaka --kind welcome", "tenure mail list -o yaml"
    ),
)
def list_(
    state: State = None,
    customer: Customer = None,
    partner: Partner = None,
    kind: Kind = None,
    attention: Attention = False,
    limit: Limit = 500,
) -> None:
    """Mails of all lifecycles, the newest first: what became of each, to whom by role.

    What to do about one in doubt or refused says the show of its lifecycle.
    """
    from starter.commands.lists import list_mails

    asyncio.run(list_mails(customer, partner, kind, state, attention=attention, limit=limit))

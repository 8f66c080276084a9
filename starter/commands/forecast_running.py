"""`tenure forecast wholesale` and `tenure forecast compliance`: of those that run, from where they stand."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from domain.compliance.standing import NAME as COMPLIANCE
from domain.kind import Kind
from domain.wholesale.standing import NAME as WHOLESALE
from starter.answers.catalogue import group_of
from starter.commands.forecast import Days, From, Svg, WhatIf, answer, forecast
from starter.console.commands import ids_of
from starter.console.exits import Stop, bad
from starter.console.options import examples

FileOrId = Annotated[
    str,
    typer.Argument(
        metavar="FILE|ID",
        help="One start as JSON, - for standard input; or the id of a customer that is open.",
        autocompletion=ids_of(WHOLESALE),
    ),
]
CheckId = Annotated[
    str, typer.Argument(metavar="CHECK_ID", help="Of an open check.", autocompletion=ids_of(COMPLIANCE))
]

ALONE_OR_RUNNING: Final = """\
Every mail, deadline, loss and state to come: of one, and of what it starts.

The workflow itself runs on a clock that skips what nobody waits for. For a
FILE, with a store of its own that knows nothing else. For an ID, from where
the customer stands, with its open check and a copy of what your store knows
of the two. No mail goes out, your store is only read, no server is asked.
What reality would refuse is refused; a what-if act that is refused is told as
such, and the forecast goes on.
"""

RUNNING: Final = """\
Every mail, deadline, loss and state to come of a check that runs: from where
it stands, with its customer.

The workflows themselves run on a clock that skips what nobody waits for, with
a copy of what your store knows of the two. No mail goes out, your store is
only read, no server is asked. A check that found somebody finds the same once
more at its last look.
"""


def add_customer(app: typer.Typer, kind: Kind[Any]) -> None:
    """A customer to be onboarded, or one that runs."""
    command = f"tenure forecast {group_of(kind.name)}"
    epilog = examples(f"{command} examples/wholesale.json", f"{command} {kind.id_example} --json")

    @app.command(group_of(kind.name), help=ALONE_OR_RUNNING, epilog=epilog)
    def run(customer: FileOrId, what_if: WhatIf = None, svg: Svg = None, from_: From = None, days: Days = None) -> None:
        from starter.console.ids import subject
        from starter.forecast.known import running_customer

        if customer == "-" or customer.lstrip().startswith("{") or Path(customer).exists():
            forecast(kind, customer, what_if, svg, from_, days)
            return
        if from_ is not None:
            raise bad("goes with a FILE that is there: a customer that runs goes on from now", "--from")
        try:
            about = subject(kind.name, customer)
        except Stop:
            raise bad(f"is neither a file that is there nor an id such as {kind.id_example}", "FILE|ID") from None
        start, checks = asyncio.run(running_customer(about))
        answer(start, what_if, svg, days, beside=checks, goes_on=True)


def add_check(app: typer.Typer, kind: Kind[Any]) -> None:
    """Nobody hands a check in; what people ask is what becomes of one that runs."""
    command = f"tenure forecast {group_of(kind.name)} {kind.id_example}"

    @app.command(
        group_of(kind.name), help=RUNNING, epilog=examples(command, f"{command} --what-if confirm.jsonl --json")
    )
    def run(check_id: CheckId, what_if: WhatIf = None, svg: Svg = None, days: Days = None) -> None:
        from starter.console.ids import subject
        from starter.forecast.known import running_check

        start, customer = asyncio.run(running_check(subject(kind.name, check_id)))
        answer(start, what_if, svg, days, before=(customer,), goes_on=True)

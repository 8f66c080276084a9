"""`tenure schema` and `tenure forward`: the contract on paper, and the test clock."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from starter.exits import bad
from starter.options import examples, flag

app = typer.Typer()


@app.command(
    rich_help_panel="Tools",
    epilog=examples("tenure schema", "tenure schema order.start", "tenure schema --out docs/schemas"),
)
def schema(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Which one.", show_default=False)] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write NAME.json there for each.", show_default=False)
    ] = None,
) -> None:
    """JSON Schemas of every start, every update, every answer."""
    from starter import schemas

    schemas.schema(name, out)


@app.command(
    rich_help_panel="Tools",
    epilog=examples(
        "tenure forward SO-100001 --days 5",
        "tenure forward sub-SO-100001 --days 335 --hours 9",
        "tenure forward T-1001 --days 83",
    ),
)
def forward(
    id_: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="SO#, id of a subscription, trial or device, or workflow id.", show_default=False
        ),
    ],
    days: Annotated[float, typer.Option(min=0, help="How many days.")] = 0,
    hours: Annotated[float, typer.Option(min=0, help="And how many hours.")] = 0,
) -> None:
    """Test clock: move one order, subscription, trial or device forward, see what happens.

    All others stay where they are. Only on an embedded server that was started for
    it: tenure up --time-travel, or tenure demo --keep.
    """
    from starter import ids, seeing

    if days + hours <= 0:
        raise bad("say how far: --days, --hours or both", "--days")
    asyncio.run(seeing.move(ids.any_of(id_), timedelta(days=days, hours=hours)))


@app.command(rich_help_panel="Tools", epilog=examples("tenure audit", "tenure audit --repair"))
def audit(
    repair: Annotated[bool, flag("--repair", "Mend what can be mended.")] = False,
) -> None:
    """Compare store, search attributes and workflows of everything that is open.

    Exit code 3 if differences remain. --repair brings rows and lists up to date and
    closes orders and trials whose workflow was torn off; of what it cannot mend it
    says what to do.
    """
    from starter import audit as auditing

    asyncio.run(auditing.audit(repair=repair))

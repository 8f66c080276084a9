"""Tools that are one command each: the contract on paper, the store, the test clock, the audit."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from starter.console.commands import ids_of
from starter.console.exits import bad
from starter.console.options import examples, flag

app = typer.Typer()


def _schemas(incomplete: str) -> list[str]:
    from starter.answers.catalogue import models

    return [name for name in models() if name.startswith(incomplete)]


@app.command(
    rich_help_panel="Tools",
    epilog=examples("tenure schema", "tenure schema order.start", "tenure schema --out docs/schemas"),
)
def schema(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Which one.", show_default=False, autocompletion=_schemas),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write NAME.json there for each.", show_default=False)
    ] = None,
) -> None:
    """JSON Schemas of every start, every update, every answer."""
    from starter.commands import schemas

    schemas.schema(name, out)


@app.command(rich_help_panel="Service", epilog=examples("tenure migrate"))
def migrate() -> None:
    """Make the store, or bring it to this release. Repeating it does no harm.

    The store is where DATABASE_URL says. A worker does the same when it starts.
    """
    from starter.commands.migrate import migrate as run

    run()


@app.command(rich_help_panel="Service", epilog=examples("tenure doctor", "tenure doctor --json"))
def doctor() -> None:
    """Is everything there: settings, store, Temporal, a worker, the mail relay.

    Each line is ok, warn or fail, and says what to do. Nothing is changed, and no
    mail is sent. Exit code 0, also with warnings; 2 if a setting is wrong, 7 if
    something does not answer.
    """
    from starter.commands.doctor import doctor as look

    asyncio.run(look())


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
            metavar="ID",
            help="An id of any lifecycle, or the workflow's.",
            show_default=False,
            autocompletion=ids_of(),
        ),
    ],
    days: Annotated[float, typer.Option(min=0, help="How many days.")] = 0,
    hours: Annotated[float, typer.Option(min=0, help="And how many hours.")] = 0,
) -> None:
    """Test clock: move one forward, see what happens.

    All others stay where they are. Only on an embedded server that was started
    for it: tenure up --time-travel, or tenure demo --keep.
    """
    from starter.commands import show as seeing
    from starter.console import ids

    if days + hours <= 0:
        raise bad("say how far: --days, --hours or both", "--days")
    asyncio.run(seeing.move(ids.any_of(id_), timedelta(days=days, hours=hours)))


@app.command(rich_help_panel="Tools", epilog=examples("tenure audit", "tenure audit --repair"))
def audit(
    repair: Annotated[bool, flag("--repair", "Repair what can be repaired.")] = False,
    thorough: Annotated[bool, flag("--thorough", "Ask every workflow, not only where lists and store differ.")] = False,
) -> None:
    """Compare store, search attributes and workflows of everything that is open.

    It also names steps and tasks that keep failing, and people or forms that are
    missing. Exit code 3 if anything remains.

    --repair brings rows and lists up to date, closes orders, trials, option
    requests and cases whose workflow was terminated, and starts again what
    Temporal has lost (restored from an older backup, or deleted). Of the rest it
    says what to do. After a restore say --thorough or --repair: both ask every
    workflow.
    """
    from starter.commands import audit as auditing

    asyncio.run(auditing.audit(repair=repair, thorough=thorough))

"""`tenure screening …`: lists of restricted parties, and who is like somebody on them."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from starter.console.options import By, DryRun, MostBad, Partner, examples, flag
from starter.console.terminal import terminal

app = typer.Typer(
    no_args_is_help=True, help="Lists of restricted parties: import them, try a name, screen customers anew."
)

ListPath = Annotated[
    Path, typer.Argument(metavar="FILE", help="A list as it was published: .csv, .tsv or .txt.", show_default=False)
]
ListName = Annotated[
    str | None,
    typer.Option("--name", metavar="NAME", help="Keep it under this name. \\[default: csl or dpl, by its columns]"),
]
Country = Annotated[str, typer.Option(metavar="XX", help="Where it is: ISO 3166, two letters.", show_default=False)]
Alias = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Another name of it, in any script. Repeat it for each.", show_default=False),
]
City = Annotated[str | None, typer.Option(metavar="CITY", help="Of its billing address.", show_default=False)]
Most = Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help="Customers at most; again for the next ones.")]

LISTS = "Lists"
IMPORT = "tenure screening import examples/screening/consolidated.csv"


@app.command("import", rich_help_panel=LISTS, epilog=examples(f"{IMPORT} --dry-run", IMPORT))
def import_(
    file: ListPath, name: ListName = None, dry_run: DryRun = False, max_errors: MostBad = 50, by: By = None
) -> None:
    """Take a list in as a new version, which screenings use from now on.

    Two lists are read as they are published, and told by their header: the US
    Consolidated Screening List (csl: columns _id, source, name, addresses,
    alt_names, …) and the US Denied Persons List (dpl: Name, Street_Address,
    Country, Effective_Date, …). Comma, tab or semicolon; UTF-8 or UTF-16.

    The whole file is judged first: with one wrong row nothing is written, for a
    list with gaps lets people by. Each wrong row is told with line and column.
    The same file again makes no new version, and no version ever changes.

    alt_names hold several names between semicolons; X a/k/a Y is two names.
    Countries, by name or code, are kept as ISO codes; a party without one is
    matched by name alone. A party whose end date is past is kept and compared
    like the others: a match says that it ended, and whoever reviews it decides,
    for a denial that has ended binds nobody and may have been renewed.

    Customers are not screened anew by that: tenure screening rescreen
    """
    from starter.intake.screening_import import import_list

    import_list(file, name, by, dry_run=dry_run, most_bad=max_errors)


@app.command(rich_help_panel=LISTS, epilog=examples("tenure screening lists", "tenure screening lists --current"))
def lists(current: Annotated[bool, flag("--current", "Only what screenings use now.")] = False) -> None:
    """Versions of all lists, the newest of each name first; that one is used."""
    from starter.commands.screening_views import show_lists

    asyncio.run(show_lists(current_only=current))


@app.command(
    "try",
    rich_help_panel="Screen",
    epilog=examples(
        'tenure screening try "Zorbelin Marine" --country CN',
        'tenure screening try "Akasaka Shoji" --country JP --alias 赤坂商事 --city Tokyo',
    ),
)
def try_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of a company or person.", show_default=False)],
    country: Country,
    alias: Alias = None,
    city: City = None,
) -> None:
    """Who on the lists is like that, with score and reason; nothing is kept.

    As a customer of that name would be screened, by the service of the settings
    (TENURE_SCREENING__SERVICE) and its threshold (TENURE_SCREENING__THRESHOLD).
    """
    from starter.commands.screening_views import try_name

    asyncio.run(try_name(name, country, alias or [], city))


@app.command(
    rich_help_panel="Screen",
    epilog=examples(
        "tenure screening rescreen --dry-run",
        "tenure screening rescreen --limit 500",
        "tenure screening rescreen --partner hikari --json",
    ),
)
def rescreen(partner: Partner = None, limit: Most = 500, dry_run: DryRun = False, by: By = None) -> None:
    """Have open wholesale customers screened by the list as it is now.

    Each gets the update screen_again with the version of the lists; the checks
    run in the background, and nothing else of a customer is delayed. Those that
    were screened by this version already are left alone and said to be. A line
    for each, then a sum. Interrupted or repeated, it goes on with the rest.

    Where a service elsewhere screens, its list has no version here: then each
    customer is screened anew once a day at most.
    """
    from starter.reach.rescreen import rescreen as rescreen_all

    remaining = asyncio.run(rescreen_all(partner, limit, by, dry_run=dry_run))
    if remaining:
        terminal.say(f"{remaining:,} more are open: the same command again does the next {min(limit, remaining):,}")

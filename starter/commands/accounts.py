"""`tenure account …`: the registry of service organizations, and who of them is a large-user account."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from starter.console.exits import bad
from starter.console.options import By, DryRun, ErrorPolicy, Limit, MostBad, examples, flag

app = typer.Typer(
    no_args_is_help=True, help="Accounts: service organizations, their licences, who is a large-user account."
)

Accounts = Annotated[Path, typer.Argument(metavar="FILE", help="Accounts as .jsonl or .csv.", show_default=False)]
OrganizationId = Annotated[str, typer.Argument(metavar="ID", help="Its ZOID, or its ZGID.", show_default=False)]
OnError = Annotated[
    ErrorPolicy,
    typer.Option("--error-policy", metavar="reject-all|skip", help="One wrong line: write nothing, or the others."),
]
Region = Annotated[str | None, typer.Option(metavar="REGION", help="Only this region's.", show_default=False)]
After = Annotated[str, typer.Option(metavar="ZOID", help="Go on after this one.", show_default=False)]

IMPORT = "tenure account import examples/accounts.csv"


@app.command("import", rich_help_panel="Keep", epilog=examples(f"{IMPORT} --dry-run", IMPORT))
def import_(
    file: Accounts,
    dry_run: DryRun = False,
    error_policy: OnError = ErrorPolicy.REJECT_ALL,
    max_errors: MostBad = 50,
    by: By = None,
) -> None:
    """Write all accounts of a file: new ones, and changes of those that are known.

    What a line says of an account is all that is known of it afterwards: a
    service that it leaves out is gone. An account that the file leaves out stays
    as it is. Interrupted or repeated, it does no harm. With reject-all the whole
    file is checked before anything is written.

    JSON Lines: one account a line. CSV as spreadsheets write it: comma, semicolon
    or tab, UTF-8 or UTF-16, an empty cell is absent; columns zoid, zgid, name,
    region, data_centre, super_admin, partner_id, domains.0, zuids.0, …, and

    one account a line: subscriptions.0.service, subscriptions.0.licences,
    subscriptions.1.service, and so on; or

    one service a line: service and licences, with everything else repeated.
    Lines of one account follow each other.

    All fields: tenure schema account.import
    """
    from starter.intake.accounts import import_accounts

    skip_bad = error_policy is ErrorPolicy.SKIP
    import_accounts(file, by, skip_bad=skip_bad, dry_run=dry_run, most_bad=max_errors)


@app.command(rich_help_panel="See", epilog=examples("tenure account show 700100200"))
def show(id_: OrganizationId) -> None:
    """The whole account: licences, why it is large or not, doors, open cases.

    Also its SuperAdmin's address, which no list shows.
    """
    from starter.commands.account_views import show_account

    asyncio.run(show_account(id_))


@app.command(
    "list", rich_help_panel="See", epilog=examples("tenure account list --large", "tenure account list --region JP")
)
def list_(
    region: Region = None,
    large: Annotated[bool, flag("--large", "Only large-user accounts.")] = False,
    after: After = "",
    limit: Limit = 500,
) -> None:
    """By ZOID, from the store; no person is named."""
    from starter.commands.account_views import list_accounts

    asyncio.run(list_accounts(region, large=large, after=after, limit=limit))


@app.command(
    rich_help_panel="See", epilog=examples("tenure account classify 700100200", "tenure account classify --all")
)
def classify(
    id_: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Its ZOID, or its ZGID.", show_default=False)
    ] = None,
    all_: Annotated[bool, flag("--all", "Count all accounts, by region.")] = False,
) -> None:
    """Is it a large-user account, and why.

    By the licences of all its services but five: Zoho Campaigns, Zoho DataPrep,
    Zoho PageSense, Zoho Writer add-ons and Zoho Marketing Automation. It is one
    from the threshold of its region on (TENURE_LARGE_USER_THRESHOLDS, such as
    {"JP": 1000}); a region without a threshold has no large-user accounts.
    """
    from starter.commands.account_views import classify_account, classify_all

    if (id_ is None) != all_:
        raise bad("say which one, or --all", "ID")
    asyncio.run(classify_all() if id_ is None else classify_account(id_))

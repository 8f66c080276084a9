"""What wholesale customers have beside the commands of every lifecycle: a precheck, their users, a certificate."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from domain.wholesale.standing import NAME as WHOLESALE
from starter.console.commands import ids_of
from starter.console.options import By, DryRun, ErrorPolicy, Limit, MostBad, examples, flag

app = typer.Typer()
users = typer.Typer(no_args_is_help=True, help="Users of a wholesale customer: import them, list them.")

ExternalId = Annotated[
    str,
    typer.Argument(
        metavar="EXTERNAL_ID",
        help="The customer's id, or its workflow's.",
        show_default=False,
        autocompletion=ids_of(WHOLESALE),
    ),
]
OneStart = Annotated[
    str, typer.Argument(metavar="FILE", help="One start as JSON; - for standard input.", show_default=False)
]
ManyUsers = Annotated[Path, typer.Argument(metavar="FILE", help="Users as .csv or .jsonl.", show_default=False)]
OnError = Annotated[
    ErrorPolicy,
    typer.Option("--error-policy", metavar="reject-all|skip", help="One wrong line: assign nobody, or the others."),
]
Again = Annotated[bool, flag("--again", "Also what was assigned before: somebody changed it since.")]
Package = Annotated[str | None, typer.Option(metavar="NAME", help="Only who has this one.", show_default=False)]
After = Annotated[str, typer.Option(metavar="USER", help="Go on after this one.", show_default=False)]

IMPORT = "tenure wholesale users import W-1001 examples/wholesale-users.csv"


@app.command(
    rich_help_panel="Start and see",
    epilog=examples(
        "tenure wholesale precheck examples/wholesale.json", "tenure wholesale precheck - --json < customer.json"
    ),
)
def precheck(file: OneStart, by: By = None) -> None:
    """Everything that would be refused about a new customer, without a start.

    Every field that is wrong at once, packages and add-ons that the catalogue
    does not have, add-ons without the package they need, a country that no
    location serves, an id that is taken. Exit code 2 if it would be refused;
    7 if the store cannot say whether the id is free.

    Else what would follow: organization country, location, default call-in
    number, and the compliance check that starts beside the provisioning.
    """
    from starter.intake.wholesale_precheck import precheck as judged

    asyncio.run(judged(file, by))


@app.command(rich_help_panel="Start and see", epilog=examples("tenure wholesale certificate W-1001"))
def certificate(external_id: ExternalId) -> None:
    """The certificate of a deprovisioned customer: who asked, why, what went when.

    It names nobody: users are counted, and a digest over their ids says which
    they were. Whether it is still what was filed is checked. Exit code 3 if the
    customer is not deprovisioned.
    """
    from starter.commands.wholesale_views import show_certificate
    from starter.console.ids import subject

    asyncio.run(show_certificate(subject(WHOLESALE, external_id)))


@users.command("import", epilog=examples(f"{IMPORT} --dry-run", IMPORT))
def import_(
    external_id: ExternalId,
    file: ManyUsers,
    dry_run: DryRun = False,
    error_policy: OnError = ErrorPolicy.REJECT_ALL,
    again: Again = False,
    max_errors: MostBad = 50,
    by: By = None,
) -> None:
    """Give all users of a file what they are to have, 500 at a time.

    A line for each user: assigned, changed, unchanged, or refused and why; one
    that is refused stops no other (exit code 3). Interrupted, the same command
    goes on: what was done is not done again, what was refused is tried again.
    A user that the file leaves out stays as it is.

    CSV as spreadsheets write it: comma, semicolon or tab, UTF-8 or UTF-16, an
    empty cell is absent; columns user_id, email, first_name, last_name, package,
    add_ons.0, add_ons.1, …, administrator. JSON Lines: one user a line.

    --dry-run judges lines only; what a user may have, the customer decides.
    All fields: tenure schema wholesale.user
    """
    from starter.console.ids import subject
    from starter.intake.wholesale_users_import import How, import_users

    how = How(by, error_policy is ErrorPolicy.SKIP, dry_run, again, max_errors)
    import_users(subject(WHOLESALE, external_id), file, how)


@users.command(
    "list",
    epilog=examples(
        "tenure wholesale users list W-1001", "tenure wholesale users list W-1001 --package webex_calling --json"
    ),
)
def list_(external_id: ExternalId, package: Package = None, after: After = "", limit: Limit = 500) -> None:
    """Who has what, by id, from the store; no person is named."""
    from starter.commands.wholesale_views import list_users
    from starter.console.ids import subject

    asyncio.run(list_users(subject(WHOLESALE, external_id), package, after, limit))


app.add_typer(users, name="users", rich_help_panel="Users")

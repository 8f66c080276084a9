"""`tenure user …`: who may sign in to the pages, with which roles."""

from typing import Annotated

import typer

from starter.console.options import By, examples, flag

app = typer.Typer(no_args_is_help=True, help="Users: who may sign in to the pages, and what they may do there.")

UserId = Annotated[str, typer.Argument(metavar="USER", help="Their id: no name, no address.", show_default=False)]
Name = Annotated[str | None, typer.Option(metavar="NAME", help="As pages show it.", show_default=False)]
Role = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ROLE", help="May be given several times: full_administrator, administrator, …", show_default=False
    ),
]
Email = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="By it the identity provider's sign-in finds them.", show_default=False),
]
Language = Annotated[str | None, typer.Option(metavar="ja|ko|fr|en", help="Of their pages.", show_default=False)]
Zone = Annotated[str | None, typer.Option(metavar="ZONE", help="Such as Asia/Tokyo.", show_default=False)]
Last = Annotated[bool, flag("--last", "Even the last full administrator of a partner.")]


@app.command(
    rich_help_panel="Keep",
    epilog=examples(
        "tenure user add ken --partner hikari --role full_administrator --email ken.sato@hikari.example",
        "tenure user add op-1 --name 'Operator on duty'",
    ),
)
def add(
    user: UserId,
    name: Name = None,
    partner: Annotated[
        str | None, typer.Option(metavar="ID", help="Whose user; without it an operator.", show_default=False)
    ] = None,
    role: Role = None,
    email: Email = None,
    language: Language = None,
    zone: Zone = None,
    by: By = None,
) -> None:
    """Somebody who may sign in; repeated with the same facts it does no harm.

    Roles of a partner's user: full_administrator and read_only_administrator see
    all customers; administrator, sales_administrator, provisioning_administrator
    those that they are assigned to. A partner's user sees pages after its first
    order, and after they have accepted the terms of service.
    """
    from starter.commands.user_acts import add_user

    given = {"name": name, "partner_id": partner, "roles": role, "email": email, "language": language, "zone": zone}
    add_user(user, given, by)


@app.command(
    rich_help_panel="Keep",
    epilog=examples("tenure user change ken --role administrator", "tenure user change ken --deactivate"),
)
def change(
    user: UserId,
    name: Name = None,
    role: Role = None,
    email: Email = None,
    language: Language = None,
    zone: Zone = None,
    activate: Annotated[bool, flag("--activate", "May sign in again.")] = False,
    deactivate: Annotated[bool, flag("--deactivate", "May not sign in any more, and is signed out at once.")] = False,
    last: Last = False,
    by: By = None,
) -> None:
    """What is given; the rest stays. Roles are replaced as a whole."""
    from starter.commands.user_acts import change_user

    given = {"name": name, "roles": role, "email": email, "language": language, "zone": zone}
    change_user(user, given, by, activate=activate, deactivate=deactivate, last=last)


@app.command(rich_help_panel="Keep", epilog=examples("tenure user remove ken"))
def remove(user: UserId, last: Last = False, by: By = None) -> None:
    """Their name and address are gone; what they did stays, under their id."""
    from starter.commands.user_acts import remove_user

    remove_user(user, by, last=last)


@app.command("list", rich_help_panel="See", epilog=examples("tenure user list", "tenure user list --partner hikari"))
def list_(
    partner: Annotated[str | None, typer.Option(metavar="ID", help="Only this partner's.", show_default=False)] = None,
) -> None:
    """By partner, the vendor's first; no name and no address is shown."""
    from starter.commands.user_acts import list_users

    list_users(partner)


@app.command(rich_help_panel="See", epilog=examples("tenure user show ken"))
def show(user: UserId) -> None:
    """All that is known of one user."""
    from starter.commands.user_acts import show_user

    show_user(user)


@app.command("sign-in", rich_help_panel="Keep", epilog=examples("tenure user sign-in ken"))
def sign_in(user: UserId) -> None:
    """A link by which this user signs in: once, within a quarter of an hour.

    Whoever has it signs in as them, so give it to nobody else. An earlier link of
    theirs works no longer.
    """
    from starter.commands.user_acts import sign_in_user

    sign_in_user(user)

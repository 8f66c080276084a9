"""`tenure hub …`: the Partner Hub on a terminal: customers, KPIs, calling analytics, weeks that were closed."""

from typing import Annotated, Any

import typer

from starter.commands import hub_numbers
from starter.commands.hub_options import AsOf, Csv, Partner, Revision, User, asking_hub
from starter.console.exits import bad
from starter.console.options import By, examples, flag

app = typer.Typer(
    no_args_is_help=True, help="The Partner Hub: customers, KPIs, calling analytics; now, or as of a week."
)
tags = typer.Typer(no_args_is_help=True, help="Tags of customers and subscriptions, of one partner each.")
app.add_typer(hub_numbers.app)
app.add_typer(tags, name="tags", rich_help_panel="Customers")

CUSTOMERS = "Customers"

CustomerId = Annotated[str, typer.Argument(metavar="ID", help="The customer's id.", show_default=False)]
Many = list[str] | None


def _values(name: str, metavar: str, what: str) -> Any:
    return typer.Option(name, metavar=metavar, help=f"{what} Repeat it for others.", show_default=False)


@app.command(
    rich_help_panel=CUSTOMERS,
    epilog=examples(
        "tenure hub customers --status suspended --status expiring_soon",
        "tenure hub customers --product calling --type trial --sort ends",
        "tenure hub customers --as ken --as-of 2026-11-22 --csv > customers.csv",
    ),
)
def customers(
    status: Annotated[Many, _values("--status", "STATUS", "Such as suspended, trial, expiring_soon.")] = None,
    product: Annotated[Many, _values("--product", "PRODUCT", "Such as meetings, calling.")] = None,
    type_: Annotated[Many, _values("--type", "TYPE", "subscription or trial.")] = None,
    managed: Annotated[Many, _values("--managed", "HOW", "external or own.")] = None,
    tag: Annotated[Many, _values("--tag", "TAG", "Of the customer, or of a subscription.")] = None,
    search: Annotated[str, typer.Option(metavar="WORDS", help="Parts of the name or the id.", show_default=False)] = "",
    sort: Annotated[str, typer.Option(metavar="BY", help="name, id, status, ends, sign_in or added.")] = "name",
    reverse: Annotated[bool, flag("--reverse", "The other way round.")] = False,
    page: Annotated[int, typer.Option(metavar="N", min=1, help="Which page.")] = 1,
    size: Annotated[int, typer.Option(metavar="N", help="Customers of a page: 25, 50, 100 or 200.")] = 50,
    user: User = None,
    partner: Partner = None,
    as_of: AsOf = None,
    revision: Revision = None,
    csv: Csv = False,
) -> None:
    """Customers with all their statuses: what has to be looked at stands first.

    What is said of several things has to fit all of them; of several values of
    one thing, one. Statuses are reckoned when they are shown; as of a week, as
    they were at its end. With --csv there are no pages.
    """
    from starter.commands.hub_customers import filter_of, list_customers

    several = {"status": status, "product": product, "type": type_, "managed": managed, "tag": tag}
    pairs = [(name, value) for name, values in several.items() for value in values or ()]
    pairs += [("q", search), ("page", str(page)), ("size", str(size))]
    with asking_hub(user, partner, as_of, revision, csv=csv) as asked:
        list_customers(asked, filter_of(asked, pairs, sort, reverse=reverse), csv=csv)


@app.command(
    rich_help_panel=CUSTOMERS,
    epilog=examples("tenure hub customer akasaka", "tenure hub customer akasaka --as-of 2026-11-22 --json"),
)
def customer(
    id_: CustomerId, user: User = None, partner: Partner = None, as_of: AsOf = None, revision: Revision = None
) -> None:
    """One customer: statuses, subscriptions, trials, licences, invoices, events."""
    from starter.commands.hub_customer import show_customer

    with asking_hub(user, partner, as_of, revision) as asked:
        show_customer(asked, id_)


@app.command(
    rich_help_panel=CUSTOMERS,
    epilog=examples(
        "tenure hub usage akasaka sub-SO-100001", "tenure hub usage akasaka T-1001 --product calling --csv"
    ),
)
def usage(
    id_: CustomerId,
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="Of a subscription or a trial: its id.", show_default=False)
    ],
    product: Annotated[str, typer.Option(metavar="PRODUCT", help="Which licences.")] = "meetings",
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="From that day on. \\[default: 13 weeks]", show_default=False)
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Before that day. \\[default: today]", show_default=False)
    ] = None,
    user: User = None,
    partner: Partner = None,
    csv: Csv = False,
) -> None:
    """Licences assigned and used, day by day: what a line's numbers come from."""
    from starter.commands.hub_asked import day
    from starter.commands.hub_customer import show_usage

    first = day(since, "--since") if since else None
    last = day(until, "--until") if until else None
    with asking_hub(user, partner, csv=csv) as asked:
        show_usage(asked, id_, subject, product, first, last, csv=csv)


@tags.command(
    "set",
    epilog=examples(
        'tenure hub tags set akasaka --tag pilot --tag "key account"',
        "tenure hub tags set akasaka --subscription sub-SO-100001 --none",
    ),
)
def set_(
    id_: CustomerId,
    tag: Annotated[Many, _values("--tag", "TAG", "25 characters at most; five of them.")] = None,
    none: Annotated[bool, flag("--none", "Take all away.")] = False,
    subscription: Annotated[
        str | None, typer.Option(metavar="ID", help="Of this subscription of the customer.", show_default=False)
    ] = None,
    user: User = None,
    partner: Partner = None,
    by: By = None,
) -> None:
    """Replace the tags of a customer, or of a subscription, as a whole. HUB-20.

    Only the partner's full administrators and administrators may (HUB-22).
    """
    from starter.commands.hub_customers import set_tags

    if bool(tag) is none:
        raise bad("say each tag, or --none for no tags at all", "--tag")
    with asking_hub(user, partner, by=by) as asked:
        set_tags(asked, id_, tag or [], subscription)

"""`tenure hub …`: the Partner Hub on a terminal: customers, KPIs, calling analytics, weeks that were closed."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from starter.console.exits import bad
from starter.console.options import By, examples, flag
from starter.console.terminal import terminal

if TYPE_CHECKING:
    from starter.commands.hub_asked import Asked

app = typer.Typer(
    no_args_is_help=True, help="The Partner Hub: customers, KPIs, calling analytics; now, or as of a week."
)
tags = typer.Typer(no_args_is_help=True, help="Tags of customers and subscriptions, of one partner each.")
app.add_typer(tags, name="tags", rich_help_panel="Customers")

CUSTOMERS = "Customers"
NUMBERS = "Numbers"
WEEKS = "Weeks"

User = Annotated[
    str | None,
    typer.Option(
        "--as", metavar="USER", help="As this user of the hub sees it. \\[default: everything in the store]",
        show_default=False,
    ),
]  # fmt: skip
Partner = Annotated[str | None, typer.Option(metavar="ID", help="Only this partner's customers.", show_default=False)]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="As of the week that had ended on that day; it answers the same for ever. \\[default: now]",
        show_default=False,
    ),
]
Revision = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Of that week, this revision. \\[default: the newest]", show_default=False),
]
Csv = Annotated[bool, flag("--csv", "As CSV for spreadsheets, safe against formulas.")]
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
    with _asking(user, partner, as_of, revision, csv=csv) as asked:
        list_customers(asked, filter_of(asked, pairs, sort, reverse=reverse), csv=csv)


@app.command(
    rich_help_panel=CUSTOMERS,
    epilog=examples("tenure hub customer akasaka", "tenure hub customer akasaka --as-of 2026-11-22 --json"),
)
def customer(
    id_: CustomerId, user: User = None, partner: Partner = None, as_of: AsOf = None, revision: Revision = None
) -> None:
    """One customer: statuses, subscriptions, trials, licences, invoices, events."""
    from starter.commands.hub_customers import show_customer

    with _asking(user, partner, as_of, revision) as asked:
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
    from starter.commands.hub_customers import show_usage

    first = day(since, "--since") if since else None
    last = day(until, "--until") if until else None
    with _asking(user, partner, csv=csv) as asked:
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
    with _asking(user, partner, by=by) as asked:
        set_tags(asked, id_, tag or [], subscription)


@app.command(
    rich_help_panel=NUMBERS,
    epilog=examples(
        "tenure hub kpi",
        "tenure hub kpi --product calling --section expiring",
        "tenure hub kpi --section over_limit --as-of 2026-11-22 --revision 1 --csv",
    ),
)
def kpi(
    product: Annotated[
        str, typer.Option(metavar="PRODUCT", help="meetings or calling: of all but the first numbers.")
    ] = "meetings",
    section: Annotated[
        str | None,
        typer.Option(
            metavar="SECTION",
            help="With its table: recently_added, expiring, renewing, low_assignment or over_limit.",
            show_default=False,
        ),
    ] = None,
    user: User = None,
    partner: Partner = None,
    as_of: AsOf = None,
    revision: Revision = None,
    csv: Csv = False,
) -> None:
    """The KPI dashboard: its numbers and the trend, or one section with its rows.

    Ratios are sums over sums; where there is nothing to divide by stands "–".
    What each number means: tenure hub definitions
    """
    from domain.hub.products import MEASURED
    from domain.hub.sections import SectionKey
    from starter.commands.hub_kpi import show_dashboard, show_section

    if product not in MEASURED:
        raise bad(f"must be one of {', '.join(MEASURED)}", "--product")
    if section is not None and section not in set(SectionKey):
        raise bad(f"must be one of {', '.join(SectionKey)}", "--section")
    with _asking(user, partner, as_of, revision, csv=csv) as asked:
        if section is None:
            show_dashboard(asked, product, csv=csv)
        else:
            show_section(asked, product, SectionKey(section), csv=csv)


@app.command(
    rich_help_panel=NUMBERS,
    epilog=examples("tenure hub calling", "tenure hub calling --table queues --as-of 2026-11-22 --csv"),
)
def calling(
    table: Annotated[
        str | None,
        typer.Option(
            metavar="TABLE",
            help="Only weeks, usage, endpoints, quality, features or queues. \\[default: all; of a CSV usage]",
            show_default=False,
        ),
    ] = None,
    user: User = None,
    partner: Partner = None,
    as_of: AsOf = None,
    revision: Revision = None,
    csv: Csv = False,
) -> None:
    """Calling analytics of the last completed week, and of the eight up to it.

    Only of customers that bought Webex Calling. A week ends on Sunday, 00:00:00
    UTC (HUB-60).
    """
    from starter.commands.hub_calling import CallTable, show_calling

    if table is not None and table not in set(CallTable):
        raise bad(f"must be one of {', '.join(CallTable)}", "--table")
    with _asking(user, partner, as_of, revision, csv=csv) as asked:
        show_calling(asked, CallTable(table) if table else None, csv=csv)


@app.command(
    rich_help_panel=NUMBERS, epilog=examples("tenure hub definitions", "tenure hub definitions low_assignment")
)
def definitions(
    key: Annotated[
        str | None, typer.Argument(metavar="KEY", help="Those whose key begins so.", show_default=False)
    ] = None,
) -> None:
    """What every number, column and status means, with its formula and its rule."""
    from starter.commands.hub_definitions import show_definitions

    show_definitions(key or "")


@app.command(rich_help_panel=WEEKS, epilog=examples("tenure hub weeks", "tenure hub weeks --as-of 2026-11-22"))
def weeks(
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DATE", help="The revisions of the week that had ended then.", show_default=False
        ),
    ] = None,
) -> None:
    """Weeks that were closed, the newest first; of one week, its revisions.

    A week is closed each Sunday at 00:00:00 UTC by the schedule tenure-hub-week.
    Rows that come later are kept in a new revision; the earlier one stays.
    """
    from starter.commands.hub_weeks import show_weeks

    with _asking(as_of=as_of) as asked:
        show_weeks(asked)


@app.command(rich_help_panel=WEEKS, epilog=examples("tenure hub close"))
def close() -> None:
    """Close every week that ended, and revise those that got rows since.

    The schedule tenure-hub-week does it each Sunday; by hand it does no harm.
    """
    from starter.commands.hub_weeks import close_weeks

    with _asking() as asked:
        close_weeks(asked)


@app.command(rich_help_panel=WEEKS, epilog=examples("tenure hub rebuild"))
def rebuild() -> None:
    """Derive everything anew that the hub derives from lives.

    What came by file, tags and closed weeks stay. Never needed while all goes
    well: what changed is derived whenever the hub is read.
    """
    from starter.commands.hub_rebuild import rebuild_hub

    rebuild_hub()


def _asking(
    user: str | None = None,
    partner: str | None = None,
    as_of: str | None = None,
    revision: int | None = None,
    *,
    csv: bool = False,
    by: str | None = None,
) -> "AbstractContextManager[Asked]":
    from starter.commands.hub_asked import asking

    if csv and terminal.for_machines:
        raise bad("stands instead of --json and --output", "--csv")
    return asking(user, partner, as_of, revision, by=by)

"""`tenure hub kpi`, `calling`, `definitions`; weeks that were closed."""

from typing import Annotated

import typer

from starter.commands.hub_options import AsOf, Csv, Partner, Revision, User, asking_hub
from starter.console.exits import bad
from starter.console.options import examples

app = typer.Typer()

NUMBERS = "Numbers"
WEEKS = "Weeks"


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
    with asking_hub(user, partner, as_of, revision, csv=csv) as asked:
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
    with asking_hub(user, partner, as_of, revision, csv=csv) as asked:
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

    with asking_hub(as_of=as_of) as asked:
        show_weeks(asked)


@app.command(rich_help_panel=WEEKS, epilog=examples("tenure hub close"))
def close() -> None:
    """Close every week that ended, and revise those that got rows since.

    The schedule tenure-hub-week does it each Sunday; by hand it does no harm.
    """
    from starter.commands.hub_weeks import close_weeks

    with asking_hub() as asked:
        close_weeks(asked)


@app.command(rich_help_panel=WEEKS, epilog=examples("tenure hub rebuild"))
def rebuild() -> None:
    """Derive everything anew that the hub derives from lives.

    What came by file, tags and closed weeks stay. Never needed while all goes
    well: what changed is derived whenever the hub is read.
    """
    from starter.commands.hub_rebuild import rebuild_hub

    rebuild_hub()

"""`tenure order …`: the commands that every lifecycle has, made from its row of the table."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from domain.case.standing import NAME as CASE
from domain.compliance.standing import NAME as COMPLIANCE
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.list_line import Narrowing
from domain.wholesale.standing import NAME as WHOLESALE
from starter.answers.catalogue import group_of
from starter.commands import cases, forecast, forecast_running, tools, trials, wholesale
from starter.commands.updates import add_updates
from starter.console.options import (
    Attention,
    By,
    Customer,
    DryRun,
    DueBefore,
    ErrorPolicy,
    Id,
    Limit,
    MostBad,
    OpenOnly,
    Partner,
    Stage,
    examples,
    flag,
    sender,
)
from starter.console.parameters import option, with_options
from starter.console.terminal import terminal

SEE: Final = "Start and see"


@dataclass(frozen=True, kw_only=True)
class OwnCommands:
    """What one lifecycle has beside the commands that all have, or instead."""

    commands: typer.Typer | None = None
    forecast: Callable[[typer.Typer, Kind[Any]], None] | None = None
    """Adds the command that forecasts one; None: as all that are handed in are forecast."""


OWN: Final[Mapping[Lifecycle, OwnCommands]] = {
    Lifecycle.ORDER: OwnCommands(forecast=forecast.add_with_renewal_date),
    Lifecycle.TRIAL: OwnCommands(commands=trials.app),
    CASE: OwnCommands(commands=cases.app),
    WHOLESALE: OwnCommands(commands=wholesale.app, forecast=forecast_running.add_customer),
    COMPLIANCE: OwnCommands(forecast=forecast_running.add_check),
}
"""What is no command stands in `starter/kinds.py`. A lifecycle needs no row of either."""

STARTED_ONCE: Final = """\
Repeating it is harmless: the same content is the same start (exit 0, or 5 if
it is over), other content under the same id is a conflict (exit 4); neither
changes anything. Who sends it and why (by, source, reason) is no content; of
a policy only what the file states is compared."""


OneStart = Annotated[
    str, typer.Argument(metavar="FILE", help="One start as JSON; - for standard input.", show_default=False)
]
ManyStarts = Annotated[Path, typer.Argument(metavar="FILE", help="Starts as .jsonl or .csv.", show_default=False)]
Again = Annotated[bool, flag("--again", "Hand in once more what was refused when it started.")]
Policy = Annotated[
    ErrorPolicy,
    typer.Option("--error-policy", metavar="reject-all|skip", help="One wrong line: start nothing, or the others."),
]
Watch = Annotated[bool, flag("--watch", "Show it again at each change, until it is over or Ctrl-C.")]


def groups() -> Iterator[typer.Typer]:
    """One for each lifecycle."""
    for kind in KINDS.values():
        yield _group(kind)


def forecasts() -> typer.Typer:
    """A command for every lifecycle that is handed in, and for those that are forecast from where they stand."""
    app = typer.Typer(
        no_args_is_help=True,
        help="What is to come, and when, if nobody acts, or if somebody does. Touches nothing real.",
    )
    for kind in KINDS.values():
        if add := _own(kind).forecast or (forecast.add if kind.handed_in else None):
            add(app, kind)
    return app


def _own(kind: Kind[Any]) -> OwnCommands:
    return OWN.get(kind.name, OwnCommands())


def _group(kind: Kind[Any]) -> typer.Typer:
    start = "start them, " if kind.handed_in else ""
    app = typer.Typer(
        name=group_of(kind.name),
        no_args_is_help=True,
        help=f"{kind.several.capitalize()}: {start}say what happened, see where they stand.",
    )
    if kind.handed_in:
        _add_start(app, kind)
        _add_import(app, kind)
    _add_show(app, kind)
    _add_list(app, kind)
    add_updates(app, kind)
    if own := _own(kind).commands:
        app.add_typer(own)
    forward = examples(f"tenure {group_of(kind.name)} forward {kind.id_example} --days 5")
    app.command("forward", rich_help_panel="Test clock", epilog=forward)(tools.forward)
    return app


def _add_start(app: typer.Typer, kind: Kind[Any]) -> None:
    command = f"tenure {group_of(kind.name)} start examples/{kind.name}.json"
    help_ = f"Start one: workflow {kind.workflow}, id {kind.name}-<id>.\n\n{STARTED_ONCE}"

    @app.command(rich_help_panel=SEE, help=help_, epilog=examples(f"{command} --dry-run", command))
    def start(file: OneStart, dry_run: DryRun = False, by: By = None, again: Again = False) -> None:
        from starter.console.models import message

        given = message(file, kind.start, sender(by))
        if dry_run:
            from starter.forecast.dry_run import dry_run_of

            terminal.answer(dry_run_of(given))
        else:
            from starter.intake.start import hand_in

            asyncio.run(hand_in(given, again=again))


def _add_import(app: typer.Typer, kind: Kind[Any]) -> None:
    command = f"tenure {group_of(kind.name)} import examples/{kind.name}s.jsonl"

    @app.command("import", rich_help_panel=SEE, epilog=examples(f"{command} --dry-run", command))
    def import_(
        file: ManyStarts,
        dry_run: DryRun = False,
        error_policy: Policy = ErrorPolicy.REJECT_ALL,
        max_errors: MostBad = 50,
        by: By = None,
    ) -> None:
        """Start all that a file holds. Interrupted or repeated, it starts nothing twice.

        JSON Lines: one start a line. CSV as spreadsheets write it: comma, semicolon
        or tab, UTF-8 or UTF-16; the header has dotted paths (customer.contact.email,
        items.0.part_number, …), an empty cell is absent. With reject-all the whole
        file is checked before anything is started.
        """
        from starter.intake.imports import import_file

        skip_bad = error_policy is ErrorPolicy.SKIP
        import_file(file, by, skip_bad=skip_bad, dry_run=dry_run, most_bad=max_errors, kind=kind)


def _add_show(app: typer.Typer, kind: Kind[Any]) -> None:
    command = f"tenure {group_of(kind.name)} show {kind.id_example}"

    @app.command(rich_help_panel=SEE, epilog=examples(command, f"{command} --watch", f"{command} --json"))
    def show(id_: Id, watch: Watch = False) -> None:
        """Where it stands: tracker, what is awaited, deadlines, tasks, events, mails.

        From the workflow itself while it runs, otherwise from the store. Dates are in
        the customer's zone. With --watch the page is drawn anew at each change until
        it is over; where nobody looks, each change is a line.
        """
        from starter.commands.show import see
        from starter.commands.watch import watch as watch_it
        from starter.console.ids import subject

        found = subject(kind.name, id_)
        asyncio.run(watch_it(found) if watch else see(found))


def _add_list(app: typer.Typer, kind: Kind[Any]) -> None:
    command = f"tenure {group_of(kind.name)} list"

    own = kind.list_line.narrowings
    narrowed = [" ".join([command, f"--{each.name}", *each.choices[-1:]]) for each in own[:1]]
    shown = examples(
        f"{command} --due-before +7d", f"{command} --customer akasaka --open", *(narrowed or [f"{command} --attention"])
    )

    def list_(
        stage: Stage = None,
        customer: Customer = None,
        partner: Partner = None,
        due_before: DueBefore = None,
        attention: Attention = False,
        open_only: OpenOnly = False,
        limit: Limit = 500,
        **given: str | bool | None,
    ) -> None:
        """List them by next deadline, from the store."""
        from starter.commands.lists import Wanted, list_lifecycle

        asked = {name.replace("_", "-"): value for name, value in given.items() if value}
        narrowed = {name: "" if value is True else str(value) for name, value in asked.items()}
        wanted = Wanted(stage, customer, partner, due_before, attention, open_only, limit, narrowed)
        asyncio.run(list_lifecycle(kind, wanted))

    app.command("list", rich_help_panel=SEE, epilog=shown)(with_options(list_, map(_narrowing, own)))


def _narrowing(own: Narrowing) -> Parameter:
    """An option that one lifecycle's list has of its own."""
    help_ = f"{own.help} One of {', '.join(own.choices)}." if own.choices else own.help
    return option(own.name.replace("-", "_"), f"--{own.name}", own.placeholder, help_)

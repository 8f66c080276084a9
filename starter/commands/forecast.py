"""`tenure forecast …`: its options. What it does is in starter/forecast, imported when it runs."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from domain.compliance.standing import NAME as COMPLIANCE
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.repair import nobody
from domain.wholesale.standing import NAME as WHOLESALE
from starter.answers.catalogue import group_of
from starter.console.commands import ids_of
from starter.console.exits import Exit, Stop, bad
from starter.console.options import examples
from starter.console.terminal import terminal

if TYPE_CHECKING:
    from domain.values import Message
    from starter.forecast.run import Forecast, Question

HORIZON: Final = 500
LONGEST: Final = 3600
"""Days. The time-skipping server ends every workflow after ten years."""


File = Annotated[str, typer.Argument(metavar="FILE", help="One start as JSON; - for standard input.")]
FileOrId = Annotated[
    str,
    typer.Argument(
        metavar="FILE|ID",
        help="One start as JSON, - for standard input; or the id of a customer that is open.",
        autocompletion=ids_of(WHOLESALE),
    ),
]
WhatIf = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help='Who does what when, as JSON Lines: {"at": "P2D" or an instant, "update": …, "message": {…}, "to": ID}.',
        show_default=False,
    ),
]
Svg = Annotated[Path | None, typer.Option(metavar="FILE", help="Draw a timeline, too.", show_default=False)]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="INSTANT",
        help="When it begins, not in the past: 2031-06-02T10:00:00+09:00. \\[default: now]",
        show_default=False,
    ),
]
Days = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        max=LONGEST,
        help=f"How far to look. \\[default: until it is over, {HORIZON} at most]",
        show_default=False,
    ),
]
CheckId = Annotated[
    str, typer.Argument(metavar="CHECK_ID", help="Of an open check.", autocompletion=ids_of(COMPLIANCE))
]
RenewalDate = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        help="Of a renewal: the day its subscription's term ends: 2032-06-02.",
        show_default=False,
    ),
]

WHAT: Final = """\
Every mail, deadline, loss and state to come: of one, and of what it starts.

The workflow itself runs on a clock that skips what nobody waits for, with a
store of its own that {knows}.
No mail goes out, your store is {store}, no server is asked.
What reality would refuse is refused; a what-if act that is refused is told as
such, and the forecast goes on.
"""

ALONE_OR_RUNNING: Final = """\
Every mail, deadline, loss and state to come: of one, and of what it starts.

The workflow itself runs on a clock that skips what nobody waits for. For a
FILE, with a store of its own that knows nothing else. For an ID, from where
the customer stands, with its open check and a copy of what your store knows
of the two. No mail goes out, your store is only read, no server is asked.
What reality would refuse is refused; a what-if act that is refused is told as
such, and the forecast goes on.
"""

ALONE: Final = WHAT.format(knows="knows nothing else", store="not opened")
WITH_A_COPY: Final = WHAT.format(knows="has a copy of what it is about", store="only read")


RUNNING: Final = """\
Every mail, deadline, loss and state to come of a check that runs: from where
it stands, with its customer.

The workflows themselves run on a clock that skips what nobody waits for, with
a copy of what your store knows of the two. No mail goes out, your store is
only read, no server is asked. A check that found somebody finds the same once
more at its last look.
"""


def group() -> typer.Typer:
    """A command for every lifecycle that is handed in."""
    app = typer.Typer(
        no_args_is_help=True,
        help="What is to come, and when, if nobody acts, or if somebody does. Touches nothing real.",
    )
    for kind in KINDS.values():
        if kind.handed_in:
            ADDED.get(kind.name, _add)(app, kind)
    _add_running_check(app)
    return app


def _add(app: typer.Typer, kind: Kind[Any]) -> None:
    command = f"tenure forecast {group_of(kind.name)} examples/{kind.name}.json"
    epilog = examples(command, f"{command} --from 2031-06-02T10:00:00+09:00 --json")

    what = ALONE if kind.stands_on is nobody else WITH_A_COPY

    @app.command(group_of(kind.name), help=what, epilog=epilog)
    def run(file: File, what_if: WhatIf = None, svg: Svg = None, from_: From = None, days: Days = None) -> None:
        _forecast(kind, file, what_if, svg, from_, days)


def _add_with_renewal(app: typer.Typer, kind: Kind[Any]) -> None:
    """The same; a renewal continues something of which only the store knows when it ends."""
    command = f"tenure forecast {group_of(kind.name)}"
    epilog = examples(
        f"{command} examples/order.json",
        f"{command} examples/order.json --what-if examples/what-if-order.jsonl --svg order.svg",
        f"{command} renewal.json --renewal-date 2032-06-02 --json",
    )

    @app.command(group_of(kind.name), help=ALONE, epilog=epilog)
    def run(
        file: File,
        what_if: WhatIf = None,
        svg: Svg = None,
        from_: From = None,
        days: Days = None,
        renewal_date: RenewalDate = None,
    ) -> None:
        _forecast(kind, file, what_if, svg, from_, days, renewal_date)


def _add_wholesale(app: typer.Typer, kind: Kind[Any]) -> None:
    """A customer to be onboarded, or one that runs."""
    command = f"tenure forecast {group_of(kind.name)}"
    epilog = examples(f"{command} examples/wholesale.json", f"{command} {kind.id_example} --json")

    @app.command(group_of(kind.name), help=ALONE_OR_RUNNING, epilog=epilog)
    def run(customer: FileOrId, what_if: WhatIf = None, svg: Svg = None, from_: From = None, days: Days = None) -> None:
        from starter.console.ids import subject
        from starter.forecast.known import running_customer

        if customer == "-" or customer.lstrip().startswith("{") or Path(customer).exists():
            _forecast(kind, customer, what_if, svg, from_, days)
            return
        if from_ is not None:
            raise bad("goes with a FILE that is there: a customer that runs goes on from now", "--from")
        try:
            about = subject(kind.name, customer)
        except Stop:
            raise bad(f"is neither a file that is there nor an id such as {kind.id_example}", "FILE|ID") from None
        start, checks = asyncio.run(running_customer(about))
        _answer(start, what_if, svg, days, beside=checks, goes_on=True)


def _add_running_check(app: typer.Typer) -> None:
    """Nobody hands a check in; what people ask is what becomes of one that runs."""
    command = f"tenure forecast {group_of(COMPLIANCE)} W-1001-1"

    @app.command(
        group_of(COMPLIANCE), help=RUNNING, epilog=examples(command, f"{command} --what-if confirm.jsonl --json")
    )
    def run(check_id: CheckId, what_if: WhatIf = None, svg: Svg = None, days: Days = None) -> None:
        from starter.console.ids import subject
        from starter.forecast.known import running_check

        start, customer = asyncio.run(running_check(subject(COMPLIANCE, check_id)))
        _answer(start, what_if, svg, days, before=(customer,), goes_on=True)


ADDED: Final = {Lifecycle.ORDER: _add_with_renewal, WHOLESALE: _add_wholesale}
"""Those that are asked for otherwise."""


def _forecast(
    kind: Kind[Any],
    file: str,
    what_if: Path | None,
    svg: Path | None,
    from_: str | None,
    days: int | None,
    renewal_date: str | None = None,
) -> None:
    from starter.console.models import message
    from starter.console.options import sender
    from starter.forecast.renewal import renewed

    start = message(file, kind.start, sender(None))
    _answer(start, what_if, svg, days, from_, before=renewed(start, renewal_date))


def _answer(
    start: "Message", what_if: Path | None, svg: Path | None, days: int | None, from_: str | None = None, **known: Any
) -> None:
    """What is to come of it, with what is `known` besides."""
    from starter.console.ids import kind_of, subject_of
    from starter.forecast.acts import read_acts
    from starter.forecast.run import Question
    from starter.reach.executions import zone_in

    begins_at, foreseen = _beginning(from_), kind_of(start).foreseen
    question = Question(
        start=start,
        zone=zone_in(start.model_dump(mode="json")),
        begins_at=begins_at,
        horizon=timedelta(days=days or HORIZON) if days or foreseen is None else foreseen,
        acts=tuple(read_acts(what_if, subject_of(start), begins_at)) if what_if else (),
        **known,
    )
    _show(question, svg)


def _beginning(from_: str | None) -> datetime:
    now = datetime.now(UTC).replace(microsecond=0)
    if from_ is None:
        return now
    try:
        at = datetime.fromisoformat(from_)
    except ValueError:
        at = datetime.min  # noqa: DTZ901 - no instant: it has no zone
    if at.utcoffset() is None:
        raise bad("must be an instant with its offset, such as 2031-06-02T10:00:00+09:00", "--from")
    if at < now:
        raise bad("is in the past: the clock of a forecast only goes forward", "--from")
    return at.astimezone(UTC)


def _show(question: "Question", svg: Path | None) -> None:
    from starter.forecast.run import forecast
    from starter.forecast.table import show

    found = asyncio.run(forecast(question))
    show(found)
    if svg:
        _draw(found, svg)
    if terminal.for_machines:
        terminal.document([entry.model_dump(mode="json") for entry in found.entries])


def _draw(found: "Forecast", svg: Path) -> None:
    from starter.forecast.picture import picture

    try:
        svg.write_text(picture(found), encoding="utf-8")
    except OSError as failed:
        raise Stop(Exit.BAD_INPUT, f"cannot be written: {failed.strerror}", "--svg") from None
    terminal.say(f"Timeline: {svg}")

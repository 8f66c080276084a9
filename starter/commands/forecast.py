"""`tenure forecast …`: its options. What it does is in starter/forecast, imported when it runs."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from domain.kind import Kind
from domain.repair import nobody
from starter.answers.catalogue import group_of
from starter.console.exits import Exit, Stop, bad
from starter.console.options import examples
from starter.console.terminal import terminal

if TYPE_CHECKING:
    from domain.values import Message
    from starter.forecast.question import Forecast, Question

HORIZON: Final = 500
LONGEST: Final = 3600
"""Days. The time-skipping server ends every workflow after ten years."""


File = Annotated[str, typer.Argument(metavar="FILE", help="One start as JSON; - for standard input.")]
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

ALONE: Final = WHAT.format(knows="knows nothing else", store="not opened")
WITH_A_COPY: Final = WHAT.format(knows="has a copy of what it is about", store="only read")


def add(app: typer.Typer, kind: Kind[Any]) -> None:
    command = f"tenure forecast {group_of(kind.name)} examples/{kind.name}.json"
    epilog = examples(command, f"{command} --from 2031-06-02T10:00:00+09:00 --json")

    what = ALONE if kind.stands_on is nobody else WITH_A_COPY

    @app.command(group_of(kind.name), help=what, epilog=epilog)
    def run(file: File, what_if: WhatIf = None, svg: Svg = None, from_: From = None, days: Days = None) -> None:
        forecast(kind, file, what_if, svg, from_, days)


def add_with_renewal_date(app: typer.Typer, kind: Kind[Any]) -> None:
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
        forecast(kind, file, what_if, svg, from_, days, renewal_date)


def forecast(
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
    answer(start, what_if, svg, days, from_, before=renewed(start, renewal_date))


def answer(
    start: "Message", what_if: Path | None, svg: Path | None, days: int | None, from_: str | None = None, **known: Any
) -> None:
    """What is to come of it, with what is `known` besides."""
    from starter.console.ids import kind_of, subject_of
    from starter.forecast.acts import read_acts
    from starter.forecast.question import Question
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
    from starter.forecast import run
    from starter.forecast.table import show

    found = asyncio.run(run.forecast(question))
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

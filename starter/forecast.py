"""`tenure forecast …`: its options. What it does is in forecasting.py and its neighbours, imported when it runs."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from starter.exits import Exit, Stop, bad
from starter.options import examples
from starter.terminal import terminal

if TYPE_CHECKING:
    from domain.order.messages import PlaceOrder
    from domain.subscription.messages import StartSubscription
    from domain.trial.messages import StartTrial
    from starter.forecasting import Forecast, Question
    from starter.ids import Subject

HORIZON: Final = 500
LONGEST: Final = 3600
"""Days. The time-skipping server ends every workflow after ten years."""

COUNTED_FROM: Final = 48
"""Months before the renewal date: a leap day is counted from a leap day."""

app = typer.Typer(
    no_args_is_help=True,
    help="What is to come, and when, if nobody acts, or if somebody does. Touches nothing real.",
)

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


@app.command(
    epilog=examples(
        "tenure forecast order examples/order.json",
        "tenure forecast order examples/order.json --what-if examples/what-if-order.jsonl --svg order.svg",
        "tenure forecast order renewal.json --renewal-date 2032-06-02 --json",
    )
)
def order(
    file: Annotated[str, typer.Argument(metavar="FILE", help="One PlaceOrder as JSON; - for standard input.")],
    what_if: WhatIf = None,
    svg: Svg = None,
    from_: From = None,
    days: Days = None,
    renewal_date: RenewalDate = None,
) -> None:
    """Every mail, deadline, loss and state to come: of an order, and of the subscription it starts.

    The workflow itself runs on a clock that skips what nobody waits for. No mail
    goes out, no store is opened, no server is asked. A what-if act that is
    refused is told as such, and the forecast goes on.
    """
    from domain.mails import Lifecycle
    from domain.order.messages import PlaceOrder
    from starter.ids import Subject
    from starter.options import sender
    from starter.reading import message

    placed = message(file, PlaceOrder, sender(None))
    subject = Subject(Lifecycle.ORDER, placed.sales_order_number)
    renews = _renewed(placed, renewal_date)
    _tell(_question(subject, placed, what_if, from_, days, renews), svg)


@app.command(
    epilog=examples(
        "tenure forecast trial examples/trial.json",
        "tenure forecast trial examples/trial.json --what-if examples/what-if-convert-in-grace.jsonl",
        "tenure forecast trial examples/trial.json --from 2031-06-02T10:00:00+09:00 --json",
    )
)
def trial(
    file: Annotated[str, typer.Argument(metavar="FILE", help="One StartTrial as JSON; - for standard input.")],
    what_if: WhatIf = None,
    svg: Svg = None,
    from_: From = None,
    days: Days = None,
) -> None:
    """Every mail, deadline, loss and state to come: of a trial, and of the devices lent for it.

    The workflow itself runs on a clock that skips what nobody waits for. No mail
    goes out, no store is opened, no server is asked. A what-if act that is
    refused is told as such, and the forecast goes on.
    """
    from domain.mails import Lifecycle
    from domain.trial.messages import StartTrial
    from starter.ids import Subject
    from starter.options import sender
    from starter.reading import message

    placed = message(file, StartTrial, sender(None))
    _tell(_question(Subject(Lifecycle.TRIAL, placed.trial_id), placed, what_if, from_, days), svg)


def _question(
    subject: "Subject",
    start: "PlaceOrder | StartTrial",
    what_if: Path | None,
    from_: str | None,
    days: int | None,
    renews: "StartSubscription | None" = None,
) -> "Question":
    from starter.forecast_acts import read_acts
    from starter.forecasting import Question

    begins_at = _beginning(from_)
    return Question(
        subject=subject,
        start=start,
        zone=start.customer.zone,
        begins_at=begins_at,
        horizon=timedelta(days=days or HORIZON),
        acts=tuple(read_acts(what_if, subject, begins_at)) if what_if else (),
        renews=renews,
    )


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


def _renewed(placed: "PlaceOrder", renewal_date: str | None) -> "StartSubscription | None":
    """The subscription a renewal continues, as if it had begun so many months before its renewal date."""
    from domain.events import SYSTEM
    from domain.order.messages import OrderKind
    from domain.subscription.messages import StartSubscription
    from domain.working_time import add_months, start_of_day

    if placed.kind is not OrderKind.RENEWAL:
        if renewal_date:
            raise bad("goes with a renewal only: this is a new order", "--renewal-date")
        return None
    if renewal_date is None:
        raise bad("is required for a renewal: the day its subscription's term ends", "--renewal-date")
    try:
        first_day = add_months(date.fromisoformat(renewal_date), -COUNTED_FROM)
    except ValueError:
        raise bad("must be a date such as 2032-06-02", "--renewal-date") from None
    return StartSubscription(
        by=SYSTEM,
        subscription_id=placed.subscription,
        order_number=placed.sales_order_number,
        customer_id=placed.customer.id,
        partner_id=placed.facing_partner.id,
        zone=placed.customer.zone,
        service_start_at=start_of_day(first_day, placed.customer.zone),
        term_months=COUNTED_FROM,
        policy=placed.policy.subscription,
    )


def _tell(question: "Question", svg: Path | None) -> None:
    from starter.forecast_table import tell
    from starter.forecasting import forecast

    found = asyncio.run(forecast(question))
    tell(found)
    if svg:
        _draw(found, svg)
    if terminal.as_json:
        terminal.document([entry.model_dump(mode="json") for entry in found.entries])


def _draw(found: "Forecast", svg: Path) -> None:
    from starter.forecast_picture import picture

    try:
        svg.write_text(picture(found), encoding="utf-8")
    except OSError as failed:
        raise Stop(Exit.BAD_INPUT, f"cannot be written: {failed.strerror}", "--svg") from None
    terminal.say(f"Timeline: {svg}")

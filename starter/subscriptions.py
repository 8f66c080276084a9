"""`tenure subscription …`."""

import asyncio
from typing import Annotated, Any

import typer

from starter.options import By, Message, Reason, Source, SubscriptionId, UpdateId, examples

app = typer.Typer(no_args_is_help=True, help="Subscriptions: see them, confirm a renewal, end one.")


def _option(what: str, metavar: str) -> Any:
    return typer.Option(metavar=metavar, help=what, show_default=False)


def _say(id_: str, update: str, sent: dict[str, Any], message: str | None, key: str | None) -> None:
    from starter.ids import subscription
    from starter.sending import send

    asyncio.run(send(subscription(id_), update, sent, message, key))


@app.command(epilog=examples("tenure subscription show sub-SO-100001"))
def show(id_: SubscriptionId) -> None:
    """Where a subscription stands: term, renewal date, deadlines, tasks, events, mails."""
    from starter.ids import subscription
    from starter.seeing import see

    asyncio.run(see(subscription(id_)))


@app.command(
    "confirm-renewal",
    epilog=examples("tenure subscription confirm-renewal sub-SO-100001 --order-number SO-200001 --by hikari"),
)
def confirm_renewal(
    id_: SubscriptionId,
    order_number: Annotated[str | None, _option("The renewal order that was checked.", "SO#")] = None,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """The partner checked with the vendor that the renewal completed."""
    sent = {"order_number": order_number, "by": by, "reason": reason, "source": source}
    _say(id_, "confirm_renewal", sent, message, update_id)


@app.command(epilog=examples('tenure subscription terminate sub-SO-100001 --reason "moved to another service"'))
def terminate(
    id_: SubscriptionId,
    reason: Reason = None,
    by: By = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """End a subscription for good: no renewal is awaited any more."""
    _say(id_, "terminate", {"by": by, "reason": reason, "source": source}, message, update_id)

"""`tenure subscription …`."""

import asyncio
from typing import Annotated

import typer

from starter.commands import REASON_FIRST, Sent, Updates
from starter.options import SubscriptionId, examples, told

app = typer.Typer(no_args_is_help=True, help="Subscriptions: see them, confirm a renewal, end one.")

change = Updates(app, "subscription", SubscriptionId)


@app.command(epilog=examples("tenure subscription show sub-SO-100001"))
def show(id_: SubscriptionId) -> None:
    """Where a subscription stands: term, renewal date, deadlines, tasks, events, mails."""
    from starter.ids import subscription
    from starter.seeing import see

    asyncio.run(see(subscription(id_)))


@change.command("tenure subscription confirm-renewal sub-SO-100001 --order-number SO-200001 --by hikari")
def confirm_renewal(
    order_number: Annotated[str | None, told("The renewal order that was checked.", "SO#")] = None,
) -> Sent:
    """The partner checked with the vendor that the renewal completed."""
    return "confirm_renewal", {"order_number": order_number}


@change.command('tenure subscription terminate sub-SO-100001 --reason "moved to another service"', about=REASON_FIRST)
def terminate() -> Sent:
    """End a subscription for good: no renewal is awaited any more."""
    return "terminate", {}

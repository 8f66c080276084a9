"""What of a renewal order can be said at once, rather than by a workflow that fails. REN-01."""

from domain.lifecycle import Lifecycle
from domain.order.messages import PlaceOrder
from domain.subscription.states import SubscriptionStage
from domain.values import Message
from starter.console.exits import Exit, Stop
from starter.console.terminal import terminal
from starter.reach.records import Records


async def must_be_renewable(start: Message, records: Records) -> None:
    """The subscription that an order renews is there, is this customer's and goes on; else a Stop."""
    if not isinstance(start, PlaceOrder) or start.subscription_id is None:
        return
    row = await records.ask(lambda store: store.row(Lifecycle.SUBSCRIPTION, start.subscription))
    if records.problem:
        terminal.warn_once(f"the subscription is not checked, for the store cannot be asked: {records.problem}")
        return
    if row is None:
        raise Stop(Exit.NOT_FOUND, "no subscription of that id is known here (REN-01)", "subscription_id")
    if row.state.customer_id != start.customer.id:
        raise Stop(Exit.REFUSED, "is another customer's subscription (REN-01)", "subscription_id")
    if row.state.stage is SubscriptionStage.TERMINATED:
        raise Stop(Exit.REFUSED, "is a terminated subscription (REN-01)", "subscription_id")

"""Which orders may make a trial paid. TRL-60, TRL-65."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from activities.ports import NotKnown, OrderNumberTaken
from adapters.sql.orders import same_content
from adapters.sql.schema import OrderRecord, TrialRecord
from adapters.sql.subscriptions import CAME_TO_NOTHING
from domain.order.messages import OrderKind, PlaceOrder
from domain.values import Refused


class OrderDoesNotConvert(Refused):
    """It cannot make this trial paid: another customer's, a renewal, for another trial, or it ended. TRL-60."""


def refuse_placed(session: Session, trial: TrialRecord, number: str) -> None:
    """An order placed already: raises what speaks against its converting this trial."""
    known = session.get(OrderRecord, number)
    if known is None:
        raise NotKnown("no order with that SO# is known (TRL-60)", field="order_number")
    reasons = {
        "is another customer's (TRL-65)": known.customer_id != trial.customer_id,
        f"was {known.stage}, so nothing was paid (TRL-60)": known.stage in CAME_TO_NOTHING,
        "is a renewal: it continues a subscription and converts no trial (REN-01)": known.kind is OrderKind.RENEWAL,
        "says that it converts another trial (TRL-60)": known.converts_trial not in (None, trial.trial_id),
    }
    for reason in [reason for reason, is_so in reasons.items() if is_so]:
        raise OrderDoesNotConvert(f"{number} {reason}", field="order_number")


def refuse_to_place(session: Session, trial: TrialRecord, order: PlaceOrder) -> None:
    """An order to start now: raises what speaks against it. Its very own copy, placed before, does not."""
    if order.kind is OrderKind.RENEWAL:
        raise OrderDoesNotConvert("a renewal converts no trial: place a new order (TRL-60)", field="order.kind")
    if order.converts_trial not in (None, trial.trial_id):
        raise OrderDoesNotConvert(
            f"names another trial: say {trial.trial_id} or leave it out (TRL-60)", field="order.converts_trial"
        )
    known = session.get(OrderRecord, order.sales_order_number)
    if known is None:
        return
    if known.stage in CAME_TO_NOTHING or not same_content(session, known, order):
        raise OrderNumberTaken(
            f"{known.number} was already taken by another order, or by one that came to nothing: give an SO# of its "
            "own; to convert by an order placed already, give order_number instead of order (R9)",
            field="order.sales_order_number",
        )


def first_paid_order(session: Session, trial_id: str) -> str | None:
    """Of the trial's customer: what anybody else orders in its name saves nothing. TRL-65."""
    paid = (
        select(OrderRecord.number)
        .join(TrialRecord, TrialRecord.trial_id == OrderRecord.converts_trial)
        .where(
            OrderRecord.converts_trial == trial_id,
            OrderRecord.customer_id == TrialRecord.customer_id,
            OrderRecord.stage.not_in(CAME_TO_NOTHING),
        )
        .order_by(OrderRecord.placed_at, OrderRecord.number)
        .limit(1)
    )
    return session.scalar(paid)

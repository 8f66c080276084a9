"""Which orders may make a trial paid. TRL-60, TRL-65, AMB-53."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from activities.ports.store import NotKnown, Taken
from adapters.sql.availability import hold_customer
from adapters.sql.open_lifecycle import same_content
from adapters.sql.schema import LifecycleRecord
from adapters.sql.subscriptions import CAME_TO_NOTHING, RENEWAL, by_age
from domain.lifecycle import Lifecycle
from domain.order.messages import OrderKind, PlaceOrder
from domain.reasons import Reason
from domain.trial.states import RUNNING
from domain.values import Refused

CONVERTS: Final = LifecycleRecord.placed["converts_trial"].as_string()
"""The trial that an order names."""


class OrderDoesNotConvert(Refused):
    """It cannot make this trial paid: another customer's, a renewal, for another trial, or it ended. TRL-60."""

    code = Reason.DOES_NOT_CONVERT


class TrialNotConvertible(Refused):
    """A paid order names a trial that it cannot make paid. AMB-53."""

    code = Reason.DOES_NOT_CONVERT

    def __init__(self, why: str) -> None:
        super().__init__(why, field="converts_trial")


def refuse_converting(session: Session, trial_id: str, customer_id: str, order_number: str) -> None:
    """An order that names a trial, when it is placed: the trial is known, this customer's, in use or in grace.

    Looked at under the customer's lock, in the transaction that writes the order. A trial that was converted by this
    very order a moment ago may be named by it; an SO# makes one trial paid and no second. AMB-53
    """
    hold_customer(session, customer_id)
    trial = session.get(LifecycleRecord, (Lifecycle.TRIAL, trial_id), populate_existing=True)
    if trial is None:
        raise TrialNotConvertible(f"no trial {trial_id} is known here (AMB-53)")
    if trial.customer_id != customer_id:
        raise TrialNotConvertible("is another customer's trial (TRL-65, AMB-53)")
    by = trial.linked_to
    if trial.stage not in RUNNING and by != order_number:
        how = f" by {by}" if by else ""
        raise TrialNotConvertible(
            f"the trial is {trial.stage}{how}; this is possible while it is {' or '.join(sorted(RUNNING))} (AMB-53)"
        )
    if other := _other_trial_of(session, order_number, trial_id):
        raise TrialNotConvertible(f"{order_number} converts trial {other} already: one order converts one (TRL-60)")


def _other_trial_of(session: Session, number: str, trial_id: str) -> str | None:
    """The trial, but for this one, that was made paid by that SO#, or is about to be."""
    other = (
        select(LifecycleRecord.subject)
        .where(
            LifecycleRecord.lifecycle == Lifecycle.TRIAL,
            LifecycleRecord.linked_to == number,
            LifecycleRecord.subject != trial_id,
        )
        .order_by(LifecycleRecord.subject)
        .limit(1)
    )
    return session.scalar(other)


def refuse_placed(session: Session, trial: LifecycleRecord, number: str) -> None:
    """An order placed already: raises what speaks against its converting this trial."""
    known = session.get(LifecycleRecord, (Lifecycle.ORDER, number))
    if known is None:
        raise NotKnown("no order with that SO# is known (TRL-60)", field="order_number")
    reasons = {
        "is another customer's (TRL-65)": known.customer_id != trial.customer_id,
        f"was {known.stage}, so nothing was paid (TRL-60)": known.stage in CAME_TO_NOTHING,
        "is a renewal: it continues a subscription and converts no trial (REN-01)": known.kind == RENEWAL,
        "says that it converts another trial (TRL-60)": _converts(known) not in (None, trial.subject),
    }
    for reason in [reason for reason, is_so in reasons.items() if is_so]:
        raise OrderDoesNotConvert(f"{number} {reason}", field="order_number")
    _refuse_second(session, trial, number, "order_number")


def refuse_to_place(session: Session, trial: LifecycleRecord, order: PlaceOrder) -> None:
    """An order to start now: raises what speaks against it. Its very own copy, placed before, does not."""
    if order.kind is OrderKind.RENEWAL:
        raise OrderDoesNotConvert("a renewal converts no trial: place a new order (TRL-60)", field="order.kind")
    if order.converts_trial not in (None, trial.subject):
        raise OrderDoesNotConvert(
            f"names another trial: say {trial.subject} or leave it out (TRL-60)", field="order.converts_trial"
        )
    _refuse_second(session, trial, order.sales_order_number, "order.sales_order_number")
    known = session.get(LifecycleRecord, (Lifecycle.ORDER, order.sales_order_number))
    if known is None:
        return
    if known.stage in CAME_TO_NOTHING or not same_content(session, known, order):
        raise Taken(
            f"{known.subject} was already taken by another order, or by one that came to nothing: give an SO# of its "
            "own; to convert by an order placed already, give order_number instead of order (R9)",
            field="order.sales_order_number",
        )


def refuse_unshipped(session: Session, trial: LifecycleRecord, number: str) -> None:
    """An order that says it shipped: raises what is not so. AMB-53."""
    known = session.get(LifecycleRecord, (Lifecycle.ORDER, number))
    if known is None:
        raise NotKnown("no order with that SO# is known")
    reasons = {
        "does not name this trial": _converts(known) != trial.subject,
        "is another customer's (TRL-65)": known.customer_id != trial.customer_id,
        "has not shipped": known.state.get("shipped_at") is None,
        f"was {known.stage}": known.stage in CAME_TO_NOTHING,
    }
    for reason in [reason for reason, is_so in reasons.items() if is_so]:
        raise OrderDoesNotConvert(f"{number} {reason}")
    _refuse_second(session, trial, number, "order_number")


def _refuse_second(session: Session, trial: LifecycleRecord, number: str, field: str) -> None:
    """One SO# makes one trial paid. TRL-60."""
    if other := _other_trial_of(session, number, trial.subject):
        raise OrderDoesNotConvert(f"{number} converts trial {other} already: one order converts one", field=field)


def first_paid_order(session: Session, trial_id: str) -> str | None:
    """Of the trial's customer: what anybody else orders in its name saves nothing. TRL-65."""
    trial, other = aliased(LifecycleRecord), aliased(LifecycleRecord)
    customer = select(trial.customer_id).where(trial.lifecycle == Lifecycle.TRIAL, trial.subject == trial_id)
    made_another_paid = (
        select(other.subject)
        .where(other.lifecycle == Lifecycle.TRIAL, other.linked_to == LifecycleRecord.subject)
        .where(other.subject != trial_id)
    )
    paid = select(LifecycleRecord.subject, LifecycleRecord.state["placed_at"].as_string()).where(
        LifecycleRecord.lifecycle == Lifecycle.ORDER,
        LifecycleRecord.customer_id == customer.scalar_subquery(),
        trial_id == CONVERTS,
        LifecycleRecord.stage.not_in(CAME_TO_NOTHING),
        ~made_another_paid.exists(),
    )
    return next(iter(by_age(session.execute(paid))), None)


def _converts(order: LifecycleRecord) -> str | None:
    return order.placed["converts_trial"] if order.placed else None

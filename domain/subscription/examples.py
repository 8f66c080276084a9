"""One valid message of each kind: shown to operators, pasted from the Web UI, validated by a test."""

from datetime import datetime
from typing import Final

from domain.offers import Known, Offer, as_they_are, fitted
from domain.subscription.messages import (
    ASKED_FOR,
    ConfirmRenewal,
    LiftSuspension,
    SuspendSubscription,
    TerminateSubscription,
)
from domain.subscription.state import SubscriptionState, verification_of
from domain.values import Message
from domain.view import LifecycleView

EXAMPLES: Final[dict[str, Message]] = {
    "confirm_renewal": ConfirmRenewal(by="partner-hikari", order_number="SO-200001"),
    "suspend": SuspendSubscription(by="ops-7", why="unpaid", reason="the invoice of June is overdue"),
    "lift_suspension": LiftSuspension(by="ops-7", why="unpaid", reason="the invoice of June is paid"),
    "terminate": TerminateSubscription(by="ops-7", reason="the customer moved to another service"),
}
"""By update name."""


def offers(state: SubscriptionState, _now: datetime) -> dict[str, Offer]:
    """What fits this subscription: the renewal nobody has verified yet, reasons that it has, and that it has not."""
    found = as_they_are(EXAMPLES)
    for why in sorted(ASKED_FOR - state.suspended_for)[-1:]:
        found["suspend"] = found["suspend"].assuming(why=str(why))
    for why in sorted(ASKED_FOR & state.suspended_for)[-1:]:
        found["lift_suspension"] = found["lift_suspension"].assuming(why=str(why))
    for number in state.unverified[:1]:
        found["confirm_renewal"] = fitted(EXAMPLES["confirm_renewal"], order_number=number)
    return found


def known(view: LifecycleView) -> Known:
    """Renewals nobody has verified yet."""
    tasks = {task.key for task in view.tasks if task.closed_at is None}
    renewals = view.facts.get("renewals", "").split(", ")
    return {"confirm_renewal": {"order_number": [order for order in renewals if verification_of(order) in tasks]}}

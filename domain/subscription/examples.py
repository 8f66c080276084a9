"""One valid message of each kind: shown to operators, pasted from the Web UI, validated by a test."""

from datetime import datetime
from typing import Final

from domain.offers import Offer, as_they_are, fitted
from domain.subscription.messages import ConfirmRenewal, TerminateSubscription
from domain.subscription.state import SubscriptionState
from domain.values import Message

EXAMPLES: Final[dict[str, Message]] = {
    "confirm_renewal": ConfirmRenewal(by="partner-hikari", order_number="SO-200001"),
    "terminate": TerminateSubscription(by="ops-7", reason="the customer moved to another service"),
}
"""By update name."""


def offers(state: SubscriptionState, _now: datetime) -> dict[str, Offer]:
    """What fits this subscription: the renewal nobody has verified yet."""
    found = as_they_are(EXAMPLES)
    for number in state.unverified[:1]:
        found["confirm_renewal"] = fitted(EXAMPLES["confirm_renewal"], order_number=number)
    return found

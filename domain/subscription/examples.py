"""One valid message of each kind: shown to operators, pasted from the Web UI, validated by a test."""

from typing import Final

from domain.subscription.messages import ConfirmRenewal, TerminateSubscription
from domain.values import Message

EXAMPLES: Final[dict[str, Message]] = {
    "confirm_renewal": ConfirmRenewal(by="partner-hikari", order_number="SO-200001"),
    "terminate": TerminateSubscription(by="ops-7", reason="the customer moved to another service"),
}
"""By update name."""

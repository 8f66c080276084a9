"""The rules of domain.md behind a subscription's deadlines and stages."""

from typing import Final

from domain.rules import Rules
from domain.subscription import state as subscription
from domain.subscription.states import SubscriptionEvent

RULES: Final = Rules(
    deadlines={
        subscription.NOTICE: "ORD-31, REN-07",
        subscription.TARGET: "REN-07",
        subscription.RENEWAL_DATE: "REN-08",
    },
    events={
        "subscription.activated": "ORD-21",
        SubscriptionEvent.SUSPENDED: "REN-08, HUB-16, AMB-42",
        SubscriptionEvent.REASON_ADDED: "AMB-42",
        SubscriptionEvent.REASON_LIFTED: "AMB-42",
        SubscriptionEvent.SUSPENSION_LIFTED: "REN-08, AMB-42",
        "subscription.language_added": "OPT-02",
        "subscription.site_split": "OPT-02, ORD-33",
    },
)

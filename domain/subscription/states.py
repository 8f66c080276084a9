"""The stages of a subscription as a table. domain.md §3 (TMF637 names)."""

from enum import StrEnum
from typing import Final

from domain.transitions import Table


class SubscriptionStage(StrEnum):
    """Where a subscription stands."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


class SubscriptionEvent(StrEnum):
    """What moves a subscription from stage to stage."""

    SUSPENDED = "subscription.suspended"
    REASON_ADDED = "subscription.reason_added"
    REASON_LIFTED = "subscription.reason_lifted"
    SUSPENSION_LIFTED = "subscription.suspension_lifted"
    TERMINATED = "subscription.terminated"


class SuspensionReason(StrEnum):
    """Why a subscription is suspended; it is active again only when no reason is left. AMB-42."""

    RENEWAL_INCOMPLETE = "renewal_incomplete"
    """At the end of the renewal date; gone with a completed renewal, and only so. REN-08."""

    UNPAID = "unpaid"
    """HUB-16."""

    COMPLIANCE = "compliance"


NEXT: Final = {
    (SubscriptionStage.ACTIVE, SubscriptionEvent.SUSPENDED): SubscriptionStage.SUSPENDED,
    (SubscriptionStage.SUSPENDED, SubscriptionEvent.REASON_ADDED): SubscriptionStage.SUSPENDED,
    (SubscriptionStage.SUSPENDED, SubscriptionEvent.REASON_LIFTED): SubscriptionStage.SUSPENDED,
    (SubscriptionStage.SUSPENDED, SubscriptionEvent.SUSPENSION_LIFTED): SubscriptionStage.ACTIVE,
    (SubscriptionStage.ACTIVE, SubscriptionEvent.TERMINATED): SubscriptionStage.TERMINATED,
    (SubscriptionStage.SUSPENDED, SubscriptionEvent.TERMINATED): SubscriptionStage.TERMINATED,
}

TABLE: Final = Table(
    what="subscription",
    next=NEXT,
    closed=frozenset({SubscriptionStage.TERMINATED}),
    asked={
        SubscriptionEvent.SUSPENDED: "suspend",
        SubscriptionEvent.REASON_ADDED: "suspend",
        SubscriptionEvent.REASON_LIFTED: "lift the suspension",
        SubscriptionEvent.SUSPENSION_LIFTED: "lift the suspension",
        SubscriptionEvent.TERMINATED: "terminate",
    },
)

"""What starts a subscription, what orders tell it, and what people may ask of it."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from domain.subscription.policy import SubscriptionPolicy
from domain.subscription.subscription import SubscriptionLife
from domain.values import Identifier, Line, Message, Model, Moment, Zone


class StartSubscription(Message):
    """Start a subscription's life. Workflow `Subscription`, id `subscription-<subscription_id>`. ORD-21.

    Started by the order whose site was built; `resumed` is how a term hands over to the next.
    """

    subscription_id: Identifier
    order_number: Identifier
    customer_id: Identifier
    partner_id: Identifier
    zone: Zone
    service_start_at: Moment
    term_months: Annotated[int, Field(ge=1, le=120)]
    policy: SubscriptionPolicy = SubscriptionPolicy()
    resumed: SubscriptionLife | None = Field(default=None, description="Set by the workflow itself; leave it out.")


class RenewalStep(StrEnum):
    """What a renewal order tells its subscription."""

    PLACED = "placed"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"


class RenewalNews(Model):
    """Signal from a renewal order to its subscription."""

    order_number: Identifier
    step: RenewalStep
    term_months: int
    at: AwareDatetime


class ConfirmRenewal(Message):
    """The partner checked with the vendor that the renewal completed. REN-10."""

    order_number: Identifier


class TerminateSubscription(Message):
    """End the subscription for good: no renewal is awaited any more."""

    reason: Line = Field(description="Why, for the audit trail.")

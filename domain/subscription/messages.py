"""What starts a subscription, what orders report to it, and what people may send to it."""

from enum import StrEnum
from typing import Annotated, Final, Literal, get_args

from pydantic import AwareDatetime, Field

from domain.subscription.policy import SubscriptionPolicy
from domain.subscription.sites import Sites
from domain.subscription.states import SubscriptionEvent, SuspensionReason
from domain.updates import Update
from domain.values import Identifier, Line, Message, Model, Moment, Signal, Zone
from domain.working_time import ZoneRules

LONGEST_TERM = 120
"""Months."""

TermMonths = Annotated[int, Field(ge=1, le=LONGEST_TERM)]
"""Length of a contract term."""


class StartSubscription(Message):
    """Start a subscription. Workflow `Subscription`, id `subscription-<subscription_id>`. ORD-21.

    Started by the order whose site was built.
    """

    subscription_id: Identifier
    order_number: Identifier
    customer_id: Identifier
    partner_id: Identifier
    zone: Zone
    service_start_at: Moment
    term_months: TermMonths
    sites: Sites = ()
    """As the Provisioning form has them. ORD-33."""

    policy: SubscriptionPolicy = SubscriptionPolicy()


class RenewalStep(StrEnum):
    """What a renewal order reports to its subscription."""

    PLACED = "placed"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"


class RenewalNews(Signal):
    """Signal from a renewal order to its subscription, which looks into the store whether it is so."""

    order_number: Identifier
    step: RenewalStep


class RenewalFacts(Model):
    """What the store knows of a renewal somebody spoke of."""

    untrue: str | None = None
    """Why what was said is not so; then nothing else is known."""

    term_months: int = 0
    partner_id: str = ""
    """Who faces the customer from its completion on. AMB-59."""

    completed_at: AwareDatetime | None = None
    """When its work was done, if it is: on that day the new term may begin. AMB-54."""

    zone_rules: ZoneRules | None = None
    """Of the customer's zone, as they are now: a new term takes new ones. ADR 5."""

    sites: Sites = ()
    """As its Provisioning form has them, of one that is completed. ORD-33."""


class OptionNews(Signal):
    """Signal from a completed option request to its subscription, which looks into the store whether it is so."""

    request_id: Identifier


class AddedLanguage(Model):
    """A site has one more language. OPT-02 (a)."""

    site: str
    language: str


class NewSite(Model):
    """A site more; its named users come from another one. OPT-02 (b)."""

    url: str
    named_users: int
    taken_from: str


class CompletedOption(Model):
    """What the store knows of a completed option request somebody spoke of."""

    untrue: str | None = None
    """Why what was said is not so; then nothing else is known."""

    language: AddedLanguage | None = None
    site_split: NewSite | None = None
    sites: Sites = ()
    """Of the newest order, for a subscription that began before sites were kept."""


class ConfirmRenewal(Message):
    """The partner checked with the vendor that the renewal completed. REN-10."""

    order_number: Identifier = Field(description="The renewal order that was checked.")


AskedReason = Literal["unpaid", "compliance"]
"""Reasons to suspend that somebody asks for; the third one comes with the renewal date. AMB-42."""

ASKED_FOR: Final = frozenset(map(SuspensionReason, get_args(AskedReason)))
"""The same."""


class SuspendSubscription(Message):
    """Stop the service for a reason that has nothing to do with the renewal: it stops until every reason is gone."""

    why: AskedReason = Field(description="Each counts once. HUB-16, AMB-42.")
    reason: Line = Field(description="What happened, for the audit trail.")


class LiftSuspension(Message):
    """A reason to suspend is gone: service goes on if it was the last one."""

    why: AskedReason = Field(description="A renewal that is not complete is lifted by a completed one only. AMB-42.")
    reason: Line = Field(description="Why it is gone, for the audit trail.")


class TerminateSubscription(Message):
    """End the subscription for good: no renewal is awaited any more."""

    reason: Line = Field(description="Why, for the audit trail.")


UPDATES: Final = {
    "confirm_renewal": Update(message=ConfirmRenewal, does="The partner checked the renewal with the vendor."),
    "suspend": Update(message=SuspendSubscription, does="Not paid, or not compliant: stop the service."),
    "lift_suspension": Update(message=LiftSuspension, does="It is paid, or compliant: this reason is gone."),
    "terminate": Update(
        message=TerminateSubscription,
        does="End the subscription for good.",
        event=SubscriptionEvent.TERMINATED,
    ),
}
"""What people may send to an open subscription, by name."""

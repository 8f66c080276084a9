"""What a subscription knows about itself. No personal data. Pure."""

from datetime import date

from pydantic import Field

from domain.subscription.policy import SubscriptionPolicy
from domain.subscription.site_state import SubscriptionSites
from domain.subscription.states import SubscriptionStage, SuspensionReason


class SubscriptionStanding(SubscriptionSites):
    """Whose it is, its terms, its renewals, and why it is suspended."""

    subscription_id: str
    customer_id: str
    partner_id: str
    first_day: date
    """First local day of the first term, or of the first after a gap: every renewal date is counted from here, so month
    ends never drift. AMB-54."""

    months: int
    """Months bought since then, over all terms."""

    begins_on: date
    """First local day of the present term. AMB-55."""

    term: int = 1
    policy: SubscriptionPolicy
    stage: SubscriptionStage = SubscriptionStage.ACTIVE
    suspended_for: set[SuspensionReason] = Field(default_factory=set)
    """Active again only when no reason is left. AMB-42."""

    renewal_order: str | None = None
    """A renewal order under way for the coming renewal date."""

    renewal_months: int | None = None
    """The term it buys."""

    renewals: list[str] = Field(default_factory=list)
    """Renewal orders whose term has begun or will: each counts once."""

"""What a subscription's mails may say. Pure."""

from datetime import date

from domain.mails import LetterFacts


class SubscriptionFacts(LetterFacts):
    """Of a subscription, and of its newest order."""

    subscription_id: str | None = None
    order_number: str | None = None
    facing_partner: str | None = None
    renewal_date: date | None = None
    days_left: int | None = None
    target_days: int | None = None
    """Days before the renewal date by which the renewal should be complete. REN-07."""

    other_reasons: bool = False
    """Is it suspended for a reason that no renewal lifts? Which, is nobody's business here. AMB-42."""

    sites: tuple[str, ...] = ()

    @property
    def filed_under(self) -> str:
        """The newest order's SO#, else the subscription's id."""
        return self.order_number or self.subscription_id or ""

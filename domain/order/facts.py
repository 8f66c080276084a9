"""What an order's mails may say. Pure."""

from datetime import date

from pydantic import AwareDatetime

from domain.mails import LetterFacts
from domain.order.forms import GraduationForm, ProvisioningForm
from domain.values import Model


class LetterItem(Model):
    """One item of the order, for the confirmation document."""

    part_number: str
    offering: str
    quantity: int


class OrderFacts(LetterFacts):
    """Of an order."""

    order_number: str | None = None
    order_kind: str | None = None
    subscription_id: str | None = None
    ordering_partner: str | None = None
    facing_partner: str | None = None
    relay_to: str | None = None
    """The Tier-2's company, when the document has to be relayed. ORD-07."""

    items: tuple[LetterItem, ...] = ()
    terms_wanted: tuple[str, ...] = ()
    """`port`, `audio`: still to be agreed."""

    terms_accepted: tuple[tuple[str, AwareDatetime], ...] = ()
    placed_at: AwareDatetime | None = None
    shipped_at: AwareDatetime | None = None
    build_guide: int | None = None
    """Business days a site build usually takes: a guide. ORD-18, ORD-19."""

    renewal_date: date | None = None
    days_left: int | None = None
    reason: str | None = None
    sites: tuple[str, ...] = ()
    user_name: str | None = None
    password_url: str | None = None
    link_void_at: AwareDatetime | None = None
    link_hours: int | None = None
    """How long a password link lasts; None if that is not in whole hours: then `link_void_at` says it alone. ORD-22."""

    target_days: int | None = None
    """Days before the renewal date by which the form should be in. REN-07."""

    form: ProvisioningForm | GraduationForm | None = None
    """The one whose copy this mail is. ORD-16, ORD-30."""

    @property
    def filed_under(self) -> str:
        """The SO#."""
        return self.order_number or ""

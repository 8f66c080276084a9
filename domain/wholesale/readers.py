"""Who gets a wholesale customer's mails, in words and without names."""

from collections.abc import Mapping

from domain.wholesale.mails import PARTNER
from domain.wholesale.messages import OnboardCustomer


def readers(start: OnboardCustomer) -> Mapping[str, str]:
    """By role."""
    return {PARTNER: f"partner {start.partner.id}"}

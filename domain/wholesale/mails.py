"""The mails of a wholesale customer: to whom, and by which rule. domain.md §7."""

from typing import Final

from domain.mails import HelpDesk, MailKind

PARTNER: Final = "partner"
"""The role of the contact at the service provider."""


class WholesaleMail(MailKind):
    """Name, rule, and the role of the one who reads it."""

    WHOLESALE_DEPROVISIONED = "wholesale_deprovisioned", "WHS-27", PARTNER, HelpDesk.ORDERS
    """The customer and its users are deprovisioned: why, what was removed when, and the number of the certificate."""

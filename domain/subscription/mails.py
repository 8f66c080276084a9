"""The mails of a subscription: to whom, and by which rule. domain.md §9.1."""

from domain.mails import MailKind, Role


class SubscriptionMail(MailKind):
    """Name, rule, and the role of the one who reads it."""

    RENEWAL_NOTICE = "renewal_notice", "ORD-31, REN-07", Role.RENEWAL_CONTACT
    """The renewal date is coming up. ORD-31, REN-07."""

    RENEWAL_NOT_ORDERED = "renewal_not_ordered", "REN-07", Role.FACING_PARTNER
    """Jeopardy: there is no renewal order by its target date. REN-07."""

    SUBSCRIPTION_SUSPENDED = "subscription_suspended", "REN-08", Role.FACING_PARTNER
    """The renewal was not complete by the renewal date: the service is suspended. REN-08."""

"""The mails of an order: to whom, and by which rule. domain.md §9.1."""

from domain.mails import HelpDesk, MailKind, Role


class OrderMail(MailKind):
    """Name, rule, and the role of the one who reads it."""

    TERMS_WANTED = "terms_wanted", "ORD-10, ORD-11", Role.FACING_PARTNER
    """Information required: the customer still has to agree to overage terms. ORD-10, ORD-11."""

    HOLD_OVERDUE = "hold_overdue", "ORD-03, AMB-1", Role.ORDERING_PARTNER
    """Jeopardy: the compliance hold takes longer than usual. AMB-1."""

    ORDER_REJECTED = "order_rejected", "ORD-03", Role.ORDERING_PARTNER
    """The vendor refused the order. domain.md §10.1."""

    CONFIRMATION = "confirmation", "M-01, ORD-04", Role.ORDERING_PARTNER
    """M-01: the confirmation document, as a PDF. ORD-04, ORD-06, ORD-14."""

    PROVISIONING_COPY = "provisioning_copy", "M-03, ORD-16", Role.FORM_PARTNER
    """M-03: what was entered in the Provisioning form, as evidence. ORD-16."""

    RENEWAL_LATE = "renewal_late", "REN-07", Role.FACING_PARTNER
    """Jeopardy: a renewal's form is not in by its target date. REN-07."""

    BUILD_LATE = "build_late", "ORD-18, ORD-19", Role.FACING_PARTNER
    """Jeopardy: the guide has passed and the site is not built, or the renewal not done. ORD-18, ORD-19."""

    WELCOME = "welcome", "M-04, ORD-20", Role.SITE_ADMINISTRATOR, HelpDesk.TECHNICAL
    """M-04: to the site administrator only, once, never to the partner. ORD-20 to ORD-25."""

    GRADUATION_REMINDER = "graduation_reminder", "ORD-27, ORD-28", Role.FACING_PARTNER
    """The customer is not handed over yet: no CSM, no after-start care. ORD-27, ORD-28."""

    GRADUATION_COPY = "graduation_copy", "M-05, ORD-30", Role.GRADUATION_COPY
    """M-05: copy of the Graduation form, if asked for."""

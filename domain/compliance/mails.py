"""The mails of a compliance check: to whom, and by which rule. domain.md §7.2, §9.1."""

from typing import Final

from domain.mails import MailKind

PARTNER: Final = "partner"
"""The role of the contact at the service provider whose customer it is."""

COMPLIANCE_TEAM: Final = "compliance_team"
"""The role of whoever reviews; the address is in the policy."""


class ComplianceMail(MailKind):
    """Name, rule, and the role of the one who reads it."""

    COMPLIANCE_REVIEW_WANTED = "compliance_review_wanted", "WHS-24", COMPLIANCE_TEAM
    """A potential match, with the evidence: approve it or confirm it."""

    COMPLIANCE_REVIEW_LATE = "compliance_review_late", "WHS-25", COMPLIANCE_TEAM
    """The review takes longer than most do."""

    COMPLIANCE_CONTACT = "compliance_contact", "M-20, WHS-26", PARTNER
    """The match was confirmed; please help to resolve it, and reply. The last attempt says what follows, when,
    and what prevents it."""

    COMPLIANCE_LAST_CALL = "compliance_last_call", "WHS-27", PARTNER
    """On which day customer and users will be deprovisioned, for good, and what still prevents that."""

    COMPLIANCE_RESOLVED = "compliance_resolved", "WHS-24, WHS-26", PARTNER
    """To a partner who was contacted: it is resolved, nothing will be deprovisioned."""

"""The stages of one compliance check as a table. domain.md §7.2, §10.3."""

from enum import StrEnum
from typing import Final

from domain.transitions import Table


class CheckStage(StrEnum):
    """Where a check is."""

    CHECKING = "checking"
    CLEAR = "clear"
    """The list knows nobody like this. WHS-23, AMB-29."""

    IN_REVIEW = "in_review"
    """A potential match: the compliance team looks at it. WHS-24."""

    APPROVED = "approved"
    NON_COMPLIANT = "non_compliant"
    """The match was confirmed: the partner is contacted. WHS-26."""

    DEPROVISIONING = "deprovisioning"
    """The time is over and nothing was resolved: the customer's own workflow deprovisions it. WHS-27."""

    DEPROVISIONED = "deprovisioned"
    SUPERSEDED = "superseded"
    """A later check of the same customer has taken over; what this one found stays. WHS-20."""

    WITHDRAWN = "withdrawn"
    """The customer is gone for another reason."""


class CheckEvent(StrEnum):
    """What happens to a check."""

    CLEARED = "compliance.cleared"
    MATCH_FOUND = "compliance.match_found"
    APPROVED = "compliance.approved"
    MATCH_CONFIRMED = "compliance.match_confirmed"
    PARTNER_CONTACTED = "compliance.partner_contacted"
    PARTNER_REPLIED = "compliance.partner_replied"
    DEPROVISIONING = "compliance.deprovisioning"
    DEPROVISIONED = "compliance.deprovisioned"
    SUPERSEDED = "compliance.superseded"
    WITHDRAWN = "compliance.withdrawn"


S, V = CheckStage, CheckEvent

UNRESOLVED: Final = (S.CHECKING, S.IN_REVIEW, S.NON_COMPLIANT)
"""Nobody has decided for good."""

NEXT: Final = {
    (S.CHECKING, V.CLEARED): S.CLEAR,
    (S.CHECKING, V.MATCH_FOUND): S.IN_REVIEW,
    (S.IN_REVIEW, V.APPROVED): S.APPROVED,
    (S.IN_REVIEW, V.MATCH_CONFIRMED): S.NON_COMPLIANT,
    (S.NON_COMPLIANT, V.APPROVED): S.APPROVED,
    (S.NON_COMPLIANT, V.PARTNER_CONTACTED): S.NON_COMPLIANT,
    (S.NON_COMPLIANT, V.PARTNER_REPLIED): S.NON_COMPLIANT,
    (S.NON_COMPLIANT, V.CLEARED): S.CLEAR,
    (S.NON_COMPLIANT, V.DEPROVISIONING): S.DEPROVISIONING,
    (S.DEPROVISIONING, V.DEPROVISIONED): S.DEPROVISIONED,
    **{(stage, V.SUPERSEDED): S.SUPERSEDED for stage in UNRESOLVED},
    **{(stage, V.WITHDRAWN): S.WITHDRAWN for stage in UNRESOLVED},
}

TABLE: Final = Table(
    what="check",
    next=NEXT,
    closed=frozenset({S.CLEAR, S.APPROVED, S.DEPROVISIONED, S.SUPERSEDED, S.WITHDRAWN}),
    asked={
        V.APPROVED: "approve the customer",
        V.MATCH_CONFIRMED: "confirm the match",
        V.PARTNER_REPLIED: "take a reply of the partner",
    },
    hints={(S.DEPROVISIONING, V.APPROVED): "; the deprovisioning has begun and cannot be taken back (WHS-27)"},
)

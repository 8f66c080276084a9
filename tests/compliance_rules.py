"""The tables of compliance checks, written down a second time, from domain.md §7.2 and §10.3: see tests/domain."""

from collections.abc import Mapping
from typing import Final

from domain.compliance.states import CheckEvent as E
from domain.compliance.states import CheckStage as S

WHAT: Final = "check"

READERS: Final[Mapping[str, str]] = {
    "compliance_review_wanted": "compliance_team",
    "compliance_review_late": "compliance_team",
    "compliance_contact": "partner",
    "compliance_last_call": "partner",
    "compliance_resolved": "partner",
}

DEADLINES: Final[Mapping[str, str]] = {
    "review_late": "WHS-25",
    "contact": "WHS-26, M-20",
    "last_call": "WHS-27",
    "unreachable": "WHS-27, AMB-30",
    "unresolved": "WHS-27, AMB-30",
}

EVENTS: Final[Mapping[str, str]] = {
    "compliance.cleared": "WHS-23, AMB-29",
    "compliance.match_found": "WHS-24",
    "compliance.approved": "WHS-24",
    "compliance.match_confirmed": "WHS-26, WHS-27",
    "compliance.partner_contacted": "WHS-26, M-20",
    "compliance.partner_replied": "WHS-27, AMB-30",
    "compliance.deprovisioning": "WHS-27",
    "compliance.deprovisioned": "WHS-27",
    "compliance.superseded": "WHS-20",
    "compliance.withdrawn": "WHS-27",
}

ASKED: Final[Mapping[str, str]] = {
    "compliance.approved": "approve the customer",
    "compliance.match_confirmed": "confirm the match",
    "compliance.partner_replied": "take a reply of the partner",
}

HINTS: Final[Mapping[tuple[str, str], str]] = {
    ("deprovisioning", "compliance.approved"): "; the deprovisioning has begun and cannot be taken back (WHS-27)"
}

CLOSED: Final = {"clear", "approved", "deprovisioned", "superseded", "withdrawn"}

BEGINS: Final = S.CHECKING

_IN_ANY_CASE: Final = {E.SUPERSEDED: S.SUPERSEDED, E.WITHDRAWN: S.WITHDRAWN}

ALLOWED: Final[Mapping[S, Mapping[E, S]]] = {
    S.CHECKING: {E.CLEARED: S.CLEAR, E.MATCH_FOUND: S.IN_REVIEW, **_IN_ANY_CASE},
    S.CLEAR: {},
    S.IN_REVIEW: {E.APPROVED: S.APPROVED, E.MATCH_CONFIRMED: S.NON_COMPLIANT, **_IN_ANY_CASE},
    S.APPROVED: {},
    S.NON_COMPLIANT: {
        E.APPROVED: S.APPROVED,
        E.PARTNER_CONTACTED: S.NON_COMPLIANT,
        E.PARTNER_REPLIED: S.NON_COMPLIANT,
        E.CLEARED: S.CLEAR,
        E.DEPROVISIONING: S.DEPROVISIONING,
        **_IN_ANY_CASE,
    },
    S.DEPROVISIONING: {E.DEPROVISIONED: S.DEPROVISIONED},
    S.DEPROVISIONED: {},
    S.SUPERSEDED: {},
    S.WITHDRAWN: {},
}

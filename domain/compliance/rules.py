"""The rules of domain.md behind a check's deadlines and stages."""

from typing import Final

from domain.compliance import standing as check
from domain.compliance.states import CheckEvent
from domain.rules import Rules

RULES: Final = Rules(
    deadlines={
        check.REVIEW_LATE: "WHS-25",
        check.CONTACT: "WHS-26, M-20",
        check.LAST_CALL: "WHS-27",
        check.UNREACHABLE: "WHS-27, AMB-30",
        check.UNRESOLVED: "WHS-27, AMB-30",
    },
    events={
        CheckEvent.CLEARED: "WHS-23, AMB-29",
        CheckEvent.MATCH_FOUND: "WHS-24",
        CheckEvent.APPROVED: "WHS-24",
        CheckEvent.MATCH_CONFIRMED: "WHS-26, WHS-27",
        CheckEvent.PARTNER_CONTACTED: "WHS-26, M-20",
        CheckEvent.PARTNER_REPLIED: "WHS-27, AMB-30",
        CheckEvent.DEPROVISIONING: "WHS-27",
        CheckEvent.DEPROVISIONED: "WHS-27",
        CheckEvent.SUPERSEDED: "WHS-20",
        CheckEvent.WITHDRAWN: "WHS-27",
    },
)

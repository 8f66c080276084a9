"""Who gets a check's mails, in words and without names."""

from collections.abc import Mapping

from domain.compliance.mails import COMPLIANCE_TEAM, PARTNER
from domain.compliance.messages import StartCheck


def readers(start: StartCheck) -> Mapping[str, str]:
    """By role."""
    return {
        PARTNER: f"contact of partner {start.partner.id}",
        COMPLIANCE_TEAM: "the compliance team that the policy names",
    }

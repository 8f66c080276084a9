"""Who gets a case's mails, in words and without names, as far as its start says."""

from collections.abc import Mapping

from domain.case.mails import AGENT, DUTY_MANAGER, PARTNER_CONTACT
from domain.case.messages import OpenCase


def readers(start: OpenCase) -> Mapping[str, str]:
    """By role."""
    return {
        PARTNER_CONTACT: f"partner {start.partner_id}",
        AGENT: "the agent whom it is assigned to",
        DUTY_MANAGER: "the duty manager whom the policy names",
    }

"""Who gets a trial's mails, in words and without names."""

from collections.abc import Mapping

from domain.mails import Role
from domain.trial.messages import StartTrial


def readers(trial: StartTrial) -> Mapping[str, str]:
    """By role: the partner by its id."""
    return {
        Role.PARTNER_ADMINISTRATOR: f"administrator of partner {trial.partner.id}",
        Role.TRIAL_USER: "user",
        Role.PROVISIONING_CONTACT: "the provisioning contact named with the conversion",
    }

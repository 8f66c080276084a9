"""The mails of a trial: to whom, and by which rule. domain.md §9.1."""

from domain.mails import HelpDesk, MailKind, Role


class TrialMail(MailKind):
    """Name and rule; who reads it, the posting says, where no role is given."""

    TRIAL_WELCOME = "trial_welcome", "M-10, TRL-17", None, HelpDesk.TECHNICAL
    """M-10: all services are built. TRL-17."""

    TRIAL_CONSENT = "trial_consent", "M-11, TRL-24"
    """M-11: a full administrator is asked to accept, and by when. TRL-23 to TRL-28."""

    TRIAL_STARTED = "trial_started", "M-12, TRL-43", None, HelpDesk.TECHNICAL
    """M-12: a trial was added to what the customer pays for. TRL-43."""

    TRIAL_EXPIRING = "trial_expiring", "M-13, TRL-71"
    """M-13: some days before E, to each customer administrator, with the link to buy. TRL-71."""

    TRIAL_EXPIRED = "trial_expired", "M-14, TRL-71"
    """M-14: on E, to each customer administrator, with the link to buy. TRL-71, TRL-72."""

    TRIAL_EXPIRING_PARTNER = "trial_expiring_partner", "M-15, TRL-73"
    """M-15: some days before E, to the partner's administrators, with services and time left. TRL-73, TRL-74."""

    TRIAL_EXPIRED_PARTNER = "trial_expired_partner", "M-16, TRL-73"
    """M-16: on E, to the partner's administrators. TRL-73."""

    TRIAL_LAST_CALL = "trial_last_call", "TRL-77, TRL-78"
    """What will be lost for good at the end of grace, to whoever can still stop it. TRL-77, TRL-78."""

    TRIAL_ACCESS_ENDED = "trial_access_ended", "M-17, TRL-75"
    """M-17: when grace is over, to the users. TRL-75."""

    TRIAL_CONSENT_LAPSED = "trial_consent_lapsed", "TRL-31, AMB-46"
    """Nobody consented in time; off unless the policy says otherwise. AMB-46."""

    TRIAL_SETUP = "trial_setup", "M-19, TRL-64", Role.PROVISIONING_CONTACT, HelpDesk.TECHNICAL
    """M-19: the paid services of a converted trial can be set up. TRL-64, TRL-65."""

"""The mails of a device on loan: to whom, and by which rule. domain.md §9.1."""

from domain.mails import MailKind, Role


class DeviceMail(MailKind):
    """Name and rule; who reads it, the posting says, where no role is given."""

    DEVICE_EULA = "device_eula", "M-18, TRL-90"
    """M-18: the terms of a device on loan, with the expiry date that counts. TRL-90."""

    DEVICE_RETURN = "device_return", "TRL-90, TRL-91"
    """A device has to be back soon: how, and by when. TRL-90 to TRL-94."""

    DEVICE_OVERDUE = "device_overdue", "TRL-90"
    """A device is not back in time: to the partner. TRL-90."""

    RMA_LOOKUP = "rma_lookup", "TRL-95", Role.TRIALS_TEAM
    """Form H: the demo order number is asked of the vendor's trials team. TRL-95, AMB-17."""

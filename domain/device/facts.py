"""What the mails of a device on loan may say. Pure."""

from pydantic import AwareDatetime

from domain.mails import LetterFacts


class DeviceFacts(LetterFacts):
    """Of a device, and of the trial it is lent for."""

    trial_id: str | None = None
    organization_id: str | None = None
    facing_partner: str | None = None
    device_model: str | None = None
    serial_numbers: tuple[str, ...] = ()
    carrier: str | None = None
    """None where nobody is fixed: the trials team knows the way back. AMB-16."""

    trials_team: str | None = None
    label_in_box: bool | None = None
    expires_at: AwareDatetime | None = None
    administrator_email: str | None = None

    @property
    def filed_under(self) -> str:
        """The trial's id."""
        return self.trial_id or ""

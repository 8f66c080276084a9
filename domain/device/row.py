"""A device on loan as it is stored, and for whom."""

from domain.device.state import DeviceState
from domain.values import Model


class LoanParties(Model):
    """Of the trial a device is lent for, what the device's mails say."""

    customer_company: str
    facing_partner: str
    administrator_email: str


class DeviceRow(Model):
    """A device on loan as it stands in the store."""

    state: DeviceState

    parties: LoanParties | None = None
    """Read with one row, not with lists."""

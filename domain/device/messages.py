"""What starts a device's loan and what people tell it afterwards."""

from pydantic import Field

from domain.device.policy import DevicePolicy
from domain.values import Country, Identifier, Line, Message, Moment, Zone


class StartDeviceLoan(Message):
    """A device was shipped for a trial, which starts this. Workflow `DeviceLoan`, id `device-<device_id>`. TRL-15."""

    device_id: Identifier
    trial_id: Identifier
    customer_id: Identifier
    partner_id: Identifier
    model: Line
    serial_number: Identifier
    expires_on: Moment = Field(description="The expiry of the EULA mail, not the date of the hub. TRL-90")
    country: Country
    zone: Zone
    trial_serial_numbers: tuple[Identifier, ...] = Field(
        default=(), max_length=20, description="Of ALL devices the trial lends; none: this one alone. AMB-17"
    )
    customer_administrators: int
    partner_administrators: int
    policy: DevicePolicy = DevicePolicy()


class ReportDelivered(Message):
    """The device arrived at the customer."""


class HandOver(Message):
    """The customer gave the device to the carrier. TRL-91, TRL-93."""


class ReportReceived(Message):
    """A device came back to the vendor. TRL-94."""

    serial_number: Identifier = Field(description="Of what came back; it must be the one that was shipped. TRL-94")


class AskForReturnPapers(Message):
    """Label or order number lost: the trials team is asked by mail. Form H. TRL-92, TRL-95, AMB-17."""

    organization_id: Identifier = Field(description="The customer's. TRL-95")
    administrator_email_given: bool = Field(
        default=True, description="Name the customer administrator's address; else all serial numbers. AMB-17"
    )
    serial_numbers: tuple[Identifier, ...] = Field(
        default=(), max_length=20, description="Of ALL trial devices, or none. AMB-17"
    )

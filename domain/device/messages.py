"""What starts a device's loan and what people send to it afterwards."""

from typing import Annotated, Final

from pydantic import Field

from domain.device.policy import DevicePolicy
from domain.device.states import DeviceEvent
from domain.updates import Update
from domain.values import Country, Identifier, Identifiers, Line, Message, Moment, Zone

Administrators = Annotated[int, Field(ge=0, le=51)]
"""How many there are: the contact, and as many more as a trial may name."""


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
    trial_serial_numbers: Identifiers = Field(
        default=(), description="Of ALL devices the trial lends; none: this one alone. AMB-17"
    )
    customer_administrators: Administrators
    partner_administrators: Administrators
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
    serial_numbers: Identifiers = Field(default=(), description="Of ALL trial devices, or none. AMB-17")


UPDATES: Final = {
    "report_delivered": Update(
        message=ReportDelivered, does="The device arrived at the customer.", event=DeviceEvent.DELIVERED
    ),
    "hand_over": Update(
        message=HandOver, does="The customer gave the device to the carrier.", event=DeviceEvent.HANDED_OVER
    ),
    "report_received": Update(
        message=ReportReceived, does="A device came back, by its serial number.", event=DeviceEvent.RECEIVED
    ),
    "ask_for_papers": Update(message=AskForReturnPapers, does="Return papers are lost: the trials team is asked."),
}
"""What people may send to an open loan, by name."""

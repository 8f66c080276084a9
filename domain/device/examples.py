"""One valid message of each kind: shown to operators, pasted from the Web UI, validated by a test."""

from datetime import datetime
from typing import Final

from domain.device.messages import AskForReturnPapers, HandOver, ReportDelivered, ReportReceived
from domain.device.state import DeviceState
from domain.offers import Offer, as_they_are, fitted
from domain.values import Message

EXAMPLES: Final[dict[str, Message]] = {
    "report_delivered": ReportDelivered(by="vendor-logistics"),
    "hand_over": HandOver(by="customer-17"),
    "report_received": ReportReceived(by="vendor-logistics", serial_number="FOC2301A1BC"),
    "ask_for_papers": AskForReturnPapers(by="partner-hikari", organization_id="akasaka"),
}
"""By update name."""


def offers(state: DeviceState, _now: datetime) -> dict[str, Offer]:
    """What fits this device. Its serial number is not offered: it is to be read from what came back. TRL-94"""
    found = as_they_are(EXAMPLES)
    received = Offer(EXAMPLES["report_received"], "read serial_number from the device itself")
    found["report_received"] = received.assuming(serial_number=state.serial_number)
    found["ask_for_papers"] = fitted(EXAMPLES["ask_for_papers"], organization_id=state.customer_id)
    return found

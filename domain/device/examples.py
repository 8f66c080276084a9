"""One valid message of each kind: shown to operators, pasted from the Web UI, validated by a test."""

from typing import Final

from domain.device.device import DeviceLife
from domain.device.messages import AskForReturnPapers, HandOver, ReportDelivered, ReportReceived
from domain.offers import Offer, as_they_are, fitted
from domain.values import Message

EXAMPLES: Final[dict[str, Message]] = {
    "report_delivered": ReportDelivered(by="vendor-logistics"),
    "hand_over": HandOver(by="customer-17"),
    "report_received": ReportReceived(by="vendor-logistics", serial_number="FOC2301A1BC"),
    "ask_for_papers": AskForReturnPapers(by="partner-hikari", organization_id="akasaka"),
}
"""By update name."""


def offers(life: DeviceLife) -> dict[str, Offer]:
    """What fits this device: the serial number that was shipped, the customer's organization."""
    found = as_they_are(EXAMPLES)
    found["report_received"] = fitted(
        EXAMPLES["report_received"],
        "compare serial_number with what stands on the device",
        serial_number=life.serial_number,
    )
    found["hand_over"] = fitted(EXAMPLES["hand_over"], by=life.customer_id)
    found["ask_for_papers"] = fitted(EXAMPLES["ask_for_papers"], organization_id=life.customer_id)
    return found

"""One valid message of each kind: shown to operators, pasted from the Web UI, validated by a test."""

from typing import Final

from domain.device.messages import AskForReturnPapers, HandOver, ReportDelivered, ReportReceived
from domain.values import Message

EXAMPLES: Final[dict[str, Message]] = {
    "report_delivered": ReportDelivered(by="vendor-logistics"),
    "hand_over": HandOver(by="customer-17"),
    "report_received": ReportReceived(by="vendor-logistics", serial_number="FOC2301A1BC"),
    "ask_for_papers": AskForReturnPapers(by="partner-hikari", organization_id="org-akasaka"),
}
"""By update name."""

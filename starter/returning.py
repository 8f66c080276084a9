"""Which of a device's updates the options of `tenure trial return-device` ask for."""

from typing import Any

from starter.exits import bad

CHOICES = "--handed-over, --received, --ask-papers or --delivered"


def returned(
    *, delivered: bool, handed_over: bool, received: str | None, papers: str | None, serials: list[str] | None
) -> tuple[str, dict[str, Any]]:
    """The update and its fields; exactly one must be asked for."""
    asked = {
        "report_delivered": {} if delivered else None,
        "hand_over": {} if handed_over else None,
        "report_received": {"serial_number": received} if received is not None else None,
        "ask_for_papers": _papers(papers, serials) if papers is not None else None,
    }
    found = [(update, sent) for update, sent in asked.items() if sent is not None]
    if len(found) != 1:
        raise bad(f"say one of {CHOICES}")
    if serials and papers is None:
        raise bad("goes with --ask-papers only", "--serial")
    return found[0]


def _papers(organization: str, serials: list[str] | None) -> dict[str, Any]:
    """The administrator's address is named unless all serial numbers are. TRL-95."""
    if not serials:
        return {"organization_id": organization}
    return {"organization_id": organization, "administrator_email_given": False, "serial_numbers": serials}

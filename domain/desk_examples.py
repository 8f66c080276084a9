"""One valid message of each operator's verb: shown in the Web UI, pasted from there, validated by a test."""

from datetime import UTC, datetime
from typing import Final

from domain.desk import ExtendDueDate, Hold, PutNote, Resume, RetryMail, SettleMail, SkipReminder
from domain.values import Message

DESK_EXAMPLES: Final[dict[str, Message]] = {
    "settle_mail": SettleMail(
        by="ops-7", mail="order-SO-100001/welcome", outcome="sent", reason="found in the mail server's log"
    ),
    "retry_mail": RetryMail(
        by="ops-7",
        mail="order-SO-100001/welcome",
        email="it-desk@akasaka.example.com",
        reason="the address was mistyped",
    ),
    "hold": Hold(by="ops-7", reason="the customer disputes the order"),
    "resume": Resume(by="ops-7", reason="settled with the customer"),
    "extend_due_date": ExtendDueDate(
        by="ops-7",
        deadline="build_late",
        at=datetime(2030, 1, 31, 15, tzinfo=UTC),
        reason="the vendor announced a later build",
    ),
    "skip_reminder": SkipReminder(by="ops-7", deadline="graduation_reminder/14", reason="the partner is on holiday"),
    "put_note": PutNote(by="ops-7", text="The partner called: the form will come next week."),
}
"""By update name."""

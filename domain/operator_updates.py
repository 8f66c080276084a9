"""What operators may send to every lifecycle, with one valid message of each to paste into the Web UI."""

from datetime import UTC, datetime
from typing import Any, Final

from domain.operator import (
    Acknowledge,
    ExtendDueDate,
    Hold,
    PutNote,
    Resume,
    RetryMail,
    SendAgain,
    SettleMail,
    SettleStep,
    SkipReminder,
)
from domain.recompute import RecomputeDates
from domain.updates import Update
from domain.values import Message

OPERATOR_UPDATES: Final[dict[str, Update]] = {
    "settle_mail": Update(message=SettleMail, does="Say what became of a mail in doubt."),
    "retry_mail": Update(message=RetryMail, does="Try a refused mail again."),
    "send_again": Update(message=SendAgain, does="Send a mail that went out once more."),
    "settle_step": Update(message=SettleStep, does="A step keeps failing: what now?"),
    "acknowledge": Update(message=Acknowledge, does="An alert was looked at: lift it."),
    "hold": Update(message=Hold, does="Stop deadlines and mails until resume."),
    "resume": Update(message=Resume, does="Go on after a hold."),
    "extend_due_date": Update(message=ExtendDueDate, does="Move a guide or target date."),
    "skip_reminder": Update(message=SkipReminder, does="Leave out a courtesy mail to come."),
    "recompute_dates": Update(message=RecomputeDates, does="Count dates anew by today's rules."),
    "put_note": Update(message=PutNote, does="Write a note into the record.", command="note"),
}
"""What operators may do at every gate, whatever the lifecycle."""

OPERATOR_EXAMPLES: Final[dict[str, Message]] = {
    "settle_mail": SettleMail(
        by="ops-7", mail="order-SO-100001/welcome", outcome="sent", reason="found in the mail server's log"
    ),
    "retry_mail": RetryMail(by="ops-7", mail="order-SO-100001/welcome", reason="their mailbox is no longer full"),
    "send_again": SendAgain(by="ops-7", mail="order-SO-100001/confirmation", reason="they cannot find it any more"),
    "settle_step": SettleStep(by="ops-7", step="assign_csm", outcome="retry", reason="the roster has names again"),
    "acknowledge": Acknowledge(by="ops-7", alert="hold_overdue", reason="the vendor was asked and is at work on it"),
    "hold": Hold(by="ops-7", reason="in dispute with the customer"),
    "resume": Resume(by="ops-7", reason="settled with the customer"),
    "extend_due_date": ExtendDueDate(
        by="ops-7",
        deadline="build_late",
        at=datetime(2030, 1, 31, 15, tzinfo=UTC),
        reason="agreed with those who wait for it",
    ),
    "skip_reminder": SkipReminder(by="ops-7", deadline="graduation_reminder/14", reason="the reader is on holiday"),
    "recompute_dates": RecomputeDates(by="ops-7", reason="tzdata 2026g: new rules for this zone", dry_run=True),
    "put_note": PutNote(by="ops-7", text="The partner called: the papers will come next week."),
}
"""By update name; mails, alerts and dates are an order's. For tests and forecasts: what people are offered of them is
`domain/placeholder.py`'s."""

NOT_EVERYWHERE: Final = frozenset({"acknowledge", "extend_due_date", "skip_reminder"})
"""Possible only in a lifecycle that has alerts, or dates that can be moved or left out."""


def about(mail: str, **own: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What in the examples is another lifecycle's: one of its mails, its alerts, its dates that can be moved or left
    out."""
    mails = {update: {"mail": mail} for update in ("settle_mail", "retry_mail", "send_again")}
    return {**mails, "settle_step": {"step": mail}, **own}

"""One valid message of each operator's verb: shown in the Web UI, pasted from there, validated by a test."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from domain.desk import ExtendDueDate, Hold, PutNote, Resume, RetryMail, SettleMail, SkipReminder
from domain.mails import Lifecycle
from domain.values import Message

DESK_EXAMPLES: Final[dict[str, Message]] = {
    "settle_mail": SettleMail(
        by="ops-7", mail="order-SO-100001/welcome", outcome="sent", reason="found in the mail server's log"
    ),
    "retry_mail": RetryMail(by="ops-7", mail="order-SO-100001/welcome", reason="their mailbox is no longer full"),
    "hold": Hold(by="ops-7", reason="in dispute with the customer"),
    "resume": Resume(by="ops-7", reason="settled with the customer"),
    "extend_due_date": ExtendDueDate(
        by="ops-7",
        deadline="build_late",
        at=datetime(2030, 1, 31, 15, tzinfo=UTC),
        reason="agreed with those who wait for it",
    ),
    "skip_reminder": SkipReminder(by="ops-7", deadline="graduation_reminder/14", reason="the reader is on holiday"),
    "put_note": PutNote(by="ops-7", text="The partner called: the papers will come next week."),
}
"""By update name; mails and dates are an order's. Retried as it was: an address made up would replace the right one."""


def _about(mail: str, **dates: dict[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    return {"settle_mail": {"mail": mail}, "retry_mail": {"mail": mail}, **dates}


_OWN: Final[Mapping[Lifecycle, Mapping[str, Mapping[str, Any]]]] = {
    Lifecycle.ORDER: {"extend_due_date": {}, "skip_reminder": {}},
    Lifecycle.SUBSCRIPTION: _about(
        "subscription-sub-SO-100001/subscription_suspended/2030-06-01",
        extend_due_date={"deadline": "renewal_target"},
        skip_reminder={"deadline": "renewal_notice/30"},
    ),
    Lifecycle.TRIAL: _about("trial-T-1001/trial_welcome/customer_administrator/0"),
    Lifecycle.DEVICE: _about(
        "device-D-7001/device_eula/customer_administrator/0",
        extend_due_date={"deadline": "device_return_due", "at": datetime(2030, 7, 31, 15, tzinfo=UTC)},
        skip_reminder={"deadline": "device_reminder/2030-07-14/7"},
    ),
}
"""What another lifecycle's mails and dates are called. A trial has none that can be moved or left out."""


def desk_examples(lifecycle: Lifecycle) -> dict[str, Message]:
    """The verbs a lifecycle can take, with its own mails and dates."""
    own = _OWN[lifecycle]
    impossible = {"extend_due_date", "skip_reminder"} - own.keys()
    return {
        verb: example.model_copy(update=own.get(verb, {}))
        for verb, example in DESK_EXAMPLES.items()
        if verb not in impossible
    }

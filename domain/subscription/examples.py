"""One valid message of each kind: shown to operators, pasted from the Web UI, validated by a test."""

from typing import Final

from domain.life import SettleMail
from domain.mails import Lifecycle, MailKind, mail_key
from domain.subscription.messages import ConfirmRenewal, TerminateSubscription
from domain.values import Message

EXAMPLES: Final[dict[str, Message]] = {
    "confirm_renewal": ConfirmRenewal(by="partner-hikari", order_number="SO-200001"),
    "terminate": TerminateSubscription(by="ops-7", reason="the customer moved to another service"),
    "settle_mail": SettleMail(
        by="ops-7",
        mail=mail_key(Lifecycle.SUBSCRIPTION, "sub-SO-100001", MailKind.RENEWAL_NOTICE, "2027-10-01/renewal_notice/30"),
        outcome="sent",
        reason="found in the mail server's log",
    ),
}
"""By update name."""

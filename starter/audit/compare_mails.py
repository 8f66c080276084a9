"""What may differ between the workflow and the mail ledger. Pure."""

from datetime import timedelta
from typing import Final

from activities.ports import RecordedMail
from domain.lifecycle import PostedMail
from domain.mails import MailState
from starter.answers.tools import Difference, Finding
from starter.audit.snapshot import Snapshot

JUST_NOW: Final = timedelta(minutes=1)
"""So long a workflow may not know yet what the ledger knows: a send's time-out and the pause before the next try."""

UNDER_WAY: Final = frozenset({MailState.PENDING, MailState.DATA})

UNCLAIMED: Final = frozenset({MailState.PENDING, MailState.MOOT})
"""States of a mail that no ledger has to know: nobody took it up, so it cannot go out twice."""


def mails(snapshot: Snapshot) -> Finding | None:
    """What became of each mail: a workflow may know it a moment after the ledger does."""
    if snapshot.view is None or snapshot.stored is None:
        return None
    ledger = snapshot.stored.mails
    differing = [mail for mail in snapshot.view.mails if not _agree(snapshot, mail, ledger.get(mail.key))]
    if not differing:
        return None
    told = [f"{mail.key}: {mail.state} in the workflow, {_fate(ledger.get(mail.key))}" for mail in differing]
    remedies = dict.fromkeys(_mail_remedy(mail, ledger.get(mail.key)) for mail in differing)
    return snapshot.finding(Difference.MAILS_DIFFER, "; ".join(told), "; ".join(remedies))


def _agree(snapshot: Snapshot, mail: PostedMail, known: RecordedMail | None) -> bool:
    """One that is still to be sent, or was left out before anybody took it up, stands in no ledger."""
    if known is None:
        return mail.state in UNCLAIMED
    if mail.state is not MailState.PENDING:
        return known.state is mail.state
    if known.state in UNDER_WAY:
        return True
    return known.settled_at is not None and snapshot.at - known.settled_at < JUST_NOW


def _fate(known: RecordedMail | None) -> str:
    return f"{known.state} in the ledger" if known else "not in the ledger"


def _mail_remedy(mail: PostedMail, known: RecordedMail | None) -> str:
    if ledger_lags(mail, known):
        return "--repair writes into the ledger what the workflow knows, so that the mail never goes out twice"
    if mail.state is MailState.PENDING:
        return "not by this command: the workflow hears of it from the worker for mail; is one running?"
    return "not by this command: find out what became of the mail, then ask a developer"


def ledger_lags(mail: PostedMail, known: RecordedMail | None) -> bool:
    """Does the workflow know the end of a mail, and the ledger not? So it is after a restored backup."""
    if mail.state in UNDER_WAY:
        return False
    if known is None:
        return mail.state not in UNCLAIMED
    found = known.state is MailState.UNKNOWN and mail.state is MailState.SENT
    return known.state in UNDER_WAY or found

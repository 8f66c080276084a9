"""The mail ledger in SQL: committed before and after every step of a mail, so a crash shows how far it came. R1."""

import hashlib
from datetime import datetime
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from activities.ports import Claim, NotKnown
from adapters.sql.database import Database
from adapters.sql.schema import MailRecord
from adapters.sql.upsert import insert_missing
from domain.mails import Lifecycle, MailState
from domain.values import Refused

ENDS: Final = frozenset({MailState.SENT, MailState.UNKNOWN, MailState.REFUSED, MailState.MOOT})

SETTLES: Final = {
    MailState.PENDING: ENDS,
    MailState.DATA: ENDS | {MailState.PENDING},
}
"""What a mail may become by `settle`; everything else is refused, except what it is already."""

DIED: Final = "the attempt that handed it over never told the end"


class MailStateRefused(Refused):
    """The mail's state does not allow the step."""

    def __init__(self, key: str, found: MailState, wanted: MailState) -> None:
        super().__init__(f"mail {key} is {found} and cannot become {wanted}")


class SqlMailLedger(Database):
    """MailLedger on SQL."""

    def __init__(self, engine: Engine, mail_domain: str) -> None:
        super().__init__(engine)
        self._mail_domain = mail_domain

    def claim(self, key: str, kind: str, lifecycle: Lifecycle, subject: str, recipient: str, now: datetime) -> Claim:
        """The first claim's row stays, whatever a later one says about kind and recipient."""
        new = {
            "key": key,
            "message_id": self._message_id(key),
            "kind": kind,
            "lifecycle": lifecycle,
            "subject": subject,
            "recipient": recipient,
            "state": MailState.PENDING,
            "claimed_at": now,
        }
        with self._writing() as session:
            insert_missing(session, MailRecord, new)
            mail = _held(session, key)
            if mail.state is MailState.DATA:
                mail.state, mail.settled_at, mail.answer = MailState.UNKNOWN, now, DIED
            return Claim(state=mail.state, message_id=mail.message_id, sent_at=_sent_at(mail))

    def handing_over(self, key: str, now: datetime) -> None:
        """Of two attempts at one time only the first may hand the text over. Raises MailStateRefused."""
        with self._writing() as session:
            mail = _held(session, key)
            if mail.state is not MailState.PENDING:
                raise MailStateRefused(key, mail.state, MailState.DATA)
            mail.state, mail.handed_over_at = MailState.DATA, now

    def settle(self, key: str, state: MailState, answer: str, now: datetime) -> None:
        """A repeat of the same end changes nothing; another end is refused by MailStateRefused."""
        with self._writing() as session:
            mail = _held(session, key)
            if mail.state is state and state in ENDS:
                return
            if state is not mail.state and state not in SETTLES.get(mail.state, ()):
                raise MailStateRefused(key, mail.state, state)
            mail.answer = answer
            _move(mail, state, now)

    def reopen(self, key: str, now: datetime) -> None:
        """What the server said last stays to be read until there is something newer."""
        with self._writing() as session:
            mail = _held(session, key)
            if mail.state in {MailState.UNKNOWN, MailState.REFUSED}:
                _move(mail, MailState.PENDING, now)

    def mark_arrived(self, key: str, now: datetime) -> None:
        """Counts as sent when it was handed over, not when somebody found out."""
        with self._writing() as session:
            mail = _held(session, key)
            if mail.state is MailState.UNKNOWN:
                _move(mail, MailState.SENT, now)

    def _message_id(self, key: str) -> str:
        return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{self._mail_domain}>"


def _held(session: Session, key: str) -> MailRecord:
    """The row, held against every other writer until the transaction ends."""
    mail = session.get(MailRecord, key, with_for_update=True)
    if mail is None:
        raise NotKnown(f"no mail {key} is known here")
    return mail


def _move(mail: MailRecord, state: MailState, now: datetime) -> None:
    mail.state = state
    mail.settled_at = now if state in ENDS else None
    if state is MailState.PENDING:
        mail.handed_over_at = None


def _sent_at(mail: MailRecord) -> datetime | None:
    return (mail.handed_over_at or mail.settled_at) if mail.state is MailState.SENT else None

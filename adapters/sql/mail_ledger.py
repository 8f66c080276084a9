"""The mail ledger in SQL: committed before and after every step of a mail, so a crash shows how far it came. R1."""

import hashlib
from collections.abc import Collection, Set
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, Table, Update, bindparam, select, update
from sqlalchemy.orm import Session

from activities.ports.mail import Claim
from activities.ports.store import NotKnown
from adapters.sql.database import Database
from adapters.sql.schema import MailRecord
from adapters.sql.upsert import insert_missing, table_of
from domain.lifecycle import Lifecycle
from domain.mails import MailState
from domain.values import Refused

ENDS: Final = frozenset({MailState.SENT, MailState.UNKNOWN, MailState.REFUSED, MailState.MOOT})

SETTLES: Final = {
    MailState.PENDING: ENDS,
    MailState.DATA: ENDS | {MailState.PENDING},
}
"""What a mail may become by `settle`; everything else is refused, except what it is already."""

TABLE: Final[Table] = table_of(MailRecord)

HAND_OVER: Final[Update] = (
    update(TABLE)
    .where(TABLE.c.key == bindparam("of"), TABLE.c.state == MailState.PENDING)
    .values(state=MailState.DATA, handed_over_at=bindparam("handed_over_at"))
)
"""Of two attempts at one time only one finds it pending."""

END: Final[Update] = (
    update(TABLE)
    .where(TABLE.c.key == bindparam("of"), TABLE.c.state.in_(sorted(SETTLES)))
    .values({name: bindparam(name) for name in ("state", "answer", "settled_at")})
)

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
        with self._changing() as connection:
            if insert_missing(connection, MailRecord, new):
                return Claim(state=MailState.PENDING, message_id=new["message_id"])
        with self._writing() as session:
            mail = _held(session, key)
            if mail.state is MailState.DATA:
                mail.state, mail.settled_at, mail.answer = MailState.UNKNOWN, now, DIED
            return _claim(mail)

    def handing_over(self, key: str, now: datetime) -> None:
        """Of two attempts at one time only the first may hand the text over. Raises MailStateRefused."""
        with self._changing() as connection:
            if connection.execute(HAND_OVER, {"of": key, "handed_over_at": now}).rowcount:
                return
        with self._writing() as session:
            raise MailStateRefused(key, _held(session, key).state, MailState.DATA)

    def settle(self, key: str, state: MailState, answer: str, now: datetime) -> None:
        """A repeat of the same end changes nothing; another end is refused by MailStateRefused."""
        if state in ENDS and self._ended(key, state, answer, now):
            return
        with self._writing() as session:
            mail = _held(session, key)
            if mail.state is state and state in ENDS:
                return
            if state is not mail.state and state not in SETTLES.get(mail.state, ()):
                raise MailStateRefused(key, mail.state, state)
            mail.answer = answer
            _move(mail, state, now)

    def _ended(self, key: str, state: MailState, answer: str, now: datetime) -> bool:
        with self._changing() as connection:
            return bool(
                connection.execute(END, {"of": key, "state": state, "answer": answer, "settled_at": now}).rowcount
            )

    def reopen(self, key: str, now: datetime) -> Claim:
        """What the server said last stays to be read until there is something newer."""
        return self._decided(key, MailState.PENDING, {MailState.UNKNOWN, MailState.REFUSED}, now)

    def mark_arrived(self, key: str, now: datetime) -> Claim:
        """Counts as sent when it was handed over, not when somebody found out."""
        return self._decided(key, MailState.SENT, {MailState.UNKNOWN}, now)

    def leave_out(self, key: str, now: datetime) -> Claim:
        """Never to be sent: an attempt under way finds it so before it hands the text over."""
        return self._decided(key, MailState.MOOT, {MailState.PENDING, MailState.UNKNOWN, MailState.REFUSED}, now)

    def _decided(self, key: str, state: MailState, possible: Set[MailState], now: datetime) -> Claim:
        with self._writing() as session:
            mail = _held(session, key)
            if mail.state in possible:
                _move(mail, state, now)
            return _claim(mail)

    def written_about(self, message_ids: Collection[str]) -> dict[str, tuple[Lifecycle, str]]:
        """Which lifecycle our own mails are about, by Message-ID without brackets; only those that are known."""
        found = select(TABLE.c.message_id, TABLE.c.lifecycle, TABLE.c.subject).where(
            TABLE.c.message_id.in_([f"<{each}>" for each in message_ids])
        )
        with self._reading() as session:
            return {row.message_id[1:-1]: (Lifecycle(row.lifecycle), row.subject) for row in session.execute(found)}

    def _message_id(self, key: str) -> str:
        return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{self._mail_domain}>"


def _claim(mail: MailRecord) -> Claim:
    return Claim(state=mail.state, message_id=mail.message_id, sent_at=_sent_at(mail), answer=mail.answer)


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

"""Mail, as contracts: the ledger, what writes, what sends."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from domain.lifecycle import Lifecycle
from domain.mails import Letter, LetterFacts, MailState
from domain.values import Model, Person


class Claim(Model):
    """What the ledger says before a mail is sent."""

    state: MailState
    """PENDING: go ahead. Anything else: what became of it."""

    message_id: str
    sent_at: datetime | None = None
    """When it was handed over, if it was sent: not when an operator found that out."""

    answer: str | None = None
    """What the mail server said last, or why it was not written."""


class MailLedger(Protocol):
    """One row for each mail, keyed by `mail_key` and never removed by us. R1: PENDING, DATA, SENT, UNKNOWN, REFUSED.

    Every method but `claim` raises NotKnown for a key that was never claimed.
    """

    def claim(self, key: str, kind: str, lifecycle: Lifecycle, subject: str, recipient: str, now: datetime) -> Claim:
        """Insert as PENDING or read what is there. A row found in DATA means an attempt died after handing the
        text over: it becomes UNKNOWN and is answered as that."""
        ...

    def handing_over(self, key: str, now: datetime) -> None:
        """PENDING → DATA, committed before the first byte of the text leaves. Raises Refused in any other state."""
        ...

    def settle(self, key: str, state: MailState, answer: str, now: datetime) -> None:
        """DATA or PENDING → SENT, UNKNOWN, REFUSED or MOOT; DATA → PENDING when the server surely did not take it.
        The same end again changes nothing; any other step raises Refused."""
        ...

    def reopen(self, key: str, now: datetime) -> Claim:
        """UNKNOWN or REFUSED → PENDING: an operator decided to send once more. Another state stays as it is."""
        ...

    def mark_arrived(self, key: str, now: datetime) -> Claim:
        """UNKNOWN → SENT: an operator found that it had arrived. Another state stays as it is."""
        ...

    def leave_out(self, key: str, now: datetime) -> Claim:
        """PENDING, UNKNOWN or REFUSED → MOOT: an operator decided to do without. Another state stays as it is."""
        ...


class Attachment(Model):
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


class Envelope(Model):
    """A mail ready for the wire: who from, who to, and the bytes with CRLF line ends."""

    sender: str
    recipient: str
    content: bytes


class Composer(Protocol):
    """Writes mails."""

    def compose(self, letter: Letter, message_id: str, attachments: tuple[Attachment, ...] = ()) -> Envelope:
        """Text and HTML in the reader's language, dates in their zone. The same input gives the same bytes.

        Raises UnsafeMail when the serialised headers are not exactly the intended ones (CVE-2024-6923).
        """
        ...


class UnsafeMail(Exception):
    """A mail that would not be what was meant; it is never sent."""


class Answer(StrEnum):
    """How a mail server's answer is to be read."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    UNKNOWN = "unknown"


class Delivery(Model):
    """What the mail server made of a mail, and its own words (without addresses)."""

    answer: Answer
    words: str
    again_in: timedelta | None = None
    """LATER, and not for this mail's sake: the server takes none from us until an operator does something. How long
    it is to be left alone."""

    @property
    def about_us(self) -> bool:
        """Whoever the reader is."""
        return self.again_in is not None


class Connection(Protocol):
    """Hands mails to a mail server, one after the other."""

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> Delivery:
        """Calls `handing_over` after RCPT was accepted and just before DATA. Never raises for what SMTP can do:
        5xx about the mail or its reader is REFUSED; 5xx about us, 4xx and no connection are LATER; an answer lost after
        the final dot is UNKNOWN."""
        ...


class Transport(Connection, Protocol):
    """A mail server. Each mail sent by it directly has a connection of its own."""

    def kept(self) -> AbstractContextManager[Connection]:
        """For several mails: one connection while the server keeps it, another one when it does not."""
        ...


class Documents(Protocol):
    """Writes and keeps documents."""

    def confirmation(self, facts: LetterFacts, reader: Person) -> Attachment:
        """The confirmation document as a PDF in the reader's language; kept, and the same on every call. ORD-04."""
        ...

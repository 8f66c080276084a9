"""One mail to one mail server, and what its answer means. Decision 8; the table in reliability.md §1.3."""

import re
import smtplib
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import Final

from activities.ports import Answer, Delivery, Envelope
from adapters.mail.dialogue import Dialogue
from adapters.mail.words import decoded, of_failure, redacted

DEADLINE: Final = timedelta(seconds=30)
"""For one mail, from the first connection to the last answer: shorter than the activity's time-out by far. R4."""

_DONE: Final = 2
_GO_AHEAD: Final = 354
_FINAL: Final = 5
_AFTER_THE_DOT: Final = {2: Answer.ACCEPTED, 4: Answer.LATER, 5: Answer.REFUSED}
"""First digits of answers, RFC 5321 §4.2.1; an answer that makes no sense after the dot tells nothing."""

_NOT_THIS_MAIL: Final = frozenset({530, 534, 535, 538})
"""5xx about who we are or how we connect: for an operator to mend, no reason to give a mail up."""

_TROUBLE: Final = (smtplib.SMTPException, OSError, UnicodeError)


class Security(StrEnum):
    """How the connection is kept private; what was asked for is never given up for less."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


def _machine_clock() -> datetime:
    return datetime.now(UTC)


def dated(content: bytes, now: datetime) -> bytes:
    """The mail with `Date` in front: the moment it is handed over, so a composed mail has none."""
    return f"Date: {format_datetime(now.astimezone(UTC))}\r\n".encode("ascii") + content


class SmtpTransport:
    """Implements `Transport` by SMTP, one connection for each mail; holds nothing between mails."""

    def __init__(
        self,
        host: str,
        port: int,
        security: str = Security.STARTTLS,
        username: str | None = None,
        password: str | None = None,
        deadline: timedelta = DEADLINE,
        trust: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] = _machine_clock,
    ) -> None:
        """`security`: none, starttls or tls. `trust`: which certificates count, by default those the machine trusts.

        Raises ValueError for a password that would travel in clear to another machine.
        """
        in_clear = Security(security) is Security.NONE and not host.startswith(("localhost", "127.", "::1"))
        if username and in_clear:
            raise ValueError("a mail password must not travel without TLS: set security to starttls or tls")
        self._host, self._port, self._security = host, port, Security(security)
        self._username, self._password = username, password
        self._deadline = deadline.total_seconds()
        self._trust = trust or ssl.create_default_context()
        self._clock = clock

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> Delivery:
        """See the port. What `handing_over` raises goes through, after the connection is closed."""
        try:
            implicit = self._trust if self._security is Security.TLS else None
            dialogue = Dialogue(self._host, self._port, self._deadline, implicit)
        except _TROUBLE as failure:
            return self._later("connect", failure, envelope)
        try:
            refusal = self._introduced(dialogue, envelope) or self._addressed(dialogue, envelope)
            if refusal:
                return refusal
            handing_over()
            return self._handed_over(dialogue, envelope)
        finally:
            dialogue.part()

    def _introduced(self, dialogue: Dialogue, envelope: Envelope) -> Delivery | None:
        """EHLO, TLS, AUTH; None when all is well. Whatever goes wrong here is not this mail's fault."""
        step = "EHLO"
        try:
            dialogue.ehlo_or_helo_if_needed()
            if self._security is Security.STARTTLS:
                step = "STARTTLS"
                dialogue.secure(self._trust)
            if self._username:
                step = "AUTH"
                dialogue.login(self._username, self._password or "")
        except _TROUBLE as failure:
            return self._later(step, failure, envelope)
        return None

    def _addressed(self, dialogue: Dialogue, envelope: Envelope) -> Delivery | None:
        """MAIL and RCPT; None when the server will take a mail from and to these."""
        step = "MAIL"
        try:
            code, words = dialogue.mail(envelope.sender)
            if code // 100 == _DONE:
                step = "RCPT"
                code, words = dialogue.rcpt(envelope.recipient)
        except _TROUBLE as failure:
            return self._later(step, failure, envelope)
        return None if code // 100 == _DONE else self._turned_down(step, code, words, envelope)

    def _handed_over(self, dialogue: Dialogue, envelope: Envelope) -> Delivery:
        """Up to the final dot nothing was taken; from the dot on only an answer can tell."""
        text = re.sub(rb"(?m)^\.", b"..", dated(envelope.content, self._clock()))
        try:
            code, words = dialogue.docmd("DATA")
            if code != _GO_AHEAD:
                return self._turned_down("DATA", code, words, envelope)
            dialogue.send(text if text.endswith(b"\r\n") else text + b"\r\n")
            dialogue.left()
        except _TROUBLE as failure:
            return self._later("DATA, before the mail's end", failure, envelope)
        try:
            dialogue.send(b".\r\n")
            code, words = dialogue.getreply()
        except _TROUBLE as failure:
            return self._said(Answer.UNKNOWN, "no answer after the mail's end", of_failure(failure), envelope)
        answer = _AFTER_THE_DOT.get(code // 100, Answer.UNKNOWN)
        return self._said(answer, "mail", f"{code} {decoded(words)}", envelope)

    def _turned_down(self, step: str, code: int, words: bytes, envelope: Envelope) -> Delivery:
        final = code // 100 == _FINAL and code not in _NOT_THIS_MAIL
        answer = Answer.REFUSED if final else Answer.LATER
        return self._said(answer, step, f"{code} {decoded(words)}", envelope)

    def _later(self, step: str, failure: Exception, envelope: Envelope) -> Delivery:
        return self._said(Answer.LATER, step, of_failure(failure), envelope)

    def _said(self, answer: Answer, step: str, words: str, envelope: Envelope) -> Delivery:
        return Delivery(answer=answer, words=f"{step}: {redacted(words, envelope.recipient, self._username)}")

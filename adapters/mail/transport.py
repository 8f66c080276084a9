"""Mails to one mail server, and what its answers mean. Decision 8; the table in reliability.md §1.3."""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import Final

from activities.ports import Answer, Delivery, Envelope
from adapters.loopback import is_this_machine
from adapters.mail.alarm import RelayAlarm
from adapters.mail.dialogue import Dialogue
from adapters.mail.replies import About, AboutTheMail, AboutUs, NotNow, Step, of_failure, of_reply
from adapters.mail.words import decoded, of_trouble, redacted

DEADLINE: Final = timedelta(seconds=30)
"""For one mail, from the first connection to the last answer: shorter than the activity's time-out by far. R4."""

PAUSE: Final = timedelta(minutes=5)
"""While the relay takes nothing from us. There is one alarm for that, so each mail's own attention (`steps.MAIL`) comes
after three hours only; and a relay that counts attempts is left alone."""

_DONE: Final = 2
_GO_AHEAD: Final = 354
_NOT_TAKEN: Final = frozenset({4, 5})
"""First digits of replies, RFC 5321 §4.2.1. One after the dot that is neither these nor 2 tells nothing."""

_OF_ONE_MAIL: Final = frozenset({Step.RCPT, Step.DATA, Step.TEXT})
"""A reader's server that wants a mail later is no trouble of the relay's."""

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


@dataclass(frozen=True, kw_only=True)
class Relay:
    """The mail server, and how to talk to it."""

    host: str
    port: int
    ehlo_name: str | None
    """Whom EHLO says we are; None: the sender's domain. Never this machine's bare name: strict relays refuse it."""

    security: Security
    username: str | None
    password: str | None
    deadline: float
    """Seconds for one mail, from the first connection to the last answer."""

    trust: ssl.SSLContext
    clock: Callable[[], datetime]
    alarm: RelayAlarm


class SmtpTransport:
    """Implements `Transport` by SMTP."""

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
        ehlo_name: str | None = None,
    ) -> None:
        """`security`: none, starttls or tls. `trust`: which certificates count, by default those the machine trusts.
        `ehlo_name`: by default the domain of the first mail's sender.

        Raises ValueError for a password that would travel in clear to another machine.
        """
        in_clear = Security(security) is Security.NONE and not is_this_machine(host)
        if username and in_clear:
            raise ValueError("a mail password must not travel without TLS: set security to starttls or tls")
        self.alarm = RelayAlarm()
        self._relay = Relay(
            host=host,
            port=port,
            ehlo_name=ehlo_name,
            security=Security(security),
            username=username,
            password=password,
            deadline=deadline.total_seconds(),
            trust=trust or ssl.create_default_context(),
            clock=clock,
            alarm=self.alarm,
        )

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> Delivery:
        """See the port. What `handing_over` raises goes through, after the connection is closed."""
        with self.kept() as connection:
            return connection.send(envelope, handing_over)

    @contextmanager
    def kept(self) -> Iterator["SmtpConnection"]:
        """See the port."""
        connection = SmtpConnection(self._relay)
        try:
            yield connection
        finally:
            connection.close()


class SmtpConnection:
    """Opened with the first mail, and anew when the server takes no other. One deadline for each mail."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._open: Dialogue | None = None

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> Delivery:
        """See the port."""
        opened = self._reopened(envelope)
        if isinstance(opened, Delivery):
            return opened
        content = dated(envelope.content, self._relay.clock())
        refusal = self._addressed(opened, envelope, len(content))
        if refusal:
            return refusal
        handing_over()
        return self._handed_over(opened, envelope, content)

    def close(self) -> None:
        """Say goodbye, if there is anybody."""
        if self._open is not None:
            self._open.part()
            self._open = None

    def _reopened(self, envelope: Envelope) -> Dialogue | Delivery:
        """The connection there is, if it takes another mail, else a new one; or why there is none."""
        relay = self._relay
        if self._open is not None and self._open.takes_another(relay.deadline):
            return self._open
        self.close()
        name = relay.ehlo_name or envelope.sender.rpartition("@")[2]
        implicit = relay.trust if relay.security is Security.TLS else None
        try:
            self._open = dialogue = Dialogue(relay.host, relay.port, name, relay.deadline, implicit)
        except _TROUBLE as failure:
            return self._broke_off(Step.CONNECT, failure, envelope)
        return self._introduced(dialogue, envelope) or dialogue

    def _introduced(self, dialogue: Dialogue, envelope: Envelope) -> Delivery | None:
        """EHLO, TLS, AUTH; None when all is well. Whatever goes wrong here is not this mail's fault."""
        relay, step = self._relay, Step.EHLO
        try:
            dialogue.ehlo_or_helo_if_needed()
            if relay.security is Security.STARTTLS:
                step = Step.STARTTLS
                dialogue.secure(relay.trust)
            if relay.username:
                step = Step.AUTH
                dialogue.login(relay.username, relay.password or "")
        except _TROUBLE as failure:
            return self._broke_off(step, failure, envelope)
        return None

    def _addressed(self, dialogue: Dialogue, envelope: Envelope, size: int) -> Delivery | None:
        """MAIL and RCPT; None when the server will take a mail from and to these. One that is too big it refuses
        before it is sent. RFC 1870."""
        step = Step.MAIL
        try:
            code, words = dialogue.mail(envelope.sender, [f"SIZE={size}"] if dialogue.has_extn("size") else [])
            if code // 100 == _DONE:
                step = Step.RCPT
                code, words = dialogue.rcpt(envelope.recipient)
        except _TROUBLE as failure:
            return self._broke_off(step, failure, envelope)
        return None if code // 100 == _DONE else self._not_taken(step, code, words, envelope)

    def _handed_over(self, dialogue: Dialogue, envelope: Envelope, content: bytes) -> Delivery:
        """Up to the final dot nothing was taken; from the dot on only an answer can tell."""
        text = re.sub(rb"(?m)^\.", b"..", content)
        try:
            code, words = dialogue.docmd("DATA")
            if code != _GO_AHEAD:
                return self._not_taken(Step.DATA, code, words, envelope)
            dialogue.send(text if text.endswith(b"\r\n") else text + b"\r\n")
            dialogue.left()
        except _TROUBLE as failure:
            return self._broke_off(Step.SENDING, failure, envelope)
        try:
            dialogue.send(b".\r\n")
            code, words = dialogue.getreply()
        except _TROUBLE as failure:
            self.close()
            return self._said(Answer.UNKNOWN, "no answer after the mail's end", of_trouble(failure), envelope)
        if code // 100 in _NOT_TAKEN:
            return self._not_taken(Step.TEXT, code, words, envelope)
        if code // 100 == _DONE:
            self._relay.alarm.went_out()
            return self._said(Answer.ACCEPTED, Step.TEXT, f"{code} {decoded(words)}", envelope)
        self.close()
        return self._said(Answer.UNKNOWN, Step.TEXT, f"{code} {decoded(words)}", envelope)

    def _not_taken(self, step: Step, code: int, words: bytes, envelope: Envelope) -> Delivery:
        """Final if it is about the mail; what is about us goes to the alarm."""
        return self._judged(step, of_reply(step, code, words), f"{code} {decoded(words)}", envelope)

    def _broke_off(self, step: Step, failure: Exception, envelope: Envelope) -> Delivery:
        """Nothing more is asked of a conversation that went wrong."""
        self.close()
        return self._judged(step, of_failure(step, failure), of_trouble(failure), envelope)

    def _judged(self, step: Step, about: About, words: str, envelope: Envelope) -> Delivery:
        answer = Answer.REFUSED if isinstance(about, AboutTheMail) else Answer.LATER
        delivery = self._said(answer, step, words, envelope)
        match about:
            case AboutUs():
                self._relay.alarm.refused(delivery.words, about)
                return delivery.model_copy(update={"again_in": PAUSE})
            case NotNow() if step not in _OF_ONE_MAIL:
                self._relay.alarm.out_of_reach(delivery.words)
        return delivery

    def _said(self, answer: Answer, step: str, words: str, envelope: Envelope) -> Delivery:
        return Delivery(answer=answer, words=f"{step}: {redacted(words, envelope.recipient, self._relay.username)}")

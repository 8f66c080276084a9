"""Mails to a screen instead of a mail server: for `--no-mail` and for tests."""

from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import TextIO

from activities.ports import Answer, Delivery, Envelope
from adapters.mail.transport import dated


class ConsoleTransport:
    """Implements `Transport`: shows a mail's text on a stream, keeps what it showed, accepts everything."""

    def __init__(self, stream: TextIO, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._stream = stream
        self._clock = clock
        self.sent: list[Envelope] = []
        """As they would have gone on the wire."""

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> Delivery:
        """See the port."""
        handing_over()
        content = dated(envelope.content, self._clock())
        self._stream.write(_shown(content))
        self._stream.flush()
        self.sent.append(envelope.model_copy(update={"content": content}))
        return Delivery(answer=Answer.ACCEPTED, words="shown on the console, not sent")


def _shown(content: bytes) -> str:
    mail = message_from_bytes(content, policy=default)
    body = mail.get_body(("plain",))
    files = [part.get_filename() or "unnamed" for part in mail.iter_attachments()]
    lines = [f"{name}: {mail[name]}" for name in ("Date", "To", "Subject") if mail[name]]
    lines += [f"Attached: {', '.join(files)}"] if files else []
    text = "\n".join([*lines, "", body.get_content() if body else "", "-" * 72, ""])
    return "".join(character for character in text if character.isprintable() or character == "\n")

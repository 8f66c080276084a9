"""From a letter to bytes on the wire. The same input gives the same bytes: no clock, no random boundary.

`Date` is not written here: it is the moment a mail is handed over, so the transport puts it in front (`transport.py`).
"""

import re
from email.headerregistry import Address
from typing import Final

import idna

from activities.ports import Attachment, Envelope, UnsafeMail
from adapters.mail.guard import check
from adapters.mail.letterhead import WebPage, letterhead, plain_address
from adapters.mail.links import MailLinks, web_address
from adapters.mail.mime import Encoding, body
from adapters.mail.reader import Reader
from adapters.mail.signed_links import SignedLinks
from adapters.mail.stationery import Stationery
from domain.mails import Letter
from domain.values import Language

_MESSAGE_ID: Final = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
_ENCODING: Final[dict[Language, Encoding]] = {
    Language.JAPANESE: "base64",
    Language.KOREAN: "base64",
    Language.FRENCH: "quoted-printable",
    Language.ENGLISH: "quoted-printable",
}
"""The shorter one; what is mostly Latin stays readable in the raw mail."""

MARK: Final = "X-Tenure-Mail"
"""A header that names the template and the order: the mail catcher and people who file mails sort by it."""

UNSUBSCRIBE: Final = "List-Unsubscribe"
"""Where mail programs offer to end such mails: by one POST, as RFC 8058 has it."""

_OF_THE_BODY: Final = ("MIME-Version", "Content-Type")


class JinjaComposer:
    """Implements `Composer`."""

    def __init__(self, sender: Address, links: MailLinks, signed: SignedLinks | None = None) -> None:
        plain_address(sender.addr_spec)
        self._sender = sender
        self._stationery = Stationery(links, sender.display_name or sender.domain, signed)

    def compose(self, letter: Letter, message_id: str, attachments: tuple[Attachment, ...] = ()) -> Envelope:
        """See the port. A confirmation without its document is not sent either: its text says it is attached."""
        if letter.with_document and not attachments:
            raise UnsafeMail("the confirmation document is not attached")
        written = self._stationery.write(letter, message_id)
        recipient = _recipient(letter)
        headers: dict[str, str | Address | WebPage] = {
            "From": self._sender,
            "To": recipient,
            "Subject": written.subject,
            "Message-ID": _message_id(message_id),
            "Auto-Submitted": "auto-generated",
            "Content-Language": letter.to.language.value,
            MARK: f"{letter.kind} {letter.facts.filed_under}".strip(),
        }
        if written.reminders_end_at:
            headers[UNSUBSCRIBE] = WebPage(web_address(written.reminders_end_at))
            headers[f"{UNSUBSCRIBE}-Post"] = "List-Unsubscribe=One-Click"
        encoding = _ENCODING[letter.to.language]
        content = letterhead(headers) + body(written.text, written.html, encoding, attachments, message_id)
        check(content, (*headers, *_OF_THE_BODY), self._sender.addr_spec, recipient.addr_spec)
        return Envelope(sender=self._sender.addr_spec, recipient=recipient.addr_spec, content=content)


def _recipient(letter: Letter) -> Address:
    username, _, domain = plain_address(in_ascii(letter.to.email)).rpartition("@")
    try:
        return Address(Reader(letter.to).name, username, domain)
    except ValueError:
        raise UnsafeMail("the reader's name has line ends") from None


def in_ascii(address: str) -> str:
    """As an envelope needs it: `straße.example` is `xn--strae-oqa.example` (IDNA 2008), and no other host's name."""
    local, at, host = address.rpartition("@")
    try:
        return f"{local}{at}{host if host.isascii() else idna.encode(host).decode('ascii')}"
    except UnicodeError:
        raise UnsafeMail("a mail address has a host that cannot be written in ASCII") from None


def _message_id(message_id: str) -> str:
    framed = f"<{message_id.strip('<>')}>"
    if not _MESSAGE_ID.fullmatch(framed):
        raise UnsafeMail("the Message-ID has characters that must not stand in a header")
    return framed

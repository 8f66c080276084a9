"""From a letter to bytes on the wire. The same input gives the same bytes: no clock, no random boundary.

`Date` is not written here: it is the moment a mail is handed over, so the transport puts it in front (`transport.py`).
"""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from typing import Final

from activities.ports import Attachment, Envelope, UnsafeMail
from adapters.mail.guard import check
from adapters.mail.letterhead import letterhead, plain_address
from adapters.mail.links import MailLinks
from adapters.mail.reader import Reader
from adapters.mail.stationery import Stationery, Written
from domain.mails import Letter, LetterFacts, MailKind
from domain.values import Language

_MESSAGE_ID: Final = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
_FILE_NAME: Final = re.compile(r"[^\x00-\x1f\x7f\"\\/:<>|?*=]{1,120}")
_ENCODING: Final = {
    Language.JAPANESE: "base64",
    Language.KOREAN: "base64",
    Language.FRENCH: "quoted-printable",
    Language.ENGLISH: "quoted-printable",
}
"""The shorter one; what is mostly Latin stays readable in the raw mail."""

MARK: Final = "X-Tenure-Mail"
"""A header that names the template and the order: the mail catcher and people who file mails sort by it."""

_OF_THE_BODY: Final = ("MIME-Version", "Content-Type")


def _subject_of(facts: LetterFacts) -> str:
    """Which trial, order or subscription a mail is about, for whoever looks through caught mails."""
    return facts.trial_id or facts.order_number or facts.subscription_id or ""


class JinjaComposer:
    """Implements `Composer`."""

    def __init__(self, sender: Address, links: MailLinks) -> None:
        plain_address(sender.addr_spec)
        self._sender = sender
        self._stationery = Stationery(links, sender.display_name or sender.domain)

    def compose(self, letter: Letter, message_id: str, attachments: tuple[Attachment, ...] = ()) -> Envelope:
        """See the port. A confirmation without its document is not sent either: its text says it is attached."""
        if letter.kind is MailKind.CONFIRMATION and not attachments:
            raise UnsafeMail("the confirmation document is not attached")
        written = self._stationery.write(letter)
        recipient = _recipient(letter)
        headers: dict[str, str | Address] = {
            "From": self._sender,
            "To": recipient,
            "Subject": written.subject,
            "Message-ID": _message_id(message_id),
            "Auto-Submitted": "auto-generated",
            "Content-Language": letter.to.language.value,
            MARK: f"{letter.kind} {_subject_of(letter.facts)}".strip(),
        }
        body = _body(written, letter.to.language, attachments, message_id)
        content = letterhead(headers) + body.as_bytes()
        check(content, (*headers, *_OF_THE_BODY), self._sender.addr_spec, recipient.addr_spec)
        return Envelope(sender=self._sender.addr_spec, recipient=recipient.addr_spec, content=content)


def _recipient(letter: Letter) -> Address:
    username, _, domain = plain_address(letter.to.email).rpartition("@")
    try:
        return Address(Reader(letter.to).name, username, domain)
    except ValueError:
        raise UnsafeMail("the reader's name has line ends") from None


def _message_id(message_id: str) -> str:
    framed = f"<{message_id.strip('<>')}>"
    if not _MESSAGE_ID.fullmatch(framed):
        raise UnsafeMail("the Message-ID has characters that must not stand in a header")
    return framed


def _body(written: Written, language: Language, attachments: tuple[Attachment, ...], message_id: str) -> EmailMessage:
    """multipart/alternative, inside multipart/mixed when something is attached."""
    body = EmailMessage(policy=SMTP)
    body.set_content(written.text, cte=_ENCODING[language])
    body.add_alternative(written.html, subtype="html", cte=_ENCODING[language])
    for attachment in attachments:
        _attach(body, attachment)
    for depth, part in enumerate(part for part in body.walk() if part.is_multipart()):
        part.set_boundary(f"=_{sha256(f'{message_id} {depth}'.encode()).hexdigest()[:32]}")
    return body


def _attach(body: EmailMessage, attachment: Attachment) -> None:
    if not _FILE_NAME.fullmatch(attachment.name):
        raise UnsafeMail("an attachment's name has characters that must not stand in a file name")
    maintype, _, subtype = attachment.media_type.partition("/")
    body.add_attachment(attachment.content, maintype=maintype, subtype=subtype, filename=attachment.name)

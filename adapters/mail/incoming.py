"""A mail that somebody sent us, from its bytes: in any charset, broken or hostile, in bounded time. SUP-34, SUP-35."""

from dataclasses import dataclass
from datetime import datetime
from email.message import Message as Part
from hashlib import sha256
from typing import Final

from adapters.mail.incoming_automatic import refuse_automatic
from adapters.mail.incoming_headers import Mailbox, bare_id, instant, mailboxes, named_ids, plain
from adapters.mail.incoming_parts import Content, safely, text_of
from adapters.mail.incoming_structure import parts_of, raw_header, raw_headers
from adapters.mail.incoming_text import FORWARDED, FORWARDED_SUBJECT
from domain.reasons import Reason
from domain.values import Refused

LONGEST_TEXT: Final = 500_000
"""Characters of a mail's text that are looked at."""

MOST_LINES: Final = 50
"""Header lines with recipients that are looked at."""

DELIVERED_TO: Final = ("X-Original-To", "Delivered-To", "Envelope-To", "To", "Cc", "Resent-To")
"""Headers that name recipients; those of our own mail server first."""

OUTLOOK: Final = b"\xd0\xcf\x11\xe0"
"""How an Outlook .msg file begins."""


@dataclass(frozen=True)
class IncomingMail:
    """What it says, as text that can be kept, and about its way."""

    message_id: str
    """Without brackets; made from the content if the mail has none, so the same mail has the same one always."""

    sender: Mailbox
    recipients: tuple[str, ...]
    subject: str
    """On one line; may be empty."""

    text: str
    """Without controls and overrides; may be empty."""

    sent_at: datetime | None
    received_at: datetime | None
    """By the topmost mail server, which is ours; None if the mail came without one."""

    forwarded: bool
    attachments: tuple[str, ...]
    """Their names; what is in them is not read."""

    left_out: int
    """Characters of the text beyond `LONGEST_TEXT`."""

    notes: tuple[str, ...]
    """What people should know of how it could be read."""

    answers: tuple[str, ...] = ()
    """Message-IDs, without brackets, of mails that it says it answers; the nearest first. Anybody can write them."""


def read_message(content: bytes) -> IncomingMail:
    """The mail. Raises Refused, with a sentence, for what is too big, what no person wrote, and what is no mail."""
    try:
        return _read(content)
    except Refused:
        raise
    except Exception:  # the standard library's parser raises errors of many kinds on mails that are broken on purpose
        raise Refused("this mail cannot be read: its structure is broken", code=Reason.WRONG_FORM) from None


def _read(content: bytes) -> IncomingMail:
    if not content.strip():
        raise Refused("this is no mail: it is empty", code=Reason.REQUIRED)
    if content.startswith(OUTLOOK):
        raise Refused("this is an Outlook .msg file: save the mail as .eml", code=Reason.WRONG_FORM)
    mail = parts_of(content)
    refuse_automatic(mail)
    found, charset = Content(), safely(mail.get_content_charset, None)
    sender = _sender(mail, charset)
    subject, text = plain(raw_header(mail, "Subject"), charset), text_of(mail, found)
    return IncomingMail(
        message_id=bare_id(raw_header(mail, "Message-ID")) or _made_id(mail, content),
        sender=sender,
        recipients=_recipients(mail),
        subject=subject,
        text=text[:LONGEST_TEXT].strip(),
        sent_at=instant(raw_header(mail, "Date")),
        received_at=instant(raw_header(mail, "Received").rpartition(";")[2]),
        forwarded=found.forwarded or bool(FORWARDED_SUBJECT.match(subject)) or bool(FORWARDED.search(text)),
        attachments=tuple(found.attachments),
        left_out=max(0, len(text) - LONGEST_TEXT),
        notes=tuple(found.notes),
        answers=named_ids(raw_header(mail, "In-Reply-To"), raw_header(mail, "References")),
    )


def _sender(mail: Part, charset: str | None) -> Mailbox:
    lines = raw_headers(mail, "From")
    found = next(mailboxes(lines[:1], charset), None) or next(mailboxes(raw_headers(mail, "Sender")[:1], charset), None)
    if found is None:
        what = "its sender's address cannot be answered" if lines else "it has no sender: is it a mail?"
        raise Refused(f"this mail is not taken: {what}", field="From", code=Reason.REQUIRED)
    return found


def _recipients(mail: Part) -> tuple[str, ...]:
    lines = [line for name in DELIVERED_TO for line in raw_headers(mail, name)]
    return tuple(each.address for each in mailboxes(lines[:MOST_LINES]))


def _made_id(mail: Part, content: bytes) -> str:
    """From what does not change on the way: who wrote it, when, and what; no Received header."""
    heads = "\n".join(raw_header(mail, name) for name in ("From", "Date", "Subject"))
    body = content.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
    made = sha256(heads.encode("ascii", "surrogateescape") + b"\n\n" + body.rstrip()).hexdigest()
    return f"{made}@no-message-id"

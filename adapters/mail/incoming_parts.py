"""What a mail says, put together from its parts; what is attached is named and not read."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message as Part
from typing import Final, TypeVar

from adapters.mail.incoming_charsets import decoded
from adapters.mail.incoming_headers import plain
from adapters.mail.incoming_html import LONGEST, text_of_html
from adapters.mail.incoming_structure import raw_header
from adapters.mail.incoming_text import cleaned

T = TypeVar("T")

NO_BASE64: Final = re.compile(r"[^A-Za-z0-9+/=\s]|\S \S")
FOREIGN_SHARE: Final = 50
"""One character in so many: a text called base64 with more of them than that is none."""

REPORTS: Final = frozenset({"message/delivery-status", "message/disposition-notification", "text/rfc822-headers"})
NO_NAME: Final = "without a name"
MOST_NAMED: Final = 20
LONGEST_NAME: Final = 100


@dataclass
class Content:
    """Found in the parts, beside the text."""

    attachments: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    forwarded: bool = False

    def note(self, what: str) -> None:
        """Once."""
        if what and what not in self.notes:
            self.notes.append(what)


def text_of(part: Part, found: Content) -> str:
    """Of this part and all within; cleaned."""
    kind = safely(part.get_content_type, "text/plain")
    if not part.is_multipart():
        return _leaf(part, kind, found)
    inner = [each for each in part.get_payload() if isinstance(each, Part)]
    if kind in REPORTS:
        return ""
    if kind == "message/rfc822":
        return _forwarded(inner, found)
    if kind == "multipart/alternative":
        return _alternative(inner, found)
    if kind in {"multipart/related", "multipart/signed"}:
        inner = inner[:1]
    return "\n\n".join(filter(None, (text_of(each, found) for each in inner)))


def _alternative(inner: list[Part], found: Content) -> str:
    """The plain text, unless it is empty; else the last that says something."""
    read = [(safely(each.get_content_type, ""), text_of(each, found)) for each in inner]
    written = [(kind, text) for kind, text in read if text]
    plainly = [text for kind, text in written if kind == "text/plain"]
    return (plainly or [text for _, text in reversed(written)] or [""])[0]


def _forwarded(inner: list[Part], found: Content) -> str:
    """A mail within a mail: as mail programs write it into the text."""
    found.forwarded = True
    said = []
    for mail in inner:
        heads = [f"{name}: {plain(value)}" for name in ("From", "Date", "Subject") if (value := raw_header(mail, name))]
        said.append("\n".join(["----- Forwarded message -----", *heads, "", text_of(mail, found)]).strip())
    return "\n\n".join(said)


def _leaf(part: Part, kind: str, found: Content) -> str:
    name = safely(part.get_filename, None)
    disposition = safely(part.get_content_disposition, None)
    is_text = kind in {"text/plain", "text/html"} or kind.startswith("multipart/")
    if not is_text or disposition == "attachment" or name:
        _named(name, kind, found)
        return ""
    content = safely(lambda: _content(part, found), b"")
    read = decoded(content, safely(part.get_content_charset, None))
    found.note(read.note)
    if kind != "text/html":
        return cleaned(read.text)
    if len(read.text) > LONGEST:
        found.note(f"of its HTML only the first {LONGEST:,} characters were read")
    return cleaned(text_of_html(read.text))


def _named(name: str | None, kind: str, found: Content) -> None:
    if kind in {"application/pkcs7-mime", "application/x-pkcs7-mime"} or name == "encrypted.asc":
        found.note("it is encrypted: nobody could read it here")
    if kind not in REPORTS and len(found.attachments) < MOST_NAMED:
        found.attachments.append((plain(name) if name else "")[:LONGEST_NAME].strip() or NO_NAME)


def _content(part: Part, found: Content) -> bytes:
    """Its bytes, as they were before they were encoded for the way; as they are where that is not so."""
    encoding = raw_header(part, "Content-Transfer-Encoding").lower()
    written = safely(part.get_payload, None)
    if encoding == "base64" and isinstance(written, str) and _is_no_base64(written):
        found.note("it says that its text is base64, and it is not")
        return written.encode("ascii", "surrogateescape")
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _is_no_base64(written: str) -> bool:
    return len(NO_BASE64.findall(written)) * FOREIGN_SHARE > len(written)


def safely(ask: Callable[[], T], otherwise: T) -> T:
    """What the standard library says of a part: of headers that are broken on purpose it raises errors of any kind."""
    try:
        return ask()
    except Exception:
        return otherwise

"""Header values of a mail that somebody sent us: decoded however they were written. RFC 2047, RFC 2231, or raw."""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from adapters.mail.incoming_charsets import decoded
from adapters.mail.incoming_text import cleaned
from domain.placeholder import PLACEHOLDER
from domain.values import Email

ENCODED_WORD: Final = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
ASCII_OR_BYTES: Final = re.compile("[\x00-\x7f\udc80-\udcff]*")
"""As the parser leaves headers: bytes above ASCII are halves of characters."""

QUOTED: Final = re.compile(rb"=([0-9A-Fa-f]{2})")
IN_ANGLES: Final = re.compile(r"<\s*([^<>\s@]{1,64}@[^<>\s@]{1,190})\s*>")
IDS: Final = re.compile(r"<([^<>]{3,998})>")
BARE: Final = re.compile(r"[^\s<>,;:\"'()@]{1,64}@[^\s<>,;:\"'()@]{1,190}")

LONGEST_READ: Final = 2_000
"""Characters of one address line that the standard library is asked about."""

LONGEST_ID: Final = 1_000
LONGEST_DATE: Final = 200
MOST_IDS: Final = 50
"""Mails of one conversation that are looked for."""

EMAIL: Final[TypeAdapter[str]] = TypeAdapter(Email)


class Mailbox(NamedTuple):
    """An address that mail can be sent to, and the name beside it."""

    address: str
    name: str = ""


def plain(raw: str, charset: str | None = None) -> str:
    """On one line, decoded. `charset`: of the body, for a header that names none."""
    parts = [text if isinstance(text, str) else decoded(*text).text for text in _parts(raw, charset)]
    return " ".join(cleaned("".join(parts)).split())


def _parts(raw: str, charset: str | None) -> Iterator[str | tuple[bytes, str]]:
    """Text, and bytes with their charset: those of words that follow one another belong together."""
    at, waiting, of = 0, b"", ""
    for word in ENCODED_WORD.finditer(raw):
        between, name = raw[at : word.start()], word[1].partition("*")[0].lower()
        at = word.end()
        if waiting and (between.strip() or name != of):
            yield waiting, of
            waiting = b""
        if between.strip():
            yield _raw(between, charset)
        waiting, of = waiting + _content(word[2], word[3]), name
    if waiting:
        yield waiting, of
    yield _raw(raw[at:], charset)


def _content(encoding: str, text: str) -> bytes:
    """Of an encoded word, as far as it can be read."""
    raw = text.encode("ascii", "surrogateescape") if ASCII_OR_BYTES.fullmatch(text) else text.encode(errors="replace")
    if encoding in "qQ":
        return QUOTED.sub(lambda found: bytes([int(found[1], 16)]), raw.replace(b"_", b" "))
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    try:
        return b64decode(letters + b"=" * (-len(letters) % 4))
    except binascii.Error:
        return b64decode(letters[:-1])


def _raw(text: str, charset: str | None) -> str:
    """What stands between encoded words: ASCII, or bytes as they came; or text that the library has decoded already."""
    if not ASCII_OR_BYTES.fullmatch(text):
        return text
    content = text.encode("ascii", "surrogateescape")
    read = decoded(content, None)
    return decoded(content, charset).text if read.note and charset else read.text


def mailboxes(lines: Sequence[str], charset: str | None = None) -> Iterator[Mailbox]:
    """Those that mail can be sent to, in their order, each once."""
    known: set[str] = set()
    for line in lines:
        for name, written in _addresses(_in_letters(line[:LONGEST_READ])):
            address = address_of(written)
            if address and address not in known:
                known.add(address)
                yield Mailbox(address, plain(name, charset))


def _in_letters(line: str) -> str:
    """With its bytes above ASCII as UTF-8, as hosts are written now (RFC 6532), if that is what they are."""
    try:
        return line.encode("ascii", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return line


def _addresses(line: str) -> list[tuple[str, str]]:
    """As the standard library reads them; where it finds none, what looks like one."""
    try:
        found = [(name, address) for name, address in getaddresses([line]) if "@" in address]
    except (RecursionError, IndexError, ValueError):
        found = []
    if any(address_of(address) for _, address in found):
        return found
    return [("", address) for address in IN_ANGLES.findall(line) or BARE.findall(line)]


def address_of(text: str) -> str:
    """One that mail can be sent to, as we spell it; empty if it is none, or holds what no message may hold."""
    if PLACEHOLDER in text:
        return ""
    try:
        return EMAIL.validate_python(text.strip().strip("<>").strip())
    except ValidationError:
        return ""


def instant(raw: str) -> datetime | None:
    """A date as mails write it; without an offset it is taken as UTC."""
    try:
        found = parsedate_to_datetime(raw[:LONGEST_DATE])
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def named_ids(in_reply_to: str, references: str) -> tuple[str, ...]:
    """Message-IDs that two headers name: the mail that is answered, then those before it, the last one first."""
    found = ("".join(each.split()) for each in (*IDS.findall(in_reply_to), *reversed(IDS.findall(references))))
    return tuple(dict.fromkeys(each for each in found if each.isascii() and each.isprintable()))[:MOST_IDS]


def bare_id(raw: str) -> str:
    """A Message-ID without its brackets and what stands around them."""
    text = raw[:LONGEST_ID].encode("ascii", "surrogateescape").decode("latin-1")
    found = re.search(r"<([^<>]+)>", text)
    return "".join((found[1] if found else text).split())

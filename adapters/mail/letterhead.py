"""Headers as they go on the wire: plain ASCII as it stands, everything else as base64 words (RFC 2047).

Not the standard library's folding: it unpacks encoded words that a user typed and lets their line ends out
(CVE-2024-6923, live on Python 3.11.7), and what it does differs between versions. Here nothing a user typed is ever
read as code, so even such a name arrives as it was written.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from email.headerregistry import Address
from typing import Final

from activities.ports import UnsafeMail

_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=^_`{|}~-]+)*")
_PLAIN: Final = re.compile(r"[!-~]+(?: [!-~]+)*")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Unicode's Cc, Zl, Zp and Cs. All of them: no later Unicode adds to these."""

_SHORT: Final = 60
"""Longest text that stays on its header's first line: lines are at most 78 characters."""

_WORD: Final = 39
"""Bytes in one encoded word: with its frame and the longest header name it stays within 76 characters."""


class WebPage(str):
    """An address that programs read out of a header: never folded and never encoded."""


def letterhead(headers: Mapping[str, str | Address | WebPage]) -> bytes:
    """One header after the other, each ended by CRLF. Raises UnsafeMail for what no header can carry."""
    return "".join(f"{name}: {_written(said)}\r\n" for name, said in headers.items()).encode("ascii")


def plain_address(address: str) -> str:
    """The same address, if it may stand in an envelope and a header as it is; raises UnsafeMail."""
    if not _ADDRESS.fullmatch(address):
        raise UnsafeMail("a mail address has characters that must not stand in an envelope")
    return address


def has_control_characters(text: str) -> bool:
    """Control characters, halves of characters, separators of lines and paragraphs: nothing a person would write."""
    return not text.isprintable() and _CONTROLS.search(text) is not None


def _written(said: str | Address | WebPage) -> str:
    if isinstance(said, Address):
        return _mailbox(said)
    if not isinstance(said, WebPage):
        return _text(said)
    if not _PLAIN.fullmatch(said) or {"<", ">", " "} & set(said):
        raise UnsafeMail("a web address has characters that must not stand in a header")
    return f"<{said}>"


def _mailbox(address: Address) -> str:
    addr_spec = plain_address(address.addr_spec)
    name = address.display_name
    if not name:
        return addr_spec
    if _ATOMS.fullmatch(name) and len(name) + len(addr_spec) <= _SHORT:
        return f"{name} <{addr_spec}>"
    return f"{_words(name)}\r\n <{addr_spec}>"


def _text(said: str) -> str:
    return said if _PLAIN.fullmatch(said) and "=?" not in said and len(said) <= _SHORT else _words(said)


def _words(text: str) -> str:
    if has_control_characters(text):
        raise UnsafeMail("a header has control characters")
    return "\r\n ".join(f"=?utf-8?b?{b64encode(piece).decode()}?=" for piece in _pieces(text))


def _pieces(text: str) -> Iterator[bytes]:
    """The text in UTF-8, cut between characters."""
    piece = b""
    for character in text:
        more = character.encode()
        if len(piece) + len(more) > _WORD:
            yield piece
            piece = b""
        piece += more
    yield piece

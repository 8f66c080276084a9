"""The last look at a mail before it may leave: is it what was meant, and nothing else? J1, J2.

Read here line by line, not by the library's parser: that took as long as writing the mail.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from activities.ports import UnsafeMail

_LONGEST_LINE: Final = 998
_HEAD: Final = re.compile(rb"(?>\r\n|\r|\n){2}")
_FOLD: Final = re.compile(rb"\r\n(?=[ \t])")
_NAME: Final = rb"(?:[A-Za-z0-9!#$%&'*+/=^_`{|}~-]+|=\?utf-8\?b\?[A-Za-z0-9+/]+={0,2}\?=)"
_MAILBOX: Final = re.compile(rb"(?:(?:%s +)*<([^<>,;\s]+)>|([^<>,;\s]+))" % _NAME)
"""One address; before it, words that are plain, or encoded (RFC 2047)."""

_BOUNDARY: Final = re.compile(rb'boundary="?([^"\r\n;]+)')
_OF_A_PART: Final = frozenset({"content-type", "content-transfer-encoding", "content-disposition", "mime-version"})


def check(content: bytes, headers: Sequence[str], sender: str, recipient: str) -> None:
    """Exactly these headers in this order, one sender, one recipient, parts that are only parts; else UnsafeMail."""
    if _header_names(content) != [name.lower() for name in headers]:
        raise UnsafeMail("the headers are not the intended ones")
    lines = content.split(b"\r\n")
    if b"\0" in content or not content.count(b"\r") == content.count(b"\n") == len(lines) - 1:
        raise UnsafeMail("a line end stands alone, or there is a NUL")
    if max(map(len, lines)) > _LONGEST_LINE:
        raise UnsafeMail("a line is too long")
    head = _FOLD.sub(b"", _HEAD.split(content, maxsplit=1)[0]).split(b"\r\n")
    said = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in head)}
    for name, addr_spec in (("From", sender), ("To", recipient)):
        mailbox = _MAILBOX.fullmatch(said[name.lower().encode()])
        if mailbox is None or addr_spec.encode() not in mailbox.groups():
            raise UnsafeMail(f"{name} is not the intended address")
    if not all(_OF_A_PART.issuperset(_header_names(part)) for part in _parts(content.lower())):
        raise UnsafeMail("a part has headers of its own")


def _parts(content: bytes) -> Iterator[bytes]:
    """What stands between the boundaries, of whichever depth."""
    for boundary in set(_BOUNDARY.findall(content)):
        for piece in content.split(b"\r\n--" + boundary)[1:]:
            if not piece.startswith(b"--"):
                yield piece.partition(b"\r\n")[2]


def _header_names(content: bytes) -> list[str]:
    """Names of the raw lines before the first empty one, however the lines end; a folded line has none."""
    head = re.split(rb"\r\n|\r|\n", _HEAD.split(content, maxsplit=1)[0])
    return [line.partition(b":")[0].decode("latin-1").lower() for line in head if line[:1] not in (b" ", b"\t")]

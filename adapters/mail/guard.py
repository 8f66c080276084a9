"""The last look at a mail before it may leave: is it what was meant, and nothing else? J1, J2."""

import re
from collections.abc import Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import Final

from activities.ports import UnsafeMail
from domain.values import Model

_BARE: Final = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")
_LONGEST_LINE: Final = 998
_OF_A_PART: Final = frozenset({"content-type", "content-transfer-encoding", "content-disposition", "mime-version"})


def check(content: bytes, headers: Sequence[str], sender: str, recipient: str) -> None:
    """Exactly these headers in this order, one sender, one recipient, parts that are only parts; else UnsafeMail."""
    if _header_names(content) != [name.lower() for name in headers]:
        raise UnsafeMail("the headers are not the intended ones")
    if _BARE.search(content) or any(len(line) > _LONGEST_LINE for line in content.split(b"\r\n")):
        raise UnsafeMail("a line end stands alone, or a line is too long")
    mail = message_from_bytes(content, policy=default)
    for name, addr_spec in (("From", sender), ("To", recipient)):
        if [address.addr_spec for address in mail[name].addresses] != [addr_spec]:
            raise UnsafeMail(f"{name} is not the intended address")
    for part in mail.walk():
        if part is not mail and not {name.lower() for name in part.keys()} <= _OF_A_PART:  # noqa: SIM118 - no mapping
            raise UnsafeMail("a part has headers of its own")


def _header_names(content: bytes) -> list[str]:
    """Names of the raw lines before the first empty one, however the lines end; a folded line has none."""
    lines = re.split(rb"\r\n|\r|\n", content)
    head = lines[: lines.index(b"")] if b"" in lines else lines
    return [line.partition(b":")[0].decode("latin-1").lower() for line in head if line[:1] not in (b" ", b"\t")]


class HeaderProbe(Model):
    """What this Python does with line ends hidden in an encoded word, and whether we would notice."""

    vulnerable: bool
    """The standard library lets them out: a name can add headers (CVE-2024-6923)."""

    guarded: bool
    """Such a mail would never be sent."""


def probe_header_injection() -> HeaderProbe:
    """Tried, not looked up by version number (R12). The composer writes headers itself and checks them, so a
    vulnerable Python is worth a line in the log and no reason to refuse to start; `guarded` False would be one."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = mail["To"] = "probe@example.invalid"
    mail["Subject"] = "=?utf-8?q?probe=0d=0aBcc:_probe=40example.invalid?="
    try:
        content = mail.as_bytes()
    except ValueError:
        return HeaderProbe(vulnerable=False, guarded=True)
    if _header_names(content) == ["from", "to", "subject"]:
        return HeaderProbe(vulnerable=False, guarded=True)
    try:
        check(content, ("From", "To", "Subject"), "probe@example.invalid", "probe@example.invalid")
    except UnsafeMail:
        return HeaderProbe(vulnerable=True, guarded=True)
    return HeaderProbe(vulnerable=True, guarded=False)

"""The names by which a relay knows us, in the ASCII that every relay takes."""

import re
from ipaddress import IPv6Address, ip_address

import idna
from pydantic import NameEmail

from adapters.mail.letterhead import has_control_characters


def full_host_name(name: str) -> str:
    """For EHLO. Raises ValueError for a host's bare name: strict relays take no mail from one."""
    if literal := re.fullmatch(r"\[(?:IPv6:)?(.*)\]", name):
        return _address_literal(literal[1])
    try:
        known = idna.encode(name.rstrip("."), uts46=True).decode("ascii")
    except UnicodeError:
        raise ValueError("is not a host name") from None
    if "." not in known or known.rpartition(".")[2].isdigit():
        raise ValueError("is a bare name or an address, where strict mail relays want the full name of a host")
    return known


def _address_literal(text: str) -> str:
    """RFC 5321 §4.1.3."""
    try:
        address = ip_address(text)
    except ValueError:
        raise ValueError("is not an address in brackets") from None
    return f"[IPv6:{address}]" if isinstance(address, IPv6Address) else f"[{address}]"


def sender_in_ascii(sender: NameEmail) -> NameEmail:
    """It stands in every From, envelope and Message-ID: one that cannot would stop every mail. Raises ValueError.

    Where no name is given, pydantic gives the part before the @: no mail is signed `no-reply`.
    """
    local, _, domain = sender.email.rpartition("@")
    if not local.isascii():
        raise ValueError("must have only ASCII characters before the @")
    name = "" if sender.name == local else sender.name
    if has_control_characters(name):
        raise ValueError("has a name with control characters")
    try:
        return NameEmail(name, f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}")
    except UnicodeError:
        raise ValueError("has a domain that cannot be written in ASCII") from None
